"""The router's own matcher as a policy: NEXT, and plain earliest deadline first as its case of late factor 1."""

from lab.simulation.staff import Staff, requirement, skills
from lab.simulation.workload import Workload
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Match, Seat, Waiting


class MatcherDesk:
    """Puts contacts and agents into the matcher, asks it, and does what it says."""

    def __init__(self, staff: Staff, workload: Workload, late_factor: float) -> None:
        self.staff = staff
        self.workload = workload
        self.matcher = Matcher()
        self.contacts = {contact_id: number for number, contact_id in enumerate(workload.contact_ids)}
        # The matcher breaks ties by agent id as text, so the text must sort like the number.
        self.agent_ids = [f"{number:06d}" for number in range(len(staff.names))]
        self.needs = [requirement(each) for each in staff.classes]
        self._late_factor = late_factor
        self._agents = {agent_id: number for number, agent_id in enumerate(self.agent_ids)}
        self._skills = [skills(group) for group in staff.groups]
        for agent in range(len(staff.names)):
            self._sit(agent)

    def arrive(self, contact: int, now: float) -> int:
        """The agent who takes an arriving contact, or -1: then it waits."""
        self.wait(contact)
        return self.find_agent(contact, now)

    def free(self, agent: int, ended: int, now: float) -> int:
        """An agent ended a contact; the contact they take next, or -1."""
        self.staff.release(agent, self.workload.class_of[ended], now)
        self._sit(agent)
        return self.find_contact(agent, now)

    def again(self, agent: int, now: float) -> int:
        """The contact that an agent takes besides the one they just took, or -1."""
        staff = self.staff
        if not staff.lanes[staff.group_of[agent]][staff.used[agent]]:
            return -1
        return self.find_contact(agent, now)

    def leave(self, contact: int) -> None:
        """A waiting contact is gone without an agent."""
        self.matcher.leave(self.workload.contact_ids[contact])

    def wait(self, contact: int, only_agent: str | None = None) -> None:
        """The contact waits, for anybody or for one agent."""
        workload = self.workload
        class_index = workload.class_of[contact]
        each = self.staff.classes[class_index]
        self.matcher.wait(
            Waiting(
                contact_id=workload.contact_ids[contact],
                queue=each.name,
                requirement=self.needs[class_index],
                entered=workload.at[contact],
                target=each.target_seconds,
                boost=each.boost_seconds,
                late_factor=self._late_factor,
                late_cap=each.late_cap_seconds,
                only_agent=only_agent,
            )
        )

    def agent_number(self, agent_id: str) -> int:
        """The agent of the matcher's id."""
        return self._agents[agent_id]

    def find_agent(self, contact: int, now: float) -> int:
        """The agent who takes a waiting contact, or -1."""
        match = self.matcher.agent_for(self.workload.contact_ids[contact], now)
        if match is None:
            return -1
        agent = self._agents[match.agent_id]
        self._take(agent, contact, match)
        return agent

    def find_contact(self, agent: int, now: float) -> int:
        """The contact that an open agent takes, or -1."""
        match = self.matcher.contact_for(self.agent_ids[agent], now)
        if match is None:
            return -1
        contact = self.contacts[match.contact_id]
        self._take(agent, contact, match)
        return contact

    def _take(self, agent: int, contact: int, match: Match) -> None:
        self.matcher.leave(match.contact_id)
        self.staff.take(agent, self.workload.class_of[contact])
        self._sit(agent)

    def _sit(self, agent: int) -> None:
        staff = self.staff
        group, used = staff.group_of[agent], staff.used[agent]
        lanes = staff.lanes[group][used]
        if not lanes:
            self.matcher.unseat(self.agent_ids[agent])
            return
        self.matcher.seat(
            Seat(
                agent_id=self.agent_ids[agent],
                skills=self._skills[group],
                channels=lanes,
                load=used / staff.groups[group].units,
                idle_since=staff.idle_since[agent],
            )
        )
