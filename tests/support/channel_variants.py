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
_STORED = '[{"url": "https://storage.example/1", "content-type": "image/png", "name": "a.png", "size": 5}]'
_EVENT = {"signature": {"timestamp": "1", "token": "t", "signature": "s"}, "event-data": {"event": "delivered"}}
_AMI = "".join(f"{name}: {value}\r\n" for name, value in ASTERISK.items())

VARIANTS: dict[str, list[Sample]] = {
    "whatsapp_cloud": _json(
        whatsapp_change("calls", calls=[WHATSAPP_CALL], contacts=[{"wa_id": "34600123456"}]),
        whatsapp({**whatsapp_text(), "type": "order", "order": _ORDER, "context": {"id": "wamid.0"}}),
        whatsapp({**whatsapp_text(), "type": "location", "location": {"latitude": 1.5, "longitude": 2}}),
    ),
    "messenger": _json(page("page", _POSTBACK)),
    "instagram": _json(
        {"object": "instagram", "entry": [{"id": "PAGE", "field": "comments", "value": _COMMENT}]},
        {"object": "instagram", "entry": [{"id": "PAGE", "changes": [{"field": "messages", "value": direct()}]}]},
    ),
    "slack": [*_form(SLACK_COMMAND, {"payload": orjson.dumps(SLACK_PRESSED).decode()}), *_json(SLACK_PRESSED)],
    "telegram": _json({"update_id": 1, "callback_query": _QUERY}),
    "twilio": _form({**SMS, "MessageStatus": "sent"}),
    "twilio_voice": _form({**VOICE, "CallStatus": "completed", "Timestamp": "Sat, 31 Jan 2026 09:30:00 +0000"}),
    "mailgun": [*_form({**MAILGUN, "attachments": _STORED}), *_json(_EVENT)],
    "postmark": _json({**POSTMARK, "RecordType": "Bounce"}),
    "asterisk": [*_json(_ARI), Sample(f"{_AMI}ChanVariable: A=1\r\n\r\n{_AMI}".encode(), {}, "text/plain")],
    "chatwoot": _json({**CHATWOOT, "content_type": "input_select"}, _CLOSED),
    "intercom": _json({**INTERCOM, "topic": "conversation.admin.closed"}),
    "zendesk": _json({**ZENDESK, "type": "zen:event-type:ticket.comment_added", "event": _COMMENTED}),
}
"""By adapter; none where its typical payload is the only kind."""


def payloads_of(adapter: str) -> list[Sample]:
    """The typical payload of an adapter, and its others."""
    return [SAMPLES[adapter], *VARIANTS.get(adapter, [])]
