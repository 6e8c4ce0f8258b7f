"""How often one credential may come: a token bucket."""

from collections.abc import Set

__all__ = ["TokenBucket", "TokenBuckets"]


class TokenBucket:
    """``burst`` requests at once, ``per_second`` in the long run. Times are monotonic seconds."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at: float | None = None

    def take(self, now: float) -> float:
        """Take one token; 0.0 when there was one, else the seconds until there will be."""
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._per_second


class TokenBuckets:
    """One bucket for each credential and source by name; as many as there are of them."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str | bytes, TokenBucket] = {}

    def take(self, key: str | bytes, now: float) -> float:
        """Take one token of its bucket; 0.0 when there was one, else the seconds until there will be."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_second, self._burst)
        return bucket.take(now)

    def keep(self, known: Set[str | bytes]) -> None:
        """Drop those of credentials and sources that are gone."""
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if key in known}
