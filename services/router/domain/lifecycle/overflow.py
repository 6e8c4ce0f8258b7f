"""Overflow, decided: what becomes of a contact that its queue cannot serve well. Changes nothing; queueing.py does."""

from collections.abc import Iterator

import msgspec

from services.router.domain.rules.queue_rules import OverflowRule, QueueRules
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from shared.times import rfc3339


class Course(msgspec.Struct, frozen=True, gc=False):
    """The course that a contact takes, and the condition ``why``: at most one of the others is set; none: it waits.

    ``opens_ms``: when the queue opens, router time.
    """

    why: str
    to_queue: str = ""
    callback: bool = False
    opens_ms: int = 0
    refused: bool = False

    @property
    def waits(self) -> bool:
        """Whether it stays where it is."""
        return not (self.to_queue or self.callback or self.opens_ms or self.refused)

    @property
    def words(self) -> str:
        """The same for people."""
        if self.to_queue:
            return f"overflows to {self.to_queue}"
        if self.callback:
            return "is promised a call back"
        if self.opens_ms:
            return f"is scheduled for {rfc3339(self.opens_ms)}"
        return "is refused" if self.refused else "waits"


def on_arrival(workspace: Workspace, contact: Contact, now_ms: int, *, may_refuse: bool) -> Course:
    """Of a contact that has just entered its queue; a full queue refuses it where it may be refused."""
    queue = workspace.rules.queue(contact.queue)
    for course in _courses(workspace, contact, now_ms, arriving=True):
        return course
    if may_refuse and queue.waiting_max is not None and _waiting(workspace, queue) > queue.waiting_max:
        return Course(f"at most {queue.waiting_max} may wait in {queue.name}", refused=True)
    return _stays(queue)


def while_waiting(workspace: Workspace, contact: Contact, now_ms: int) -> Course:
    """Of a contact that waits on; rules about what a contact finds on arrival do not concern it."""
    for course in _courses(workspace, contact, now_ms, arriving=False):
        return course
    return _stays(workspace.rules.queue(contact.queue))


def _stays(queue: QueueRules) -> Course:
    return Course(f"no overflow rule of {queue.name} holds")


def _courses(workspace: Workspace, contact: Contact, now_ms: int, *, arriving: bool) -> Iterator[Course]:
    """What the rules that hold now can do for the contact, in order: the first counts."""
    if contact.callback or contact.only_agent:
        return
    queue = workspace.rules.queue(contact.queue)
    for rule in queue.overflow:
        if (arriving or not rule.for_arrivals) and _holds(workspace, contact, rule, now_ms):
            if rule.to_queue is not None:
                yield Course(_why(rule), to_queue=rule.to_queue)
            elif rule.callback:
                yield Course(_why(rule), callback=True)
            else:
                opens_ms = workspace.rules.next_opening_ms(queue, now_ms)
                if opens_ms is not None and opens_ms > now_ms:
                    yield Course(_why(rule), opens_ms=opens_ms)


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
    return workspace.residents(queue.name)


def _why(rule: OverflowRule) -> str:
    parts = [
        f"{rule.waiting} waiting" if rule.waiting is not None else "",
        f"waited {rule.waited_ms / 1000:g} s" if rule.waited_ms is not None else "",
        f"expected wait {rule.expected_ms / 1000:g} s" if rule.expected_ms is not None else "",
        "nobody signed on could serve it" if rule.nobody else "",
        "closed" if rule.closed else "",
    ]
    return ", ".join(part for part in parts if part)
