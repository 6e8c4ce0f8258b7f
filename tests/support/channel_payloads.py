"""One typical payload of every adapter, written by hand from the providers' documented fields."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

FORM = "application/x-www-form-urlencoded"
LETTER = b"""\
Return-Path: <ana@example.com>
Received: from mail.example.com by mx.example.net; Sat, 31 Jan 2026 09:30:05 +0000
From: =?utf-8?q?Ana_Mu=C3=B1oz?= <ana@example.com>
To: Help <help@shop.example.net>
Reply-To: ana.work@example.com
Subject: =?iso-8859-1?Q?Devoluci=F3n_del_pedido_4711?=
Date: Sat, 31 Jan 2026 10:30:00 +0100
Message-ID: <answer-2@example.com>
In-Reply-To: <agent-1@shop.example.net>
References: <first@example.com> <agent-1@shop.example.net>
Content-Language: es
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

=BFD=F3nde est=E1 mi paquete?

El vie, 30 ene 2026 a las 9:12, Help <help@shop.example.net> escribi=F3:
> Estamos en ello.
--inner
Content-Type: text/html; charset=utf-8

<html><body><p>HTML</p></body></html>
--inner--
--outer
Content-Type: application/pdf; name="factura.pdf"
Content-Disposition: attachment; filename="factura.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--outer--
""".replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Sample:
    """A payload, and fields of the message that must come of it (canonical form, by path)."""

    body: bytes
    wanted: dict[str, Any]
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def _json(document: Any, **wanted: Any) -> Sample:
    return Sample(orjson.dumps(document), wanted)


def _form(fields: dict[str, str], **wanted: Any) -> Sample:
    return Sample(urlencode(fields).encode(), wanted, FORM)


def multipart(fields: dict[str, str], files: list[tuple[str, str, str, bytes]]) -> tuple[bytes, str]:
    """(body, content type) of a multipart form; files are (field, file name, content type, content)."""
    parts = [f'--XX\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()]
    for name, file_name, kind, content in files:
        head = f'--XX\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + b"--XX--\r\n", "multipart/form-data; boundary=XX"


def whatsapp(*messages: Any, statuses: Any = ()) -> dict[str, Any]:
    """A request of WhatsApp Cloud with these messages."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"},
        "contacts": [{"wa_id": "34600123456", "user_id": "US.13491208655302741918", "profile": {"name": "Ana"}}],
        "messages": list(messages),
        "statuses": list(statuses),
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def whatsapp_text(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "from": "34600123456",
        "id": f"wamid.{number}",
        "timestamp": "1769851800",
        "type": "text",
        "text": {"body": "Where is my parcel?"},
        **changes,
    }


def page(kind: str, *events: Any) -> dict[str, Any]:
    """A request of Messenger (``page``) or Instagram."""
    return {"object": kind, "entry": [{"id": "PAGE", "time": 1769851800000, "messaging": list(events)}]}


def direct(**changes: Any) -> dict[str, Any]:
    message = {"mid": "m_1", "text": "Where is my parcel?"}
    return {
        "sender": {"id": "PSID-1"},
        "recipient": {"id": "PAGE"},
        "timestamp": 1769851800125,
        "message": {**message, **changes},
    }


SLACK_EVENT = {
    "type": "message",
    "user": "U1",
    "text": "Where is <https://example.com|my parcel>? &amp; thanks",
    "ts": "1769851800.000200",
    "thread_ts": "1769851700.000100",
    "channel": "C1",
    "channel_type": "channel",
    "files": [{"mimetype": "image/png", "name": "a.png", "url_private": "https://files.example/a.png", "size": 5}],
}
SLACK = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event_time": 1769851800,
    "authorizations": [{"user_id": "UBOT", "is_bot": True}],
    "event": SLACK_EVENT,
}
TELEGRAM_MESSAGE = {
    "message_id": 7,
    "from": {"id": 99, "is_bot": False, "first_name": "Ana", "last_name": "M", "language_code": "es"},
    "chat": {"id": 99, "type": "private", "first_name": "Ana"},
    "date": 1769851800,
    "text": "Where is my parcel?",
}
ZENDESK = {
    "type": "zen:event-type:ticket.created",
    "id": "01JZ",
    "time": "2026-01-31T09:30:00.125Z",
    "account_id": 1,
    "subject": "zen:ticket:35436",
    "detail": {
        "id": "35436",
        "subject": "My order",
        "description": "Where is my parcel?",
        "requester_id": "20978392",
        "priority": "HIGH",
        "status": "NEW",
        "tags": ["vip"],
        "via": {"channel": "web_form"},
        "created_at": "2026-01-31T09:30:00Z",
    },
    "event": {},
}
INTERCOM_AUTHOR = {"type": "user", "id": "u1", "name": "Ana", "email": "ana@example.com"}
INTERCOM = {
    "type": "notification_event",
    "app_id": "a1",
    "id": "notif_1",
    "topic": "conversation.user.created",
    "created_at": 1769851800,
    "data": {
        "type": "notification_event_data",
        "item": {
            "type": "conversation",
            "id": "147",
            "created_at": 1769851800,
            "source": {
                "type": "conversation",
                "id": "403918330",
                "subject": "",
                "body": "<p>Where is <b>my</b> parcel?</p>",
                "author": INTERCOM_AUTHOR,
                "url": "https://shop.example/",
                "attachments": [],
            },
        },
    },
}
CHATWOOT = {
    "event": "message_created",
    "id": 55,
    "content": "Where is my parcel?",
    "message_type": "incoming",
    "content_type": "text",
    "private": False,
    "source_id": None,
    "created_at": "2026-01-31T09:30:00.125Z",
    "sender": {"id": 3, "name": "Ana", "email": "ana@example.com", "type": "contact"},
    "conversation": {"id": 12, "channel": "Channel::WebWidget", "status": "open"},
    "account": {"id": 1, "name": "Shop"},
    "inbox": {"id": 4, "name": "Website"},
}
MAILGUN = {
    "recipient": "help@shop.example.net",
    "sender": "ana@example.com",
    "from": "Ana <ana@example.com>",
    "subject": "Order 4711",
    "body-plain": "Where is my parcel?\r\n\r\nOn Fri, 30 Jan 2026 at 09:12, Help wrote:\r\n> We look.",
    "stripped-text": "Where is my parcel?",
    "message-headers": orjson.dumps(
        [
            ["Message-Id", "<m2@example.com>"],
            ["References", "<m1@example.com>"],
            ["Date", "Sat, 31 Jan 2026 09:30:00 +0000"],
        ]
    ).decode(),
    "timestamp": "1769851800",
    "token": "a" * 50,
    "signature": "0" * 64,
}
POSTMARK = {
    "From": "ana@example.com",
    "FromFull": {"Email": "ana@example.com", "Name": "Ana", "MailboxHash": ""},
    "ToFull": [{"Email": "help@shop.example.net", "Name": "", "MailboxHash": ""}],
    "OriginalRecipient": "help@shop.example.net",
    "Subject": "Order 4711",
    "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
    "Date": "Sat, 31 Jan 2026 09:30:00 +0000",
    "TextBody": "Where is my parcel?",
    "HtmlBody": "",
    "StrippedTextReply": "",
    "Headers": [
        {"Name": "Message-ID", "Value": "<m2@example.com>"},
        {"Name": "References", "Value": "<m1@example.com>"},
    ],
    "Attachments": [{"Name": "a.pdf", "Content": "JVBERi0xLjQK", "ContentType": "application/pdf", "ContentLength": 9}],
}
X_DIRECT = {
    "for_user_id": "4337869213",
    "direct_message_events": [
        {
            "type": "message_create",
            "id": "954491830116155396",
            "created_timestamp": "1769851800125",
            "message_create": {
                "target": {"recipient_id": "4337869213"},
                "sender_id": "3001969357",
                "message_data": {"text": "Where is my parcel?", "entities": {}},
            },
        }
    ],
    "users": {"3001969357": {"id": "3001969357", "name": "Ana", "screen_name": "ana"}},
}
VOICE = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "From": "+34600123456",
    "To": "+34911000000",
    "CallStatus": "ringing",
    "Direction": "inbound",
    "ApiVersion": "2010-04-01",
    "CallerName": "ANA",
    "ForwardedFrom": "+34911000009",
    "FromCountry": "ES",
}
SMS = {
    "MessageSid": "SM1",
    "AccountSid": "AC1",
    "From": "whatsapp:+34600123456",
    "To": "whatsapp:+34911000000",
    "Body": "Where is my parcel?",
    "ProfileName": "Ana",
    "WaId": "34600123456",
    "NumMedia": "1",
    "MediaUrl0": "https://api.example.com/media/1",
    "MediaContentType0": "image/jpeg",
}
ASTERISK = {
    "Event": "QueueCallerJoin",
    "Queue": "support",
    "Position": "1",
    "Count": "3",
    "Uniqueid": "1769851800.42",
    "Linkedid": "1769851800.41",
    "CallerIDNum": "600123456",
    "CallerIDName": "Ana",
    "Language": "es",
    "Channel": "PJSIP/trunk-00000001",
}
_SENDGRID = multipart(
    {
        "headers": "Message-ID: <m2@example.com>\r\nReferences: <m1@example.com>\r\n"
        "Date: Sat, 31 Jan 2026 09:30:00 +0000\r\n",
        "from": "Ana <ana@example.com>",
        "to": "help@shop.example.net",
        "subject": "Order 4711",
        "text": "Where is my parcel?",
        "envelope": '{"to": ["help@shop.example.net"], "from": "ana@example.com"}',
        "attachments": "1",
    },
    [("attachment1", "a.pdf", "application/pdf", b"%PDF")],
)
TEXT = "Where is my parcel?"
AT = 1_769_851_800_000

SAMPLES: dict[str, Sample] = {
    "canonical": _json(
        {"type": "usher.channel.message.v1", "channel": "chat", "conversation_id": "c", "message_id": "m",
         "from": {"handle": "ana@example.com"}, "text": TEXT}, text=TEXT, channel="chat"),
    "standard_webhooks": _json(
        {"type": "usher.channel.message.v1", "timestamp": "2026-01-31T09:30:00Z",
         "data": {"channel": "chat", "conversation_id": "c", "message_id": "m", "from": {"handle": "ana@example.com"},
                  "text": TEXT}}, text=TEXT, channel="chat", occurred_ms=AT),
    "twilio": _form(SMS, text=TEXT, channel="messaging", name="Ana", message_id="SM1", attachments=["image/jpeg"],
                    handle="whatsapp:+34600123456", to="whatsapp:+34911000000"),
    "twilio_voice": _form(VOICE, channel="voice", handle="+34600123456", conversation_id="CA1", message_id="CA1",
                          name="ANA"),
    "twilio_conversations": _form(
        {"EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1", "Index": "1",
         "Author": "+34600123456", "Body": TEXT, "Source": "SMS", "DateCreated": "2026-01-31T09:30:00.000Z",
         "Media": '[{"Sid": "ME1", "Filename": "a.png", "ContentType": "image/png", "Size": 5}]'},
        text=TEXT, channel="sms", conversation_id="CH1", message_id="IM1", attachments=["image/png"], occurred_ms=AT),
    "whatsapp_cloud": _json(whatsapp(whatsapp_text()), text=TEXT, channel="messaging", name="Ana",
                            message_id="wamid.1", occurred_ms=AT, handle="whatsapp:+34600123456"),
    "messenger": _json(page("page", direct()), text=TEXT, channel="messaging", message_id="m_1", handle="PSID-1",
                       occurred_ms=AT + 125),
    "instagram": _json(page("instagram", direct()), text=TEXT, channel="messaging", message_id="m_1"),
    "mailgun": _form(MAILGUN, text=TEXT, channel="email", message_id="m2@example.com", subject="Order 4711",
                     name="Ana", to="help@shop.example.net", occurred_ms=AT),
    "sendgrid": Sample(_SENDGRID[0], {"text": TEXT, "channel": "email", "message_id": "m2@example.com", "name": "Ana",
                                      "attachments": ["application/pdf"], "occurred_ms": AT}, _SENDGRID[1]),
    "postmark": _json(POSTMARK, text=TEXT, channel="email", message_id="m2@example.com", name="Ana",
                      attachments=["application/pdf"], occurred_ms=AT),
    "email_mime": Sample(
        LETTER,
        {"text": "¿Dónde está mi paquete?", "channel": "email", "name": "Ana Muñoz",
         "message_id": "answer-2@example.com",
         "subject": "Devolución del pedido 4711", "language": "es", "reply_address": "ana.work@example.com",
         "reply_thread": "answer-2@example.com", "attachments": ["application/pdf"], "occurred_ms": AT},
        "message/rfc822"),
    "slack": _json(SLACK, text="Where is my parcel? & thanks", channel="chat", handle="U1",
                   conversation_id="C1:1769851700.000100", message_id="C1:1769851800.000200", reply_address="C1",
                   reply_thread="1769851700.000100", public=True, attachments=["image/png"]),
    "telegram": _json({"update_id": 1, "message": TELEGRAM_MESSAGE}, text=TEXT, channel="messaging", handle="99",
                      name="Ana M", language="es", occurred_ms=AT, reply_address="99"),
    "zendesk": _json(ZENDESK, text=TEXT, channel="web", subject="My order", conversation_id="35436",
                     handle="20978392"),
    "intercom": _json(INTERCOM, text=TEXT, channel="chat", conversation_id="147", name="Ana",
                      handle="ana@example.com", occurred_ms=AT),
    "chatwoot": _json(CHATWOOT, text=TEXT, channel="chat", conversation_id="1:12", message_id="1:12:55",
                      handle="ana@example.com", occurred_ms=AT + 125),
    "asterisk": _json(ASTERISK, channel="voice", conversation_id="1769851800.41", handle="600123456", name="Ana",
                      language="es"),
    "web_chat": _json({"type": "message", "visit": "v1", "id": "1", "text": TEXT,
                       "visitor": {"email": "ana@example.com", "name": "Ana"}, "page": "https://shop.example/"},
                      text=TEXT, channel="chat", handle="ana@example.com", name="Ana"),
    "x": _json(X_DIRECT, text=TEXT, channel="messaging", handle="3001969357", name="Ana",
               message_id="954491830116155396", occurred_ms=AT + 125),
}  # fmt: skip
