"""Reports out of hours: each row of a report is a group of what happened, by queue, channel, agent or hour."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.sla.domain.hours import HOUR_MS, HourRow, Hours, bucket_seconds
from services.sla.domain.stretches import Stretch
from shared.policy.kinds import SPANS
from shared.times import MILLISECONDS_PER_SECOND, rfc3339

__all__ = ["DIMENSIONS", "REPORTS", "columns_of", "running"]

DIMENSIONS = ("queue", "channel", "agent", "hour")
PLACES = {
    "wait": {"workspace": 1, "queue": 2, "channel": 3, "agent": 4},
    "clock": {"workspace": 1, "queue": 4, "channel": 5, "agent": 6},
    "phase": {"workspace": 1, "queue": 3, "channel": 4, "agent": 5},
    "moved": {"workspace": 1, "queue": 2, "channel": 3, "agent": 4},
    "agent": {"workspace": 1, "agent": 2},
}
"""Where in a row's key each dimension stands."""

Group = tuple[str, ...]
Row = dict[str, Any]


def running(stretches: Iterable[Stretch], until_ms: int) -> list[HourRow]:
    """What agents have done since their rows were last written, as rows of the hours that it fell in."""
    hours = Hours()
    for stretch in stretches:
        hours.spread(
            stretch.since_ms, until_ms, ("agent", stretch.workspace, stretch.agent_id, stretch.state, stretch.reason)
        )
    return hours.take()


def service_levels(rows: Sequence[HourRow], by: Sequence[str]) -> list[Row]:
    """Promises by kind: met, breached, cancelled, the share kept; and the waits of answered contacts."""
    return [
        {**dict(zip(_heads(by), group, strict=True)), **_kept(each), **_waits(each)}
        for group, each in _grouped(rows, ("clock", "wait"), by)
    ]


def abandoned(rows: Sequence[HourRow], by: Sequence[str]) -> list[Row]:
    """Who gave up while waiting, out of how many, and after how long."""
    found = []
    for group, each in _grouped(rows, ("wait",), by):
        lost = [row for row in each if row.key[5] == "abandoned"]
        offered = sum(row.number for row in each if row.key[5] in ("answered", "abandoned"))
        number = sum(row.number for row in lost)
        found.append(
            {
                **dict(zip(_heads(by), group, strict=True)),
                "abandoned": number,
                "offered": offered,
                "share": round(number / offered, 4) if offered else None,
                **_durations("wait", lost),
            }
        )
    return found


def breaches(rows: Sequence[HourRow], by: Sequence[str]) -> list[Row]:
    """Breached promises by kind and target."""
    found = []
    for group, each in _grouped(rows, ("clock",), by):
        numbers: dict[tuple[str, str], int] = defaultdict(int)
        for row in each:
            if row.key[7] == "breached":
                numbers[row.key[2], row.key[3]] += row.number
        for (kind, target), number in sorted(numbers.items()):
            head = dict(zip(_heads(by), group, strict=True))
            found.append({**head, "kind": kind, "target": target, "breached": number})
    return found


def agents(rows: Sequence[HourRow], by: Sequence[str]) -> list[Row]:
    """Seconds of each agent by state and reason, and of their contacts by phase; always by agent."""
    by = [*by] if "agent" in by else ["agent", *by]
    found = []
    for group, each in _grouped(rows, ("agent", "phase", "moved"), by):
        row: Row = {**dict(zip(_heads(by), group, strict=True)), "handled": 0, "mean_handle_seconds": None}
        handled = sum(part.number for part in each if part.key[0] == "phase" and part.key[2] == "talk")
        busy_ms = sum(part.ms for part in each if part.key[0] == "phase")
        row["handled"] = handled
        row["mean_handle_seconds"] = round(busy_ms / handled / MILLISECONDS_PER_SECOND, 3) if handled else None
        seconds: dict[str, float] = defaultdict(float)
        for part in each:
            if part.key[0] == "agent":
                state = f"{part.key[3]}:{part.key[4]}" if part.key[4] else part.key[3]
                seconds[state] += part.ms / MILLISECONDS_PER_SECOND
            elif part.key[0] == "moved":
                row[part.key[5]] = row.get(part.key[5], 0) + part.number
        row["seconds"] = {state: round(number, 3) for state, number in sorted(seconds.items())}
        if row[_heads(by)[by.index("agent") + 1]]:
            found.append(row)
    return found


REPORTS: Mapping[str, Callable[[Sequence[HourRow], Sequence[str]], list[Row]]] = {
    "service-levels": service_levels,
    "agents": agents,
    "abandoned": abandoned,
    "breaches": breaches,
}


_WAITS = ("wait_mean_seconds", "wait_p50_seconds", "wait_p90_seconds", "wait_worst_seconds")
_COLUMNS = {
    "service-levels": (
        *(f"promises.{kind}.{name}" for kind in sorted(SPANS) for name in ("met", "breached", "cancelled", "kept")),
        "answered",
        *_WAITS,
    ),
    "agents": ("handled", "mean_handle_seconds"),
    "abandoned": ("abandoned", "offered", "share", *_WAITS),
    "breaches": ("kind", "target", "breached"),
}


def columns_of(report: str, by: Sequence[str]) -> list[str]:
    """The columns that a table of the report has whatever happened; a name within another is written ``one.other``."""
    by = ["agent", *by] if report == "agents" and "agent" not in by else by
    return [*_heads(by), *_COLUMNS[report]]


def _heads(by: Sequence[str]) -> list[str]:
    return ["workspace", *by]


def _grouped(rows: Sequence[HourRow], kinds: Sequence[str], by: Sequence[str]) -> list[tuple[Group, list[HourRow]]]:
    groups: dict[Group, list[HourRow]] = defaultdict(list)
    for row in rows:
        if row.key[0] in kinds:
            groups[_group(row, by)].append(row)
    return sorted(groups.items())


def _group(row: HourRow, by: Sequence[str]) -> Group:
    places = PLACES[row.key[0]]
    names = [rfc3339(row.hour * HOUR_MS) if name == "hour" else row.key[places[name]] if name in places else ""
             for name in by]  # fmt: skip
    return (row.key[1], *names)


def _kept(rows: Sequence[HourRow]) -> Row:
    numbers: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("met", "breached", "cancelled"), 0))
    for row in rows:
        if row.key[0] == "clock":
            numbers[row.key[2]][row.key[7]] += row.number
    promises: Row = {}
    for kind, each in sorted(numbers.items()):
        decided = each["met"] + each["breached"]
        promises[kind] = {**each, "kept": round(each["met"] / decided, 4) if decided else None}
    return {"promises": promises}


def _waits(rows: Sequence[HourRow]) -> Row:
    answered = [row for row in rows if row.key[0] == "wait" and row.key[5] == "answered"]
    return {"answered": sum(row.number for row in answered), **_durations("wait", answered)}


def _durations(name: str, rows: Sequence[HourRow]) -> Row:
    """Mean and worst exactly; percentiles as the middle of a bucket that is 2 % wide, none above the worst."""
    number, ms = sum(row.number for row in rows), sum(row.ms for row in rows)
    buckets: dict[int, int] = defaultdict(int)
    for row in rows:
        buckets[int(row.key[6])] += row.number
    worst = max((row.longest_ms for row in rows), default=0)
    return {
        f"{name}_mean_seconds": round(ms / number / MILLISECONDS_PER_SECOND, 3) if number else None,
        f"{name}_p50_seconds": _quantile(buckets, number, 0.5, worst / MILLISECONDS_PER_SECOND),
        f"{name}_p90_seconds": _quantile(buckets, number, 0.9, worst / MILLISECONDS_PER_SECOND),
        f"{name}_worst_seconds": worst / MILLISECONDS_PER_SECOND if number else None,
    }


def _quantile(buckets: Mapping[int, int], number: int, share: float, worst: float) -> float | None:
    below = 0
    for bucket in sorted(buckets):
        below += buckets[bucket]
        if below >= share * number:
            return min(worst, round(bucket_seconds(bucket), 3))
    return None
