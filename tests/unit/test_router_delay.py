"""Who is asked late answers late: a fault of the router is never the agent's."""

import pytest

from shared.lane.engine import Delay
from shared.times import rfc3339
from tests.support.router_builders import Router, bodies_of, kinds

MINUTE_MS = 60_000
OFFER_MS = 15_000


@pytest.fixture
def router() -> Router:
    router = Router()
    router.sign_on("a1")
    return router


def test_behind_the_log_an_offer_lasts_from_when_it_can_be_seen(router: Router) -> None:
    seen_ms = router.now_ms + MINUTE_MS
    first = router.record(router.message("c1"))
    router.now_ms += MINUTE_MS - 1
    told = router.batch([first, router.record(router.message("c2"))], delay=Delay(seen_ms))
    (offer,) = bodies_of(told, "contact.offered")
    assert offer["expires_at"] == rfc3339(seen_ms + OFFER_MS)
    assert "contact.offer_expired" not in kinds(told)
    assert "contact.offer_expired" not in kinds(router.wait(15))
    assert "contact.offer_expired" in kinds(router.wait(0.001))


def test_a_punctual_step_asks_from_its_own_time(router: Router) -> None:
    router.contact("c1")
    assert router.last("offered")["expires_at"] == rfc3339(router.now_ms + OFFER_MS)


def test_an_offer_that_was_long_on_its_way_gets_its_whole_time(router: Router) -> None:
    router.contact("c1")
    issued_ms = router.now_ms
    router.now_ms += MINUTE_MS
    assert router.batch([], router.now_ms, Delay(router.now_ms, issued_ms)) == []
    router.restart()  # what was granted is in the rows
    assert kinds(router.wait(14.999)) == []
    assert kinds(router.wait(0.001))[:2] == ["contact.offer_expired", "agent.availability_changed"]


def test_an_offer_that_was_seen_in_time_is_not_excused(router: Router) -> None:
    router.contact("c1")
    router.now_ms += MINUTE_MS
    told = router.batch([], router.now_ms, Delay(router.now_ms, router.now_ms - 1))
    assert "contact.offer_expired" in kinds(told)


def test_a_bot_that_hears_late_has_its_whole_time(router: Router) -> None:
    seen_ms = router.now_ms + MINUTE_MS
    told = router.batch([router.record(router.message("c1", tier="bot"))], delay=Delay(seen_ms))
    (sent,) = bodies_of(told, "contact.sent_to_bot")
    assert sent["expires_at"] > rfc3339(seen_ms)
