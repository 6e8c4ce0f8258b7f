"""``usher sources``: what is wrong with a file, and what it says, without a secret."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cli.stack.looks import hint
from shared.contract.topics import CHANNELS
from tests.support.cpu import cpu_seconds, in_some_try
from tests.support.documents import DOCS, blocks
from tests.support.ingest import sha256

Usher = Callable[..., tuple[int, str, str]]
LOOK_SECONDS_MAX = 2.0  # of CPU; it takes less than a millisecond

FILE = f"""
workspaces:
  acme:
    region: ES
    api_keys: [{{name: back-office, sha256: {sha256("key")}, may: [contacts, commands]}}]
sources:
  help: {{workspace: acme, adapter: canonical, secrets: {{bearer: [env:NOT_SET, env:NOT_SET_OLD]}}, queue: orders}}
"""


BRITTLE = """
from services.ingest.domain.channels.adapter import Adapter, Reading
from services.ingest.domain.channels.message import Message
from services.ingest.domain.channels.node import Node


def read(payload):
    document = Node.parse(payload.body)
    handle = document.value["from"]["handle"]
    said = Message(channel="task", conversation="c", message_id=document["id"].needed(), handle=handle)
    return Reading([said.event(payload)])


ADAPTER = Adapter(name="brittle", read=read, channel="task")
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("USHER_SOURCES_FILE", raising=False)
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "nothing"))
    path = tmp_path / "sources.yaml"
    path.write_text(FILE)
    return path


def test_a_file_is_valid_before_its_secrets_are_there(usher: Usher, file: Path) -> None:
    assert usher("sources", "check", file) == (0, "valid\n", "")
    assert json.loads(usher("sources", "check", file, "--json")[1]) == {"valid": True, "errors": [], "warnings": []}


def test_a_fault_is_named_with_its_path(usher: Usher, file: Path) -> None:
    file.write_text(FILE.replace("canonical", "fax"))
    status, out, _ = usher("sources", "check", file, "--json")
    document = json.loads(out)
    assert (status, document["valid"]) == (1, False)
    assert [error["path"] for error in document["errors"]] == ["sources.help.adapter"]
    assert usher("sources", "check", file)[1].startswith(f"{file}:7: sources.help.adapter: unknown adapter ")
    assert usher("sources", "show", file)[0] == 2
    file.write_text("workspaces: [")
    (error,) = json.loads(usher("sources", "check", file, "--json")[1])["errors"]
    assert (error["path"], error["message"][:11]) == ("", "is not YAML")
    assert usher("sources", "check", "/nowhere")[2].count("\n") == 1


def test_a_source_that_would_refuse_its_provider_is_a_warning(usher: Usher, file: Path) -> None:
    file.write_text("""sources:
  unsigned: {workspace: acme, adapter: slack}
  untried: {workspace: acme, adapter: whatsapp_cloud, secrets: {app_secret: env:NOT_SET}}
  by-key: {workspace: acme, adapter: email_mime}
  signed: {workspace: acme, adapter: twilio, secrets: {auth_token: env:NOT_SET}}
""")
    status, out, _ = usher("sources", "check", file)
    assert (status, out.splitlines()) == (0, [
        "warning: sources.unsigned: without signing_secret its webhook takes API keys alone, and slack signs instead",
        "warning: sources.untried: without verify_token the first call of whatsapp_cloud, a trial, is refused",
        "valid",
    ])  # fmt: skip
    warnings = json.loads(usher("sources", "check", file, "--json")[1])["warnings"]
    assert [warning["path"] for warning in warnings] == ["sources.unsigned", "sources.untried"]


def test_the_sources_of_the_channels_pages_are_valid_and_complete(usher: Usher, file: Path) -> None:
    sources = {}
    for page in sorted((DOCS / "channels").glob("*.md")):
        for block in blocks(page):
            if block.language == "yaml" and block.text.startswith("sources:"):
                found = yaml.safe_load(block.text)["sources"].items()
                sources |= {f"{page.stem}-{name}": source for name, source in found}
    assert len(sources) >= 19
    file.write_text(yaml.safe_dump({"sources": sources}))
    assert usher("sources", "check", file)[1] == "valid\n"


def test_connections_and_keys_are_shown_without_secrets(usher: Usher, file: Path) -> None:
    status, out, _ = usher("sources", "show", file, "--json")
    document = json.loads(out)
    assert status == 0
    assert document["api_keys"] == [{"workspace": "acme", "name": "back-office", "may": ["commands", "contacts"]}]
    assert document["sources"][0] == {
        "name": "help", "adapter": "canonical", "workspace": "acme", "channel": None, "queue": "orders",
        "topic": "usher.channel.help.v1", "webhook": "/v1/webhooks/help", "secrets": 2,
    }  # fmt: skip
    assert [source["name"] for source in document["sources"][1:]] == list(CHANNELS)
    for shown in (out, usher("sources", "show", file)[1]):
        assert sha256("key") not in shown and "NOT_SET" not in shown
    assert "acme  webhook by 2 secrets\n" in shown
    file.write_text(FILE.replace("[env:NOT_SET, env:NOT_SET_OLD]", "env:NOT_SET"))
    assert "acme  webhook by 1 secret\n" in usher("sources", "show", file)[1]
    assert len(usher("sources", "show")[1].splitlines()) == 8


def test_an_adapter_whose_scheme_nobody_knows_is_a_fault_of_the_file_and_no_failure_of_each_request(
    usher: Usher, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd_signed.py").write_text(BRITTLE.replace('"brittle"', '"odd_signed", schemes=("credential",)'))
    info = tmp_path / "odd_signed-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[usher.adapters]\nodd_signed = odd_signed:ADAPTER\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    file.write_text("workspaces: {acme: {}}\nsources: {s: {workspace: acme, adapter: odd_signed}}\n")
    status, out, _ = usher("sources", "check", file)
    assert status == 1
    assert "sources.s.adapter" in out and "'credential', which nobody knows" in out and "credentials" in out


def test_an_adapter_that_raises_is_told_with_the_smallest_payload_on_which_it_does(
    usher: Usher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brittle.py").write_text(BRITTLE)
    info = tmp_path / "brittle-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[usher.adapters]\nbrittle = brittle:ADAPTER\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    payload = tmp_path / "payload.json"
    payload.write_text('{"id": "1", "from": {"handle": "ana"}, "more": [1, 2, 3]}')

    status, out, _ = usher("sources", "try", "brittle", payload, "--damaged", 200, "--json")
    (raised,) = json.loads(out)["raised"]
    assert status == 1
    assert raised.startswith("raised on a damaged copy: ")
    assert int(raised.rpartition("(")[2].split()[0]) < 20, raised

    payload.write_text("{}")
    status, out, _ = usher("sources", "try", "brittle", payload)
    assert (status, out) == (1, "raised: KeyError: 'from'\n")


@pytest.mark.parametrize("copies", [-5, 100_001, "many"])
def test_a_number_of_damaged_copies_that_would_not_all_be_read_is_a_fault(
    usher: Usher, tmp_path: Path, copies: object
) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text("{}")
    status, out, err = usher("sources", "try", "canonical", payload, f"--damaged={copies}")
    assert (status, out) == (2, "")
    assert "is not a number from 0 to 100000" in err


FORM_TYPE = "content-type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("adapter", "content", "said"),
    [
        ("twilio", b"<!DOCTYPE html><html><body>502</body></html>", "a web page"),
        ("slack", b"\n<html>", "a web page"),
        ("slack", b"\x1f\x8b\x08\x00abc", "gunzip it first"),
        ("slack", "{}".encode("utf-16"), "UTF-16"),
        ("slack", b"\xef\xbb\xbf{}", "byte order mark"),
        ("slack", b"POST /v1/webhooks/team HTTP/1.1\r\nHost: a\r\n\r\n{}", "save the body alone"),
        ("slack", b"eyJ0eXBlIjogImV2ZW50X2NhbGxiYWNrIn0=\n", "base64 -d"),
        ("slack", b"ts=1&text=Hello%20you", FORM_TYPE),
        ("whatsapp_cloud", b"From=%2B1&Body=Hi", "looks like a form, and this adapter reads application/json"),
        ("whatsapp_cloud", b'[{"object": "page"}]', "give one of its entries"),
        ("email_mime", b'{"subject": "Hi"}', "is JSON, and this adapter reads"),
    ],
)
def test_a_file_that_is_no_payload_is_known_for_what_it_is(
    usher: Usher, tmp_path: Path, adapter: str, content: bytes, said: str
) -> None:
    payload = tmp_path / "payload"
    payload.write_bytes(content)
    status, out, _ = usher("sources", "try", adapter, payload)
    hints = [line for line in out.splitlines() if line.startswith("hint: ")]
    assert (status, len(hints)) == (1, 1), out
    assert said in hints[0]
    assert said in json.loads(usher("sources", "try", adapter, payload, "--json")[1])["hint"]


def test_a_payload_with_one_wrong_field_gets_no_hint_and_a_misspelt_adapter_its_name(
    usher: Usher, tmp_path: Path
) -> None:
    payload = tmp_path / "payload"
    payload.write_text('{"type": "event_callback", "event": {"type": "message"}}')
    assert "hint" not in usher("sources", "try", "slack", payload)[1]
    status, _, err = usher("sources", "try", "whatsap-cloud", payload)
    assert (status, err) == (2, "usher sources: whatsap-cloud: no such adapter; did you mean whatsapp_cloud?\n")


def test_a_long_form_with_a_blank_is_looked_at_in_no_time() -> None:
    """A pattern that may read a form in many ways tries all of them: it took longer than anybody waited."""
    form = b"a=b&c=d&" * 500 + b" x"
    assert hint(form, {"application/json"}) == ""
    assert in_some_try(lambda: cpu_seconds(lambda: hint(form, {"application/json"}), 1) < LOOK_SECONDS_MAX)
