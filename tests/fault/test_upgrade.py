"""Version 0.1.0 and this one side by side under traffic: no invariant breaks, on the way there and on the way back."""

import asyncio
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from shared.clock import now_ms
from shared.migrate import migrate
from shared.policy.load import load_policy
from tests.support import servers
from tests.support.commands import heard
from tests.support.people import people
from tests.support.system import ROOT, SERVICES, System, traffic

RELEASED = "9288fc7"  # version 0.1.0
CONTACTS_PER_SECOND = 25.0
LANES = ("router", "sla")
MIXED_SECONDS = 1.5  # with both at work; long enough for offers, answers and breaches of each
ROUTED_SECONDS_MAX = 60.0  # on a machine that is slow and busy: nothing is slower for it where it goes well
LOOK_SECONDS = 0.2  # between looks at who owns what
# The sla of 0.1.0 does not know what ingest has still to read, which on a machine that is slow and busy is of seconds.
LATENESS_MS = 5_000


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the last release, from this checkout's own history."""
    folder = tmp_path_factory.mktemp("released")
    done = subprocess.run(["git", "archive", RELEASED], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"the history holds no {RELEASED} (version 0.1.0): a shallow clone, or no clone at all")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
async def old(
    released: Path, kafka: KafkaBroker, postgres: PostgresServer, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[System]:
    """A system of the old version, with its schema, topics and policy; people answer. All is stopped at the end."""
    dsn = await servers.make_empty_database(postgres)
    policy = released / "tests" / "fault" / "policy.yaml"
    made = System(kafka, dsn, topic_prefix, tmp_path, 2, policy=load_policy(policy))
    made.lateness_ms = LATENESS_MS
    for command in (["migrate"], ["topics"]):
        await usher(made, released, *command)
    await asyncio.gather(*(made.start(service, name=f"old-{service}", code=released) for service in SERVICES))
    await usher(made, released, "policy", "apply", str(policy))
    async with people(kafka.bootstrap, topic_prefix, made.policy), made.watched():
        yield made
    await servers.drop_database(postgres, dsn)


async def usher(system: System, code: Path, *arguments: str) -> None:
    """A command of the version in that tree."""
    command = (sys.executable, "-c", "from cli.main import main; main()", *arguments)
    said = await heard(*command, environment=system.environment, folder=code)
    assert said.status == 0, said.err


async def goes_on(system: System) -> None:
    """Contacts are routed for a while from now on."""
    await system.first_routed_after(now_ms(), ROUTED_SECONDS_MAX)
    await asyncio.sleep(MIXED_SECONDS)
    await system.first_routed_after(now_ms(), ROUTED_SECONDS_MAX)


@pytest.mark.timeout(600)  # more than half of the usual 300 s where the machine is slow and busy
async def test_a_rolling_upgrade_under_traffic_breaks_nothing_and_neither_does_the_way_back(
    old: System, released: Path
) -> None:
    """docs/upgrade.md, step by step. 0.1.0 names a message by other parts than this version, so the two versions of
    ingest take turns, and the channels of this test repeat nothing: a repeat that the other one reads is a new message.
    """
    old.repeats = 0.0
    async with traffic(old, CONTACTS_PER_SECOND):
        await old.first_routed_after(now_ms(), ROUTED_SECONDS_MAX)
        await migrate(old.dsn)
        await goes_on(old)  # the old services alone, on the new schema

        await asyncio.gather(*(old.start(service, name=f"new-{service}") for service in LANES))
        await owned_by(old.dsn, {"old", "new"})
        await goes_on(old)

        for service in reversed(SERVICES):  # sla first: it would not wait for what nobody reads
            await old.processes[f"old-{service}"].stop()
        await old.start("ingest", name="new-ingest")
        await goes_on(old)
        await owned_by(old.dsn, {"new"})

        await old.processes["new-ingest"].stop()
        await old.start("ingest", name="back-ingest", code=released)
        await goes_on(old)  # what waited is read: the sla of 0.1.0 would not wait for it
        await asyncio.gather(*(old.start(service, name=f"back-{service}", code=released) for service in LANES))
        await asyncio.gather(*(old.processes[f"new-{service}"].stop() for service in LANES))
        await goes_on(old)  # the old services alone again, on rows of the new ones
    await old.quiesce()
    await old.stop()
    assert await old.verdict() == []


async def owned_by(dsn: str, versions: set[str]) -> None:
    """Wait until processes of these versions own partitions, and of no other."""
    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while {owner.partition("-")[0] for owner in await owners(dsn)} != versions:
            await asyncio.sleep(LOOK_SECONDS)


async def owners(dsn: str) -> list[str]:
    """Who owns the partitions of router and sla."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    try:
        return [row["owner"] for row in await connection.fetch("SELECT owner FROM lane ORDER BY service, partition")]
    finally:
        await connection.close()
