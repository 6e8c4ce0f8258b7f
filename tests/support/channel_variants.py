"""Other payloads of providers than the typical one: damage must find every way through an adapter."""

from typing import Any
from urllib.parse import urlencode

import orjson

from tests.support.channel_payloads import (
    ASTERISK,
    CHATWOOT,
    FORM,
    INTERCOM,
    MAILGUN,
    POSTMARK,
    SAMPLES,
    SLACK,
    SLACK_EVENT,
    SMS,
    TELEGRAM_MESSAGE,
    VOICE,
    ZENDESK,
    Sample,
    direct,
    page,
    whatsapp,
    whatsapp_text,
)

SLACK_COMMAND = {
    "token": "t", "team_id": "T1", "enterprise_id": "E1", "channel_id": "C1", "channel_name": "help", "user_id": "U1",
    "user_name": "ana", "command": "/usher", "text": "where is &lt;my&gt; parcel", "trigger_id": "1.2.a",
    "response_url": "https://hooks.example/commands/1",
}  # fmt: skip
SLACK_BLOCKS = {
    **SLACK,
    "event": {
        **SLACK_EVENT,
        "text": "",
        "blocks": [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi"}]}],
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": "See <https://example.com|it>"}, "fields": []},
            {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
        ],
        "attachments": [{"message_blocks": [{"message": {"blocks": []}}], "fallback": "x"}],
    },
}
SLACK_PRESSED = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "username": "ana"},
    "container": {"type": "message", "message_ts": "5.5", "channel_id": "C1"},
    "channel": {"id": "C1", "name": "help"},
    "message": {"ts": "5.5", "thread_ts": "1769851700.000100", "bot_id": "B1"},
    "response_url": "https://hooks.example/actions/1",
    "actions": [
        {
            "action_id": "size",
            "action_ts": "1769851800.5",
            "selected_option": {"text": {"type": "plain_text", "text": "Medium"}, "value": "M"},
        }
    ],
}
WHATSAPP_CALL = {
    "id": "wacid.1", "from": "34600123456", "to": "15550001111", "event": "connect", "timestamp": "1769851800",
    "direction": "USER_INITIATED",
}  # fmt: skip
MESSENGER_CALL = {
    "id": "c_1", "to": "PAGE", "from": "PSID-1", "event": "connect", "timestamp": 1769851800,
    "call_direction": "user_initiated",
}  # fmt: skip
ARI_CHANNEL = {
    "id": "1769851800.42", "name": "PJSIP/trunk-1", "language": "es", "accountcode": "shop",
    "caller": {"name": "Ana", "number": "600123456"}, "dialplan": {"context": "in", "exten": "900"},
    "channelvars": {"PRIORITY": "1", "SKILL": "cards=gold"},
}  # fmt: skip


def whatsapp_change(field: str, **value: Any) -> dict[str, Any]:
    """A request with one change of a WhatsApp account."""
    document = whatsapp()
    metadata = {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"}
    document["entry"][0]["changes"] = [{"field": field, "value": {"metadata": metadata, **value}}]
    return document


def messenger_calls(*calls: Any) -> dict[str, Any]:
    """A request about calls over Messenger."""
    return {"object": "page", "entry": [{"id": "PAGE", "time": 1769851800, "calls": list(calls)}]}


# The fields of Chatwoot's own presenters (4.x): a message of its widget, with what a contact and a conversation hold.
CHATWOOT_WHOLE = {
    **CHATWOOT,
    "additional_attributes": {},
    "content_attributes": {"in_reply_to": 54, "email": {"subject": "Order 4711", "auto_reply": False}},
    "sender": {
        "account": {"id": 1, "name": "Shop"}, "additional_attributes": {}, "avatar": "", "blocked": False,
        "custom_attributes": {}, "email": None, "id": 3, "identifier": None, "name": "Ana",
        "phone_number": "+34600123456", "thumbnail": "",
    },
    "conversation": {
        "additional_attributes": {"browser": {"device_name": "iPhone"}, "browser_language": "es", "referer": "/"},
        "can_reply": True, "channel": "Channel::WebWidget", "id": 12, "inbox_id": 4, "labels": ["vip", "order"],
        "contact_inbox": {"id": 7, "contact_id": 3, "inbox_id": 4, "source_id": "96e55744"},
        "meta": {"sender": {"id": 3, "name": "Ana", "phone_number": "+34600123456"}, "assignee": None},
        "status": "open", "priority": "urgent", "unread_count": 1, "timestamp": 1769851800, "updated_at": 1769851800.5,
    },
    "attachments": [
        {"id": 1, "message_id": 55, "file_type": "image", "account_id": 1, "extension": "png",
         "content_type": "image/png", "data_url": "https://chat.example/1", "thumb_url": "", "file_size": 5,
         "file_name": "a.png"},
        {"id": 2, "message_id": 55, "file_type": "location", "account_id": 1, "coordinates_lat": 40.4,
         "coordinates_long": -3.7, "fallback_title": "Home", "data_url": None},
    ],
}  # fmt: skip
INTERCOM_PART = {
    "type": "conversation_part", "id": "9", "part_type": "comment", "body": "<p>Still nothing</p>",
    "created_at": 1769851900, "updated_at": 1769851900, "notified_at": 1769851900, "assigned_to": None,
    "author": {"type": "user", "id": "u1", "name": "Ana", "email": "ana@example.com", "from_ai_agent": False},
    "attachments": [{"type": "upload", "name": "a.png", "url": "https://i.example/a.png", "content_type": "image/png",
                     "filesize": 5, "width": 1, "height": 1}],
    "external_id": None, "redacted": False, "metadata": {"quick_reply_uuid": "q1"},
    "email_message_metadata": {"subject": "Order 4711"},
}  # fmt: skip


def intercom_reply(**part: Any) -> dict[str, Any]:
    """A notification of what a customer wrote in a conversation."""
    parts = {"type": "conversation_part.list", "conversation_parts": [{**INTERCOM_PART, **part}], "total_count": 1}
    item = {"type": "conversation", "id": "147", "source": {"type": "email"}, "conversation_parts": parts}
    return {**INTERCOM, "topic": "conversation.user.replied", "data": {"item": item}}


INTERCOM_TICKET = {
    "type": "ticket", "id": "147", "ticket_id": "1390", "category": "Customer", "created_at": 1769851800,
    "updated_at": 1769851800, "open": True, "is_shared": True, "company_id": None, "snoozed_until": None,
    "ticket_attributes": {"_default_title_": "Order 4711", "_default_description_": "<p>Where is my parcel?</p>"},
    "ticket_state": {"type": "ticket_state", "id": "1", "category": "submitted", "internal_label": "New"},
    "ticket_type": {"type": "ticket_type", "id": "53", "name": "Delivery", "category": "Customer"},
    "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "u1", "external_id": "7"}]},
    "admin_assignee_id": "0", "team_assignee_id": "0", "linked_objects": {"type": "list", "data": []},
}  # fmt: skip
INTERCOM_TICKET_PART = {
    **INTERCOM_PART, "type": "ticket_part", "previous_ticket_state": "submitted", "ticket_state": "submitted",
}  # fmt: skip


def intercom_ticket(topic: str, item: Any) -> dict[str, Any]:
    """A notification about a ticket."""
    return {**INTERCOM, "topic": topic, "data": {"type": "notification_event_data", "item": item}}


def intercom_parts(*parts: Any) -> dict[str, Any]:
    """A ticket with what was said in it."""
    return {**INTERCOM_TICKET, "ticket_parts": {"type": "ticket_part.list", "ticket_parts": list(parts)}}


# A mention of X's Activity API, as its pages show one.
X_MENTION = {
    "event_uuid": "2080765813578191303", "filter": {"user_id": "1111"}, "event_type": "post.mention.create",
    "tag": "mentions",
    "payload": {
        "id": "77", "author_id": "2222", "conversation_id": "70", "created_at": "2026-07-24T21:23:23.000Z",
        "text": "hey @ExampleUser", "lang": "en", "attachments": {"media_keys": ["3_1"]}, "reply_settings": "everyone",
        "edit_history_tweet_ids": ["77"],
    },
    "includes": {"users": [{"data": {"id": "1111", "username": "ExampleUser", "name": "Example"}},
                           {"id": "2222", "username": "OtherUser", "name": "Other"}]},
}  # fmt: skip


def _json(*documents: Any) -> list[Sample]:
    return [Sample(orjson.dumps(document), {}) for document in documents]


def _form(*forms: dict[str, str]) -> list[Sample]:
    return [Sample(urlencode(fields).encode(), {}, FORM) for fields in forms]


_ORDER = {"catalog_id": "7", "product_items": [{"product_retailer_id": "SKU-1", "quantity": 2}]}
_COMMENT = {"id": "c1", "from": {"id": "7", "username": "ana"}, "text": "Where?", "media": {"id": "p1"}}
_POSTBACK = {**direct(), "message": None, "postback": {"mid": "m_7", "title": "Returns", "payload": "R"}}
_ARI = {"type": "StasisStart", "timestamp": "2026-01-31T09:30:00.125+0000", "args": ["support"], "channel": ARI_CHANNEL}
_QUERY = {"id": "q", "from": TELEGRAM_MESSAGE["from"], "message": TELEGRAM_MESSAGE, "data": "yes"}
_CLOSED = {"event": "conversation_status_changed", "id": 12, "status": "resolved", "account": {"id": 1}}
_COMMENTED = {"comment": {"id": 1, "body": "Still waiting", "author": {"id": "9"}}}
_ATTACHED = {
    "type": "zen:event-type:ticket.attachment_linked_to_comment",
    "detail": {**ZENDESK["detail"], "actor_id": ZENDESK["detail"]["requester_id"]},
    "event": {"comment": {"id": "1", "attachment": {"id": "7", "content_type": "image/jpeg", "filename": "a.jpg"}}},
}
_STORED = '[{"url": "https://storage.example/1", "content-type": "image/png", "name": "a.png", "size": 5}]'
_EVENT = {"signature": {"timestamp": "1", "token": "t", "signature": "s"}, "event-data": {"event": "delivered"}}
_AMI = "".join(f"{name}: {value}\r\n" for name, value in ASTERISK.items())

VARIANTS: dict[str, list[Sample]] = {
    "whatsapp_cloud": _json(
        whatsapp_change("calls", calls=[WHATSAPP_CALL], contacts=[{"wa_id": "34600123456"}]),
        whatsapp({**whatsapp_text(), "type": "order", "order": _ORDER, "context": {"id": "wamid.0"}}),
        whatsapp({**whatsapp_text(), "type": "location", "location": {"latitude": 1.5, "longitude": 2}}),
    ),
    "messenger": _json(page("page", _POSTBACK), messenger_calls(MESSENGER_CALL)),
    "instagram": _json(
        {"object": "instagram", "entry": [{"id": "PAGE", "field": "comments", "value": _COMMENT}]},
        {"object": "instagram", "entry": [{"id": "PAGE", "changes": [{"field": "messages", "value": direct()}]}]},
    ),
    "slack": [
        *_json(SLACK_BLOCKS),
        *_form(SLACK_COMMAND, {"payload": orjson.dumps(SLACK_PRESSED).decode()}),
        *_json(SLACK_PRESSED),
    ],
    "telegram": _json({"update_id": 1, "callback_query": _QUERY}),
    "twilio": _form({**SMS, "MessageStatus": "sent"}),
    "twilio_voice": _form({**VOICE, "CallStatus": "completed", "Timestamp": "Sat, 31 Jan 2026 09:30:00 +0000"}),
    "mailgun": [*_form({**MAILGUN, "attachments": _STORED}), *_json(_EVENT)],
    "postmark": _json({**POSTMARK, "RecordType": "Bounce"}),
    "asterisk": [*_json(_ARI), Sample(f"{_AMI}ChanVariable: A=1\r\n\r\n{_AMI}".encode(), {}, "text/plain")],
    "chatwoot": _json({**CHATWOOT, "content_type": "input_select"}, _CLOSED, CHATWOOT_WHOLE),
    "intercom": _json(
        {**INTERCOM, "topic": "conversation.admin.closed"},
        intercom_reply(),
        intercom_ticket("ticket.created", INTERCOM_TICKET),
        intercom_ticket("ticket.created", intercom_parts(INTERCOM_TICKET_PART)),
        intercom_ticket("ticket.contact.replied", {"ticket": INTERCOM_TICKET, "ticket_part": INTERCOM_TICKET_PART}),
        intercom_ticket("ticket.contact.replied", intercom_parts(INTERCOM_TICKET_PART)),
        intercom_ticket("ticket.closed", {"ticket": INTERCOM_TICKET}),
    ),
    "x": _json({"data": X_MENTION}),
    "zendesk": _json(
        {**ZENDESK, "type": "zen:event-type:ticket.comment_added", "event": _COMMENTED},
        {**ZENDESK, **_ATTACHED},
    ),
}
"""By adapter; none where its typical payload is the only kind."""


def payloads_of(adapter: str) -> list[Sample]:
    """The typical payload of an adapter, and its others."""
    return [SAMPLES[adapter], *VARIANTS.get(adapter, [])]
