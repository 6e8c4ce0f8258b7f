"""Messages: a new conversation becomes a contact, is classified and sent to its tier; later ones are added to it."""

from sys import intern

from services.router.domain import bodies, events
from services.router.domain.classification import suggestions
from services.router.domain.classification.classifying import Classify, Foreseen, Opener
from services.router.domain.customers import customers, merging
from services.router.domain.customers.shared import why_shared
from services.router.domain.insight import drift
from services.router.domain.lifecycle import assignments, clarify, endings, idling, listening, silence, tiers
from services.router.domain.state.personal import personal_of, whole_of
from services.router.domain.state.records import QUESTION_OPEN, Contact, EarlyEnd
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState, Repeat
from services.router.domain.turn import Turn
from shared.contract.ids import contact_id, conversation_key, traceparent_of
from shared.contract.inputs import ConversationEnded, MessageReceived
from shared.contract.topics import AGENT_OFFERS, BOT, SELF_SERVICE
from shared.errors import Invalid, Reason

EARLY_END_MS = 600_000  # how long the message of a conversation may come after its end: ingest was down no longer
EARLY_ENDS_MAX = 10_000  # remembered in a partition; a flood of ends of nothing must not fill the memory
END_EARLY_MS_MAX = 1_000  # before the message that it ends: some providers state whole seconds, others not
_HOLDERS = {
    ContactState.SELF_SERVICE: SELF_SERVICE,
    ContactState.BOT: BOT,
    ContactState.OFFERED: AGENT_OFFERS,
    ContactState.ASSIGNED: AGENT_OFFERS,
    ContactState.WRAPPING: AGENT_OFFERS,
}
"""Hand-off topic of whoever has a contact, or is asked to take it."""


def receive(
    turn: Turn, workspace: Workspace, said: MessageReceived, classify: Classify, foreseen: Foreseen | None
) -> None:
    """A message of a live contact, or the first of a new episode; in wrap-up it is both."""
    key = conversation_key(said.workspace, said.source, said.conversation_id)
    contact = turn.book.by_conversation.get(key)
    if said.handle_key and said.sender == "customer":
        merging.recognise(turn, workspace, said)
    if contact is not None:
        _add(turn, workspace, contact, said, classify, foreseen)
        if not _opens_the_next(turn, contact, said):
            return
    elif said.sender != "customer" and said.channel != "task":  # customers hardly ever make tasks, systems do
        detail = f"only a customer's message opens a contact, this one is of {said.sender}"
        raise Invalid(Reason.UNKNOWN_REFERENCE, "conversation_id", detail)
    contact = _open(turn, workspace, said, key)
    shared = why_shared(turn, workspace, contact.customer_id)
    journey = customers.journey(turn, workspace, contact, shared)
    told = {name: said.attributes[name] for name in workspace.rules.target_attributes if name in said.attributes}
    if told:
        contact.traits = told
    body = bodies.Received(said.message_id, contact.episode, contact.linked, shared or "", told, said.region_missing)
    turn.tell(contact, events.RECEIVED, body)
    turn.count("usher_contacts_received_total", said.channel)
    opener = Opener(said, workspace.rules.policy, workspace.rules.model_version)
    verdict = classify(opener, journey, foreseen)
    drift.count(turn, workspace, verdict)
    contact.spoken = intern(verdict.language or "")
    decided = suggestions.added(verdict.decided, turn.known.articles.get(said.event_id, ()))
    if decided.question:
        turn.keep_personal(contact, whole_of(said))
    tiers.route(turn, workspace, contact, decided)
    if turn.book.ends and contact.contact_id in turn.book.contacts:
        _leave_early(turn, workspace, contact, said)


def _add(
    turn: Turn,
    workspace: Workspace,
    contact: Contact,
    said: MessageReceived,
    classify: Classify,
    foreseen: Foreseen | None,
) -> None:
    """A further message of a live contact; whoever has the contact gets its text."""
    if said.sender == "customer":
        contact.wrote_ms = max(contact.wrote_ms, said.occurred_ms)
    to = _HOLDERS.get(contact.state, "")
    body = bodies.MessageAdded(said.message_id, said.sender)
    turn.tell(contact, events.MESSAGE_ADDED, body, copy=to, private=personal_of(said) if to else b"")
    if said.sender in idling.PEOPLE:
        idling.spoke(turn, workspace, contact, said.sender)
        silence.spoke(turn, workspace, contact, said.sender)
    if contact.question == QUESTION_OPEN and said.sender == "customer":
        clarify.answered(turn, workspace, contact, said, classify)
    elif contact.state in listening.LISTENED_TO and said.sender == "customer":
        listening.heard(turn, workspace, contact, said, classify, foreseen)


def _opens_the_next(turn: Turn, contact: Contact, said: MessageReceived) -> bool:
    """Whether a customer writes to a contact that is served already, so that nobody would ever answer; and not before
    they left it."""
    end = turn.book.ends.get(contact.conversation_key)
    left = end is not None and end.is_after(said.occurred_ms)
    return contact.state is ContactState.WRAPPING and said.sender == "customer" and not left


def _open(turn: Turn, workspace: Workspace, said: MessageReceived, key: str) -> Contact:
    before = turn.book.by_conversation.get(key)  # one in wrap-up
    # An earlier one may end after a later one, and in this very step: who was left stays in wrap-up meanwhile.
    ended = max(turn.episodes.get(key, 0), turn.known.episodes.get(key, 0))
    episode = 1 + max(ended, before.episode if before else 0)
    came_as = said.party.customer_id or ""
    customer = turn.identity.customer(workspace.name, came_as)
    identity = contact_id(key, episode, said.arrived_ms)
    contact = Contact(
        contact_id=identity,
        workspace=workspace.name,
        conversation_key=key,
        episode=episode,
        source=intern(said.source),
        channel=intern(said.channel),
        conversation_id=said.conversation_id,
        customer_id=customer,
        known_as="" if came_as == customer else came_as,
        wrote_ms=said.occurred_ms,
        born_ms=turn.now_ms,
        life_ms=turn.now_ms + workspace.rules.life_ms,
        traceparent=said.traceparent or traceparent_of(identity),
    )
    turn.book.add(contact)
    turn.book.timers.arm(Timer.LIFE, contact.contact_id, contact.life_ms)
    turn.keep_personal(contact, personal_of(said))
    return contact


def conversation_ended(turn: Turn, workspace: Workspace, said: ConversationEnded) -> None:
    """The customer is gone: an assigned contact goes into wrap-up, a waiting one is abandoned. The end of an earlier
    episode, after which the customer wrote again, ends nothing. Every end is remembered for what was written before it.
    """
    key = conversation_key(said.workspace, said.source, said.conversation_id)
    contact = turn.book.by_conversation.get(key)
    is_news = _remember(turn, key, said, applied=contact is not None)
    if contact is None:
        if not is_news:
            raise Repeat
        if turn.episodes.get(key) or turn.known.episodes.get(key):
            turn.count("usher_duplicates_total")  # mostly the channel's own end of what an agent has closed
    elif contact.state is ContactState.WRAPPING or said.occurred_ms <= contact.wrote_ms - END_EARLY_MS_MAX:
        raise Repeat
    else:
        _leave(turn, workspace, contact, said.reason)


def _remember(turn: Turn, key: str, said: ConversationEnded, *, applied: bool) -> bool:
    """The latest end of a conversation counts; False where a later one is known."""
    ends = turn.book.ends
    before = ends.get(key)
    if before is not None:
        if before.occurred_ms >= said.occurred_ms:
            return False
        turn.forget_end(key)
    while len(ends) >= EARLY_ENDS_MAX:
        turn.forget_end(next(iter(ends)))
    turn.remember_end(EarlyEnd(key, said.reason, said.occurred_ms, turn.now_ms + EARLY_END_MS, applied))
    return True


def _leave_early(turn: Turn, workspace: Workspace, contact: Contact, said: MessageReceived) -> None:
    """The conversation of a new contact is over already where its end, which was heard of first, happened later."""
    end = turn.book.ends.get(contact.conversation_key)
    if end is not None and end.is_after(said.occurred_ms):
        turn.said_ms = max(turn.said_ms, min(end.occurred_ms, turn.now_ms))
        _leave(turn, workspace, contact, end.reason)


def _leave(turn: Turn, workspace: Workspace, contact: Contact, reason: str) -> None:
    if contact.callback and contact.state in (ContactState.QUEUED, ContactState.OFFERED):
        return  # they were promised a call back: hanging up gives nothing up
    if contact.state is ContactState.ASSIGNED:
        assignments.customer_left(turn, workspace, contact, reason)
    else:
        endings.end(turn, contact, events.ABANDONED, "customer", reason)
