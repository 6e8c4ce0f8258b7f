"""Overflow: a contact that its queue cannot serve well goes to another queue, to a callback, or to the next opening."""

from services.router.domain import endings, events, queueing
from services.router.domain.queue_rules import OverflowRule, QueueRules
from services.router.domain.records import Contact
from services.router.domain.timers import Timer
from services.router.domain.turn import Turn
from services.router.domain.workspace import Workspace
from shared.clock import rfc3339


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


def _overflow(turn: Turn, workspace: Workspace, contact: Contact, *, arriving: bool) -> bool:
    """Apply the first rule that holds; False when none does."""
    queue = workspace.rules.queue(contact.queue)
    if contact.callback or contact.only_agent:
        return False
    for rule in queue.overflow:
        if rule.for_arrivals and not arriving:
            continue
        if _holds(turn, workspace, contact, rule) and _apply(turn, workspace, contact, rule):
            return True
    return False


def _holds(turn: Turn, workspace: Workspace, contact: Contact, rule: OverflowRule) -> bool:
    queue = workspace.rules.queue(contact.queue)
    return (
        (rule.waiting is None or _waiting(workspace, queue) > rule.waiting)
        and (rule.waited_ms is None or turn.now_ms - contact.queued_ms >= rule.waited_ms)
        and (rule.expected_ms is None or _expects(turn, workspace, contact, rule.expected_ms))
        and (not rule.nobody or not workspace.is_staffed(contact))
        and (not rule.closed or not workspace.rules.is_open(queue, turn.now_ms))
    )


def _expects(turn: Turn, workspace: Workspace, contact: Contact, expected_ms: int) -> bool:
    expected = workspace.outlook(contact, turn.now_ms).wait_seconds
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
