"""usher lane on real Kafka and PostgreSQL: partitions that stay closed are opened by a decision that keeps its word."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from pydantic import SecretStr

from cli.policy.in_force import publish
from deploy.local.broker import KafkaBroker
from services.router.app import RouterService
from services.router.settings import RouterSettings
from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract import inputs
from shared.contract.envelope import Message
from shared.contract.ids import message_event_id
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, all_topics
from shared.kafka import OutputLog, ensure_topics
from shared.lane.service import LaneService
from shared.policy import parse_policy
from shared.process.logs import configure
from shared.process.settings import LaneSettings
from tests.support import backups
from tests.support.commands import Usher, rows
from tests.support.in_process import running, until
from tests.support.tail import tail

POLICY = parse_policy({"workspace": "acme", "queues": {"general": {}}})


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str) -> RouterSettings:
    made = RouterSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    await ensure_topics(made, all_topics(()))
    await publish(made, [POLICY])
    return made


@pytest.fixture
def usher(settings: RouterSettings) -> Usher:
    return Usher(settings)


def router(settings: LaneSettings) -> contextlib.AbstractAsyncContextManager[LaneService]:
    return running(RouterService(RouterSettings.model_validate(settings.model_dump()), configure("router", "CRITICAL")))


def sla(settings: LaneSettings) -> contextlib.AbstractAsyncContextManager[LaneService]:
    return running(SlaService(SlaSettings.model_validate(settings.model_dump()), configure("sla", "CRITICAL")))


async def closed(service: LaneService, because: str) -> None:
    """Wait until the service says that its partition is closed for this reason."""

    async def said() -> bool:
        return any("partition 0:" in problem and because in problem for problem in await service.problems())

    await until(said)


async def send(settings: LaneSettings, *conversations: str) -> None:
    """A customer's first message for each conversation, as ingest writes it."""
    messages = []
    for name in conversations:
        said = inputs.MessageReceived(
            event_id=message_event_id("acme", "chat", name, name),
            workspace="acme",
            occurred_ms=now_ms(),
            arrived_ms=now_ms(),
            channel="chat",
            source="chat",
            conversation_id=name,
            message_id=name,
            party=inputs.Party("ana@example.com", None, "customer-1"),
            reply_to=inputs.ReplyTo("ana@example.com"),
        )
        headers = [("ce_type", b"usher.channel.message.v1"), ("ce_id", said.event_id.encode())]
        messages.append(Message(b"acme", msgspec.json.encode(said), headers))
    await append(settings, ROUTER_INPUT, messages)


async def append(settings: LaneSettings, topic: str, messages: list[Message]) -> None:
    output = OutputLog(settings)
    await output.publish(topic, 0, messages)
    await output.stop()


async def log(settings: LaneSettings) -> list[tuple[int, str, str]]:
    """(seq, type, ce_id) of the router's log."""
    return [(record.seq or 0, record.type, record.id) for record in await tail(settings, CONTACT_EVENTS, 0)]


async def received(settings: LaneSettings, number: int) -> None:
    """Wait until the log tells of so many new contacts, repeats included."""

    async def enough() -> bool:
        return sum(kind == "usher.contact.received.v1" for _, kind, _ in await log(settings)) == number

    await until(enough)


async def contacts(settings: LaneSettings) -> int:
    return int((await rows(settings, "SELECT count(*) AS n FROM router_contact"))[0]["n"])


async def lane_row(settings: LaneSettings, service: str = "router") -> dict[str, Any]:
    """What was committed: whoever finds the partition closed claims it again and again."""
    row = dict((await rows(settings, "SELECT * FROM lane WHERE service = $1", service))[0])
    return {name: value for name, value in row.items() if name not in {"epoch", "owner", "claimed_at"}}


async def make_again(settings: LaneSettings, topic: str) -> None:
    """Delete a topic and create it anew under the same name."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        await admin.delete_topics([settings.topic_prefix + topic])
        while settings.topic_prefix + topic in await admin.list_topics():
            await asyncio.sleep(0.1)
    finally:
        await admin.close()
    await ensure_topics(settings, all_topics(()))


@pytest.mark.timeout(600)  # more than half of the usual 300 s where the machine is slow and busy
async def test_a_restored_backup_goes_on_behind_the_log_and_loses_no_contact(
    settings: RouterSettings, usher: Usher, tmp_path: Path
) -> None:
    """The drill of docs/upgrade.md: a dump, services that went on, and the dump in place of the database."""
    dump = tmp_path / "usher.dump"
    async with router(settings), sla(settings):
        await send(settings, "c1", "c2")
        await received(settings, 2)
        await applied_by_sla(settings)
        assert (await backups.backup("dump", dump, usher)).status == 0
        assert dump.stat().st_mode & 0o077 == 0, "what customers wrote is for nobody else of this machine"
        await send(settings, "c3", "c4")
        await received(settings, 4)
        await applied_by_sla(settings)
        drill = await backups.backup("drill", dump, usher)
    before = await log(settings)
    assert (drill.status, drill.out.count("the database is older than the log")) == (0, 1), drill.out
    assert await backups.databases(settings, "usher_drill_%") == 0

    restored = await backups.made(settings)
    old = settings.model_copy(update={"postgres_dsn": SecretStr(restored)})
    on_backup = {"USHER_POSTGRES_DSN": restored}
    assert (await backups.backup("restore", dump, usher, **on_backup)).status == 0
    again = await backups.backup("restore", dump, usher, **on_backup)
    assert (again.status, "restore into an empty one" in again.err) == (2, True)
    async with router(old) as service, sla(old):
        await closed(service, "the database is older than the log")
        row = await lane_row(old)
        dry = await usher("lane", "accept", "router", "0", **on_backup)
        assert dry.status == 1
        assert "older than the log" in dry.out
        assert "nothing was changed; --yes does it" in dry.err
        assert await lane_row(old) == row
        said = await usher("lane", "accept", "router", "0", "--yes", "--json", **on_backup)
        assert said.status == 0, said.err
        assert said.document()["changes"]["next_seq"] == [row["next_seq"], len(before) + 1]
        assert said.document()["lost"] == []
        assert (await usher("lane", "accept", "sla", "--yes", **on_backup)).status == 0
        await received(old, 6)
        assert await service.problems() == [], "it took effect without a restart"
        await applied_by_sla(old)
    async with router(old):
        await send(old, "c5")
        await received(old, 7)

    after = await log(old)
    assert [seq for seq, _, _ in after] == list(range(1, len(after) + 1))
    repeated = [identity for _, _, identity in after[len(before) :]]
    since_backup = [identity for _, _, identity in before[row["next_seq"] - 1 :]]
    assert repeated[: len(since_backup)] == since_backup, "what was decided again has the ids of the first time"
    assert await contacts(old) == 5
    await backups.dropped(settings, restored)


async def test_another_input_topic_is_read_from_its_beginning_and_known_inputs_are_dropped(
    settings: RouterSettings, usher: Usher
) -> None:
    async with router(settings):
        await send(settings, "c1", "c2", "c3")
        await received(settings, 3)
    await make_again(settings, ROUTER_INPUT)
    await send(settings, "c3", "c4")

    async with router(settings) as service:
        await closed(service, "the input log holds 0 to 2")
        outside = await usher("lane", "accept", "router", "0", "--from", "7", "--yes")
        assert (outside.status, outside.err) == (2, "usher lane: --from 7: the input log holds 0 to 2\n")
        said = await usher("lane", "accept", "router", "0", "--yes")
        assert said.status == 0, said.err
        assert "inputs 0 to 1 are applied" in said.out
    async with router(settings):
        await received(settings, 4)
    assert await contacts(settings) == 4


async def test_a_log_that_lost_its_records_goes_on_with_the_next_number(settings: RouterSettings, usher: Usher) -> None:
    async with router(settings):
        await send(settings, "c1")
        await received(settings, 1)
    last = len(await log(settings))
    await make_again(settings, CONTACT_EVENTS)

    async with router(settings) as service:
        await closed(service, "the output log is empty")
        said = await usher("lane", "accept", "router", "0", "--yes", "--json")
        assert said.status == 0, said.err
        (lost,) = said.document()["lost"]
        assert "are no longer on the log" in lost
    async with router(settings):
        await send(settings, "c3")
        await received(settings, 1)
    assert (await log(settings))[0][0] == last + 1


async def test_the_sla_service_goes_on_after_a_jump_in_the_log(settings: RouterSettings, usher: Usher) -> None:
    def fact(seq: int) -> Message:
        headers = [("ce_type", b"usher.contact.message_added.v1"), ("ce_id", f"id-{seq}".encode()),
                   ("ce_sequence", str(seq).encode())]  # fmt: skip
        return Message(b"acme", orjson.dumps({"workspace": "acme"}), headers)

    async def applied(seq: int) -> bool:
        found = await rows(settings, "SELECT input_seq FROM lane WHERE service = 'sla'")
        return bool(found) and found[0]["input_seq"] == seq

    await append(settings, CONTACT_EVENTS, [fact(1), fact(2)])
    async with sla(settings) as service:
        await until(lambda: applied(2))
        await append(settings, CONTACT_EVENTS, [fact(5), fact(6)])

        async def jumped() -> bool:
            return any("jumps from seq 2 to 5" in problem for problem in await service.problems())

        await until(jumped)
        said = await usher("lane", "accept", "sla", "0", "--yes")
        assert said.status == 0, said.err
        assert "lost      facts 3 to 4 of the input log" in said.out
        assert "sums      those of the metrics agree with the topic" in said.out
        await until(lambda: applied(6))


async def test_one_command_opens_all_closed_partitions_of_a_service_while_its_replicas_run(
    settings: RouterSettings, usher: Usher
) -> None:
    """Three partitions whose logs are ahead of the database, over two replicas that look again and again."""
    many = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}many.", "partitions": 3})
    await ensure_topics(many, all_topics(()))
    output = OutputLog(many)
    for partition in range(3):
        headers = [("ce_type", b"usher.contact.message_added.v1"), ("ce_id", b"x"), ("ce_sequence", b"5")]
        await output.publish(CONTACT_EVENTS, partition, [Message(b"acme", b"{}", headers)])
    await output.stop()
    command = Usher(many)
    async with router(many) as first, router(many) as second:

        async def all_are_closed() -> bool:
            said = [*await first.problems(), *await second.problems()]
            return sum("the database is older than the log" in problem for problem in said) == 3

        await until(all_are_closed)
        said = [*await first.problems(), *await second.problems()]
        assert sum(problem.endswith("next: usher lane accept router") for problem in said) == 3
        dry = await command("lane", "accept", "router")
        assert [line for line in dry.out.splitlines() if line.startswith("partition ")] == [
            "partition 0",
            "partition 1",
            "partition 2",
        ]
        assert (dry.status, "nothing was changed; --yes does it" in dry.err) == (1, True)
        done = await command("lane", "accept", "router", "--yes")
        assert done.status == 0, done.err
        assert "accepted: 3 of 3" in done.err

        async def all_are_open() -> bool:
            return [*await first.problems(), *await second.problems()] == []

        await until(all_are_open)
    again = await command("lane", "accept", "router", "--json")
    assert (again.status, again.document()) == (0, [])


async def test_inputs_that_expired_unread_are_named_and_passed_over(settings: RouterSettings, usher: Usher) -> None:
    async with router(settings):
        await send(settings, "c1")
        await received(settings, 1)
    await send(settings, "c2", "c3", "c4")
    offset = (await lane_row(settings))["next_offset"]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    place = TopicPartition(settings.topic_prefix + ROUTER_INPUT, 0)
    await admin.delete_records({place: RecordsToDelete(before_offset=offset + 2)})
    await admin.close()

    async with router(settings) as service:
        await closed(service, "records expired unread")
        said = await usher("lane", "accept", "router", "0", "--yes", "--json")
        assert said.document()["lost"] == [f"inputs {offset} to {offset + 1}, which expired unread"]
    async with router(settings):
        await received(settings, 2)
    assert await contacts(settings) == 2


async def test_nothing_is_accepted_while_an_owner_commits(settings: RouterSettings, usher: Usher) -> None:
    enough = asyncio.Event()

    async def keep_writing() -> None:
        for number in range(10_000):
            if enough.is_set():
                break
            await send(settings, f"c{number}")
            await asyncio.sleep(0.1)

    async with router(settings):
        await send(settings, "first")
        await received(settings, 1)
        writing = asyncio.ensure_future(keep_writing())
        said = await usher("lane", "accept", "router", "0", "--yes")
        enough.set()  # a producer that is cancelled while it starts is never closed
        await writing
        assert (said.status, said.out) == (1, "")
        assert "owns partition 0 of router and works" in said.err
        assert (await rows(settings, "SELECT epoch FROM lane"))[0]["epoch"] == 1


async def test_a_partition_that_agrees_is_left_alone_and_shown(settings: RouterSettings, usher: Usher) -> None:
    async with router(settings):
        await send(settings, "c1")
        await received(settings, 1)
    row = await lane_row(settings)
    await send(settings, "c2", "c3")

    said = await usher("lane", "accept", "router", "0", "--yes")
    shown = (await usher("lane", "show", "--json")).document()
    table = (await usher("lane", "show")).out.splitlines()

    assert said.status == 0
    assert "log and database agree" in said.err
    assert await lane_row(settings) == row
    assert [(lane["service"], lane["partition"], lane["lag"]) for lane in shown] == [("router", 0, 2)]
    assert shown[0]["next_seq"] == len(await log(settings)) + 1
    assert table[0].split()[0] == "service"
    assert table[1].split()[:2] == ["router", "0"]


async def test_status_says_from_afar_that_no_process_of_a_service_is_left(
    settings: RouterSettings, usher: Usher
) -> None:
    async with router(settings):
        await send(settings, "c1")
        await received(settings, 1)
        there = await usher("status", "--json")
    gone = await usher("status", "--json")
    async with router(settings.model_copy(update={"group": "blue"})):
        await send(settings, "c2")
        await received(settings, 2)
    blue = await usher("status", "--json", USHER_ROUTER_GROUP="blue")
    green = await usher("status", "--json", USHER_ROUTER_GROUP="green")
    never = ["sla: no process reads its topics", "ingest: no process reads its topics"]
    nobody = "sla: nobody ever owned partition 0"
    assert (there.status, there.document()["problems"]) == (1, [*never, nobody]), "neither of them ever ran"
    gone_too = ["router: no process reads its topics", *never, nobody]
    assert [each.document()["problems"] for each in (gone, blue, green)] == [gone_too] * 3


async def test_bad_usage_is_one_line_and_exit_2(settings: RouterSettings, usher: Usher) -> None:
    for words in (
        ["accept", "router", "0"], ["accept", "ingest", "0"], ["accept", "router", "-1"],
        ["accept", "router", "0", "--from", "yesterday"], [],
    ):  # fmt: skip
        said = await usher("lane", *words)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1), words


async def applied_by_sla(settings: LaneSettings) -> None:
    """Wait until sla has applied the whole log."""

    async def level() -> bool:
        found = await rows(settings, "SELECT next_offset FROM lane WHERE service = 'sla'")
        return bool(found) and found[0]["next_offset"] >= len(await log(settings))

    await until(level)
