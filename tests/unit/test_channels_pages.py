"""Every page of docs/channels/: its sources file is read, its command is run, and its contact arrives."""

import asyncio
import os
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from services.ingest.domain.channels.adapter import Payload, Why
from services.ingest.domain.channels.message import Message
from services.ingest.domain.channels.registry import NAMES
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.sources_file import read_sources
from shared.contract.inputs import MessageReceived
from tests.support.channel_variants import payloads_of
from tests.support.channels import put
from tests.support.documents import DOCS, ROOT, blocks
from tests.support.ingest_http import Log, served

FOLDER = DOCS / "channels"
PROVIDERS = [name for name in NAMES if name != "canonical"]
README = (FOLDER / "README.md").read_text()
OF_MAIL = {"mailbox_hash", "stored_at"}  # read of every letter, and told by Postmark or Mailgun alone
NOT_ON_PAGE = {
    "asterisk": {"var_A", "var_PRIORITY", "var_SKILL"},  # names of variables are the operator's: `var_<NAME>`
    "email_mime": OF_MAIL,
    "mailgun": {"mailbox_hash"},
    "postmark": {"stored_at"},
    "sendgrid": OF_MAIL,
}


def secret_of(reference: str) -> str:
    """What stands in the environment of the test."""
    name = reference.removeprefix("env:")
    if name == "SHOP_SECRET":
        return "whsec_" + b64encode(b"a secret of Standard Webhooks").decode()
    return f"user:{name}" if name.endswith("_BASIC") else f"{name}-for-tests"


def parts(page: Path) -> dict[str, str]:
    return {block.language: block.text for block in blocks(page)}


@pytest.mark.parametrize("adapter", PROVIDERS)
async def test_the_command_of_a_page_sends_a_contact(adapter: str) -> None:
    found = parts(FOLDER / f"{adapter}.md")
    entries = yaml.safe_load(found["yaml"])["sources"]
    (entry,) = entries.values()
    references = re.findall(r"env:\w+", found["yaml"])
    log = Log()
    async with served(log, entries, secret_of) as url:
        environment = {reference.removeprefix("env:"): secret_of(reference) for reference in references}
        process = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", found["sh"],
            env={"PATH": os.environ["PATH"], "USHER": url, "NO_PROXY": "*", **environment},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()

    assert (out.decode().strip(), process.returncode) == (found["text"].strip(), 0), err.decode()
    (message,) = [one for batch in log.batches for one in batch]
    event = msgspec.json.decode(message.value, type=MessageReceived)
    assert event.workspace == "acme"
    assert event.source in entries
    assert event.text in ("Where is my parcel?", "Hello", None)
    assert (entry["adapter"], event.text is None) == (adapter, event.channel == "voice")


def test_every_provider_has_a_page_and_stands_in_both_lists() -> None:
    pages = {page.stem for page in FOLDER.glob("*.md")} - {"README", "write-your-own"}
    assert pages == set(PROVIDERS)
    for text, folder in ((README, ""), ((ROOT / "README.md").read_text(), "docs/channels/")):
        assert set(re.findall(rf"\]\({folder}(\w+)\.md\) \| `(\w+)`", text)) == {(name, name) for name in PROVIDERS}


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_every_sources_file_on_a_page_is_valid(page: Path) -> None:
    for block in blocks(page):
        if block.language == "yaml":
            document: Any = yaml.safe_load(block.text)
            assert read_sources(document, secret_of, with_channels=False).by_name


@pytest.mark.parametrize("adapter", PROVIDERS)
def test_a_page_names_every_attribute_that_a_message_may_have(adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names: set[str] = set()
    event = Message.event

    def noted(message: Message, payload: Payload) -> OpenedEvent:
        names.update(message.attributes)  # those too that are blank here
        return event(message, payload)

    monkeypatch.setattr(Message, "event", noted)
    for sample in payloads_of(adapter):
        put(adapter, sample.body, sample.content_type)

    assert {name for name in names - NOT_ON_PAGE.get(adapter, set()) if not _is_told(adapter, name)} == set()


def _is_told(adapter: str, attribute: str) -> bool:
    page = (FOLDER / f"{adapter}.md").read_text()
    return re.search(rf"`(?:attributes\.)?{attribute}`", page) is not None


@pytest.mark.parametrize("adapter", PROVIDERS)
def test_a_page_names_every_reason_for_which_something_is_ignored(adapter: str) -> None:
    (line,) = re.findall(r"^Ignored by name, counted in `[^`]+`: (.*)$", (FOLDER / f"{adapter}.md").read_text(), re.M)
    told = {why for why in Why if f"`{why}`" in line}
    source = (ROOT / "services/ingest/domain/channels" / f"{adapter}.py").read_text()
    written = {Why[name] for name in re.findall(r"\bWhy\.([A-Z_]+)", source)}
    met = {
        Why(why) for sample in payloads_of(adapter) for why in put(adapter, sample.body, sample.content_type).ignored
    }

    assert (written | met | {Why.REPEAT}) - told == set()
