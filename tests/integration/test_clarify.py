"""The clarifying question on real Kafka and PostgreSQL: asked once, answered or not, and nobody lost."""

import msgspec
from prometheus_client import generate_latest

from shared import inputs
from shared.ids import derive
from shared.topics import AGENT_OFFERS, BOT, SELF_SERVICE
from tests.support.router_service import Running, agent, kinds, message, policy

UNCLEAR = "Xyzzy plugh frotz"


def answer(conversation: str, text: str) -> inputs.MessageReceived:
    said = message(conversation, text)
    return msgspec.structs.replace(said, event_id=derive("it", conversation, "2"), message_id=f"{conversation}-2")


async def test_who_is_unclear_is_asked_by_the_bot_once_and_then_served_by_what_they_say(running: Running) -> None:
    asks = {"model": "starter", "intents": {}, "clarify": {"channels": ["chat"], "wait": "20m"}}
    await running.say(policy(classification=asks), *(message(name, UNCLEAR) for name in ("c1", "c2")))
    hand_offs = await running.until(lambda seen: len(seen) == 2, BOT)
    for _, body in hand_offs:
        assert (body["purpose"], body["text"], len(body["top3"])) == ("clarify", UNCLEAR, 3)
    await running.say(answer("c1", "Can you tell me where my order is?"), answer("c2", "Plugh xyzzy"), agent("a1"))
    ((_, answered),) = await running.until(bool, SELF_SERVICE)
    assert answered["articles"] == ["where-is-my-order"]
    assert answered["text"] == f"{UNCLEAR}\nCan you tell me where my order is?"
    log = await running.until(lambda seen: "contact.offered" in kinds(seen))
    first = next(body for kind, body in log if kind == "usher.contact.classified.v1")
    queued = next(body for kind, body in log if kind == "usher.contact.queued.v1")
    received = {body["contact_id"]: body["occurred_at"] for kind, body in log if kind == "usher.contact.received.v1"}
    assert first["question"] is True
    assert queued["entered_at"] == received[queued["contact_id"]]
    ((_, offered),) = [each for each in await running.until(bool, AGENT_OFFERS) if "text" in each[1]]
    assert offered["text"] == f"{UNCLEAR}\nPlugh xyzzy"
    assert offered["context"] == {"tried": ["clarify"]}
    shown = generate_latest(running.service.registry).decode()
    assert 'usher_clarifications_total{result="asked"} 2.0' in shown
    assert 'usher_clarifications_total{result="self_service"} 1.0' in shown


async def test_a_question_that_nobody_answers_ends_with_a_person(running: Running) -> None:
    asks = {"model": "starter", "intents": {}, "clarify": {"wait": "1s"}}
    await running.say(policy(classification=asks), message("c1", UNCLEAR))
    log = await running.until(lambda seen: "contact.queued" in kinds(seen))
    escalated = next(body for kind, body in log if kind == "usher.contact.escalated.v1")
    assert (escalated["from_tier"], escalated["reason"]) == ("bot", "timeout")
