"""Memory comes back when those have ended who brought hundreds of names that nobody else has."""

import gc
import tracemalloc

from shared.contract.inputs import Party
from tests.support.memory_store import MemoryStore
from tests.support.router_builders import Router

SKILLS = 250  # what a caller may ask for at once, each of 60 characters and like no other
ROUND = 30  # contacts


def held_after(router: Router, rounds: int, first: int) -> int:
    """Bytes that the engine holds when so many rounds of contacts have come and gone."""
    for number in range(first, first + rounds * ROUND):
        skills = {f"skill-{number}-{each}-".ljust(60, "x"): 3 for each in range(SKILLS)}
        party = Party(handle=f"+3460{number:07d}", customer_id=f"customer-{number}")
        router.command(router.contact(f"c{number}", skills=skills, party=party), "cancel")
        router.now_ms += 1000
        router.events.clear()
        router.steps.clear()
        router.store = MemoryStore()  # what the database keeps is not the engine's
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_what_contacts_with_hundreds_of_new_skills_brought_is_forgotten_after_them() -> None:
    router = Router()
    tracemalloc.start()
    try:
        early = held_after(router, 30, 0)
        late = held_after(router, 30, 30 * ROUND)
    finally:
        tracemalloc.stop()
    assert router.engine.book.contacts == {}
    assert late < 1.3 * early, "it grows with every contact that has ended"
    assert early < 80_000_000
