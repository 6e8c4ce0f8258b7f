"""The three tiers: where a classified contact goes, and what becomes of it when self-service or a bot is done."""

from sys import intern

import msgspec

from services.router.domain import bodies, events
from services.router.domain.classification.policy import KnownIntent
from services.router.domain.classification.record import Classification
from services.router.domain.insight import containment
from services.router.domain.lifecycle import age, endings, queueing, waiting
from services.router.domain.state.personal import shown
from services.router.domain.state.records import QUESTION_OPEN, QUESTION_OVER, Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import expect, illegal
from services.router.domain.turn import Turn
from shared.contract.inputs import HandOffContext, OutcomeReported
from shared.contract.topics import BOT, SELF_SERVICE
from shared.errors import Invalid, Reason
from shared.times import rfc3339

TIMED_OUT = "timeout"
CLARIFY = "clarify"  # what a bot is to do with a contact that nobody understood, and what was tried with it then

_encode = msgspec.json.Encoder(order="deterministic").encode


def encoded(verdict: Classification) -> bytes:
    """The body of ``usher.contact.classified.v1``."""
    return _encode(verdict)


def route(turn: Turn, workspace: Workspace, contact: Contact, verdict: Classification) -> None:
    """Record the classification and hand the contact to its tier; also the second one of a contact that was asked."""
    from_new = not contact.question
    contact.tier = verdict.tier
    contact.intent = intern(verdict.intent or "")
    contact.language = intern(verdict.language or "")
    contact.skills = workspace.rules.shared(verdict.skills)
    kept = verdict.kept_skills
    contact.kept_skills = None if kept == verdict.skills else workspace.rules.shared(kept)
    contact.boost_ms = round(verdict.priority_seconds * 1000)
    contact.home_queue = verdict.queue
    turn.tell(contact, events.CLASSIFIED, encoded(verdict))
    if from_new:
        turn.count("usher_contacts_routed_total", verdict.tier, contact.channel)
    private = shown(turn.book.personal.get(contact.contact_id))
    if verdict.tier == "self_service":
        waiting.start_state_timer(turn, contact, turn.allow(workspace.rules.self_service_ms))
        contact.article = next(iter(verdict.article_ids), "")
        body = bodies.SentToSelfService(list(verdict.article_ids))
        turn.tell(contact, events.SENT_TO_SELF_SERVICE, body, copy=SELF_SERVICE, private=private)
        containment.begin(turn, contact)
    elif verdict.tier == "bot":
        _to_bot(turn, workspace, contact, verdict, private)
    else:
        queueing.enter(turn, workspace, contact, verdict.queue, "classified" if from_new else "escalated")


def _to_bot(turn: Turn, workspace: Workspace, contact: Contact, verdict: Classification, private: bytes) -> None:
    """To a bot, to be served or to be asked what it is about; whoever is asked keeps their age for the queue."""
    contact.bot = verdict.bot
    stay_ms = workspace.rules.bot_ms(verdict.bot)
    if verdict.question:
        contact.question = QUESTION_OPEN
        age.begin(turn, contact)
        stay_ms = min(stay_ms, workspace.rules.clarify_ms)
        turn.count("usher_clarifications_total", "asked")
    until_ms = turn.allow(stay_ms)
    body = bodies.SentToBot(verdict.bot, rfc3339(until_ms))
    if verdict.question:
        body.purpose = CLARIFY
        body.top3 = list(verdict.top3)
    waiting.start_state_timer(turn, contact, until_ms)
    turn.tell(contact, events.SENT_TO_BOT, body, copy=BOT, private=private)
    containment.begin(turn, contact)


def report_outcome(turn: Turn, workspace: Workspace, said: OutcomeReported, known: KnownIntent | None) -> None:
    """Self-service or a bot is done: contained, or on to an agent with what was learnt (``known``: the intent)."""
    contact = reporting(turn, workspace, said)
    if said.outcome == "resolved":
        endings.end(turn, contact, events.CONTAINED, said.by, said.reason or "resolved")
    else:
        escalate(turn, contact, said.reason or said.outcome, said.context, known)


def reporting(turn: Turn, workspace: Workspace, said: OutcomeReported) -> Contact:
    """The contact that an outcome is about; Invalid when who reports it does not have it."""
    contact = find(turn, workspace.name, said.contact_id, events.ESCALATED)
    if contact.state != said.by:
        raise illegal("by", f"the contact is with {contact.state}, not with {said.by}", (contact.state,))
    return contact


def time_out(turn: Turn, contact: Contact) -> None:
    """A deadline: self-service or the bot said nothing for too long."""
    escalate(turn, contact, TIMED_OUT, None)


def escalate(
    turn: Turn, contact: Contact, reason: str, context: HandOffContext | None, known: KnownIntent | None = None
) -> None:
    """On to an agent; the contact keeps its age and what was learnt."""
    if context is not None:
        learn(turn.workspace(contact), contact, context, known)
    hand_over(turn, contact, reason, None)
    queueing.enter(turn, turn.workspace(contact), contact, contact.home_queue or None, "escalated")


def hand_over(
    turn: Turn, contact: Contact, reason: str, context: HandOffContext | None, actor: str | None = None
) -> None:
    """Take the contact from self-service or the bot; the caller puts it into a queue."""
    containment.count(turn, contact, "timed_out" if reason == TIMED_OUT else "escalated")
    from_tier = str(contact.state)
    contact.automation_failed = contact.question != QUESTION_OPEN  # to ask is no failure
    if contact.question == QUESTION_OPEN:
        contact.question = QUESTION_OVER
        context = context or HandOffContext(tried=[CLARIFY])
    if context is not None:
        learn(turn.workspace(contact), contact, context)
    waiting.stop_state_timer(turn, contact)
    learnt = msgspec.Raw(contact.context.encode() if contact.context else b"{}")
    turn.tell(contact, events.ESCALATED, bodies.Escalated(from_tier, reason, learnt, actor))
    contact.tier = "agent"


def learn(workspace: Workspace, contact: Contact, context: HandOffContext, known: KnownIntent | None = None) -> None:
    """What a bot learnt: kept for the agent. The intent, where the policy or its model knows it, counts with its queue,
    skills and boost as if it had been classified; so do the language and the skills.
    """
    contact.context = _encode(context).decode()
    if known is not None:
        contact.intent = known.name
        home = known.queue or contact.home_queue
        before = contact.skills_in(home)
        contact.kept_skills = contact.kept_skills if contact.kept_skills is not None else contact.skills
        contact.skills = highest(before, known.skills)
        contact.home_queue = home
        boost = workspace.rules.policy.classification.moment_of_truth_boost_seconds if known.moment_of_truth else 0.0
        contact.boost_ms = max(contact.boost_ms, round(boost * 1000))
    if context.language:
        _speak(workspace, contact, context.language)
    ask_more(contact, context.skills)


def _speak(workspace: Workspace, contact: Contact, tag: str) -> None:
    """The customer turned out to speak another language: it is asked of the agent in the place of the one before."""
    policy = workspace.rules.policy
    contact.spoken = tag
    served = policy.language(tag)
    if not served or served == contact.language:
        return
    before, contact.language = contact.language, served
    if before in contact.skills:
        contact.skills = _instead(contact.skills, before, served)
        if contact.kept_skills is not None:
            contact.kept_skills = _instead(contact.kept_skills, before, served)


def _instead(skills: dict[str, int], before: str, now: str) -> dict[str, int]:
    kept = {skill: level for skill, level in skills.items() if skill != before}
    return dict(sorted({**kept, now: kept.get(now, 1)}.items()))


def ask_more(contact: Contact, skills: dict[str, int]) -> None:
    """Skills that whoever had the contact asks for: they hold in every queue."""
    contact.skills = highest(contact.skills, skills)
    if contact.kept_skills is not None:
        contact.kept_skills = highest(contact.kept_skills, skills)


def highest(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Both, each skill at its higher level; neither is changed."""
    if not second:
        return first
    return {skill: max(first.get(skill, 0), second.get(skill, 0)) for skill in sorted({*first, *second})}


def find(turn: Turn, workspace: str, contact_id: str, event_type: str) -> Contact:
    """The live contact that an input speaks of; Invalid when there is none or its state does not allow the event."""
    contact = turn.book.contacts.get(contact_id)
    ended = turn.ended.get(contact_id) or turn.known.contacts.get(contact_id) if contact is None else None
    owner = contact.workspace if contact else ended[1] if ended else None
    if owner != workspace:
        raise Invalid(Reason.UNKNOWN_REFERENCE, "contact_id", f"there is no contact {contact_id}")
    if contact is None:
        assert ended is not None
        raise illegal("contact_id", f"the contact is {ended[0]}", ("a live contact",))
    expect(contact.state, event_type, "contact_id")
    return contact
