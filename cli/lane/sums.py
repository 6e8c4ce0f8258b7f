"""Which sums of the sla service's metrics do not agree with what its topic tells."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from shared.contract.records import Record

__all__ = ["RECORDS_MAX", "Series", "disagreeing", "told", "unknown_to"]

RECORDS_MAX = 100_000  # of a topic that are read to be counted: some 50 MB, some seconds

Series = tuple[str, ...]
"""``breaches`` with kind, target, queue and channel; ``clocks`` with kind, target and result: as in sla_total."""

_RESULTS = {
    "usher.sla.clock_met.v1": "met",
    "usher.sla.clock_breached.v1": "breached",
    "usher.sla.clock_cancelled.v1": "cancelled",
}
_LABELS = {"breaches": ("kind", "target", "queue", "channel"), "clocks": ("kind", "target", "result")}


class _Body(msgspec.Struct):
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
        sums["clocks", body.kind, body.target, result] += 1
        if result == "breached":
            sums["breaches", body.kind, body.target, body.queue, body.channel] += 1
    return sums


def disagreeing(counted: Mapping[Series, float], on_topic: Mapping[Series, int]) -> list[str]:
    """A sentence for each sum that differs, where the topic is there from its first number on."""
    names = sorted({*on_topic, *(series for series in counted if series[0] in _LABELS)})
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
    name, *values = series
    labels = ",".join(f'{label}="{value}"' for label, value in zip(_LABELS[name], values, strict=True))
    return f"usher_sla_{name}_total{{{labels}}}"
