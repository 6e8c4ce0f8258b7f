"""Counters and histograms for what happens once a contact, a request or a batch.

Those of prometheus_client take locks for each value, which cost more than some of the work that is counted. These are
counted by one thread; any thread may collect.

Of each bucket the first value since the last page that was observed in a recorded trace is its exemplar: the way from
a slow bucket to something that was slow.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, Exemplar, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import INF, floatToGoString

from shared.clock import now_ms
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["TRIES_MAX", "Counts", "Distribution", "Distributions", "Headers"]

TRIES_MAX = 100  # values of a bucket and a page that are looked at for a trace: of many no more, for that costs
# A traceparent of W3C Trace Context whose last flag says that somebody records the trace, so that it can be looked up.
_RECORDED = re.compile("00-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f][13579bdf]").fullmatch

Headers = Iterable[tuple[bytes, bytes]]
"""Those of a request, their names in lower case."""
Origin = str | Headers
"""A traceparent, or where that of the sender stands if there is one."""

NO_LABELS: Mapping[str, str] = MappingProxyType({})


class _Tally:
    """How many values lie between some bounds, and their sum."""

    def __init__(self, buckets: Sequence[float]) -> None:
        self._bounds = tuple(buckets)
        self._counts = [0] * (len(buckets) + 1)
        self._seen: list[Exemplar | None] = [None] * (len(buckets) + 1)
        self._tries = [TRIES_MAX] * (len(buckets) + 1)  # left for an exemplar of the next page
        self._sum = 0.0

    def observe(self, value: float, origin: Origin = "") -> None:
        """Count one value; ``origin`` may tell in which trace it was observed."""
        at = bisect_left(self._bounds, value)
        self._counts[at] += 1
        self._sum += value
        if origin and self._tries[at]:
            self._tries[at] -= 1
            trace = _RECORDED(origin if isinstance(origin, str) else _told_in(origin))
            if trace is not None:
                self._seen[at] = Exemplar({"trace_id": trace[1]}, value, now_ms() / MILLISECONDS_PER_SECOND)
                self._tries[at] = 0

    def add_to(self, family: HistogramMetricFamily, labels: Iterable[str]) -> None:
        """Tell of it under these labels; each bucket holds those below it too."""
        bounds = map(floatToGoString, (*self._bounds, INF))
        counted = zip(bounds, accumulate(self._counts), self._seen, strict=True)
        buckets = [(bound, count) if seen is None else (bound, count, seen) for bound, count, seen in counted]
        family.add_metric(list(labels), buckets, self._sum)
        self._tries = [TRIES_MAX] * len(self._counts)


def _told_in(headers: Headers) -> str:
    """The traceparent that somebody sent; "" without one."""
    for name, value in headers:
        if name == b"traceparent":
            return value.decode("latin-1")
    return ""


class Distribution(_Tally, Collector):
    """A histogram; its labels, if there are any, have one value each."""

    def __init__(
        self,
        name: str,
        text: str,
        buckets: Sequence[float],
        registry: CollectorRegistry,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> None:
        super().__init__(buckets)
        self._name, self._text, self._labels = name, text, labels
        registry.register(self)

    def describe(self) -> Iterator[Metric]:
        """The name, so that a registry refuses a second one of it."""
        yield HistogramMetricFamily(self._name, self._text)

    def collect(self) -> Iterator[Metric]:
        """The histogram."""
        family = HistogramMetricFamily(self._name, self._text, labels=list(self._labels))
        self.add_to(family, self._labels.values())
        yield family


class Distributions(Collector):
    """A histogram for each value of one label, which come from a closed set: each is kept. Those that are ``expected``
    begin at zero, so that the first of its kind is seen as an increase."""

    def __init__(
        self,
        name: str,
        text: str,
        label: str,
        buckets: Sequence[float],
        registry: CollectorRegistry,
        expected: Iterable[str] = (),
    ) -> None:
        self._name, self._text, self._label = name, text, label
        self._buckets = tuple(buckets)
        self._kept = {value: _Tally(buckets) for value in expected}
        registry.register(self)

    def observe(self, label: str, value: float, origin: Origin = "") -> None:
        """Count one value under this label; ``origin`` may tell in which trace it was observed."""
        tally = self._kept.get(label)
        if tally is None:
            tally = self._kept[label] = _Tally(self._buckets)
        tally.observe(value, origin)

    def describe(self) -> Iterator[Metric]:
        """The name, so that a registry refuses a second one of it."""
        yield HistogramMetricFamily(self._name, self._text)

    def collect(self) -> Iterator[Metric]:
        """The histograms."""
        family = HistogramMetricFamily(self._name, self._text, labels=[self._label])
        for label, tally in list(self._kept.items()):
            tally.add_to(family, [label])
        yield family


class Counts(Collector):
    """A counter with labels."""

    def __init__(self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[tuple[object, ...], int] = {}
        registry.register(self)

    def expect(self, *values: object) -> None:
        """These labels begin at zero, so that the first of its kind is seen as an increase."""
        self._counts.setdefault(values, 0)

    def add(self, *values: object) -> None:
        """Count one under these labels, which come from closed sets: each is kept."""
        self._counts[values] = self._counts.get(values, 0) + 1

    def describe(self) -> Iterator[Metric]:
        """The name, so that a registry refuses a second one of it."""
        yield CounterMetricFamily(self._name, self._text)

    def collect(self) -> Iterator[Metric]:
        """One value for each of the labels that were counted or are expected."""
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, count in list(self._counts.items()):
            family.add_metric([str(value) for value in values], count)
        yield family
