"""Opening hours as instants: is it open, when does it open, and when is so much open time over.

An instant is open when its local wall time lies in a span of its local date and that date is no holiday. So an hour
that a clock change skips does not exist, and an hour that it repeats counts twice.
"""

from bisect import bisect_right
from collections.abc import Container, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from shared.times import from_ms

__all__ = ["ALWAYS_OPEN", "SEARCH_DAYS_MAX", "Calendar"]

SEARCH_DAYS_MAX = 400  # how far ahead opening time is looked for: a year and the holidays at its end
CLOSING_DAYS_MAX = 8  # how far ahead a closing is looked for: whoever is open all week closes at no time worth planning
REMEMBERED_DAYS_MAX = 4096  # UTC days whose spans are kept; about 11 years

_DAY_SECONDS = 86_400
_DAY_MS = _DAY_SECONDS * 1000
_EPOCH = date(1970, 1, 1)

Span = tuple[int, int]
"""[start, end) in seconds of a local day, or in milliseconds since the epoch."""


class Calendar:
    """Opening hours of one time zone. All instants are milliseconds since the epoch.

    ``week``: for Monday (0) to Sunday (6) the sorted, disjoint spans in seconds from local midnight, 86400 the latest.
    Spans are worked out once for each UTC day and remembered. Without a week it is always open.
    """

    __slots__ = ("_days", "_holidays", "_offset_at", "_week")

    def __init__(
        self, zone: str = "UTC", week: Sequence[Sequence[Span]] | None = None, holidays: Container[date] = frozenset()
    ) -> None:
        self._week = None if week is None else tuple(tuple(spans) for spans in week)
        self._holidays = holidays
        self._offset_at = _offsets_of(zone)
        self._days: dict[int, tuple[Span, ...]] = {}

    @property
    def is_always_open(self) -> bool:
        """Whether there are no opening hours at all."""
        return self._week is None

    def is_open(self, at_ms: int) -> bool:
        """Whether the instant is inside opening hours; a span's end is outside."""
        if self._week is None:
            return True
        spans = self._spans(at_ms // _DAY_MS)
        index = bisect_right(spans, at_ms, key=lambda span: span[0]) - 1
        return index >= 0 and at_ms < spans[index][1]

    def add_open_time(self, start_ms: int, seconds: float) -> int:
        """The earliest instant by which so much open time has passed since the start (the start itself for 0).

        Rounded to whole milliseconds. Where that much is not open within SEARCH_DAYS_MAX, the end of that search.
        """
        remaining = round(seconds * 1000)
        if remaining <= 0:
            return start_ms
        if self._week is None:
            return start_ms + remaining
        first = start_ms // _DAY_MS
        for day in range(first, first + SEARCH_DAYS_MAX):
            for opens, closes in self._spans(day):
                begin = max(opens, start_ms)
                if begin < closes:
                    if remaining <= closes - begin:
                        return begin + remaining
                    remaining -= closes - begin
        return (first + SEARCH_DAYS_MAX) * _DAY_MS

    def open_seconds_between(self, start_ms: int, end_ms: int) -> float:
        """Open time in [start, end), in seconds; 0 where the end is not after the start.

        Only the first SEARCH_DAYS_MAX days of the interval are counted.
        """
        if end_ms <= start_ms:
            return 0.0
        if self._week is None:
            return (end_ms - start_ms) / 1000
        first = start_ms // _DAY_MS
        last = min((end_ms - 1) // _DAY_MS, first + SEARCH_DAYS_MAX - 1)
        open_ms = 0
        for day in range(first, last + 1):
            for opens, closes in self._spans(day):
                open_ms += max(0, min(closes, end_ms) - max(opens, start_ms))
        return open_ms / 1000

    def local_time(self, at_ms: int) -> str:
        """The instant on the wall clock of its zone, RFC 3339 with the offset, milliseconds."""
        zone = timezone(timedelta(seconds=self._offset_at(at_ms // 1000)))
        return from_ms(at_ms).astimezone(zone).isoformat(timespec="milliseconds")

    def next_opening(self, at_ms: int) -> int | None:
        """The instant itself when open, else the next opening; None if there is none within SEARCH_DAYS_MAX."""
        if self._week is None:
            return at_ms
        first = at_ms // _DAY_MS
        for day in range(first, first + SEARCH_DAYS_MAX):
            for opens, closes in self._spans(day):
                if at_ms < closes:
                    return max(opens, at_ms)
        return None

    def next_closing(self, at_ms: int) -> int | None:
        """The end of the opening hours in which the instant lies; None when closed, or open for a week and more."""
        if self._week is None or not self.is_open(at_ms):
            return None
        first = at_ms // _DAY_MS
        for day in range(first, first + CLOSING_DAYS_MAX):
            at_ms = next((closes for opens, closes in self._spans(day) if opens <= at_ms < closes), at_ms)
            if at_ms < (day + 1) * _DAY_MS:
                return at_ms
        return None

    def _spans(self, day: int) -> tuple[Span, ...]:
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= REMEMBERED_DAYS_MAX:
                self._days.clear()
            found = self._days[day] = tuple(self._work_out(day * _DAY_SECONDS))
        return found

    def _work_out(self, start: int) -> list[Span]:
        """The open spans of one UTC day, in milliseconds, joined where they touch."""
        spans: list[Span] = []
        for begin, end, offset in self._pieces(start, start + _DAY_SECONDS):
            for opens, closes in self._local_spans(begin + offset, end + offset):
                span = ((opens - offset) * 1000, (closes - offset) * 1000)
                if spans and spans[-1][1] == span[0]:
                    span = (spans.pop()[0], span[1])
                spans.append(span)
        return spans

    def _pieces(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """[start, end) cut where the UTC offset changes, at most once a day: (start, end, offset)."""
        before, after = self._offset_at(start), self._offset_at(end - 1)
        if before == after:
            return [(start, end, before)]
        low, high = start, end - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset_at(middle) == before else (low, middle)
        return [(start, high, before), (high, end, after)]

    def _local_spans(self, start: int, end: int) -> list[Span]:
        """Opening spans within [start, end) of local seconds, where every local day has 86400."""
        assert self._week is not None
        found: list[Span] = []
        for number in range(start // _DAY_SECONDS, (end - 1) // _DAY_SECONDS + 1):
            day = _EPOCH + timedelta(days=number)
            if day in self._holidays:
                continue
            midnight = number * _DAY_SECONDS
            for opens, closes in self._week[day.weekday()]:
                first, last = max(start, midnight + opens), min(end, midnight + closes)
                if first < last:
                    found.append((first, last))
        return found


class _Offsets:
    """UTC offset of a zone at a second since the epoch."""

    __slots__ = ("_zone",)

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def __call__(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, UTC).astimezone(self._zone).utcoffset()
        assert offset is not None, "a zone of the tz database always has an offset"
        return round(offset.total_seconds())


@cache
def _offsets_of(zone: str) -> _Offsets:
    return _Offsets(zone)


ALWAYS_OPEN = Calendar()
