"""Leases: who states them, what moves them, and that a pipeline which stands still is nobody's absence."""

import pytest

from shared.contract.inputs import AgentHeartbeat
from tests.support.router_builders import Router, policy_with

LEASE = {"presence": {"lease": "20s"}}


def working(router: Router, **changes: float) -> str:
    """a1 has a contact and a lease; its contact's id."""
    router.sign_on("a1", **changes)
    contact_id = router.contact("c1")
    router.accept()
    return contact_id


def say_something(router: Router, seconds: float) -> None:
    """Time passes while others are heard."""
    for _ in range(round(seconds)):
        router.wait(1)
        router.presence("nobody", "available")


def test_a_second_sign_on_without_a_lease_ends_the_first_ones() -> None:
    router = Router()
    contact_id = working(router, lease_seconds=20.0)
    router.sign_on("a1")
    router.restart()
    say_something(router, 60)
    router.wait(600)
    assert router.state(contact_id) == "assigned"


def test_a_policy_that_adds_a_lease_reaches_who_is_signed_on_from_then_on() -> None:
    router = Router()
    contact_id = working(router)
    say_something(router, 100)
    router.activate(policy_with(**LEASE))
    router.restart()
    say_something(router, 19)
    assert router.state(contact_id) == "assigned"
    say_something(router, 1)
    assert router.state(contact_id) == "queued"


def test_a_policy_that_drops_the_lease_reaches_who_is_signed_on() -> None:
    router = Router(policy_with(**LEASE))
    contact_id = working(router)
    router.activate(policy_with(wrap_up={"default": "1s"}))
    say_something(router, 60)
    assert router.state(contact_id) == "assigned"


def test_a_lease_that_the_agent_stated_holds_under_any_policy() -> None:
    router = Router(policy_with(**LEASE))
    contact_id = working(router, lease_seconds=5.0)
    router.activate(policy_with(wrap_up={"default": "1s"}))
    say_something(router, 6)
    assert router.state(contact_id) == "queued"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_pipeline_that_stands_for_ten_seconds_takes_no_work_from_anybody(restarts: bool) -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    contact_id = working(router)
    router.sign_on("a2")
    for _ in range(5):
        router.wait(1)
        router.heartbeat("a1")
        router.heartbeat("a2")
    router.wait(10)  # ingest stands
    if restarts:
        router.restart()
    router.heartbeat("a2")
    router.wait(1)
    if restarts:
        router.restart()
    router.heartbeat("a1")
    assert router.state(contact_id) == "assigned"
    say_something(router, 2)
    assert router.state(contact_id) == "assigned"
    say_something(router, 1)
    assert router.state(contact_id) == "queued", "and then a lease is a lease again"


def test_who_is_silent_where_nobody_else_is_heard_is_gone_when_the_grace_is_over() -> None:
    router = Router(policy_with(**LEASE))
    contact_id = working(router)
    router.wait(34)
    assert router.state(contact_id) == "assigned"
    router.wait(1)
    assert router.state(contact_id) == "queued"


def test_rare_records_of_others_excuse_a_silent_agent_for_a_minute_and_no_longer() -> None:
    router = Router(policy_with(presence={"lease": "4s"}))
    contact_id = working(router)
    for _ in range(21):
        router.wait(3)
        router.presence("nobody", "available")
    assert router.state(contact_id) == "assigned"
    router.wait(3)
    assert router.state(contact_id) == "queued"


def test_a_backlog_read_after_the_router_was_down_renews_before_the_lease_ends() -> None:
    router = Router(policy_with(presence={"lease": "3s"}))
    contact_id = working(router)
    records = []
    for _ in range(20):
        router.now_ms += 1_000
        common = router.common(router._key("beat"))
        records.append(router.record(AgentHeartbeat(**common, agent_id="a1")))
    router.restart()
    router.batch(records)
    assert router.state(contact_id) == "assigned"
