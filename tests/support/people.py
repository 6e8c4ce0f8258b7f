"""Everybody around a system under test: agents and machines who answer, and somebody who answers wrongly."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import Any

from cli.demo.kafka import Heard, Listener, Speaker
from cli.demo.people import Answer, Crew, Pace
from shared.clock import now_ms
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_EVENTS
from shared.policy import Policy
from shared.times import rfc3339

PACE = Pace(
    think_seconds=(0.05, 0.6),
    handle_seconds=(0.2, 1.2),
    wrap_seconds=(0.05, 0.4),
    machine_seconds=(0.1, 0.8),
    ignores=0.05,
    declines=0.05,
    transfers=0.1,
    machine_is_silent=0.05,
    back_after_seconds=1.0,
)
AGENTS = 48  # who are done with what waited within seconds, also where a test of a slow machine takes long
PATIENT_SECONDS = 240.0  # with a broker that starts on a machine that is slow and busy, of the 300 of a test
MEDDLES = 0.25  # of the events that somebody hears of


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on while the block runs and is cancelled with it."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def people(bootstrap: str, prefix: str, policy: Policy, pace: Pace = PACE) -> AbstractAsyncContextManager[None]:
    """Agents, bot and self-service who answer what they hear; they outlive every fault."""
    crew = Crew(policy, AGENTS, pace, Random(11))
    return background(_listen(bootstrap, prefix, lambda heard: crew.on_event(heard.kind, heard.body), crew.sign_on))


@asynccontextmanager
async def mischief(bootstrap: str, prefix: str) -> AsyncIterator[None]:
    """Somebody repeats answers, gives them late or as another agent, ends what has not begun and leaves twice.

    When the block ends every agent is made available again: those who were sent away are needed for what waits."""
    chance = Random(13)

    def meddle(heard: Heard) -> list[Answer]:
        return _pranks(heard.body, chance) if "contact_id" in heard.body and chance.random() < MEDDLES else []

    async with background(_listen(bootstrap, prefix, meddle)):
        yield
    speaker = Speaker(bootstrap, prefix)
    await speaker.start()
    for number in range(AGENTS):
        back = {"type": "usher.agent.presence_changed.v1", "agent_id": f"fault-agent-{number + 1}"}
        body = {**back, "workspace": "fault", "presence": "available", "occurred_at": rfc3339(now_ms())}
        await speaker.say(AGENT_ACTIVITY, body)
    await speaker.stop()


async def _listen(
    bootstrap: str,
    prefix: str,
    react: Callable[[Heard], list[Answer]],
    first: Callable[[int], list[Answer]] = lambda _: [],
) -> None:
    """Say ``first``, then what each event of the log calls for, at its time; until cancelled."""
    speaker = Speaker(bootstrap, prefix, patient_seconds=PATIENT_SECONDS)
    listener = Listener(bootstrap, CONTACT_EVENTS, prefix=prefix)
    await speaker.start()
    await listener.start()
    for answer in first(now_ms()):
        await speaker.say(answer.topic, answer.body)
    speaking = asyncio.ensure_future(speaker.run())
    try:
        async for heard in listener.heard():
            speaker.later(react(heard))
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await speaker.stop()
        await listener.stop()


def _pranks(body: dict[str, Any], chance: Random) -> list[Answer]:
    """One to three records that are valid in form and wrong in time, order or person."""
    someone = f"fault-agent-{chance.randint(1, AGENTS + 2)}"
    agent = body.get("agent_id", someone) if chance.random() < 0.7 else someone
    offer = body.get("offer_id", "11111111-1111-5111-8111-111111111111")
    assignment = body.get("assignment_id", "22222222-2222-5222-8222-222222222222")
    answer, presence = chance.choice(("accepted", "declined")), chance.choice(("not_ready", "available"))
    conversation = {"source": body["source"], "conversation_id": body["conversation_id"], "reason": "left"}
    pranks: list[tuple[str, dict[str, Any]]] = [
        ("usher.offer.answered.v1", {"offer_id": offer, "agent_id": agent, "answer": answer}),
        ("usher.assignment.ended.v1", {"assignment_id": assignment, "agent_id": agent, "outcome": "closed"}),
        ("usher.assignment.wrapped_up.v1", {"assignment_id": assignment, "agent_id": agent}),
        ("usher.contact.outcome_reported.v1", {"contact_id": body["contact_id"], "by": "bot", "outcome": "resolved"}),
        ("usher.conversation.ended.v1", conversation),
        ("usher.agent.presence_changed.v1", {"agent_id": agent, "presence": presence}),
    ]
    chosen = chance.sample(pranks, chance.randint(1, 3))
    return [
        Answer(chance.choice((0.0, 0.3, 3.0)), AGENT_ACTIVITY, {"type": kind, "workspace": "fault", **fields})
        for kind, fields in chosen
        for _ in range(chance.randint(1, 2))
    ]
