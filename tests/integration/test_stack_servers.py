"""The local Kafka and PostgreSQL: they answer, they keep what was written, and they die with their parent."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer, StopMode
from deploy.local.ports import is_free
from deploy.local.preparing import Again, make_schema_and_topics
from deploy.local.process import Command, LeashedProcess
from shared.contract.topics import all_topics
from shared.kafka import ensure_topics
from shared.process.settings import CommonSettings
from tests.support import servers

GONE_SECONDS_MAX = 60.0
COME_SECONDS_MAX = 60.0
REFUSED_SECONDS_MAX = 60.0  # aiokafka gives up after a second


async def test_broker_has_the_topics_that_were_asked_for(kafka: KafkaBroker, topic_prefix: str) -> None:
    settings = CommonSettings(kafka_bootstrap_servers=kafka.bootstrap, topic_prefix=topic_prefix, partitions=2)

    before = await ensure_topics(settings, all_topics(), check=True)
    created = await ensure_topics(settings, all_topics())
    after = await ensure_topics(settings, all_topics(), check=True)

    assert len(before) == len(all_topics())
    assert created == after == []


async def test_broker_refuses_to_make_topics_by_itself(kafka: KafkaBroker, topic_prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, request_timeout_ms=1000)
    try:
        await producer.start()
        with pytest.raises(Exception, match="Unknown|Timeout"):
            await asyncio.wait_for(producer.send_and_wait(topic_prefix + "never-made", b"x"), REFUSED_SECONDS_MAX)
    finally:
        await producer.stop()


async def test_database_is_fresh_and_migrated(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        assert await connection.fetchval("SELECT count(*) FROM usher.schema_migrations") > 0
        assert await connection.fetchval("SELECT count(*) FROM usher.lane") == 0
    finally:
        await connection.close()


@pytest.mark.parametrize("mode", [StopMode.IMMEDIATE, None])
async def test_committed_rows_survive_a_crash_of_the_server(
    postgres: PostgresServer, database: str, mode: StopMode | None
) -> None:
    await _run(database, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")

    await (postgres.stop(mode) if mode else postgres.kill())
    await postgres.start()

    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT n FROM kept") == 42
    await connection.close()


async def test_suspended_server_hangs_and_then_goes_on(postgres: PostgresServer, database: str) -> None:
    connection = await asyncpg.connect(database)
    postgres.suspend()
    asked = asyncio.ensure_future(connection.fetchval("SELECT 7"))

    done, _ = await asyncio.wait({asked}, timeout=0.5)
    postgres.resume()

    assert not done
    assert await asked == 7
    await connection.close()


async def test_taken_port_is_no_problem() -> None:
    folder = servers.temporary_folder()
    server = await servers.start_postgres(folder / "pg")
    port = int(server.dsn.rpartition(":")[2].partition("/")[0])
    await server.stop()
    thief = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)

    await server.start()

    assert not is_free(port)
    await _run(server.dsn, "SELECT 1")
    await server.kill()
    thief.close()
    server.remove()
    servers.remove(folder)


async def test_database_works_in_a_folder_that_is_closed_to_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout below root's home: PostgreSQL must not run as root, and its account cannot go there."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.chdir(closed)
    server = await servers.start_postgres(closed / "pg")
    data = server.data.resolve()
    await _run(server.dsn, "CREATE TABLE kept (n int)")

    await server.restart()

    await _run(server.dsn, "SELECT n FROM kept")
    await server.stop()
    server.remove()
    assert not data.exists()


async def test_grandchildren_that_left_the_session_die_with_a_killed_parent(tmp_path: Path) -> None:
    """kill -9 of the parent: the leash takes the command, its children and even its daemons with it."""
    script = "setsid sleep 601 & setsid sh -c 'setsid sleep 602' & trap '' TERM; while true; do sleep 603; done"
    program = (
        "import asyncio, sys; from pathlib import Path; from deploy.local.process import *\n"
        f"command = Command(arguments=['sh', '-c', {script!r}], log=Path({str(tmp_path / 'log')!r}), grace_seconds=1)\n"
        "async def main():\n"
        "    process = await LeashedProcess.start(command)\n"
        "    print(process.pid, flush=True)\n"
        "    await process.wait()\n"
        "asyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    family = await _whole_family(int(await parent.stdout.readline()), {"sleep 601", "sleep 602", "sleep 603"})

    parent.kill()
    await parent.wait()

    async with asyncio.timeout(GONE_SECONDS_MAX):
        while any(map(_alive, family)):
            await asyncio.sleep(0.05)


async def test_servers_that_answer_late_do_not_end_a_start(kafka: KafkaBroker, topic_prefix: str) -> None:
    """As on a machine that starts several stacks at once: a connection that was not taken in time is asked again."""
    folder = servers.temporary_folder()
    server = await servers.start_postgres(folder / "pg")
    settings = CommonSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=SecretStr(server.dsn), topic_prefix=topic_prefix,
        partitions=2,
    )  # fmt: skip
    said: list[str] = []
    server.suspend()
    kafka.send(signal.SIGSTOP)
    try:
        making = asyncio.ensure_future(make_schema_and_topics(settings, (), Again(lambda: True, said.append)))
        async with asyncio.timeout(COME_SECONDS_MAX):
            while not making.done() and len({line.split()[0] for line in said}) < 2:
                await asyncio.sleep(0.05)
    finally:
        server.resume()
        kafka.send(signal.SIGCONT)
    await making

    assert {line.split()[0].rstrip(":") for line in said} == {"Kafka", "PostgreSQL"}
    assert all(line.endswith("; it is tried again") for line in said)
    assert await ensure_topics(settings, all_topics(()), check=True) == []
    await _run(server.dsn, "SELECT 1 FROM usher.policy")
    await server.kill()
    server.remove()
    servers.remove(folder)


async def test_leash_reports_the_commands_own_end(tmp_path: Path) -> None:
    ended = await LeashedProcess.start(Command(arguments=["sh", "-c", "echo hello; exit 7"], log=tmp_path / "a.log"))
    killed = await LeashedProcess.start(Command(arguments=["sleep", "600"], log=tmp_path / "b.log"))
    os.kill(killed.pid, signal.SIGKILL)

    assert await ended.wait() == 7
    assert await killed.wait() == 128 + signal.SIGKILL
    assert (tmp_path / "a.log").read_text() == "hello\n"


async def test_a_command_that_is_not_waited_for_any_more_is_gone(tmp_path: Path) -> None:
    script = f"echo $$ > {tmp_path / 'pid'}; sleep 604 | cat"
    command = Command(arguments=["sh", "-c", script], log=tmp_path / "log")
    running = asyncio.ensure_future(LeashedProcess.complete(command, 60.0))
    async with asyncio.timeout(GONE_SECONDS_MAX):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.05)
    family = await _whole_family(int((tmp_path / "pid").read_text()), {"sleep 604", "cat"})

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert not any(map(_alive, family))


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def _whole_family(pid: int, members: set[str]) -> list[int]:
    """The leash above a command, and everything below that, once these are among them: their command lines."""
    async with asyncio.timeout(COME_SECONDS_MAX):
        while True:
            family = _family(pid)
            if members <= set(map(_command, family)):
                return family
            await asyncio.sleep(0.01)


def _family(pid: int) -> list[int]:
    leash = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    found = [leash]
    for each in found:
        with suppress(FileNotFoundError, ProcessLookupError):  # a shell's helper has ended
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
