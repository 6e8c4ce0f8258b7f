"""An ingest service as a process of its own, to be killed or weighed."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson

from deploy.local.java import ROOT
from services.ingest.settings import IngestSettings
from tests.support import ingest
from tests.support.in_process import until
from tests.support.service_process import ServiceProcess


def environment(settings: IngestSettings, failpoints: str = "") -> dict[str, str]:
    """What a process with these settings is started with."""
    return {
        **os.environ,
        "USHER_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "USHER_POSTGRES_DSN": settings.postgres_dsn.get_secret_value(),
        "USHER_TOPIC_PREFIX": settings.topic_prefix,
        "USHER_PARTITIONS": str(settings.partitions),
        "USHER_SOURCES_FILE": settings.sources_file,
        "USHER_READY_FILE": settings.ready_file,
        "USHER_PSEUDONYM_KEY": ingest.PSEUDONYM_KEY,
        "USHER_FAILPOINTS": failpoints,
        "USHER_LOG_LEVEL": "ERROR",
    }


@contextlib.asynccontextmanager
async def process(settings: IngestSettings, failpoints: str = "") -> AsyncIterator[ServiceProcess]:
    """A service process; killed at the end of the block if it still runs."""
    log = Path(settings.ready_file).with_name("ingest.log")
    running = await ServiceProcess.start("ingest", environment(settings, failpoints), log)
    try:
        yield running
    finally:
        await running.kill()


@contextlib.asynccontextmanager
async def weighed(settings: IngestSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """The same as a start of Python of its own, for whoever weighs it: all of its memory is what ingest needs."""
    command = (sys.executable, "-m", "services.ingest")
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment(settings))
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.wait()


def ready_file(settings: IngestSettings) -> dict[str, Any]:
    """What the process says about itself; empty before it listens."""
    path = Path(settings.ready_file)
    return orjson.loads(path.read_bytes()) if path.exists() else {}


async def metrics_url(settings: IngestSettings) -> str:
    async def written() -> bool:
        return bool(ready_file(settings))

    await until(written)
    assert ready_file(settings)["ingest_url"].startswith("http://127.0.0.1:")
    return str(ready_file(settings)["metrics_url"])
