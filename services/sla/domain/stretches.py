"""What agents do with their time, as the log tells: seconds by state, and how many of their units are taken."""

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush

import msgspec

from services.sla.domain.account_event import Available
from services.sla.domain.totals import Cell, Key, Totals
from shared.times import DAY_MS, MILLISECONDS_PER_SECOND

__all__ = [
    "AGENT_SECONDS",
    "NOT_READY",
    "OTHER_REASON",
    "REASONS",
    "REPORT_MS_MAX",
    "STATES",
    "UNIT_SECONDS",
    "Entry",
    "Stretch",
    "Stretches",
    "worked",
]

AGENT_SECONDS = "agent_seconds"  # labels workspace, state, reason
UNIT_SECONDS = "unit_seconds"  # labels workspace, use

REASONS = frozenset(
    {"admin", "break", "coaching", "lunch", "meeting", "no_answer", "offer_expired", "technical", "training"}
)
"""Reasons for not being ready that metrics tell apart; desktops may send any, and the others are OTHER_REASON."""
OTHER_REASON = "other"

# A report of what an agent did may be on its way for so long. What was shown by then is shown for good: another owner
# would show less, a counter that falls is taken for a new one, and all of it for an increase.
REPORT_MS_MAX = 5_000

_AVAILABLE, NOT_READY, _OFFLINE = "available", "not_ready", "offline"
STATES = ("idle", "offered", "busy", "full", "wrapping", "draining", _OFFLINE)
_AGENT, _LEFT = "a", "l"
LEFT_MS_MAX = DAY_MS  # a desktop whose clock is behind by more than that signs nobody on again
OUTDATED_MAX = 1024  # times of leaving that hold no more, and are never worth a rebuild: about 0.2 MB

Entry = tuple[str, str]
"""The key of a row, and what it holds as JSON."""


class Stretch(msgspec.Struct, gc=False):
    """An agent as last told: what they do since ``since_ms``, and how many of their units are taken meanwhile."""

    workspace: str
    agent_id: str
    presence: str
    state: str
    reason: str
    units: int
    used: int
    since_ms: int


_decode = msgspec.json.Decoder(Stretch).decode


class Stretches:
    """The agents of a partition who are signed on; the totals and their hours hold what they did."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._stretches: dict[str, Stretch] = {}
        self._left: dict[str, Stretch] = {}  # who left within LEFT_MS_MAX, and when: their time up to then is counted
        self._leaving: list[tuple[int, str]] = []  # a heap: when who left; some hold no more
        self._touched: dict[str, None] = {}  # keys of what changed
        self._cells: dict[tuple[str, str, str], list[Cell]] = {}  # what is added to, by workspace, state and reason

    @property
    def all(self) -> Collection[Stretch]:
        """Who is signed on, and what they do since when."""
        return self._stretches.values()

    def restore(self, entry: Entry) -> None:
        """A stretch as its row holds it, or when an agent left."""
        key, stretch = entry[0], _decode(entry[1])
        if key[0] == _LEFT:
            self._left[key] = stretch
            heappush(self._leaving, (stretch.since_ms, key))
        else:
            self._stretches[key] = stretch

    def take(self) -> tuple[dict[str, Stretch], list[str]]:
        """What changed since the last call, by key, and the keys of what is gone, each in the order of its first
        change."""
        touched, self._touched = self._touched, {}
        held = {key: self._stretches.get(key) or self._left.get(key) for key in touched}
        there = {key: stretch for key, stretch in held.items() if stretch is not None}
        return there, [key for key in held if key not in there]

    def available(self, event: Available, at_ms: int) -> None:
        """An agent does something else from now on."""
        name = f"{event.workspace}/{event.agent_id}"
        key = _AGENT + name
        stretch = self._stretches.get(key)
        if stretch is not None:
            at_ms = max(at_ms, stretch.since_ms)
            self._worked(stretch, at_ms)
        elif _LEFT + name in self._left:
            at_ms = max(at_ms, self._left.pop(_LEFT + name).since_ms)
            self._touched[_LEFT + name] = None
        self._touched[key] = None
        if event.presence == _OFFLINE and event.availability == "idle":
            self._stretches.pop(key, None)
            self._leaves(_LEFT + name, event, at_ms)
            return
        reason = ""
        if event.presence == NOT_READY:
            again = stretch is not None and stretch.presence == NOT_READY
            reason = stretch.reason if stretch is not None and again else event.reason
        self._stretches[key] = Stretch(
            event.workspace,
            event.agent_id,
            event.presence,
            event.availability if event.presence == _AVAILABLE else event.presence,
            reason,
            event.units,
            max(0, event.units - event.free_units),
            at_ms,
        )

    def _leaves(self, key: str, event: Available, at_ms: int) -> None:
        """What is dated before, though it comes after, is counted already."""
        self._left[key] = Stretch(event.workspace, event.agent_id, _OFFLINE, _OFFLINE, "", 0, 0, at_ms)
        self._touched[key] = None
        leaving = self._leaving
        heappush(leaving, (at_ms, key))
        while leaving[0][0] < at_ms - LEFT_MS_MAX:
            left_ms, old = heappop(leaving)
            if old in self._left and self._left[old].since_ms == left_ms:
                del self._left[old]
                self._touched[old] = None
        if len(leaving) > 2 * len(self._left) + OUTDATED_MAX:
            self._leaving = [(left.since_ms, each) for each, left in self._left.items()]
            heapify(self._leaving)

    def _worked(self, stretch: Stretch, until_ms: int) -> None:
        what = (stretch.workspace, stretch.state, _reason(stretch))
        cells = self._cells.get(what)
        if cells is None:
            cells = self._cells[what] = [self._totals.cell(key) for key in _keys(stretch)]
        agent, capacity, used = cells
        seconds, capacity_seconds, used_seconds = _amounts(stretch, until_ms)
        grow = self._totals.grow
        grow(agent, seconds)
        grow(capacity, capacity_seconds)
        grow(used, used_seconds)
        key = ("agent", stretch.workspace, stretch.agent_id, stretch.state, stretch.reason)
        self._totals.hours.spread(stretch.since_ms, until_ms, key)


def worked(stretch: Stretch, until_ms: int) -> Mapping[Key, float]:
    """What a stretch adds to the totals up to a time: its agent's seconds, and those of their units."""
    return dict(zip(_keys(stretch), _amounts(stretch, until_ms), strict=True))


def _keys(stretch: Stretch) -> tuple[Key, Key, Key]:
    agent = (AGENT_SECONDS, stretch.workspace, stretch.state, _reason(stretch))
    return agent, (UNIT_SECONDS, stretch.workspace, "capacity"), (UNIT_SECONDS, stretch.workspace, "used")


def _reason(stretch: Stretch) -> str:
    return stretch.reason if not stretch.reason or stretch.reason in REASONS else OTHER_REASON


def _amounts(stretch: Stretch, until_ms: int) -> tuple[float, float, float]:
    """Whose units are taken works with them, also who is not ready, or has more than the units of now: occupancy, used
    over capacity, is a share."""
    ms, used = until_ms - stretch.since_ms, stretch.used
    seconds = (0 if ms < 0 else ms) / MILLISECONDS_PER_SECOND
    ready = 0 if stretch.presence == NOT_READY else stretch.units
    return seconds, seconds * (ready if ready > used else used), seconds * used
