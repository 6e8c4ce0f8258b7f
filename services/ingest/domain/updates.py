"""What bots, self-service, desktops and supervisors report about contacts (usher.contact-updates.v1)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from services.ingest.domain.fields import (
    SECONDS_MAX,
    Id,
    Inbound,
    Json,
    Language,
    Name,
    Note,
    Skills,
    SourceName,
    Text,
    Time,
    Url,
    Workspace,
)

__all__ = [
    "CommandedBody",
    "ConversationEndedBody",
    "CustomerCommandedBody",
    "OutcomeReportedBody",
    "PendingChangedBody",
    "ReplySentBody",
]

TRIED_MAX = 64  # articles or steps that a bot tried; more tell an agent nothing


class UpdateBody(Inbound):
    """What every update holds."""

    workspace: Workspace
    occurred_at: Time


class ContactBody(UpdateBody):
    """What every update of a contact holds."""

    contact_id: Id


class ContextBody(Inbound):
    """What a bot or self-service learnt."""

    intent: Name | None = None
    language: Language | None = None
    slots: Json | None = None
    transcript_url: Url | None = None
    tried: Annotated[list[Text], Field(max_length=TRIED_MAX)] | None = None
    skills: Skills | None = None


class OutcomeReportedBody(ContactBody):
    """The body of usher.contact.outcome_reported.v1."""

    by: Literal["self_service", "bot"]
    outcome: Literal["resolved", "escalated", "failed"]
    reason: Note | None = None
    context: ContextBody | None = None


class ReplySentBody(ContactBody):
    """The body of usher.contact.reply_sent.v1."""

    by: Literal["agent", "bot"]
    agent_id: Id | None = None
    public: bool | None = None


class PendingChangedBody(ContactBody):
    """The body of usher.contact.pending_changed.v1."""

    pending: bool


class ConversationEndedBody(UpdateBody):
    """The body of usher.conversation.ended.v1."""

    source: SourceName
    conversation_id: Id
    reason: Literal["hang_up", "left", "closed"]


class CommandedBody(ContactBody):
    """The body of usher.contact.commanded.v1; a command comes with what it needs."""

    command: Literal["cancel", "prioritise", "requeue", "assign"]
    actor: Id
    reason: Note
    seconds: Annotated[float, Field(ge=-SECONDS_MAX, le=SECONDS_MAX)] | None = None
    queue: Name | None = None
    agent_id: Id | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.command == "prioritise" and self.seconds is None:
            raise _missing("seconds", "prioritise")
        if self.command == "assign" and self.agent_id is None:
            raise _missing("agent_id", "assign")
        return self


class CustomerCommandedBody(UpdateBody):
    """The body of usher.customer.commanded.v1."""

    command: Literal["merge", "split"]
    customer_id: Id
    into: Id | None = None
    actor: Id
    reason: Note

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.command == "merge" and self.into is None:
            raise _missing("into", "merge")
        return self


def _missing(field: str, command: str) -> ValidationError:
    kind = PydanticCustomError("missing", f"Field required for the command {command}")
    return ValidationError.from_exception_data("command", [InitErrorDetails(type=kind, loc=(field,), input=None)])
