"""The complexity score: points for what makes a contact hard, each with its reason."""

from collections.abc import Iterator

import msgspec

from services.router.domain.classification.case import Case
from services.router.domain.classification.intent import Recognised
from services.router.domain.classification.policy import base_without_intent
from services.router.domain.classification.record import Journey, MessageFacts
from services.router.domain.classification.text import Reading
from shared.policy import Score, Tier
from shared.times import DAY_MS

__all__ = ["Scored", "is_flagged", "is_set", "level_of", "score", "tier_of"]

SCORE_MAX = 100
REPEAT_MS = 7 * DAY_MS  # the same intent again within this time is a repeat
HOP_MS = DAY_MS  # another channel within this time is a hop

Term = tuple[str, int]
"""What adds to the score, and how much."""

_UNSET = frozenset(("", "0", "false", "no"))


class Scored(msgspec.Struct, frozen=True, gc=False):
    """Points (at most 100) and how they came together."""

    points: int
    reasons: tuple[str, ...]


def is_flagged(facts: MessageFacts, name: str) -> bool:
    """Whether an attribute is set to anything but an empty value, 0, false or no."""
    value = facts.attributes.get(name)
    return value is not None and is_set(value)


def is_set(value: str) -> bool:
    """Whether the value of an attribute means yes."""
    return value.lower() not in _UNSET


def score(case: Case, intent: Recognised) -> Scored:
    """Base points of the intent and all that apply; every term only adds, so more risk never gives fewer points."""
    points = case.policy.policy.classification.score
    base = intent.known.base if intent.known else base_without_intent(case.channel_tier)
    terms = [("base", base)]
    if case.journey:
        terms += _of_journey(case.journey, case.facts, intent.name, points)
    _add_message(terms, case.facts, case.reading, points)
    if intent.second:
        terms.append(("second intent", points.second_intent))
    total = sum([number for _, number in terms])
    return Scored(min(SCORE_MAX, total), tuple([f"score: {name} +{number}" for name, number in terms if number]))


def _of_journey(journey: Journey, facts: MessageFacts, intent: str | None, points: Score) -> Iterator[Term]:
    if journey.failed_automation:
        yield "failed bot or self-service", points.failed_automation
    earliest = facts.at_ms - REPEAT_MS
    repeats = sum(1 for past in journey.contacts if past.at_ms >= earliest and past.intent == intent) if intent else 0
    if repeats:
        yield "repeat contact", points.repeat if repeats == 1 else points.second_repeat
    recent = (past for past in journey.contacts if past.at_ms >= facts.at_ms - HOP_MS)
    if any(past.channel != facts.channel for past in recent):
        yield "channel hop", points.channel_hop


def _add_message(terms: list[Term], facts: MessageFacts, reading: Reading, points: Score) -> None:
    if reading.is_negative:
        _add_sentiment(terms, facts, reading, points)
    if reading.urgency != "normal":
        terms.append(("urgent", points.urgent) if reading.urgency == "urgent" else ("very urgent", points.very_urgent))
    if reading.questions:
        terms.append(("many questions", points.many_questions))
    if reading.length != "short":
        long = points.very_long_text if reading.length == "very_long" else points.long_text
        terms.append(("long text", long))
    if facts.attachments:
        terms.append(("attachment", points.attachment))
    if facts.attributes and (is_flagged(facts, "vip") or is_flagged(facts, "vulnerable")):
        terms.append(("vip or vulnerable", points.vip_or_vulnerable))


def _add_sentiment(terms: list[Term], facts: MessageFacts, reading: Reading, points: Score) -> None:
    if reading.sentiment == "strong_negative":
        terms.append(("strong negative sentiment", points.strong_negative))
    else:
        terms.append(("negative sentiment", points.negative))
    if facts.public:
        terms.append(("public complaint", points.public_complaint))


def tier_of(points: int, bands: Score) -> Tier:
    """The tier whose band the points fall in."""
    if points >= bands.agent_from:
        return "agent"
    return "bot" if points >= bands.bot_from else "self_service"


def level_of(points: int, bands: Score) -> int:
    """Level of agent that so many points ask for: 1, 2, or 3 for a specialist."""
    return 1 + (points >= bands.level_2_from) + (points >= bands.specialist_from)
