"""Which whole hours a report is about, as somebody writes them."""

import re
from datetime import datetime

from cli.output import UsageError
from services.sla.domain.hours import HOUR_MS
from shared.times import DAY_MS, to_ms

__all__ = ["hours_of"]

_AGO = re.compile(r"-?([0-9]+)([hd])")
_AGO_DIGITS_MAX = 7  # of so many hours or days ago: more is longer than there are times


def hours_of(since: str, until: str | None, now: int) -> tuple[int, int]:
    """The first hour since the epoch, and the one after the last: each hour of which some lies between the two.

    ``now`` in milliseconds, which is what ``until`` is by default. UsageError where nothing lies between them.
    """
    first = max(0, _at(since, "--from", now)) // HOUR_MS
    if first * HOUR_MS > now:
        raise UsageError(f"--from {since[:40]!r} lies ahead: a report is of what was")
    end = now // HOUR_MS + 1 if until is None else -(-_at(until, "--to", now) // HOUR_MS)
    if end <= first:
        raise UsageError(f"--to {str(until)[:40]!r} does not lie after --from {since[:40]!r}: swap them, or name both")
    return first, end


def _at(text: str, option: str, now: int) -> int:
    ago = _AGO.fullmatch(text)
    if ago:
        if len(ago[1].lstrip("0")) > _AGO_DIGITS_MAX:
            raise UsageError(f"{option} {text[:40]}: so long ago there was no time; at most {'9' * _AGO_DIGITS_MAX}d")
        return now - int(ago[1].lstrip("0") or "0") * (HOUR_MS if ago[2] == "h" else DAY_MS)
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo:
            return to_ms(at)
        # A local time that the clocks repeat or skip can be read in two ways: what lies between them is reported too.
        read = [to_ms(at.replace(fold=fold).astimezone()) for fold in (0, 1)]
        return min(read) if option == "--from" else max(read)
    except (ValueError, OverflowError):
        example = "write 2026-11-28, 2026-11-28T09:00:00Z, or 24h or 7d for ago"
        raise UsageError(f"{option} {text[:40]!r}: {example}") from None
