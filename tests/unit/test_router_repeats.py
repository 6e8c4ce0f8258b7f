"""Which contacts were not resolved at the first: each settled one at most once, by the customer who comes again."""

import pytest

from services.router.domain.customers.repeats import WINDOW_MS
from shared.contract.inputs import Party
from tests.support.router_builders import Router, policy_with


def repeated(router: Router) -> dict[str, float]:
    """Contacts of customers who came again, by who had settled what they came with before."""
    found = {key[1]: number for key, number in router.counts.items() if key[0] == "usher_contacts_repeated_total"}
    return {by: number for by, number in found.items() if number}


def settled_by(by: str) -> Router:
    """A customer whose contact an agent closed, or self-service contained, just now."""
    router = Router(policy_with(wrap_up={"default": "0s"}))
    if by == "agent":
        _, assignment_id = router.assigned("c1", intent="complaint")
        router.end(assignment_id)
        router.wait(0.001)
        router.sign_off()
    else:
        contact_id = router.contact("c1", intent="order_status")
        router.outcome(contact_id, "self_service", "resolved")
    assert not router.store.contacts
    return router


@pytest.mark.parametrize("by", ["agent", "automation"])
@pytest.mark.parametrize("restart", [False, True])
def test_who_comes_again_within_the_week_was_not_helped_at_the_first_and_is_counted_once(
    by: str, restart: bool
) -> None:
    router = settled_by(by)
    router.now_ms += 86_400_000
    if restart:
        router.restart()
    router.contact("c2", channel="email", intent="complaint")
    assert repeated(router) == {by: 1}
    router.contact("c3", intent="complaint")
    assert repeated(router) == {by: 1}, "the same settled contact, and its repeat is open still"


@pytest.mark.parametrize(("after_ms", "counted"), [(WINDOW_MS - 1000, {"agent": 1}), (WINDOW_MS + 1000, {})])
def test_who_comes_after_a_week_comes_for_something_new(after_ms: int, counted: dict[str, float]) -> None:
    router = settled_by("agent")
    router.now_ms += after_ms
    router.contact("c2", intent="complaint")
    assert repeated(router) == counted


def test_another_customer_repeats_nothing() -> None:
    router = settled_by("agent")
    router.contact("c2", intent="complaint", party=Party(handle="y", customer_id="cust-2"))
    assert repeated(router) == {}


def test_what_was_given_up_was_never_settled() -> None:
    router = Router(policy_with())
    router.contact("c1", intent="complaint")
    router.hang_up("c1")
    router.contact("c2", intent="complaint")
    assert repeated(router) == {}
