"""A form and a mail that were refused for want of a setting are accepted after the mend, whole, and once only."""

import asyncio
import contextlib
import smtplib
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.policy.apply import activate
from deploy.local.broker import KafkaBroker
from deploy.local.ports import free_port
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from services.router.app import RouterService
from services.router.settings import RouterSettings
from shared.contract.topics import CHANNELS, CONTACT_EVENTS, ROUTER_INPUT, all_topics, channel_topic
from shared.kafka import ensure_topics
from shared.policy import parse_policy
from shared.process.logs import configure
from tests.support import ingest
from tests.support.channel_payloads import LETTER, SAMPLES, multipart
from tests.support.commands import Usher
from tests.support.in_process import running, until
from tests.support.tail import tail

SOURCES = f"""
workspaces: {{acme: {{api_keys: [{{name: office, sha256: {ingest.sha256(ingest.API_KEY)}, may: [contacts]}}]}}}}
sources:
  forms: {{workspace: acme, adapter: ADAPTER}}
  mail: {{workspace: acme, adapter: email_mime, addresses: [help@shop.example.net]}}
"""
FIELDS = {
    "headers": "Message-ID: <form-1@example.com>\r\n",
    "from": "Ana <ana@example.com>",
    "subject": "Café, 4711",
    "text": "¿Dónde está mi paquete? 包裹",
}
FORM, FORM_TYPE = multipart(FIELDS, [("attachment1", "a.png", "image/png", b"\x89PNG\x00\xff" * 40)])


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    path = tmp_path / "sources.yaml"
    await asyncio.to_thread(path.write_text, SOURCES.replace("ADAPTER", "sendgrid"))
    made = ingest.settings_for(
        kafka.bootstrap, database, topic_prefix,
        sources_file=str(path), smtp_port=free_port(), sources_poll_seconds=0.1,
    )  # fmt: skip
    await ensure_topics(made, all_topics((*CHANNELS, "forms", "mail")))
    return made


def router(settings: IngestSettings) -> contextlib.AbstractAsyncContextManager[RouterService]:
    shared_ones = settings.model_dump(include={"kafka_bootstrap_servers", "postgres_dsn", "topic_prefix", "partitions"})
    return running(RouterService(RouterSettings(**shared_ones), configure("router", "ERROR")))


async def refused(usher: Usher, number: int) -> list[dict[str, Any]]:
    """So many open dead letters, once they are there."""
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = (await usher("dlq", "list", "--json")).document()
        return len(found) >= number

    await until(enough)
    return found


async def logged(settings: IngestSettings) -> list[dict[str, Any]]:
    """What is on the router's log."""
    return await ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + ROUTER_INPUT).bodies()


def whole(event: dict[str, Any]) -> tuple[Any, ...]:
    """What must survive: text, subject, and each file's type, name and size."""
    files = [(one["content_type"], one["name"], one["bytes"]) for one in event["attachments"]]
    return event["subject"], event["text"], files


OF_THE_FORM = (FIELDS["subject"], FIELDS["text"], [("image/png", "a.png", 240)])
OF_THE_LETTER = (
    SAMPLES["email_mime"].wanted["subject"],
    SAMPLES["email_mime"].wanted["text"],
    [("application/pdf", "factura.pdf", 9)],
)


async def post(service: Ingest) -> int:
    headers = {"Authorization": f"Bearer {ingest.API_KEY}", "Content-Type": FORM_TYPE}
    async with httpx.AsyncClient(base_url=service.endpoints()["ingest_url"], timeout=20) as client:
        return (await client.post("/v1/webhooks/forms", content=FORM, headers=headers)).status_code


def send(settings: IngestSettings) -> None:
    with smtplib.SMTP("127.0.0.1", settings.smtp_port, timeout=20) as client:
        client.sendmail("ana@example.com", ["help@shop.example.net"], LETTER)


async def test_a_form_and_a_mail_for_a_workspace_without_policy_become_contacts_once_it_has_one(
    settings: IngestSettings,
) -> None:
    usher = Usher(settings)
    async with ingest.running(settings) as door, router(settings):
        assert await post(door) == 200
        await asyncio.to_thread(send, settings)
        assert {one["reason"] for one in await refused(usher, 2)} == {"unknown_workspace"}

        await activate(settings, [parse_policy({"workspace": "acme", "queues": {"general": {}}})])
        said = await usher("dlq", "replay", "--workspace", "acme", "--json")
        assert (said.status, len(said.document()["replayed"])) == (0, 2)
        assert (await usher("dlq", "replay", "--workspace", "acme")).out == "0 replayed, 0 not\n"
        await until(lambda: _received(settings, 2))
        assert await post(door) == 200, "the provider sends it once more"
        await asyncio.to_thread(send, settings)

        messages = [event for event in await logged(settings) if "attachments" in event]
        by_source = {name: {repr(whole(event)) for event in messages if event["source"] == name}
                     for name in ("forms", "mail")}  # fmt: skip
        assert by_source == {"forms": {repr(OF_THE_FORM)}, "mail": {repr(OF_THE_LETTER)}}
        assert len({event["event_id"] for event in messages}) == 2
        assert await _received(settings, 2)
        assert (await usher("dlq", "list", "--json")).document() == []


async def test_a_form_whose_source_had_the_wrong_adapter_is_read_by_the_right_one_and_once(
    settings: IngestSettings,
) -> None:
    usher, path = Usher(settings), Path(settings.sources_file)
    await asyncio.to_thread(path.write_text, SOURCES.replace("ADAPTER", "twilio"))
    async with ingest.running(settings) as door, ingest.producer(settings.kafka_bootstrap_servers) as producer:
        headers = [("content-type", FORM_TYPE.encode())]
        await producer.send_and_wait(settings.topic_prefix + channel_topic("forms"), FORM, headers=headers)
        (letter,) = await refused(usher, 1)
        assert (letter["service"], letter["reason"], letter["path"]) == ("ingest", "invalid", "From")

        await asyncio.to_thread(path.write_text, SOURCES.replace("ADAPTER", "sendgrid"))

        async def read_anew() -> bool:
            return await post(door) == 200

        await until(read_anew)
        assert (await usher("dlq", "replay", letter["id"])).out == "1 replayed, 0 not\n"
        assert "is replayed already" in (await usher("dlq", "replay", letter["id"])).out

        async def both() -> bool:
            return len(await logged(settings)) == 2

        await until(both)
        posted, replayed = await logged(settings)
        assert whole(posted) == whole(replayed) == OF_THE_FORM
        assert posted["event_id"] == replayed["event_id"], "one message, so that the router takes it once"


async def _received(settings: IngestSettings, number: int) -> bool:
    events = [record for partition in range(ingest.PARTITIONS)
              for record in await tail(settings, CONTACT_EVENTS, partition)]  # fmt: skip
    return sum(event.type == "usher.contact.received.v1" for event in events) == number
