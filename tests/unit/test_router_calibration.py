"""What became of the forecasts: each that was told to somebody who had to wait is counted once, or never."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain import events
from services.router.domain.forecast import Expectation, Flow
from services.router.domain.insight import calibration
from services.router.domain.insight.calibration import ERROR, OBSERVED, PREDICTED, Calibration
from services.router.domain.state.records import Contact
from services.router.domain.states import ContactState
from shared.contract.records import Event
from shared.lane.engine import Step
from tests.support.router_builders import Router, kinds, policy_with

QUEUE = "orders"  # its target is 20 seconds


@pytest.fixture
def router() -> Router:
    """One busy agent, and a queue of which one contact was served every 15 seconds."""
    router = Router(policy_with())
    flow = Flow(workspace="acme", queue=QUEUE, at_ms=router.now_ms, served=100.0, busy=1500.0)
    router.engine.book.workspaces["acme"].flows[QUEUE] = flow
    router.store.flows["acme", QUEUE] = msgspec.json.encode(flow).decode()
    router.assigned("c0", queue=QUEUE)
    return router


def free_the_agent(router: Router) -> None:
    router.end(router.last("assigned")["assignment_id"])
    router.accept()


def outcomes(router: Router) -> dict[str, float]:
    """Decided predictions by outcome."""
    found: Counter[str] = Counter()
    for key, number in router.counts.items():
        if key[0] == OBSERVED:
            found[key[2]] += number  # type: ignore[assignment]
    return dict(found)


def errors(router: Router) -> list[tuple[str, float]]:
    return [(key[1], value) for step in router.steps for key, value in step.observed if key[0] == ERROR]


def test_an_answer_in_time_is_met_and_tells_the_error(router: Router) -> None:
    router.contact("c1", queue=QUEUE)
    told = router.last("queued")
    assert (told["expected_wait_seconds"], told["breach_risk"]) == (15.0, pytest.approx(0.264, abs=0.01))
    router.now_ms += 6000
    free_the_agent(router)
    assert outcomes(router) == {"met": 1}
    assert router.counts[OBSERVED, "0.2", "met"] == 1
    assert router.counts[PREDICTED, "0.2"] == told["breach_risk"]
    assert errors(router) == [("sooner", 9.0)]


def test_no_answer_in_time_is_a_breach_once_and_the_answer_still_tells_the_error(router: Router) -> None:
    router.contact("c1", queue=QUEUE)
    router.now_ms += 20_900
    router.heartbeat()
    assert outcomes(router) == {}
    router.now_ms += 5000
    router.heartbeat()
    assert outcomes(router) == {"breached": 1}
    free_the_agent(router)
    assert outcomes(router) == {"breached": 1}
    assert errors(router) == [("later", pytest.approx(10.9))]
    assert len(router.engine.calibration) == 0


def test_who_gives_up_before_is_lost_and_counts_for_no_share(router: Router) -> None:
    router.contact("c1", queue=QUEUE)
    router.now_ms += 5000
    router.hang_up("c1")
    assert outcomes(router) == {"lost": 1}
    assert not any(key[0] == PREDICTED for key in router.counts)
    assert errors(router) == []


def test_who_is_moved_to_another_queue_is_lost_there(router: Router) -> None:
    contact_id = router.contact("c1", queue=QUEUE)
    router.command(contact_id, "requeue", queue="general")
    assert outcomes(router) == {"lost": 1}


def test_who_finds_somebody_free_is_no_forecast(router: Router) -> None:
    router.sign_on("a2")
    router.contact("c1", queue=QUEUE)
    assert router.last("queued")["breach_risk"] == 0
    router.accept("a2")
    assert outcomes(router) == {}
    assert errors(router) == []


@pytest.mark.parametrize(("seconds", "overflows"), [(15, True), (16, False)])
def test_a_contact_that_waits_just_as_long_as_a_rule_says_overflows(
    router: Router, seconds: int, overflows: bool
) -> None:
    document = policy_with()
    rule = {"when": {"expected_wait": f"{seconds}s"}, "to": {"callback": True}}
    document["queues"][QUEUE]["overflow"] = [rule]
    router.activate(document)
    told = router.say(router.message("c1", queue=QUEUE))
    assert ("contact.overflowed" in kinds(told)) is overflows


def test_a_queue_that_nobody_was_served_from_tells_nothing() -> None:
    router = Router()
    router.contact("c1", queue=QUEUE)
    assert router.last("queued")["breach_risk"] is None
    assert len(router.engine.calibration) == 0


def test_a_new_owner_forgets_what_is_open(router: Router) -> None:
    router.contact("c1", queue=QUEUE)
    assert len(router.engine.calibration) == 1
    router.restart()
    router.now_ms += 6000
    free_the_agent(router)
    assert outcomes(router) == {}
    assert errors(router) == []


@pytest.mark.parametrize(("ago_ms", "followed"), [(19_999, 1), (20_000, 0), (60_000, 0)])
def test_who_comes_when_the_promise_is_over_is_no_forecast(router: Router, ago_ms: int, followed: int) -> None:
    router.contact("c1", queue=QUEUE, occurred_ms=router.now_ms - ago_ms)
    assert router.last("queued")["breach_risk"] is not None
    assert len(router.engine.calibration) == followed


def test_of_more_than_are_followed_the_first_are(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "OPEN_MAX", 3)
    for number in range(5):
        router.contact(f"c{number + 1}", queue=QUEUE)
    router.now_ms += 60_000
    router.heartbeat()
    assert outcomes(router) == {"breached": 3}


KINDS = (events.QUEUED, events.ASSIGNED, events.ABANDONED, events.SCHEDULED, events.OFFERED)
MOVES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(KINDS), st.integers(0, 9000)), max_size=60)


@given(moves=MOVES)
def test_every_prediction_is_decided_once(moves: list[tuple[int, str, int]]) -> None:
    """Whatever happens to the contacts in whatever order: those followed are decided once, or are still open."""
    followed = Calibration()
    contacts = {str(number): _contact(str(number)) for number in range(6)}
    at_ms = opened = decided = 0
    open_waits: set[str] = set()
    for number, kind, later in moves:
        at_ms += later
        subject = str(number)
        step = Step(writes=None, events=[Event(kind, "acme", subject, at_ms, "", 0, b"{}")])
        contacts[subject].state = ContactState.QUEUED if kind == events.QUEUED else ContactState.OFFERED
        told = {subject: Expectation(at_ms, at_ms + 10_000, 5.0, 0.5)} if kind == events.QUEUED else {}
        followed.follow(step, told, contacts, at_ms)
        opened += len(told)
        decided += sum(int(count) for key, count in step.counts.items() if key[0] == OBSERVED)
        assert len(step.observed) == (kind == events.ASSIGNED and subject in open_waits)
        if kind == events.QUEUED:
            open_waits.add(subject)
        elif kind != events.OFFERED:
            open_waits.discard(subject)
        assert len(followed) == len(open_waits)
        assert decided <= opened
    end = Step(writes=None)
    followed.follow(end, {}, contacts, at_ms + 60_000)
    assert decided + sum(int(count) for key, count in end.counts.items() if key[0] == OBSERVED) == opened


def _contact(contact_id: str) -> Contact:
    return Contact(
        contact_id=contact_id,
        workspace="acme",
        conversation_key=contact_id,
        episode=1,
        source="chat",
        channel="chat",
        conversation_id=contact_id,
        customer_id="",
    )
