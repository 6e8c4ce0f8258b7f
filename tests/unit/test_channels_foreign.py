"""An adapter of somebody else's package is installed, found by its entry point, tried and used."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from services.ingest.domain.channels.registry import find
from shared.contract.inputs import MessageReceived, RoutingHint
from tests.support.channels import put
from tests.support.commands import COMMAND_SECONDS_MAX
from tests.support.documents import DOCS, ROOT, blocks
from tests.support.ingest_http import Log, client_of

PACKAGE = DOCS / "examples" / "fax_adapter"
PAGE = DOCS / "channels" / "write-your-own.md"
JSON = {"Content-Type": "application/json"}
FAXES = b'{"faxes": [{"id": "f1", "from": "+34600123456", "pages": 2, "url": "https://fax.example/1"}, {"from": "+1"}]}'


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the package, installed without any network."""
    folder = tmp_path_factory.mktemp("site")
    copy = tmp_path_factory.mktemp("fax")
    for file in PACKAGE.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps"]
    subprocess.run(
        [*pip, "--target", str(folder), str(copy)], check=True, capture_output=True, timeout=COMMAND_SECONDS_MAX
    )
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def usher(installed: dict[str, str], *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from cli.main import main; main()", *words]
    return subprocess.run(
        command, env=installed, input=given, capture_output=True, cwd=ROOT, timeout=COMMAND_SECONDS_MAX, check=False
    )


def test_its_payload_is_tried_field_by_field(installed: dict[str, str]) -> None:
    tried = usher(installed, "sources", "try", "example_fax", "-", "--json", "--damaged", "300", given=FAXES)
    document = json.loads(tried.stdout)

    assert tried.returncode == 1, tried.stderr
    assert document["raised"] == []
    good, bad = document["items"]
    assert (good["event"], good["fields"]["subject"]) == ("usher.channel.message.v1", "Fax of 2 pages")
    assert good["fields"]["attachments"][0]["url"] == "https://fax.example/1"
    assert "600123456" not in good["fields"]["conversation_id"]
    assert bad == {"refused": "invalid", "path": "faxes[1].id", "detail": "Field required"}


def test_a_sources_file_may_name_it(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    entry = "{workspace: acme, adapter: example_fax, secrets: {bearer: env:FAX}}"
    file.write_text(f"sources: {{fax: {entry}}}\n")
    assert usher(installed, "sources", "check", str(file)).returncode == 0
    file.write_text(f"sources: {{fax: {entry.replace('bearer', 'app_secret')}}}\n")
    assert usher(installed, "sources", "check", str(file)).returncode == 1


async def test_a_webhook_and_a_topic_of_its_source_are_read_by_it(
    installed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed["PYTHONPATH"].partition(os.pathsep)[0])
    find.cache_clear()
    log = Log()
    entries = {"fax": {"workspace": "acme", "adapter": "example_fax", "secrets": {"bearer": "env:FAX"}, "queue": "q"}}
    try:
        async with client_of(log, entries) as client:
            answers = [
                await client.post("/v1/webhooks/fax", content=FAXES, headers={**JSON, "Authorization": f"Bearer {key}"})
                for key in ("wrong", "env:FAX", "env:FAX")
            ]
        by_topic = put("example_fax", FAXES)
    finally:
        find.cache_clear()
        sys.modules.pop("usher_fax", None)

    assert [answer.status_code for answer in answers] == [401, 200, 200]
    (record,) = [one for batch in log.batches for one in batch]
    event = msgspec.json.decode(record.value, type=MessageReceived)
    assert (event.source, event.channel, event.subject, event.routing) == (
        "fax", "task", "Fax of 2 pages", RoutingHint(queue="q"),
    )  # fmt: skip
    assert {(refused.letter.path, refused.letter.origin.index) for refused in log.dead} == {("faxes[1].id", 1)}
    assert [one.subject for one in by_topic.events()] == ["Fax of 2 pages"]
    assert [one.letter.path for one in by_topic.refused] == ["faxes[1].id"]


def test_without_the_package_the_name_is_unknown_in_one_line() -> None:
    refused = usher({**os.environ, "PYTHONPATH": str(ROOT)}, "sources", "try", "example_fax", "-", given=FAXES)
    assert refused.returncode == 2
    assert re.fullmatch(rb"usher sources: example_fax: no such adapter; one of [^\n]+\n", refused.stderr)


def test_the_page_shows_the_package_as_it_is_and_what_its_command_prints(installed: dict[str, str]) -> None:
    found = {block.language: block.text for block in blocks(PAGE)}
    assert found["python"].strip() in (PACKAGE / "usher_fax.py").read_text()
    assert found["toml"].strip() in (PACKAGE / "pyproject.toml").read_text()
    words = found["sh"].split("\n")
    payload = re.search(r"echo '(.*)' >", words[0])
    assert payload is not None
    tried = usher(installed, "sources", "try", "example_fax", "-", "--damaged", "500", given=payload[1].encode())
    for line in found["text"].strip().split("\n"):
        assert line in tried.stdout.decode().split("\n")
