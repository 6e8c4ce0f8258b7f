"""As of when everything that happened is known to be on the log and applied: only up to then may a promise breach."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from shared.contract.progress import Note

__all__ = ["Look", "Looks", "Upstream"]

# Looks remembered while somebody is behind. When there are more, every second one goes: a lag of hours is then known
# to some minutes, and always known.
LOOKS_MAX = 32


class Look(NamedTuple):
    """Everything that happened up to ``at_ms`` (wall clock) lies below ``end`` on a log."""

    at_ms: int
    end: int


class Looks:
    """Looks at the end of one log, until its reader has covered them."""

    def __init__(self) -> None:
        self._looks: list[Look] = []

    def add(self, look: Look) -> None:
        """A newer look; one that is as of the same time as the last says nothing new."""
        if self._looks and look.at_ms <= self._looks[-1].at_ms:
            return
        self._looks.append(look)
        if len(self._looks) > LOOKS_MAX:
            self._looks = self._looks[::2]  # of an odd number: the oldest and the newest stay

    def covered_ms(self, offset: int) -> int:
        """The time of the newest look that lies below the offset; 0 without one. Older ones are forgotten."""
        for place in range(len(self._looks) - 1, -1, -1):
            if self._looks[place].end <= offset:
                del self._looks[:place]
                return self._looks[0].at_ms
        return 0


class Upstream:
    """The way from the inbound topics to our own offset, followed look by look.

    A partition is *settled* as of a time when everything that the inbound topics held then was delivered by ingest,
    everything of it that reached the router's input was handled, the router's deadlines up to then have fired, the
    events of all that were acknowledged, and our lane has applied them. Whoever is down, slow or unreachable on that
    way holds the time back; nothing is assumed of him.
    """

    def __init__(self, applied: Callable[[], Mapping[int, int]], heard: Callable[[], Mapping[int, int]] = dict) -> None:
        """By partition of ours: ``applied``, the offset of the next event, and ``heard``, the seq of the last one."""
        self._applied = applied
        self._heard = heard
        self._doors: dict[tuple[str, int], Looks] = {}
        self._inputs: dict[int, Looks] = {}
        self._outputs: dict[int, Looks] = {}
        self._told: dict[int, Looks] = {}  # by the router's own word, in seqs; its ends hold more than was asked for

    def partitions(self) -> list[int]:
        """The partitions that are ours now, to be looked at. What was seen of others is forgotten: when one comes back,
        whoever had it meanwhile knew of later times, and an older one would look like a way that stands still."""
        ours = self._applied()
        for looks in (self._inputs, self._outputs, self._told):
            for partition in looks.keys() - ours.keys():
                del looks[partition]
        return sorted(ours)

    def door_looked(self, at_ms: int, ends: Mapping[tuple[str, int], int], taken: Mapping[tuple[str, int], int]) -> int:
        """As of when ingest has delivered all of its topics: their ends as seen at ``at_ms``, then its offsets.

        0: not known yet. Without topics nothing can wait there.
        """
        covered = [at_ms]
        for where, end in ends.items():
            looks = self._doors.setdefault(where, Looks())
            looks.add(Look(at_ms, end))
            covered.append(looks.covered_ms(taken[where]))
        return min(covered)

    def looked(
        self, partition: int, inputs: Look, *, handled: int, output_end: int | None = None, note: Note | None = None
    ) -> bool:
        """Take in one look: the router's input, what the router has handled of it, and after that its output's end.

        ``note``: what the router says of its deadlines, and of where on its output all that is told. The output's end
        counts too, for what was told since and where nothing is said; and where told events are on no log any more.
        Whether it would say more, where it was not asked for: what the router has told is not all known to be applied.
        """
        if not inputs.at_ms:
            return False
        waiting = self._inputs.setdefault(partition, Looks())
        waiting.add(inputs)
        covered_ms = waiting.covered_ms(handled)
        known_ms = covered_ms if note is None else min(covered_ms, note.told_ms)
        if known_ms <= 0:
            return False
        if output_end is not None:
            self._outputs.setdefault(partition, Looks()).add(Look(known_ms, output_end))
        if note is not None:
            self._told.setdefault(partition, Looks()).add(Look(known_ms, note.seq))
        return output_end is None and known_ms > self.settled_ms(partition)

    def settled_ms(self, partition: int) -> int:
        """The latest time (ms since the epoch) as of which the partition is known to be settled; 0: never.

        It goes back with what is applied: a lane of an older database reads again what it had applied before.
        """
        ways = ((self._outputs, self._applied), (self._told, self._heard))
        known = ((looks.get(partition), has().get(partition)) for looks, has in ways)
        return max((look.covered_ms(has) for look, has in known if look is not None and has is not None), default=0)
