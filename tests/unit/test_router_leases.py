"""Leases: who states them, what moves them, and when they are judged."""

from shared.contract.inputs import ALIVE_MS, AgentHeartbeat
from tests.support.router_builders import Router, policy_with

LEASE = {"presence": {"lease": "20s"}}


def working(router: Router, **changes: float) -> str:
    """a1 has a contact and a lease, and ingest is there; the contact's id."""
    router.alive()
    router.sign_on("a1", **changes)
    contact_id = router.contact("c1")
    router.accept()
    return contact_id


def test_a_second_sign_on_without_a_lease_ends_the_first_ones() -> None:
    router = Router()
    contact_id = working(router, lease_seconds=20.0)
    router.sign_on("a1")
    router.restart()
    router.live(600)
    assert router.state(contact_id) == "assigned"


def test_a_policy_that_adds_a_lease_reaches_who_is_signed_on_from_then_on() -> None:
    router = Router()
    contact_id = working(router)
    router.live(100)
    router.activate(policy_with(**LEASE))
    router.restart()
    router.live(19)
    assert router.state(contact_id) == "assigned"
    router.live(1)
    assert router.state(contact_id) == "queued"


def test_a_policy_that_drops_the_lease_reaches_who_is_signed_on() -> None:
    router = Router(policy_with(**LEASE))
    contact_id = working(router)
    router.activate(policy_with(wrap_up={"default": "1s"}))
    router.live(60)
    assert router.state(contact_id) == "assigned"


def test_a_lease_that_the_agent_stated_holds_under_any_policy() -> None:
    router = Router(policy_with(**LEASE))
    contact_id = working(router, lease_seconds=5.0)
    router.activate(policy_with(wrap_up={"default": "1s"}))
    router.live(6)
    assert router.state(contact_id) == "queued"


def test_who_is_silent_is_gone_as_soon_as_ingest_is_heard_after_the_end_whoever_else_there_is() -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    contact_id = working(router)
    router.live(2)
    router.wait(1)
    assert router.state(contact_id) == "assigned", "a sign of life may still be on its way through ingest"
    router.wait(1)
    told = router.alive()
    assert router.state(contact_id) == "queued"
    assert told[0].at_ms == router.now_ms - 1_000, "gone since the lease was over"


def test_a_backlog_read_after_the_router_was_down_renews_before_the_lease_ends() -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    contact_id = working(router)
    records = []
    for _ in range(20):
        router.now_ms += ALIVE_MS // 2
        records += [router.record(AgentHeartbeat(**router.common(router._key("beat")), agent_id="a1")), router.beat()]
    router.restart()
    router.batch(records)
    assert router.state(contact_id) == "assigned"
