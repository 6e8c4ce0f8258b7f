"""What the router holds and how long it takes to load, in a process of its own: the rows of a real database, no lane.

Run by bench_scale: ``python -m tests.benchmarks.pipeline.loading`` with the settings of a router; prints JSON.
"""

import asyncio
import gc
import json
import tracemalloc
from time import process_time

from services.router.domain.classification.triage import Triage
from services.router.domain.engine import RouterEngine
from services.router.postgres import RouterStore
from services.router.settings import RouterSettings
from shared.clock import monotonic
from shared.lane.store import Claim
from shared.postgres import Database
from shared.process.memory import GC_THRESHOLDS

PARTITION = 0
MIB = 2**20


async def loaded(settings: RouterSettings) -> tuple[RouterEngine, dict[str, float]]:
    """An engine that holds the partition, and the seconds, by the clock and of CPU, for its rows and for itself."""
    database = Database(
        settings.postgres_dsn.get_secret_value(), connections_max=1, seconds_max=settings.commit_seconds_max
    )
    await database.open()
    began, began_cpu = monotonic(), process_time()
    try:
        rows = await RouterStore(database).load(Claim(partition=PARTITION, epoch=0))
    finally:
        await database.close()
    read = monotonic()
    engine = RouterEngine(PARTITION, Triage())
    engine.restore(rows)
    cpu = process_time() - began_cpu
    return engine, {"rows_seconds": read - began, "restore_seconds": monotonic() - read, "cpu_seconds": cpu}


def main() -> None:
    """Print the figures as JSON; memory is traced in a second go, because tracing takes time."""
    gc.set_threshold(*GC_THRESHOLDS)
    settings = RouterSettings()
    engine, seconds = asyncio.run(loaded(settings))
    contacts, orphans = len(engine.book.contacts), engine.book.orphans()
    del engine
    tracemalloc.start()
    engine, _ = asyncio.run(loaded(settings))
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] / MIB
    print(json.dumps({**seconds, "engine_mib": used, "contacts": contacts, "orphans": orphans}))


if __name__ == "__main__":
    main()
