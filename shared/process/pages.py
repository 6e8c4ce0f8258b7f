"""The pages of /metrics: a counter that is new to a scraper begins at zero there, so that its first increase is seen.

Prometheus takes the first sample of a series for its beginning, and ``increase()`` says nothing of what it holds. Most
counters are shown at zero before anything can happen; this is about those whose labels nobody could know before, and
about what a new process does before it is scraped for the first time.
"""

from collections.abc import Callable, Collection, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from shared.clock import monotonic

__all__ = ["NEW_SECONDS", "PIECE_SAMPLES", "SCRAPERS_MAX", "Pages"]

SCRAPERS_MAX = 16  # scrapers that are told apart; of more, who came longest ago is taken for a new one
NEW_SECONDS = 120.0  # of a process, in which all that it did is news: found and scraped, a minute apart at most
# Written without a pause, 10 microseconds each: a deployment with a hundred queues has 50,000, and as long as they were
# written in one go nothing was taken, told or answered.
PIECE_SAMPLES = 500
_COUNTERS = frozenset({"counter", "histogram", "summary"})
_BUCKET_BOUND = "le"  # a histogram is one series here: a bound that joins it begins with what lies below it
_BEFORE_ALL = 0  # the number of no page: what began there is new to nobody

Series = tuple[str, ...]
"""The name of a family, then the values of its labels."""


class Pages:
    """The pages of one process, numbered from 1.

    ``moved_here``: the partitions whose totals were taken over since it was last asked. They come with their history,
    which did not happen just now: their series begin where they stand.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        moved_here: Callable[[], Collection[str]] = lambda: frozenset(),
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._registry = registry
        self._moved_here = moved_here
        self._seconds = seconds
        self._new_until = seconds() + NEW_SECONDS
        self._number = 0
        self._first_on: dict[Series, int] = {}
        self._last_of: dict[str, int] = {}

    def page(self, scraper: str, accept: str = "", *, comes_again: bool = False) -> tuple[bytes, str]:
        """The whole page at once."""
        pieces, media_type = self.pieces(scraper, accept, comes_again=comes_again)
        return b"".join(pieces), media_type

    def pieces(self, scraper: str, accept: str = "", *, comes_again: bool = False) -> tuple[Iterator[bytes], str]:
        """What ``scraper`` is shown now, and its media type: OpenMetrics, which has exemplars, for those who
        ``accept`` it. On its first page everything stands as it is, but for one who ``comes_again``, of a process that
        is new: what a service refuses while it starts would be no increase to anybody. All of it is as of now,
        whenever it is written."""
        self._number += 1
        nobody_forgotten = len(self._last_of) < SCRAPERS_MAX
        news = comes_again and nobody_forgotten and self._seconds() < self._new_until
        seen = self._last_of.pop(scraper, _BEFORE_ALL if news else None)
        self._last_of[scraper] = self._number
        if len(self._last_of) > SCRAPERS_MAX:
            del self._last_of[next(iter(self._last_of))]
        moved = self._moved_here()
        write, media_type = _encoder(accept)
        return _written([self._shown(family, seen, moved) for family in self._registry.collect()], write), media_type

    def _shown(self, family: Metric, seen: int | None, moved: Collection[str]) -> Metric:
        if family.type in _COUNTERS:
            for at, sample in enumerate(family.samples):
                labels = sample.labels
                series = (family.name, *(value for name, value in labels.items() if name != _BUCKET_BOUND))
                first = self._first_on.get(series)
                if first is None:
                    first = _BEFORE_ALL if labels.get("partition") in moved else self._number
                    self._first_on[series] = first
                if seen is not None and first > seen and sample.value:
                    family.samples[at] = sample._replace(value=0.0, exemplar=None)
        return family


def _written(families: list[Metric], write: Callable[[Collector], bytes]) -> Iterator[bytes]:
    """The page piece by piece; what the library writes before and behind a family stands there once."""
    end = write(_Page([]))
    for family in families:
        samples = family.samples
        for first in range(0, max(1, len(samples)), PIECE_SAMPLES):
            family.samples = samples[first : first + PIECE_SAMPLES]
            text = write(_Page([family])).removesuffix(end)
            yield text if not first else _without_head(text)
    yield end


def _without_head(text: bytes) -> bytes:
    while text.startswith(b"# "):
        text = text[text.index(b"\n") + 1 :]
    return text


def _encoder(accept: str) -> tuple[Callable[[Collector], bytes], str]:
    """The library stumbles over a version that is no number."""
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):
        return choose_encoder("")


class _Page(Collector):
    """One page as a collector."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """Its families."""
        return self._families
