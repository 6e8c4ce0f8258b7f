"""Which sums of the sla service's metrics do not agree with what its topic tells."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from shared.contract.records import Record

__all__ = ["RECORDS_MAX", "Series", "disagreeing", "told", "unknown_to"]

RECORDS_MAX = 100_000  # of a topic that are read to be counted: some 50 MB, some seconds

Series = tuple[str, ...]
"""``breached`` with workspace, kind, target, queue and channel; ``decided`` with result in place of channel: as in
sla_total."""

_RESULTS = {
    "usher.sla.clock_met.v1": "met",
    "usher.sla.clock_breached.v1": "breached",
    "usher.sla.clock_cancelled.v1": "cancelled",
}
_CLOCK = ("workspace", "kind", "target", "queue")
_METRICS = {
    "breached": ("usher_sla_breaches_total", (*_CLOCK, "channel")),
    "decided": ("usher_sla_clocks_total", (*_CLOCK, "result")),
}


class _Body(msgspec.Struct):
    workspace: str
    kind: str
    target: str
    queue: str = ""
    channel: str = ""


_decode = msgspec.json.Decoder(_Body).decode


def told(records: Iterable[Record]) -> Counter[Series]:
    """What the topic tells, each number once."""
    sums: Counter[Series] = Counter()
    seen: set[int] = set()
    for record in records:
        result = _RESULTS.get(record.type)
        if result is None or record.seq is None or record.seq in seen:
            continue
        seen.add(record.seq)
        body = _decode(record.value)
        clock = (body.workspace, body.kind, body.target, body.queue)
        sums["decided", *clock, result] += 1
        if result == "breached":
            sums["breached", *clock, body.channel] += 1
    return sums


def disagreeing(counted: Mapping[Series, float], on_topic: Mapping[Series, int]) -> list[str]:
    """A sentence for each sum that differs, where the topic is there from its first number on."""
    names = sorted({*on_topic, *(series for series in counted if series[0] in _METRICS)})
    return [
        f"{_shown(series)}: {counted.get(series, 0):.0f} are counted, the topic tells of {on_topic.get(series, 0)}"
        for series in names
        if counted.get(series, 0) != on_topic.get(series, 0)
    ]


def unknown_to(on_topic: Mapping[Series, int], last_seq: int) -> list[str]:
    """A sentence for each sum that lacks what the topic tells behind the last number that the database knows."""
    return [
        f"{_shown(series)}: the topic tells of {number} more, behind {last_seq}, than are counted"
        for series, number in sorted(on_topic.items())
    ]


def _shown(series: Series) -> str:
    name, labels = _METRICS[series[0]]
    values = ",".join(f'{label}="{value}"' for label, value in zip(labels, series[1:], strict=True))
    return f"{name}{{{values}}}"
