"""Twilio Conversations: messages of a conversation, and its end. Written from the documented parameters; tolerant."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.form import FORM, Form, read_form
from services.ingest.domain.channels.message import Attachment, Message, ended, time_ms
from services.ingest.domain.channels.node import Node
from services.ingest.domain.rejection import Rejected
from shared.contract.topics import Channel

__all__ = ["ADAPTER"]

_IGNORED = {
    "onMessageUpdated": Why.EDIT,
    "onMessageRemoved": Why.DELETION,
    "onDeliveryUpdated": Why.DELIVERY_STATE,
    **dict.fromkeys(
        (
            "onConversationAdd", "onConversationAdded", "onConversationUpdate", "onConversationUpdated",
            "onConversationRemove", "onConversationStateUpdated", "onParticipantAdd", "onParticipantAdded",
            "onParticipantUpdate", "onParticipantUpdated", "onParticipantRemove", "onParticipantRemoved",
            "onMessageAdd", "onMessageUpdate", "onMessageRemove", "onUserAdded", "onUserUpdate", "onUserUpdated",
        ),
        Why.NOT_A_MESSAGE,
    ),
}  # fmt: skip
_OVER_IP = ("whatsapp:", "messenger:", "rcs:", "gbm:")


def read(payload: Payload) -> Reading:
    """One event of a conversation."""
    return Reading([_item(payload, read_form(payload))])


def _item(payload: Payload, form: Form) -> Item:
    kind = form.needed("EventType")
    closed = kind == "onConversationStateUpdated" and form.text("StateTo") == "closed"
    if closed or kind == "onConversationRemoved":
        at_ms = time_ms(form.get("DateUpdated"))
        conversation = form.needed("ConversationSid")
        return ended(payload, conversation, "closed", key=f"{conversation}:{at_ms}", at_ms=at_ms)
    if kind != "onMessageAdded":
        return Ignored(_IGNORED.get(kind, Why.UNKNOWN_KIND))
    author = form.needed("Author")
    # What a program of ours posts comes from the API; what customers write comes by SMS, WhatsApp or the chat SDK.
    if payload.source.is_own(author) or form.text("Source").upper() == "API":
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel=_channel(author),
        conversation=form.needed("ConversationSid"),
        message_id=form.needed("MessageSid"),
        handle=author,
        at_ms=time_ms(form.get("DateCreated")),
        text=form.text("Body"),
        attachments=_media(form.get("Media")),
        reply_address=author,
        reply_thread=form.get("ConversationSid"),
        attributes={"participant_sid": form.get("ParticipantSid"), "twilio_source": form.get("Source")},
        unread=form.told,
    ).event(payload)


def _channel(author: str) -> Channel:
    if author.startswith(_OVER_IP):
        return "messaging"
    return "sms" if author.startswith("+") else "chat"


def _media(listed: str) -> list[Attachment]:
    """``Media`` is a JSON list in a form's field; one that cannot be read costs the attachments, not the message."""
    try:
        media = Node.parse(b'{"media":' + listed.encode() + b"}")["media"] if listed else Node(None)
    except (Rejected, UnicodeError):
        return []
    return [
        Attachment(content_type=one.text("ContentType"), name=one.text("Filename"), size=one["Size"].whole())
        for one in media.optional().items()
    ]


ADAPTER = Adapter(
    name="twilio_conversations",
    read=read,
    channel="chat",
    schemes=("twilio",),
    secrets=frozenset({"auth_token"}),
    media_types=FORM,
)
