"""Later messages of a customer whom no agent serves yet: each is read, and may move the contact up, never down."""

from sys import intern

import msgspec

from services.router.domain import bodies, events
from services.router.domain.classification.classifying import Classify, Foreseen, Opener
from services.router.domain.classification.record import Classification
from services.router.domain.lifecycle import queueing, tiers, waiting
from services.router.domain.state.personal import HEARD_CHARACTERS_MAX, before, with_heard
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.contract.inputs import MessageReceived

__all__ = ["LISTENED_TO", "heard"]

LISTENED_TO = frozenset(
    (ContactState.SELF_SERVICE, ContactState.BOT, ContactState.QUEUED, ContactState.OFFERED, ContactState.SCHEDULED)
)
ROUTER = "router"  # the actor of what no person asked for


def heard(
    turn: Turn,
    workspace: Workspace,
    contact: Contact,
    said: MessageReceived,
    classify: Classify,
    foreseen: Foreseen | None,
) -> None:
    """Read one more message by itself and, where that says nothing, together with what was written before. What alone
    is enough for a person takes the contact out of self-service or from the bot, and moves a waiting one ahead or to
    the queue that it needs; doubts do nothing, for whoever answers a bot is seldom clear. The journey is left out: it
    was counted when the contact came.
    """
    decided = classify(_opener(workspace, said), None, foreseen).decided
    kept = turn.book.personal.get(contact.contact_id)
    if said.text and kept is not None:
        if not decided.ground:
            decided = _read_together(workspace, before(kept), said, classify) or decided
        turn.keep_personal(contact, with_heard(kept, said.text))
    if not decided.ground:
        return
    if contact.state in (ContactState.SELF_SERVICE, ContactState.BOT):
        _escalate(turn, workspace, contact, decided)
    else:
        _move_ahead(turn, workspace, contact, decided)


def _read_together(
    workspace: Workspace, earlier: str, said: MessageReceived, classify: Classify
) -> Classification | None:
    """What a message says together with the end of those before it, as whoever writes in short lines is read; None
    where that is no news. What was known then moved the contact in its time, and an agent may have settled it since.
    """
    both = msgspec.structs.replace(said, text=f"{earlier}\n{(said.text or '')[:HEARD_CHARACTERS_MAX]}")
    decided = classify(_opener(workspace, both), None).decided
    if not decided.ground:
        return None
    alone = msgspec.structs.replace(said, text=earlier, subject=None)
    if classify(_opener(workspace, alone), None).decided.ground == decided.ground:
        return None
    return msgspec.structs.replace(decided, reasons=("read with the messages before", *decided.reasons))


def _opener(workspace: Workspace, said: MessageReceived) -> Opener:
    return Opener(said, workspace.rules.policy, workspace.rules.model_version, answers=True)


def _escalate(turn: Turn, workspace: Workspace, contact: Contact, decided: Classification) -> None:
    tiers.hand_over(turn, contact, decided.ground, None)
    _raise(workspace, contact, decided)
    contact.home_queue = decided.queue
    contact.intent = intern(decided.intent or contact.intent)
    tier = () if decided.tier == "agent" else (f"tier: agent by {decided.ground}",)
    reasons = (f"later message: {decided.ground}", *decided.reasons, *tier)
    told = msgspec.structs.replace(
        decided, tier="agent", question=False, language=contact.language or decided.language, reasons=reasons
    )
    turn.tell(contact, events.CLASSIFIED, tiers.encoded(told))
    queueing.enter(turn, workspace, contact, contact.home_queue, "escalated")


def _move_ahead(turn: Turn, workspace: Workspace, contact: Contact, decided: Classification) -> None:
    """Only what cannot wait moves a contact that waits for a person already; to another queue only while nobody is
    asked to take it, and not where it is kept for one agent.
    """
    boost_ms = round(decided.priority_seconds * 1000)
    if boost_ms <= contact.boost_ms:
        return
    moves = decided.queue not in (contact.queue, workspace.rules.policy.default_queue) and not contact.only_agent
    if contact.state is ContactState.QUEUED and moves and not contact.callback:
        waiting.leave(turn, workspace, contact)
        _raise(workspace, contact, decided)
        contact.home_queue = decided.queue
        body = bodies.Moved({"queue": decided.queue}, decided.ground, None, None, ROUTER)
        turn.tell(contact, events.REQUEUED, body)
        queueing.enter(turn, workspace, contact, decided.queue, "requeue")
        return
    contact.boost_ms = boost_ms
    waiting.reprioritise(turn, workspace, contact, ROUTER, decided.ground)


def _raise(workspace: Workspace, contact: Contact, decided: Classification) -> None:
    """Skills and priority, of each the higher."""
    contact.boost_ms = max(contact.boost_ms, round(decided.priority_seconds * 1000))
    higher = _higher(workspace, contact.skills, decided.skills)
    before = contact.skills if contact.kept_skills is None else contact.kept_skills
    elsewhere = _higher(workspace, before, decided.kept_skills)
    contact.skills, contact.kept_skills = higher, None if elsewhere == higher else elsewhere


def _higher(workspace: Workspace, skills: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    """Of each skill the higher level; the language of one message does not ask for a second one."""
    spoken = workspace.rules.policy.languages
    found = dict(skills)
    for skill, level in more.items():
        if skill not in spoken:
            found[skill] = max(level, found.get(skill, 0))
    return workspace.rules.shared(dict(sorted(found.items())))
