"""A conversation's end that overtakes its message is remembered, and applied when the message comes."""

import random
from typing import Any

import pytest

from services.router.domain.lifecycle import intake
from shared.contract import inputs
from tests.support.router_builders import START_MS, Router, bodies_of, kinds, policy_with

MINUTE = 60.0


def end(router: Router, conversation: str = "c1", at_ms: int | None = None) -> list[Any]:
    common = router.common(router._key(f"end-{conversation}"))
    common["occurred_ms"] = router.now_ms if at_ms is None else at_ms
    said = inputs.ConversationEnded(**common, source="chat", conversation_id=conversation, reason="hang_up")
    return router.say(said)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_call_whose_hang_up_came_first_is_abandoned_when_it_comes_and_offered_to_nobody(restarts: bool) -> None:
    router = Router()
    router.sign_on("a1")
    assert end(router) == []
    assert router.dead == []
    router.now_ms += 9 * 60_000
    if restarts:
        router.restart()
    told = router.say(router.message("c1", occurred_ms=START_MS - 20_000))
    assert kinds(told) == ["contact.received", "contact.classified", "contact.queued", "contact.abandoned"]
    (body,) = bodies_of(told, "contact.abandoned")
    assert (body["reason"], body["by"], body["occurred_at"]) == ("hang_up", "customer", "2023-11-14T22:13:20.000Z")


def test_a_message_that_happened_after_the_end_is_a_new_conversation() -> None:
    router = Router()
    router.sign_on("a1")
    end(router)
    router.wait(5)
    assert "contact.offered" in kinds(router.say(router.message("c1")))


@pytest.mark.parametrize("restarts", [False, True])
def test_an_end_is_forgotten_after_ten_minutes(restarts: bool) -> None:
    router = Router()
    end(router)
    if restarts:
        router.restart()
    router.wait(10 * MINUTE)
    assert router.store.ends == {}
    router.restart()
    contact_id = router.say(router.message("c1", occurred_ms=START_MS - 1000))[0].subject
    assert router.state(contact_id) == "queued"


def test_ends_of_other_conversations_and_of_earlier_ones_change_nothing() -> None:
    router = Router()
    end(router, "c2")
    end(router, "c1", START_MS - 60_000)
    contact_id = router.contact("c1")
    assert router.state(contact_id) == "queued"


def test_the_latest_end_of_a_conversation_counts_and_a_repeat_is_a_duplicate() -> None:
    router = Router()
    end(router, at_ms=START_MS - 5_000)
    end(router, at_ms=START_MS)
    end(router, at_ms=START_MS - 9_000)
    assert router.counts["usher_duplicates_total",] == 1
    end(router, at_ms=START_MS)
    assert router.counts["usher_duplicates_total",] == 2, "the same once more, and by another id"
    contact_id = router.say(router.message("c1", occurred_ms=START_MS - 1000))[0].subject
    assert router.state(contact_id) == "abandoned"


def test_no_more_ends_are_remembered_than_the_bound_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "EARLY_ENDS_MAX", 3)
    router = Router()
    for number in range(5):
        end(router, f"c{number}")
    assert len(router.store.ends) == len(router.engine.book.ends) == 3
    states = [router.state(router.contact(f"c{number}")) for number in range(5)]
    assert states == ["queued", "queued", "abandoned", "abandoned", "abandoned"]


def test_a_second_message_from_before_the_end_does_not_wait_as_a_ghost() -> None:
    router = Router()
    end(router)
    for number in (1, 2):
        told = router.say(router.message("c1", number, occurred_ms=START_MS - 1000))
        assert kinds(told)[-1] == "contact.abandoned"


def write(router: Router, number: int, seconds: float, conversation: str = "c1") -> list[Any]:
    return router.say(router.message(conversation, number, occurred_ms=START_MS + round(seconds * 1000)))


def leave(router: Router, seconds: float) -> list[Any]:
    return end(router, at_ms=START_MS + round(seconds * 1000))


@pytest.mark.parametrize("ended_by", ["agent", "hang_up"])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_late_hang_up_of_an_earlier_episode_ends_nothing_of_the_next(ended_by: str, restarts: bool) -> None:
    router = Router()
    router.now_ms += 60_000
    if ended_by == "agent":
        router.sign_on("a1")
        write(router, 1, 0)
        router.accept()
        router.end(router.last("assigned")["assignment_id"])
        router.sign_off("a1")
    else:
        write(router, 1, 0)
        leave(router, 10)
    second = write(router, 2, 20)[0].subject
    if restarts:
        router.restart()
    assert leave(router, 12) == []
    assert router.state(second) == "queued"
    told = leave(router, 30)
    assert "contact.abandoned" in kinds(told)
    assert router.state(second) == "abandoned"


def test_a_hang_up_that_a_newer_message_overtook_ends_nothing_for_the_customer_came_back() -> None:
    router = Router()
    router.now_ms += 60_000
    contact_id = write(router, 1, 0)[0].subject
    write(router, 2, 20)
    assert leave(router, 10) == []
    assert router.state(contact_id) == "queued"


def test_a_hang_up_by_a_clock_of_whole_seconds_ends_its_call() -> None:
    router = Router()
    router.now_ms += 60_000
    contact_id = write(router, 1, 0.7)[0].subject
    leave(router, 0)
    assert router.state(contact_id) == "abandoned"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_message_from_before_a_hang_up_that_was_applied_does_not_wait_as_a_ghost(restarts: bool) -> None:
    router = Router()
    router.sign_on("a1")
    router.presence("a1", "not_ready")
    router.now_ms += 60_000
    write(router, 2, 5)
    leave(router, 10)
    router.presence("a1", "available")
    if restarts:
        router.restart()
    told = write(router, 1, 3)
    assert kinds(told)[-1] == "contact.abandoned"
    assert "contact.offered" not in kinds(told)


def test_a_message_at_the_instant_of_an_applied_hang_up_is_a_new_beginning() -> None:
    router = Router()
    router.now_ms += 60_000
    write(router, 1, 0)
    leave(router, 10)
    second = write(router, 2, 10)[0].subject
    assert router.state(second) == "queued"


def test_a_message_from_before_the_hang_up_in_wrap_up_is_the_agents_and_opens_nothing() -> None:
    router = Router(policy_with(wrap_up={"default": "30s"}))
    router.sign_on("a1")
    router.now_ms += 60_000
    contact_id = write(router, 1, 0)[0].subject
    router.accept()
    leave(router, 40)
    assert kinds(write(router, 2, 30)) == ["contact.message_added"]
    assert router.state(contact_id) == "wrapping"
    assert "contact.received" in kinds(write(router, 3, 50)), "and one from after it is the next episode"


FACTS_MAX = 7


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_in_whatever_order_messages_and_hang_ups_come_the_same_conversations_are_open_at_the_end(
    seed: int, answered: bool
) -> None:
    dice = random.Random(seed)
    for _ in range(4):
        times = dice.sample(range(0, 200, 2), dice.randint(2, FACTS_MAX))
        facts = [(dice.choice(("message", "message", "end")), seconds) for seconds in times]
        facts[0] = ("message", facts[0][1])
        last_kind = max(facts, key=lambda fact: fact[1])[0]
        for _ in range(8):
            router = Router(policy_with(wrap_up={"default": dice.choice(("0s", "5m"))}))
            router.now_ms += 300_000
            if answered:
                router.sign_on("a1", units=20)
            for number, (kind, seconds) in enumerate(dice.sample(facts, len(facts))):
                _say_fact(router, kind, number, seconds)
                if dice.random() < 0.2:
                    router.restart()
                if answered and dice.random() < 0.5:
                    for offer_id in list(router.engine.book.offers):
                        router.answer(offer_id)
            states = [contact.state for contact in router.engine.book.contacts.values()]
            live = [state for state in states if state != "wrapping"]
            assert len(live) == (last_kind == "message"), facts
            assert router.dead == []
            # How many episodes that makes depends on the order: nothing is added to one that ended. No message is lost.
            received, added = (bodies_of(router.events, f"contact.{kind}") for kind in ("received", "message_added"))
            messages = sum(kind == "message" for kind, _ in facts)
            assert len({body["message_id"] for body in (*received, *added)}) == messages
            assert 1 <= len(received) <= messages


def _say_fact(router: Router, kind: str, number: int, seconds: int) -> None:
    if kind == "message":
        write(router, number, seconds)
    else:
        leave(router, seconds)
