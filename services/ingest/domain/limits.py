"""How often somebody may come: token buckets."""

from collections.abc import Set

__all__ = ["TokenBucket", "TokenBuckets"]


class TokenBucket:
    """``burst`` requests at once, ``per_second`` in the long run. Times are monotonic seconds."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """0.0 when there is a token, else the seconds until there will be; none is taken."""
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        return 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / self._per_second

    def take(self, now: float) -> float:
        """Take one token; 0.0 when there was one, else the seconds until there will be."""
        seconds = self.wait(now)
        if not seconds:
            self._tokens -= 1.0
        return seconds


class TokenBuckets:
    """One bucket for each of those who come; beyond ``most`` of them the one that was made first is forgotten."""

    def __init__(self, per_second: float, burst: int, most: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._buckets: dict[str | bytes, TokenBucket] = {}

    def wait(self, key: str | bytes, now: float) -> float:
        """0.0 when there is a token in its bucket, else the seconds until there will be; none is taken."""
        bucket = self._buckets.get(key)
        return 0.0 if bucket is None else bucket.wait(now)

    def take(self, key: str | bytes, now: float) -> float:
        """Take one token of its bucket; 0.0 when there was one, else the seconds until there will be."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = TokenBucket(self._per_second, self._burst)
        return bucket.take(now)

    def keep(self, known: Set[str | bytes]) -> None:
        """Drop those of credentials and sources that are gone."""
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if key in known}
