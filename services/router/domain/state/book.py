"""Everything live in one partition, in memory: workspaces with their matcher, contacts, offers, assignments, agents."""

from collections.abc import Callable, Iterator

import msgspec

from services.router.domain.classification.record import ModelRef
from services.router.domain.demand import Demand
from services.router.domain.forecast import Flow
from services.router.domain.matcher import Matcher
from services.router.domain.rules.rules import Rules
from services.router.domain.state.crowd import joined, left
from services.router.domain.state.records import Agent, Assignment, Contact, EarlyEnd, LiveContact, Offer
from services.router.domain.state.rows import RouterRows
from services.router.domain.state.timers import Timer, Timers
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from shared.policy import parse_policy

_flow = msgspec.json.Decoder(Flow).decode
_end = msgspec.json.Decoder(EarlyEnd).decode
_demand = msgspec.json.Decoder(Demand).decode

_OF_CONTACTS = tuple(set(Timer) - {Timer.DEBT, Timer.EARLY_END, Timer.LEASE, Timer.OFFER, Timer.RISK})


class Book:
    """The memory of one partition."""

    __slots__ = (
        "_earlier", "_new_matcher", "assignments", "by_conversation", "clock_ms", "contacts", "ends",
        "heard_ms", "offers", "personal", "timers", "workspaces",
    )  # fmt: skip

    def __init__(self, new_matcher: Callable[[], Matcher] = Matcher) -> None:
        self._new_matcher = new_matcher
        self.clock_ms = 0
        self.heard_ms = 0  # router time at which ingest last said that it is there, 0 for never
        self.timers = Timers()
        self.workspaces: dict[str, Workspace] = {}
        self.contacts: dict[str, Contact] = {}
        self.by_conversation: dict[str, Contact] = {}
        self._earlier: dict[str, tuple[Contact, ...]] = {}
        self.ends: dict[str, EarlyEnd] = {}  # by conversation, the first to be forgotten first
        self.personal: dict[str, bytes] = {}
        self.offers: dict[str, Offer] = {}
        self.assignments: dict[str, Assignment] = {}

    def open_workspace(self, name: str, rules: Rules, policy_hash: str) -> None:
        """A workspace has its first policy: from here on it is known."""
        self.workspaces[name] = Workspace(name, rules, policy_hash, self._new_matcher())

    def models(self) -> list[ModelRef]:
        """The text models that policies in force name."""
        return [ref for workspace in self.workspaces.values() for ref in workspace.rules.models()]

    def add(self, contact: Contact) -> None:
        """A contact is live from now on."""
        self.contacts[contact.contact_id] = contact
        self._add_episode(contact)
        came_as = contact.came_as
        if came_as:
            customers = self.workspaces[contact.workspace].customers
            customers[came_as] = joined(customers.get(came_as, ()), contact.contact_id)

    def remove(self, contact: Contact) -> None:
        """The contact has ended: nothing of it stays."""
        del self.contacts[contact.contact_id]
        self._remove_episode(contact)
        self.workspaces[contact.workspace].keep(contact, "", 0)
        self.workspaces[contact.workspace].alarm(contact, False)
        self.personal.pop(contact.contact_id, None)
        self._leave_customer(contact)
        self.timers.disarm_all(_OF_CONTACTS, contact.contact_id)

    def _add_episode(self, contact: Contact) -> None:
        """``by_conversation`` holds the newest episode; those before it may still be in wrap-up."""
        key = contact.conversation_key
        newest = self.by_conversation.get(key)
        if newest is not None:
            earlier = (*self._earlier.get(key, ()), min(newest, contact, key=_episode))
            self._earlier[key] = tuple(sorted(earlier, key=_episode))
            contact = max(newest, contact, key=_episode)
        self.by_conversation[key] = contact

    def _remove_episode(self, contact: Contact) -> None:
        key = contact.conversation_key
        earlier = [each for each in self._earlier.pop(key, ()) if each is not contact]
        if self.by_conversation[key] is contact:
            del self.by_conversation[key]
            if earlier:
                self.by_conversation[key] = earlier.pop()
        if earlier:
            self._earlier[key] = tuple(earlier)

    def _leave_customer(self, contact: Contact) -> None:
        came_as = contact.came_as
        if came_as:
            customers = self.workspaces[contact.workspace].customers
            rest = left(customers[came_as], contact.contact_id)
            if rest:
                customers[came_as] = rest
            else:
                del customers[came_as]

    def restore(self, rows: RouterRows) -> None:
        """Fill an empty book from one snapshot of the database."""
        self.clock_ms, self.heard_ms = rows.clock_ms, rows.heard_ms
        for row in rows.policies:
            policy = parse_policy(msgspec.json.decode(row.body))
            self.open_workspace(row.workspace, Rules(policy, row.version, row.model_version), row.hash)
        for text in rows.flows:
            flow = _flow(text)
            if flow.workspace in self.workspaces:
                self._restore_flow(self.workspaces[flow.workspace], flow, text)
        for agent in sorted(rows.agents, key=lambda agent: (agent.workspace, agent.agent_id)):
            self._restore_agent(agent)
        for end in sorted(map(_end, rows.ends), key=lambda end: (end.until_ms, end.conversation_key)):
            self.ends[end.conversation_key] = end
            self.timers.arm(Timer.EARLY_END, end.conversation_key, end.until_ms)
        personal = dict(rows.personal)
        for live in sorted(rows.contacts, key=lambda live: live.contact.contact_id):
            self._restore_contact(live, personal)

    def _restore_flow(self, workspace: Workspace, flow: Flow, text: str) -> None:
        if not flow.queue:
            workspace.demand = _demand(text)
            workspace.weigh()
            return
        workspace.flows[flow.queue] = flow
        for channel, debt in flow.debts.items():
            workspace.hold_back(workspace.rules.queues[flow.queue], channel, debt.owed)
            if debt.fades_ms is not None:
                self.timers.arm(Timer.DEBT, debt_key(workspace.name, flow.queue, channel), debt.fades_ms)

    def _restore_agent(self, agent: Agent) -> None:
        workspace = self.workspaces[agent.workspace]
        workspace.know(agent)
        workspace.seat(agent, workspace.capacities.room(agent))
        if agent.lease_ms:
            self.timers.arm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id), agent.lease_ms)

    def _restore_contact(self, live: LiveContact, personal: dict[str, bytes]) -> None:
        contact = live.contact
        workspace = self.workspaces[contact.workspace]
        self.add(contact)
        if contact.contact_id in personal:
            self.personal[contact.contact_id] = personal[contact.contact_id]
        for offer in live.offers:
            self.offers[offer.offer_id] = offer
            workspace.asked.setdefault(offer.agent_id, set()).add(offer.offer_id)
            self.timers.arm(Timer.OFFER, offer.offer_id, offer.expires_ms)
        if live.assignment is not None:
            assignment = live.assignment
            self.assignments[assignment.assignment_id] = assignment
            workspace.working.setdefault(assignment.agent_id, set()).add(assignment.assignment_id)
        if contact.host:
            workspace.hosting.setdefault(contact.host, set()).add(contact.contact_id)
        if contact.at_risk:
            workspace.alarmed.add(contact.contact_id)
        if contact.only_agent:
            workspace.kept.setdefault(contact.only_agent, set()).add(contact.contact_id)
        if contact.state is ContactState.QUEUED:
            workspace.wait(contact)
        self._arm(workspace, contact)

    def _arm(self, workspace: Workspace, contact: Contact) -> None:
        """Set every deadline that the contact's fields name."""
        timers, subject = self.timers, contact.contact_id
        timers.arm(Timer.LIFE, subject, contact.life_ms)
        if contact.silent_ms:
            timers.arm(Timer.SILENCE, subject, contact.silent_ms)
        if contact.timer_ms:
            timers.arm(Timer.STATE, subject, contact.timer_ms)
        if contact.barred:
            timers.arm(Timer.BAR, subject, contact.unbarred_ms)
        if contact.only_until_ms:
            timers.arm(Timer.DIRECT, subject, contact.only_until_ms)
        if contact.state is ContactState.QUEUED:
            self._arm_waiting(workspace, contact)

    def watch_risk(self, workspace: Workspace, queue: str) -> None:
        """Look at the queue's risks at the next of its times, which are the same whenever it is asked between two."""
        subject, rules = queue_key(workspace.name, queue), workspace.rules.queue(queue)
        if not self.timers.armed(Timer.RISK, subject) and workspace.rules.promises_answers(rules):
            every_ms = rules.look_ms
            self.timers.arm(Timer.RISK, subject, (self.clock_ms // every_ms + 1) * every_ms)

    def _arm_waiting(self, workspace: Workspace, contact: Contact) -> None:
        self.watch_risk(workspace, contact.queue or "")
        timers, subject = self.timers, contact.contact_id
        step_ms = workspace.next_step_ms(contact)
        look_ms = workspace.next_look_ms(contact, self.clock_ms)
        if step_ms is not None:
            timers.arm(Timer.RELAX, subject, step_ms)
        if look_ms is not None:
            timers.arm(Timer.OVERFLOW, subject, look_ms)
        stage = workspace.next_stage(contact)
        if stage is not None:
            timers.arm(Timer.URGE, subject, stage[2])

    def orphans(self) -> int:
        """Live contacts that are neither in a waiting set nor under a deadline: 0, or the promise is broken."""
        queued = sum(contact.state is ContactState.QUEUED for contact in self.contacts.values())
        waiting = sum(workspace.waiting for workspace in self.workspaces.values())
        untimed = sum(not self.timers.armed(Timer.LIFE, contact_id) for contact_id in self.contacts)
        return abs(queued - waiting) + untimed

    def lost(self) -> Iterator[str]:
        """The ids of the live contacts among them."""
        for contact_id, contact in self.contacts.items():
            waits = contact.state is not ContactState.QUEUED or contact_id in self.workspaces[contact.workspace].matcher
            if not (waits and self.timers.armed(Timer.LIFE, contact_id)):
                yield contact_id


def _episode(contact: Contact) -> int:
    return contact.episode


def debt_key(workspace: str, queue: str, channel: str) -> str:
    """Subject of a debt's deadline; none of the three holds a slash."""
    return f"{workspace}/{queue}/{channel}"


def queue_key(workspace: str, queue: str) -> str:
    """Subject of the looks at a queue; neither holds a slash."""
    return f"{workspace}/{queue}"


def agent_key(workspace: str, agent_id: str) -> str:
    """Subject of an agent's lease; a workspace name holds no slash."""
    return f"{workspace}/{agent_id}"
