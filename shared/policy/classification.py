"""How contacts are understood: intents, hard rules, thresholds, and the points of the complexity score."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from shared.contract.topics import Channel
from shared.policy.fields import (
    Duration,
    LanguageTag,
    Name,
    Node,
    OneOrMany,
    PromiseDuration,
    Share,
    SkillLevels,
    fault,
)
from shared.policy.handling import Tier
from shared.policy.patterns import Pattern
from shared.written import written

__all__ = [
    "Channels",
    "Clarify",
    "Classification",
    "Intent",
    "Names",
    "Rule",
    "Score",
    "Signs",
    "Texts",
    "Then",
    "Thresholds",
    "When",
    "Words",
]

INTENTS_MAX = 1000
RULES_MAX = 500
PATTERNS_MAX = 50  # of one intent
PHRASES_MAX = 500  # of one word list
CLARIFY_SECONDS = 120.0  # a customer who has not answered a bot by then waits for a person

SAFEGUARDS_MAX = 50  # names of safeguards in one language
_WORDS = r"(\*[^\s&|*!]{2,}|[^\s&|*!][^\s&|*]+\*?)( [^\s&|*]+\*?)*"
_PART = rf"{_WORDS}(\|{_WORDS})*"

ModelName = Annotated[str, Field(min_length=1, max_length=256)]
Points = Annotated[int, Field(ge=0, le=100)]
Phrase = Annotated[str, written(r"^\S(.{0,98}\S)?$", "1 to 100 characters on one line, no blank at either end")]


def _checked(sign: str) -> str:
    for place, part in enumerate(sign.split(" & ")):
        for phrase in (part.removeprefix("!") if place else part).split("|"):
            if not re.fullmatch(_WORDS, phrase):
                hint = "words or a|b, joined by ' & ' or ' & !'; * at one end of a word of two letters or more"
                raise fault(f"{sign!r} is no sign: {phrase!r} is no word", hint)
    return sign


Sign = Annotated[
    str,
    Field(min_length=1, max_length=500, json_schema_extra={"pattern": rf"^{_PART}( & !?{_PART})*$"}),
    AfterValidator(_checked),
]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=PHRASES_MAX)]


Channels = Annotated[tuple[Channel, ...], Field(min_length=1), OneOrMany()]
Names = Annotated[tuple[Name, ...], Field(min_length=1), OneOrMany()]
Tags = Annotated[tuple[LanguageTag, ...], Field(min_length=1), OneOrMany()]
Texts = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=256)], ...], Field(min_length=1), OneOrMany()]


class Intent(Node):
    """What a customer may want, who serves it, and how hard it is (``base``, 0 to 100; default by tier)."""

    tier: Tier | None = None
    queue: Name | None = None
    bot: Name | None = None
    skills: SkillLevels = Field(default_factory=dict)
    articles: tuple[Annotated[str, Field(min_length=1, max_length=128)], ...] = ()
    base: Points | None = None
    moment_of_truth: bool = False
    patterns: Annotated[tuple[Pattern, ...], Field(max_length=PATTERNS_MAX)] = ()


class When(Node):
    """Conditions of a rule: all that are given must hold; within a list, one of them."""

    text: Pattern | None = None
    channel: Channels | None = None
    language: Tags | None = None
    intent: Names | None = None
    source: Texts | None = None
    to: Texts | None = None
    public: bool | None = None
    attributes: Annotated[dict[str, str], Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _has_a_condition(self) -> "When":
        if not self.given:
            raise fault("has no condition", "without one the rule would hold for every contact")
        return self


class Then(Node):
    """What a rule does. ``tier`` is a floor: a rule may move a contact up, never down. ``intent`` names what a contact
    is about; where another intent was known, the tier stays at least what that one asked for.
    """

    tier: Tier | None = None
    queue: Name | None = None
    intent: Name | None = None
    bot: Name | None = None
    skills: SkillLevels = Field(default_factory=dict)
    boost_seconds: Duration = Field(default=0.0, alias="boost")

    @model_validator(mode="after")
    def _does_something(self) -> "Then":
        if not self.given:
            raise fault("does nothing", "give tier, queue, intent, bot, skills or boost")
        return self


class Rule(Node):
    """A hard rule; the first that matches applies, before anything else decides."""

    name: Name
    when: When
    then: Then


class Thresholds(Node):
    """Where a text model's word is good enough. ``agent_probability``: more probability than this on intents of the
    agent tier sends the contact to an agent. ``confidence``: less than this is human triage. What is left out is as the
    model was fitted, if its training could show the risk that it was asked for; else 0.02 and 0.4.
    """

    agent_probability: Share | None = None
    confidence: Share | None = None
    second_intent: Share = 0.25


class Score(Node):
    """Points of the complexity score, and the score from which a tier begins."""

    repeat: Points = 15
    second_repeat: Points = 30
    channel_hop: Points = 10
    failed_automation: Points = 25
    negative: Points = 5
    strong_negative: Points = 10
    urgent: Points = 10
    very_urgent: Points = 15
    many_questions: Points = 5
    long_text: Points = 5
    very_long_text: Points = 10
    attachment: Points = 5
    vip_or_vulnerable: Points = 15
    public_complaint: Points = 20
    second_intent: Points = 10
    bot_from: Points = 20
    agent_from: Points = 50
    level_2_from: Points = 70
    specialist_from: Points = 85

    @model_validator(mode="after")
    def _risk_never_lowers(self) -> "Score":
        bands = (self.bot_from, self.agent_from, self.level_2_from, self.specialist_from)
        if list(bands) != sorted(bands):
            raise fault("bands fall", "bot_from <= agent_from <= level_2_from <= specialist_from")
        for less, more in (
            ("repeat", "second_repeat"),
            ("negative", "strong_negative"),
            ("long_text", "very_long_text"),
            ("urgent", "very_urgent"),
        ):
            if getattr(self, less) > getattr(self, more):
                raise fault(f"{less} gives more points than {more}", "more risk may never lower a tier")
        return self


class Signs(Node):
    """Signs of one safeguard, of which one is enough for a person to read a message. ``add``: such as ``gas``, or
    ``smell*|leak* & gas & !bill`` (one of either near each other, in any order, and nothing near that ``!`` excludes;
    ``*`` ends a word that may go on, or begins one of which the end is told: ``*geruch``). ``remove``: words that are
    read over, such as ``fire stick``.
    """

    add: Annotated[tuple[Sign, ...], Field(max_length=PHRASES_MAX)] = ()
    remove: Annotated[tuple[Sign, ...], Field(max_length=PHRASES_MAX)] = ()


class Words(Node):
    """Words and phrases of one language, added to those that Usher brings; ``safeguards`` by the name of each."""

    negative: Phrases = ()
    strong_negative: Phrases = ()
    positive: Phrases = ()
    urgent: Phrases = ()
    person: Phrases = ()
    safeguards: Annotated[dict[Name, Signs], Field(max_length=SAFEGUARDS_MAX)] = Field(default_factory=dict)


class Clarify(Node):
    """The one question that a bot may ask about a first message that is unclear, before a person reads it. On which
    channels (none: never asked), by which bot (default: the default bot), and for how long the answer is awaited.
    """

    channels: tuple[Channel, ...] = ("chat",)
    bot: Name | None = None
    wait_seconds: PromiseDuration = Field(default=CLARIFY_SECONDS, alias="wait")


class Classification(Node):
    """Everything that decides what a contact is about and which tier serves it.

    ``shadow``: a model that answers the same texts as ``model``, decides nothing and is only counted.
    """

    model: ModelName | None = None
    shadow: ModelName | None = None
    intents: Annotated[dict[Name, Intent], Field(max_length=INTENTS_MAX)] = Field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], Field(max_length=RULES_MAX)] = ()
    thresholds: Thresholds = Field(default_factory=Thresholds)
    score: Score = Field(default_factory=Score)
    clarify: Clarify = Field(default_factory=Clarify)
    safeguards: bool = True
    moment_of_truth_boost_seconds: Duration = Field(default=600.0, alias="moment_of_truth_boost")
    words: dict[LanguageTag, Words] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shadow_is_beside_a_model(self) -> "Classification":
        if self.shadow is not None and self.model is None:
            raise fault("a shadow without a model has nothing to be compared with", "name a model too")
        return self
