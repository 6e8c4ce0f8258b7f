"""Hostile payloads for every adapter: normalised, ignored or refused, and nothing else raised.

``USHER_FUZZ_EXAMPLES``: how many for each test and adapter; 60 unless set, which makes 2,500 in all; the long profile
is 20,000.
"""

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import LETTER, SAMPLES, multipart
from tests.support.channels import Result, put

EXAMPLES = int(os.environ.get("USHER_FUZZ_EXAMPLES", "60"))
BOUNDED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "=?utf-8?b?////?=",
        "=?x?q?a?=",
        "<a@b>",
        "<",
        "9" * 400,
        "1e999",
        "-1",
        "2026-02-30T00:00:00Z",
        "<p>x",
        "&amp;",
    ]
)
MULTIPART = "multipart/form-data; boundary=XX"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def check(result: Result) -> None:
    """At least one outcome, and only such as every later step can hold."""
    assert result.admitted or result.refused or result.ignored is not None
    for event in result.events():
        assert event.workspace == "acme"
    for refusal in result.refused:
        assert refusal.letter.detail
        assert b"\x00" not in refusal.letter.path.encode()


def changed(document: Any, data: st.DataObject) -> Any:
    """A document with some values anywhere in it replaced, taken out or repeated."""
    places: list[tuple[Any, Any]] = []
    pending = [document]
    while pending:
        item = pending.pop()
        keys = list(item) if isinstance(item, dict) else list(range(len(item)))
        for key in keys:
            places.append((item, key))
            if isinstance(item[key], dict | list):
                pending.append(item[key])
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places))
        if isinstance(holder, dict) and data.draw(st.integers(0, 4)) == 0:
            holder.pop(key, None)
        elif isinstance(holder, list) and data.draw(st.integers(0, 4)) == 0:
            holder.extend(holder[:2])
        else:
            holder[key] = data.draw(VALUES)
    return document


def written(document: Any) -> bytes:
    """As a lax writer writes it: NaN, lone surrogates and integers of any size included."""
    return json.dumps(document, default=str).encode("utf-8", "surrogatepass")


JSON_ADAPTERS = [name for name in NAMES if SAMPLES[name].content_type == "application/json"]
FORM_ADAPTERS = [name for name in NAMES if "urlencoded" in SAMPLES[name].content_type]


@pytest.mark.parametrize("adapter", JSON_ADAPTERS)
@given(data=st.data())
@BOUNDED
def test_any_value_in_any_place_of_a_document(adapter: str, data: st.DataObject) -> None:
    document = changed(orjson.loads(SAMPLES[adapter].body), data)
    check(put(adapter, written(document)))


@pytest.mark.parametrize("adapter", FORM_ADAPTERS)
@given(data=st.data())
@BOUNDED
def test_any_value_in_any_field_of_a_form(adapter: str, data: st.DataObject) -> None:
    fields = dict(parse_qsl(SAMPLES[adapter].body.decode(), keep_blank_values=True))
    for name in data.draw(st.lists(st.sampled_from(sorted(fields)), max_size=3)):
        fields[name] = data.draw(TEXTS)
    encoded = urlencode(fields, errors="surrogatepass").encode()
    check(put(adapter, encoded, "application/x-www-form-urlencoded"))
    body, kind = multipart({name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}, [])
    check(put(adapter, body, kind))


@pytest.mark.parametrize("adapter", NAMES)
@given(data=st.data())
@BOUNDED
def test_any_bytes_and_a_sample_damaged_anywhere(adapter: str, data: st.DataObject) -> None:
    sample = SAMPLES[adapter]
    body = bytearray(sample.body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    kind = data.draw(st.sampled_from([sample.content_type, "", MULTIPART, "multipart/form-data", "x"]))
    check(put(adapter, bytes(body), kind))
    check(put(adapter, data.draw(st.binary(max_size=60)), kind))


HEADS = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"References", b"Reply-To", b"Content-Type", b"Cc"]
HEADS += [b"Content-Transfer-Encoding", b"Content-Disposition", b"Auto-Submitted", b"In-Reply-To", b"X-Priority"]
HEAD_VALUES = st.binary(max_size=40) | st.sampled_from(
    [b"=?utf-8?b?w6k=?=", b"=?nonsense?q?=FF?=", b"a@b, c@d", b'"x" <', b"multipart/mixed; boundary=", b"\xff\xfe",
     b"text/html; charset=utf-7", b"text/plain; charset=idna", b"text/plain; charset=\"", b"base64",
     b"quoted-printable",
     b"x-uuencode", b"multipart/mixed; boundary=b", b"message/rfc822", b"text/calendar",
     b"Mon, 99 Foo 99999 99:99 +9999",
     b"attachment; filename*=utf-8''%ff", b"text/plain; charset=unicode_escape", b"text/plain; charset=punycode",
     b"text/plain; charset*0=u; charset*1=tf-8", b"group: a@b, c@d;", b"<" * 40, b"(((((((((("]
)  # fmt: skip


@given(data=st.data())
@settings(max_examples=EXAMPLES * 4, deadline=None)
def test_any_letter(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.tuples(st.sampled_from(HEADS), HEAD_VALUES), max_size=8))
    head = b"".join(name + b": " + value.replace(b"\n", b"") + b"\r\n" for name, value in lines)
    body = data.draw(st.binary(max_size=80) | st.sampled_from([LETTER, b"--b\r\n\r\nx\r\n--b\r\n" + LETTER + b"--b--"]))
    check(put("email_mime", head + b"\r\n" + body, "message/rfc822"))


_BOUNDARY = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
_SLACK = b'{"type":"event_callback","event":{"type":"message","user":"u","channel":"c","ts":"1","text":"'
BLOCKS: dict[str, Callable[[int], bytes]] = {
    "brackets": lambda size: b"[" * size,
    "objects": lambda size: b'{"a":' * (size // 5),
    "parts": lambda size: (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * (size // 7))[:size],
    "heads": lambda size: (b"a:\r\n" * size)[:size],
    "nested": lambda size: (b"Content-Type: message/rfc822\r\n\r\n" * size)[:size],
    "boundaries": lambda size: b"".join(_BOUNDARY % (n, n) for n in range(size // 60)),
    "fields": lambda size: (b"a=b&" * size)[:size],
    "words": lambda size: (b"Subject: " + b"=?utf-8?q?a?= " * size)[:size],
    "addresses": lambda size: (b"From: " + b"<a@b>,(" * size)[:size],
    "quotes": lambda size: (b"From: a@b.c\r\n\r\n" + b"On 1 wrote: " * size)[:size],
    "html": lambda size: (b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n" + b"<div class=" * size)[:size],
    "comments": lambda size: (b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n" + b"<!--" * size)[:size],
    "links": lambda size: (_SLACK + b"<" * size)[: size - 3] + b'"}}',
    "form parts": lambda size: (b"--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * size)[:size],
    "keys": lambda size: b"{" + b",".join(b'"%d":1' % n for n in range(size // 10)) + b"}",
}  # fmt: skip
