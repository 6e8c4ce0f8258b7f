"""usher dlq on real Kafka and PostgreSQL: refused inputs are found, sent again as they came, and settled once."""

import asyncio
import contextlib
import urllib.request
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.policy.apply import activate
from deploy.local.broker import KafkaBroker
from services.ingest.settings import IngestSettings
from services.router.app import RouterService
from services.router.settings import RouterSettings
from shared.contract.topics import CONTACT_EVENTS
from shared.policy import parse_policy
from shared.process.logs import configure
from tests.support import ingest
from tests.support.commands import Said, Usher, rows
from tests.support.in_process import running, until
from tests.support.tail import tail

CHAT = "usher.channel.chat.v1"
MESSAGE: dict[str, Any] = {
    "type": "usher.channel.message.v1",
    "workspace": "acme",
    "channel": "chat",
    "conversation_id": "conversation-1",
    "message_id": "message-1",
    "from": {"handle": "ana@example.com"},
}


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path)


@pytest.fixture
def usher(settings: IngestSettings) -> Usher:
    return Usher(settings)


def router(settings: IngestSettings) -> contextlib.AbstractAsyncContextManager[RouterService]:
    shared_ones = settings.model_dump(include={"kafka_bootstrap_servers", "postgres_dsn", "topic_prefix", "partitions"})
    return running(RouterService(RouterSettings(**shared_ones), configure("router", "ERROR")))


async def letter(settings: IngestSettings, number: int, **values: Any) -> str:
    """A dead letter as ingest stores it; returns its id."""
    payload = values.pop("payload", b"{broken")
    row = {
        "id": f"00000000-0000-5000-8000-{number:012}",
        "service": "ingest",
        "workspace": "acme",
        "reason": "not_json",
        "detail": f"letter {number}",
        "origin": {"topic": settings.topic_prefix + CHAT, "partition": 0, "offset": number},
        "headers": {},
        "payload_bytes": len(payload),
        **values,
    }
    row["origin"], row["headers"] = orjson.dumps(row["origin"]).decode(), orjson.dumps(row["headers"]).decode()
    columns = [*row, "payload", "payload_sha256"]
    marks = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    await rows(
        settings,
        f"INSERT INTO dead_letter ({', '.join(columns)}, occurred_at)"
        f" VALUES ({marks}, to_timestamp({1_700_000_000 + number}))",
        *row.values(),
        payload,
        sha256(payload).hexdigest(),
    )
    return str(row["id"])


async def listed(usher: Usher, *words: str) -> list[dict[str, Any]]:
    said = await usher("dlq", "list", "--json", *words)
    assert said.status == 0, said.err
    documents: list[dict[str, Any]] = said.document()
    return documents


async def until_listed(usher: Usher, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = await listed(usher)
        return len(found) >= number

    await until(enough)
    return found


async def test_a_refused_record_is_sent_again_as_it_came_and_refused_again_under_another_id(
    settings: IngestSettings, usher: Usher
) -> None:
    topic = ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + CHAT)
    async with ingest.running(settings), ingest.producer(settings.kafka_bootstrap_servers) as producer:
        body = orjson.dumps({**MESSAGE, "channel": "fax"})
        await producer.send_and_wait(
            settings.topic_prefix + CHAT, body, partition=1, headers=[("ce_id", b"x-1"), ("odd", b"")]
        )
        (first,) = await until_listed(usher, 1)
        assert (first["reason"], first["path"], first["service"], first["state"]) == (
            "invalid", "channel", "ingest", "open",
        )  # fmt: skip

        shown = (await usher("dlq", "show", first["id"], "--json")).document()
        assert orjson.loads(shown["payload"])["channel"] == "fax"
        assert shown["headers"] == {"ce_id": "x-1", "odd": ""}
        assert first == {name: shown[name] for name in first}

        said = await usher("dlq", "replay", first["id"], "--json")
        assert (said.status, said.document()) == (0, {"replayed": [first["id"]], "refused": []})
        (second,) = await until_listed(usher, 1)

    records = await topic.records()
    assert [record.value for record in records] == [body, body]
    assert [record.partition for record in records] == [1, 1]
    assert list(records[1].headers) == [("ce_id", b"x-1")]
    assert second["id"] != first["id"]
    assert [known["id"] for known in await listed(usher, "--state", "replayed")] == [first["id"]]


@pytest.mark.parametrize("way", ["topic", "http"])
async def test_what_the_router_refused_is_routed_once_the_cause_is_gone(
    settings: IngestSettings, usher: Usher, way: str
) -> None:
    async with ingest.running(settings) as door, router(settings):
        if way == "topic":
            async with ingest.producer(settings.kafka_bootstrap_servers) as producer:
                await producer.send_and_wait(settings.topic_prefix + CHAT, orjson.dumps(MESSAGE))
        else:
            await asyncio.to_thread(_post, door.endpoints()["ingest_url"], MESSAGE)
        (refused,) = await until_listed(usher, 1)
        assert (refused["service"], refused["reason"]) == ("router", "unknown_workspace")

        await activate(settings, [parse_policy({"workspace": "acme", "queues": {"general": {}}})])
        said = await usher("dlq", "replay", "--reason", "unknown_workspace", "--workspace", "acme")
        assert (said.status, said.out) == (0, "1 replayed, 0 not\n")
        again = await usher("dlq", "replay", "--reason", "unknown_workspace")
        assert (again.status, again.out) == (0, "0 replayed, 0 not\n")

        await until(lambda: _received(settings, 1))
        assert await listed(usher) == []


async def test_letters_that_cannot_be_sent_again_say_why_and_the_others_are_sent(
    settings: IngestSettings, usher: Usher
) -> None:
    good = await letter(settings, 1)
    reasons = {
        await letter(settings, 2, payload_bytes=99): "only 7 of its 99 bytes were kept",
        await letter(settings, 3, origin={"topic": "other." + CHAT, "partition": 0, "offset": 0}): "USHER_TOPIC_PREFIX",
        await letter(settings, 4, origin={"source": "gone"}): "usher.channel.gone.v1 does not exist",
        await letter(settings, 5, state="discarded"): "is discarded already",
        await letter(settings, 6, service="sla"): "a fact on the log",
        await letter(settings, 7, service="router"): "no longer on usher.router-input.v1",
        await letter(settings, 8, service="router", workspace=None): "no longer on usher.router-input.v1",
    }

    said = await usher("dlq", "replay", good, *reasons, "--json")

    assert said.status == 1
    assert said.document()["replayed"] == [good]
    found = {entry["id"]: entry["reason"] for entry in said.document()["refused"]}
    assert found.keys() == reasons.keys()
    assert [key for key, why in reasons.items() if why not in found[key]] == []


async def test_items_of_one_batch_are_sent_once_and_in_the_order_in_which_they_came(
    settings: IngestSettings, usher: Usher
) -> None:
    place = {"topic": settings.topic_prefix + CHAT, "partition": 0}
    await letter(settings, 9, origin={**place, "offset": 9}, payload=b"later")
    await letter(settings, 1, origin={**place, "offset": 1, "index": 0}, payload=b"batch")
    await letter(settings, 2, origin={**place, "offset": 1, "index": 3}, payload=b"batch")
    await letter(settings, 3, origin={"source": "chat"}, payload=b"posted", reason="empty")

    assert (await usher("dlq", "replay", "--reason", "not_json")).out == "3 replayed, 0 not\n"
    assert (await usher("dlq", "replay", "--reason", "empty")).out == "1 replayed, 0 not\n"

    records = await ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + CHAT).records()
    assert [record.value for record in records if record.value != b"posted"] == [b"batch", b"later"]
    assert len(records) == 3


async def test_nothing_is_marked_while_kafka_does_not_answer(settings: IngestSettings, usher: Usher) -> None:
    key = await letter(settings, 1)

    said = await usher("dlq", "replay", key, USHER_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("usher dlq: Kafka: ")
    assert [known["id"] for known in await listed(usher)] == [key]


async def test_a_discarded_letter_is_settled_once(settings: IngestSettings, usher: Usher) -> None:
    first, second = await letter(settings, 1), await letter(settings, 2)

    assert (await usher("dlq", "discard", first)).out == "1 discarded, 0 not\n"
    said = await usher("dlq", "discard", first, second, "--json")

    assert said.status == 1
    assert said.document() == {"discarded": [second], "refused": [{"id": first, "reason": "is discarded already"}]}
    assert await listed(usher) == []


async def test_the_list_is_bounded_filtered_and_safe_to_print(settings: IngestSettings, usher: Usher) -> None:
    for number in range(1, 4):
        await letter(settings, number, detail="\x1b[2Jgone\nline", workspace="acme" if number < 3 else None)
    await letter(settings, 4, reason="empty", workspace="globex")

    assert len(await listed(usher, "--workspace", "acme")) == 2
    assert len(await listed(usher, "--reason", "empty")) == 1
    assert len(await listed(usher, "--limit", "3")) == 3
    everything = await listed(usher)
    assert [known["workspace"] for known in everything][0] == "globex", "the newest comes first"
    assert all("payload" not in known for known in everything)
    text = (await usher("dlq", "list")).out
    assert "\x1b" not in text
    assert len(text.splitlines()) == 4


async def test_letters_are_chosen_by_source_and_time(settings: IngestSettings, usher: Usher) -> None:
    by_topic = await letter(settings, 1)
    by_http = await letter(settings, 2, origin={"source": "chat"})
    elsewhere = await letter(settings, 3, origin={"source": "email"})
    old = await letter(settings, 4, created_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC))

    def ids(found: list[dict[str, Any]]) -> set[str]:
        return {entry["id"] for entry in found}

    assert ids(await listed(usher, "--source", "chat")) == {by_topic, by_http, old}
    assert ids(await listed(usher, "--source", "chat", "--since", "2h")) == {by_topic, by_http}
    assert ids(await listed(usher, "--since", "2026-01-31T09:30:00Z")) == {by_topic, by_http, elsewhere, old}
    assert ids(await listed(usher, "--since", "2026-01-31T10:30:01+01:00")) == {by_topic, by_http, elsewhere}
    assert (await usher("dlq", "discard", "--source", "email")).out == "1 discarded, 0 not\n"
    assert (await usher("dlq", "replay", "--source", "chat", "--since", "2h")).out == "2 replayed, 0 not\n"
    assert ids(await listed(usher)) == {old}


async def test_what_is_older_than_the_retention_is_purged_by_command_and_by_ingest(
    settings: IngestSettings, usher: Usher
) -> None:
    young = await letter(settings, 1)
    for number, days in enumerate([6, 8, 29, 31, 400], start=2):
        made = datetime.now(UTC) - timedelta(days=days)
        await letter(settings, number, created_at=made, state="replayed" if days == 8 else "open")

    assert (await usher("dlq", "purge", "--older-than", "7d", "--state", "replayed", "--json")).document()[
        "purged"
    ] == 1
    assert (await usher("dlq", "purge")).out.startswith("2 purged that were refused before ")
    assert len(await listed(usher)) == 3

    async with ingest.running(settings.model_copy(update={"dead_letter_retention_days": 5})):

        async def purged() -> bool:
            return [entry["id"] for entry in await listed(usher)] == [young]

        await until(purged)


async def test_bad_usage_is_one_line_and_exit_2(settings: IngestSettings, usher: Usher) -> None:
    unknown = "00000000-0000-5000-8000-000000000001"
    for words in (
        ["replay"], ["replay", unknown, "--reason", "empty"], ["replay", unknown], ["show", unknown],
        ["discard", unknown], ["show", "x"], ["list", "--reason", "boredom"], ["list", "--limit", "0"], [],
        ["discard"], ["list", "--since", "yesterday"], ["list", "--since", "2026-01-31"],
        ["purge", "--older-than", "7"],
    ):  # fmt: skip
        said = await usher("dlq", *words)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1), words


async def test_without_a_schema_the_way_out_is_named(settings: IngestSettings, usher: Usher) -> None:
    bare = settings.postgres_dsn.get_secret_value().rpartition("/")[0] + "/postgres"

    said: Said = await usher("dlq", "list", USHER_POSTGRES_DSN=bare)

    assert (said.status, said.out) == (2, "")
    assert "run `usher migrate`" in said.err


def _post(url: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {ingest.API_KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/contacts", orjson.dumps(body), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202


async def _received(settings: IngestSettings, number: int) -> bool:
    events = [record for partition in range(ingest.PARTITIONS)
              for record in await tail(settings, CONTACT_EVENTS, partition)]  # fmt: skip
    return sum(event.type == "usher.contact.received.v1" for event in events) == number
