"""In which order the live router met inputs and deadlines, as far as its log tells.

A router that has read everything fires deadlines by the wall clock, so a deadline may come before an input that the log
took a moment earlier. The inputs alone do not say so; the events do, because each names its cause.
"""

from collections import deque

__all__ = ["Pace"]


class Pace:
    """Hears the causes of the log's events in order, and says how far the router's time had come before an input."""

    def __init__(self) -> None:
        self._heard: deque[tuple[str, int]] = deque()
        self._causes: set[str] = set()

    def hear(self, cause_id: str, at_ms: int) -> None:
        """An event of the log; ``at_ms`` of a deadline's is the deadline's own time."""
        if cause_id not in self._causes:
            self._causes.add(cause_id)
            self._heard.append((cause_id, at_ms))

    def knows(self, input_id: str) -> bool:
        """Whether the log tells of something that this input caused."""
        return input_id in self._causes

    def before(self, input_id: str) -> int:
        """Time of the latest deadline that was met before this input and after the one asked about before; 0 for none.

        Inputs are asked about in their order; of one that the log does not tell of nothing is known.
        """
        latest = 0
        while input_id in self._causes:
            cause_id, at_ms = self._heard.popleft()
            self._causes.remove(cause_id)
            if cause_id != input_id:
                latest = max(latest, at_ms)
        return latest
