"""The router's counters and histograms of what was committed; labels are bounded, whatever senders choose."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from services.router.domain.customers.shared import Why
from services.router.domain.insight.calibration import ERROR, OBSERVED, PREDICTED
from services.router.domain.states import TERMINAL
from services.router.intent_mix import IntentMix
from shared.contract.topics import CHANNELS
from shared.lane.engine import Step
from shared.process.metrics import OTHER, WorkspaceLabels
from shared.process.tallies import Distribution

__all__ = ["RouterMetrics"]

NONE = "none"
CHOSEN_BY_SENDERS = frozenset({"intent", "language"})  # labels that a caller may set to anything
INTENTS_BEGUN_MAX = 100  # of a workspace that are counted from zero on
CHILDREN_MAX = 2000  # combinations of labels of one counter: what a metrics server takes from one target
DECISION_BUCKETS = (5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 2e-2)
ERROR_BUCKETS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14400)
CLASSIFY_BUCKETS = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 2e-2)

_COUNTERS = {
    "usher_contacts_received_total": ("New contacts.", ["workspace", "channel"]),
    "usher_contacts_routed_total": (
        "Contacts by the tier they were first sent to.",
        ["workspace", "tier", "channel"],
    ),
    "usher_contacts_ended_total": ("Contacts by outcome.", ["workspace", "outcome", "channel"]),
    "usher_contacts_repeated_total": (
        "New contacts of customers whose latest contact was settled not long ago, by how.",
        ["workspace", "by"],
    ),
    "usher_contacts_of_shared_customers_total": (
        "Contacts whose customer id is taken for one that many share.",
        ["workspace", "reason"],
    ),
    "usher_offers_total": ("Offers issued, and how they ended.", ["workspace", "result"]),
    "usher_model_confidence_total": ("Texts that a model judged, by the tenth that its confidence is in.", ["tenth"]),
    "usher_model_intents_total": ("Texts by the intent that a model found likeliest.", ["model", "intent"]),
    "usher_model_unknown_share_total": (
        "Sum over the texts of the share of their letter groups that no training text had.",
        ["model"],
    ),
    "usher_shadow_total": ("Texts that a shadow model judged too, by whether it found the same.", ["shadow", "result"]),
    "usher_shadow_flips_total": ("Contacts that a shadow model would have served otherwise.", ["shadow", "kind"]),
    "usher_languages_total": (
        "New contacts by language, where a policy has several.",
        ["workspace", "language"],
    ),
    "usher_intent_reviews_total": (
        "Contacts whose intent an agent named when closing.",
        ["workspace", "intent", "result"],
    ),
    "usher_model_doubts_total": ("Texts that a model was not sure enough of, or does not know the like of.", ["why"]),
    "usher_automation_total": (
        "How contacts with self-service or a bot went on, by intent and first article.",
        ["workspace", "tier", "outcome", "intent", "article"],
    ),
    PREDICTED: ("Breaches predicted: the risks told to contacts decided since, added up by tenth.", ["tenth"]),
    OBSERVED: ("Predictions of a breach by the tenth of the risk told, and what became of them.", ["tenth", "outcome"]),
    "usher_clarifications_total": (
        "Contacts that a bot asked what they mean, and the tier of those that this made clear or not.",
        ["workspace", "result"],
    ),
    "usher_duplicates_total": ("Inputs that said what was known already.", ["workspace"]),
}
_TIERS = ("self_service", "bot", "agent")
_TENTHS = tuple(f"0.{tenth}" for tenth in range(10))
_FORECASTS = frozenset({PREDICTED, OBSERVED})  # counted for all workspaces together, so their keys name none
_FROM_ZERO: dict[str, tuple[tuple[str, ...], ...]] = {
    "usher_contacts_received_total": (CHANNELS,),
    "usher_contacts_routed_total": (_TIERS, CHANNELS),
    "usher_contacts_ended_total": (tuple(sorted(TERMINAL)), CHANNELS),
    "usher_contacts_repeated_total": (("agent", "automation"),),
    "usher_contacts_of_shared_customers_total": (tuple(Why),),
    "usher_offers_total": (("issued", "accepted", "declined", "expired", "rescinded"),),
    "usher_clarifications_total": (("asked", *_TIERS),),
    "usher_duplicates_total": (),
}
"""Of what a workspace counts, the labels that are known before anything happens: these series begin at zero."""

Knows = Callable[[str, str, str], bool]
"""Whether a workspace's policy or model knows a value: (workspace, label, value)."""


class RouterMetrics:
    """Counters and histograms; children are cached, because looking labels up costs more than an event."""

    def __init__(
        self, registry: CollectorRegistry, workspaces: WorkspaceLabels, knows: Knows = lambda *_: True
    ) -> None:
        self.before_page: Callable[[], None] = lambda: None
        registry.register(_BeforePage(self))  # before the counters, so that a page shows what begins with it
        self._counters = {
            name: Counter(name.removesuffix("_total"), text, labels, registry=registry)
            for name, (text, labels) in _COUNTERS.items()
        }
        self._workspaces = workspaces
        self._knows = knows
        self._children: dict[tuple[str, ...], Counter | _Found] = {}
        self._begun: set[tuple[object, ...]] = set()
        self.mixes: dict[str, IntentMix] = {}
        self._sizes: Tally[str] = Tally()
        for tenth in _TENTHS:
            self._counters["usher_model_confidence_total"].labels(tenth)
            self._counters[PREDICTED].labels(tenth)
            for outcome in ("met", "breached", "lost"):
                self._counters[OBSERVED].labels(tenth, outcome)
        for why in ("confidence", "out_of_scope"):
            self._counters["usher_model_doubts_total"].labels(why)
        self.decision_seconds = Distribution(
            "usher_decision_seconds", "Time to find a match.", DECISION_BUCKETS, registry
        )
        self.classify_seconds = Distribution(
            "usher_classify_seconds", "Time to classify a contact.", CLASSIFY_BUCKETS, registry
        )
        error = Histogram(
            ERROR,
            "How much later or sooner than told at the entry into a queue a contact that had to wait was answered.",
            ["than_told"],
            buckets=ERROR_BUCKETS,
            registry=registry,
        )
        self._observed: dict[tuple[str, ...], Callable[[float], None]] = {
            (ERROR, side): error.labels(side).observe for side in ("sooner", "later")
        }

    def begin(self, workspace: str, languages: Iterable[str], intents: Iterable[str]) -> None:
        """What a workspace will count begins at zero, so that the first of a kind is seen as an increase."""
        label = self._workspaces.of(workspace)
        named = {**_FROM_ZERO, "usher_languages_total": ((*languages, NONE, OTHER),)}
        named["usher_intent_reviews_total"] = ((*intents,)[:INTENTS_BEGUN_MAX], ("confirmed", "changed"))
        key = (label, *(len(values) for each in named.values() for values in each))
        if key not in self._begun:
            self._begun.add(key)
            for name, values in named.items():
                for labels in product(*values):
                    self._counters[name].labels(label, *labels)

    def counted(self, step: Step) -> None:
        """Add what a committed step counted. Keys are the metric, the workspace, then its other labels."""
        for name, value in step.observed:
            self._observed[name](value)
        for key, number in step.counts.items():
            child = self._children.get(key)
            if child is None:
                child = self._child(key)
            child.inc(number)

    def _child(self, key: tuple[str, ...]) -> "Counter | _Found":
        """A new combination of labels; those beyond the bound are counted together."""
        name, labels, known = key[0], *self._labels(key)
        counter = self._counters[name]
        child: Counter | _Found
        if self._sizes[name] < CHILDREN_MAX:
            child = counter.labels(*labels) if labels else counter
        else:
            known = False
            child = counter.labels(*(OTHER for _ in labels))
        if name == "usher_model_intents_total" and known:
            child = _Found(child, self.mixes.setdefault(labels[0], IntentMix()), labels[1])
        if known:  # what nobody knows is looked up each time: senders may make up any number of them
            self._sizes[name] += 1
            self._children[key] = child
        return child

    def _labels(self, key: tuple[str, ...]) -> tuple[list[str], bool]:
        """The values of a key's labels, and whether all that a sender might have chosen are known."""
        names = _COUNTERS[key[0]][1]
        if key[0] in _FORECASTS:
            return list(key[1:]), True
        workspace, *values = key[1:]
        told = ["workspace", *names] if "workspace" not in names else names
        labels, all_known = [], True
        for name, value in zip(told[1:], values, strict=True):
            known = value == NONE or name not in CHOSEN_BY_SENDERS or self._knows(workspace, name, value)
            labels.append(value if known else OTHER)
            all_known &= known
        return ([self._workspaces.of(workspace), *labels] if told is names else labels), all_known


class _BeforePage(Collector):
    """Shows nothing itself."""

    def __init__(self, metrics: RouterMetrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        """No names."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """A page is about to be made."""
        self._metrics.before_page()
        return ()


class _Found:
    """The counter of an intent that a model finds, which also keeps the model's mix of late."""

    def __init__(self, counter: Counter, mix: IntentMix, intent: str) -> None:
        self._counter = counter
        self._mix = mix
        self._intent = intent

    def inc(self, number: float) -> None:
        self._counter.inc(number)
        self._mix.add(self._intent, number)
