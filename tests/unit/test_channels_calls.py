"""Twilio and Asterisk beyond the first message: what is told about a call, and what its switch knows of it."""

from typing import Any

import pytest

from tests.support.channel_payloads import ASTERISK, SMS, VOICE
from tests.support.channel_variants import ARI_CHANNEL
from tests.support.channels import Result, form, json_of, put

USER = "US.13491208655302741918"


def test_who_hides_their_number_from_twilio_stays_in_the_conversation() -> None:
    shown = form("twilio", {**SMS, "ExternalUserId": USER}).event()
    hidden = form("twilio", {**SMS, "MessageSid": "SM2", "From": f"whatsapp:{USER}", "ExternalUserId": USER}).event()
    assert shown.conversation_id == hidden.conversation_id
    assert (hidden.channel, hidden.reply_to.address) == ("messaging", f"whatsapp:{USER}")
    assert USER not in hidden.conversation_id


def test_buttons_flows_and_advertisements_of_twilio_are_kept() -> None:
    more = {
        "ButtonText": "Yes", "ButtonPayload": "y", "MessageType": "button", "InteractiveData": "{}",
        "ReferralSourceType": "ad", "ReferralSourceId": "120", "ReferralBody": "Now", "ReferralCtwaClid": "c",
    }  # fmt: skip
    said = form("twilio", {**SMS, "Body": "", **more}).event()
    assert said.text == "Yes"
    assert {
        "button_payload": "y", "type": "button", "interactive_data": "{}", "referral_type": "ad", "referral_id": "120",
        "referral_body": "Now", "referral_ctwa_clid": "c",
    }.items() <= said.attributes.items()  # fmt: skip


@pytest.mark.parametrize("state", ["delivered", "partially_delivered", "READ"])
def test_a_state_of_twilio_is_of_a_message_that_we_sent(state: str) -> None:
    assert form("twilio", {**SMS, "MessageStatus": state}).ignored == ["delivery_state"]
    assert form("twilio", {**SMS, "SmsStatus": "received"}).event().text


def test_a_state_that_nobody_knows_is_counted_by_itself_and_what_has_words_is_a_message() -> None:
    assert form("twilio", {**SMS, "Body": "", "MediaUrl0": "", "MessageStatus": "lost"}).ignored == ["unknown_kind"]
    said = form("twilio", {**SMS, "MessageStatus": "held"}).event()
    assert (said.text, said.attributes["state"]) == (SMS["Body"], "held")
    assert "state" not in form("twilio", {**SMS, "SmsStatus": "received"}).event().attributes


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("onMessageAdd", "not_a_message"),
        ("onParticipantRemoved", "not_a_message"),
        ("onMessageRemoved", "deletion"),
        ("onTomorrow", "unknown_kind"),
    ],
)
def test_events_of_twilio_conversations_by_name(kind: str, why: str) -> None:
    fields = {"EventType": kind, "ConversationSid": "CH1", "Author": "+34600123456", "Body": "Hi", "MessageSid": "IM1"}
    assert form("twilio_conversations", fields).ignored == [why]


def voice(**changes: str) -> Result:
    return form("twilio_voice", {name: value for name, value in {**VOICE, **changes}.items() if value})


@pytest.mark.parametrize(
    "told",
    [
        {"RecordingSid": "RE1", "RecordingStatus": "completed", "From": "", "Direction": "", "CallStatus": ""},
        {"ConferenceSid": "CF1", "StatusCallbackEvent": "participant-join", "From": "", "Direction": ""},
        {"DialCallStatus": "completed", "DialCallSid": "CA2", "CallStatus": "in-progress"},
        {"StreamSid": "MZ1", "StreamEvent": "stream-started"},
        {"QueueResult": "leave"},
        {"QueueSid": "QU1", "QueuePosition": "1", "QueueTime": "5", "CallStatus": "in-progress"},
        {"UnstableSpeechResult": "my ca", "Stability": "0.8", "SequenceNumber": "2", "CallStatus": "in-progress"},
        {"StableSpeechResult": "my", "SequenceNumber": "3", "CallStatus": "in-progress"},
        {"TranscriptionEvent": "transcription-content", "From": "", "CallStatus": "", "Direction": ""},
        {"AnsweredBy": "human", "From": "", "CallStatus": "", "Direction": "", "To": ""},
    ],
)
def test_what_is_told_about_a_call_opens_no_second_contact_and_enqueues_nobody_again(told: dict[str, str]) -> None:
    assert voice(**told).ignored == ["call_progress"]


@pytest.mark.parametrize("leg", ["busy", "no-answer", "failed", "canceled"])
def test_a_caller_whom_nobody_answered_and_who_still_waits_is_a_contact(leg: str) -> None:
    """``<Dial action>`` leads here; of a call that is known already this is a repeat."""
    waits = voice(DialCallStatus=leg, DialCallSid="CA2", CallStatus="in-progress").event()
    assert waits.message_id == voice().event().message_id
    assert voice(DialCallStatus=leg, DialCallSid="CA2", CallStatus="completed").event().reason == "hang_up"


def test_a_caller_whom_a_voice_bot_hands_over_waits_for_a_person_and_brings_what_it_says() -> None:
    """``<Connect action>`` of ConversationRelay leads here: the call may be known, and the reason is not."""
    reason = '{"reasonCode": "live-agent-handoff", "reason": "wants a person"}'
    session = {"SessionId": "VX1", "SessionStatus": "ended", "SessionDuration": "20", "CallStatus": "in-progress"}
    first, handed, again = voice().event(), *(voice(HandoffData=reason, **session).event() for _ in range(2))
    assert handed.attributes["handoff"] == reason
    assert handed.conversation_id == first.conversation_id
    assert handed.event_id == again.event_id != first.event_id
    assert voice(**session).event().event_id == first.event_id, "without a reason it is the call itself"


RECORDED = {"RecordingUrl": "https://api.example.com/RE1", "RecordingSid": "RE1", "RecordingDuration": "9"}
READ_OUT = {**RECORDED, "TranscriptionSid": "TR1", "TranscriptionText": "Call me", "TranscriptionStatus": "completed"}


@pytest.mark.parametrize("key", ["", "#"])
def test_what_a_caller_records_before_they_are_put_through_is_a_message_of_the_call(key: str) -> None:
    """``<Record action>`` leads here, with the key that ended it if one did."""
    rings, recorded = voice().event(), voice(**RECORDED, Digits=key, CallStatus="in-progress").event()
    assert (recorded.conversation_id, recorded.attributes.get("digits", "")) == (rings.conversation_id, key)
    assert recorded.event_id != rings.event_id
    assert [(one.content_type, one.url) for one in recorded.attachments] == [("audio/wav", RECORDED["RecordingUrl"])]


def test_a_voicemail_outlives_its_call_with_its_words_once_they_are_read_out() -> None:
    recorded, over = voice(**RECORDED, Digits="hangup", CallStatus="completed").events()
    words, over_again = voice(**READ_OUT, CallStatus="completed").events()
    assert over.event_id == over_again.event_id == voice(CallStatus="completed").event().event_id
    assert recorded.conversation_id == words.conversation_id != over.conversation_id
    assert recorded.event_id != words.event_id
    assert ("digits" in recorded.attributes, words.text) == (False, "Call me")
    assert recorded.reply_to.address == words.reply_to.address == VOICE["From"]


@pytest.mark.parametrize("told", [{"DialCallStatus": "completed"}, {"RecordingStatus": "completed"}])
def test_the_recording_of_a_call_that_somebody_took_is_no_voicemail(told: dict[str, str]) -> None:
    assert voice(**RECORDED, **told, CallStatus="completed").event().reason == "hang_up"
    assert voice(**RECORDED, **told, CallStatus="in-progress").ignored == ["call_progress"]


def test_a_recording_of_our_own_number_is_no_voicemail() -> None:
    left = {**VOICE, **RECORDED, "CallStatus": "completed"}
    result = form("twilio_voice", left, own=frozenset({VOICE["From"]}))
    assert (result.ignored, result.event().reason) == (["own_message"], "hang_up")


def test_the_headers_of_a_sip_call_are_kept_and_its_end_has_twilios_time() -> None:
    rings = voice(**{"SipHeader_X-Customer": "4711", "StirVerstat": "TN-Validation-Passed-A"}).event()
    assert rings.attributes["sip_X-Customer"] == "4711"
    assert rings.attributes["caller_verification"] == "TN-Validation-Passed-A"
    over = voice(CallStatus="completed", Timestamp="Sat, 31 Jan 2026 09:30:00 +0000").event()
    assert (over.reason, over.occurred_ms) == ("hang_up", 1_769_851_800_000)


# ---- Asterisk ----

VARIABLES = {"var_PRIORITY": "1", "var_SKILL": "cards=gold"}
LINES = "".join(f"{name}: {value}\r\n" for name, value in ASTERISK.items())


@pytest.mark.parametrize(
    "result",
    [
        put("asterisk", f"{LINES}ChanVariable: PRIORITY=1\r\nChanVariable: SKILL=cards=gold\r\n\r\n".encode()),
        put(
            "asterisk", f"{LINES}ChanVariable(SIP/a): PRIORITY=1\r\nChanVariable(SIP/a): SKILL=cards=gold\r\n".encode()
        ),
        json_of("asterisk", {**ASTERISK, "ChanVariable": {"PRIORITY": 1, "SKILL": "cards=gold"}}),
        json_of("asterisk", {**ASTERISK, "ChanVariable": ["PRIORITY=1", "SKILL=cards=gold"]}),
    ],
)
def test_variables_of_the_channel_are_attributes_however_ami_or_its_bridge_writes_them(result: Result) -> None:
    found = result.event().attributes
    assert {name: value for name, value in found.items() if name.startswith("var_")} == VARIABLES


def test_a_variable_without_a_name_is_left_out_and_the_others_were_read() -> None:
    found = json_of("asterisk", {**ASTERISK, "ChanVariable": {"": "x", "SKILL": "cards=gold"}}).event().attributes
    assert (found["var_SKILL"], "unread" in found) == ("cards=gold", False)


def ari(kind: str, **more: Any) -> Result:
    at = "2026-01-31T09:30:00.125+0000"
    return json_of("asterisk", {"type": kind, "timestamp": at, "args": ["support"], "channel": ARI_CHANNEL, **more})


def test_a_call_in_stasis_keeps_its_variables_and_ends_when_asterisk_says() -> None:
    rings, over = ari("StasisStart").event(), ari("ChannelDestroyed", cause=16).event()
    assert VARIABLES.items() <= rings.attributes.items()
    assert (rings.to, rings.language, rings.attributes["account_code"]) == ("900", "es", "shop")
    assert (over.conversation_id, over.occurred_ms) == (rings.conversation_id, 1_769_851_800_125)


@pytest.mark.parametrize("kind", ["ChannelDtmfReceived", "ChannelStateChange", "ChannelVarset", "CallBroadcast"])
def test_what_happens_during_a_call_in_stasis_is_its_progress(kind: str) -> None:
    assert ari(kind, digit="5").ignored == ["call_progress"]


def test_a_channel_that_the_application_dialled_is_no_caller() -> None:
    assert ari("StasisStart", args=["support", "dialed"]).ignored == ["own_message"]
