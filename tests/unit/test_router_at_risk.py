"""Who is at risk: looked at piece by piece, told once, and never a part of what decides."""

import random

import pytest

from services.router.domain.forecast import Flow, risk_of_breach
from services.router.domain.insight import at_risk
from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.matcher.matching import Requirement, Waiting
from services.router.domain.state.workspace import Workspace
from tests.support.router_builders import Router, policy_with

SOMETHING = Requirement((), (), (), "chat")


@pytest.fixture
def router() -> Router:
    """A router in whose queue ``orders`` one contact is taken every ten seconds."""
    router = Router(policy_with())
    router.sign_on("a1", skills={"orders": 2})
    served_every(router, 10.0)
    return router


def served_every(router: Router, seconds: float) -> None:
    flow = Flow(workspace="acme", queue="orders", at_ms=router.now_ms, served=100.0, busy=100.0 * seconds)
    router.engine.book.workspaces["acme"].flows["orders"] = flow


def wait(
    router: Router,
    contact_id: str,
    *,
    target: float = 20.0,
    age: float = 0.0,
    boost: float = 0.0,
    asks: Requirement = SOMETHING,
) -> None:
    workspace(router).matcher.wait(
        Waiting(
            contact_id=contact_id,
            queue="orders",
            requirement=asks,
            entered=router.now_ms - age * 1000,
            target=target * 1000,
            boost=boost * 1000,
        )
    )


def workspace(router: Router) -> Workspace:
    return router.engine.book.workspaces["acme"]


def look(router: Router) -> int:
    for _ in router.engine.look(router.now_ms):
        pass
    return router.engine.at_risk.count("acme", "orders")


def test_contacts_beyond_what_will_be_served_in_time_are_at_risk(router: Router) -> None:
    for number in range(5):
        wait(router, f"c{number}", target=25.0)
    assert look(router) == 3
    assert router.engine.at_risk.count("acme", "general") == 0


def test_a_risk_that_hovers_between_the_limits_stays_what_it_was(router: Router) -> None:
    wait(router, "c0", target=8.0)
    seen: list[int] = []
    for seconds_each in (20.0, 10.0, 9.0, 7.0, 9.0, 10.0, 13.0, 10.0):
        served_every(router, seconds_each)  # risks .66 .45 .41 .32 .41 .45 .54 .45
        seen.append(look(router))
    assert seen == [1, 1, 1, 0, 0, 0, 1, 1]


def test_who_left_or_is_late_is_not_at_risk(router: Router) -> None:
    served_every(router, 100.0)
    wait(router, "c0", target=20.0)
    wait(router, "c1", target=20.0)
    assert look(router) == 2
    workspace(router).matcher.leave("c0")
    assert look(router) == 1
    router.now_ms += 20_001
    assert look(router) == 0
    workspace(router).matcher.leave("c1")
    assert look(router) == 0


def test_nothing_is_said_of_a_queue_that_nobody_was_served_from(router: Router) -> None:
    workspace(router).flows.clear()
    wait(router, "c0", target=0.001)
    assert look(router) == 0


@pytest.mark.parametrize("piece", [1, 7, 2048])
def test_it_is_the_risk_that_each_contact_is_told(router: Router, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Late, boosted and in time, in one piece or many: what the look finds is what ``place`` and the formula say."""
    monkeypatch.setattr(at_risk, "PIECE_CONTACTS", piece)
    dice = random.Random(3)
    for number in range(60):
        wait(router, f"c{number:02}", target=120.0, age=dice.uniform(0, 700), boost=dice.choice((0, 0, 30)))
    flow = workspace(router).flows["orders"]
    flow.abandoned, flow.waited = 5.0, 900.0
    found = look(router)
    matcher = workspace(router).matcher
    places = [matcher.place(f"c{number:02}", router.now_ms) for number in range(60)]
    risks = [risk_of_breach((flow.expected_seconds(place.ahead) or 0.0) * 1000, place) for place in places]
    assert found == sum(risk > 0.5 and place.slack >= 0 for risk, place in zip(risks, places, strict=True)) > 0


def test_the_book_may_change_between_two_pieces(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_risk, "PIECE_CONTACTS", 10)
    served_every(router, 1000.0)
    for number in range(50):
        wait(router, f"c{number:02}")
    pieces = AtRisk().look(router.engine.book, router.now_ms)
    for number in range(50):
        next(pieces, None)
        workspace(router).matcher.leave(f"c{number:02}")
    assert list(pieces) == []
    assert look(router) == 0


def test_those_who_ask_the_same_may_all_be_gone_before_they_are_looked_at(router: Router) -> None:
    served_every(router, 1000.0)
    for channel in ("chat", "email"):
        wait(router, channel, asks=Requirement((), (), (), channel))
    pieces = router.engine.look(router.now_ms)
    next(pieces)
    for contact_id in ("chat", "email"):
        workspace(router).matcher.leave(contact_id)
    list(pieces)
    assert look(router) == 0


def test_looking_changes_no_decision_and_no_row() -> None:
    """The same inputs with looks between them, by a clock that runs ahead, give the same events and rows."""
    told = []
    for looking in (False, True):
        router = Router(policy_with(queues={"orders": {"overflow": OVERFLOW}}))
        dice = random.Random(11)
        router.sign_on("a1")
        for number in range(80):
            router.now_ms += round(dice.expovariate(1 / 5) * 1000)
            router.contact(f"c{number}", queue="orders")
            if looking:
                list(router.engine.look(router.now_ms + number % 7 * 20_000))
            for offer_id in list(router.engine.book.offers):
                router.answer(offer_id)
            for assignment_id in list(router.engine.book.assignments)[: number % 3]:
                router.end(assignment_id)
        told.append((router.events, [step.writes for step in router.steps]))
        assert any(event.type == "usher.contact.overflowed.v1" for event in router.events)
    assert told[0] == told[1]


OVERFLOW = [{"when": {"expected_wait": "30s"}, "to": {"callback": True}}]
