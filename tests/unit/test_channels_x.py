"""X in its two forms: Account Activity, and the Activity API with payloads of either kind."""

from typing import Any

import orjson

from tests.support.channel_payloads import X_DIRECT
from tests.support.channel_variants import X_MENTION
from tests.support.channels import Result, json_of, put


def activity(kind: str, inside: Any, ours: str = "4337869213") -> Result:
    """An event of X's Activity API."""
    data = {"event_type": kind, "event_uuid": "e", "filter": {"user_id": ours}, "payload": inside}
    return put("x", orjson.dumps({"data": data}))


V2_DIRECT = {
    "id": "954491830116155396", "event_type": "MessageCreate", "sender_id": "3001969357",
    "dm_conversation_id": "3001969357-4337869213", "text": "Where is my parcel?",
    "created_at": "2026-01-31T09:30:00.125Z",
}  # fmt: skip


def test_a_direct_message_of_x_is_one_message_in_each_form_that_brings_it() -> None:
    old = put("x", orjson.dumps(X_DIRECT)).event()
    wrapped = activity("dm.received", {name: X_DIRECT[name] for name in ("direct_message_events", "users")}).event()
    new = activity("dm.received", V2_DIRECT).event()

    assert {event.event_id for event in (old, wrapped, new)} == {old.event_id}
    assert {event.conversation_id for event in (old, wrapped, new)} == {old.conversation_id}
    assert {(event.text, event.occurred_ms) for event in (old, wrapped, new)} == {(old.text, old.occurred_ms)}
    assert (wrapped.party.name, new.party.handle) == ("Ana", "3001969357")


def test_a_post_of_xs_activity_api_is_public_and_its_own_its_copies_and_its_deletion_are_none() -> None:
    post = {"id": "7", "author_id": "5", "conversation_id": "3", "text": "Hi", "lang": "qme",
            "referenced_tweets": [{"type": "replied_to", "id": "3"}]}  # fmt: skip
    event = activity("post.mention.create", post).event()
    assert (event.channel, event.public, event.conversation_id, event.reply_to.address, event.language) == (
        "social", True, "post:3", "7", None,
    )  # fmt: skip
    assert event.attributes["in_reply_to"] == "3"
    assert activity("post.create", {**post, "author_id": "4337869213"}).ignored == ["own_message"]
    assert activity("post.create", {**post, "referenced_tweets": [{"type": "retweeted", "id": "1"}]}).ignored == [
        "not_a_message"
    ]
    assert activity("post.delete", {"id": "7"}).ignored == ["deletion"]


def test_other_events_of_xs_activity_api_are_no_contacts() -> None:
    for kind, why in (
        ("dm.sent", "own_message"),
        ("chat.sent", "own_message"),
        ("chat.conversation_join", "not_a_message"),
        ("dm.indicate_typing", "not_a_message"),
        ("follow.follow", "not_a_message"),
    ):
        assert activity(kind, V2_DIRECT).ignored == [why]
    assert activity("dm.received", {**V2_DIRECT, "event_type": "ParticipantsJoin"}).ignored == ["not_a_message"]
    assert activity("dm.received", {"text": "no sender"}).refused[0].letter.path == "data.payload.sender_id"


def test_a_mention_brings_its_writer_by_name_and_its_pictures() -> None:
    event = json_of("x", {"data": X_MENTION}).event()
    assert (event.party.handle, event.party.name, event.attributes["screen_name"]) == ("2222", "Other", "OtherUser")
    assert (len(event.attachments), event.public, event.reply_to.address) == (1, True, "77")


def test_an_encrypted_message_of_x_is_a_contact_without_words_in_the_same_conversation() -> None:
    """Its words are for X's own programs; that somebody wrote, and where to answer, is not."""
    encrypted = {"id": "e4f4", "sender_id": "3001969357", "conversation_id": "3001969357:4337869213",
                 "created_at_msec": "1769851800125", "encoded_event": "CwAB"}  # fmt: skip
    event, plain = activity("chat.received", encrypted).event(), activity("dm.received", V2_DIRECT).event()
    assert (event.text, event.attributes["type"], event.occurred_ms) == (None, "encrypted", 1_769_851_800_125)
    assert (event.conversation_id, event.reply_to) == (plain.conversation_id, plain.reply_to)
    group = activity("chat.received", {**encrypted, "conversation_id": "g77"}).event()
    assert group.conversation_id != event.conversation_id
    assert activity("chat.received", {**encrypted, "sender_id": "4337869213"}).ignored == ["own_message"]


def test_an_answer_by_button_in_a_direct_message_keeps_what_was_pressed() -> None:
    pressed = orjson.loads(orjson.dumps(X_DIRECT))
    (message,) = pressed["direct_message_events"]
    message["message_create"]["message_data"]["quick_reply_response"] = {"type": "options", "metadata": "refund"}
    message["initiated_via"] = {"tweet_id": "123"}
    event = json_of("x", pressed).event()
    assert (event.attributes["payload"], event.attributes["post_id"]) == ("refund", "123")
