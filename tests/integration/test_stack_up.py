"""usher up and down as a user meets them: what runs, what comes back, what is explained, and that nothing is left."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from deploy.local.ports import free_port
from tests.support import servers
from tests.support.commands import Said, forked, heard

GONE_SECONDS_MAX = 60.0
BACK_SECONDS_MAX = 60.0
UP_SECONDS_MAX = 120.0
ROUTED = r'usher_contacts_routed_total{channel="chat",.*} 1\.0'
ROUTED_SECONDS_MAX = 60.0


class Stack:
    """A state folder of its own and the usher command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "USHER_LOCAL_DIR": str(folder)}
        for name in ("USHER_KAFKA_BOOTSTRAP_SERVERS", "USHER_POSTGRES_DSN"):
            self.environment.pop(name, None)

    async def usher(self, *words: str, **variables: str) -> Said:
        environment = {**self.environment, **variables}
        if words[0] != "up":
            return await asyncio.to_thread(forked, words, environment, UP_SECONDS_MAX)
        # What it leaves running is looked for by its environment, which is that of a process begun anew.
        command = (sys.executable, "-c", "from cli.main import main; main()", *words)
        return await heard(*command, environment=environment, seconds_max=UP_SECONDS_MAX)

    async def up(self, *words: str, **variables: str) -> dict[str, Any]:
        status, out, err = await self.usher("up", "--detach", "--json", *words, **variables)
        assert status == 0, err
        assert json.loads(out) == self.document()
        return self.document()

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
        return document

    def processes(self) -> list[str]:
        """Every process that belongs to this folder: it stands in the command line or in the environment."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    line, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
                except OSError:  # it has ended
                    continue
                if str(self.folder).encode() in line + environment:
                    found.append(line.replace(b"\0", b" ").decode()[:200])
        return found

    async def gone(self) -> None:
        async with asyncio.timeout(GONE_SECONDS_MAX):
            while self.processes():
                await asyncio.sleep(0.1)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stack() -> AsyncIterator[Stack]:
    folder = servers.temporary_folder()
    made = Stack(folder)
    yield made
    await made.usher("down", "--wipe")
    servers.remove(folder)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of --sources."""
    return tmp_path_factory.mktemp("given") / "sources.yaml"


async def test_first_start_says_all_that_the_contracts_promise(stack: Stack, given: Path) -> None:
    mail = free_port()
    write(given, "sources: {shop: {workspace: acme, adapter: canonical}}\n")
    document = await stack.up(
        "--replicas", "sla=2", "--replicas", "ingest=2", "--partitions", "2", "--sources", str(given),
        USHER_LOG_LEVEL="DEBUG", USHER_SMTP_PORT=str(mail),
    )  # fmt: skip

    assert {name: len(urls) for name, urls in document["metrics"].items()} == {"ingest": 2, "router": 1, "sla": 2}
    for url in (url for urls in document["metrics"].values() for url in urls):
        assert url.endswith("/metrics")
        assert "usher_build_info" in await fetch(url)
    assert document["workspace"] == "acme"
    assert {name: type(pid) for name, pid in document["pids"].items()} == {
        "kafka": int, "postgres": int, "ingest": list, "router": list, "sla": list,
    }  # fmt: skip
    assert not document["ingest_url"].endswith("/")
    assert document["smtp_url"] == f"smtp://127.0.0.1:{mail}"
    assert (stack.folder / "stack.json").stat().st_mode & 0o077 == 0


async def test_contact_sent_with_the_stacks_own_key_is_routed(stack: Stack) -> None:
    document = stack.document()
    contact = {"channel": "chat", "conversation_id": "c", "message_id": "m", "from": {"handle": "h"}, "text": "hello"}

    answer = await fetch(document["ingest_url"] + "/v1/contacts", body=contact, key=document["api_key"])

    assert json.loads(answer)["event_id"]
    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while not re.search(ROUTED, await fetch(document["metrics"]["router"][0])):
            await asyncio.sleep(0.2)


async def test_status_of_the_stack_and_of_its_servers_names_who_waits(stack: Stack) -> None:
    document = stack.document()
    servers = {"USHER_KAFKA_BOOTSTRAP_SERVERS": document["kafka"], "USHER_POSTGRES_DSN": document["postgres"]}
    url = document["metrics"]["router"][0]

    contact = {"channel": "chat", "conversation_id": "s", "message_id": "s", "from": {"handle": "h"}}
    stolen = {**contact, "text": "My card was stolen, block it, I want to speak to a person"}
    await fetch(document["ingest_url"] + "/v1/contacts", body=stolen, key=document["api_key"])
    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while not re.search(r"usher_queue_waiting{.*} 1\.0", await fetch(url)):
            await asyncio.sleep(0.2)

    status, out, err = await stack.usher("status")
    assert status == 0, out + err
    assert f"doors    {document['ingest_url']}  {document['smtp_url']}" in out
    assert "ingest   2 of 2 ready" in out and "sla      2 of 2 ready" in out and "waiting  1, the oldest" in out

    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while True:  # a record that ingest has just written counts until the lane has committed it
            status, out, err = await stack.usher("status", "--json", "--url", url, **servers)
            facts = json.loads(out)
            assert status == 0, out + err
            lanes = [(lane["service"], lane["partition"]) for lane in facts["lanes"]]
            assert lanes == [("router", 0), ("router", 1), ("sla", 0), ("sla", 1)]
            if not any(lane["lag"] for lane in facts["lanes"]) and not facts["door_lag"]:
                break
    assert (facts["partitions"], facts["waiting"], facts["problems"]) == (2, 1, [])
    assert (facts["door_lag"], facts["deserted"]) == (0, []), "ingest is asked of Kafka"

    status, out, _ = await stack.usher("status", "--url", "http://127.0.0.1:1", **servers)
    assert status == 1 and "does not answer at http://127.0.0.1:1" in out

    status, out, err = await stack.usher("logs", facts["oldest"]["contact_id"])
    assert status == 0, err
    assert "type=usher.contact.queued.v1" in out and "router" in out


async def test_an_edit_of_the_given_sources_file_is_in_force_without_a_restart_and_a_fault_in_it_never(
    stack: Stack, given: Path
) -> None:
    log = stack.folder / "logs" / "supervisor.log"
    document = stack.document()
    contact = {"channel": "chat", "conversation_id": "n", "message_id": "n", "from": {"handle": "h"}}
    webhook = document["ingest_url"] + "/v1/webhooks/fresh"
    write(given, "sources: {fresh: {workspace: acme, adapter: canonicle}}\n")
    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while "unknown adapter 'canonicle'" not in read(log):
            await asyncio.sleep(0.1)
    assert "shop" in read(stack.folder / "sources.yaml")

    write(given, "sources: {fresh: {workspace: acme, adapter: canonical}}\n")
    async with asyncio.timeout(ROUTED_SECONDS_MAX):
        while await status_of(webhook, body=contact, key=document["api_key"]) == 404:
            await asyncio.sleep(0.1)
    assert await status_of(webhook, body=contact, key=document["api_key"]) == 200
    assert await status_of(webhook.replace("fresh", "shop"), body=contact, key=document["api_key"]) == 404

    status, out, err = await stack.usher("keys", "add", "acme", "desk", "--may", "contacts")
    assert status == 0, err
    assert "desk" in read(given)


async def test_commands_for_schema_and_topics_find_the_stack_that_runs(stack: Stack) -> None:
    for words in (("migrate",), ("migrate", "--check"), ("topics",), ("topics", "--check")):
        status, out, err = await stack.usher(*words, "--json")
        assert status == 0, err
        assert not any(json.loads(out).get(name) for name in ("applied", "missing", "problems"))


async def test_second_start_is_refused_with_the_way_out(stack: Stack) -> None:
    status, _, err = await stack.usher("up", "--detach")

    (line,) = err.splitlines()
    assert status == 2
    assert "runs already" in line and "usher down" in line


@pytest.mark.parametrize("name", ["router", "postgres", "kafka"])
async def test_what_was_killed_comes_back_and_the_stack_file_follows(stack: Stack, name: str) -> None:
    before = stack.document()
    (pid,) = [before["pids"][name]] if name != "router" else before["pids"][name]
    os.kill(pid, signal.SIGKILL)

    async with asyncio.timeout(BACK_SECONDS_MAX):
        while stack.document()["pids"][name] == before["pids"][name]:
            await asyncio.sleep(0.1)
    after = stack.document()
    assert after["metrics"] == before["metrics"] and after["ingest_url"] == before["ingest_url"]
    assert (after["kafka"], after["postgres"]) == (before["kafka"], before["postgres"])
    async with asyncio.timeout(BACK_SECONDS_MAX):
        while await status_of(after["metrics"]["router"][0].replace("/metrics", "/readyz")) != 200:
            await asyncio.sleep(0.1)
    log = (stack.folder / "logs" / "supervisor.log").read_text()
    assert f"{name}" in log and "ended (signal 9)" in log


async def test_down_leaves_nothing_running_and_keeps_the_data(stack: Stack) -> None:
    status, _, err = await stack.usher("down")

    assert status == 0, err
    assert stack.processes() == []
    assert not (stack.folder / "stack.json").exists()


async def test_killed_supervisor_takes_everything_with_it(stack: Stack) -> None:
    document = await stack.up()
    connection = await asyncpg.connect(document["postgres"])
    kept = await connection.fetchval("SELECT count(*) FROM usher.policy")
    await connection.close()

    os.kill(document["supervisor"], signal.SIGKILL)

    await stack.gone()
    assert kept == 2, "the same policies again are no new versions"


async def test_start_with_another_number_of_partitions_is_explained(stack: Stack) -> None:
    status, _, err = await stack.usher("up", "--detach", "--partitions", "3")

    assert status == 2
    assert "2 partitions, expected 3" in err.splitlines()[-1]
    await stack.gone()


async def test_service_that_does_not_come_up_is_named_with_its_log(stack: Stack) -> None:
    status, _, err = await stack.usher("up", "--detach", USHER_BREACH_RETENTION_DAYS="0")

    assert status == 1
    assert str(stack.folder / "logs") in err.splitlines()[-1]
    await stack.gone()


async def test_data_of_another_postgresql_are_explained(stack: Stack) -> None:
    version = stack.folder / "postgres" / "data" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("12\n")

    status, _, err = await stack.usher("up", "--detach")

    version.write_text(kept)
    assert status == 2
    assert "made by PostgreSQL 12" in err.splitlines()[-1] and "usher down --wipe" in err.splitlines()[-1]
    await stack.gone()


async def test_log_that_does_not_belong_to_the_database_is_explained(stack: Stack) -> None:
    shutil.rmtree(stack.folder / "kafka")

    status, _, err = await stack.usher("up", "--detach")

    assert status == 2
    assert "usher down --wipe" in err.splitlines()[-1]


async def test_machine_without_java_is_told_what_to_install(stack: Stack) -> None:
    status, _, err = await stack.usher("down", "--wipe")
    assert status == 0, err

    status, _, err = await stack.usher("up", "--detach", PATH="/nowhere", JAVA_HOME="")

    line = err.splitlines()[-1]
    assert status == 2
    assert "Java" in line and "apt install" in line and "USHER_KAFKA_BOOTSTRAP_SERVERS" in line
    await stack.gone()


async def test_wipe_leaves_no_data(stack: Stack) -> None:
    status, _, _ = await stack.usher("down", "--wipe")

    assert status == 0
    assert {file.name for file in stack.folder.iterdir()} <= {"supervisor.lock", "processes.lock"}


async def test_servers_that_run_already_are_used_and_left_alone(
    kafka: KafkaBroker, postgres: PostgresServer, database: str, topic_prefix: str
) -> None:
    folder = servers.temporary_folder()
    stack = Stack(folder)
    stack.environment["USHER_KAFKA_BOOTSTRAP_SERVERS"] = kafka.bootstrap
    stack.environment["USHER_POSTGRES_DSN"] = database
    stack.environment["USHER_TOPIC_PREFIX"] = topic_prefix

    document = await stack.up()
    status, _, err = await stack.usher("down", "--wipe")

    assert status == 0, err
    assert (document["kafka"], document["postgres"]) == (kafka.bootstrap, database)
    assert document["pids"]["kafka"] is None and document["pids"]["postgres"] is None
    assert kafka.running and postgres.running
    assert stack.processes() == []
    servers.remove(folder)


def read(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def fetch(url: str, body: dict[str, Any] | None = None, key: str = "") -> str:
    """The answer's body; an HTTP error is raised."""

    def ask() -> str:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    return await asyncio.to_thread(ask)


async def status_of(url: str, body: dict[str, Any] | None = None, key: str = "") -> int:
    """The HTTP status, 0 without an answer."""
    try:
        await fetch(url, body, key)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0
    return 200
