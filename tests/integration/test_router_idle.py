"""A silent chat gives its agent's units back, and takes them again, through the topics."""

from shared.contract.topics import AGENT_OFFERS
from tests.support.router_service import Running, agent, bodies, kinds, message, policy


async def test_an_agent_with_a_silent_chat_gets_another_and_keeps_both_when_the_first_comes_back(
    running: Running,
) -> None:
    idle_after = policy(channels={"chat": {"idle_after": "1s"}})
    await running.say(idle_after, agent("a1"), message("c1"))
    await running.accept(1)
    await running.until(lambda seen: "contact.assigned" in kinds(seen))
    await running.say(message("c2"))
    await running.accept(2)  # there is one unit: c2 was offered because c1 is silent
    log = await running.until(lambda seen: kinds(seen).count("contact.assigned") == 2)
    first, second = bodies(log, "contact.assigned")
    assert bodies(log, "contact.idled")[0]["contact_id"] == first["contact_id"]

    await running.say(message("c1", number=2), message("c3"))
    log = await running.until(
        lambda seen: "contact.resumed" in kinds(seen) and len(bodies(seen, "contact.queued")) == 3
    )

    resumed = bodies(log, "contact.resumed")[0]
    assert (resumed["assignment_id"], resumed["agent_id"]) == (first["assignment_id"], "a1")
    assert (resumed["reason"], resumed["state"]) == ("customer", "assigned")
    shown = bodies(log, "agent.availability_changed")
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
    log = await running.until(lambda seen: len(bodies(seen, "contact.offered")) == 3)
    silent = {body["contact_id"] for body in bodies(log, "contact.idled")}
    assert silent == {first["contact_id"], second["contact_id"]}
    assert bodies(log, "contact.offered")[2]["agent_id"] == "a1"
