"""A text model in the router engine: asked once a batch, recorded, done without where it is missing."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.router.domain.classification.classifying import KnownModel
from services.router.domain.classification.merge import merged
from services.router.domain.classification.record import ModelRef
from services.router.domain.state.rows import Known
from shared.contract.inputs import (
    AssignmentEnded,
    ContactCommanded,
    ConversationEnded,
    Input,
    OutcomeReported,
    PolicyActivated,
)
from shared.policy import Intent, parse_policy
from tests.support.router_builders import Router, policy_with
from tests.support.router_models import Shelf, WordModel, router_on


def router_with(model: KnownModel | None, **classification: Any) -> Router:
    return router_on(Shelf(words=model) if model else Shelf(), **classification)


def test_all_messages_of_a_batch_are_one_question_to_the_model() -> None:
    model = WordModel()
    router = router_with(model)
    router.batch([router.record(router.message(f"c{at}", text="where is my parcel")) for at in range(5)])

    assert model.asked == [5]
    assert router.last("classified")["intent"] == "order_status"
    assert router.last("classified")["model_version"] == "v1"


def test_a_later_message_is_read_once_where_no_agent_serves_the_contact_and_never_where_one_does() -> None:
    model = WordModel()
    router = router_with(model)
    router.contact("c1", text="parcel")

    router.say(router.message("c1", number=2, text="card"))
    assert model.asked == [1, 1]

    router.sign_on()
    router.accept()
    router.say(router.message("c1", number=3, text="card"))
    assert model.asked == [1, 1]


def test_a_policy_that_changes_within_the_batch_is_the_one_that_decides() -> None:
    model = WordModel()
    router = router_with(model)
    known = policy_with()["classification"]["intents"]
    changed = {**known, "order_status": {"tier": "agent", "base": 60}}
    later = parse_policy(policy_with(classification={"model": "words", "intents": changed}))
    message = router.record(router.message("c1", text="parcel"))
    router.activate(later.document())
    router.batch([message])

    assert router.last("classified")["tier"] == "agent"


def test_without_its_model_a_contact_is_classified_by_rules_and_the_record_says_so() -> None:
    router = router_with(None)
    router.contact("c1", text="where is my parcel")

    said = router.last("classified")
    assert said["reasons"][0] == "model: words cannot be used by this router, decided without it"
    assert (said["tier"], said["model_version"]) == ("agent", None)


def test_a_model_that_was_exchanged_after_the_look_ahead_is_asked_again() -> None:
    old, new = WordModel("v1"), WordModel("v2")
    shelf = Shelf(words=old)
    router = router_on(shelf)
    record = router.record(router.message("c1", text="parcel"))

    router.engine.needs([record])
    shelf.put("words", new, instead=True)
    step = router.engine.step([record], Known(), router.now_ms)

    assert (old.asked, new.asked) == ([1], [1])
    assert b'"model_version":"v2"' in step.events[1].body


def test_the_model_that_a_new_policy_names_is_wanted_before_it_decides() -> None:
    router = Router()
    common = router.common(router._key("policy"))
    parsed = parse_policy(policy_with(classification={"model": "next"}))
    needs = router.engine.needs([router.record(PolicyActivated(**common, hash=parsed.hash, policy=parsed.document()))])

    assert needs is not None
    assert needs.models == [ModelRef("next")]


def test_articles_are_looked_for_only_where_self_service_has_none() -> None:
    router = router_with(WordModel())
    texts = ["my parcel", "my card", "when does the shop open", "the weather"]
    records = [router.record(router.message(f"c{at}", text=text)) for at, text in enumerate(texts)]

    needs = router.engine.needs(records)

    assert needs is not None
    assert [search.text for search in needs.searches] == ["when does the shop open"]
    known = Known(articles={needs.searches[0].event_id: ("opening-hours", "find-a-store")})
    step = router.engine.step(records, known, router.now_ms)
    sent = [event for event in step.events if event.type == "usher.contact.sent_to_self_service.v1"]
    assert b'"articles":["where-is-my-order"]' in sent[0].body
    assert b'"articles":["opening-hours","find-a-store"]' in sent[1].body


def _ends(router: Router) -> dict[str, Input]:
    """Contacts c1 to c5 in all states, and for each an input, or "" for a deadline, that ends it."""
    _, assigned = router.assigned("c1", units=2, intent="stolen_card")
    supervised = router.contact("c2", intent="stolen_card")
    served = router.contact("c3", text="my parcel")
    router.contact("c4", intent="complaint")
    common = router.common
    return {
        "c1": AssignmentEnded(**common("e1"), assignment_id=assigned, agent_id="a1", outcome="closed"),
        "c2": ContactCommanded(**common("e2"), contact_id=supervised, command="cancel", actor="b", reason="r"),
        "c3": OutcomeReported(**common("e3"), contact_id=served, by="self_service", outcome="resolved"),
        "c4": ConversationEnded(**common("e4"), source="chat", conversation_id="c4", reason="left"),
    }


@pytest.mark.parametrize("conversation", ["c1", "c2", "c3", "c4"])
def test_articles_are_looked_for_too_when_the_contact_of_a_conversation_ends_in_the_same_batch(
    conversation: str,
) -> None:
    router = router_with(WordModel())
    end = router.record(_ends(router)[conversation])
    before, after = (router.message(conversation, number, text="when does the shop open") for number in (2, 3))
    records = [replace(router.record(before), offset=end.offset - 1), end, router.record(after)]

    needs = router.engine.needs(records)

    assert needs is not None
    assert [search.event_id for search in needs.searches] == [after.event_id]
    known = Known(articles={after.event_id: ("opening-hours",)}, episodes={})
    step = router.engine.step(records, known, router.now_ms)
    assert step.dead == []
    (sent,) = [event for event in step.events if event.type == "usher.contact.sent_to_self_service.v1"]
    assert b'"articles":["opening-hours"]' in sent.body


def test_articles_are_looked_for_too_when_a_deadline_may_end_the_contact_before() -> None:
    router = router_with(WordModel())
    router.contact("c1", intent="stolen_card")  # lives for an hour
    router.now_ms += 3_600_000
    message = router.message("c1", 2, text="when does the shop open")

    needs = router.engine.needs([router.record(message)])

    assert needs is not None
    assert [search.event_id for search in needs.searches] == [message.event_id]


def test_articles_are_looked_for_in_any_case_when_the_policy_changes_in_the_batch() -> None:
    router = Router(policy=None)
    parsed = parse_policy(policy_with())
    activated = PolicyActivated(**router.common(router._key("p")), hash=parsed.hash, policy=parsed.document())

    needs = router.engine.needs([router.record(activated), router.record(router.message("c1", text="my parcel"))])

    assert needs is not None
    assert [search.text for search in needs.searches] == ["my parcel"]


def test_what_the_model_is_unsure_of_is_counted() -> None:
    router = router_with(WordModel(confidence=0.31))
    router.contact("c1", text="what ???")

    assert router.counts["usher_model_confidence_total", "0.3"] == 1
    assert router.counts["usher_model_doubts_total", "confidence"] == 1
    assert router.counts["usher_model_doubts_total", "out_of_scope"] == 1


@pytest.mark.parametrize(
    ("outcome", "counted"), [("resolved", "contained"), ("escalated", "escalated"), ("failed", "escalated")]
)
def test_the_end_of_self_service_is_counted_by_intent_and_article(outcome: str, counted: str) -> None:
    router = router_with(WordModel())
    contact_id = router.contact("c1", text="my parcel")

    router.outcome(contact_id, "self_service", outcome)

    key = ("usher_automation_total", "self_service", counted, "order_status", "where-is-my-order")
    assert router.counts[key] == 1


def test_self_service_that_says_nothing_is_counted_as_timed_out() -> None:
    router = router_with(WordModel())
    router.contact("c1", text="my parcel")
    router.wait(3600)

    key = ("usher_automation_total", "self_service", "timed_out", "order_status", "where-is-my-order")
    assert router.counts[key] == 1


def found_intents(**own: Any) -> dict[str, Intent]:
    policy = parse_policy(policy_with(classification={"intents": own}))
    return merged(policy, WordModel().intents())


def test_a_model_asks_only_for_skills_and_levels_that_the_policy_knows() -> None:
    found = found_intents(complaint={"tier": "agent", "skills": {"cards": 3}})

    assert found["stolen_card"].skills == {"cards": 3}
    assert found["weather"].skills == {}


def test_what_a_policy_leaves_open_the_model_fills_in() -> None:
    found = found_intents(stolen_card={"queue": "cards"}, order_status={"tier": "bot"})

    assert (found["stolen_card"].moment_of_truth, found["stolen_card"].base) == (True, 95)
    assert found["stolen_card"].queue == "cards"
    assert (found["order_status"].tier, found["order_status"].base) == ("bot", None)
    assert found["order_status"].articles == ("model-article",)


def test_the_skills_of_a_policy_stand_in_for_those_of_the_model() -> None:
    found = found_intents(stolen_card={"skills": {"fraud": 2}}, complaint={"tier": "agent", "skills": {"cards": 3}})

    assert found["stolen_card"].skills == {"fraud": 2}


def test_a_policy_that_names_a_lower_tier_has_the_last_word() -> None:
    assert found_intents(stolen_card={"tier": "bot"})["stolen_card"].moment_of_truth is False
