"""Times as values: milliseconds since the Unix epoch, and how they are written. No clock is read here."""

from datetime import UTC, datetime
from functools import lru_cache

MILLISECONDS_PER_SECOND = 1000
DAY_MS = 24 * 3600 * MILLISECONDS_PER_SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS_REMEMBERED = 8192  # texts of whole seconds kept: the times of one batch fall into few, and formatting is slow
TIMES_REMEMBERED = 4096  # and those of times: what one input brings about tells the same one again and again


def to_ms(at: datetime) -> int:
    """An aware datetime as milliseconds since the epoch (rounded down). In whole numbers: seconds as a float, times a
    thousand, are a millisecond short for some times."""
    since = at - _EPOCH
    return since.days * DAY_MS + since.seconds * MILLISECONDS_PER_SECOND + since.microseconds // MILLISECONDS_PER_SECOND


def from_ms(at_ms: int) -> datetime:
    """Milliseconds since the epoch as an aware UTC datetime."""
    seconds, milliseconds = divmod(at_ms, MILLISECONDS_PER_SECOND)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


_MILLISECOND_TEXTS = tuple(f".{milliseconds:03d}Z" for milliseconds in range(MILLISECONDS_PER_SECOND))


@lru_cache(maxsize=SECONDS_REMEMBERED)
def _second_text(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


@lru_cache(maxsize=TIMES_REMEMBERED)
def rfc3339(at_ms: int) -> str:
    """RFC 3339, UTC, milliseconds: ``2026-01-31T09:30:00.125Z``."""
    second = at_ms // MILLISECONDS_PER_SECOND
    return _second_text(second) + _MILLISECOND_TEXTS[at_ms - second * MILLISECONDS_PER_SECOND]
