"""The clarifying question on real Kafka and PostgreSQL: asked once, answered or not, and nobody lost."""

from prometheus_client import generate_latest

from shared.contract.topics import AGENT_OFFERS, BOT, SELF_SERVICE
from tests.support.router_service import Running, agent, bodies, kinds, message, policy

UNCLEAR = "it is about something"
SURE = {"agent_probability": 0.5, "confidence": 0.8}  # of such words nothing is sure enough, and no agent is likely


async def test_who_is_unclear_is_asked_by_the_bot_once_and_then_served_by_what_they_say(running: Running) -> None:
    asks = {
        "model": "starter",
        "intents": {},
        "thresholds": SURE,
        "clarify": {"channels": ["chat"], "wait": "20m"},
    }
    await running.say(policy(classification=asks), *(message(name, UNCLEAR) for name in ("c1", "c2")))
    hand_offs = await running.until(lambda seen: len(seen) == 2, BOT)
    for _, body in hand_offs:
        assert (body["purpose"], body["text"], len(body["top3"])) == ("clarify", UNCLEAR, 3)
    answers = {"c1": "Can you tell me where my order is?", "c2": "Plugh xyzzy"}
    await running.say(*(message(name, text, number=2) for name, text in answers.items()), agent("a1"))
    ((_, answered),) = await running.until(bool, SELF_SERVICE)
    assert answered["articles"] == ["where-is-my-order"]
    assert answered["text"] == f"{UNCLEAR}\nCan you tell me where my order is?"
    log = await running.until(lambda seen: "contact.offered" in kinds(seen))
    first, queued = bodies(log, "contact.classified")[0], bodies(log, "contact.queued")[0]
    received = {body["contact_id"]: body["occurred_at"] for body in bodies(log, "contact.received")}
    assert first["question"] is True
    assert queued["entered_at"] == received[queued["contact_id"]]
    ((_, offered),) = [each for each in await running.until(bool, AGENT_OFFERS) if "text" in each[1]]
    assert offered["text"] == f"{UNCLEAR}\nPlugh xyzzy"
    assert offered["context"] == {"tried": ["clarify"]}
    shown = generate_latest(running.service.registry).decode()
    assert 'usher_clarifications_total{result="asked",workspace="acme"} 2.0' in shown
    assert 'usher_clarifications_total{result="self_service",workspace="acme"} 1.0' in shown


async def test_a_question_that_nobody_answers_ends_with_a_person(running: Running) -> None:
    asks = {"model": "starter", "intents": {}, "thresholds": SURE, "clarify": {"wait": "1s"}}
    await running.say(policy(classification=asks), message("c1", UNCLEAR))
    await running.saw("contact.queued")
    escalated = await running.saw("contact.escalated")
    assert (escalated["from_tier"], escalated["reason"]) == ("bot", "timeout")
