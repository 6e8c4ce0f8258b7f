"""For how long work has waited without progress, counted from when it was first seen waiting."""

__all__ = ["Watchdog"]


class Watchdog:
    """One lane under watch. A quiet partition is not stuck, however long ago its last commit was: time counts from the
    first look that saw work wait, and anew from each look that saw progress."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._progress: object = None

    def stuck_seconds(self, now: float, *, waits: bool, progress: object, excused_at: float = 0.0) -> float:
        """``waits``: whether there is work now. ``progress``: any value that changes with each step. ``excused_at``:
        when last a known fault explained the standstill. Times are monotonic seconds."""
        if not waits:
            self._since = None
        elif self._since is None or progress != self._progress:
            self._since = now
        self._progress = progress
        return 0.0 if self._since is None else max(0.0, now - max(self._since, excused_at))
