"""Who is asked what they mean, over random guesses, conversations, batches and restarts."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.classification.classify import classify_predicted, compile_policy
from services.router.domain.classification.policy import RANK
from services.router.domain.classification.record import MessageFacts, Prediction
from shared.contract.ids import contact_id, conversation_key, derive
from shared.contract.inputs import ConversationEnded, HandOffContext, OutcomeReported, Party
from shared.policy import parse_policy
from tests.support.clarify_builders import UNCLEAR, router_with
from tests.support.router_builders import START_MS, Router, bodies_of

POLICY = compile_policy(
    parse_policy(
        {
            "workspace": "a",
            "queues": {"q": {}},
            "classification": {
                "intents": {
                    "easy": {"tier": "self_service", "base": 5},
                    "bot": {"tier": "bot"},
                    "hard": {"tier": "agent"},
                    "truth": {"moment_of_truth": True},
                }
            },
        },
        not_yet=(),
    )
)
RISKS = ("angry", "vip", "attachment", "person", "fraud", "truth")
guesses = st.builds(
    Prediction,
    st.sampled_from(["easy", "bot", "hard", "truth"]),
    st.floats(0, 1),
    st.lists(st.tuples(st.sampled_from(["easy", "bot", "hard", "truth"]), st.floats(0, 1)), max_size=3).map(tuple),
    st.floats(0, 1),
    st.booleans(),
)


@given(guesses, st.sampled_from(RISKS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_sign_of_risk_never_lowers_the_tier_of_whoever_may_be_asked(
    guess: Prediction, risk: str, may_ask: bool
) -> None:
    facts = MessageFacts(channel="chat", text="it is about that", may_ask=may_ask)
    words = {"angry": " a disgrace", "person": " speak to a person", "fraud": " this is fraud"}
    attributes = {"vip": "1"} if risk == "vip" else {}
    riskier = msgspec.structs.replace(
        facts, text=facts.text + words.get(risk, ""), attributes=attributes, attachments=int(risk == "attachment")
    )
    more = guess._replace(top3=(*guess.top3[:2], ("truth", 1.0))) if risk == "truth" else guess
    before = classify_predicted(facts, POLICY, guess)
    after = classify_predicted(riskier, POLICY, more)
    assert RANK[after.tier] >= RANK[before.tier]


@given(guesses)
@settings(max_examples=300, deadline=None)
def test_a_question_replaces_human_triage_and_nothing_else(guess: Prediction) -> None:
    facts = MessageFacts(channel="chat", text="it is about that", may_ask=True)
    asked = classify_predicted(facts, POLICY, guess)
    without = classify_predicted(msgspec.structs.replace(facts, may_ask=False), POLICY, guess)
    assert not without.question
    if asked.question:
        assert (asked.tier, without.tier) == ("bot", "agent")
        assert guess.out_of_scope or guess.confidence < 0.4
    else:
        assert asked == without


@given(st.lists(st.sampled_from(["???", "parcel", "card", "weather", ""]), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_nobody_is_asked_twice_whatever_they_write(texts: list[str]) -> None:
    router = router_with()
    for number, text in enumerate(texts, start=1):
        router.say(router.message(number=number, text=text))
        router.restart()
    told = bodies_of(router.events, "contact.sent_to_bot")
    assert sum(body.get("purpose") == "clarify" for body in told) == (texts[0] == UNCLEAR)
    assert not router.dead
    assert router.engine.book.clock_ms >= START_MS


CONVERSATIONS = ("c1", "c2")
moves = st.lists(
    st.one_of(
        st.tuples(
            st.just("message"),
            st.sampled_from(CONVERSATIONS),
            st.sampled_from(["???", "???", "parcel", "card", "thanks"]),
            st.sampled_from(["cust-1", "cust-2"]),
        ),
        st.tuples(
            st.just("outcome"), st.sampled_from(CONVERSATIONS), st.sampled_from(["clarified", "resolved", "escalated"])
        ),
        st.tuples(st.just("gone"), st.sampled_from(CONVERSATIONS)),
        st.tuples(st.just("pass"), st.sampled_from([1, 30_000, 125_000])),
    ),
    max_size=14,
)


def _inputs(script: list[tuple[Any, ...]]) -> list[tuple[int, Any]]:
    """(time, input) of each move; an outcome is about the conversation's first or second contact, live or not."""
    maker, found = router_with(), []
    for number, move in enumerate(script):
        match move:
            case ("pass", wait_ms):
                maker.now_ms += wait_ms
            case ("message", conversation, text, customer):
                party = Party(handle="+34600000001", customer_id=customer)
                found.append((maker.now_ms, maker.message(conversation, number, text=text, party=party)))
            case ("gone", conversation):
                common = maker.common(derive("gone", str(number)))
                ended = ConversationEnded(**common, source="chat", conversation_id=conversation, reason="left")
                found.append((maker.now_ms, ended))
            case ("outcome", conversation, outcome):
                context = HandOffContext(intent="order_status")
                told = OutcomeReported(
                    **maker.common(derive("outcome", str(number))),
                    contact_id=contact_id(conversation_key("acme", "chat", conversation), 1 + number % 2, 0),
                    by="bot",
                    outcome="resolved" if outcome == "resolved" else "escalated",
                    reason=outcome,
                    context=context if outcome == "clarified" else None,
                )
                found.append((maker.now_ms, told))
    return found


def _run(said: list[tuple[int, Any]], cuts: list[int], restarts: bool) -> Router:
    router = router_with()
    records = []
    for at_ms, each in said:
        router.now_ms = at_ms
        records.append(router.record(each))
    for begin, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        if end > begin:
            router.batch(records[begin:end])
            if restarts:
                router.restart()
    router.batch([], START_MS + 10_000_000)
    return router


@given(moves, st.data())
@settings(max_examples=120, deadline=None)
def test_batches_and_restarts_make_no_difference_to_who_is_asked_and_what_follows(
    script: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    said = _inputs(script)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(said)), max_size=4)))
    one_by_one = _run(said, list(range(1, len(said))), restarts=True)
    cut = _run(said, cuts, restarts=False)
    assert cut.events == one_by_one.events
    assert cut.dead == one_by_one.dead
    assert cut.store.personal == one_by_one.store.personal
    asked = [event.subject for event in cut.events if b'"purpose":"clarify"' in event.body]
    assert len(asked) == len(set(asked)), "asked twice"
    for contact in cut.engine.book.contacts.values():
        assert contact.question != "open", "an open question ends with its time"
