"""The router's metrics: counters of what was committed, and gauges read from the engines' memory when asked."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.router.domain.engine import RouterEngine
from services.router.domain.insight.calibration import ERROR, OBSERVED, PREDICTED
from services.router.intent_mix import IntentMix
from services.router.model.shelf import ModelShelf
from shared.lane.engine import Step
from shared.process.metrics import Durations
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["RouterCollector", "RouterMetrics"]

CHILDREN_MAX = 2000  # combinations of labels of one counter: what a metrics server takes from one target
DECISION_BUCKETS = (5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 2e-2)
ERROR_BUCKETS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14400)
CLASSIFY_BUCKETS = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 2e-2)

_COUNTERS = {
    "usher_contacts_received_total": ("New contacts.", ["channel"]),
    "usher_contacts_routed_total": ("Contacts by the tier they were first sent to.", ["tier", "channel"]),
    "usher_contacts_ended_total": ("Contacts by outcome.", ["outcome", "channel"]),
    "usher_offers_total": ("Offers issued, and how they ended.", ["result"]),
    "usher_model_confidence_total": ("Texts that a model judged, by the tenth that its confidence is in.", ["tenth"]),
    "usher_model_intents_total": ("Texts by the intent that a model found likeliest.", ["model", "intent"]),
    "usher_model_unknown_share_total": (
        "Sum over the texts of the share of their letter groups that no training text had.",
        ["model"],
    ),
    "usher_shadow_total": ("Texts that a shadow model judged too, by whether it found the same.", ["shadow", "result"]),
    "usher_shadow_flips_total": ("Contacts that a shadow model would have served otherwise.", ["shadow", "kind"]),
    "usher_languages_total": ("New contacts by language, where a policy has several.", ["language"]),
    "usher_intent_reviews_total": ("Contacts whose intent an agent named when closing.", ["intent", "result"]),
    "usher_model_doubts_total": ("Texts that a model was not sure enough of, or does not know the like of.", ["why"]),
    "usher_automation_total": (
        "How contacts with self-service or a bot went on, by intent and first article.",
        ["tier", "outcome", "intent", "article"],
    ),
    PREDICTED: ("Breaches predicted: the risks told to contacts decided since, added up by tenth.", ["tenth"]),
    OBSERVED: ("Predictions of a breach by the tenth of the risk told, and what became of them.", ["tenth", "outcome"]),
    "usher_clarifications_total": (
        "Contacts that a bot asked what they mean, and the tier of those that this made clear or not.",
        ["result"],
    ),
    "usher_duplicates_total": ("Inputs that said what was known already.", []),
}


class RouterMetrics:
    """Counters and histograms; children are cached, because looking labels up costs more than an event."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counters = {
            name: Counter(name.removesuffix("_total"), text, labels, registry=registry)
            for name, (text, labels) in _COUNTERS.items()
        }
        self._children: dict[tuple[str, ...], Counter | _Found] = {}
        self.mixes: dict[str, IntentMix] = {}
        self._sizes: Tally[str] = Tally()
        self.decision_seconds = Durations("usher_decision_seconds", "Time to find a match.", DECISION_BUCKETS, registry)
        self.classify_seconds = Durations(
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

    def counted(self, step: Step) -> None:
        """Add what a committed step counted."""
        for name, value in step.observed:
            self._observed[name](value)
        for key, number in step.counts.items():
            child = self._children.get(key)
            if child is None:
                child = self._child(key)
            child.inc(number)

    def _child(self, key: tuple[str, ...]) -> "Counter | _Found":
        """A new combination of labels; those beyond the bound are counted together."""
        counter = self._counters[key[0]]
        child: Counter | _Found
        if len(key) == 1:
            child = counter
        elif self._sizes[key[0]] < CHILDREN_MAX:
            self._sizes[key[0]] += 1
            child = counter.labels(*key[1:])
        else:
            return counter.labels(*("other" for _ in key[1:]))
        if key[0] == "usher_model_intents_total":
            child = _Found(child, self.mixes.setdefault(key[1], IntentMix()), key[2])
        self._children[key] = child
        return child


class _Found:
    """The counter of an intent that a model finds, which also keeps the model's mix of late."""

    def __init__(self, counter: Counter, mix: IntentMix, intent: str) -> None:
        self._counter = counter
        self._mix = mix
        self._intent = intent

    def inc(self, number: float) -> None:
        self._counter.inc(number)
        self._mix.add(self._intent, number)


class RouterCollector(Collector):
    """Queues, agents and orphans of the partitions that this process owns now."""

    def __init__(
        self,
        engines: Callable[[], Iterable[RouterEngine]],
        now_ms: Callable[[], int],
        models: ModelShelf,
        mixes: Mapping[str, IntentMix],
    ) -> None:
        self._engines = engines
        self._now_ms = now_ms
        self._models = models
        self._mixes = mixes

    def collect(self) -> Iterator[Metric]:
        """One consistent view: nothing can be committed while this runs."""
        engines = list(self._engines())
        waiting = GaugeMetricFamily("usher_queue_waiting", "Contacts waiting.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "usher_queue_oldest_wait_seconds", "How long who waits longest has waited.", labels=["queue"]
        )
        at_risk = GaugeMetricFamily(
            "usher_contacts_at_risk", "Waiting contacts that will probably not be answered in time.", labels=["queue"]
        )
        agents = GaugeMetricFamily("usher_agents", "Agents signed on.", labels=["availability"])
        orphans = GaugeMetricFamily("usher_orphans", "Live contacts that nothing will ever move: always 0.")
        now_ms = self._now_ms()
        for queue, (count, entered) in sorted(_queues(engines).items()):
            waiting.add_metric([queue], count)
            oldest.add_metric([queue], max(0.0, (now_ms - entered) / MILLISECONDS_PER_SECOND) if count else 0.0)
        for queue, count in sorted(_at_risk(engines).items()):
            at_risk.add_metric([queue], count)
        for availability, number in sorted(_agents(engines).items()):
            agents.add_metric([availability], number)
        orphans.add_metric([], sum(engine.book.orphans() for engine in engines))
        return iter((waiting, oldest, at_risk, agents, orphans, *self._model_gauges()))

    def _model_gauges(self) -> Iterator[Metric]:
        problems = GaugeMetricFamily("usher_model_problems", "Models that policies name and that cannot be used.")
        problems.add_metric([], len(self._models.problems))
        yield problems
        loaded = GaugeMetricFamily("usher_model_info", "Models in memory.", labels=["model", "version"])
        for name, model in self._models.kept():
            loaded.add_metric([name, model.version], 1)
        yield loaded
        read = CounterMetricFamily("usher_model_loads", "Models read from disk, by how that ended.", labels=["result"])
        read.add_metric(["loaded"], self._models.loaded)
        read.add_metric(["refused"], self._models.refused)
        yield read
        yield self._drift()

    def _drift(self) -> Metric:
        moved = GaugeMetricFamily(
            "usher_model_intent_drift", "Population stability index of late intents against training.", labels=["model"]
        )
        for name, mix in sorted(self._mixes.items()):
            model = self._models.get(name)
            index = mix.drift(model.trained_on(), model.version) if model else None
            if index is not None:
                moved.add_metric([name], index)
        return moved


def _queues(engines: list[RouterEngine]) -> dict[str, tuple[int, float]]:
    """Of each queue of each policy: how many wait, and when the longest of their waits began."""
    found: dict[str, tuple[int, float]] = {}
    for engine in engines:
        for workspace in engine.book.workspaces.values():
            for queue in workspace.rules.queues:
                count, entered = found.get(queue, (0, float("inf")))
                oldest = workspace.matcher.waits_since(queue)
                count += workspace.matcher.waiting_count(queue)
                found[queue] = (count, min(entered, oldest) if oldest is not None else entered)
    return found


def _at_risk(engines: list[RouterEngine]) -> Tally[str]:
    tally: Tally[str] = Tally()
    for engine in engines:
        for workspace in engine.book.workspaces.values():
            for queue in workspace.rules.queues:
                tally[queue] += engine.at_risk.count(workspace.name, queue)
    return tally


def _agents(engines: list[RouterEngine]) -> Tally[str]:
    """Availability of available and draining agents; the presence of the others."""
    tally: Tally[str] = Tally(("idle", "offered", "busy", "full", "wrapping"))
    tally.subtract(tally)
    for engine in engines:
        for workspace in engine.book.workspaces.values():
            for agent in workspace.agents.values():
                presence, availability, _ = agent.shown
                tally[presence if presence in ("not_ready", "offline") else availability] += 1
    return tally
