"""What happens when a deadline passes: an ordinary cause, at the deadline's own time."""

from collections.abc import Callable

from services.router.domain.lifecycle import (
    agents,
    assignments,
    dispatch,
    endings,
    failures,
    idling,
    protection,
    queueing,
    relaxing,
    risks,
    standstill,
    tiers,
    waiting,
)
from services.router.domain.state.book import Book
from services.router.domain.state.records import Contact
from services.router.domain.state.timers import Timer
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.contract.ids import derive
from shared.lane.engine import Deadline


def name_of(kind: Timer, subject: str) -> str:
    """How the lane knows a deadline; no kind holds a colon."""
    return f"{kind}:{subject}"


def named(deadline: Deadline) -> tuple[Timer, str, int]:
    """(kind, subject, time) of a deadline of the lane."""
    kind, _, subject = deadline.name.partition(":")
    return Timer(kind), subject, deadline.at_ms


def workspace_of(book: Book, deadline: Deadline) -> str | None:
    """Whose deadline it is; None where what it speaks of is gone."""
    kind, subject, _ = named(deadline)
    if kind in (Timer.DEBT, Timer.LEASE, Timer.RISK):
        return subject.partition("/")[0]
    if kind is Timer.OFFER:
        offer = book.offers.get(subject)
        return offer.workspace if offer is not None else None
    contact = book.contacts.get(subject)
    return contact.workspace if contact is not None else None


def fire(turn: Turn, until_ms: int, fired: list[Deadline]) -> None:
    """Fire every deadline up to then, in order of time, kind and subject; those set meanwhile too, but none that a
    standstill holds. Each is noted in ``fired`` before it is fired."""
    timers = turn.book.timers
    while True:
        at_ms = timers.next_ms()
        if at_ms is None or at_ms > until_ms:
            return
        if standstill.holds(turn.book, *timers.first()):
            timers.hold()
            continue
        _, kind, subject = timers.pop()
        fired.append(Deadline(name_of(kind, subject), at_ms))
        _fire(turn, kind, subject, at_ms)


def fire_alone(turn: Turn, deadline: Deadline) -> None:
    """Fire this one out of its turn, where it is pending."""
    kind, subject, at_ms = named(deadline)
    if turn.book.timers.take(kind, subject, at_ms):
        _fire(turn, kind, subject, at_ms)


def _fire(turn: Turn, kind: Timer, subject: str, at_ms: int) -> None:
    turn.book.clock_ms = max(turn.book.clock_ms, at_ms)
    cause_id = derive("deadline", kind, subject, str(at_ms))
    turn.begin(cause_id, turn.book.clock_ms, at_ms, "", _place(turn, subject))
    _HANDLERS[kind](turn, subject)
    dispatch.settle(turn)


def _place(turn: Turn, subject: str) -> str:
    """The workspace of a contact, an offer, or of what is named by its workspace first."""
    found = turn.book.contacts.get(subject) or turn.book.offers.get(subject)
    return found.workspace if found is not None else subject.partition("/")[0]


def _state_over(turn: Turn, subject: str) -> None:
    contact = turn.book.contacts[subject]
    contact.timer_ms = 0
    match contact.state:
        case ContactState.SELF_SERVICE | ContactState.BOT:
            tiers.time_out(turn, contact)
        case ContactState.ASSIGNED:
            idling.rest(turn, contact)
        case ContactState.WRAPPING:
            assignments.close(turn, turn.book.assignments[contact.assignment_id], "system", "wrap_up_over")
        case ContactState.SCHEDULED:
            queueing.enter(turn, turn.workspace(contact), contact, contact.queue, "scheduled")
        case _:
            raise AssertionError(f"a contact in state {contact.state} has no such deadline")


def _lease_over(turn: Turn, subject: str) -> None:
    name, _, agent_id = subject.partition("/")
    workspace = turn.book.workspaces[name]
    agents.lease_over(turn, workspace, workspace.agents[agent_id])


def _contact(turn: Turn, subject: str) -> Contact:
    return turn.book.contacts[subject]


_HANDLERS: dict[Timer, Callable[[Turn, str], None]] = {
    Timer.BAR: lambda turn, subject: waiting.unbar(turn, _contact(turn, subject)),
    Timer.DEBT: protection.fade,
    Timer.DIRECT: lambda turn, subject: waiting.open_to_all(turn, _contact(turn, subject)),
    Timer.EARLY_END: lambda turn, subject: turn.forget_end(subject),
    Timer.LEASE: _lease_over,
    Timer.LIFE: lambda turn, subject: endings.life_over(turn, _contact(turn, subject)),
    Timer.OFFER: lambda turn, subject: failures.expire(turn, turn.book.offers[subject]),
    Timer.OVERFLOW: lambda turn, subject: queueing.look(turn, _contact(turn, subject)),
    Timer.RELAX: lambda turn, subject: relaxing.step_due(turn, _contact(turn, subject)),
    Timer.RISK: risks.look,
    Timer.SILENCE: lambda turn, subject: assignments.silent(turn, _contact(turn, subject)),
    Timer.STATE: _state_over,
    Timer.URGE: lambda turn, subject: queueing.urge(turn, _contact(turn, subject)),
}
