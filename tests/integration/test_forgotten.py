"""A customer goes through all services, is known, merged and split by commands, and then forgotten: nothing is left."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from services.ingest.domain.handles import Pseudonyms
from shared.clock import now_ms
from shared.contract.topics import AGENT_ACTIVITY, AGENT_OFFERS, CONTACT_UPDATES, ROUTER_INPUT, SELF_SERVICE, all_topics
from shared.times import rfc3339
from tests.support.commands import Usher, rows
from tests.support.in_process import until
from tests.support.system import SERVICES, System

KEY = "the key of this test"
EMAIL, PHONE, NAME = "handle.kanarie@example.com", "600 734 911", "Name Kanarie"
WORDS = ("handle.kanarie", "600 734 911", "600734911", "Name Kanarie", "textkanarie", "attrkanarie", "filekanarie")
HASHES = tuple(Pseudonyms(KEY.encode(), {"fault": "ES"}).customer("fault", each, "voice") for each in (EMAIL, PHONE))
IDS = ("crm-kanarie", *HASHES)


@pytest.fixture
async def running(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[tuple[System, Usher]]:
    """Ingest, router and sla at their most talkative, and the command beside them."""
    made = System(kafka, database, topic_prefix, tmp_path)
    await made.prepare()
    sources = tmp_path / "sources.yaml"
    sources.write_text("workspaces: {fault: {region: ES}}\n")
    more = {"USHER_PSEUDONYM_KEY": KEY, "USHER_SOURCES_FILE": str(sources), "USHER_LOG_LEVEL": "DEBUG"}
    await asyncio.gather(*(made.start(service, **more) for service in SERVICES))
    usher = Usher(made.settings)
    usher.environment.update(more)
    yield made, usher
    await made.stop()


class Channels:
    """What channels, desktops and bots send."""

    def __init__(self, made: System) -> None:
        self._made = made
        self._number = 0

    async def say(self, topic: str, kind: str, **fields: Any) -> None:
        """One event of the workspace."""
        body = {"type": kind, "workspace": "fault", "occurred_at": rfc3339(now_ms()), **fields}
        await self.send(topic, orjson.dumps(body))

    async def send(self, topic: str, payload: bytes) -> None:
        """One record."""
        async with AIOKafkaProducer(bootstrap_servers=self._made.kafka.bootstrap) as producer:
            await producer.send_and_wait(self._made.prefix + topic, payload)

    async def write(self, channel: str, conversation: str, handle: str, text: str, **more: Any) -> None:
        """The customer's message."""
        self._number += 1
        await self.say(
            f"usher.channel.{channel}.v1",
            "usher.channel.message.v1",
            **{
                "channel": channel,
                "conversation_id": conversation,
                "message_id": f"m{self._number}",
                "from": {"handle": handle, "name": NAME, **more.pop("known", {})},
                "text": f"{text} textkanarie",
                "attributes": {"note": "attrkanarie"},
                "attachments": [{"content_type": "image/png", "name": "filekanarie.png"}],
                **more,
            },
        )

    async def leave(self, source: str, conversation: str) -> None:
        """The customer is gone."""
        kind = "usher.conversation.ended.v1"
        await self.say(CONTACT_UPDATES, kind, source=source, conversation_id=conversation, reason="left")


async def tables_with(made: System, *needles: str) -> set[str]:
    """Every table that holds one of the texts in any column, in any case, or in the bytes of one."""
    columns = await rows(
        made.settings,
        "SELECT table_name, array_agg(CASE data_type WHEN 'bytea' THEN format('encode(%I, ''escape'')', column_name)"
        " ELSE format('%I::text', column_name) END) AS texts FROM information_schema.columns"
        " WHERE table_schema = 'usher' AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'usher')"
        " GROUP BY table_name",
    )
    looks = [
        f"SELECT '{table}' AS name WHERE EXISTS (SELECT FROM {table} AS one WHERE EXISTS ("
        "SELECT FROM unnest($1::text[]) AS needle"
        f" WHERE position(needle in lower(concat_ws(chr(10), {', '.join(texts)}))) > 0))"
        for table, texts in columns
    ]
    found = await rows(made.settings, " UNION ALL ".join(looks), [needle.lower() for needle in needles])
    return {row["name"] for row in found}


async def topics_with(made: System, *needles: str) -> set[str]:
    """Usher's topics that hold one of the texts."""
    admin = AIOKafkaAdminClient(bootstrap_servers=made.kafka.bootstrap)
    await admin.start()
    held = await _all_of(made.kafka.bootstrap, await _places(admin, [made.prefix + spec.name for spec in all_topics()]))
    await admin.close()
    return {
        topic.removeprefix(made.prefix)
        for topic, text in held.items()
        if any(each.encode() in text for each in needles)
    }


async def compacted(bootstrap: str) -> dict[str, bytes]:
    """All that stands on compacted topics of the broker, whoever they belong to."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    names = await admin.list_topics()
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs={"cleanup.policy": None}) for name in names]
    replies = await admin.describe_configs(asked)
    kept = [name for reply in replies for *_, name, entries in reply.resources if "compact" in entries[0][1]]
    places = await _places(admin, kept)
    await admin.close()
    return await _all_of(bootstrap, places)


async def _places(admin: AIOKafkaAdminClient, topics: list[str]) -> list[TopicPartition]:
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(topics)
        for partition in topic["partitions"]
    ]


async def _all_of(bootstrap: str, places: list[TopicPartition]) -> dict[str, bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    consumer.assign(places)
    found = {place.topic: b"" for place in places}
    try:
        await consumer.start()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                found[place.topic] += b"".join(map(_bytes_of, records))
    finally:
        await consumer.stop()
    return found


def _bytes_of(record: ConsumerRecord) -> bytes:
    headers = [part for name, value in record.headers for part in (name.encode(), value)]
    return b"\n".join((record.key or b"", record.value or b"", *headers))


def metrics(made: System) -> dict[str, str]:
    """What each service shows."""
    ready = {service: json.loads((made.folder / f"{service}.json").read_text()) for service in SERVICES}
    return {name: urlopen(found["metrics_url"]).read().decode() for name, found in ready.items()}


def logs(made: System, *servers: Path) -> dict[str, str]:
    """What services and servers wrote, whole."""
    return {path.name: path.read_text(errors="replace") for path in (*made.folder.glob("*.log"), *servers)}


async def lives(made: System, channels: Channels) -> None:
    """Contacts on three channels and in three tiers, and four inputs that are refused, each with all of the words."""
    capacity = {"units": 9}
    await channels.say(
        AGENT_ACTIVITY, "usher.agent.signed_on.v1", agent_id="a1", skills={"help": 3, "en": 3}, capacity=capacity
    )
    await channels.write("voice", "call-1", PHONE, "status", known={"customer_id": "crm-kanarie"})
    await until(lambda: rows(made.settings, "SELECT FROM router_contact"))  # so that this one is no repeat
    await channels.write("chat", "visit-1", EMAIL, "help me", known={"customer_id": "crm-kanarie"})
    await channels.write("email", "mail-1", EMAIL.upper(), "status of my order")
    await channels.write("chat", "visit-2", EMAIL, "I want to change my plan")
    await channels.write("chat", "visit-3", EMAIL, "help", language="not a language")
    await channels.write("chat", "visit-4", PHONE, "help", workspace="nowhere")
    await channels.write("chat", "visit-5", f" {EMAIL}", "bot", sender="bot")
    broken = f'{{"from": {{"handle": "{EMAIL}", "name": "{NAME}"}}, "textkanarie filekanarie attrkanarie'
    await channels.send("usher.channel.sms.v1", broken.encode())

    async def all_there() -> bool:
        letters = await rows(made.settings, "SELECT FROM dead_letter")
        return len(letters) == 4 and len(await rows(made.settings, "SELECT FROM router_contact")) == 4

    await until(all_there)


async def commanded(usher: Usher) -> None:
    """The customer by every handle; a merge and its undoing."""
    shown = (await usher("customer", "show", PHONE, "--json")).document()
    assert shown["customer_id"] == "crm-kanarie"
    assert {row["alias"] for row in shown["aliases"]} == set(HASHES)
    assert {row["channel"] for row in shown["contacts"]} == {"chat", "voice", "email"}
    assert {row["intent"] for row in shown["contacts"]} == {"help", "status", "change"}
    merged = await usher("customer", "merge", EMAIL, "crm-9", "--reason", "one person", "--actor", "boss", "--json")
    assert merged.document() == {"result": "merged", "detail": "crm-kanarie", "customer_id": "crm-9"}
    shown = (await usher("customer", "show", "crm-kanarie", "--json")).document()
    assert (shown["customer_id"], len(shown["contacts"]), len(shown["aliases"])) == ("crm-9", 4, 3)
    split = await usher("customer", "split", "crm-kanarie", "--reason", "two persons")
    assert (split.status, split.out) == (0, "crm-kanarie is not crm-9 any more\n")
    again = await usher("customer", "split", "crm-kanarie", "--reason", "two persons")
    assert (again.status, again.out) == (0, "it was so already\n")
    told = (await usher("customer", "show", EMAIL)).out
    assert "crm-kanarie merged into crm-9 by boss: one person" in told
    assert (await usher("customer", "show", "nobody@example.com")).status == 1
    refused = await usher("customer", "merge", EMAIL, EMAIL, "--reason", "r")
    assert refused.out == "it was so already\n"


async def test_a_forgotten_customer_is_found_nowhere(
    running: tuple[System, Usher], kafka: KafkaBroker, postgres: PostgresServer
) -> None:
    made, usher = running
    channels = Channels(made)
    await lives(made, channels)
    await commanded(usher)

    assert {"router_personal", "dead_letter"} <= await tables_with(made, *WORDS), "the search finds what is there"
    holding = await topics_with(made, *WORDS)
    assert {ROUTER_INPUT, SELF_SERVICE, AGENT_OFFERS} <= holding
    channels_topics = {spec.name for spec in all_topics() if spec.name.startswith("usher.channel.")}
    assert holding - channels_topics <= {ROUTER_INPUT, SELF_SERVICE, "usher.bot.v1", AGENT_OFFERS}, "and nowhere else"

    early = await usher("forget", PHONE, "--json")
    assert (early.status, len(early.document()["live"])) == (1, 4)
    for source, conversation in (("chat", "visit-1"), ("voice", "call-1"), ("email", "mail-1"), ("chat", "visit-2")):
        await channels.leave(source, conversation)
    await until(lambda: _all_ended(made))
    forgotten = await usher("forget", PHONE, "--json")

    assert (forgotten.status, forgotten.document()["live"]) == (0, []), forgotten.err
    assert await tables_with(made, "kanarie", *WORDS, *IDS) == set()
    assert len(await rows(made.settings, "SELECT FROM router_outcome")) == 4, "sums over contacts stay true"
    shown, written = metrics(made), logs(made, kafka.log, postgres.log)
    assert all("usher_build_info" in text for text in shown.values())
    assert "lane open" in written["router.log"]
    for name, text in {**shown, **written}.items():
        assert [needle for needle in ("kanarie", *WORDS, *IDS) if needle.lower() in text.lower()] == [], name
    kept = await compacted(kafka.bootstrap)
    assert kept["__consumer_offsets"], "Kafka's own topic is read"
    assert not any(name.startswith(made.prefix) for name in kept), "none of Usher's topics is compacted"
    for name, content in kept.items():
        assert [needle for needle in ("kanarie", *WORDS, *IDS) if needle.encode() in content] == [], name
    assert (await usher("customer", "show", EMAIL)).status == 1


async def _all_ended(made: System) -> bool:
    return not await rows(made.settings, "SELECT FROM router_contact")
