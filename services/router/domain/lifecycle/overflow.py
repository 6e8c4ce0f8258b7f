"""Overflow: a contact that its queue cannot serve well goes to another queue, to a callback, or to the next opening."""

from collections.abc import Iterator

from services.router.domain import events
from services.router.domain.lifecycle import endings, queueing
from services.router.domain.rules.queue_rules import OverflowRule, QueueRules
from services.router.domain.state.records import Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn
from shared.times import rfc3339


def arrive(turn: Turn, workspace: Workspace, contact: Contact, *, may_refuse: bool) -> None:
    """A contact has entered a queue: overflow at once, refuse where the queue is full, or set the next look."""
    if _overflow(turn, workspace, contact, arriving=True):
        return
    queue = workspace.rules.queue(contact.queue)
    if may_refuse and queue.waiting_max is not None and _waiting(workspace, queue) > queue.waiting_max:
        endings.end(turn, contact, events.CANCELLED, "system", "queue_full")
        return
    arm(turn, workspace, contact)


def look(turn: Turn, contact: Contact) -> None:
    """A deadline: see whether a rule holds now. An offered contact is looked at when it waits again."""
    workspace = turn.workspace(contact)
    if not _overflow(turn, workspace, contact, arriving=False):
        arm(turn, workspace, contact)


def arm(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Set the next look after now."""
    at_ms = workspace.next_look_ms(contact, turn.now_ms)
    if at_ms is not None:
        turn.book.timers.arm(Timer.OVERFLOW, contact.contact_id, at_ms)


def come_back(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """The contact waits again after an offer: what came true meanwhile is looked at as soon as nobody takes it."""
    rules = workspace.rules.queue(contact.queue).overflow
    waits = [rule.waited_ms for rule in rules if rule.waited_ms is not None]
    if any(turn.now_ms - contact.queued_ms >= waited_ms for waited_ms in waits) and not contact.callback:
        turn.book.timers.arm(Timer.OVERFLOW, contact.contact_id, turn.now_ms)
    else:
        arm(turn, workspace, contact)


def foretold(workspace: Workspace, contact: Contact, now_ms: int, *, may_refuse: bool) -> tuple[str, str]:
    """What becomes of a contact that has just entered its queue, and the condition why; changes nothing."""
    queue = workspace.rules.queue(contact.queue)
    for rule in _holding(workspace, contact, now_ms, arriving=True):
        if rule.to_queue is not None:
            return f"overflows to {rule.to_queue}", _why(rule)
        if rule.callback:
            return "is promised a call back", _why(rule)
        opens_ms = workspace.rules.next_opening_ms(queue, now_ms)
        if opens_ms is not None and opens_ms > now_ms:
            return f"is scheduled for {rfc3339(opens_ms)}", _why(rule)
    if may_refuse and queue.waiting_max is not None and _waiting(workspace, queue) > queue.waiting_max:
        return "is refused", f"at most {queue.waiting_max} may wait in {queue.name}"
    return "waits", f"no overflow rule of {queue.name} holds"


def _overflow(turn: Turn, workspace: Workspace, contact: Contact, *, arriving: bool) -> bool:
    """Apply the first rule that holds; False when none does."""
    rules = _holding(workspace, contact, turn.now_ms, arriving=arriving)
    return any(_apply(turn, workspace, contact, rule) for rule in rules)


def _holding(workspace: Workspace, contact: Contact, now_ms: int, *, arriving: bool) -> Iterator[OverflowRule]:
    """The rules that hold now, in order; the first that can be applied is."""
    if contact.callback or contact.only_agent:
        return
    for rule in workspace.rules.queue(contact.queue).overflow:
        if (arriving or not rule.for_arrivals) and _holds(workspace, contact, rule, now_ms):
            yield rule


def _holds(workspace: Workspace, contact: Contact, rule: OverflowRule, now_ms: int) -> bool:
    queue = workspace.rules.queue(contact.queue)
    return (
        (rule.waiting is None or _waiting(workspace, queue) > rule.waiting)
        and (rule.waited_ms is None or now_ms - contact.queued_ms >= rule.waited_ms)
        and (rule.expected_ms is None or _expects(workspace, contact, rule.expected_ms, now_ms))
        and (not rule.nobody or not workspace.is_staffed(contact))
        and (not rule.closed or not workspace.rules.is_open(queue, now_ms))
    )


def _expects(workspace: Workspace, contact: Contact, expected_ms: int, now_ms: int) -> bool:
    expected = workspace.outlook(contact, now_ms).wait_seconds
    return expected is not None and expected * 1000 >= expected_ms


def _waiting(workspace: Workspace, queue: QueueRules) -> int:
    """Contacts waiting, the one in question included."""
    return workspace.matcher.waiting_count(queue.name)


def _apply(turn: Turn, workspace: Workspace, contact: Contact, rule: OverflowRule) -> bool:
    queue = workspace.rules.queue(contact.queue)
    if rule.to_queue is not None:
        turn.tell(contact, events.OVERFLOWED, events.Overflowed({"queue": rule.to_queue}, _why(rule)))
        queueing.leave(turn, workspace, contact)
        queueing.enter(turn, workspace, contact, rule.to_queue, "overflow")
        return True
    if rule.callback:
        contact.callback = True
        turn.tell(contact, events.OVERFLOWED, events.Overflowed({"callback": True}, _why(rule)))
        return True
    opens_ms = workspace.rules.next_opening_ms(queue, turn.now_ms)
    if opens_ms is None or opens_ms <= turn.now_ms:
        return False
    queueing.leave(turn, workspace, contact)
    queueing.start_state_timer(turn, contact, opens_ms)
    turn.tell(contact, events.SCHEDULED, events.Scheduled(rfc3339(opens_ms), _why(rule)))
    return True


def _why(rule: OverflowRule) -> str:
    parts = [
        f"{rule.waiting} waiting" if rule.waiting is not None else "",
        f"waited {rule.waited_ms / 1000:g} s" if rule.waited_ms is not None else "",
        f"expected wait {rule.expected_ms / 1000:g} s" if rule.expected_ms is not None else "",
        "nobody signed on could serve it" if rule.nobody else "",
        "closed" if rule.closed else "",
    ]
    return ", ".join(part for part in parts if part)
