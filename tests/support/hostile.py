"""Records that a broken or malicious sender might publish, each with the reason and path it must be refused with."""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson

MESSAGE = "usher.channel.message.v1"
BODY_BYTES_MAX = 256 * 1024


class Record(NamedTuple):
    """One record to publish; ``reason`` is None when it must come out as a canonical event."""

    label: str
    value: bytes | None
    reason: str | None
    path: str = ""
    headers: list[tuple[str, bytes | None]] = []
    key: bytes | None = None


def good(number: int) -> dict[str, Any]:
    """A valid message."""
    return {
        "type": MESSAGE,
        "workspace": "acme",
        "channel": "chat",
        "conversation_id": f"conversation-{number}",
        "message_id": f"message-{number}",
        "from": {"handle": f"customer-{number}@example.com"},
        "text": "Where is my parcel?",
    }


def _json(body: Any) -> bytes:
    return orjson.dumps(body)


def _set(path: tuple[Any, ...], value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        where: Any = body
        for part in path[:-1]:
            where = where[part]
        where[path[-1]] = value
        return body

    return change


def _without(*path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        where = body
        for part in path[:-1]:
            where = where[part]
        del where[path[-1]]
        return body

    return change


# (label, change of a good body, path of the error): each is JSON and yet against the contract
WRONG_FIELDS: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    *((f"missing {field}", _without(field), field) for field in ("workspace", "channel", "message_id")),
    ("missing conversation", _without("conversation_id"), "conversation_id"),
    ("missing from", _without("from"), "from"),
    ("missing from.handle", _without("from", "handle"), "from.handle"),
    ("number for text", _set(("text",), 7), "text"),
    ("text for bool", _set(("public",), "yes"), "public"),
    ("number for bool", _set(("public",), 1), "public"),
    ("list for object", _set(("from",), ["a@example.com"]), "from"),
    ("object for list", _set(("attachments",), {}), "attachments"),
    ("text for list", _set(("attachments",), "a.pdf"), "attachments"),
    ("unknown channel", _set(("channel",), "fax"), "channel"),
    ("null channel", _set(("channel",), None), "channel"),
    ("upper case workspace", _set(("workspace",), "ACME"), "workspace"),
    ("long workspace", _set(("workspace",), "a" * 65), "workspace"),
    ("empty id", _set(("message_id",), ""), "message_id"),
    ("long id", _set(("conversation_id",), "x" * 257), "conversation_id"),
    ("control character in source", _set(("source",), "a\x1fb"), "source"),
    ("number for id", _set(("message_id",), 17), "message_id"),
    ("long source", _set(("source",), "s" * 65), "source"),
    ("time as number", _set(("occurred_at",), 1_700_000_000), "occurred_at"),
    ("time without offset", _set(("occurred_at",), "2026-01-31T09:30:00"), "occurred_at"),
    ("date only", _set(("occurred_at",), "2026-01-31"), "occurred_at"),
    ("no such day", _set(("occurred_at",), "2026-02-30T09:30:00Z"), "occurred_at"),
    ("year 0", _set(("occurred_at",), "0000-01-01T00:00:00Z"), "occurred_at"),
    ("time before 1970", _set(("occurred_at",), "0001-01-01T00:00:00+14:00"), "occurred_at"),
    ("long subject", _set(("subject",), "s" * 999), "subject"),
    ("long text", _set(("text",), "t" * 65_537), "text"),
    ("no language tag", _set(("language",), "en_US!"), "language"),
    ("unknown sender", _set(("sender",), "robot"), "sender"),
    ("33 attachments", _set(("attachments",), [{"content_type": "image/png"}] * 33), "attachments"),
    (
        "wrong attachment url",
        _set(("attachments",), [{"content_type": "a/b"}] * 3 + [{"content_type": "a/b", "url": 9}]),
        "attachments[3].url",
    ),
    (
        "attachment without content_type",
        _set(("attachments",), [{"url": "https://example.com/a"}]),
        "attachments[0].content_type",
    ),
    ("negative bytes", _set(("attachments",), [{"content_type": "a/b", "bytes": -1}]), "attachments[0].bytes"),
    ("fractional bytes", _set(("attachments",), [{"content_type": "a/b", "bytes": 1.0}]), "attachments[0].bytes"),
    ("reply_to without address", _set(("reply_to",), {"thread": "t"}), "reply_to.address"),
    ("number for attribute", _set(("attributes",), {"vip": 1}), "attributes.vip"),
    ("long attribute", _set(("attributes",), {"vip": "v" * 1025}), "attributes.vip"),
    ("65 attributes", _set(("attributes",), {f"a{n}": "v" for n in range(65)}), "attributes"),
    ("unknown tier", _set(("routing",), {"tier": "wizard"}), "routing.tier"),
    ("level 0", _set(("routing",), {"skills": {"cards": 0}}), "routing.skills.cards"),
    ("level 6", _set(("routing",), {"skills": {"cards": 6}}), "routing.skills.cards"),
    ("level as text", _set(("routing",), {"skills": {"cards": "3"}}), "routing.skills.cards"),
    ("level as bool", _set(("routing",), {"skills": {"cards": True}}), "routing.skills.cards"),
    ("level of 2.5", _set(("routing",), {"skills": {"cards": 2.5}}), "routing.skills.cards"),
    ("text for seconds", _set(("routing",), {"priority_seconds": "60"}), "routing.priority_seconds"),
]


def _in_body(number: int, fragment: bytes) -> bytes:
    """A good body with one more member, written by hand."""
    return _json(good(number))[:-1] + b"," + fragment + b"}"


def _raw(number: int) -> list[Record]:
    """Bytes that are no object of the contract."""
    whole = _json(good(number))
    return [
        Record("null value", None, "empty"),
        Record("no bytes", b"", "empty"),
        Record("cut off", whole[: len(whole) // 2], "not_json"),
        Record("two documents", whole + whole, "not_json"),
        Record("trailing comma", whole[:-1] + b",}", "not_json"),
        Record("single quotes", whole.replace(b'"', b"'"), "not_json"),
        Record("XML", b"<message/>", "not_json"),
        Record("byte order mark", b"\xef\xbb\xbf" + whole, "not_json"),
        Record("NaN", _in_body(number, b'"extra":NaN'), "not_json"),
        Record("Infinity", _in_body(number, b'"extra":-Infinity'), "not_json"),
        Record("raw control character", whole.replace(b"parcel", b"par\x01cel"), "not_json"),
        Record("raw NUL", whole.replace(b"parcel", b"par\x00cel"), "not_json"),
        Record("Latin-1", whole.replace(b"parcel", b"caf\xe9"), "not_utf8"),
        Record("UTF-16", whole.decode().encode("utf-16"), "not_utf8"),
        Record("random bytes", random.Random(number).randbytes(200), "not_utf8"),
        Record("a list", b"[" + whole + b"]", "invalid"),
        Record("a string", b'"hello"', "invalid"),
        Record("JSON null", b"null", "invalid"),
        Record("a number", b"17", "invalid"),
        Record("NUL escape", whole.replace(b"parcel", b"par\\u0000cel"), "invalid", "text"),
        Record("NUL in a key", _in_body(number, b'"ex\\u0000tra":1'), "invalid", "ex\ufffdtra"),
        Record(
            "NUL in an unknown field", _in_body(number, b'"extra":{"deep":["\\u0000"]}'), "invalid", "extra.deep[0]"
        ),
        Record("lone surrogate", whole.replace(b"parcel", b"par\\ud800cel"), "invalid", "text"),
        Record("lone low surrogate", whole.replace(b"parcel", b"par\\uDC00cel"), "invalid", "text"),
        Record("surrogate in a key", _in_body(number, b'"ex\\udfff":1'), "invalid", "ex\ufffd"),
        Record(
            "huge integer",
            _in_body(number, b'"attachments":[{"content_type":"a/b","bytes":' + b"9" * 30 + b"}]"),
            "invalid",
            "attachments[0].bytes",
        ),
        Record(
            "integer of 65 bits",
            _in_body(number, b'"attachments":[{"content_type":"a/b","bytes":18446744073709551616}]'),
            "invalid",
            "attachments[0].bytes",
        ),
        Record("integer of 5000 digits", _in_body(number, b'"extra":' + b"9" * 5000), "invalid", "extra"),
        Record(
            "infinite seconds",
            _in_body(number, b'"routing":{"priority_seconds":1e999}'),
            "invalid",
            "routing.priority_seconds",
        ),
        Record("deep lists", b"[" * 100_000 + b"]" * 100_000, "invalid"),
        Record("deep lists, open", b"[" * 100_000, "invalid"),
        Record("deep objects", b'{"a":' * 30_000 + b"1" + b"}" * 30_000, "invalid"),
        Record("deep unknown field", _in_body(number, b'"extra":' + b"[" * 5000 + b"]" * 5000), "invalid"),
        Record("900 KB", _json({**good(number), "text": "x" * 900_000}), "too_large"),
        Record("one byte too many", whole[:-1] + b" " * (BODY_BYTES_MAX + 1 - len(whole)) + b"}", "too_large"),
    ]


def _envelopes(number: int) -> list[Record]:
    """Bodies that are right in envelopes that are not."""
    body = good(number)
    bare = _json(body)
    without = _json({name: value for name, value in body.items() if name != "type"})
    return [
        Record("no type", without, "unknown_type", "type"),
        Record("number for type", _json({**body, "type": 5}), "unknown_type", "type"),
        Record("null type", _json({**body, "type": None}), "unknown_type", "type"),
        Record("unknown type", _json({**body, "type": "usher.channel.message.v9"}), "unknown_type", "type"),
        Record("an outbound type", _json({**body, "type": "usher.contact.queued.v1"}), "unknown_type", "type"),
        Record("the internal type", _json({**body, "type": "usher.policy.activated.v1"}), "unknown_type", "type"),
        Record("unknown type in header", without, "unknown_type", "type", [("ce_type", b"order.placed")]),
        Record("non-UTF-8 type", without, "unknown_type", "type", [("ce_type", b"\xff\xfe")]),
        Record("empty type header", without, "unknown_type", "type", [("ce_type", b"")]),
        Record(
            "structured without data",
            _json({"specversion": "1.0", "type": MESSAGE}),
            "invalid",
            "data",
            [("content-type", b"application/cloudevents+json")],
        ),
        Record(
            "structured, other version",
            _json({"specversion": "0.3", "type": MESSAGE, "data": body}),
            "invalid",
            "specversion",
        ),
        Record(
            "structured, list for data",
            _json({"specversion": "1.0", "type": MESSAGE, "data": [body]}),
            "invalid",
            "data",
        ),
        Record("binary with an incomplete body", b"{}", "invalid", "workspace", [("ce_type", MESSAGE.encode())]),
        Record("null header", bare, None, headers=[("x-trace", None)]),
        Record(
            "non-UTF-8 header", bare, None, headers=[("x-trace", b"\xff"), ("traceparent", b"\xfe"), ("ce_id", b"\xff")]
        ),
        Record("same header many times", bare, None, headers=[("x", b"1")] * 200),
        Record("null type header beside a bare body", bare, None, headers=[("ce_type", None)]),
        Record("hostile key", bare, None, key=b"\xff\x00\xff"),
        Record("empty key", bare, None, key=b""),
        Record("unknown workspace", _json({**body, "workspace": "nobody-knows-it"}), None),
        Record("unknown fields", _in_body(number, b'"extra":{"a":[1,2.5,null,true]},"":0'), None),
        Record("escaped backslash before u0000", bare.replace(b"parcel", b"C:\\\\\\\\u0000"), None),
        Record("surrogate pair", bare.replace(b"parcel", b"\\ud83d\\ude00"), None),
        Record("repeated key, last valid", b'{"channel":"fax",' + bare[1:], None),
        Record(
            "largest integer",
            _in_body(number, b'"attachments":[{"content_type":"a/b","bytes":9223372036854775807}]'),
            None,
        ),
        Record("exactly 256 KiB", bare[:-1] + b" " * (BODY_BYTES_MAX - len(bare)) + b"}", None),
        Record("all nulls", _json({**body, **dict.fromkeys(("to", "sender", "subject", "routing", "public"))}), None),
    ]


def _wrong(number: int) -> list[Record]:
    return [Record(label, _json(change(good(number))), "invalid", path) for label, change, path in WRONG_FIELDS]


def one_of_each(number: int = 0) -> list[Record]:
    """Every kind once."""
    return [*_raw(number), *_envelopes(number), *_wrong(number)]


def records(count: int) -> Iterator[Record]:
    """``count`` records: every kind again and again with other ids, and a good neighbour after each third."""
    numbers = itertools.count()
    made = 0
    while True:
        for index, record in enumerate(one_of_each(next(numbers))):
            if made >= count:
                return
            yield record
            made += 1
            if index % 3 == 2 and made < count:
                yield Record("good neighbour", _json(good(10_000_000 + made)), None)
                made += 1
