"""How contacts are handed over and held: channels, self-service and bots, offers, presence, wrap-up."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from shared.policy.fields import Duration, LanguageTag, Name, Node, PromiseDuration, fault

__all__ = [
    "AutomatedTier",
    "ChannelRules",
    "Offers",
    "Presence",
    "Sticky",
    "Tier",
    "WrapUp",
]

Tier = Literal["self_service", "bot", "agent"]

UNITS_MAX = 1000  # of capacity; more than any person holds
PARALLEL_MAX = 10  # live offers of one contact
EXCLUSIVE_CHANNELS = frozenset(("voice",))  # unless the policy or the agent says otherwise
AUTOMATED_SECONDS = 600.0  # a bot or an article that says nothing for so long has failed


def _units_or_exclusive(value: Any) -> Any:
    if value != "exclusive" and not (type(value) is int and 1 <= value <= UNITS_MAX):
        raise fault(f"must be units or exclusive, not {value!r}", f"1 to {UNITS_MAX}, or the word exclusive")
    return value


class ChannelRules(Node):
    """Defaults of a channel. ``cost`` and ``max`` hold for agents who do not say their own; ``tier``, ``queue`` and
    ``language`` hold for contacts about which nothing better is known.
    """

    cost: Annotated[
        int | Literal["exclusive"],
        BeforeValidator(_units_or_exclusive),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": UNITS_MAX}, {"const": "exclusive"}]}),
    ] = 1
    max: Annotated[int, Field(ge=1, le=UNITS_MAX)] | None = None
    reserve: Annotated[int, Field(ge=1, le=UNITS_MAX)] | None = None
    idle_after_seconds: PromiseDuration | None = Field(default=None, alias="idle_after")
    tier: Tier | None = None
    queue: Name | None = None
    language: LanguageTag | None = None

    @property
    def exclusive(self) -> bool:
        """Whether a contact of this channel needs an agent without other work."""
        return self.cost == "exclusive"

    @property
    def units(self) -> int:
        """Units of capacity that a contact takes; 1 where it is exclusive."""
        return 1 if isinstance(self.cost, str) else self.cost


class AutomatedTier(Node):
    """A bot, or self-service: how long it may take before the contact goes to an agent."""

    max_seconds: PromiseDuration = Field(default=AUTOMATED_SECONDS, alias="max_minutes")


class Offers(Node):
    """How an offer lives: its time, what happens to an agent who lets it expire, for how long a decline counts, and how
    long a contact that was transferred or assigned to a named agent is kept for them.
    """

    timeout_seconds: PromiseDuration = Field(default=15.0, alias="timeout")
    on_expiry: Literal["not_ready", "available"] = "not_ready"
    decline_pause_seconds: Duration = Field(default=60.0, alias="decline_pause")
    keep_for_seconds: Duration = Field(default=60.0, alias="keep_for")
    parallel: Annotated[int, Field(ge=1, le=PARALLEL_MAX)] = 1


class Sticky(Node):
    """A returning customer waits up to ``wait`` for the agent who served them ``within`` that time."""

    within_seconds: Duration = Field(alias="within")
    wait_seconds: Duration = Field(alias="wait")


class Presence(Node):
    """How long silence is taken for presence (None: for ever), and what becomes of a lost agent's assignments."""

    lease_seconds: PromiseDuration | None = Field(default=None, alias="lease")
    on_lost: Literal["requeue", "keep"] = "requeue"


class WrapUp(Node):
    """Time after the work: the default where the desktop names none, and when it is ended by force."""

    default_seconds: Duration = Field(default=0.0, alias="default")
    forced_end_seconds: PromiseDuration = Field(default=300.0, alias="forced_end")

    @model_validator(mode="after")
    def _forced_end_comes_last(self) -> "WrapUp":
        if self.default_seconds > self.forced_end_seconds:
            raise fault("default is longer than forced_end", "forced_end is the most that wrap-up may take")
        return self
