"""Hostile payloads for every adapter: normalised, ignored or refused, and nothing else raised.

Every adapter reads 2,000 damaged payloads, of the seeds from ``USHER_FUZZ_SEED`` (0) on: the same ones in each run; a
failure says the seed and the smallest payload that fails. Hypothesis takes a tenth of that for each test and adapter,
others in each run; one of its draws is the seed of EACH payloads, because drawing each value of a document by itself
takes ten times as long as any adapter. ``USHER_FUZZ_EXAMPLES``: how many for each adapter in both ways; the long
profile is 20,000.
"""

import os
import struct
from base64 import encodebytes
from collections.abc import Callable
from random import Random
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cli.stack.damage import changed, damaged, odd_text, smallest, written
from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import LETTER, SAMPLES, multipart
from tests.support.channel_variants import payloads_of
from tests.support.channels import Result, put

DAMAGED = int(os.environ.get("USHER_FUZZ_EXAMPLES", "2000"))  # of each adapter, from seeds
SEED = int(os.environ.get("USHER_FUZZ_SEED", "0"))  # the first one
EXAMPLES = int(os.environ.get("USHER_FUZZ_EXAMPLES", "200"))  # of each test by hypothesis
EACH = 20  # payloads of one draw
BOUNDED = settings(
    max_examples=-(-EXAMPLES // EACH),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a seed does not get simpler
)
SEEDS = st.integers(0, 2**64 - 1)
MULTIPART = "multipart/form-data; boundary=XX"


def check(result: Result) -> None:
    """At least one outcome, and only such as every later step can hold."""
    assert result.admitted or result.refused or result.ignored is not None
    for event in result.events():
        assert event.workspace == "acme"
    for refusal in result.refused:
        assert refusal.letter.detail
        assert b"\x00" not in refusal.letter.path.encode()


def fails(adapter: str, body: bytes, content_type: str) -> bool:
    try:
        check(put(adapter, body, content_type))
    except Exception:  # noqa: BLE001 - to find it is what this is for
        return True
    return False


@pytest.mark.parametrize("adapter", NAMES)
def test_damaged_payloads_are_read_or_refused_and_nothing_else_is_raised(adapter: str) -> None:
    samples = payloads_of(adapter)
    for seed in range(SEED, SEED + DAMAGED):
        sample = samples[seed % len(samples)]
        kind = "" if seed % 7 == 0 else sample.content_type
        body = damaged(sample.body, seed)
        if fails(adapter, body, kind):
            least = smallest(body, lambda shorter, kind=kind: fails(adapter, shorter, kind))
            print(f"USHER_FUZZ_SEED={seed} USHER_FUZZ_EXAMPLES=1, {adapter}, {kind or 'no type'}: {least!r}")
            check(put(adapter, least, kind))


JSON_ADAPTERS = [name for name in NAMES if SAMPLES[name].content_type == "application/json"]
FORM_ADAPTERS = [name for name in NAMES if "urlencoded" in SAMPLES[name].content_type]


@pytest.mark.parametrize("adapter", JSON_ADAPTERS)
@given(seed=SEEDS)
@BOUNDED
def test_any_value_in_any_place_of_a_document(adapter: str, seed: int) -> None:
    chance = Random(seed)
    for _ in range(EACH):
        document = changed(orjson.loads(SAMPLES[adapter].body), chance)
        check(put(adapter, written(document)))


@pytest.mark.parametrize("adapter", FORM_ADAPTERS)
@given(seed=SEEDS)
@BOUNDED
def test_any_value_in_any_field_of_a_form(adapter: str, seed: int) -> None:
    chance = Random(seed)
    for _ in range(EACH // 2):  # two payloads each
        fields = dict(parse_qsl(SAMPLES[adapter].body.decode(), keep_blank_values=True))
        for name in chance.sample(sorted(fields), chance.randrange(4)):
            fields[name] = odd_text(chance)
        encoded = urlencode(fields, errors="surrogatepass").encode()
        check(put(adapter, encoded, "application/x-www-form-urlencoded"))
        body, kind = multipart({name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}, [])
        check(put(adapter, body, kind))


@pytest.mark.parametrize("adapter", NAMES)
@given(seed=SEEDS)
@BOUNDED
def test_any_bytes_and_a_sample_damaged_anywhere(adapter: str, seed: int) -> None:
    chance = Random(seed)
    for _ in range(EACH // 2):  # two payloads each
        sample = SAMPLES[adapter]
        body = bytearray(sample.body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(body))
            body[at : at + chance.randint(0, 40)] = chance.randbytes(chance.randrange(13))
        kind = chance.choice([sample.content_type, "", MULTIPART, "multipart/form-data", "x"])
        check(put(adapter, bytes(body), kind))
        check(put(adapter, chance.randbytes(chance.randrange(61)), kind))


HEADS = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"References", b"Reply-To", b"Content-Type", b"Cc"]
HEADS += [b"Content-Transfer-Encoding", b"Content-Disposition", b"Auto-Submitted", b"In-Reply-To", b"X-Priority"]
ODD_HEADS = [
    b"=?utf-8?b?w6k=?=", b"=?nonsense?q?=FF?=", b"a@b, c@d", b'"x" <', b"multipart/mixed; boundary=", b"\xff\xfe",
    b"text/html; charset=utf-7", b"text/plain; charset=idna", b'text/plain; charset="', b"base64",
    b"quoted-printable", b"x-uuencode", b"multipart/mixed; boundary=b", b"message/rfc822", b"text/calendar",
    b"Mon, 99 Foo 99999 99:99 +9999", b"attachment; filename*=utf-8''%ff", b"text/plain; charset=unicode_escape",
    b"text/plain; charset=punycode", b"text/plain; charset*0=u; charset*1=tf-8", b"group: a@b, c@d;", b"<" * 40,
    b"((((((((((",
]  # fmt: skip


@given(seed=SEEDS)
@BOUNDED
def test_any_letter(seed: int) -> None:
    chance = Random(seed)
    for _ in range(EACH):
        head = b""
        for _ in range(chance.randrange(9)):
            odd = chance.choice(ODD_HEADS) if chance.random() < 0.6 else chance.randbytes(chance.randrange(41))
            head += chance.choice(HEADS) + b": " + odd.replace(b"\n", b"") + b"\r\n"
        anything = chance.randbytes(chance.randrange(81))
        body = chance.choice([LETTER, b"--b\r\n\r\nx\r\n--b\r\n" + LETTER + b"--b--", anything])
        check(put("email_mime", head + b"\r\n" + body, "message/rfc822"))


_BOUNDARY = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
_MIXED = b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
_SLACK = b'{"type":"event_callback","event":{"type":"message","user":"u","channel":"c","ts":"1","text":"'


MANY_OBJECTS = b'{"a":[' + b",".join([b'{"a":{}}'] * 7_900)  # about as many as one body may have


# What an S/MIME file in pieces, and a winmail.dat with properties, begin with.
SIGNED = bytes.fromhex("308006092a864886f70d010702a08030800201013100308006092a864886f70d010701a0802480")
PACKED = struct.pack("<IHBIII", 0x223E9F78, 1, 1, 0x00069003, 170_000, 2**31)


def _wrapped(content: bytes) -> bytes:
    """A letter that is one file of either kind."""
    kind = b"ms-tnef" if content.startswith(PACKED[:6]) else b"pkcs7-mime"
    head = b"From: a@b.c\r\nContent-Type: application/%s\r\nContent-Transfer-Encoding: base64\r\n\r\n" % kind
    return head + encodebytes(content)


def _parts(head: bytes, body: bytes, number: int) -> bytes:
    return _MIXED + (b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n") * number


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
    "objects in a list": lambda size: b'{"a":[' + b",".join([b'{"a":{"b":{}}}'] * (size // 15 - 1)) + b"]}",
    "a NUL at the end": lambda _: MANY_OBJECTS + b'],"b":"\\u0000' + b"x" * 180_000 + b'"}',
    "a surrogate at the end": lambda _: MANY_OBJECTS + b'],"b":"\\ud800' + b"x" * 180_000 + b'"}',
    "texts": lambda size: _parts(b"Content-Type: text/plain; charset=koi8-r", b"word " * (size // 600), 100),
    "heads of parts": lambda size: _parts(b"Content-Type: image/png; name=a" + b"\r\na: b" * (size // 640), b"x", 100),
    "parameters": lambda size: _parts(b"Content-Type: image/png; name=a" + b"; a=b" * (size // 540), b"x", 100),
    "a signature in pieces": lambda size: _wrapped(SIGNED + b"\x04\x01x" * (size // 5)),
    "a signature in a signature": lambda size: _wrapped((SIGNED + b"\x24\x80") * (size // 60)),
    "properties": lambda size: _wrapped(PACKED + b"\x03\x00\x01\x0e\x00\x00\x00\x00" * (size // 11 - 100)),
    "attributes": lambda size: _wrapped(PACKED[:6] + (b"\x01" + bytes(10)) * (size // 15 - 100)),
    "keys": lambda size: b"{" + b",".join(b'"%d":1' % n for n in range(size // 10)) + b"}",
}  # fmt: skip
