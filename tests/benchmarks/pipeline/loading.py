"""What the router holds and how long it takes to load, in a process of its own: the rows of a real database, no lane.

Run by bench_scale: ``python -m tests.benchmarks.pipeline.loading`` with the settings of a router; prints JSON.
"""

import asyncio
import gc
import json
import os
import tracemalloc
from typing import Any

import psutil

from services.router.domain.engine import RouterEngine
from services.router.domain.rows import RouterRows
from services.router.domain.triage import Triage
from services.router.postgres import RouterStore
from services.router.settings import RouterSettings
from shared.clock import monotonic
from shared.postgres import Database
from shared.service import GC_THRESHOLDS
from shared.store import Claim

PARTITION = 0
MIB = 2**20


async def rows_of(settings: RouterSettings) -> tuple[RouterRows, float]:
    """The partition's rows, and the seconds until they were here."""
    dsn = settings.postgres_dsn.get_secret_value()
    database = Database(dsn, connections_max=1, seconds_max=settings.commit_seconds_max)
    await database.open()
    try:
        began = monotonic()
        rows = await RouterStore(database).load(Claim(partition=PARTITION, epoch=0))
        return rows, monotonic() - began
    finally:
        await database.close()


def restored(rows: RouterRows) -> tuple[RouterEngine, float]:
    """An engine that holds the rows, and the seconds that took."""
    engine = RouterEngine(PARTITION, Triage())
    began = monotonic()
    engine.restore(rows)
    return engine, monotonic() - began


def measure(rows: RouterRows) -> dict[str, Any]:
    """Seconds and memory of the engine; traced in a second go, because tracing takes time."""
    gc.collect()
    gc.freeze()
    engine, seconds = restored(rows)
    counts = {"contacts": len(engine.book.contacts), "orphans": engine.book.orphans()}
    counts["agents"] = sum(len(workspace.agents) for workspace in engine.book.workspaces.values())
    del engine
    tracemalloc.start()
    engine, _ = restored(rows)
    used = tracemalloc.get_traced_memory()[0] / MIB
    return {"restore_seconds": seconds, "engine_mib": used, **counts}


def main() -> None:
    """Print the figures as JSON."""
    gc.set_threshold(*GC_THRESHOLDS)
    rows, seconds = asyncio.run(rows_of(RouterSettings()))
    rss = psutil.Process(os.getpid()).memory_info().rss / MIB
    print(json.dumps({"rows_seconds": seconds, "rows_rss_mib": rss, **measure(rows)}))


if __name__ == "__main__":
    main()
