"""A conversation's end that overtakes its message is remembered, and applied when the message comes."""

from typing import Any

import pytest

from services.router.domain.lifecycle import intake
from shared.contract import inputs
from tests.support.router_builders import START_MS, Router, bodies_of, kinds

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
