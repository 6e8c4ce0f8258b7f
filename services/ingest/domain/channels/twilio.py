"""Twilio's messages: SMS, MMS, RCS, and WhatsApp or Messenger through Twilio (form parameters of its webhook)."""

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Payload, Reading, Why
from services.ingest.domain.channels.form import FORM, Form, read_form
from services.ingest.domain.channels.message import Attachment, Message
from shared.contract.topics import Channel

__all__ = ["ADAPTER", "TWIML_NOTHING", "place"]

TWIML_NOTHING = Answer("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
MEDIA_MAX = 32  # Twilio sends at most ten
_RECEIVED = frozenset({"", "received", "receiving"})
_STATES = frozenset(
    {
        "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "delivery_unknown", "failed",
        "canceled", "read", "partially_delivered",
    }
)  # of a message that we sent  # fmt: skip
_PLACE = ("FromCity", "FromState", "FromZip", "FromCountry")
_POINT = ("Label", "Address", "Latitude", "Longitude")  # what somebody shows on a map, without a word
_KEPT = {
    "ButtonText": "button_text",
    "ButtonPayload": "button_payload",
    "ListId": "list_id",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Address": "address",
    "Label": "label",
    "OptOutType": "opt_out",
    "OriginalRepliedMessageSid": "in_reply_to",
    "MessageType": "type",
    "InteractiveData": "interactive_data",
    "FlowData": "flow_data",
    "ExternalUserId": "user_id",
    "ParentExternalUserId": "parent_user_id",
    "Forwarded": "forwarded",
    "ReferralSourceType": "referral_type",
    "ReferralSourceId": "referral_id",
    "ReferralSourceUrl": "referral_url",
    "ReferralHeadline": "referral_headline",
    "ReferralBody": "referral_body",
    "ReferralCtwaClid": "referral_ctwa_clid",
}


def read(payload: Payload) -> Reading:
    """One message, or the state of one that was sent."""
    form = read_form(payload)
    state = (form.text("MessageStatus") or form.text("SmsStatus")).lower()
    if state in _STATES:
        return Reading([Ignored(Why.DELIVERY_STATE)], TWIML_NOTHING)
    if state not in _RECEIVED and not form.text("Body") and not form.get("MediaUrl0"):
        return Reading([Ignored(Why.UNKNOWN_KIND)], TWIML_NOTHING)  # with words it is no state: those have none
    if payload.source.is_own(form.text("From")):
        return Reading([Ignored(Why.OWN_MESSAGE)], TWIML_NOTHING)
    return Reading([_message(payload, form).event(payload)], TWIML_NOTHING)


def place(form: Form) -> dict[str, str]:
    """Where Twilio says that the sender's number is: ``from_city`` and the like."""
    return {f"from_{name.removeprefix('From').lower()}": form.get(name) for name in _PLACE if form.get(name)}


def _message(payload: Payload, form: Form) -> Message:
    handle, to = form.needed("From"), form.id("To")
    service = form.id("MessagingServiceSid")
    over_ip = ":" in handle and not handle.startswith("sms:")
    channel: Channel = "messaging" if over_ip else "sms"
    text = form.text("Body") or form.text("ButtonText") or ", ".join(filter(None, map(form.text, _POINT)))
    person = form.id("ExternalUserId") or handle  # stays, whether WhatsApp shows the number or not
    return Message(
        channel=channel,
        conversation=payload.source.pseudonym(service or to, person),
        message_id=form.id("MessageSid") or form.id("SmsMessageSid") or form.needed("SmsSid"),
        handle=handle,
        name=form.get("ProfileName"),
        to=to,
        text=text,
        attachments=_media(form),
        reply_address=handle,
        reply_thread=service or to,
        attributes={**{name: form.get(field) for field, name in _KEPT.items()}, **place(form), **_state(form)},
        unread=form.told,
    )


def _state(form: Form) -> dict[str, str]:
    """A state that nobody knows, of what has words and is taken for a message."""
    state = form.get("MessageStatus") or form.get("SmsStatus")
    return {} if state.lower() in _RECEIVED else {"state": state}


def _media(form: Form) -> list[Attachment]:
    found = []
    for index in range(MEDIA_MAX):
        url = form.get(f"MediaUrl{index}")
        if not url:
            break
        found.append(Attachment(content_type=form.get(f"MediaContentType{index}"), url=url))
    return found


ADAPTER = Adapter(
    name="twilio",
    read=read,
    channel="sms",
    schemes=("twilio",),
    secrets=frozenset({"auth_token"}),
    media_types=FORM,
)
