"""An outage of the pipeline, however long, is nobody's absence: what only a report prevents waits for a report."""

import pytest

from services.router.domain.lifecycle.standstill import STILL_MS
from shared.contract.inputs import ALIVE_MS
from tests.support.router_builders import START_MS, Router, bodies_of, kinds, policy_with
from tests.unit import test_router_silence as silence
from tests.unit.test_router_early_ends import end

HOUR = 3600.0
LEASE_SECONDS = 12.0


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


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(
    ("outage", "silent_at"),
    [
        (300, 35_560),  # from 22:17:20: 160 s of it lay within the hours, so it ends at 08:06:00
        (HOUR, 35_560),
        (5 * HOUR, 35_560),  # and no longer, however long the night was
        (10 * HOUR, 36_600),  # until 08:17:20, so 1,040 s more were open
    ],
)
def test_an_outage_puts_a_silence_off_by_what_of_it_lay_in_the_hours_of_handling(
    outage: float, silent_at: float, restarts: bool
) -> None:
    document = silence.policy(calendars={"office": {"open": {"mon-sun": ["08:00-22:20"]}}})
    for queue in document["queues"].values():
        queue["targets"]["handling"]["calendar"] = "office"
    router = Router(document)
    router.alive()
    router.assigned("c1")  # at 22:13:20; of ten minutes 200 s are left for the morning
    router.live(240)
    after(router, outage, restarts)
    router.live(silent_at - 240 - outage - 0.001)
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


def test_where_ingest_never_spoke_its_silence_holds_nothing() -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.accept()
    router.wait(2)
    assert router.state(contact_id) == "assigned"
    router.wait(2)
    assert router.state(contact_id) == "queued"
