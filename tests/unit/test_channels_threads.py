"""Which messages of a provider are one conversation, and which of them are one message."""

from importlib import import_module
from typing import Any

import pytest
from telegram import Update

from services.ingest.domain import channels
from services.ingest.domain.channels.registry import NAMES
from shared.contract.inputs import ConversationEnded
from tests.support.channel_payloads import (
    ASTERISK,
    CHATWOOT,
    INTERCOM,
    LETTER,
    SMS,
    TELEGRAM_MESSAGE,
    VOICE,
    ZENDESK,
    direct,
    page,
    whatsapp,
    whatsapp_text,
)
from tests.support.channel_variants import (
    ARI_CHANNEL,
    MESSENGER_CALL,
    WHATSAPP_CALL,
    messenger_calls,
    whatsapp_change,
)
from tests.support.channels import Result, form, json_of, mail, put, slack, telegram


def conversations(*results: Result) -> list[str]:
    return [result.event().conversation_id for result in results]


def test_an_answer_in_a_mail_thread_is_the_same_conversation_whoever_kept_the_references() -> None:
    first, answer, short, other = conversations(
        mail("Message-ID: <first@example.com>"),
        put("email_mime", LETTER, "message/rfc822"),
        mail("In-Reply-To: <first@example.com>"),
        mail("Message-ID: <other@example.com>"),
    )
    assert first == answer == short != other


def test_the_same_number_to_the_same_line_is_one_conversation() -> None:
    first, second, other, elsewhere = conversations(
        form("twilio", SMS),
        form("twilio", {**SMS, "MessageSid": "SM2"}),
        form("twilio", {**SMS, "From": "whatsapp:+34600123457"}),
        form("twilio", {**SMS, "To": "whatsapp:+34911000001"}),
    )
    assert first == second
    assert len({first, other, elsewhere}) == 3


def test_a_person_whom_whatsapp_names_by_id_alone_stays_in_the_conversation() -> None:
    both = whatsapp_text(1, from_user_id="US.1")
    alone = {**whatsapp_text(2, from_user_id="US.1")}
    del alone["from"]
    first, second = conversations(json_of("whatsapp_cloud", whatsapp(both)), json_of("whatsapp_cloud", whatsapp(alone)))
    assert first == second


def test_slack_is_one_conversation_for_each_thread_and_for_each_direct_channel() -> None:
    event = {"thread_ts": None}
    root, reply, other = conversations(
        slack(**event, ts="1.1"), slack(thread_ts="1.1", ts="2.2"), slack(**event, ts="3.3")
    )
    assert root == reply != other
    direct_message = {"channel": "D1", "channel_type": "im", "thread_ts": None}
    one, two = conversations(slack(**direct_message, ts="1.1"), slack(**direct_message, ts="2.2"))
    assert one == two == "D1"


def test_a_mention_and_its_message_are_one_message() -> None:
    assert slack().event().event_id == slack(type="app_mention", channel_type=None).event().event_id


def test_a_topic_of_a_telegram_group_is_a_conversation_of_its_own() -> None:
    group = {"id": -100, "type": "supergroup", "title": "Help", "username": "help"}
    one, two = (telegram(chat=group, is_topic_message=True, message_thread_id=number).event() for number in (5, 6))
    assert one.conversation_id != two.conversation_id
    assert (one.reply_to.address, one.reply_to.thread, one.public) == ("-100", "5", True)


def test_what_telegram_sends_is_what_its_library_reads() -> None:
    """python-telegram-bot, not ours, reads the sample: it is an update as Telegram documents it."""
    update = Update.de_json({"update_id": 1, "message": TELEGRAM_MESSAGE}, None)
    event = telegram().event()
    assert update.message is not None and update.message.from_user is not None
    assert (update.message.text, str(update.message.from_user.id)) == (event.text, event.party.handle)
    assert int(update.message.date.timestamp() * 1000) == event.occurred_ms


def test_a_group_of_whatsapp_is_a_conversation_of_its_own_and_answered_as_one() -> None:
    alone, first, other = (
        json_of("whatsapp_cloud", whatsapp(whatsapp_text(number, **more))).event()
        for number, more in ((1, {}), (2, {"group_id": "G1"}), (3, {"group_id": "G1", "from": "34600999888"}))
    )
    assert alone.conversation_id != first.conversation_id == other.conversation_id
    assert (first.reply_to.address, other.reply_to.address) == ("G1", "G1")
    assert first.party.handle != other.party.handle


def change(kind: str, field: str, **value: Any) -> Result:
    """A change of a page or an Instagram account."""
    named = "page" if kind == "messenger" else kind
    return json_of(kind, {"object": named, "entry": [{"id": "PAGE", "changes": [{"field": field, "value": value}]}]})


def test_a_visitors_post_on_a_page_is_public_and_answered_under_it() -> None:
    visitor = {"from": {"id": "7", "name": "Ana"}, "created_time": 1769851800}
    event = change("messenger", "feed", item="status", verb="add", post_id="P_5", message="Where?", **visitor).event()
    assert (event.channel, event.public, event.message_id, event.reply_to.address) == ("social", True, "P_5", "P_5")
    own = change("messenger", "feed", item="status", verb="add", post_id="P_6", **{**visitor, "from": {"id": "PAGE"}})
    assert own.ignored == ["own_message"]


def test_direct_messages_and_live_comments_among_instagrams_changes_are_read() -> None:
    said = change("instagram", "messages", **direct()).event()
    assert said.event_id == json_of("instagram", page("instagram", direct())).event().event_id
    live = change("instagram", "live_comments", id="c1", text="Hi", **{"from": {"id": "7", "username": "ana"}}).event()
    assert (live.public, live.party.name, live.text) == (True, "ana", "Hi")


CALL = {"type": "StasisStart", "args": ["support"], "channel": ARI_CHANNEL}
CONVERSATION = {"EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1", "Author": "+34600123456"}
ENDS: dict[str, tuple[Result, Result]] = {
    "asterisk": (json_of("asterisk", ASTERISK), json_of("asterisk", {**ASTERISK, "Event": "QueueCallerAbandon"})),
    "asterisk, ari": (json_of("asterisk", CALL), json_of("asterisk", {**CALL, "type": "ChannelDestroyed"})),
    "chatwoot": (
        json_of("chatwoot", CHATWOOT),
        json_of("chatwoot", {"event": "conversation_resolved", "id": 12, "status": "resolved", "account": {"id": 1}}),
    ),
    "intercom": (
        json_of("intercom", INTERCOM),
        json_of("intercom", {**INTERCOM, "topic": "conversation.admin.closed"}),
    ),
    "messenger": (
        json_of("messenger", messenger_calls(MESSENGER_CALL)),
        json_of("messenger", messenger_calls({**MESSENGER_CALL, "event": "terminate"})),
    ),
    "twilio_voice": (form("twilio_voice", VOICE), form("twilio_voice", {**VOICE, "CallStatus": "completed"})),
    "twilio_conversations": (
        form("twilio_conversations", {**CONVERSATION, "Body": "Hi"}),
        form("twilio_conversations", {**CONVERSATION, "EventType": "onConversationRemoved"}),
    ),
    "web_chat": (
        json_of("web_chat", {"visit": "v1", "id": "1", "text": "Hi"}),
        json_of("web_chat", {"type": "left", "visit": "v1", "id": "2"}),
    ),
    "whatsapp_cloud": (
        json_of("whatsapp_cloud", whatsapp_change("calls", calls=[WHATSAPP_CALL])),
        json_of("whatsapp_cloud", whatsapp_change("calls", calls=[{**WHATSAPP_CALL, "event": "terminate"}])),
    ),
    "zendesk": (
        json_of("zendesk", ZENDESK),
        json_of(
            "zendesk",
            {**ZENDESK, "type": "zen:event-type:ticket.status_changed", "event": {"current": "SOLVED"}},
        ),
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_an_end_is_of_the_conversation_that_its_messages_have(case: str) -> None:
    said, over = (result.event() for result in ENDS[case])
    assert isinstance(over, ConversationEnded)
    assert (over.source, over.conversation_id) == (said.source, said.conversation_id)


def test_each_adapter_that_tells_of_an_end_is_asked_of_which_conversation() -> None:
    telling = {name for name in NAMES if hasattr(import_module(f"{channels.__name__}.{name}"), "ended")}
    assert telling | {"messenger"} == {case.partition(",")[0] for case in ENDS}, "meta.py tells for messenger"
