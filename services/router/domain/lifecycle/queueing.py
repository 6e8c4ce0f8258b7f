"""A contact's way into a queue, back into it, and on from it where overflow says so."""

from services.router.domain import bodies, events
from services.router.domain.customers import customers
from services.router.domain.forecast import Expectation
from services.router.domain.lifecycle import age, endings, overflow, relaxing, urging, waiting
from services.router.domain.lifecycle.overflow import Course
from services.router.domain.state.asking import Standing
from services.router.domain.state.records import Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.times import rfc3339

_ARRIVALS = ("classified", "escalated")  # a queue that is full refuses these; what is in the house already stays


def enter(
    turn: Turn, workspace: Workspace, contact: Contact, queue_name: str | None, reason: str, keep_for: str = ""
) -> None:
    """One entry into a queue; the contact keeps its age, and a wait that goes on its start.

    ``keep_for``: the agent who is asked first, if they can take it.
    """
    queue = workspace.rules.queue(queue_name)
    contact.queue = queue.name
    age.begin(turn, contact)
    contact.queued_ms = turn.now_ms
    contact.relaxed = contact.urged = 0
    workspace.alarm(contact, False)
    turn.book.watch_risk(workspace, queue.name)
    waiting.limit_life(turn, workspace, contact)
    waiting.keep_no_longer(turn, contact)
    if keep_for:
        waiting.direct(turn, workspace, contact, keep_for, turn.now_ms + workspace.rules.keep_ms)
    waiting.stop_state_timer(turn, contact)
    waiting.stop_queue_timers(turn, contact)
    if reason in _ARRIVALS:
        _keep_for_known_agent(turn, workspace, contact)
    turn.watch(workspace, contact)
    place = workspace.wait(contact)
    if reason in _ARRIVALS and turn.demand(workspace).ask(place.need.requirement, turn.now_ms):
        workspace.weigh()
    _tell_queued(turn, workspace, contact, place, reason)
    turn.hungry[contact.contact_id] = contact
    if queue.relax:
        relaxing.begin(turn, workspace, contact)
    waiting.arm_urge(turn, workspace, contact)
    if queue.overflow or queue.waiting_max is not None:
        may_refuse = reason in _ARRIVALS
        _take(turn, workspace, contact, overflow.on_arrival(workspace, contact, turn.now_ms, may_refuse=may_refuse))


def _tell_queued(turn: Turn, workspace: Workspace, contact: Contact, place: Standing, reason: str) -> None:
    """What the contact asks for, when it is due and how long it will probably wait; that guess is held to account."""
    outlook = workspace.outlook(contact, turn.now_ms)
    body = bodies.Queued(
        requirements=place.need.json,
        priority_seconds=place.boost_ms / 1000,
        target_seconds=place.answer.seconds,
        due_at=rfc3339(place.due_ms),
        entered_at=rfc3339(contact.entered_ms),
        wait_started_at=rfc3339(contact.wait_started_ms),
        waited_before_seconds=contact.waited_before_ms / 1000,
        position=outlook.position,
        expected_wait_seconds=outlook.wait_seconds,
        breach_risk=outlook.risk,
        forecast_unknown=outlook.unknown,
        reason=reason,
        kept_for=contact.only_agent or None,
        promised_by=place.answer.rule or None,
    )
    turn.tell(contact, events.QUEUED, body)
    if outlook.wait_seconds and outlook.risk is not None and place.due_ms > turn.now_ms:
        told = Expectation(contact.last_ms, place.due_ms, outlook.wait_seconds, outlook.risk)
        turn.told[contact.contact_id] = told


def _keep_for_known_agent(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Sticky: a returning customer first waits for the agent who knows them, if that costs little."""
    agent_id = customers.known_agent(turn, workspace, contact)
    if agent_id:
        wait_ms = customers.wait_for_ms(turn, workspace, contact, agent_id)
        if wait_ms:
            waiting.direct(turn, workspace, contact, agent_id, turn.now_ms + wait_ms)


def rejoin(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Wait again after an offer came to nothing; where a policy removed the queue meanwhile, in the default queue."""
    if contact.queue in workspace.rules.queues:
        waiting.rejoin(turn, workspace, contact)
    else:
        enter(turn, workspace, contact, None, "policy_activated")


def look(turn: Turn, contact: Contact) -> None:
    """A deadline: see whether an overflow rule holds now. An offered contact is looked at when it waits again."""
    workspace = turn.workspace(contact)
    _take(turn, workspace, contact, overflow.while_waiting(workspace, contact, turn.now_ms))


def urge(turn: Turn, contact: Contact) -> None:
    """A deadline: the queue acts on a promise that is running out, or over."""
    workspace = turn.workspace(contact)
    course = urging.act(turn, workspace, contact)
    if course is not None:
        _take(turn, workspace, contact, course)


def reschedule(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """The hours of a contact that rests may be others now: it waits for the opening that they say."""
    queue = workspace.rules.queue(contact.queue)
    opens_ms = None
    if not workspace.rules.is_open(queue, turn.now_ms):
        opens_ms = workspace.rules.next_opening_ms(queue, turn.now_ms)
    if opens_ms is None or opens_ms <= turn.now_ms:
        enter(turn, workspace, contact, contact.queue, "policy_activated")
    elif opens_ms != contact.timer_ms:
        waiting.start_state_timer(turn, contact, opens_ms)
        turn.tell(contact, events.SCHEDULED, bodies.Scheduled(rfc3339(opens_ms), "other hours"))


def staff_shrank(turn: Turn, workspace: Workspace) -> None:
    """The last of a kind of agents went: what is to happen where nobody could serve a contact happens at once."""
    workspace.staff.shrank = False
    for contact_id in sorted(turn.book.contacts):
        contact = turn.book.contacts[contact_id]
        if contact.workspace != workspace.name or contact.state is not ContactState.QUEUED:
            continue
        queue = workspace.rules.queue(contact.queue)
        relaxes = contact.relaxed < len(queue.relax)
        if not (relaxes or any(rule.nobody for rule in queue.overflow)) or workspace.is_staffed(contact):
            continue
        if relaxes:
            turn.flow(workspace, queue.name)
            relaxing.skip_unstaffed(turn, workspace, contact)
            waiting.stop_queue_timers(turn, contact)
            waiting.arm_step(turn, workspace, contact)
            waiting.arm_urge(turn, workspace, contact)
        if queue.overflow:
            turn.book.timers.arm(Timer.OVERFLOW, contact.contact_id, turn.now_ms)


def _take(turn: Turn, workspace: Workspace, contact: Contact, course: Course) -> None:
    """What overflow decided happens."""
    if course.to_queue:
        turn.tell(contact, events.OVERFLOWED, bodies.Overflowed({"queue": course.to_queue}, course.why))
        waiting.leave(turn, workspace, contact)
        enter(turn, workspace, contact, course.to_queue, "overflow")
    elif course.callback:
        contact.callback = True
        turn.tell(contact, events.OVERFLOWED, bodies.Overflowed({"callback": True}, course.why))
    elif course.opens_ms:
        waiting.leave(turn, workspace, contact)
        waiting.start_state_timer(turn, contact, course.opens_ms)
        turn.tell(contact, events.SCHEDULED, bodies.Scheduled(rfc3339(course.opens_ms), course.why))
        age.pause(turn, contact)
    elif course.refused:
        endings.end(turn, contact, events.CANCELLED, "system", "queue_full")
    else:
        waiting.arm_look(turn, workspace, contact)
