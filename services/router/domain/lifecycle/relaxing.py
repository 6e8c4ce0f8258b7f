"""Relaxation: after a while in the queue a contact asks for less, waits in one more queue, or counts as older."""

from services.router.domain import bodies, events
from services.router.domain.lifecycle import waiting
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn


def begin(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """A contact has entered the queue: steps that nobody signed on could serve anyway are skipped at once."""
    skip_unstaffed(turn, workspace, contact)
    waiting.arm_step(turn, workspace, contact)


def step_due(turn: Turn, contact: Contact) -> None:
    """A deadline: the next step. Only waiting contacts have one; an offered contact takes it when it waits again."""
    workspace = turn.workspace(contact)
    _apply(turn, workspace, contact, "waited")
    skip_unstaffed(turn, workspace, contact)
    waiting.arm_step(turn, workspace, contact)


def skip_unstaffed(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Take the steps that are in the way of whoever is signed on, one after the other."""
    steps = len(workspace.rules.queue(contact.queue).relax)
    while contact.relaxed < steps and not workspace.is_staffed(contact):
        _apply(turn, workspace, contact, "nobody signed on could serve it")


def _apply(turn: Turn, workspace: Workspace, contact: Contact, reason: str) -> None:
    turn.watch(workspace, contact)
    contact.relaxed += 1
    turn.watch(workspace, contact)
    workspace.wait(contact)
    place = workspace.standing(contact)
    also = [name for name, _ in workspace.further_needs(contact)]
    changed = place.queue.relax[contact.relaxed - 1].words
    body = bodies.Relaxed(contact.relaxed, place.need.json, also, place.boost_ms / 1000, reason, changed)
    turn.tell(contact, events.REQUIREMENTS_RELAXED, body)
    turn.hungry[contact.contact_id] = contact
