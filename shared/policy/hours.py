"""Opening hours as written: ``mon-fri: ['09:00-13:30', '15:00-18:00']``, holidays, time zone."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from shared.policy.calendar import Calendar, Span
from shared.policy.fields import Node, ZoneName, fault
from shared.policy.holidays import Holidays, days_off
from shared.written import written

__all__ = ["Hours", "week_of"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS_MAX = 24  # of one day
HOLIDAYS_MAX = 1000

_DAYS_PATTERN = r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$"
_SPAN_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_SPAN_HINT = "write 'HH:MM-HH:MM', at the latest 24:00"
_DAY_SECONDS = 86_400


def _span(text: str) -> Span:
    """Seconds from local midnight; a span over midnight closes after 86400."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise fault(f"{text!r} is not a span of the day", _SPAN_HINT)
    opens, closes = int(found[1]) * 3600 + int(found[2]) * 60, int(found[3]) * 3600 + int(found[4]) * 60
    if closes > _DAY_SECONDS:
        raise fault(f"{text!r} ends after midnight", _SPAN_HINT)
    if closes == opens:
        raise fault(f"{text!r} is empty", "the end must differ from the start; the whole day is 00:00-24:00")
    return opens, closes if closes > opens else closes + _DAY_SECONDS


def _check_span(text: str) -> str:
    _span(text)
    return text


def _days(text: str) -> list[int]:
    """Weekdays of ``mon``, ``mon-fri`` or ``sat-mon``, Monday = 0."""
    first, _, last = text.partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def week_of(opening: Mapping[str, tuple[str, ...]]) -> tuple[tuple[Span, ...], ...]:
    """Sorted spans of each weekday; raises a fault where two of one day overlap.

    What a span over midnight leaves of itself belongs to the next weekday, whose own holidays close it.
    """
    week: list[list[tuple[Span, str]]] = [[] for _ in DAYS]
    for days, spans in opening.items():
        for day in _days(days):
            for text in spans:
                opens, closes = _span(text)
                week[day].append(((opens, min(closes, _DAY_SECONDS)), text))
                if closes > _DAY_SECONDS:
                    week[(day + 1) % 7].append(((0, closes - _DAY_SECONDS), text))
    for day, spans_of_day in enumerate(week):
        spans_of_day.sort()
        for (earlier, one), (later, other) in zip(spans_of_day, spans_of_day[1:], strict=False):
            if later[0] < earlier[1]:
                raise fault(f"{DAYS[day]}: {one} and {other} overlap", "join them, or move one")
    return tuple(tuple(span for span, _ in spans_of_day) for spans_of_day in week)


def _check_week(opening: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not any(week_of(opening)):
        raise fault("never opens", "give at least one span, or leave the calendar out")
    return opening


DaySpan = Annotated[str, AfterValidator(_check_span), WithJsonSchema({"type": "string", "pattern": _SPAN_PATTERN})]
Days = Annotated[str, written(_DAYS_PATTERN, "a weekday or some, such as mon or mon-fri")]
Week = Annotated[dict[Days, Annotated[tuple[DaySpan, ...], Field(max_length=SPANS_MAX)]], AfterValidator(_check_week)]


class Hours(Node):
    """One calendar. ``timezone`` defaults to the workspace's. On a holiday it is closed from midnight to midnight of
    local time; holidays are dates, and public holidays by country and region.
    """

    open: Week
    holidays: Annotated[tuple[Holidays, ...], Field(max_length=HOLIDAYS_MAX)] = ()
    timezone: ZoneName | None = None

    @cached_property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """Spans of Monday to Sunday in seconds from local midnight."""
        return week_of(self.open)

    @property
    def weekly_seconds(self) -> int:
        """Open time of a week without holidays and clock changes."""
        return sum(closes - opens for spans in self.week for opens, closes in spans)

    def calendar(self, workspace_zone: str) -> Calendar:
        """The calendar that answers questions about instants."""
        return Calendar(self.timezone or workspace_zone, self.week, days_off(self.holidays))
