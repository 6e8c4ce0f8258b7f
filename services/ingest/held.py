"""Records that an open transaction of somebody else's producer holds back."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Held"]

Where = TypeVar("Where", bound=Hashable)


class Held(Generic[Where]):
    """What is held back of each partition, and since when it was first seen; times in seconds of one clock."""

    def __init__(self) -> None:
        self._held: dict[Where, tuple[float, int]] = {}

    def look(self, where: Where, end: int | None, stable: int | None, now: float) -> int:
        """How many records lie between the last stable offset and the log's end; 0 while either is not known."""
        if end is None or stable is None or not 0 <= stable < end:
            self._held.pop(where, None)
            return 0
        self._held[where] = self._held.get(where, (now, 0))[0], end - stable
        return end - stable

    def forget(self) -> None:
        """The partitions move."""
        self._held.clear()

    def notes(self, name: Callable[[Where], str], now: float) -> list[str]:
        """A line for each partition."""
        return [
            f"{name(where)}: an open transaction has held back {records} records for {now - since:.0f} s; its"
            " producer must commit or abort it, or Kafka does after the producer's transaction.timeout.ms"
            for where, (since, records) in sorted(self._held.items())
        ]
