"""The sla service as a process with many open clocks, on real Kafka and PostgreSQL: its memory, and how soon a breach
is told.

Memory is the resident set, before any clock, with all of them open, and after a restart with all of them; ``peak`` is
the most that it was. The goal is 150 MB. The process has what the image has: the packages of requirements/sla.txt and
no others, and every module compiled (an environment for development has packages that others look for, and often the
leavings of a compiler).

Told is the delay from the due time to the record of ``clock_breached`` on Kafka, as its own timestamp says: the room
for late reports (``USHER_WATERMARK_LATENESS_MS``) is a part of it. The goal is 250 ms; bench_sla_traffic measures it
while customers write.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract.topics import CONTACT_EVENTS, DEAD_LETTERS, ROUTER_INPUT, SLA_EVENTS, TopicSpec
from shared.kafka import ensure_topics
from tests.integration.test_sla_service import Router
from tests.platform.environment import tools
from tests.support import servers
from tests.support.sla_builders import INSERT_POLICY, Log

ROOT = Path(__file__).resolve().parents[2]
NEAR_SECONDS = 600  # of the promises that fall due while it is measured
APART_SECONDS = 0.05
LOAD_SECONDS_MAX = 300.0
POLICY = {
    "workspace": "acme",
    "queues": {name: {"targets": {"time_to_answer": {"within": within}}} for name, within in
               (("near", f"{NEAR_SECONDS}s"), ("far", "1d"))},
    "default_queue": "far",
}  # fmt: skip


class Python(NamedTuple):
    """An interpreter, and the environment that it is started in."""

    program: str
    environment: dict[str, str]


async def measure(clocks: int, breaches: int, seconds_before: float) -> dict[str, float]:
    """Start everything, open the clocks, let some breach, start the service once more, stop everything."""
    folder = servers.temporary_folder()
    kafka, postgres = await servers.start_kafka(folder), await servers.start_postgres(folder, durable=True)
    try:
        await servers.make_template(postgres)
        settings = SlaSettings(
            kafka_bootstrap_servers=kafka.bootstrap,
            postgres_dsn=await servers.make_database(postgres),
            topic_prefix=servers.make_topic_prefix(),
            partitions=1,
        )
        with tempfile.TemporaryDirectory() as compiled:
            return await _measure(
                settings, await asyncio.to_thread(_as_in_the_image, compiled), clocks, breaches, seconds_before
            )
    finally:
        await kafka.kill()
        await postgres.kill()
        postgres.remove()
        servers.remove(folder)


async def _measure(
    settings: SlaSettings, python: Python, clocks: int, breaches: int, seconds_before: float
) -> dict[str, float]:
    names = (ROUTER_INPUT, CONTACT_EVENTS, SLA_EVENTS, DEAD_LETTERS)
    await ensure_topics(settings, [TopicSpec(name=name, retention_ms=3_600_000) for name in names])
    dsn = settings.postgres_dsn.get_secret_value()
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    await connection.execute(INSERT_POLICY, "acme", 1, orjson.dumps(POLICY).decode())
    router = Router(settings)
    await router.handled(0, (0,))
    try:
        async with _running(settings, python) as pid:
            await asyncio.sleep(2)
            idle_mb = _memory_mb(pid, "VmRSS")
            log = _log(clocks, breaches, seconds_before)
            await router.publish(log)
            async with asyncio.timeout(LOAD_SECONDS_MAX):
                while await connection.fetchval("SELECT next_offset FROM lane WHERE service = 'sla'") != len(
                    log.records
                ):
                    await asyncio.sleep(0.2)
            left = seconds_before - (now_ms() - log.base_ms) / 1000
            loaded_mb, loaded_peak_mb = _memory_mb(pid, "VmRSS"), _memory_mb(pid, "VmHWM")
            ordered = sorted(await _delays(settings, breaches))
        async with _running(settings, python) as pid:
            await asyncio.sleep(2)
            restarted_mb, restarted_peak_mb = _memory_mb(pid, "VmRSS"), _memory_mb(pid, "VmHWM")
    finally:
        await router.stop()
        await connection.close()
    return {
        "clocks": clocks,
        "resident_mb_idle": idle_mb,
        "resident_mb_loaded": loaded_mb,
        "resident_mb_loaded_peak": loaded_peak_mb,
        "resident_mb_restarted": restarted_mb,
        "resident_mb_restarted_peak": restarted_peak_mb,
        "bytes_per_clock": (loaded_mb - idle_mb) * 1e6 / clocks,
        "seconds_left_before_the_first": left,
        "told_ms_p50": ordered[len(ordered) // 2],
        "told_ms_p99": ordered[len(ordered) * 99 // 100],
        "told_ms_worst": ordered[-1],
    }


def _log(clocks: int, breaches: int, seconds_before: float) -> Log:
    log = Log(base_ms=now_ms()).policy()
    for number in range(clocks):
        name = f"{number:08d}-0000-5000-8000-000000000000"
        if number < breaches:
            entered = seconds_before + number * APART_SECONDS - NEAR_SECONDS
            log.queued(name, 0, "near", entered=entered, target_seconds=NEAR_SECONDS)
        else:
            log.queued(name, 0, "far", target_seconds=86_400)
    return log


async def _delays(settings: SlaSettings, breaches: int) -> list[float]:
    """Milliseconds from when each promise was due to when its breach was told."""
    where = TopicPartition(settings.topic_prefix + SLA_EVENTS, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers, enable_auto_commit=False)
    consumer.assign([where])
    await consumer.start()
    await consumer.seek_to_beginning(where)
    found: list[float] = []
    async with asyncio.timeout(LOAD_SECONDS_MAX):
        while len(found) < breaches:
            for record in (await consumer.getmany(where, timeout_ms=1000)).get(where, ()):
                if dict(record.headers)["ce_type"] == b"usher.sla.clock_breached.v1":
                    due_ms = datetime.fromisoformat(orjson.loads(record.value)["due_at"]).timestamp() * 1000
                    found.append(record.timestamp - due_ms)
    await consumer.stop()
    return found


@contextlib.asynccontextmanager
async def _running(settings: SlaSettings, python: Python) -> AsyncIterator[int]:
    """The service as a process, ready; its id."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        environment = {
            **python.environment,
            "USHER_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
            "USHER_POSTGRES_DSN": settings.postgres_dsn.get_secret_value(),
            "USHER_TOPIC_PREFIX": settings.topic_prefix,
            "USHER_PARTITIONS": "1",
            "USHER_READY_FILE": str(ready),
            "USHER_LOG_LEVEL": "WARNING",
        }
        process = await asyncio.create_subprocess_exec(python.program, "-m", "services.sla", cwd=ROOT, env=environment)
        try:
            async with asyncio.timeout(LOAD_SECONDS_MAX), httpx.AsyncClient() as client:
                while not ready.exists():
                    await asyncio.sleep(0.05)
                page = orjson.loads(ready.read_bytes())["metrics_url"].replace("/metrics", "/readyz")
                while (await client.get(page)).status_code != httpx.codes.OK:
                    await asyncio.sleep(0.05)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def _as_in_the_image(compiled: str) -> Python:
    """An interpreter with the image's packages, and everything of ours and theirs compiled in that folder."""
    program = str(tools("sla") / "python")
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([program, "-c", "import services.sla.app"], cwd=ROOT, env=environment, check=True)
    return Python(program, environment)


def _memory_mb(pid: int, which: str) -> float:
    """``VmRSS``: what the process holds, ``VmHWM``: the most that it held."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(which)]
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Print what was measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=50_000)
    parser.add_argument("--breaches", type=int, default=200)
    parser.add_argument("--seconds-before", type=float, default=60.0, help="from the first contact to the first breach")
    arguments = parser.parse_args()
    found: dict[str, Any] = asyncio.run(measure(arguments.clocks, arguments.breaches, arguments.seconds_before))
    sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
