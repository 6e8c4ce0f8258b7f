"""Twilio Voice: a call that comes in, what the caller keyed, said or left as a recording, and the call's end.

The answer is TwiML.
"""

from hashlib import sha256
from xml.sax.saxutils import escape

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.form import FORM, Form, read_form
from services.ingest.domain.channels.heads import sent_ms
from services.ingest.domain.channels.message import Attachment, Message, ended
from services.ingest.domain.channels.twilio import TWIML_NOTHING, place

__all__ = ["ADAPTER"]

_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_LEFT_QUEUE = frozenset({"hangup", "queue-full", "system-error", "error"})  # QueueResult of <Enqueue action=...>
# Of what is told about a call beside the call itself: a queue left or waited in, a leg dialled, a recording, a
# conference, a stream, words that are not all said yet.
_PROGRESS = (
    "CallbackSource", "QueueResult", "QueueSid", "DialCallStatus", "RecordingStatus", "ConferenceSid", "StreamSid",
    "StableSpeechResult", "UnstableSpeechResult",
)  # fmt: skip
_UNANSWERED = frozenset({"busy", "no-answer", "failed", "canceled"})  # DialCallStatus of <Dial action=...>
_HUNG_UP = "hangup"  # in the place of the key that ended a recording
_SIP = "SipHeader_"  # before the name of a header of the SIP call, as the caller's switch set it


def read(payload: Payload) -> Reading:
    """The call, what was added to it, or its end. A call that comes in is enqueued under the source's queue or name."""
    form = read_form(payload)
    items = _items(payload, form)
    waits = not isinstance(items[0], Ignored) and not _is_over(form)
    return Reading(items, _enqueue(payload) if waits else TWIML_NOTHING)


def _items(payload: Payload, form: Form) -> list[Item]:
    call = form.needed("CallSid")
    if form.text("Direction").startswith("outbound") or form.text("ParentCallSid"):
        return [Ignored(Why.OWN_MESSAGE)]
    if not _is_over(form):
        return [_said(payload, form, call)]
    over = ended(payload, call, "hang_up", key=call, at_ms=sent_ms(form.get("Timestamp")))
    # Whoever spoke to a machine and hung up waits for a call: that is not over with the call in which it was said.
    return [_said(payload, form, f"{call}:voicemail"), over] if _is_left(form) else [over]


def _said(payload: Payload, form: Form, conversation: str) -> Item:
    if _is_progress(form):
        return Ignored(Why.CALL_PROGRESS)
    if payload.source.is_own(form.text("From")):
        return Ignored(Why.OWN_MESSAGE)
    return _message(form, conversation).event(payload)


def _is_left(form: Form) -> bool:
    """Whether it is what ``<Record>`` recorded or what was read out of that, to its ``action`` or its callback."""
    return bool(form.text("RecordingUrl") or form.text("TranscriptionText")) and not _is_progress(form)


def _is_over(form: Form) -> bool:
    return form.text("CallStatus") in _OVER or form.text("QueueResult") in _LEFT_QUEUE


def _is_progress(form: Form) -> bool:
    if form.text("DialCallStatus") in _UNANSWERED and form.get("CallStatus") == "in-progress":
        return False  # whoever was dialled first did not answer: the caller still waits, and is put into our queue
    return any(form.text(name) for name in _PROGRESS) or not (form.get("From") or form.get("CallStatus"))


def _message(form: Form, conversation: str) -> Message:
    """The call itself under its CallSid; what the caller keyed, said or recorded later under an id of its own."""
    call, digits, transcribed = form.needed("CallSid"), form.text("Digits"), form.text("TranscriptionText")
    spoken, keyed, handed_over = (
        form.text("SpeechResult"),
        digits if digits != _HUNG_UP else "",
        form.get("HandoffData"),
    )
    recorded = form.text("RecordingUrl")
    later = [told for told in (handed_over, recorded, transcribed) if told]
    what = sha256("\x1f".join((spoken, keyed, form.text("msg"), *later)).encode("utf-8", "replace")).hexdigest()[:16]
    return Message(
        channel="voice",
        conversation=conversation,
        message_id=f"{call}:{what}" if spoken or keyed or later else call,
        handle=form.id("From") or "anonymous",
        name=form.get("CallerName"),
        to=form.get("To"),
        text=spoken or transcribed,
        language=form.get("Language"),
        attachments=[Attachment(content_type="audio/wav", url=recorded)] if recorded else [],
        reply_address=form.get("From") or "anonymous",
        reply_thread=call,
        attributes={
            "digits": keyed,
            "handoff": handed_over,
            "speech_confidence": form.get("Confidence") if spoken else "",
            "forwarded_from": form.get("ForwardedFrom"),
            "caller_verification": form.get("StirVerstat"),
            "transcription": transcribed,
            "recording_url": recorded,
            **place(form),
            **{f"sip_{name.removeprefix(_SIP)}": form.get(name) for name in form.fields if name.startswith(_SIP)},
        },
        unread=form.told,
    )


def _enqueue(payload: Payload) -> Answer:
    """https://www.twilio.com/docs/voice/twiml/enqueue: an agent's desktop takes the call by dialling this queue."""
    queue = escape(payload.source.queue or payload.source.name)
    twiml = f'<?xml version="1.0" encoding="UTF-8"?><Response><Enqueue>{queue}</Enqueue></Response>'
    return Answer("text/xml", twiml.encode("utf-8", "replace"))


ADAPTER = Adapter(
    name="twilio_voice",
    read=read,
    channel="voice",
    schemes=("twilio",),
    secrets=frozenset({"auth_token"}),
    media_types=FORM,
)
