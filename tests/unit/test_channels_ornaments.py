"""No customer's words are lost because of an ornament: one field of a wrong type, and the message arrives.

Of every payload of every adapter each field is damaged, alone, in each way. What routing and reply need stands in
``NEEDED``, by the ends of its paths: there the payload may be refused or ignored, and is kept as a dead letter or
counted. Whatever else is damaged, the same message arrives in the same conversation with the same words, and the
attribute ``unread`` names what could not be read.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import SAMPLES, TELEGRAM_MESSAGE, Sample
from tests.support.channel_variants import payloads_of
from tests.support.channels import Result, json_of, put_sample

DAMAGES: list[Any] = [
    7,
    1.5,
    True,
    "",
    "odd",
    [],
    ["odd"],
    {},
    {"odd": 1},
    None,
    10**30,
    -(10**30),
    [[[[{}]]]],
    "x" * 9000,
]

# What decides whether it is a customer's message and which, whose and where it is; and their words.
NEEDED: dict[str, str] = {
    "whatsapp_cloud": """
        object entry changes field value metadata phone_number_id messages calls id from from_user_id type direction
        event group_id text body order product_items quantity product_retailer_id location latitude longitude
        """,
    "messenger": """
        object entry messaging sender recipient id message postback mid text title is_echo calls from event
        call_direction
        """,
    "instagram": """
        object entry messaging changes field value sender recipient id message mid text is_echo from media item verb
        parent_id post_id comment_id
        """,
    "postmark": "RecordType FromFull Email TextBody HtmlBody StrippedTextReply MessageID Headers Name Value",
    "slack": """
        type event subtype user id channel channel_type ts thread_ts text bot_id authorizations user_id is_bot message
        container message_ts actions action_ts selected_option value
        blocks message_blocks elements fields rows
        """,
    "telegram": "update_id message callback_query from id chat text caption message_id is_bot data",
    "zendesk": """
        type detail id requester_id actor_id is_public description event comment author body is_staff attachment
        """,
    "intercom": """
        topic data item id source body author type part_type redacted from_ai_agent conversation_parts ticket
        ticket_part ticket_parts contacts category ticket_attributes _default_description_
        """,
    "chatwoot": """
        event message_type private sender type content conversation id account status auto_reply is_reaction contact
        display_id
        """,
    "asterisk": "Event Linkedid Uniqueid Queue CallerIDNum Reason type channel id caller number args",
    "web_chat": "type visit id text",
    "x": """
        for_user_id direct_message_events tweet_create_events type id id_str message_create sender_id message_data text
        user retweeted_status data event_type payload filter user_id author_id conversation_id
        """,
}
# Of forms, which a topic may carry as a JSON object.
NEEDED_FIELDS: dict[str, str] = {
    "twilio": "From To MessageSid Body MessageStatus SmsStatus MessagingServiceSid ExternalUserId",
    "twilio_voice": "CallSid From To CallStatus Direction ParentCallSid QueueResult DialCallStatus SpeechResult Digits",
    "twilio_conversations": "EventType ConversationSid MessageSid Author Source Body",
    "mailgun": "from sender subject body-plain stripped-text message-headers token",
}
# Our own contract is strict, in both of its forms.
STRICT = {"canonical", "standard_webhooks"}
CASES = [
    (name, number)
    for name in NAMES
    for number, sample in enumerate(payloads_of(name))
    if name in NEEDED and sample.body[:1] == b"{" and put_sample(name, sample).admitted
]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a document, those that hold others too."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield (*path, name)
        yield from leaves(one, (*path, name))


def damaged(document: Any, path: tuple[Any, ...], value: Any) -> bytes:
    whole = orjson.loads(orjson.dumps(document))
    holder = whole
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return json.dumps(whole).encode()  # which writes a number of any length


def told(result: Result) -> list[tuple[str, ...]]:
    """What routing and reply need of what arrived."""
    return [
        (event.conversation_id, getattr(event, "message_id", ""), getattr(event, "text", None) or "")
        for event in result.events()
    ]


def is_needed(adapter: str, path: tuple[Any, ...]) -> bool:
    named = [name for name in path if isinstance(name, str)]
    return named[-1] in NEEDED[adapter].split()


def test_every_adapter_of_json_is_looked_at() -> None:
    read = {name for name in NAMES if SAMPLES[name].content_type == "application/json"}
    assert read == set(NEEDED) | STRICT


@pytest.mark.parametrize(("adapter", "number"), CASES)
def test_one_odd_ornament_costs_no_message(adapter: str, number: int) -> None:
    sample = payloads_of(adapter)[number]
    document = orjson.loads(sample.body)
    whole = told(put_sample(adapter, sample))
    for path in leaves(document):
        if is_needed(adapter, path):
            continue
        for value in DAMAGES:
            result = put_sample(adapter, Sample(damaged(document, path, value), {}, sample.content_type))
            where = (".".join(map(str, path)), value)
            assert result.refused == [], where
            assert told(result) == whole, where


@pytest.mark.parametrize(("adapter", "number"), CASES)
def test_what_is_needed_and_odd_is_kept_or_counted_and_nothing_disappears(adapter: str, number: int) -> None:
    sample = payloads_of(adapter)[number]
    document = orjson.loads(sample.body)
    for path in leaves(document):
        if is_needed(adapter, path):
            for value in DAMAGES:
                result = put_sample(adapter, Sample(damaged(document, path, value), {}, sample.content_type))
                if value in (None, [], {}):
                    continue  # an empty list holds no message
                assert result.refused or result.ignored or result.admitted, (path, value)


@pytest.mark.parametrize("adapter", NEEDED_FIELDS)
def test_one_odd_field_of_a_form_costs_no_message(adapter: str) -> None:
    fields = dict(parse_qsl(SAMPLES[adapter].body.decode(), keep_blank_values=True))
    whole = told(put_sample(adapter, Sample(orjson.dumps(fields), {})))
    for name in fields:
        for value in DAMAGES:
            result = put_sample(adapter, Sample(damaged(fields, (name,), value), {}))
            if name not in NEEDED_FIELDS[adapter].split():
                assert (result.refused, told(result)) == ([], whole), (name, value)
            elif isinstance(value, list | dict | bool):
                assert result.admitted == [] or told(result) == whole, (name, value)


DECIDING: list[tuple[str, dict[str, Any]]] = [
    *(
        ("mailgun", {"from": "ana@example.com", "body-plain": "Hello", name: ["odd"]})
        for name in (
            "Auto-Submitted",
            "precedence",
            "List-Id",
            "Return-Path",
            "Content-Type",
            "References",
            "body-mime",
        )
    ),
    ("mailgun", {"from": ["odd"], "sender": "bounce@example.com", "body-plain": "Hello"}),
    *(
        ("sendgrid", {"from": "ana@example.com", "subject": "Hello", "text": "Hello", name: {"odd": "odd"}})
        for name in ("headers", "envelope", "email")
    ),
    *(
        ("twilio_voice", {"CallSid": "CA1", "From": "+34600123456", "To": "+3491", name: ["odd"]})
        for name in ("QueueResult", "DialCallStatus", "CallbackSource")
    ),
]


@pytest.mark.parametrize(
    ("number", "said"), [(5.0, "5"), (-0.0, "0"), (5.5, "5.5"), (1e30, "1e+30"), (1e308, "1e+308")]
)
def test_a_number_in_place_of_a_text_is_read_as_its_digits_and_none_is_made_up(number: float, said: str) -> None:
    document = {"update_id": 1, "message": {**TELEGRAM_MESSAGE, "from": {"id": 99, "first_name": number}}}
    assert json_of("telegram", document).event().party.name == said


@pytest.mark.parametrize(("adapter", "fields"), DECIDING)
def test_a_field_that_tells_programs_from_customers_is_no_ornament(adapter: str, fields: dict[str, Any]) -> None:
    odd = next(name for name, value in fields.items() if not isinstance(value, str))
    result = put_sample(adapter, Sample(orjson.dumps(fields), {}))
    assert (result.admitted, [one.letter.path for one in result.refused]) == ([], [odd])
    rest = {name: value for name, value in fields.items() if name != odd}
    assert put_sample(adapter, Sample(orjson.dumps(rest), {})).admitted
