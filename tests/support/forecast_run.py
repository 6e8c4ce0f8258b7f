"""The forecast beside a simulation on the virtual clock: what each contact that waits is told, and what happens."""

from collections import Counter
from dataclasses import dataclass

import msgspec

from lab.simulation.matcher_desk import MatcherDesk
from lab.simulation.run import Fate, Run
from lab.simulation.staff import Staff
from lab.simulation.workload import generate
from services.router.domain.forecast import Flow, risk_of_breach
from services.router.domain.insight.at_risk import CLEARED_BELOW, RAISED_ABOVE
from services.router.domain.rules.queue_rules import LOOK_MS_MAX, LOOK_MS_MIN, LOOKS
from services.sla.domain.risks import AHEAD_SECONDS, AHEAD_SHARE

MS = 1000


@dataclass(slots=True)
class Told:
    """One contact that had to wait. Seconds; estimates are None while there is nothing to go by.

    ``poisson_risk`` is the risk as the design first had it; ``last`` and ``head`` are what is often used instead of an
    estimate: the wait of the last who was served, and the wait so far of the first in the queue.
    """

    queue: str
    at: float
    target: float
    expected: float | None
    risk: float | None
    poisson_risk: float | None
    last: float | None
    head: float
    fate: Fate = Fate.WAITING
    waited: float = 0.0

    @property
    def breached(self) -> bool | None:
        """Whether it was not answered in time; None when it gave up before anybody could know."""
        if self.fate is Fate.ANSWERED:
            return self.waited > self.target
        return True if self.waited > self.target else None


class ForecastRun(Run):
    """A run that asks for the forecast of each contact that begins to wait; the matcher and the flows are the real."""

    def __init__(self, scenario, workload):
        desk = MatcherDesk(Staff(scenario), workload, scenario.late_factor)
        super().__init__(desk, workload, scenario.waiting_places, lambda: 0)
        self._matcher = desk.matcher
        self._classes = scenario.classes
        self._flows = {each.name: Flow(workspace="sim", queue=each.name) for each in scenario.classes}
        self._last = {}
        self.told = {}

    def _arrive(self, contact, now):
        each = self._classes[self._workload.class_of[contact]]
        self._count(contact, now)
        super()._arrive(contact, now)
        if self._fate[contact] is Fate.WAITING:
            self.told[contact] = self._forecast(contact, each, now)

    def _forecast(self, contact, each, now):
        place = self._matcher.place(self._workload.contact_ids[contact], now)
        expected = self._flows[each.name].expected_seconds(place.ahead)
        known = expected is not None
        return Told(
            queue=each.name,
            at=now,
            target=each.target_seconds,
            expected=expected,
            risk=risk_of_breach(expected, place) if known else None,
            poisson_risk=risk_of_breach(expected, type(place)(place.ahead, 0.0, place.slack)) if known else None,
            last=self._last.get(each.name),
            head=now - self._oldest(each.name),
        )

    def _oldest(self, queue):
        lines = self._matcher.line_up(queue)
        return min(entry[3].began for _, *both in lines for entries in both for entry in entries)

    def _count(self, contact, now, gone=0):
        """The time up to now; ``gone``: contacts that the matcher no longer has, though they waited until now."""
        name = self._classes[self._workload.class_of[contact]].name
        self._flows[name].advance(round(now * MS), self._matcher.waiting_count(name) + gone)
        return self._flows[name]

    def _begin(self, contact, agent, now):
        told = self.told.get(contact)
        if told is not None:
            self._count(contact, now, gone=1).served += 1
            told.fate, told.waited = Fate.ANSWERED, now - told.at
            self._last[told.queue] = told.waited
        super()._begin(contact, agent, now)

    def _ring(self, now, timer, contact):
        told = self.told.get(contact)
        if told is not None and self._fate[contact] is Fate.WAITING:
            self._count(contact, now).abandoned += 1
            told.fate, told.waited = Fate.ABANDONED, now - told.at
        super()._ring(now, timer, contact)


def told_in(scenario, seeds):
    """Everybody who had to wait after the warm-up, was told something and is gone; over so many seeds."""
    found = []
    for seed in range(scenario.first_seed, scenario.first_seed + seeds):
        run = ForecastRun(scenario, generate(scenario, seed))
        run.play()
        found += [each for each in run.told.values() if each.at >= scenario.warmup_seconds and each.risk is not None]
    return found


def calibration(told, risk="risk"):
    """By tenth of the risk: (how many, risk told on average, share that breached), of those of whom anybody knows."""
    tenths = [[] for _ in range(10)]
    for each in told:
        if each.breached is not None:
            tenths[min(int(getattr(each, risk) * 10), 9)].append(each)
    return [
        (
            len(tenth),
            sum(getattr(each, risk) for each in tenth) / len(tenth),
            sum(each.breached for each in tenth) / len(tenth),
        )
        if tenth
        else (0, None, None)
        for tenth in tenths
    ]


def errors(told, estimate):
    """(mean error, root of the mean square) in seconds of an estimate of the wait, over those who were answered."""
    gaps = [
        getattr(each, estimate) - each.waited for each in told if each.fate is Fate.ANSWERED and each.last is not None
    ]
    return sum(gaps) / len(gaps), (sum(gap * gap for gap in gaps) / len(gaps)) ** 0.5


@dataclass(slots=True)
class Announcement:
    """A risk of one contact as it would be told: ``at`` and ``due`` in seconds; ``cleared``: it was taken back."""

    contact: int
    at: float
    due: float
    cleared: bool = False


class AnnouncedRun(ForecastRun):
    """A run in which every queue is looked at as the router does: at fortieths of its target, with hysteresis."""

    def __init__(self, scenario, workload):
        super().__init__(scenario, workload)
        seconds = {each.name: each.target_seconds / LOOKS for each in scenario.classes}
        self._every = {name: min(max(each, LOOK_MS_MIN / MS), LOOK_MS_MAX / MS) for name, each in seconds.items()}
        self._next = dict(self._every)
        self._waits = {name: {} for name in seconds}
        self._standing = {}
        self.announced = []

    def _arrive(self, contact, now):
        self._look_until(now)
        super()._arrive(contact, now)
        told = self.told.get(contact)
        if told is not None:
            self._waits[told.queue][contact] = told

    def _end(self, now, agent, ended):
        self._look_until(now)
        super()._end(now, agent, ended)

    def _ring(self, now, timer, contact):
        self._look_until(now)
        super()._ring(now, timer, contact)

    def _look_until(self, now):
        for name, every in self._every.items():
            while self._next[name] < now:
                self._look(name, self._next[name])
                self._next[name] += every

    def _look(self, name, now):
        waits = self._waits[name]
        for contact in [each for each, told in waits.items() if told.fate is not Fate.WAITING]:
            del waits[contact]
        if not waits:
            return
        seen = msgspec.structs.replace(self._flows[name])
        seen.advance(round(now * MS), self._matcher.waiting_count(name))
        for contact, told in waits.items():
            due = told.at + told.target
            place = self._matcher.place(self._workload.contact_ids[contact], now)
            expected = seen.expected_seconds(place.ahead)
            if now > due or expected is None:
                continue
            risk = risk_of_breach(expected, place)
            if risk > RAISED_ABOVE and contact not in self._standing:
                self._standing[contact] = Announcement(contact, now, due)
                self.announced.append(self._standing[contact])
            elif risk < CLEARED_BELOW and contact in self._standing:
                self._standing.pop(contact).cleared = True


def announced_in(scenario, seeds):
    """Over so many seeds, by queue: how many breaches and how many of them were announced in time (30 s or a quarter
    of the target ahead); how many announcements of which anybody knows, how many came true, and were taken back.
    """
    found = {each.name: Counter() for each in scenario.classes}
    for seed in range(scenario.first_seed, scenario.first_seed + seeds):
        run = AnnouncedRun(scenario, generate(scenario, seed))
        run.play()
        last = {each.contact: each for each in run.announced}
        for contact, told in run.told.items():
            if told.at >= scenario.warmup_seconds and told.breached:
                each = last.get(contact)
                ahead = 0.0 if each is None or each.cleared else each.due - each.at
                found[told.queue]["breaches"] += 1
                found[told.queue]["in time"] += ahead >= min(AHEAD_SECONDS, AHEAD_SHARE * told.target)
                found[told.queue]["announced"] += ahead > 0
        for each in run.announced:
            told = run.told[each.contact]
            if told.at >= scenario.warmup_seconds and (each.cleared or told.breached is not None):
                found[told.queue]["announcements"] += 1
                found[told.queue]["cleared"] += each.cleared
                found[told.queue]["true"] += bool(told.breached and not each.cleared)
    return found
