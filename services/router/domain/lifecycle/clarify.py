"""The one clarifying question: a bot asks what an unclear message means, then both messages are classified as one."""

from typing import cast

import msgspec

from services.router.domain.classification import suggestions
from services.router.domain.classification.classifying import Classify, Opener, Verdict
from services.router.domain.classification.score import is_set
from services.router.domain.customers import customers
from services.router.domain.customers.shared import why_shared
from services.router.domain.insight import containment
from services.router.domain.lifecycle import age, tiers, waiting
from services.router.domain.state.personal import Whole, personal_of, read_whole
from services.router.domain.state.records import QUESTION_OPEN, QUESTION_OVER, Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn
from shared.contract.ids import derive
from shared.contract.inputs import HandOffContext, MessageReceived, OutcomeReported, RoutingHint
from shared.contract.topics import Channel

CLARIFIED = "clarified"  # a bot's reason: it knows what the customer wants, and a second classification shall use it
UNCLEAR = "unclear"
TEXT_MAX = 65_536  # characters kept of both messages, as of one; the answer is kept whole
ATTACHMENTS_MAX = 32  # of both messages, as of one


def joined(packed: bytes | None, said: MessageReceived) -> MessageReceived:
    """The message in question and the answer to it as one message. No sign of risk of either is lost."""
    first = read_whole(packed)
    kept = {name: value for name, value in first.attributes.items() if is_set(value)}
    return msgspec.structs.replace(
        said,
        text="\n".join(text for text in (first.text, said.text) if text),
        subject=first.subject or said.subject,
        attachments=[*first.attachments, *said.attachments][:ATTACHMENTS_MAX],
        language=said.language or first.language,
        to=first.to or said.to,
        public=first.public or said.public,
        attributes={**first.attributes, **said.attributes, **kept},
        routing=said.routing or first.routing,
    )


def search_id(event_id: str) -> str:
    """Under which the articles are found for a message that answers a question, together with what it explains."""
    return derive("answer", event_id)


def answered(turn: Turn, workspace: Workspace, contact: Contact, said: MessageReceived, classify: Classify) -> None:
    """The customer wrote again: both messages are classified as one, and nobody is asked again."""
    both = joined(turn.book.personal.get(contact.contact_id), said)
    _settle(turn, workspace, contact, both, _judged(turn, workspace, contact, both, classify))


def report_outcome(turn: Turn, workspace: Workspace, said: OutcomeReported, classify: Classify) -> None:
    """A bot or self-service is done; a bot that was to ask may have learnt what the customer wants."""
    contact = turn.book.contacts.get(said.contact_id)
    asked = contact is not None and contact.question == QUESTION_OPEN
    if (
        not asked
        or (said.outcome, said.reason) != ("escalated", CLARIFIED)
        or not (said.context and said.context.intent)
    ):
        named = said.context.intent if said.context else None
        rules = workspace.rules
        known = classify.described(rules.policy, rules.model_version, named) if named else None
        tiers.report_outcome(turn, workspace, said, known)
        return
    contact = tiers.reporting(turn, workspace, said)
    told = _as_told(read_whole(turn.book.personal.get(contact.contact_id)), contact, said, said.context)
    _settle(turn, workspace, contact, told, _judged(turn, workspace, contact, told, classify), said.context)


def _as_told(first: Whole, contact: Contact, said: OutcomeReported, context: HandOffContext) -> MessageReceived:
    """The message in question as if the customer had said at once what the bot learnt."""
    hint = first.routing or RoutingHint()
    skills = {**hint.skills, **context.skills}
    return MessageReceived(
        event_id=said.event_id,
        workspace=said.workspace,
        occurred_ms=said.occurred_ms,
        arrived_ms=said.arrived_ms,
        channel=cast(Channel, contact.channel),  # the door let it in
        source=contact.source,
        conversation_id=contact.conversation_id,
        message_id="",
        party=first.from_,
        reply_to=first.reply_to,
        to=first.to,
        subject=first.subject,
        text=first.text,
        language=context.language or first.language,
        attachments=first.attachments,
        public=first.public,
        attributes=first.attributes,
        routing=msgspec.structs.replace(hint, intent=context.intent, skills=skills),
    )


def _judged(turn: Turn, workspace: Workspace, contact: Contact, both: MessageReceived, classify: Classify) -> Verdict:
    """The second verdict: by the usual rules and thresholds, and it is the last."""
    shared = why_shared(turn, workspace, contact.customer_id)
    journey = customers.journey(turn, workspace, contact, shared)
    opener = Opener(both, workspace.rules.policy, workspace.rules.model_version, answers=True)
    verdict = classify(opener, journey)
    contact.spoken = verdict.language or ""
    decided = suggestions.added(verdict.decided, turn.known.articles.get(search_id(both.event_id), ()))
    decided = msgspec.structs.replace(decided, reasons=("clarified: judged with the answer", *decided.reasons))
    return msgspec.structs.replace(verdict, decided=decided)


def _settle(
    turn: Turn,
    workspace: Workspace,
    contact: Contact,
    both: MessageReceived,
    verdict: Verdict,
    context: HandOffContext | None = None,
) -> None:
    """Take the contact from the bot that asked and send it where the second verdict says."""
    if both.text is not None and len(both.text) > TEXT_MAX:
        both = msgspec.structs.replace(both, text=both.text[-TEXT_MAX:])
    turn.keep_personal(contact, personal_of(both))
    decided = verdict.decided
    turn.count("usher_clarifications_total", decided.tier)
    if decided.tier == "agent":
        tiers.hand_over(turn, contact, UNCLEAR if _is_unclear(verdict) else CLARIFIED, context)
    else:
        containment.count(turn, contact, CLARIFIED)
        waiting.stop_state_timer(turn, contact)
        contact.question = QUESTION_OVER
        age.forget(contact)
        if context is not None:
            tiers.learn(workspace, contact, context)
    tiers.route(turn, workspace, contact, decided)


def _is_unclear(verdict: Verdict) -> bool:
    return verdict.decided.out_of_scope or verdict.decided.confidence < verdict.limits.confidence
