"""Where a lane stands: the places that it passes, what was done when it is there, and what a crash there means.

The one table of them: failpoints are named from it, the tests crash at each, docs/lane.md shows it.
"""

from collections.abc import Awaitable, Mapping
from enum import StrEnum
from typing import NamedTuple

from shared.process.failpoints import Failpoints

__all__ = ["FAILPOINTS", "PHASES", "Life", "Phase", "Place"]


class Phase(StrEnum):
    """A place on the way of a lane or of its publisher, and the name of its failpoint."""

    NEW = "lane.new"
    CLAIMED = "lane.claimed"
    LOADED = "lane.loaded"
    SEEKING = "lane.seeking"
    CHECKED = "lane.checked"
    POLLING = "lane.polling"
    POLLED = "lane.polled"
    PREFETCHED = "lane.prefetched"
    STEPPED = "lane.stepped"
    COMMITTED = "lane.committed"
    ENDED = "lane.ended"
    SENDING = "publisher.before_send"
    ACKNOWLEDGED = "publisher.acknowledged"


class Place(NamedTuple):
    """``after``: from where a lane may come here; empty for the publisher, which runs beside it. ``crash`` is empty
    where nothing is under way: there is no failpoint then."""

    after: frozenset[Phase]
    done: str
    crash: str = ""


def _after(*phases: Phase) -> frozenset[Phase]:
    return frozenset(phases)


# Between two turns: after a start, an empty poll, a step that changed nothing, a commit.
_RESTS = (Phase.CHECKED, Phase.POLLED, Phase.PREFETCHED, Phase.COMMITTED)
_AGAIN = "nothing was written; the next owner begins where this one did"
_UNSENT = "the batch stands in the outbox: the next owner publishes it, and decides nothing anew"

PHASES: Mapping[Phase, Place] = {
    Phase.NEW: Place(_after(), "made, not run"),
    Phase.CLAIMED: Place(_after(Phase.NEW), "the epoch is raised: no earlier owner commits any more", _AGAIN),
    Phase.LOADED: Place(
        _after(Phase.CLAIMED, Phase.SEEKING), "memory holds the live rows of one snapshot, and what is unsent", _AGAIN
    ),
    Phase.SEEKING: Place(_after(Phase.LOADED), "waits for the record that was applied last"),
    Phase.CHECKED: Place(_after(Phase.LOADED), "database and both logs tell the same story", _AGAIN),
    Phase.POLLING: Place(_after(*_RESTS), "waits for records"),
    Phase.POLLED: Place(
        _after(Phase.POLLING, *_RESTS), "records are in memory", "the offset did not move: they are read again"
    ),
    Phase.PREFETCHED: Place(
        _after(Phase.POLLED, Phase.PREFETCHED, Phase.STEPPED, Phase.COMMITTED),
        "what the engine needs of the database is in memory",
        "the offset did not move: they are read again",
    ),
    Phase.STEPPED: Place(
        _after(Phase.STEPPED, *_RESTS),
        "the engine has decided, in memory alone",
        "nobody has heard: the decision is made again, from the same records",
    ),
    Phase.COMMITTED: Place(
        _after(Phase.STEPPED), "rows, offset, dead letters and outbox are one commit; nobody has heard", _UNSENT
    ),
    Phase.ENDED: Place(frozenset(Phase), "nothing of it goes on"),
    Phase.SENDING: Place(_after(), "the fence is ours, and the batch is next", _UNSENT),
    Phase.ACKNOWLEDGED: Place(
        _after(),
        "all replicas have the batch; the cursor is in memory alone",
        "it is published a second time, and consumers drop what they have seen",
    ),
}
FAILPOINTS: tuple[Phase, ...] = tuple(phase for phase, place in PHASES.items() if place.crash)
_OPENING = frozenset({Phase.NEW, Phase.CLAIMED, Phase.LOADED, Phase.SEEKING})
_POLLING = frozenset({Phase.SEEKING, Phase.POLLING})


class Life:
    """The phase of one lane, and the rule that it changes only as the table says."""

    def __init__(self, failpoints: Failpoints) -> None:
        self._failpoints = failpoints
        self.phase = Phase.NEW

    def go(self, phase: Phase) -> None:
        """Be there. AssertionError: from here the table leads elsewhere, so the lane itself is wrong."""
        if self.phase not in PHASES[phase].after:
            raise AssertionError(f"no way leads from {self.phase} to {phase}")
        self.phase = phase

    def reach(self, phase: Phase) -> Awaitable[None]:
        """Be there, and do what the failpoint of the place says."""
        self.go(phase)
        return self._failpoints.reach(phase)

    @property
    def opening(self) -> bool:
        """Nothing is under way yet: it may be abandoned at any time."""
        return self.phase in _OPENING

    @property
    def polling(self) -> bool:
        """Inside a poll nothing is under way, and a rebalance may hold the poll until it is over."""
        return self.phase in _POLLING

    @property
    def ready(self) -> bool:
        """Open, and not ended: records are taken."""
        return self.phase not in _OPENING and self.phase is not Phase.ENDED
