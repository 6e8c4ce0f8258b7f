"""A workspace's policy made ready to classify: patterns compiled, intents with their tiers and base points."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from services.router.domain.classification.merge import merged
from services.router.domain.classification.record import Classification, ModelLimits
from services.router.domain.classification.text import TextReader
from shared.policy import Intent, Policy, Rule, Tier

__all__ = ["RANK", "TIERS", "CompiledPolicy", "KnownIntent", "base_without_intent", "compile_policy"]

TIERS: tuple[Tier, ...] = ("self_service", "bot", "agent")
RANK: dict[str, int] = {tier: rank for rank, tier in enumerate(TIERS)}

_BASE = {"self_service": 5, "bot": 30, "agent": 60}
BASE_MOMENT_OF_TRUTH = 90
BASE_UNKNOWN = 60  # what nobody described is complex until shown otherwise
VERSION_DIGITS = 16  # of the policy's hash, as rules_version


@dataclass(frozen=True, slots=True)
class KnownIntent:
    """An intent with what follows from it: the tier is a floor, ``base`` the points it starts with."""

    name: str
    floor: Tier
    base: int
    moment_of_truth: bool
    queue: str | None
    bot: str | None
    skills: dict[str, int]
    articles: tuple[str, ...]

    @property
    def risk(self) -> tuple[bool, int, int]:
        """Orders intents by how wrong it would be to take the other one."""
        return self.moment_of_truth, RANK[self.floor], self.base


class CompiledPolicy:
    """What ``classify`` needs of a policy; it changes nothing but ``answers``, its memory of what it answered before.
    Make one per policy and keep it.
    """

    __slots__ = (
        "agent_intents", "answers", "asks_on", "intents", "languages", "limits", "may_lack_articles", "policy",
        "reader", "rules", "rules_version",
    )  # fmt: skip

    def __init__(self, policy: Policy, model_intents: Mapping[str, Intent], fitted: ModelLimits) -> None:
        classification = policy.classification
        described = merged(policy, model_intents)
        thresholds = classification.thresholds
        fitted = fitted if classification.safeguards else ModelLimits()  # training counted on them
        most, least = thresholds.agent_probability, thresholds.confidence
        self.limits = ModelLimits(
            agent_probability=fitted.agent_probability if most is None else most,
            confidence=fitted.confidence if least is None else least,
        )
        self.policy = policy
        self.answers: dict[tuple[Hashable, ...], Classification] = {}
        self.intents = {name: _known(name, intent) for name, intent in described.items()}
        self.rules: tuple[Rule, ...] = classification.rules
        self.asks_on = frozenset(classification.clarify.channels)
        self.languages = frozenset(policy.languages)
        self.reader = TextReader(classification, policy.languages)
        self.rules_version = policy.hash[:VERSION_DIGITS]
        agent_from = classification.score.agent_from
        self.agent_intents = frozenset(
            name for name, known in self.intents.items() if known.floor == "agent" or known.base >= agent_from
        )
        self.may_lack_articles = any(channel.tier == "self_service" for channel in policy.channels.values()) or any(
            known.floor == "self_service" and known.base < classification.score.bot_from and not known.articles
            for known in self.intents.values()
        )


def compile_policy(
    policy: Policy, model_intents: Mapping[str, Intent] | None = None, fitted: ModelLimits | None = None
) -> CompiledPolicy:
    """The compiled form of a policy; costs milliseconds. ``model_intents`` are intents that a text model brings with
    its own tiers, ``fitted`` the limits that its training has proven; what the policy says wins over both
    (classification/merge.py).
    """
    return CompiledPolicy(policy, model_intents or {}, fitted or ModelLimits())


def _known(name: str, intent: Intent) -> KnownIntent:
    tier: Tier = "agent" if intent.moment_of_truth else intent.tier or "self_service"
    return KnownIntent(
        name=name,
        floor=tier,
        base=_base(intent) if intent.base is None else intent.base,
        moment_of_truth=intent.moment_of_truth,
        queue=intent.queue,
        bot=intent.bot,
        skills=intent.skills,
        articles=intent.articles,
    )


def base_without_intent(tier: Tier | None) -> int:
    """Base points of a contact of which no intent is known, on a channel with this default tier."""
    return _BASE[tier] if tier else BASE_UNKNOWN


def _base(intent: Intent) -> int:
    if intent.moment_of_truth:
        return BASE_MOMENT_OF_TRUTH
    return base_without_intent(intent.tier)
