"""What a contact that waits takes of the service's memory: a bound, and no more of it after a restart."""

import gc
import tracemalloc
from collections.abc import Callable

from services.sla.domain.engine import SlaEngine
from services.sla.domain.rows import SlaWrites
from shared.contract.topics import CONTACT_EVENTS
from tests.support.sla_builders import Database, Log, bodies

CONTACTS, BATCH = 3_000, 1_000
BYTES_MAX = 1_300  # of a contact that waits with one clock: 50,000 of them are 65 of the 150 MB that sla may take


def engine() -> SlaEngine:
    return SlaEngine(CONTACT_EVENTS, 0, lateness_ms=0)


def bytes_of(make: Callable[[], object]) -> float:
    """Of each contact, as far as it stays."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made is not None
    return taken / CONTACTS


def test_a_contact_that_waits_takes_little_and_no_more_of_it_after_a_restart() -> None:
    log, database = Log().policy(), Database(bodies())
    for number in range(CONTACTS):
        log.queued(f"{number:08d}-0000-5000-8000-000000000000", number / 1000, ("orders", "cards")[number % 2])
    known = {("acme", 1): bodies()["acme", 1]}
    database.since = {("acme", 1): 0}

    def told(then: Callable[[SlaWrites], object]) -> SlaEngine:
        made = engine()
        for start in range(0, len(log.records), BATCH):
            then(made.step(log.records[start : start + BATCH], known, 0).writes)
        return made

    def restored() -> SlaEngine:
        made = engine()
        made.restore(database.rows())
        return made

    told(database.apply)  # and what is remembered once for all is remembered now
    before, after = bytes_of(lambda: told(lambda _: None)), bytes_of(restored)
    assert before < BYTES_MAX
    assert after < before * 1.05, f"{after:.0f} bytes after a restart, {before:.0f} before it"
