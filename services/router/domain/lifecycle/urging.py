"""What a queue does by itself about a promise that is running out, or over: the contact counts as older, waits in one
more queue, or goes elsewhere.

Each moment is acted on once in an entry, at its time, while the queue is open. An offered contact is looked at when it
waits again: whoever is asked may still accept.
"""

from services.router.domain import bodies, events
from services.router.domain.lifecycle import waiting
from services.router.domain.lifecycle.overflow import Course
from services.router.domain.rules.queue_rules import Stage
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn
from shared.times import rfc3339

__all__ = ["act"]

_WHEN = ("warned", "breached")


def act(turn: Turn, workspace: Workspace, contact: Contact) -> Course | None:
    """A deadline: do what is due now, one moment after the other; the course that leads away, where there is one."""
    while True:
        found = workspace.next_stage(contact)
        if found is None or found[2] > turn.now_ms:
            waiting.arm_urge(turn, workspace, contact)
            return None
        number, stage, _ = found
        _hasten(turn, workspace, contact, stage, number)
        if stage.to_queue or (stage.callback and not contact.callback):
            waiting.arm_urge(turn, workspace, contact)
            return Course(
                f"time_to_answer {_WHEN[number]}", to_queue=stage.to_queue or "", callback=stage.to_queue is None
            )


def _hasten(turn: Turn, workspace: Workspace, contact: Contact, stage: Stage, number: int) -> None:
    turn.watch(workspace, contact)
    contact.urged = number + 1
    turn.contacts[contact.contact_id] = contact
    if not stage.words:
        return
    turn.watch(workspace, contact)
    place = workspace.wait(contact)
    also = [name for name, _ in workspace.further_needs(contact)]
    due_at = rfc3339(place.due_ms)
    body = bodies.Hastened(_WHEN[number], due_at, also, place.boost_ms / 1000, stage.words)
    turn.tell(contact, events.HASTENED, body)
    turn.hungry[contact.contact_id] = contact
