"""Which promises hold in each workspace now, and those of older policies under which clocks still run."""

from collections.abc import Callable, Iterable

from services.sla.domain.clock import Clock, Kind
from services.sla.domain.contact import Contact
from services.sla.domain.promises import Promises
from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Terms"]


class Terms:
    """The policies of a partition's workspaces. ``kinds``: what any of them promises now; ``now``: the promises that
    hold in a workspace, None where the log told of no policy."""

    def __init__(self) -> None:
        self._current: dict[str, Promises] = {}
        self._known: dict[tuple[str, int], Promises] = {}
        self.kinds: frozenset[Kind] = frozenset()
        self.now: Callable[[str], Promises | None] = self._current.get  # bound: every event asks several times

    def activate(self, workspace: str, promises: Promises) -> None:
        """From here on these promises are made in the workspace."""
        self._current[workspace] = promises
        self.remember(workspace, promises)
        self.kinds = frozenset(kind for each in self._current.values() for kind in each.kinds)

    def remember(self, workspace: str, promises: Promises) -> None:
        """Contacts or their clocks still depend on this version."""
        self._known[workspace, promises.version] = promises

    def keep_only(self, workspace: str, versions: Iterable[int]) -> None:
        """Of the workspace's older versions no others are needed any more."""
        current = self._current[workspace].version
        needed = {current, *versions}
        for key in [key for key in self._known if key[0] == workspace and key[1] not in needed]:
            del self._known[key]

    def remembers(self, workspace: str) -> bool:
        """Whether what the workspace promises now asks for contacts to be known from their arrival on."""
        promises = self._current.get(workspace)
        return promises is not None and promises.remembers

    def under(self, workspace: str, version: int) -> Promises | None:
        """The promises of a version under which a clock of the workspace runs."""
        return self._known.get((workspace, version))

    def calendar(self, workspace: str, version: int, name: str) -> Calendar:
        """A calendar of that version; always open for ""."""
        return self._known[workspace, version].calendar(name) if name else ALWAYS_OPEN

    def used_up(self, clock: Clock, contact: Contact, since_ms: int) -> bool:
        """Whether the time of a clock that rests since then was used up before, whatever pauses came after that."""
        counted = self.elapsed_seconds(clock, contact.workspace, since_ms)
        return contact.used_up(clock, since_ms) or counted > clock.target_seconds

    def elapsed_seconds(self, clock: Clock, workspace: str, at_ms: int) -> float:
        """Calendar time that counted from the clock's start to this time, which may lie before the end of a pause that
        a policy ended."""
        until_ms = at_ms if clock.paused_ms is None else min(at_ms, clock.paused_ms)
        if clock.calendar or clock.eased:
            calendar = self.calendar(workspace, clock.policy, clock.calendar)
            seconds = calendar.open_seconds_between(clock.started_ms, until_ms)
            for begin_ms, end_ms in clock.eased:
                seconds += calendar.open_seconds_between(max(begin_ms, at_ms), end_ms)
        else:
            seconds = max(0, until_ms - clock.started_ms) / MILLISECONDS_PER_SECOND
            if not clock.paused_seconds:
                return seconds
        return round(max(0.0, seconds - clock.paused_seconds), 3)
