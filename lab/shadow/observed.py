"""What was seen of the live traffic: who came when, how long everything took, and how the window began."""

from dataclasses import dataclass, field

import msgspec

from lab.shadow.promises import Promises
from lab.shadow.triage import Verdicts
from services.router.domain import events
from services.router.domain.state.book import Book
from services.router.domain.state.rows import Known, RouterRows, RouterWrites
from services.router.domain.states import ContactState, Presence
from shared.contract import inputs
from shared.contract.records import Event, Record
from shared.lane.engine import Step

__all__ = ["INPUTS_MAX", "Course", "Observed", "left_unanswered", "owe_waiting"]

INPUTS_MAX = 100_000  # kept for the projection, about 100 MB; a longer window is projected as far as they reach

_FROM_OUTSIDE = frozenset(
    name
    for name, kind in inputs.INPUT_TYPES.items()
    if kind
    in (
        inputs.MessageReceived,
        inputs.ConversationEnded,
        inputs.AgentSignedOn,
        inputs.PresenceChanged,
        inputs.AgentHeartbeat,
        inputs.AgentSignedOff,
        inputs.CustomerCommanded,
    )
)
_OUTCOME = "usher.contact.outcome_reported.v1"
_outcome = msgspec.json.Decoder(inputs.OutcomeReported).decode
_OF_OFFERS = frozenset((events.OFFERED, events.OFFER_DECLINED, events.OFFER_EXPIRED))
_OF_ASSIGNMENT = frozenset((events.ASSIGNED, events.WRAPPING, events.CLOSED, events.TRANSFERRED, events.REQUEUED))


class _Availability(msgspec.Struct):
    presence: str
    reason: str


_presence = msgspec.json.Decoder(_Availability).decode


@dataclass(slots=True)
class Course:
    """The times of one contact, in milliseconds since the epoch; 0 for what was not seen. Of its first assignment:
    ``offered_ms`` of the offer that was accepted, ``talked_ms`` when the talk ended, ``closed_ms`` after wrap-up.
    ``failed``: for each offer before that, after how many milliseconds it was declined; None for one left unanswered.
    """

    sent_ms: int = 0
    reported_ms: int = 0
    reported: inputs.OutcomeReported | None = None
    offered_ms: int = 0
    failed: list[int | None] = field(default_factory=list)
    assigned_ms: int = 0
    talked_ms: int = 0
    closed_ms: int = 0


class Observed:
    """One window of live traffic of a workspace. ``rows`` is how it began, ``inputs`` what came from outside, in order.

    From outside are messages, customers who leave or are merged, and agents who come, go and change presence; the rest
    is a response to what the router did, and only its durations are kept, by contact. ``returns``: how long agents who
    left an offer unanswered, and were set not ready for it, stayed away.
    """

    def __init__(self, rows: RouterRows, began_ms: int) -> None:
        self.rows = rows
        self.began_ms = self.ended_ms = max(began_ms, rows.clock_ms)
        self.full_ms = 0
        self.inputs: list[Record] = []
        self.verdicts: dict[str, Verdicts] = {}
        self.known = Known()
        self.courses: dict[str, Course] = {}
        self.promises = Promises()
        self.contacts = 0
        self.returns: list[int] = []
        self._away: dict[str, int] = {}

    def see(self, records: list[Record], step: Step, known: Known | None, now_ms: int) -> None:
        """One step of the mirror up to ``now_ms``: what it was given and told of the past, and what it did."""
        self._remember(known)
        writes: RouterWrites = step.writes
        self.ended_ms = max(self.ended_ms, now_ms)
        applied = set(writes.inputs)
        for record in records:
            if record.type == inputs.INGEST_ALIVE or (record.id in applied and record.type in _FROM_OUTSIDE):
                self._keep(record)
            elif record.id in applied and record.type == _OUTCOME:
                report = _outcome(record.value)
                course = self._course(report.contact_id)
                course.reported, course.reported_ms = report, record.at_ms
        for event in step.events:
            if not self.full_ms:
                self.promises.see(event)
            self._time(event)

    def _keep(self, record: Record) -> None:
        if len(self.inputs) < INPUTS_MAX:
            self.inputs.append(record)
        elif not self.full_ms:
            self.full_ms = record.at_ms

    def _course(self, contact_id: str) -> Course:
        return self.courses.setdefault(contact_id, Course())

    def _time(self, event: Event) -> None:
        if event.type == events.RECEIVED:
            self.contacts += 1
        elif event.type in (events.SENT_TO_BOT, events.SENT_TO_SELF_SERVICE):
            self._course(event.subject).sent_ms = event.at_ms
        elif event.type == events.AVAILABILITY_CHANGED:
            self._time_return(event)
        elif event.type in _OF_OFFERS:
            self._time_offer(event, self._course(event.subject))
        elif event.type in _OF_ASSIGNMENT:
            self._time_agent(event, self._course(event.subject))

    def _time_return(self, event: Event) -> None:
        if left_unanswered(event):
            self._away[event.subject] = event.at_ms
        elif event.subject in self._away and _presence(event.body).presence == Presence.AVAILABLE:
            self.returns.append(event.at_ms - self._away.pop(event.subject))

    @staticmethod
    def _time_offer(event: Event, course: Course) -> None:
        if course.assigned_ms:
            return
        if event.type == events.OFFERED:
            course.offered_ms = event.at_ms
        elif course.offered_ms:
            declined = event.type == events.OFFER_DECLINED
            course.failed.append(max(0, event.at_ms - course.offered_ms) if declined else None)

    @staticmethod
    def _time_agent(event: Event, course: Course) -> None:
        if event.type == events.ASSIGNED:
            course.assigned_ms = course.assigned_ms or event.at_ms
        else:
            course.talked_ms = course.talked_ms or event.at_ms
            if event.type != events.WRAPPING:
                course.closed_ms = course.closed_ms or event.at_ms

    def _remember(self, known: Known | None) -> None:
        """What the database knew; the first answer counts, later ones know of this window."""
        if known is not None:
            mine = self.known
            mine.episodes = known.episodes | mine.episodes
            mine.aliases = known.aliases | mine.aliases
            mine.pasts = known.pasts | mine.pasts


def left_unanswered(event: Event) -> bool:
    """Whether an agent was set not ready because an offer to them expired; the event is of an agent."""
    changed = _presence(event.body)
    return changed.presence == Presence.NOT_READY and changed.reason == "offer_expired"


def owe_waiting(promises: Promises, book: Book, from_ms: int) -> None:
    """Count the promises of who waits already, but for those that were broken before."""
    for contact in book.contacts.values():
        if contact.state in (ContactState.QUEUED, ContactState.OFFERED):
            due_ms = book.workspaces[contact.workspace].standing(contact).due_ms
            if due_ms >= from_ms:
                promises.owe(contact.contact_id, contact.waits_since_ms, due_ms)
