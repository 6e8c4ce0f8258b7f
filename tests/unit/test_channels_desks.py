"""Chatwoot and Intercom: what their own presenters and API descriptions say of voices, files, answers and words."""

from typing import Any

import pytest

from tests.support.channel_payloads import CHATWOOT, INTERCOM
from tests.support.channel_variants import (
    CHATWOOT_WHOLE,
    INTERCOM_TICKET,
    INTERCOM_TICKET_PART,
    intercom_parts,
    intercom_reply,
    intercom_ticket,
)
from tests.support.channels import Result, json_of


def test_a_whole_message_of_chatwoot_keeps_what_routing_and_reply_use() -> None:
    event = json_of("chatwoot", CHATWOOT_WHOLE).event()
    assert (event.party.handle, event.party.name, event.language) == ("+34600123456", "Ana", "es")
    assert (event.subject, event.reply_to.address) == ("Order 4711", "1:12")
    assert [(one.name, one.content_type, one.bytes) for one in event.attachments] == [("a.png", "image/png", 5)]
    kept = {name: event.attributes[name] for name in ("status", "priority", "labels", "inbox_channel", "in_reply_to")}
    assert kept == {
        "status": "open",
        "priority": "urgent",
        "labels": "vip,order",
        "inbox_channel": "Channel::WebWidget",
        "in_reply_to": "54",
    }


@pytest.mark.parametrize(
    ("attachment", "text"),
    [
        ({"file_type": "location", "coordinates_lat": 40.4, "coordinates_long": -3.7}, "40.4, -3.7"),
        ({"file_type": "contact", "fallback_title": "+34600999888"}, "+34600999888"),
        ({"file_type": "fallback", "data_url": "https://a.example"}, "https://a.example"),
        ({"file_type": "audio", "data_url": "https://c.example/1", "transcribed_text": "Call me"}, "Call me"),
    ],
)
def test_what_is_shared_in_chatwoot_without_a_word_says_what_it_is(attachment: dict[str, Any], text: str) -> None:
    event = json_of("chatwoot", {**CHATWOOT, "content": None, "attachments": [attachment]}).event()
    assert event.text == text
    assert len(event.attachments) == (attachment["file_type"] == "audio")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"content_attributes": {"email": {"auto_reply": True}}}, "automatic_reply"),
        ({"content_attributes": {"is_reaction": True}}, "reaction"),
        ({"event": "message_updated"}, "edit"),
        ({"event": "message_updated", "content_attributes": {"deleted": True}}, "deletion"),
        ({"event": "message_updated", "content_attributes": {"submitted_values": []}}, "edit"),
        (
            {
                "event": "message_updated",
                "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 5}}},
            },
            "edit",
        ),
        ({"event": "conversation_typing_on"}, "not_a_message"),
    ],
)
def test_voices_of_chatwoot_that_are_no_customers(told: dict[str, Any], why: str) -> None:
    assert json_of("chatwoot", {**CHATWOOT, **told}).ignored == [why]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"submitted_values": [{"title": "A refund", "value": "refund"}]}, "A refund"),
        (
            {"submitted_values": [{"name": "order", "value": 4711}, {"name": "size", "value": "M"}]},
            "order: 4711\nsize: M",
        ),
        ({"submitted_email": "ana@example.com"}, "ana@example.com"),
    ],
)
def test_what_a_customer_chooses_in_a_message_of_ours_is_theirs(answer: dict[str, Any], text: str) -> None:
    """Chatwoot tells it as a change of the message that asked, whose sender we are."""
    asked = {
        **CHATWOOT_WHOLE,
        "event": "message_updated",
        "message_type": "template",
        "sender": None,
        "content": "What do you need?",
        "content_attributes": answer,
        "attachments": None,
    }
    first, again = (json_of("chatwoot", asked).event() for _ in range(2))
    assert (first.text, first.party.handle, first.message_id) == (text, "+34600123456", "1:12:55:answer")
    assert (first.event_id, first.conversation_id) == (
        again.event_id,
        json_of("chatwoot", CHATWOOT).event().conversation_id,
    )


def test_the_time_of_chatwoots_documentation_is_read() -> None:
    event = json_of("chatwoot", {**CHATWOOT, "created_at": "2026-01-31 09:30:00 UTC"}).event()
    assert event.occurred_ms == 1_769_851_800_000


def test_a_reply_in_intercom_keeps_its_choice_its_file_and_its_subject() -> None:
    event = json_of("intercom", intercom_reply()).event()
    assert (event.text, event.subject, event.message_id) == ("Still nothing", "Order 4711", "147:9")
    assert (event.attributes["payload"], event.attributes["source_type"]) == ("q1", "email")
    assert [(one.name, one.bytes) for one in event.attachments] == [("a.png", 5)]
    assert event.conversation_id == json_of("intercom", INTERCOM).event().conversation_id


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"redacted": True, "body": ""}, "deletion"),
        ({"author": {"type": "bot", "id": "b"}}, "bot"),
        ({"author": {"type": "user", "id": "u1", "from_ai_agent": True}}, "bot"),
        ({"author": {"type": "admin", "id": "1"}}, "own_message"),
        ({"author": {"type": "team", "id": "1"}}, "own_message"),
        ({"part_type": "note"}, "internal_note"),
        ({"part_type": "close", "body": None, "attachments": []}, "not_a_message"),
    ],
)
def test_parts_in_intercom_that_are_no_words_of_a_customer(part: dict[str, Any], why: str) -> None:
    assert json_of("intercom", intercom_reply(**part)).ignored == [why]


def test_a_file_in_intercom_that_cannot_be_read_is_still_a_message() -> None:
    event = json_of("intercom", intercom_reply(body=None, attachments={"type": "upload"})).event()
    assert (event.text, event.attributes["unread"].rpartition(".")[2]) == (None, "attachments")


def test_a_closing_in_intercom_without_a_number_is_known_by_its_second() -> None:
    closed = {**INTERCOM, "id": None, "topic": "conversation.admin.closed", "created_at": 1769851800}
    first, again = (json_of("intercom", {**closed, "created_at": at}).event() for at in (1769851800, "1769851800"))
    assert first.event_id == again.event_id == "8f9cc83b-6038-5761-b459-e9a56dca70e9"


def test_a_message_as_chatwoots_guide_shows_it_is_its_contacts() -> None:
    """Its sender there is an agent, its conversation has the number that its page shows."""
    shown = {
        **CHATWOOT,
        "sender": {"id": "1", "name": "Agent", "email": "agent@shop.example"},
        "contact": {"id": "3", "name": "Ana", "email": "ana@example.com"},
        "conversation": {"display_id": "12", "additional_attributes": {"browser": {"device_name": "Mac"}}},
    }
    event, usual = json_of("chatwoot", shown).event(), json_of("chatwoot", CHATWOOT).event()
    assert (event.party.handle, event.party.name, event.event_id) == ("ana@example.com", "Ana", usual.event_id)
    (refused,) = json_of("chatwoot", {**shown, "conversation": {}}).refused
    assert refused.letter.path == "conversation.id"


# ---- tickets of Intercom ----


def ticket(topic: str, item: Any) -> Result:
    return json_of("intercom", intercom_ticket(topic, item))


ADMIN = {"type": "admin", "id": "1", "name": "Help", "email": "help@shop.example"}


def test_a_ticket_is_the_conversation_that_it_was_made_of() -> None:
    event = ticket("ticket.created", INTERCOM_TICKET).event()
    assert (event.text, event.subject, event.party.handle) == ("Where is my parcel?", "Order 4711", "7")
    assert event.conversation_id == json_of("intercom", INTERCOM).event().conversation_id == event.reply_to.address
    kept = {name: event.attributes[name] for name in ("ticket_id", "ticket_type", "ticket_state")}
    assert kept == {"ticket_id": "1390", "ticket_type": "Delivery", "ticket_state": "submitted"}
    again = intercom_ticket("ticket.created", INTERCOM_TICKET)
    assert json_of("intercom", {**again, "id": "notif_2", "delivery_attempts": 2}).event().event_id == event.event_id


def test_who_a_ticket_is_of_is_known_by_what_they_wrote_in_it() -> None:
    event = ticket("ticket.created", intercom_parts(INTERCOM_TICKET_PART)).event()
    assert (event.party.handle, event.party.name) == ("ana@example.com", "Ana")


@pytest.mark.parametrize(
    "item",
    [
        {"ticket": INTERCOM_TICKET, "ticket_part": INTERCOM_TICKET_PART},
        intercom_parts(INTERCOM_TICKET_PART),
        intercom_parts({**INTERCOM_TICKET_PART, "id": "8", "body": "<p>First</p>"}, INTERCOM_TICKET_PART),
        intercom_parts(INTERCOM_TICKET_PART, {**INTERCOM_TICKET_PART, "id": "10", "author": ADMIN}),
        intercom_parts(INTERCOM_TICKET_PART, {**INTERCOM_TICKET_PART, "id": "10", "part_type": "note"}),
    ],
)
def test_what_a_customer_adds_to_a_ticket_is_said_in_its_conversation(item: Any) -> None:
    event = ticket("ticket.contact.replied", item).event()
    assert (event.text, event.conversation_id, event.message_id) == ("Still nothing", "147", "147:9")
    assert (event.party.handle, [one.name for one in event.attachments]) == ("ana@example.com", ["a.png"])


@pytest.mark.parametrize(
    ("topic", "item", "why"),
    [
        ("ticket.note.created", {"ticket": INTERCOM_TICKET, "ticket_part": INTERCOM_TICKET_PART}, "internal_note"),
        ("ticket.admin.replied", {"ticket": INTERCOM_TICKET, "ticket_part": INTERCOM_TICKET_PART}, "own_message"),
        ("ticket.created", {**INTERCOM_TICKET, "category": "Back-office"}, "internal_note"),
        ("ticket.created", {**INTERCOM_TICKET, "category": "Tracker"}, "internal_note"),
        ("ticket.state.updated", INTERCOM_TICKET, "not_a_message"),
        ("ticket.rating.provided", INTERCOM_TICKET, "not_a_message"),
        ("conversation.operator.replied", INTERCOM["data"]["item"], "bot"),
        ("conversation.read", INTERCOM["data"]["item"], "delivery_state"),
    ],
)
def test_what_no_customer_says_of_a_ticket_is_ignored_by_name(topic: str, item: Any, why: str) -> None:
    result = ticket(topic, item)
    assert (result.admitted, result.refused, result.ignored) == ([], [], [why])


def test_a_ticket_that_is_closed_or_resolved_is_over_wherever_it_stands_in_the_notification() -> None:
    closed, resolved = ticket("ticket.closed", {"ticket": INTERCOM_TICKET}), ticket("ticket.resolved", INTERCOM_TICKET)
    assert {(one.event().conversation_id, one.event().reason) for one in (closed, resolved)} == {("147", "closed")}


def test_a_ticket_of_nobody_and_a_reply_without_its_part_are_dead_letters() -> None:
    nobody = ticket("ticket.created", {**INTERCOM_TICKET, "contacts": {"type": "contact.list", "contacts": []}})
    assert [one.letter.path for one in nobody.refused] == ["data.item.contacts"]
    empty = ticket("ticket.contact.replied", intercom_parts())
    assert [one.letter.path for one in empty.refused] == ["data.item.ticket_parts.ticket_parts"]
