"""One step in the making: what it has seen, what it changes, and the rows it will write."""

import msgspec

from services.router.domain.demand import Demand
from services.router.domain.forecast import Expectation, Flow, Seen
from services.router.domain.state.book import Book
from services.router.domain.state.identity import Identity
from services.router.domain.state.personal import pack
from services.router.domain.state.records import Agent, Assignment, Contact, EarlyEnd, LiveContact, Offer
from services.router.domain.state.rows import (
    AgentRow,
    ContactRow,
    EndRow,
    FlowRow,
    Known,
    MergeRow,
    OutcomeRow,
    PastRow,
    PersonalRow,
    PolicyRow,
    RouterWrites,
)
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.telling import Telling
from shared.contract.records import DeadLetter
from shared.lane.engine import Step

_encode = msgspec.json.Encoder().encode


class Turn(Telling):
    """The outputs of one step.

    ``hungry`` contacts and ``freed`` agents are matched when the cause has been dealt with; in ``loosened``
    workspaces also the agents who were held back for a protected queue; from ``unstaffed`` ones the last of a kind
    of agents went. ``told`` are the forecasts that were made, by contact.
    """

    __slots__ = (
        "agents", "agents_gone", "book", "dead", "declined", "ended", "ends", "ends_gone", "episodes", "flows", "freed",
        "gone", "hungry", "identity", "inputs", "known", "loosened", "merges", "outcomes", "past", "personal",
        "policies", "told", "unstaffed",
    )  # fmt: skip

    def __init__(self, book: Book, known: Known, seen_ms: int = 0) -> None:
        super().__init__(seen_ms)
        self.book = book
        self.known = known
        self.dead: list[DeadLetter] = []
        self.inputs: dict[str, None] = {}
        self.personal: dict[str, bytes] = {}
        self.agents: dict[tuple[str, str], Agent] = {}
        self.agents_gone: dict[tuple[str, str], None] = {}
        self.outcomes: list[OutcomeRow] = []
        self.past: list[PastRow] = []
        self.policies: list[PolicyRow] = []
        self.flows: dict[tuple[str, str], Flow | Demand] = {}
        self.identity = Identity(known.aliases.values())
        self.merges: list[MergeRow] = []
        self.gone: dict[tuple[str, str], list[Contact]] = {}  # contacts that ended in this step, by customer
        self.ended: dict[str, tuple[str, str]] = {}
        self.episodes: dict[str, int] = {}
        self.ends: dict[str, EarlyEnd] = {}
        self.ends_gone: dict[str, None] = {}
        self.told: dict[str, Expectation] = {}
        self.hungry: dict[str, Contact] = {}
        self.freed: dict[tuple[str, str], Agent] = {}
        self.loosened: dict[str, Workspace] = {}
        self.declined: dict[str, Contact] = {}  # by one of several agents who were asked at once
        self.unstaffed: dict[str, Workspace] = {}

    def keep_personal(self, contact: Contact, personal: bytes) -> None:
        """Text and handles of a live contact from now on, in the form of personal.py."""
        self.personal[contact.contact_id] = personal
        self.book.personal[contact.contact_id] = pack(personal)

    def flow(self, workspace: Workspace, queue: str | None) -> Flow:
        """The observation of a queue, up to now; called before anybody joins or leaves it."""
        name = queue or ""
        flow = workspace.count(name, self.now_ms)
        self.flows[workspace.name, name] = flow
        return flow

    def watch(self, workspace: Workspace, contact: Contact) -> tuple[Seen, Seen]:
        """The observations that a contact belongs to, of its queue and of those who ask the same there, up to now."""
        flow = self.flow(workspace, contact.queue)
        return flow, workspace.count_strand(flow, workspace.need(contact).requirement, self.now_ms)

    def watch_all(self, workspace: Workspace) -> None:
        """All observations of those who wait, up to now; called before somebody comes or goes who could serve them."""
        for queue, need in workspace.matcher.strands():
            workspace.count_strand(self.flow(workspace, queue), need, self.now_ms)

    def demand(self, workspace: Workspace) -> Demand:
        """What the workspace is asked for, to be changed."""
        demand = self.flows[workspace.name, ""] = workspace.demand
        return demand

    def workspace(self, contact: Contact) -> Workspace:
        """The workspace of a live contact."""
        return self.book.workspaces[contact.workspace]

    def remember_end(self, end: EarlyEnd) -> None:
        """The end of a conversation whose message may still come."""
        self.book.ends[end.conversation_key] = self.ends[end.conversation_key] = end
        self.ends_gone.pop(end.conversation_key, None)
        self.book.timers.arm(Timer.EARLY_END, end.conversation_key, end.until_ms)

    def forget_end(self, key: str) -> None:
        """It is not waited for any more."""
        del self.book.ends[key]
        self.ends.pop(key, None)
        self.ends_gone[key] = None
        self.book.timers.disarm(Timer.EARLY_END, key)

    def offer_ended(self, offer: Offer) -> None:
        """Remember how an offer ended, for whoever speaks of it later."""
        self.ended[offer.offer_id] = (offer.state, offer.agent_id)
        row = PastRow(offer.offer_id, "o", offer.contact_id, offer.agent_id, offer.state, self.now_ms)
        self.past.append(row)

    def assignment_ended(self, ended: Assignment) -> None:
        """Remember how an assignment ended."""
        self.ended[ended.assignment_id] = (ended.state, ended.agent_id)
        row = PastRow(ended.assignment_id, "a", ended.contact_id, ended.agent_id, ended.state, self.now_ms)
        self.past.append(row)

    def contact_ended(self, contact: Contact) -> None:
        """Forget an ended contact; its outcome and episode stay."""
        self.book.remove(contact)
        self.contacts.pop(contact.contact_id, None)
        self.personal.pop(contact.contact_id, None)
        self.ended[contact.contact_id] = (contact.state, contact.workspace)
        key = contact.conversation_key
        self.episodes[key] = max(contact.episode, self.episodes.get(key, 0))
        came_as = contact.came_as
        if came_as:
            self.gone.setdefault((contact.workspace, came_as), []).append(contact)
        contact.context = ""  # what a bot learnt was for whoever served the contact
        self.outcomes.append(
            OutcomeRow(
                contact.contact_id,
                contact.workspace,
                contact.conversation_key,
                contact.episode,
                contact.state,
                contact.last_ms,
                came_as,
                _encode(contact).decode(),
            )
        )

    def has_taken(self, input_id: str) -> bool:
        """Whether an input of this id was taken before, in this step or in an earlier one."""
        return input_id in self.inputs or input_id in self.known.event_ids

    def finish(self) -> Step:
        """The step: rows of everything that was touched, encoded once."""
        writes = RouterWrites(
            clock_ms=self.book.clock_ms,
            heard_ms=self.book.heard_ms,
            inputs=list(self.inputs),
            contacts=[self._contact_row(contact) for contact in self.contacts.values()],
            personal=[PersonalRow(key, body.decode()) for key, body in self.personal.items()],
            outcomes=self.outcomes,
            past=self.past,
            agents=[_agent_row(agent) for agent in self.agents.values()],
            agents_gone=list(self.agents_gone),
            aliases=list(self.identity.changed.values()),
            merges=self.merges,
            flows=[FlowRow(*key, _encode(flow).decode()) for key, flow in self.flows.items()],
            policies=self.policies,
            ends=[EndRow(key, _encode(end).decode()) for key, end in self.ends.items()],
            ends_gone=list(self.ends_gone),
        )
        return Step(writes=writes, events=self.events, dead=self.dead, counts=self.counts)

    def _contact_row(self, contact: Contact) -> ContactRow:
        offers = [self.book.offers[offer_id] for offer_id in contact.offers]
        assignment = self.book.assignments[contact.assignment_id] if contact.assignment_id else None
        return ContactRow(
            contact.contact_id,
            contact.workspace,
            contact.state,
            contact.version,
            contact.offers[0] if offers else None,
            contact.assignment_id or None,
            _encode(LiveContact(contact, offers, assignment)).decode(),
        )


def _agent_row(agent: Agent) -> AgentRow:
    return AgentRow(agent.workspace, agent.agent_id, agent.load, agent.ceiling, _encode(agent).decode())
