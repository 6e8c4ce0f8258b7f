"""Two ids that turn out to be one customer, and the way back: nothing of what was known is lost by either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.customers.merging import MANY
from services.router.domain.customers.shared import HANDLES_A_DAY_MAX, OPEN_MAX
from services.router.domain.state.identity import ALIASES_MAX, Identity
from shared.contract.inputs import Party
from shared.times import DAY_MS
from tests.support.router_builders import Router, body_of, policy_with

MERGED, SPLIT = "usher.customer.merged.v1", "usher.customer.split.v1"


@pytest.fixture
def router() -> Router:
    return Router(policy_with(sticky={"within": "7d", "wait": "20s"}))


def party(customer_id: str) -> Party:
    return Party(handle="ana@example.com", customer_id=customer_id)


def known_by(router: Router, conversation: str) -> str:
    """The customer id that the contact of the conversation bears at last."""
    return next(
        body["customer_id"]
        for body in (body_of(event) for event in reversed(router.events))
        if body.get("conversation_id") == conversation
    )


def told(router: Router, kind: str) -> list[dict[str, object]]:
    return [body_of(event) for event in router.events if event.type == kind]


def test_a_given_id_takes_the_handle_that_it_came_with(router: Router) -> None:
    router.contact("c1", party=party("crm-1"), handle_key="hash-ana")
    second = router.contact("c2", party=party("hash-ana"), channel="email")
    assert known_by(router, "c2") == "crm-1"
    assert router.last("received")["linked"] != []
    assert told(router, MERGED) == [], "nothing was known of the handle, so nothing was merged"
    router.restart()
    router.hang_up("c2")
    assert router.store.outcomes[second].customer_id == "hash-ana", "kept under the id that it came with"


def test_what_was_known_under_the_handle_becomes_the_customers(router: Router) -> None:
    router.contact("c1", party=party("hash-ana"), intent="order_status")
    router.hang_up("c1")
    open_one = router.contact("c2", party=party("hash-ana"), intent="complaint")
    router.contact("c3", party=party("crm-1"), handle_key="hash-ana", intent="order_status")
    assert router.last("classified")["complexity"] > 5, "a repeat"
    (merge,) = told(router, MERGED)
    assert (merge["customer_id"], merge["merged_id"], merge["actor"]) == ("crm-1", "hash-ana", "usher")
    assert merge["contacts"] == [open_one]
    router.command(open_one, "prioritise", seconds=1)
    assert router.last("reprioritised")["customer_id"] == "crm-1"
    (record,) = router.store.merges
    assert (record.kind, record.alias, record.customer_id, record.at_ms) == (
        "merged", "hash-ana", "crm-1", router.now_ms,
    )  # fmt: skip


def test_a_visitor_who_signs_in_during_the_conversation_is_that_customer_from_then_on(router: Router) -> None:
    router.contact("c0", party=party("crm-1"))
    visit = router.contact("c1", party=party("hash-cookie"))
    router.say(router.message("c1", 2, party=party("crm-1"), handle_key="hash-cookie"))
    assert known_by(router, "c1") == "crm-1"
    assert told(router, MERGED)[0]["contacts"] == [visit]
    router.restart()
    assert router.engine.book.contacts[visit].customer_id == "crm-1"
    assert len(router.engine.book.contacts[visit].linked) == 1


def test_what_an_agent_writes_names_nobody(router: Router) -> None:
    router.contact("c1", party=party("hash-ana"))
    router.say(router.message("c1", 2, party=party("crm-1"), handle_key="hash-ana", sender="agent"))
    assert router.store.aliases == {}


def test_two_given_ids_are_not_one_customer_because_they_share_a_telephone(router: Router) -> None:
    router.contact("c1", party=party("crm-1"), handle_key="hash-phone")
    router.contact("c2", party=party("crm-2"), handle_key="hash-phone")
    assert known_by(router, "c2") == "crm-2"
    assert "linked" not in router.last("received")
    router.contact("c3", party=party("hash-phone"))
    assert known_by(router, "c3") == "hash-phone", "nobody can tell which of the two it is"
    (split,) = told(router, SPLIT)
    assert (split["customer_id"], split["split_id"]) == ("crm-1", "hash-phone")
    router.contact("c4", party=party("crm-1"), handle_key="hash-phone")
    assert len(router.store.merges) == 1, "it stays apart, whoever comes with it"


def test_an_operator_merges_and_splits_and_open_contacts_follow(router: Router) -> None:
    first, _ = router.assigned("c1", party=party("crm-1"))
    second = router.contact("c2", party=party("crm-2"))
    router.customer("merge", "crm-2", "crm-1")
    assert told(router, MERGED)[-1]["contacts"] == [second]
    assert told(router, MERGED)[-1]["actor"] == "boss"
    router.restart()
    assert router.engine.book.contacts[first].linked == (second,)
    assert router.engine.book.contacts[second].customer_id == "crm-1"
    router.contact("c3", party=party("crm-2"))
    assert known_by(router, "c3") == "crm-1"
    assert router.last("queued")["kept_for"] == "a1", "who serves the one knows the other"
    router.customer("split", "crm-2")
    assert sorted(told(router, SPLIT)[-1]["contacts"]) == sorted([second, router.last("queued")["contact_id"]])  # type: ignore[call-overload]
    router.restart()
    assert router.engine.book.contacts[first].linked == ()
    assert router.engine.book.contacts[second].customer_id == "crm-2"
    assert router.engine.book.contacts[second].known_as == ""
    assert router.engine.book.contacts[second].last_agent == ""


def test_the_same_command_twice_is_one_and_a_wrong_one_is_refused(router: Router) -> None:
    router.customer("split", "crm-1")
    assert (router.dead[-1].reason, router.dead[-1].path) == ("unknown_reference", "customer_id")
    router.customer("merge", "crm-1")
    assert (router.dead[-1].reason, router.dead[-1].path) == ("invalid", "into")
    router.customer("merge", "crm-1", "crm-2")
    router.customer("merge", "crm-2", "crm-1")
    assert router.counts["usher_duplicates_total",] == 1
    router.customer("split", "crm-1")
    router.customer("split", "crm-1")
    assert router.counts["usher_duplicates_total",] == 2
    assert [row.kind for row in router.store.merges] == ["merged", "split"]
    assert len(router.dead) == 2


def test_an_id_that_everybody_shares_does_not_grow_for_ever(router: Router) -> None:
    for number in range(ALIASES_MAX + 8):
        router.contact(f"c{number}", party=party("guest"), handle_key=f"hash-{number}")
    assert len(router.store.aliases) == HANDLES_A_DAY_MAX + 1, "those that came before it was seen, and the id"
    for number in range(ALIASES_MAX + 1):
        router.customer("merge", f"crm-{number}", "crm-x")
    assert "too many ids" in router.dead[-1].detail


IDS = ("a", "b", "c", "d", "e")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    one = draw(st.sampled_from(IDS))
    return one, draw(st.sampled_from([each for each in IDS if each != one]))


def customers(identity: Identity) -> dict[str, list[str]]:
    return {each: identity.ids("w", identity.customer("w", each)) for each in IDS}


@given(st.lists(pairs(), max_size=6), pairs())
def test_a_split_undoes_its_merge(before: list[tuple[str, str]], last: tuple[str, str]) -> None:
    identity = Identity([])
    for one, into in before:
        if identity.customer("w", one) != identity.customer("w", into):
            identity.join("w", identity.customer("w", one), into, 1)
    was = customers(identity)
    joined = identity.customer("w", last[0])
    if joined != identity.customer("w", last[1]):
        identity.join("w", joined, last[1], 2)
        assert identity.customer("w", last[0]) == identity.customer("w", last[1])
        identity.part("w", joined, 3)
    assert customers(identity) == was
    assert customers(Identity(identity.changed.values())) == was, "the rows hold all of it"


@given(st.lists(st.tuples(st.booleans(), pairs()), max_size=12))
def test_every_id_belongs_to_one_customer_and_a_customer_to_themselves(
    steps: list[tuple[bool, tuple[str, str]]],
) -> None:
    identity = Identity([])
    for join, (one, other) in steps:
        if join and identity.customer("w", one) != identity.customer("w", other):
            identity.join("w", identity.customer("w", one), other, 1)
        elif not join and (row := identity.row("w", one)) and row.parent:
            identity.part("w", one, 1)
    for each, ids in customers(identity).items():
        assert each in ids
        assert len(set(ids)) == len(ids)
        assert {identity.customer("w", other) for other in ids} == {identity.customer("w", each)}
        assert identity.customer("w", ids[0]) == ids[0]


def test_a_contact_whose_number_needs_a_region_says_so(router: Router) -> None:
    router.contact("c1", region_missing=True)
    assert router.last("received")["region_missing"] is True
    router.contact("c2")
    assert "region_missing" not in router.last("received")


def test_an_id_with_which_many_handles_come_in_a_day_is_nobodys(router: Router) -> None:
    for number in range(HANDLES_A_DAY_MAX):
        router.contact(f"c{number}", party=party("guest"), handle_key=f"hash-{number}")
        router.hang_up(f"c{number}")
    assert told(router, SPLIT) == []
    router.contact("c-next", party=party("guest"), handle_key="hash-next")
    assert router.last("received")["customer_shared"] == "handles"
    assert {split["split_id"] for split in told(router, SPLIT)} == {
        "guest", *(f"hash-{number}" for number in range(HANDLES_A_DAY_MAX))
    }  # fmt: skip
    assert {record.reason for record in router.store.merges} == {MANY}
    assert len({record.id for record in router.store.merges}) == HANDLES_A_DAY_MAX + 1
    router.restart()
    router.contact("c-alone", party=party("hash-3"))
    assert known_by(router, "c-alone") == "hash-3", "who came once as a guest is themselves again"
    router.contact("c-guest", party=party("guest"), handle_key="hash-3")
    assert router.last("received")["customer_shared"] == "handles"
    router.contact("c-ana", party=party("crm-1"), handle_key="hash-3")
    assert told(router, MERGED)[-1]["customer_id"] == "crm-1", "and may be known by an id of their own"
    router.customer("split", "guest")
    router.contact("c-one", party=party("guest"))
    assert "customer_shared" not in router.last("received"), "an operator knows better"


def test_handles_that_come_over_many_days_are_one_persons(router: Router) -> None:
    for number in range(HANDLES_A_DAY_MAX + 4):
        router.contact(f"c{number}", party=party("crm-1"), handle_key=f"hash-{number}")
        router.hang_up(f"c{number}")
        router.wait(DAY_MS / 1000 / 20)
    assert told(router, SPLIT) == []
    assert "customer_shared" not in router.last("received")


def test_who_is_shared_by_many_open_contacts_is_merged_with_nobody(router: Router) -> None:
    for number in range(OPEN_MAX + 1):
        router.contact(f"c{number}", party=party("guest"), handle_key=f"hash-{number % 3}")
    router.contact("c-next", party=party("guest"), handle_key="hash-next")
    assert ("acme", "hash-next") not in router.store.aliases
    router.customer("merge", "guest", "crm-1")
    assert (router.dead[-1].reason, router.dead[-1].path) == ("illegal", "customer_id")
