"""What counts as waiting: each wait has a start of its own, what was waited before counts as age, a talk never does."""

from datetime import datetime

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.router.domain.state.records import LiveContact
from shared.contract import inputs
from shared.times import rfc3339, to_ms
from tests.support.decision_checker import faults
from tests.support.router_builders import START_MS, Router, bodies_of, body_of, policy_with

ORDERS = {"orders": 3, "cards": 3}
MATCHED = policy_with(offers={"decline_pause": "0s"})


def _at(seconds: float) -> str:
    return rfc3339(START_MS + round(seconds * 1000))


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))


def _queued(router: Router) -> dict[str, object]:
    return router.last("queued")


def test_after_a_talk_a_new_wait_starts_and_the_first_one_counts_as_age() -> None:
    router = Router(MATCHED)
    router.contact("c1", queue="orders")
    router.now_ms += 7000
    router.sign_on("a1", skills=ORDERS)
    router.accept("a1")
    assert router.last("assigned")["waited_seconds"] == 7.0
    router.now_ms += 90_000  # the talk
    router.presence("a1", "draining")
    router.end(router.last("assigned")["assignment_id"], outcome="transferred", transfer=inputs.Transfer(queue="cards"))
    told = _queued(router)
    assert (told["entered_at"], told["wait_started_at"], told["waited_before_seconds"]) == (_at(0), _at(97), 7.0)
    assert told["due_at"] == _at(97 + 10)
    router.now_ms += 3000
    router.restart()
    router.sign_on("a2", skills=ORDERS)
    decision = router.last("offered")["decision"]
    assert (decision["wait_started_ms"], decision["waited_before_ms"]) == (START_MS + 97_000, 7000)
    assert (decision["late"], decision["key"]) == (False, START_MS + (97 + 10 - 7) * 1000)
    assert faults(router.last("offered")) == []
    assert router.last("offered")["sentence"].startswith("offered to a2: due in 7 s, waited 7 s before; ")
    router.accept("a2")
    assert router.last("assigned")["waited_seconds"] == 3.0


def test_a_caller_transferred_after_a_long_talk_is_served_before_a_newcomer() -> None:
    router = Router(MATCHED)
    moved = router.contact("c1", queue="orders")
    router.now_ms += 7000
    router.sign_on("a1", skills=ORDERS)
    router.accept("a1")
    router.now_ms += 600_000
    router.presence("a1", "draining")
    newcomer = router.contact("c2", queue="orders")
    router.now_ms += 5000
    router.end(router.last("assigned")["assignment_id"], outcome="transferred")
    router.sign_on("a2", skills=ORDERS, units=2)
    offers = bodies_of(router.events, "contact.offered")
    assert [offer["contact_id"] for offer in offers[-2:]] == [moved, newcomer]


def test_overflow_and_a_supervisors_move_of_who_waits_keep_the_wait() -> None:
    policy = policy_with()
    policy["queues"]["orders"]["overflow"] = [{"when": {"waited": "15s"}, "to": {"queue": "general"}}]
    router = Router(policy)
    contact = router.contact("c1", queue="orders")
    router.wait(15)
    assert (_queued(router)["queue"], _queued(router)["wait_started_at"]) == ("general", _at(0))
    router.wait(5)
    router.command(contact, "requeue", queue="cards")
    told = _queued(router)
    assert (told["queue"], told["wait_started_at"], told["waited_before_seconds"]) == ("cards", _at(0), 0.0)
    assert told["due_at"] == _at(10)


def test_what_was_waited_before_a_queue_closed_counts_at_its_opening() -> None:
    policy = policy_with(calendars={"office": {"open": {"mon-sun": ["00:00-22:14", "22:20-24:00"]}}}, timezone="UTC")
    closing = [{"when": {"closed": True}, "to": {"schedule": "next_opening"}}]
    policy["queues"]["orders"] |= {"hours": "office", "overflow": closing}
    router = Router(policy)  # it is 22:13:20
    router.contact("c1", queue="orders")
    router.wait(60)
    until = router.last("scheduled")["until"]
    router.wait(400)
    told = _queued(router)
    assert (told["entered_at"], told["wait_started_at"], told["waited_before_seconds"]) == (_at(0), until, 40.0)


def test_a_warm_transfers_wait_beside_the_agent_is_no_age() -> None:
    router = Router(MATCHED)
    router.sign_on("a1", skills=ORDERS)
    router.contact("c1", queue="orders")
    router.accept("a1")
    router.now_ms += 30_000
    router.end(
        router.last("assigned")["assignment_id"],
        outcome="transferred",
        transfer=inputs.Transfer(queue="cards", warm=True),
    )
    router.now_ms += 40_000
    router.sign_on("a2", skills=ORDERS)
    router.accept("a2")
    assert router.last("assigned")["waited_seconds"] == 40.0
    router.end(router.last("assigned")["assignment_id"], "a2", outcome="requeued")
    assert _queued(router)["waited_before_seconds"] == 0.0


def test_of_two_who_begin_to_wait_in_one_step_the_more_urgent_gets_the_one_agent() -> None:
    router = Router(policy_with())
    router.sign_on("a1", skills={"cards": 3})
    first = router.contact("c1", queue="orders")
    vip = router.contact("c2", queue="orders", priority_seconds=300)
    open_to_all = policy_with()
    open_to_all["queues"]["orders"]["requires"] = {}
    told = router.activate(open_to_all)
    assert bodies_of(told, "contact.offered")[0]["contact_id"] == vip
    assert router.state(first) == "queued"


def test_rows_of_before_waits_had_a_start_count_from_the_first_entry() -> None:
    router = Router(policy_with())
    contact = router.contact("c1", queue="orders")
    row = router.store.contacts[contact]
    live = msgspec.json.decode(row.body, type=LiveContact)
    live.contact.wait_started_ms = 0
    router.store.contacts[contact] = msgspec.structs.replace(row, body=msgspec.json.encode(live).decode())
    router.restart()
    router.now_ms += 12_000
    router.sign_on("a1", skills=ORDERS)
    router.accept("a1")
    assert router.last("assigned")["waited_seconds"] == 12.0


_moves = st.lists(
    st.tuples(
        st.sampled_from(("pass", "offer", "accept", "decline", "transfer", "requeue", "move", "hang")),
        st.integers(1, 90),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_moves)
def test_law_age_is_the_sum_of_what_was_waited_and_due_is_a_target_after_the_waits_start(
    moves: list[tuple[str, int]],
) -> None:
    """Recomputed from the log alone, over a way of waits, talks, moves and restarts."""
    router = Router(MATCHED)
    contact = router.contact("c1", queue="orders")
    for move, seconds in moves:
        router.wait(seconds)
        router.restart()
        _play(router, contact, move)
    _check(router, contact)


def _play(router: Router, contact: str, move: str) -> None:
    state = router.state(contact)
    if move == "offer" and state == "queued":
        router.sign_on("a1", skills=ORDERS)
    elif move in ("accept", "decline") and state == "offered":
        router.answer(router.last("offered")["offer_id"], "a1", "accepted" if move == "accept" else "declined")
    elif move in ("transfer", "requeue") and state == "assigned":
        queue = inputs.Transfer(queue="cards") if move == "transfer" else None
        outcome = "transferred" if move == "transfer" else "requeued"
        router.presence("a1", "draining")
        router.end(router.last("assigned")["assignment_id"], outcome=outcome, transfer=queue)
    elif move == "move" and state in ("queued", "offered"):
        router.command(contact, "requeue", queue="general")


def _check(router: Router, contact: str) -> None:
    start, before, first = None, 0, None
    for event in router.events:
        if event.subject != contact:
            continue
        body = body_of(event)
        at = _ms(body["occurred_at"])
        if event.type == "usher.contact.queued.v1":
            start = at if start is None else start
            first = at if first is None else first
            assert (_ms(body["entered_at"]), _ms(body["wait_started_at"])) == (first, start)
            assert body["waited_before_seconds"] * 1000 == before
            assert _ms(body["due_at"]) == start + body["target_seconds"] * 1000
        elif event.type == "usher.contact.assigned.v1":
            assert start is not None
            assert body["waited_seconds"] * 1000 == at - start
            before, start = before + at - start, None
