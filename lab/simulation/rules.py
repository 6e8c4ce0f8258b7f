"""The opt-in rules of a scenario besides the matching itself: protected classes and sticky agents."""

from collections.abc import Iterator

from lab.simulation.matcher_desk import MatcherDesk
from lab.simulation.scenario import Scenario


class Rules:
    """What a run does beyond arrivals and ends when a class is protected or contacts stick to agents.

    A sticky contact's own agent is drawn evenly from those who can serve it. A free own agent takes it at once; one
    who is expected to be free (start of their contact + mean handle time) before the contact's deadline is waited for,
    for ``sticky_seconds`` or half the slack, whichever is less; then, or else at once, it is anybody's.
    """

    def __init__(self, scenario: Scenario, desk: MatcherDesk) -> None:
        self._desk = desk
        self._sticky = scenario.sticky_seconds
        staff = desk.staff
        self._able = [
            [agent for agent, group in enumerate(staff.group_of) if each.served_by(staff.groups[group])]
            for each in scenario.classes
        ]
        self._kept: dict[int, float] = {}
        self._busy: dict[int, dict[int, float]] = {}
        self._protected = [index for index, each in enumerate(scenario.classes) if each.allowance is not None]
        for index in self._protected:
            desk.matcher.protect(desk.needs[index], scenario.classes[index].allowance or 0.0)

    def arrive(self, contact: int, now: float) -> int:
        """The agent who takes an arriving contact, or -1: then it waits, perhaps for its own agent only."""
        if not self._sticky:
            return self._desk.arrive(contact, now)
        desk = self._desk
        own = self._own_agent(contact)
        desk.wait(contact, only_agent=desk.agent_ids[own])
        agent = desk.find_agent(contact, now)
        if agent >= 0:
            return agent
        until = self._wait_for(own, contact, now)
        if until is not None:
            self._kept[contact] = until
            return -1
        desk.wait(contact)
        return desk.find_agent(contact, now)

    def free(self, agent: int, ended: int, now: float) -> int:
        """An agent ended a contact; the contact they take next, or -1."""
        del self._busy[agent][ended]
        return self._desk.free(agent, ended, now)

    def again(self, agent: int, now: float) -> int:
        """The contact that an agent takes besides the one they just took, or -1."""
        return self._desk.again(agent, now)

    def leave(self, contact: int) -> None:
        """A waiting contact is gone without an agent."""
        self._desk.leave(contact)

    def keeps_until(self, contact: int) -> float | None:
        """Until when a contact that just arrived waits for its own agent only."""
        return self._kept.pop(contact, None)

    def let_go(self, contact: int, now: float) -> int:
        """A contact has waited long enough for its own agent; the agent who takes it, or -1."""
        self._desk.wait(contact)
        return self._desk.find_agent(contact, now)

    def started(self, contact: int, agent: int, now: float) -> None:
        """Remember until when the agent is expected to be busy, and count the answer."""
        each = self._desk.staff.classes[self._desk.workload.class_of[contact]]
        self._busy.setdefault(agent, {})[contact] = now + each.handle_seconds.mean
        self._count(contact, breached=now - self._desk.workload.at[contact] > each.target_seconds)

    def lost(self, contact: int) -> None:
        """A contact was blocked or gave up: a breach."""
        self._count(contact, breached=True)

    def reconsider(self, now: float) -> Iterator[tuple[int, int]]:
        """Agents who were held back and may now take a contact, with the contact."""
        desk = self._desk
        found = True
        while found:
            found = False
            for index in self._protected:
                for agent_id in desk.matcher.suited(desk.needs[index]):
                    agent = desk.agent_number(agent_id)
                    contact = desk.find_contact(agent, now)
                    if contact >= 0:
                        found = True
                        yield agent, contact

    def lift(self) -> None:
        """Hold nobody back any more: arrivals have ended and everybody who waits is served."""
        for index in self._protected:
            self._desk.matcher.protect(self._desk.needs[index], 1.0)

    def _count(self, contact: int, *, breached: bool) -> None:
        class_index = self._desk.workload.class_of[contact]
        if class_index in self._protected:
            self._desk.matcher.answered(self._desk.needs[class_index], breached=breached)

    def _own_agent(self, contact: int) -> int:
        workload = self._desk.workload
        able = self._able[workload.class_of[contact]]
        return able[int(workload.draws[contact] * len(able))]

    def _wait_for(self, agent: int, contact: int, now: float) -> float | None:
        each = self._desk.staff.classes[self._desk.workload.class_of[contact]]
        slack = each.target_seconds - each.boost_seconds
        expected = max(now, min(self._busy.get(agent, {}).values(), default=now))
        if slack <= 0 or expected >= now + slack:
            return None
        return now + min(self._sticky, slack / 2)
