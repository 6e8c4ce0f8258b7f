"""Random days with outages: nobody who reports whenever it is possible is sent away."""

import random
from typing import Any

import pytest

from shared.contract.inputs import ALIVE_MS
from tests.support.memory_store import in_order
from tests.support.router_builders import START_MS, Router, bodies_of, policy_with

HOUR = 3600.0
TICK_MS = 500
AGENTS = ("a1", "a2", "a3")
LEASE_SECONDS = 12.0
PERIOD_MS = 4_000  # of a desk's sign of life: two fit into a lease, with a standstill that is too short to be one
THINK_MS = 9_000  # until an agent answers: so much before the end of an offer that such a standstill fits, too
OUTAGES_MS = (500, 2_500, 4_000, 20_000, 90_000, 900_000)


class Desks:
    """Agents who report regularly and answer in time, before a pipeline that is away now and then."""

    def __init__(self, seed: int, silent: str = "") -> None:
        self.dice = random.Random(seed)
        self.router = Router(policy_with(presence={"lease": f"{LEASE_SECONDS:.0f}s"}, offers={"timeout": "14s"}))
        self.silent = silent
        self.stands_ms = START_MS + 20_000
        self.alive_ms = 0
        self.next_ms: dict[str, int] = {}
        self.records: list[Any] = []
        self.router.alive()
        for number, agent in enumerate(AGENTS):
            self.next_ms[agent] = self.router.now_ms + number * 1_000
            self.router.sign_on(agent, units=2)

    def tick(self, number: int) -> None:
        router = self.router
        router.now_ms += TICK_MS
        router.batch([])
        if router.now_ms >= self.stands_ms:
            outage_ms = self.dice.choice(OUTAGES_MS)
            for part in (0.3, 0.7):
                router.wait(part * outage_ms / 1000)
            self.stands_ms = router.now_ms + self.dice.choice((10_000, 30_000))
            self.alive_ms = router.now_ms
        if router.now_ms >= self.alive_ms:
            self.alive_ms = router.now_ms + ALIVE_MS
            router.alive()
        for agent in AGENTS:
            if router.now_ms >= self.next_ms[agent]:
                self.next_ms[agent] = router.now_ms + PERIOD_MS
                if agent != self.silent:
                    router.heartbeat(agent)
        for offer in list(router.engine.book.offers.values()):
            if router.now_ms - offer.issued_ms >= THINK_MS and offer.agent_id != self.silent:
                router.answer(offer.offer_id, offer.agent_id)
        if self.dice.random() < 0.05 and number < 200:
            router.contact(f"c{number}")


@pytest.mark.parametrize("seed", range(6))
def test_no_sequence_of_outages_sends_anybody_away_or_not_ready_who_reports_whenever_it_is_possible(seed: int) -> None:
    desks = Desks(seed)
    for number in range(240):
        desks.tick(number)
        if number % 40 == seed:
            desks.router.check_rows()
            desks.router.restart()
    events = desks.router.events
    assert bodies_of(events, "contact.requeued") == []
    assert bodies_of(events, "contact.offer_expired") == []
    shown = [body for body in bodies_of(events, "agent.availability_changed") if body["presence"] != "available"]
    assert shown == []
    assert bodies_of(events, "contact.assigned"), "somebody had work to lose"


@pytest.mark.parametrize("seed", range(3))
def test_whoever_says_nothing_is_gone_all_the_same_as_soon_as_the_others_could_speak_for_long_enough(seed: int) -> None:
    desks = Desks(seed, silent="a2")
    for number in range(240):
        desks.tick(number)
    gone = [body["agent_id"] for body in bodies_of(desks.router.events, "agent.availability_changed")
            if body["presence"] == "offline"]  # fmt: skip
    assert gone == ["a2"]


@pytest.mark.parametrize("seed", range(3))
def test_the_log_alone_says_what_became_of_an_outage_however_it_is_cut(seed: int) -> None:
    desks = Desks(seed, silent="a2")
    whole: list[Any] = []
    said = desks.router.batch

    def recorded(records: list[Any], *rest: Any, **more: Any) -> list[Any]:
        whole.extend(records)
        return said(records, *rest, **more)

    desks.router.batch = recorded  # type: ignore[method-assign]
    before = desks.router.store.rows()
    events = len(desks.router.events)
    for number in range(240):
        desks.tick(number)
    again = Router(None)
    again.engine.restore(before)
    dice = random.Random(seed)
    while whole:
        size = dice.choice((1, 3, 50))
        batch, whole = whole[:size], whole[size:]
        again.batch(batch)
    again.now_ms = desks.router.now_ms
    again.batch([])
    assert again.events == desks.router.events[events:]
    assert in_order(again.store.rows())[1] == in_order(desks.router.store.rows())[1]
