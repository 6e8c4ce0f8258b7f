"""What a step tells: events in order, each with its cause and its time, and what is counted."""

from services.router.domain import events
from services.router.domain.state.records import Agent, Contact
from services.router.domain.states import ContactState, after
from shared.contract.records import Event
from shared.contract.topics import AGENT_OFFERS
from shared.times import rfc3339

__all__ = ["Telling"]


class Telling:
    """The events of one step, and the moment at which its present cause happens.

    ``now_ms`` is router time (deadlines are set from it); ``said_ms`` is when the cause happened, as reported (events
    carry it). ``place`` is the workspace of the present cause, ``contacts`` are those whose row changes. ``seen_ms``:
    wall clock at which people see what is told here, 0 where they see it at once.
    """

    __slots__ = (
        "cause_id", "contacts", "counts", "events", "now_ms", "ordinal", "place", "said_ms", "seen_ms", "texts",
        "traceparent",
    )  # fmt: skip

    def __init__(self, seen_ms: int) -> None:
        self.seen_ms = seen_ms
        self.events: list[Event] = []
        self.counts: dict[tuple[str, ...], float] = {}
        self.contacts: dict[str, Contact] = {}
        self.texts: dict[int, str] = {}
        self.begin("", 0, 0, "")

    def begin(self, cause_id: str, now_ms: int, said_ms: int, traceparent: str, place: str = "") -> None:
        """From here on events are caused by this input or deadline; ``place`` is its workspace, where it is known."""
        self.place = place
        self.cause_id = cause_id
        self.ordinal = 0
        self.now_ms = now_ms
        self.said_ms = said_ms
        self.traceparent = traceparent

    def allow(self, time_ms: int) -> int:
        """When the time is over that somebody is given who hears of it by an event of this step."""
        return max(self.now_ms, self.seen_ms) + time_ms

    def text(self, at_ms: int) -> str:
        """RFC 3339 of a time; most events of a batch share a few milliseconds."""
        found = self.texts.get(at_ms)
        if found is None:
            found = self.texts[at_ms] = rfc3339(at_ms)
        return found

    def count(self, name: str, *labels: str) -> None:
        """Add one to a counter of the cause's workspace, after the commit."""
        key = (name, self.place, *labels)
        self.counts[key] = self.counts.get(key, 0.0) + 1.0

    def add(self, amount: float, name: str, *labels: str) -> None:
        """Add an amount to a counter of the cause's workspace, after the commit; 0 lets it begin."""
        key = (name, self.place, *labels)
        self.counts[key] = self.counts.get(key, 0.0) + amount

    def tell(
        self,
        contact: Contact,
        kind: str,
        extra: events.Body | bytes | None = None,
        *,
        to: ContactState | None = None,
        copy: str = "",
        private: bytes = b"",
    ) -> None:
        """Publish a contact's event and make its transition; ``private`` goes only to the hand-off topic ``copy``."""
        state = contact.state = after(contact.state, kind, to)
        contact.version += 1
        at_ms = self.said_ms
        if at_ms < contact.last_ms:
            at_ms = contact.last_ms
        contact.last_ms = at_ms
        head = events.Head(
            contact.workspace,
            contact.contact_id,
            contact.version,
            state,
            contact.source,
            contact.channel,
            contact.conversation_id,
            contact.customer_id,
            self.texts.get(at_ms) or self.text(at_ms),
            self.cause_id,
            contact.queue,
        )
        body = events.join(head, extra)
        copies = ((copy, private),) if copy else ()
        trace = contact.traceparent or self.traceparent
        self.events.append(
            Event(kind, contact.workspace, contact.contact_id, at_ms, self.cause_id, self.ordinal, body, copies, trace)
        )
        self.ordinal += 1
        self.contacts[contact.contact_id] = contact

    def tell_desk(self, contact: Contact, kind: str, extra: events.Body, *, to: ContactState | None = None) -> None:
        """Publish an event that agents' desktops need too."""
        self.tell(contact, kind, extra, to=to, copy=AGENT_OFFERS)

    def tell_agent(self, agent: Agent, reason: str) -> None:
        """Publish an agent's presence, availability and free units."""
        presence, availability, free = agent.shown
        at_ms = agent.last_ms = max(agent.last_ms, self.said_ms)
        body = events.AvailabilityChanged(
            agent.workspace,
            agent.agent_id,
            presence,
            availability,
            free,
            agent.capacity.units,
            reason,
            self.text(at_ms),
            self.cause_id,
        )
        self.publish(events.AVAILABILITY_CHANGED, agent.workspace, agent.agent_id, at_ms, body)

    def publish(self, kind: str, workspace: str, subject: str, at_ms: int, body: events.Body) -> None:
        """Publish an event that is not a contact's."""
        encoded = events.encode(body)
        self.events.append(
            Event(kind, workspace, subject, at_ms, self.cause_id, self.ordinal, encoded, (), self.traceparent)
        )
        self.ordinal += 1
