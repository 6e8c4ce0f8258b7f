"""The usher command as a process of its own, on the servers of a test."""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL
from typing import Any, NamedTuple

import asyncpg
import orjson

from shared.process.settings import CommonSettings
from tests.support.forked import command

ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS_MAX = 240.0  # on a machine that is slow and busy; a test has 300
KILLED_SECONDS_MAX = 10.0  # the kernel still has to free the memory


class Said(NamedTuple):
    """How a command ended (minus a signal: it was killed) and what it wrote."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        """Its one JSON document."""
        return orjson.loads(self.out)


class Usher:
    """Runs commands with the environment that these settings describe, and none of the caller's."""

    def __init__(self, settings: CommonSettings) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
        self.environment = {
            **inherited,
            "USHER_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
            "USHER_POSTGRES_DSN": settings.postgres_dsn.get_secret_value(),
            "USHER_TOPIC_PREFIX": settings.topic_prefix,
            "USHER_PARTITIONS": str(settings.partitions),
        }

    async def __call__(self, *words: str, **variables: str) -> Said:
        """``usher WORDS`` in a process of its own; a warning in it is an error."""
        return await asyncio.to_thread(forked, words, {**self.environment, **variables})


def forked(words: tuple[str, ...], environment: Mapping[str, str], seconds_max: float = COMMAND_SECONDS_MAX) -> Said:
    """``usher WORDS`` in a process of its own with that environment; killed when it takes longer."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = command(words, environment, out, err)
        status = process.ended(seconds_max)
        if status is None:
            os.kill(process.pid, SIGKILL)
            status = process.ended(KILLED_SECONDS_MAX)
        assert status is not None
        return Said(status, out.read_text(), err.read_text())


async def heard(
    *command: str, environment: Mapping[str, str], folder: Path = ROOT, seconds_max: float = COMMAND_SECONDS_MAX
) -> Said:
    """How a command ended and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder, env=environment
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), seconds_max)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


async def rows(settings: CommonSettings, sql: str, *values: Any) -> list[Any]:
    """What a query on the test's database says."""
    dsn = settings.postgres_dsn.get_secret_value()
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    try:
        return list(await connection.fetch(sql, *values))
    finally:
        await connection.close()
