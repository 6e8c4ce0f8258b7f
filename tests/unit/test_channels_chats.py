"""Slack and Telegram beyond a message: commands, buttons, business chats, channels, topics, and our own voice."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from telegram import Update
from telegram.constants import MessageAttachmentType

from tests.support.channel_payloads import FORM, SLACK, SLACK_EVENT, TELEGRAM_MESSAGE
from tests.support.channel_variants import SLACK_COMMAND, SLACK_PRESSED
from tests.support.channels import Result, form, json_of, put
from tests.support.ingest_http import Log, client_of


def pressed(**changes: Any) -> Result:
    return form("slack", {"payload": orjson.dumps({**SLACK_PRESSED, **changes}).decode()})


def event(**changes: Any) -> Result:
    return json_of("slack", {**SLACK, "event": {**SLACK_EVENT, **changes}})


# ---- Slack ----


def test_a_command_is_a_message_and_keeps_where_it_is_answered() -> None:
    said, again = form("slack", SLACK_COMMAND).event(), form("slack", {**SLACK_COMMAND, "trigger_id": "9.9.b"}).event()

    assert (said.text, said.party.handle, said.party.name, said.to) == ("where is <my> parcel", "U1", "ana", "C1")
    assert said.attributes["response_url"] == "https://hooks.example/commands/1"
    assert (said.attributes["command"], said.attributes["enterprise_id"]) == ("/usher", "E1")
    assert said.conversation_id == again.conversation_id
    assert "U1" not in said.conversation_id
    assert said.message_id != again.message_id
    assert form("slack", {**SLACK_COMMAND, "channel_id": "D1"}).event().conversation_id == "D1"


def test_a_choice_under_a_message_of_ours_is_said_in_its_thread() -> None:
    chosen = pressed().event()
    assert (chosen.text, chosen.attributes["payload"], chosen.attributes["action_id"]) == ("Medium", "M", "size")
    assert chosen.conversation_id == event().event().conversation_id
    assert (chosen.message_id, chosen.reply_to.thread) == ("C1:1769851800.5", "1769851700.000100")
    button = [{"action_id": "a", "action_ts": "7.7", "text": {"text": "Yes"}, "value": "y"}]
    assert pressed(actions=button, channel={"id": "D1"}).event().conversation_id == "D1"
    assert pressed(actions=button).event().text == "Yes"
    several = [{"text": {"text": "Red"}, "value": "r"}, {"text": {"text": "Blue"}, "value": "b"}]
    both = pressed(actions=[{"action_id": "a", "action_ts": "7.7", "selected_options": several}]).event()
    assert (both.text, both.attributes["payload"]) == ("Red, Blue", "r, b")
    day = pressed(actions=[{"action_id": "a", "action_ts": "7.7", "selected_date": "2026-12-01"}]).event()
    assert day.text == "2026-12-01"
    assert json_of("slack", SLACK_PRESSED).event() == chosen, "a topic may hold the document without its form"


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (pressed(type="view_submission"), "not_a_message"),
        (pressed(channel=None), "not_a_message"),
        (form("slack", {"ssl_check": "1", "token": "t"}), "handshake"),
        (form("slack", SLACK_COMMAND, frozenset({"U1"})), "own_message"),
        (event(user="USLACKBOT"), "bot"),
        (event(type="assistant_thread_started"), "not_a_message"),
        (json_of("slack", {"type": "app_rate_limited", "minute_rate_limited": 1}), "not_a_message"),
    ],
)
def test_what_no_customer_said_on_slack_is_ignored_by_name(result: Result, why: str) -> None:
    assert (result.admitted, result.refused, result.ignored) == ([], [], [why])


def test_a_message_that_is_passed_on_without_a_word_has_the_text_of_what_it_passes_on() -> None:
    shared = [{"text": "Broken &amp; late", "is_share": True}, {"fallback": "[picture]"}]
    assert event(text="", attachments=shared).event().text == "Broken & late\n[picture]"


def test_where_the_provider_has_no_thread_an_answer_names_none() -> None:
    direct = event(channel="D1", channel_type="im", thread_ts=None).event().reply_to
    assert (direct.address, direct.thread) == ("D1", None)
    private = json_of("telegram", {"update_id": 1, "message": TELEGRAM_MESSAGE}).event().reply_to
    assert (private.address, private.thread) == ("99", None)


def test_what_is_said_on_the_apps_own_page_is_said_in_its_direct_messages() -> None:
    """``message.app_home``: the same channel as ``message.im``, under another name of its kind."""
    kinds = ("im", "app_home", None)
    said = [event(channel="D1", channel_type=kind, thread_ts=None, ts=f"{n}.1").event() for n, kind in enumerate(kinds)]
    assert {one.conversation_id for one in said} == {"D1"}


def test_bytes_that_are_no_form_are_still_refused_as_json() -> None:
    for body, reason in ((b"nonsense", "not_json"), (b"", "empty"), (b"\xff", "not_utf8")):
        (refused,) = put("slack", body).refused
        assert refused.letter.reason == reason
    (refused,) = put("slack", b"payload=%7B", FORM).refused
    assert refused.letter.reason == "not_json"


async def test_slack_hears_nothing_to_show_after_a_command() -> None:
    async with client_of(Log(), {"desk": {"workspace": "acme", "adapter": "slack"}}) as client:
        kind = {"Content-Type": FORM}
        answer = await client.post("/v1/webhooks/desk", content=urlencode(SLACK_COMMAND), headers=kind)
    assert (answer.status_code, answer.content) == (200, b"")


# ---- Telegram ----


def telegram(kind: str = "message", **message: Any) -> Result:
    """An update as Telegram's own library reads it."""
    body = {name: value for name, value in {**TELEGRAM_MESSAGE, **message}.items() if value is not None}
    update = {"update_id": 1, kind: body}
    assert getattr(Update.de_json(update, None), kind) is not None
    return json_of("telegram", update)


CHAT = {"id": 99, "type": "private", "first_name": "Ana"}
OWNER = {"id": 5, "is_bot": False, "first_name": "Bo"}
GROUP = {"id": -100, "type": "supergroup", "title": "Help"}


def test_both_sides_of_a_business_chat_come_and_only_the_customers_is_a_contact() -> None:
    business = {"business_connection_id": "bc1", "chat": CHAT}
    said = telegram("business_message", **business).event()
    assert (said.party.handle, said.attributes["business_connection_id"]) == ("99", "bc1")
    assert telegram("business_message", **business, **{"from": OWNER}).ignored == ["own_message"]
    by_bot = {"sender_business_bot": {"id": 7, "is_bot": True, "first_name": "B"}, "from": OWNER}
    assert telegram("business_message", **business, **by_bot).ignored == ["own_message"]


def test_a_button_in_a_business_chat_keeps_the_connection_that_an_answer_needs() -> None:
    shown = {**TELEGRAM_MESSAGE, "business_connection_id": "bc1", "from": {"id": 7, "is_bot": True, "first_name": "B"}}
    query = {"id": "q1", "from": TELEGRAM_MESSAGE["from"], "message": shown, "chat_instance": "i", "data": "yes"}
    chosen = json_of("telegram", {"update_id": 2, "callback_query": query}).event()
    assert (chosen.text, chosen.attributes["business_connection_id"]) == ("yes", "bc1")
    assert chosen.conversation_id == telegram().event().conversation_id


def test_each_person_who_writes_to_a_channel_is_a_conversation() -> None:
    def direct(user: int, **more: Any) -> Result:
        person = {"id": user, "is_bot": False, "first_name": "Ana"}
        topic = {"topic_id": 1000 + user, "user": person}
        return telegram(**{"chat": GROUP, "direct_messages_topic": topic, "from": person, **more})

    one, other = direct(1).event(), direct(2).event()
    assert one.conversation_id != other.conversation_id
    assert (one.reply_to.address, one.reply_to.thread) == ("-100", "1001")
    assert direct(1, **{"from": OWNER}).ignored == ["own_message"]


def test_who_writes_in_the_name_of_a_channel_is_that_channel_and_our_own_names_are_ours() -> None:
    stand_in = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    channel = {"id": -5, "type": "channel", "title": "Ana's shop", "username": "anas"}
    said = telegram(chat=GROUP, sender_chat=channel, **{"from": stand_in}).event()
    assert (said.party.handle, said.party.name, said.attributes["username"]) == ("-5", "Ana's shop", "anas")
    assert telegram(chat=GROUP, sender_chat=GROUP, **{"from": stand_in}).ignored == ["own_message"]
    forwarded = {"sender_chat": channel, "is_automatic_forward": True}
    assert telegram(chat=GROUP, **forwarded, **{"from": {**OWNER, "id": 777000}}).ignored == ["own_message"]


def test_a_guest_message_is_a_conversation_of_its_own_and_keeps_the_query_to_answer() -> None:
    said = telegram("guest_message", guest_query_id="g1").event()
    assert said.attributes["guest_query_id"] == "g1"
    assert said.conversation_id != telegram().event().conversation_id


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"web_app_data": {"data": '{"size": "M"}', "button_text": "Order"}}, '{"size": "M"}'),
        ({"paid_media": {"star_count": 1, "paid_media": []}}, None),
        ({"contact": {"phone_number": "+34600", "first_name": "Ana"}}, "Ana +34600"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "🎲"),
    ],
)
def test_what_a_person_sends_without_text_is_a_message(content: dict[str, Any], text: str | None) -> None:
    assert telegram(text=None, **content).event().text == text


@pytest.mark.parametrize(
    "update",
    [
        {"inline_query": {"id": "1", "from": OWNER, "query": "x", "offset": ""}},
        {"chosen_inline_result": {"result_id": "1", "from": OWNER, "query": "x"}},
        {"business_connection": {"id": "bc1"}},
        {"pre_checkout_query": {"id": "1"}},
        {"poll_answer": {"poll_id": "1"}},
        {"chat_join_request": {"chat": GROUP}},
    ],
)
def test_updates_of_other_kinds_are_no_messages(update: dict[str, Any]) -> None:
    assert json_of("telegram", {"update_id": 3, **update}).ignored == ["not_a_message"]


def test_every_update_that_the_bot_api_names_is_known_and_any_other_is_counted_by_itself() -> None:
    for kind in Update.ALL_TYPES:
        assert "unknown_kind" not in json_of("telegram", {"update_id": 3, str(kind): {}}).ignored, kind
    assert json_of("telegram", {"update_id": 3, "tomorrow": {}}).ignored == ["unknown_kind"]


def test_a_subscription_of_the_newest_bot_api_is_no_message() -> None:
    changed = {"user": OWNER, "invoice_payload": "monthly", "state": "canceled"}
    assert json_of("telegram", {"update_id": 3, "subscription": changed}).ignored == ["not_a_message"]


@pytest.mark.parametrize("kind", [str(one) for one in MessageAttachmentType])
def test_whatever_telegrams_library_takes_for_an_attachment_is_a_message(kind: str) -> None:
    content = [{"file_id": "f1"}] if kind == "photo" else {"file_id": "f1", "title": "t", "question": "q", "emoji": "e"}
    more = {"latitude": 1.5, "longitude": 2, "address": "a", "first_name": "Bo", "mime_type": "audio/ogg"}
    whole = content if isinstance(content, list) else {**content, **more}
    event = json_of("telegram", {"update_id": 1, "message": {**TELEGRAM_MESSAGE, "text": None, kind: whole}}).event()
    assert event.conversation_id == telegram().event().conversation_id


def test_a_picture_that_moves_is_a_picture_and_a_film() -> None:
    """Telegram sends both, so that bots who do not know of it have the picture."""
    film, picture = {"file_id": "f2", "width": 1, "height": 1}, [{"file_id": "f1", "file_size": 5}]
    event = update(text=None, live_photo=film, photo=picture).event()
    assert [one.content_type for one in event.attachments] == ["image/jpeg", "video/mp4"]


def test_each_picture_of_an_album_is_a_message_of_one_conversation() -> None:
    picture = [{"file_id": "f1", "file_unique_id": "u1", "width": 1, "height": 1}]
    one, two = (telegram(message_id=n, text=None, photo=picture, media_group_id="a").event() for n in (7, 8))
    assert one.conversation_id == two.conversation_id
    assert one.message_id != two.message_id
    assert one.attributes["media_group_id"] == "a"


def update(**message: Any) -> Result:
    """An update of a Bot API that is newer than the library."""
    return json_of("telegram", {"update_id": 1, "message": {**TELEGRAM_MESSAGE, **message}})


def test_the_words_of_a_rich_message_are_its_text() -> None:
    blocks = [
        {"type": "heading", "text": "Order"},
        {
            "type": "paragraph",
            "text": ["Where is ", {"type": "bold", "text": {"type": "italic", "text": "my"}}, "parcel?"],
        },
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "late"}]}]},
        {"type": "divider"},
    ]
    assert update(text=None, rich_message={"blocks": blocks}).event().text == "Order Where is  my parcel? late"
    endless: Any = "deep"
    for _ in range(50):
        endless = {"type": "bold", "text": [endless]}
    assert update(text=None, rich_message={"blocks": [endless]}).event().text == "deep"
    assert update(text=None, rich_message={"blocks": 5}).event().text is None


def test_messages_that_two_alone_see_are_told_apart_though_they_have_no_number() -> None:
    one, two, other = (
        update(message_id=0, ephemeral_message_id=number, **{"from": {**TELEGRAM_MESSAGE["from"], "id": user}}).event()
        for number, user in ((1, 99), (2, 99), (1, 98))
    )
    assert len({one.message_id, two.message_id, other.message_id}) == 3


def test_a_picture_that_cannot_be_read_is_still_a_message() -> None:
    event = json_of("telegram", {"update_id": 1, "message": {**TELEGRAM_MESSAGE, "text": None, "photo": "odd"}}).event()
    assert (event.text, event.attributes["unread"]) == (None, "message.photo")
