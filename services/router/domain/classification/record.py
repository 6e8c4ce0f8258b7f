"""What goes into a classification and what comes out of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from shared.contract.inputs import MessageReceived, RoutingHint
from shared.policy.handling import Tier

__all__ = [
    "Classification",
    "IntentModel",
    "Journey",
    "Likely",
    "ModelLimits",
    "MessageFacts",
    "ModelRef",
    "PastContact",
    "Prediction",
    "facts_of",
]


class MessageFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a contact's message. ``at_ms`` is when it happened; ``language`` as the channel said it.

    ``may_ask``: the customer was asked nothing yet; a bot may ask what an unclear text means, where the policy lets it.
    ``answered``: they were, and the text is the unclear one with the answer; or it is a later message.
    """

    channel: str
    source: str = ""
    text: str = ""
    subject: str = ""
    language: str | None = None
    public: bool = False
    to: str | None = None
    attachments: int = 0
    attributes: dict[str, str] = {}
    hint: RoutingHint | None = None
    at_ms: int = 0
    may_ask: bool = False
    answered: bool = False


class PastContact(NamedTuple):
    """An earlier contact of the customer, on any channel."""

    at_ms: int
    channel: str
    intent: str | None


class Journey(NamedTuple):
    """The customer's recent contacts, oldest first, without the one being classified.

    ``failed_automation``: a bot or self-service already failed in this episode. ``language``: the customer's.
    """

    contacts: tuple[PastContact, ...] = ()
    failed_automation: bool = False
    language: str | None = None


class Prediction(NamedTuple):
    """What a text model says of one text; probabilities are calibrated, 0 to 1.

    ``top3``: (intent, probability), the likeliest first. ``agent_probability``: the sum over all intents that belong to
    the agent tier. ``out_of_scope``: the text is like none of the training texts. ``unknown_share``: of its letter
    groups, those that no training text had. ``clause``: the place, from 1, of the clause that a person should read most
    (0: the text is one clause), with its probability for agents, the likeliest of their intents in it with its own, the
    confidence of its likeliest intent, and whether the whole's intent explains it: is among its three likeliest.
    """

    intent: str
    confidence: float
    top3: tuple[tuple[str, float], ...]
    agent_probability: float
    out_of_scope: bool = False
    unknown_share: float = 0.0
    clause: int = 0
    clause_probability: float = 0.0
    clause_intent: str = ""
    clause_share: float = 0.0
    clause_confidence: float = 1.0
    clause_explained: bool = True


class ModelLimits(NamedTuple):
    """Where a model's word is good enough: at most so much probability on intents for agents, at least so much on the
    likeliest one.
    """

    agent_probability: float = 0.02
    confidence: float = 0.4


class ModelRef(NamedTuple):
    """A text model by the name that a policy has for it; ``version`` "": what its directory holds now."""

    name: str
    version: str = ""


class IntentModel(Protocol):
    """The port for a text model: deterministic, no I/O once loaded."""

    @property
    def version(self) -> str:
        """The version that the record names."""

    def predict(self, texts: Sequence[str], agent_intents: frozenset[str]) -> Sequence[Prediction]:
        """One prediction per text, in order; ``agent_intents`` are those whose probability must be summed."""


class Likely(msgspec.Struct, frozen=True, gc=False):
    """One of the intents that a model thinks likeliest."""

    intent: str
    probability: float


class Classification(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The recorded answer; replays and retries use the record and never classify again. Its JSON, field by field, is
    the body of ``usher.contact.classified.v1``.

    ``skills`` are what this contact asks on top of its queue (skill to minimum level), ``kept_skills`` what it still
    asks in any other queue: all but what its intent asks. ``complexity`` is 0 to 100,
    ``level`` of agents 1 to 3 (3 = specialist). ``priority_seconds`` is without the queue's own boost. ``queue`` and
    ``bot`` are set for every tier: a contact that is escalated knows where to go. ``second_intent``: what the text is
    about as well. ``ground``: what alone is enough for a person to serve the contact, "" where there are only doubts.
    ``reasons`` hold no text of the customer.
    """

    intent: str | None
    confidence: float
    top3: tuple[Likely, ...]
    out_of_scope: bool
    language: str | None
    sentiment: str
    urgency: str
    complexity: int
    level: int
    moment_of_truth: bool
    signals: tuple[str, ...]
    skills: dict[str, int]
    kept_skills: dict[str, int]
    tier: Tier
    queue: str
    bot: str
    article_ids: tuple[str, ...]
    question: bool
    priority_seconds: float
    second_intent: str | None
    ground: str
    reasons: tuple[str, ...]
    model_version: str | None
    rules_version: str

    def as_json(self) -> dict[str, Any]:
        """The fields of ``usher.contact.classified.v1``."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        return fields


def facts_of(message: MessageReceived, *, may_ask: bool = False, answered: bool = False) -> MessageFacts:
    """The facts of a canonical message."""
    return MessageFacts(
        channel=message.channel,
        source=message.source,
        text=message.text or "",
        subject=message.subject or "",
        language=message.language,
        public=message.public,
        to=message.to,
        attachments=len(message.attachments),
        attributes=message.attributes,
        hint=message.routing,
        at_ms=message.occurred_ms,
        may_ask=may_ask,
        answered=answered,
    )
