"""Counters and histograms for what happens once a contact, a request or a batch.

Those of prometheus_client take locks for each value, which cost more than some of the work that is counted. These are
counted by one thread; any thread may collect.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import INF, floatToGoString

__all__ = ["Counts", "Distribution", "Distributions"]

NO_LABELS: Mapping[str, str] = MappingProxyType({})


class _Tally:
    """How many values lie between some bounds, and their sum."""

    def __init__(self, buckets: Sequence[float]) -> None:
        self._bounds = tuple(buckets)
        self._counts = [0] * (len(buckets) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def add_to(self, family: HistogramMetricFamily, labels: Iterable[str]) -> None:
        """Tell of it under these labels; each bucket holds those below it too."""
        bounds = map(floatToGoString, (*self._bounds, INF))
        family.add_metric(list(labels), list(zip(bounds, accumulate(self._counts), strict=True)), self._sum)


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

    def observe(self, label: str, value: float) -> None:
        """Count one value under this label."""
        tally = self._kept.get(label)
        if tally is None:
            tally = self._kept[label] = _Tally(self._buckets)
        tally.observe(value)

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
