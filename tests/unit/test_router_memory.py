"""Memory comes back when those have ended who brought hundreds of names that nobody else has."""

import gc
import tracemalloc
from collections import deque
from typing import Any

import pytest

from services.router.domain.classification import classify
from services.router.domain.state import timers
from shared.contract.inputs import Party
from tests.support.memory_store import MemoryStore
from tests.support.router_builders import Router

SKILLS = 250  # what a caller may ask for at once, each of 60 characters and like no other
ROUND = 30  # contacts
ROUNDS = 10  # before each look
NAMES = 150
DAY_SECONDS = 86_400
DEPTH_MAX, PARTS_MAX = 9, 200  # of the walk through the engine


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
        early = held_after(router, ROUNDS, 0)
        late = held_after(router, ROUNDS, ROUNDS * ROUND)
    finally:
        tracemalloc.stop()
    assert router.engine.book.contacts == {}
    assert late < 1.3 * early, "it grows with every contact that has ended"
    assert early < 80_000_000


def containers(found: object, path: str, sizes: dict[str, int], seen: set[int], depth: int = 0) -> None:
    """The sizes of all dicts, lists, sets and tuples that an object leads to, by their path."""
    if id(found) in seen or depth > DEPTH_MAX:
        return
    seen.add(id(found))
    parts: list[tuple[str, object]] = []
    if isinstance(found, dict):
        sizes[path] = len(found)
        parts = [(f"[{key!r:.20}]", value) for key, value in found.items()]
    elif isinstance(found, list | set | frozenset | tuple | deque):
        sizes[path] = len(found)
        parts = [("[]", value) for value in found]
    else:
        slots = [name for kind in type(found).__mro__ for name in getattr(kind, "__slots__", ())]
        names = [*getattr(found, "__dict__", {}), *(name for name in slots if len(name) > 1)]
        parts = [(f".{name}", getattr(found, name, None)) for name in names]
    for name, part in parts[:PARTS_MAX]:
        containers(part, path + name, sizes, seen, depth + 1)


def come_and_go(router: Router, what: str, number: int) -> None:
    """Somebody who brings one name that nobody else has, and goes."""
    name = f"{what}-{number}"
    if what == "agent":
        router.sign_on(name)
        router.sign_off(name)
        return
    new: dict[str, Any] = {"handle": {"handle_key": name}, "customer": {}}.get(what, {what: name})
    party = Party(handle=f"+3460{number:07d}", customer_id=name if what == "customer" else "cust-1")
    router.command(router.contact(f"c{number}", party=party, **new), "cancel")


@pytest.mark.parametrize("what", ["agent", "customer", "handle", "intent", "source"])
def test_nothing_in_the_engine_grows_with_the_names_of_those_who_have_gone(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "ANSWERS_MAX", NAMES // 10)  # both are bounded, at more than a test has time for
    monkeypatch.setattr(timers, "HEAP_SLACK", NAMES // 10)
    router = Router()
    sizes: list[dict[str, int]] = []
    for first in (0, NAMES):
        for number in range(first, first + NAMES):
            come_and_go(router, what, number)
            router.wait(1)
        router.wait(2 * DAY_SECONDS)
        router.contact(f"the-next-after-{first}")  # what is over is dropped when somebody comes
        sizes.append({})
        containers(router.engine, "engine", sizes[-1], set())
    early, late = sizes
    assert len(late) > 50, "nothing was looked at"
    assert {path: size for path, size in late.items() if size >= early.get(path, 0) + NAMES // 2} == {}
