"""An outage of the pipeline, however long, is nobody's absence: what only a report prevents waits for a report."""

import random
from typing import Any

import pytest

from services.router.domain.lifecycle.standstill import STILL_MS
from shared.contract.inputs import ALIVE_MS
from tests.support.memory_store import in_order
from tests.support.router_builders import START_MS, Router, bodies_of, kinds, policy_with
from tests.unit import test_router_silence as silence
from tests.unit.test_router_early_ends import end

HOUR = 3600.0
TICK_MS = 500
AGENTS = ("a1", "a2", "a3")
LEASE_SECONDS = 12.0
PERIOD_MS = 4_000  # of a desk's sign of life: two fit into a lease, with a standstill that is too short to be one
THINK_MS = 9_000  # until an agent answers: so much before the end of an offer that such a standstill fits, too
OUTAGES_MS = (500, 2_500, 4_000, 20_000, 90_000, 900_000)


def after(router: Router, seconds: float, restarts: bool) -> None:
    """The pipeline stands still for so long, and ingest is back."""
    router.wait(seconds)
    if restarts:
        router.restart()
    router.alive()


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("seconds", [4.0, 10.0, 35.0, HOUR])
def test_an_outage_takes_neither_work_nor_offers_nor_presence_from_anybody(seconds: float, restarts: bool) -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    router.alive()
    router.sign_on("a1", units=2)
    working, asked = router.contact("c1"), ""
    router.accept()
    asked = router.contact("c2")
    after(router, seconds, restarts)
    assert (router.state(working), router.state(asked)) == ("assigned", "offered")
    router.live(2)
    router.accept()
    assert router.state(asked) == "assigned"
    router.live(3 + ALIVE_MS / 1000)
    assert (router.state(working), router.state(asked)) == ("queued", "queued"), "and then a lease is a lease again"


@pytest.mark.parametrize("restarts", [False, True])
def test_an_offer_lasts_as_long_as_its_agent_could_answer_and_no_longer(restarts: bool) -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.live(5)
    after(router, HOUR, restarts)
    router.live(9.999)
    assert router.state(contact_id) == "offered"
    assert kinds(router.wait(0.001))[0] == "contact.offer_expired"


@pytest.mark.parametrize("restarts", [False, True])
def test_whose_offer_expired_before_anybody_knew_of_the_outage_is_ready_after_it_and_asked_again(
    restarts: bool,
) -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.live(14)
    assert "contact.offer_expired" in kinds(router.wait(1.5)), "an agent who is silent a moment looks like an outage"
    after(router, 20, restarts)
    assert bodies_of(router.events, "agent.availability_changed")[-2]["reason"] == "outage"
    assert (router.state(contact_id), router.last("offered")["agent_id"]) == ("offered", "a1")


@pytest.mark.parametrize("restarts", [False, True])
def test_who_is_asked_for_somebody_else_first_may_still_be_asked_again_after_a_restart(restarts: bool) -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    first = router.contact("c1")
    router.live(5)
    urgent = router.contact("c2", priority_seconds=300.0)
    router.live(9)
    router.wait(1.5)
    after(router, 20, False)
    assert (router.state(first), router.state(urgent)) == ("queued", "offered")
    router.check_rows()
    if restarts:
        router.restart()
    end(router, "c2")
    assert (router.state(first), router.last("offered")["agent_id"]) == ("offered", "a1")


def test_whose_offer_expired_while_ingest_was_heard_is_not_ready_also_after_an_outage() -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.live(17)
    after(router, 20, False)
    assert router.state(contact_id) == "queued"
    assert bodies_of(router.events, "agent.availability_changed")[-1]["presence"] == "not_ready"


def test_who_says_themselves_that_they_are_not_ready_stays_so_over_an_outage() -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    router.contact("c1")
    router.live(14)
    router.wait(1.5)
    router.wait(30)
    router.presence("a1", "not_ready")
    router.alive()
    assert bodies_of(router.events, "agent.availability_changed")[-1]["presence"] == "not_ready"


def test_an_offer_that_was_made_during_an_outage_has_its_whole_time_after_it_and_no_more() -> None:
    router = Router(policy_with(offers={"decline_pause": "60s"}))
    router.alive()
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.decline()
    router.wait(61)  # the pause is over, and they are asked again
    assert router.state(contact_id) == "offered"
    router.wait(300)
    router.alive()
    assert router.live(14.999) == []
    assert kinds(router.wait(0.001))[0] == "contact.offer_expired"


def test_a_hiccup_is_no_outage() -> None:
    router = Router()
    router.alive()
    router.sign_on("a1")
    router.contact("c1")
    router.wait(STILL_MS / 1000)
    router.alive()
    assert router.live(14.999 - STILL_MS / 1000) == []
    assert kinds(router.wait(0.001))[0] == "contact.offer_expired"


@pytest.mark.parametrize("restarts", [False, True])
def test_nobody_is_silent_while_nobody_can_speak(restarts: bool) -> None:
    router = Router(silence.policy())
    router.alive()
    router.assigned("c1")
    router.live(silence.AFTER - 10)
    after(router, HOUR, restarts)
    router.live(9.999)
    assert silence.silences(router) == []
    router.wait(0.001)
    assert silence.silences(router) == ["silent"]


def test_a_chat_does_not_fall_idle_while_its_customer_cannot_write() -> None:
    router = Router(policy_with(channels={"chat": {"idle_after": "5m"}}))
    router.alive()
    router.assigned("c1")
    router.live(200)
    after(router, HOUR, False)
    assert router.live(99.999) == []
    assert "contact.idled" in kinds(router.wait(0.001))


@pytest.mark.parametrize("intent", ["order_status", "change_address"])
def test_a_bot_or_self_service_that_could_not_report_keeps_its_time(intent: str) -> None:
    router = Router()
    router.alive()
    contact_id = router.contact("c1", intent=intent)
    state = router.state(contact_id)
    assert state in ("bot", "self_service")
    after(router, 3 * 24 * HOUR if state == "self_service" else HOUR, False)
    assert router.state(contact_id) == state


def test_a_hang_up_is_remembered_over_an_outage_that_keeps_its_message_back() -> None:
    router = Router()
    router.alive()
    end(router)
    after(router, HOUR, True)
    contact_id = router.say(router.message("c1", occurred_ms=START_MS - 1000))[0].subject
    assert router.state(contact_id) == "abandoned"


def test_customers_wait_all_the_same_and_wrap_up_ends() -> None:
    router = Router(policy_with(wrap_up={"default": "30s"}))
    router.alive()
    _, assignment_id = router.assigned("c1")
    router.end(assignment_id)
    router.wait(29)
    assert kinds(router.wait(1))[0] == "contact.closed"


def test_without_a_sign_of_life_of_ingest_ever_offers_expire_as_they_always_did() -> None:
    router = Router()
    router.sign_on("a1")
    router.contact("c1")
    assert kinds(router.wait(15))[0] == "contact.offer_expired"


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


def test_where_ingest_never_spoke_its_silence_holds_nothing() -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.accept()
    router.wait(2)
    assert router.state(contact_id) == "assigned"
    router.wait(2)
    assert router.state(contact_id) == "queued"
