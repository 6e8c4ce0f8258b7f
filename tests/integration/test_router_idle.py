"""A silent chat gives its agent's units back, and takes them again, through the topics."""

from typing import Any

from shared import inputs
from shared.topics import AGENT_OFFERS
from tests.support.router_service import Running, agent, common, kinds, message, policy


def bodies(log: list[Any], name: str) -> list[dict[str, Any]]:
    return [body for kind, body in log if kind == f"usher.contact.{name}.v1"]


async def accept(running: Running, contacts: int) -> None:
    """The agent accepts the newest of so many offers."""
    offers = await running.until(lambda seen: len(bodies(seen, "offered")) == contacts, AGENT_OFFERS)
    offer_id = bodies(offers, "offered")[-1]["offer_id"]
    await running.say(
        inputs.OfferAnswered(**common(f"yes-{contacts}"), offer_id=offer_id, agent_id="a1", answer="accepted")
    )


async def test_an_agent_with_a_silent_chat_gets_another_and_keeps_both_when_the_first_comes_back(
    running: Running,
) -> None:
    idle_after = policy(channels={"chat": {"idle_after": "1s"}})
    await running.say(idle_after, agent("a1"), message("c1"))
    await accept(running, 1)
    await running.until(lambda seen: "contact.assigned" in kinds(seen))
    await running.say(message("c2"))
    await accept(running, 2)  # there is one unit: c2 was offered because c1 is silent
    log = await running.until(lambda seen: kinds(seen).count("contact.assigned") == 2)
    first, second = bodies(log, "assigned")
    assert bodies(log, "idled")[0]["contact_id"] == first["contact_id"]

    await running.say(message("c1", number=2), message("c3"))
    log = await running.until(lambda seen: "contact.resumed" in kinds(seen) and len(bodies(seen, "queued")) == 3)

    resumed = bodies(log, "resumed")[0]
    assert (resumed["assignment_id"], resumed["agent_id"]) == (first["assignment_id"], "a1")
    assert (resumed["reason"], resumed["state"]) == ("customer", "assigned")
    shown = [body for kind, body in log if kind == "usher.agent.availability_changed.v1"]
    assert [(body["reason"], body["free_units"]) for body in shown][:5] == [
        ("signed_on", 1),
        ("offered", 0),
        ("assigned", 0),
        ("contact_idled", 1),
        ("offered", 0),
    ]
    offers = await running.until(lambda seen: "contact.resumed" in kinds(seen), AGENT_OFFERS)
    assert {"contact.idled", "contact.resumed"} <= set(kinds(offers))
    # Silent again: both chats are idle, and the contact that waited is offered, to this agent of one unit.
    log = await running.until(lambda seen: len(bodies(seen, "offered")) == 3)
    silent = {body["contact_id"] for body in bodies(log, "idled")}
    assert silent == {first["contact_id"], second["contact_id"]}
    assert bodies(log, "offered")[2]["agent_id"] == "a1"
