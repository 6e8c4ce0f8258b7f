"""What is no contact is ignored by name; a batch with one bad part loses only that part."""

import copy
from typing import Any

import pytest

from tests.support.channel_payloads import (
    ASTERISK,
    CHATWOOT,
    FORM,
    INTERCOM,
    MAILGUN,
    SMS,
    TELEGRAM_MESSAGE,
    VOICE,
    X_DIRECT,
    ZENDESK,
    direct,
    page,
    whatsapp,
    whatsapp_text,
)
from tests.support.channels import Result, form, json_of, mail, put, slack, telegram


def intercom(topic: str, **item: Any) -> Result:
    document = copy.deepcopy(INTERCOM)
    document["topic"] = topic
    document["data"]["item"].update(item)
    return json_of("intercom", document)


def zendesk(kind: str, event: Any, **detail: Any) -> Result:
    document = {**ZENDESK, "type": f"zen:event-type:{kind}", "event": event, "detail": {**ZENDESK["detail"], **detail}}
    return json_of("zendesk", document)


def zendesk_chat(actor: str) -> Result:
    """A message of Zendesk messaging."""
    event = {
        "actor": {"id": "67ab", "name": "Ana", "type": actor},
        "conversation_id": "67ab5f53a96f98663935c3f2",
        "message": {"id": "67ab5f55155becd183e284cb", "body": "Where is my parcel?"},
    }
    return zendesk("messaging_ticket.message_added", event)


IGNORED: dict[str, tuple[Result, str]] = {
    "twilio delivered": (form("twilio", {**SMS, "MessageStatus": "delivered"}), "delivery_state"),
    "twilio own": (form("twilio", SMS, frozenset({SMS["From"]})), "own_message"),
    "voice outbound": (form("twilio_voice", {**VOICE, "Direction": "outbound-api"}), "own_message"),
    "voice leg": (form("twilio_voice", {**VOICE, "ParentCallSid": "CA0"}), "own_message"),
    "voice progress": (form("twilio_voice", {**VOICE, "CallbackSource": "call-progress-events"}), "call_progress"),
    "voice bridged": (form("twilio_voice", {**VOICE, "QueueResult": "bridged"}), "call_progress"),
    "conversations api": (
        form("twilio_conversations", {"EventType": "onMessageAdded", "Author": "bot", "Source": "API"}),
        "own_message",
    ),
    "conversations edit": (form("twilio_conversations", {"EventType": "onMessageUpdated"}), "edit"),
    "whatsapp state": (json_of("whatsapp_cloud", whatsapp(statuses=[{"id": "w", "status": "read"}])), "delivery_state"),
    "whatsapp reaction": (json_of("whatsapp_cloud", whatsapp(whatsapp_text(type="reaction"))), "reaction"),
    "whatsapp revoked": (json_of("whatsapp_cloud", whatsapp(whatsapp_text(type="revoke"))), "deletion"),
    "messenger echo": (json_of("messenger", page("page", direct(is_echo=True))), "echo"),
    "messenger page": (json_of("messenger", page("page", {**direct(), "sender": {"id": "PAGE"}})), "own_message"),
    "messenger read": (
        json_of("messenger", page("page", {"sender": {"id": "P"}, "read": {"watermark": 1}})),
        "delivery_state",
    ),
    "instagram deleted": (json_of("instagram", page("instagram", direct(is_deleted=True))), "deletion"),
    "messenger standby": (
        json_of("messenger", {"object": "page", "entry": [{"id": "P", "standby": [direct()]}]}),
        "standby",
    ),
    "slack bot": (slack(bot_id="B1"), "bot"),
    "slack own": (slack(user="UBOT"), "own_message"),
    "slack edit": (slack(subtype="message_changed"), "edit"),
    "slack deletion": (slack(subtype="message_deleted"), "deletion"),
    "slack join": (slack(subtype="channel_join"), "not_a_message"),
    "slack reaction": (slack(type="reaction_added"), "reaction"),
    "slack challenge": (json_of("slack", {"type": "url_verification", "challenge": "c"}), "handshake"),
    "telegram edit": (json_of("telegram", {"update_id": 1, "edited_message": TELEGRAM_MESSAGE}), "edit"),
    "telegram bot": (telegram(**{"from": {"id": 5, "is_bot": True}}), "bot"),
    "telegram join": (telegram(text=None, new_chat_members=[]), "not_a_message"),
    "telegram member": (json_of("telegram", {"update_id": 1, "my_chat_member": {}}), "not_a_message"),
    "zendesk staff": (
        zendesk("ticket.comment_added", {"comment": {"id": 1, "author": {"id": "9", "is_staff": True}}}),
        "own_message",
    ),
    "zendesk chat agent": (zendesk_chat("agent"), "own_message"),
    "zendesk chat bot": (zendesk_chat("system"), "bot"),
    "zendesk chat trigger": (zendesk_chat("trigger"), "bot"),
    "zendesk deleted": (zendesk("ticket.soft_deleted", {}), "deletion"),
    "zendesk redacted": (zendesk("ticket.comment_redacted", {"comment": {"id": 1}}), "deletion"),
    "zendesk made private": (zendesk("ticket.comment_made_private", {"comment": {"id": 1}}), "edit"),
    "zendesk note": (
        zendesk("ticket.comment_added", {"comment": {"id": 1, "is_public": False, "author": {"id": "9"}}}),
        "internal_note",
    ),
    "zendesk private ticket": (zendesk("ticket.created", {}, is_public=False), "internal_note"),
    "instagram self": (json_of("instagram", page("instagram", direct(is_self=True))), "own_message"),
    "page like": (
        json_of(
            "messenger", {"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "like"}}]}]}
        ),
        "reaction",
    ),
    "zendesk priority": (zendesk("ticket.priority_changed", {}), "not_a_message"),
    "intercom admin": (intercom("conversation.admin.replied"), "own_message"),
    "intercom note": (intercom("conversation.admin.noted"), "internal_note"),
    "intercom ping": (json_of("intercom", {"type": "notification_event", "topic": "ping"}), "handshake"),
    "chatwoot outgoing": (json_of("chatwoot", {**CHATWOOT, "message_type": "outgoing"}), "own_message"),
    "chatwoot private": (json_of("chatwoot", {**CHATWOOT, "private": True}), "internal_note"),
    "chatwoot edit": (json_of("chatwoot", {**CHATWOOT, "event": "message_updated"}), "edit"),
    "chatwoot bot": (json_of("chatwoot", {**CHATWOOT, "sender": {"type": "agent_bot", "id": 1}}), "bot"),
    "asterisk leave": (json_of("asterisk", {**ASTERISK, "Event": "QueueCallerLeave"}), "call_progress"),
    "asterisk other": (json_of("asterisk", {**ASTERISK, "Event": "PeerStatus"}), "not_a_message"),
    "x own": (json_of("x", {**X_DIRECT, "for_user_id": "3001969357"}), "own_message"),
    "x like": (json_of("x", {"for_user_id": "1", "favorite_events": [{}]}), "reaction"),
    "mail automatic": (mail("Auto-Submitted: auto-replied"), "automatic_reply"),
    "mail generated": (mail("Auto-Submitted: auto-generated; owner=x"), "automatic_reply"),
    "mail vacation": (mail("X-Autoreply: yes"), "automatic_reply"),
    "mail bulk": (mail("Precedence: bulk"), "bulk"),
    "mail list": (mail("List-Id: <news.example.com>"), "bulk"),
    "mail bounce": (mail("Return-Path: <>"), "bounce"),
    "mail spaced bounce": (mail("Return-Path: < >"), "bounce"),
    "mail daemon": (mail("From: Mail Delivery <MAILER-DAEMON@example.com>"), "bounce"),
    "mail report": (mail('Content-Type: multipart/report; report-type=delivery-status; boundary="b"'), "bounce"),
    "mail own": (mail(own=frozenset({"ANA@example.com"})), "own_message"),
    "mail own domain": (mail(own=frozenset({"@example.com"})), "own_message"),
    "mailgun automatic": (
        form("mailgun", {**MAILGUN, "message-headers": '[["Auto-Submitted", "auto-replied"]]'}),
        "automatic_reply",
    ),
}


@pytest.mark.parametrize("case", IGNORED)
def test_what_is_no_contact_is_ignored_by_name_and_is_no_dead_letter(case: str) -> None:
    result, reason = IGNORED[case]
    assert (result.admitted, result.refused, result.ignored) == ([], [], [reason])


def test_words_of_a_form_in_another_charset_are_read_and_say_so_and_one_with_bare_percents_is_read() -> None:
    said = b"MessageSid=SM9&From=%2B34600123456&To=%2B1&Body="
    event = put("twilio", said + b"caf%E9", FORM).event()
    assert (event.text, event.attributes["unread"]) == ("café", "Body")
    assert put("twilio", said + "café+100% = %zz".encode(), FORM).event().text == "café 100% = %zz"


@pytest.mark.parametrize(
    ("adapter", "said", "path"),
    [
        ("twilio", b"MessageSid=SM9&From=%E9&To=%2B1&Body=Hi", "From"),
        ("twilio", b"MessageSid=%E9&From=%2B34600123456&To=%2B1&Body=Hi", "MessageSid"),
        ("twilio", b"MessageSid=SM9&From=%2B34600123456&To=%E9&Body=Hi", "To"),
        ("twilio", b"MessageSid=SM9&From=whatsapp%3A%2B1&To=%2B1&Body=Hi&ExternalUserId=%E9", "ExternalUserId"),
        ("twilio_voice", b"CallSid=%E9&From=%2B34600123456", "CallSid"),
        ("twilio_voice", b"CallSid=CA1&CallStatus=ringing&From=%E9", "From"),
        ("mailgun", b"from=ana%40b.example&body-plain=Hi&Message-Id=%E9", "Message-Id"),
        ("slack", b"command=%2Fh&text=caf%E9&user_id=U1&channel_id=C%E9&trigger_id=1", "channel_id"),
    ],
)
def test_an_id_of_a_form_that_is_no_utf8_is_no_guess(adapter: str, said: bytes, path: str) -> None:
    (refused,) = put(adapter, said, FORM).refused
    assert (refused.letter.reason, refused.letter.path) == ("not_utf8", path)


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ("twilio_conversations", b"EventType=onMessageAdded&ConversationSid=CH1&MessageSid=IM1&Author=a&Body=caf%E9"),
        ("slack", b"command=%2Fh&text=caf%E9&user_id=U1&channel_id=C1&trigger_id=1"),
        ("mailgun", b"from=ana%40b.example&subject=caf%E9&body-plain=caf%E9"),
        ("sendgrid", b"from=ana%40b.example&subject=caf%E9&text=caf%E9"),
    ],
)
def test_every_form_in_latin_1_keeps_its_words(adapter: str, said: bytes) -> None:
    event = put(adapter, said, FORM).event()
    assert event.text == "café"
    assert set(event.attributes["unread"].split(",")) <= {"Body", "text", "subject", "body-plain"}


def test_a_mail_that_says_it_is_not_automatic_is_a_contact() -> None:
    assert mail("Auto-Submitted: no").event().text == "Hello"


# ---- a bad part of a batch ----


def test_a_batch_with_one_bad_message_yields_the_good_ones_and_one_dead_letter() -> None:
    bad = whatsapp_text(2, id=None)
    result = json_of("whatsapp_cloud", whatsapp(whatsapp_text(1), bad, whatsapp_text(3), statuses=[{"id": "w"}]))

    assert [event.message_id for event in result.events()] == ["wamid.1", "wamid.3"]
    (refused,) = result.refused
    assert refused.letter.path == "entry[0].changes[0].value.messages[1].id"
    assert refused.letter.origin.index == 1
    assert result.ignored == ["delivery_state"]


def test_a_wrong_type_in_one_entry_of_messenger_leaves_the_others() -> None:
    result = json_of("messenger", page("page", direct(), {**direct(), "sender": 5.5}, direct(mid="m_2")))

    assert [event.message_id for event in result.events()] == ["m_1", "m_2"]
    assert [one.letter.path for one in result.refused] == ["entry[0].messaging[1].sender"]


# ---- calls ----


def test_a_calls_end_ends_its_conversation_and_comes_once() -> None:
    call = form("twilio_voice", VOICE).event()
    ends = [form("twilio_voice", {**VOICE, "CallStatus": "completed"}).event() for _ in range(2)]

    assert {(end.conversation_id, end.reason) for end in ends} == {(call.conversation_id, "hang_up")}
    assert len({end.event_id for end in ends}) == 1


def test_what_a_caller_says_or_keys_later_is_another_message_of_the_call() -> None:
    call = form("twilio_voice", VOICE).event()
    said = form("twilio_voice", {**VOICE, "SpeechResult": "my card", "CallStatus": "in-progress"}).event()
    keyed = form("twilio_voice", {**VOICE, "Digits": "2", "CallStatus": "in-progress"}).event()

    assert {call.conversation_id, said.conversation_id, keyed.conversation_id} == {"CA1"}
    assert len({call.message_id, said.message_id, keyed.message_id}) == 3
    assert (said.text, keyed.attributes["digits"]) == ("my card", "2")


def test_the_caller_of_an_asterisk_queue_who_hangs_up_is_told() -> None:
    text = "".join(f"{name}: {value}\r\n" for name, value in ASTERISK.items())
    gone = text.replace("QueueCallerJoin", "QueueCallerAbandon")
    joined, ended = put("asterisk", f"{text}\r\n{gone}\r\n".encode(), "text/plain").events()

    assert joined.conversation_id == ended.conversation_id == ASTERISK["Linkedid"]
    assert ended.reason == "hang_up"


def test_the_end_of_a_chat_is_told_for_each_time_it_ends() -> None:
    resolved = {"event": "conversation_status_changed", "id": 12, "status": "resolved", "account": {"id": 1}}
    first = json_of("chatwoot", {**resolved, "updated_at": 1769851800}).event()
    again = json_of("chatwoot", {**resolved, "updated_at": 1769851900}).event()
    assert first.conversation_id == again.conversation_id == json_of("chatwoot", CHATWOOT).event().conversation_id
    assert first.event_id != again.event_id
    assert intercom("conversation.admin.closed").event().reason == "closed"
    assert zendesk("ticket.status_changed", {"current": "SOLVED"}).event().conversation_id == "35436"


# ---- content ----


def test_a_post_that_everybody_sees_is_public_and_social() -> None:
    comment = {
        "item": "comment", "verb": "add", "comment_id": "c1", "post_id": "p1", "parent_id": "p1",
        "from": {"id": "7", "name": "Ana"}, "message": "Where?", "created_time": 1769851800,
    }  # fmt: skip
    change = {"object": "page", "entry": [{"id": "PAGE", "changes": [{"field": "feed", "value": comment}]}]}
    event = json_of("messenger", change).event()
    assert (event.channel, event.public, event.text, event.reply_to.address) == ("social", True, "Where?", "c1")
    comment["verb"] = "remove"
    assert json_of("messenger", change).ignored == ["deletion"]
    post = {"id_str": "5", "user": {"id_str": "7", "name": "Ana"}, "text": "Where?", "lang": "en"}
    tweet = json_of("x", {"for_user_id": "1", "tweet_create_events": [post]}).event()
    assert (tweet.channel, tweet.public, tweet.language) == ("social", True, "en")


@pytest.mark.parametrize(
    ("kind", "content", "text", "media"),
    [
        ("image", {"id": "MID", "mime_type": "image/jpeg", "caption": "Broken"}, "Broken", "image/jpeg"),
        ("document", {"id": "MID", "mime_type": "application/pdf", "filename": "a.pdf"}, None, "application/pdf"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}}, "Yes", None),
        ("button", {"text": "Yes", "payload": "P"}, "Yes", None),
        ("location", {"latitude": 1.5, "longitude": 2, "name": "Shop"}, "Shop, 1.5, 2.0", None),
    ],
)
def test_every_kind_of_whatsapp_message_is_kept(kind: str, content: Any, text: str | None, media: str | None) -> None:
    message = {**whatsapp_text(), "type": kind, kind: content}
    del message["text"]
    event = json_of("whatsapp_cloud", whatsapp(message)).event()
    assert event.text == text
    assert [one.content_type for one in event.attachments] == ([media] if media else [])
    assert event.attributes["type"] == kind


def test_what_is_longer_than_the_contract_allows_is_cut_and_says_so() -> None:
    event = mail("Subject: " + "s" * 2000, body="word " * 20_000).event()
    assert (len(event.subject), len(event.text)) == (998, 65_536)
    assert event.attributes["cut"] == "text,subject"


@pytest.mark.parametrize(("comment", "named"), [({"id": 7}, "35436:7"), ({}, "35436:01JZ")])
def test_a_comment_of_zendesk_is_named_by_its_own_id_else_by_that_of_its_event(comment: Any, named: str) -> None:
    written = {"body": "Still here?", "author": {"id": "9"}, **comment}
    assert zendesk("ticket.comment_added", {"comment": written}).event().message_id == named


FILE = {"id": "7", "content_type": "image/jpeg", "content_url": "https://z.example/7", "filename": "a.jpg"}
ATTACHED = {"comment": {"id": "5", "attachment": {**FILE, "is_public": False}}}


def test_a_file_of_zendesk_comes_by_itself_and_is_the_requesters_if_they_sent_it() -> None:
    kind, requester = "ticket.attachment_linked_to_comment", "20978392"
    event = zendesk(kind, ATTACHED, actor_id=requester).event()
    assert (event.conversation_id, event.message_id, event.party.handle) == ("35436", "35436:5:7", requester)
    (file,) = event.attachments
    assert (file.content_type, file.url, file.name) == ("image/jpeg", "https://z.example/7", "a.jpg")
    assert event.attributes["in_reply_to"] == "5"
    for nobody in ({}, {"actor_id": "9"}, {"actor_id": None, "requester_id": None}):
        assert zendesk(kind, ATTACHED, **nobody).ignored == ["not_a_message"]
    (refused,) = zendesk(kind, {"comment": {"attachment": FILE}}, actor_id=requester).refused
    assert refused.letter.path == "event.comment.id"


def test_files_of_another_organisation_in_slack_are_known_by_their_ids() -> None:
    shared = {"id": "F2", "mode": "file_access", "file_access": "check_file_info"}
    assert slack(files=[{"id": "F1", "mimetype": "image/png"}, shared]).event().attributes["file_ids"] == "F1,F2"
    assert "file_ids" not in slack(files=[]).event().attributes


def test_a_place_that_somebody_shows_through_twilio_is_what_they_say() -> None:
    place = {"Body": "", "Label": "Shop", "Address": "", "Latitude": "40.4", "Longitude": "-3.7"}
    assert form("twilio", {**SMS, **place}).event().text == "Shop, 40.4, -3.7"
    assert form("twilio", {**SMS, **place, "Body": "Here"}).event().text == "Here"


def test_a_message_of_a_zendesk_chat_is_one_of_its_ticket() -> None:
    event = zendesk_chat("end_user").event()

    assert (event.channel, event.text, event.party.handle, event.party.name) == (
        "chat",
        "Where is my parcel?",
        "67ab",
        "Ana",
    )
    assert (event.conversation_id, event.message_id) == ("35436", "35436:67ab5f55155becd183e284cb")
    assert (event.reply_to.address, event.reply_to.thread) == ("35436", "67ab5f53a96f98663935c3f2")
