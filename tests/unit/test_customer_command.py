"""usher customer and usher forget without servers: whom a handle may be, which payloads name them, and bad usage."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.customer.handles import Handles, handles_in_force
from services.ingest.domain.handles import Pseudonyms
from services.router.lookup.payloads import is_about

KEY = b"the key of this test"
HANDLES = Handles(KEY, {"acme": "ES"}, ("telegram-1",))
ANA = frozenset(HANDLES.ids("acme", "ana@example.com"))
CALLER = frozenset(Pseudonyms(KEY).customer("acme", "+34600123456", "voice").split())


def about(payload: bytes, ids: frozenset[str]) -> bool:
    return is_about(payload, ids, lambda text: HANDLES.ids("acme", text))


def test_a_handle_is_known_as_on_any_channel_and_from_any_source():
    pseudonyms = Pseudonyms(KEY, {"acme": "ES"})
    assert pseudonyms.customer("acme", "600 12 34 56", "voice") in HANDLES.ids("acme", "600 12 34 56")
    assert pseudonyms.customer("acme", "4711", "messaging", "telegram-1") in HANDLES.ids("acme", "4711")
    assert pseudonyms.customer("acme", "4711", "chat") in HANDLES.ids("acme", "4711")
    assert "4711" in HANDLES.ids("acme", "4711")


@pytest.mark.parametrize(
    ("payload", "ids"),
    [
        (orjson.dumps({"from": {"handle": " Ana@Example.com "}}), ANA),
        (orjson.dumps([{"deep": [{"er": ["mailto:ana@example.com"]}]}]), ANA),
        (orjson.dumps({"party": {"handle": "x", "customer_id": "crm-1"}}), frozenset({"crm-1"})),
        (b'{"from": {"handle": "ana@example.com", "broken', ANA),
        (b"From: Ana <ana@example.com>\r\nSubject: hi", ANA),
        (b"From=%2B34600123456&Body=hi", CALLER),
        (orjson.dumps({"from": {"handle": "600-12-34-56"}}), CALLER),
        (b"\xff\xfeana@example.com\x00", frozenset()),
    ],
)
def test_a_payload_names_its_customer_in_whatever_form(payload, ids):
    assert about(payload, ids) is bool(ids)
    assert not about(payload, frozenset({"somebody else"}))


@given(st.binary(max_size=400) | st.text().map(str.encode) | st.recursive(st.text(), st.lists).map(orjson.dumps))
def test_any_payload_is_read(payload):
    assert not about(payload, frozenset({"nobody at all, whoever you ask"}))


def test_the_key_and_the_sources_are_those_of_the_environment(tmp_path, monkeypatch):
    sources = tmp_path / "sources.yaml"
    sources.write_text(
        "workspaces: {acme: {region: ES}}\nsources: {wa: {adapter: whatsapp_cloud}, x: {adapter: canonical}}\n"
    )
    key = tmp_path / "key"
    key.write_bytes(KEY + b"\n")
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "no-stack"))
    monkeypatch.setenv("USHER_SOURCES_FILE", str(sources))
    monkeypatch.setenv("USHER_PSEUDONYM_KEY_FILE", str(key))
    expected = Handles(KEY, {"acme": "ES"}, ("wa",))
    assert handles_in_force("forget").ids("acme", "600123456") == expected.ids("acme", "600123456")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", ""], "customer: 1 to 256 printable characters"),
        (["merge", "a", "b\x00", "--reason", "r"], "into: 1 to 256 printable characters"),
        (["split", "a", "--reason", "r" * 300], "reason: 1 to 256 printable characters"),
        (["split", "a"], "--reason"),
        ([], "ACTION"),
    ],
)
def test_bad_usage_is_one_line(words, said, usher):
    code, _, err = usher("customer", *words)
    assert (code, err.count("\n")) == (2, 1)
    assert said in err


@pytest.mark.usefixtures("no_servers")
def test_without_servers_nobody_is_said_to_be_merged(usher):
    code, _, err = usher("customer", "merge", "a", "b", "--reason", "r")
    assert code == 1
    assert "is the stack up" in err
