"""One run of one policy over one workload: the event loop on the virtual clock."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from math import inf

from lab.simulation.desk import Desk
from lab.simulation.rules import Rules
from lab.simulation.workload import Workload


class Fate(IntEnum):
    """What became of a contact."""

    WAITING = 0
    ANSWERED = 1
    ABANDONED = 2
    BLOCKED = 3


class Timer(IntEnum):
    """Why a waiting contact is looked at again; at equal times in this order."""

    LET_GO = 0
    GIVES_UP = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of every contact, in order of arrival. ``started`` in seconds and ``agent`` only of the answered.

    ``decision_nanoseconds``: each decision with its changes of the structure.
    """

    fate: list[Fate]
    started: list[float]
    agent: list[int]
    decision_nanoseconds: list[int]


class Run:
    """Ends of work come before arrivals at the same time, arrivals before contacts that give up; equal ends in order of
    the agents, then of the contacts; equal arrivals in order of the rows.

    So a contact whose patience ends at the very moment an agent becomes free is answered.
    """

    def __init__(self, desk: Desk, workload: Workload, places: int | None, tick: Callable[[], int]) -> None:
        count = len(workload)
        self._desk = desk
        self._workload = workload
        self._places = inf if places is None else places
        self._tick = tick
        self._waiting = 0
        self._ends: list[tuple[float, int, int]] = []
        self._timers: list[tuple[float, Timer, int]] = []
        self._fate: list[Fate] = [Fate.WAITING] * count
        self._started = [0.0] * count
        self._agent = [-1] * count
        self._nanoseconds: list[int] = []

    def play(self) -> Outcome:
        """Let everything happen, until everybody is served or gone."""
        self._loop([*self._workload.at, inf])
        return Outcome(
            fate=self._fate, started=self._started, agent=self._agent, decision_nanoseconds=self._nanoseconds
        )

    def _loop(self, arrivals: list[float]) -> None:
        ends, timers = self._ends, self._timers
        following = 0
        while True:
            arrival = arrivals[following]
            timer = timers[0][0] if timers else inf
            if ends and ends[0][0] <= arrival and ends[0][0] <= timer:
                self._end(*heappop(ends))
            elif arrival <= timer:
                if arrival == inf:
                    return
                self._arrive(following, arrival)
                following += 1
            else:
                self._ring(*heappop(timers))

    def _arrive(self, contact: int, now: float) -> None:
        before = self._tick()
        agent = self._desk.arrive(contact, now)
        self._nanoseconds.append(self._tick() - before)
        if agent >= 0:
            self._begin(contact, agent, now)
        elif self._waiting >= self._places:
            self._lose(contact, Fate.BLOCKED)
        else:
            self._waiting += 1
            patience = self._workload.patience[contact]
            if patience < inf:
                heappush(self._timers, (now + patience, Timer.GIVES_UP, contact))

    def _end(self, now: float, agent: int, ended: int) -> None:
        before = self._tick()
        contact = self._desk.free(agent, ended, now)
        self._nanoseconds.append(self._tick() - before)
        while contact >= 0:
            self._waiting -= 1
            self._begin(contact, agent, now)
            contact = self._desk.again(agent, now)

    def _ring(self, now: float, timer: Timer, contact: int) -> None:
        if self._fate[contact] == Fate.WAITING:
            self._waiting -= 1
            self._lose(contact, Fate.ABANDONED)

    def _begin(self, contact: int, agent: int, now: float) -> None:
        self._fate[contact] = Fate.ANSWERED
        self._started[contact] = now
        self._agent[contact] = agent
        heappush(self._ends, (now + self._workload.handle[contact], agent, contact))

    def _lose(self, contact: int, fate: Fate) -> None:
        self._fate[contact] = fate
        self._desk.leave(contact)


class RuledRun(Run):
    """A run with protected classes or sticky contacts, where more than one agent may start work at an event."""

    def __init__(self, rules: Rules, workload: Workload, places: int | None, tick: Callable[[], int]) -> None:
        super().__init__(rules, workload, places, tick)
        self._rules = rules
        self._now = 0.0

    def play(self) -> Outcome:
        """Let everything happen; who is still held back from an agent at the end is served then."""
        outcome = super().play()
        while self._waiting:
            self._rules.lift()
            self._reconsider(self._now)
            self._loop([inf])
        return outcome

    def _arrive(self, contact: int, now: float) -> None:
        super()._arrive(contact, now)
        until = self._rules.keeps_until(contact)
        if until is not None and self._fate[contact] == Fate.WAITING:
            heappush(self._timers, (until, Timer.LET_GO, contact))
        self._reconsider(now)

    def _end(self, now: float, agent: int, ended: int) -> None:
        super()._end(now, agent, ended)
        self._reconsider(now)

    def _ring(self, now: float, timer: Timer, contact: int) -> None:
        if timer is Timer.GIVES_UP:
            super()._ring(now, timer, contact)
        elif self._fate[contact] == Fate.WAITING:
            agent = self._rules.let_go(contact, now)
            if agent >= 0:
                self._waiting -= 1
                self._begin(contact, agent, now)
        self._reconsider(now)

    def _begin(self, contact: int, agent: int, now: float) -> None:
        super()._begin(contact, agent, now)
        self._rules.started(contact, agent, now)

    def _lose(self, contact: int, fate: Fate) -> None:
        super()._lose(contact, fate)
        self._rules.lost(contact)

    def _reconsider(self, now: float) -> None:
        self._now = now
        for agent, contact in self._rules.reconsider(now):
            self._waiting -= 1
            self._begin(contact, agent, now)
