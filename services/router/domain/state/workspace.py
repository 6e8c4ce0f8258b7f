"""One workspace in memory: its policy, its agents, its waiting set, and the match between the two."""

from collections.abc import Iterable

import msgspec

from services.router.domain.demand import Demand
from services.router.domain.forecast import Outlook
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Match, Seat, Waiting
from services.router.domain.rules.queue_rules import QueueRules
from services.router.domain.rules.rules import Rules
from services.router.domain.state.asking import Asking, Standing
from services.router.domain.state.capacity import NOTHING, Capacities, Room
from services.router.domain.state.crowd import Crowd
from services.router.domain.state.records import Agent, Contact, Levels
from services.router.domain.states import Presence

NOBODY: frozenset[str] = frozenset()
ALSO = "+"  # between a contact's id and the number of a further queue it waits in; no id holds it


class Workspace(Asking):
    """Agents, queues and contacts that route together, under one policy."""

    __slots__ = (
        "_also", "_guests", "agents", "alarmed", "asked", "capacities", "customers", "demand", "hash", "hosting",
        "kept", "open", "working",
    )  # fmt: skip

    def __init__(self, name: str, rules: Rules, policy_hash: str, matcher: Matcher) -> None:
        super().__init__(name, rules, matcher)
        self.hash = policy_hash
        self.capacities = Capacities(rules.channels)
        self.agents: dict[str, Agent] = {}
        self.asked: dict[str, set[str]] = {}  # open offers of each agent who has any
        self.working: dict[str, set[str]] = {}  # live assignments of each agent who has any
        self.hosting: dict[str, set[str]] = {}  # contacts with which an agent stays during a warm transfer
        self.kept: dict[str, set[str]] = {}  # contacts that are kept for one agent
        self.demand = Demand(name)
        self.customers: dict[str, Crowd] = {}  # live contacts by the customer id that they came with
        self.open: dict[str, frozenset[str]] = {}  # what each seated agent can take
        self.alarmed: set[str] = set()  # contacts that are told to be at risk
        self._also: dict[str, tuple[str, ...]] = {}  # contacts that wait in further queues, and in which
        self._guests: dict[str, int] = {}  # how many wait in a queue beside their own
        self.demand.expect(rules.skills)
        self.weigh()

    def adopt(self, rules: Rules, policy_hash: str) -> None:
        """Go on under another policy; the caller waits and seats everybody again."""
        self.rules = rules
        self.hash = policy_hash
        self.capacities = Capacities(rules.channels)
        self.demand.expect(rules.skills)
        self.weigh()
        for agent in self.agents.values():
            self.capacities.state(agent)

    # Agents

    def know(self, agent: Agent) -> None:
        """An agent came, or said new skills or a new capacity."""
        self.agents[agent.agent_id] = agent
        self.capacities.state(agent)
        if agent.presence is Presence.OFFLINE:
            self.staff.remove(agent.agent_id)
        else:
            agent.skills = self.staff.add(agent.agent_id, agent.skills)

    def forget(self, agent: Agent) -> None:
        """The agent is gone."""
        self.agents.pop(agent.agent_id, None)
        self.capacities.forget(agent.agent_id)
        self.staff.remove(agent.agent_id)
        self.present.say(agent.agent_id, None)

    def seat(self, agent: Agent, left: Room) -> bool:
        """Show the matcher what the agent can take now; True if that is more than before."""
        here = present_skills(agent)
        channels = NOTHING if here is None else left.open
        self.present.say(agent.agent_id, here)
        before = self.open.get(agent.agent_id, NOTHING)
        if not channels:
            if before:
                self.matcher.unseat(agent.agent_id)
                del self.open[agent.agent_id]
            return False
        self.open[agent.agent_id] = channels
        self.matcher.seat(
            Seat(
                agent_id=agent.agent_id,
                skills=agent.skills,
                channels=channels,
                load=left.share,
                idle_since=agent.idle_since,
                last_offered=agent.last_offered,
            )
        )
        return channels is not before and not channels <= before

    # Contacts

    def may_come(self, agent_id: str, contact: Contact) -> bool:
        """Whether the agent, busy or not, is there for the contact as it waits now, and takes its channel at all."""
        agent = self.agents.get(agent_id)
        if agent is None or agent.presence is not Presence.AVAILABLE:
            return False
        return self.is_fit(agent, contact) and self.capacities.ever(agent, contact.channel)

    def keep(self, contact: Contact, agent_id: str, until_ms: int) -> None:
        """Keep a waiting contact for one agent until then; "" opens it to all."""
        if contact.only_agent:
            kept = self.kept[contact.only_agent]
            kept.discard(contact.contact_id)
            if not kept:
                del self.kept[contact.only_agent]
        contact.only_agent, contact.only_until_ms = agent_id, until_ms
        if agent_id:
            self.kept.setdefault(agent_id, set()).add(contact.contact_id)

    def alarm(self, contact: Contact, at_risk: bool) -> None:
        """The contact will probably not be answered in time, or that is no longer what was told of it."""
        contact.at_risk = at_risk
        (self.alarmed.add if at_risk else self.alarmed.discard)(contact.contact_id)

    def wait(self, contact: Contact, asked: Iterable[str] = ()) -> Standing:
        """Put a contact into the waiting set, at the place that its age and priority give it, but not for ``asked``."""
        self.leave(contact)
        place = self.standing(contact)
        queue, since_ms = place.queue, contact.waits_since_ms
        waiting = Waiting(
            contact_id=contact.contact_id,
            queue=queue.name,
            requirement=place.need.requirement,
            entered=contact.entered_ms,
            began=since_ms,
            target=place.due_ms - since_ms if place.answer.calendar else place.answer.ms,  # one number for thousands
            boost=place.boost_ms + contact.waited_before_ms,
            late_factor=queue.late_factor,
            late_cap=queue.late_cap_ms,
            prefer=place.need.prefer,
            agent_order=queue.agent_order,
            barred=frozenset((*dict(contact.barred), *asked)) if contact.barred or asked else NOBODY,
            asked=frozenset(asked) if asked else NOBODY,
            only_agent=contact.only_agent or None,
            promised=place.answer.promised,
        )
        self.matcher.wait(waiting)
        if contact.relaxed or contact.urged:
            self._wait_further(contact, waiting)
        return place

    def _wait_further(self, contact: Contact, waiting: Waiting) -> None:
        further = self.further_needs(contact)
        for number, (queue, need) in enumerate(further):
            self.matcher.wait(
                msgspec.structs.replace(
                    waiting,
                    contact_id=f"{contact.contact_id}{ALSO}{number}",
                    queue=queue,
                    requirement=need.requirement,
                    prefer=need.prefer,
                )
            )
        if further:
            names = self._also[contact.contact_id] = tuple(queue for queue, _ in further)
            for name in names:
                self._guests[name] = self._guests.get(name, 0) + 1

    def leave(self, contact: Contact) -> None:
        """Out of the waiting set, in every queue; nothing happens when the contact was not in it."""
        self.matcher.leave(contact.contact_id)
        for number, name in enumerate(self._also.pop(contact.contact_id, ())):
            self._guests[name] -= 1
            self.matcher.leave(f"{contact.contact_id}{ALSO}{number}")

    def outlook(self, contact: Contact, now_ms: int) -> Outlook:
        """What a waiting contact may expect from now on, in its own queue."""
        if self._has_agent_for(contact):
            return Outlook(self.position(contact.contact_id, now_ms), 0.0, 0.0)
        return self.foretell(contact.contact_id, contact.queue or "", now_ms)

    def weigh(self) -> None:
        """Tell the matcher what its agents' abilities weigh now."""
        self.matcher.weigh(self.demand.weights())

    def hold_back(self, queue: QueueRules, channel: str, owed: float) -> None:
        """Keep agents for a protected queue, as many as it owes; they are those who meet what the queue itself asks."""
        assert queue.allowance is not None, "only protected queues owe anything"
        self.matcher.protect(self.rules.need(queue, {}, channel).requirement, queue.allowance, owed)

    def residents(self, queue: str) -> int:
        """Contacts whose own queue this is and who wait in it; guests of a relaxation fill no queue."""
        return self.matcher.waiting_count(queue) - self._guests.get(queue, 0)

    @property
    def waiting(self) -> int:
        """Contacts waiting, each once."""
        return len(self.matcher) - sum(self._guests.values())

    # Matches

    def agent_for(self, contact: Contact, now_ms: int) -> Match | None:
        """The agent for a waiting contact: of its own queue first, then of the queues that relaxation added."""
        match = self.matcher.agent_for(contact.contact_id, now_ms)
        for number in range(len(self._also.get(contact.contact_id, ())) if match is None else 0):
            match = self.matcher.agent_for(f"{contact.contact_id}{ALSO}{number}", now_ms)
            if match is not None:
                match.contact_id, match.further = contact.contact_id, number
                break
        closed = len(self.agents) - len(self.open)
        if match is not None and closed and not contact.only_agent:
            match.excluded["busy_or_away"] = closed
        return match

    def _has_agent_for(self, contact: Contact) -> bool:
        if self.matcher.has_agent_for(contact.contact_id):
            return True
        also = range(len(self._also.get(contact.contact_id, ())))
        return any(self.matcher.has_agent_for(f"{contact.contact_id}{ALSO}{number}") for number in also)

    def contact_for(self, agent: Agent, now_ms: int) -> Match | None:
        """The most urgent waiting contact for an open agent."""
        match = self.matcher.contact_for(agent.agent_id, now_ms)
        if match is not None and self._also:
            match.contact_id, also, number = match.contact_id.partition(ALSO)
            match.further = int(number) if also else None
            second = match.runner_up_contact
            match.runner_up_contact = second.partition(ALSO)[0] if second else None
            if match.runner_up_contact == match.contact_id:
                match.runner_up_contact = match.runner_up_key = match.runner_up_entered = None
        return match


def present_skills(agent: Agent) -> Levels | None:
    """What an agent brings who is there for contacts, busy or not; None for anybody else."""
    return agent.skills if agent.presence is Presence.AVAILABLE else None
