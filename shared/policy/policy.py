"""The policy of a workspace: one validated, immutable value that every service reads the same way."""

from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any

import orjson
from pydantic import Field, model_validator

from shared.contract.ids import WORKSPACE_PATTERN, WORKSPACE_WORDS
from shared.contract.topics import Channel
from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.policy.classification import Classification
from shared.policy.fields import LanguageTag, Name, Node, PromiseDuration, ZoneName
from shared.policy.handling import (
    EXCLUSIVE_CHANNELS,
    AutomatedTier,
    ChannelRules,
    Offers,
    Presence,
    Sticky,
    WrapUp,
)
from shared.policy.hours import Hours
from shared.policy.kinds import TargetKind
from shared.policy.queues import Queue
from shared.policy.targets import CUSTOMER_CLASS, TargetRule
from shared.written import written

__all__ = ["Policy"]

AGE_SECONDS = 86_400.0  # a message may have been written so long before it came; older is a wrong clock, or a trick
QUEUES_MAX = 1000
LANGUAGES_MAX = 50
BOTS_MAX = 100
CALENDARS_MAX = 200
TARGET_RULES_MAX = 500  # gone through once for each sort of contact that they tell apart

_SHARED = ChannelRules()
_EXCLUSIVE = ChannelRules(cost="exclusive")


class Policy(Node):
    """All rules of one workspace. Get one from ``parse_policy`` or ``load_policy``, which check what fields cannot."""

    workspace: Annotated[str, written(f"^{WORKSPACE_PATTERN}$", WORKSPACE_WORDS)]
    timezone: ZoneName = "UTC"
    languages: Annotated[tuple[LanguageTag, ...], Field(max_length=LANGUAGES_MAX)] = ()
    channels: dict[Channel, ChannelRules] = Field(default_factory=dict)
    classification: Classification = Field(default_factory=Classification)
    self_service: AutomatedTier = Field(default_factory=AutomatedTier)
    bots: Annotated[dict[Name, AutomatedTier], Field(max_length=BOTS_MAX)] = Field(default_factory=dict)
    queues: Annotated[dict[Name, Queue], Field(min_length=1, max_length=QUEUES_MAX)]
    default_queue: Name
    targets: Annotated[tuple[TargetRule, ...], Field(max_length=TARGET_RULES_MAX)] = ()
    apply_to_open: bool = False
    age_max_seconds: PromiseDuration = Field(default=AGE_SECONDS, alias="age_max")
    calendars: Annotated[dict[Name, Hours], Field(max_length=CALENDARS_MAX)] = Field(default_factory=dict)
    offers: Offers = Field(default_factory=Offers)
    sticky: Sticky | None = None
    presence: Presence = Field(default_factory=Presence)
    wrap_up: WrapUp = Field(default_factory=WrapUp)

    @model_validator(mode="before")
    @classmethod
    def _the_only_queue_is_the_default(cls, value: Any) -> Any:
        if isinstance(value, dict) and "default_queue" not in value:
            queues = value.get("queues")
            if isinstance(queues, dict) and len(queues) == 1:
                return {**value, "default_queue": next(iter(queues))}
        return value

    def channel(self, name: str) -> ChannelRules:
        """Rules of a channel; what the policy leaves out: cost 1, voice exclusive."""
        found: ChannelRules | None = self.channels.get(name)  # type: ignore[call-overload]
        return found or (_EXCLUSIVE if name in EXCLUSIVE_CHANNELS else _SHARED)

    def calendar(self, name: str | None) -> Calendar:
        """The calendar of that name, shared by all who ask; always open for None."""
        return ALWAYS_OPEN if name is None else self._calendars[name]

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {name: hours.calendar(self.timezone) for name, hours in self.calendars.items()}

    @cached_property
    def default_bot(self) -> str:
        """The bot of contacts whose intent names none: ``default``, else the first by name."""
        return "default" if not self.bots or "default" in self.bots else min(self.bots)

    def bot(self, name: str) -> AutomatedTier:
        """Rules of a bot; defaults where the policy lists none."""
        return self.bots.get(name) or AutomatedTier()

    def language(self, tag: str | None) -> str | None:
        """The policy's language for a BCP 47 tag: the same tag, else the same primary language, else None."""
        if not tag:
            return None
        return self._languages.get(tag.lower()) or self._languages.get(tag.lower().partition("-")[0])

    @cached_property
    def _languages(self) -> dict[str, str]:
        primary = {tag.lower().partition("-")[0]: tag for tag in reversed(self.languages)}
        return primary | {tag.lower(): tag for tag in self.languages}

    @cached_property
    def target_attributes(self) -> tuple[str, ...]:
        """Attributes of a message on which a target depends, sorted: the log tells them, and no others."""
        named = {name for rule in self.targets for name in rule.when.attributes or ()}
        if any(rule.when.customer_class for rule in self.targets):
            named.add(CUSTOMER_CLASS)
        return tuple(sorted(named))

    def promised_in(self, queue: str) -> dict[TargetKind, tuple[float, float]]:
        """Kind -> (seconds, objective) by which a queue as a whole is judged: its own target, else of all that rules
        promise to some of its contacts the longest time and the lowest objective."""
        found: dict[TargetKind, tuple[float, float]] = {}
        for rule in self.targets:
            if rule.when.queue is None or queue in rule.when.queue:
                for kind, target in rule.then.items():
                    seconds, objective = found.get(kind, (0.0, 1.0))
                    found[kind] = max(seconds, target.within_seconds), min(objective, target.objective)
        own = {kind: (target.within_seconds, target.objective) for kind, target in self.queues[queue].targets.items()}
        return found | own

    def document(self) -> dict[str, Any]:
        """The whole policy as JSON-able mapping with every default filled in; parses to an equal policy."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @cached_property
    def canonical(self) -> bytes:
        """The document as JSON with sorted keys."""
        return orjson.dumps(self.document(), option=orjson.OPT_SORT_KEYS)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON: equal for policies that mean the same, however they are written."""
        return sha256(self.canonical).hexdigest()
