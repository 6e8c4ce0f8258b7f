"""What `usher explain` says of contacts in every state, of supervisors' commands, and the records of decisions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.explain import explain, lines
from shared.clock import now_ms
from shared.contract import inputs
from shared.contract.ids import contact_id, conversation_key
from shared.contract.inputs import RoutingHint
from tests.support.decision_checker import faults
from tests.support.router_service import Running, accepted, agent, bodies, closed, common, kinds, message, policy


def id_of(conversation: str) -> str:
    return contact_id(conversation_key("acme", "chat", conversation), 1, now_ms())


def command(conversation: str, name: str, **more: Any) -> inputs.ContactCommanded:
    said = common(f"{name}-{conversation}")
    return inputs.ContactCommanded(
        **said, contact_id=id_of(conversation), command=name, actor="boss", reason=f"because {name}", **more
    )


async def now(running: Running, conversation: str) -> dict[str, Any]:
    document = await explain(running.settings, id_of(conversation))
    assert document is not None and document["complete"]
    found: dict[str, Any] = document["now"]
    return found


async def shown(running: Running, conversation: str) -> str:
    document = await explain(running.settings, id_of(conversation))
    assert document is not None
    return "\n".join(lines(document))


async def has(running: Running, kind: str, conversation: str) -> dict[str, Any]:
    """The body of the contact's event of that kind, once it is on the log."""
    subject = id_of(conversation)

    def found(seen: list[Any]) -> list[dict[str, Any]]:
        return [body for body in bodies(seen, f"contact.{kind}") if body["contact_id"] == subject]

    return found(await running.until(lambda seen: bool(found(seen))))[-1]


async def test_a_contact_says_what_it_waits_for_from_the_offer_to_its_end(running: Running) -> None:
    await running.say(policy(channels={"chat": {"idle_after": "1s"}}), agent("a1"), message("c1"), message("c2"))
    offered = await has(running, "offered", "c1")
    at_offer = await now(running, "c1")
    assert at_offer["waits"] == "for the answer to its offer"
    assert at_offer["sooner"] == ["a1 accepts or declines"]
    assert at_offer["changes"][0] == f"{offered['expires_at']}: the offer to a1 expires"
    waiting = await now(running, "c2")
    assert waiting["waits"] == "for the one agent who has what it takes: 1 full"
    assert waiting["sooner"] == ["a1 gets room"]

    await running.say(command("c2", "cancel"))
    await has(running, "cancelled", "c2")
    await running.say(accepted(offered))
    assigned = await has(running, "assigned", "c1")
    await has(running, "idled", "c1")
    idle = await now(running, "c1")
    assert "it is idle and holds none of the agent's units" in idle["waits"]
    assert idle["sooner"] == ["a1 closes it or passes it on, or the customer leaves"]
    await running.say(message("c1", number=2))
    await has(running, "resumed", "c1")
    await running.say(closed(assigned, wrap_up_seconds=60.0))
    wrapping = await has(running, "wrapping", "c1")
    at_wrap_up = await now(running, "c1")
    assert at_wrap_up["sooner"] == ["a1 has finished wrap-up"]
    assert at_wrap_up["changes"][0] == f"{wrapping['expires_at']}: it is closed"
    wrapped = inputs.AssignmentWrappedUp(**common("wrapped"), assignment_id=assigned["assignment_id"], agent_id="a1")
    await running.say(wrapped)
    await has(running, "closed", "c1")
    told = await shown(running, "c1")
    for words in (offered["sentence"], "  idled", "reason: customer", "by: agent", "now: closed, nothing follows"):
        assert words in told, told


async def test_one_that_nobody_can_serve_and_one_that_rests_say_what_would_change_that(running: Running) -> None:
    later = f"{datetime.now(UTC) + timedelta(days=3):%a}".lower()
    queue = {"hours": "once", "overflow": [{"when": {"closed": True}, "to": {"schedule": "next_opening"}}]}
    calendars = {"once": {"open": {later: ["09:00-10:00"]}}}
    said = policy(queues={"later": queue}, calendars=calendars)
    klingon = RoutingHint(skills={"klingon": 5, "orders": 2}, queue="general")
    await running.say(said, agent("a1"), message("c1", routing=klingon))
    await running.say(message("c2", routing=RoutingHint(queue="later")))
    await running.say(message("c3", routing=RoutingHint(intent="change_address")))
    scheduled = await has(running, "scheduled", "c2")
    await has(running, "sent_to_bot", "c3")
    never = await now(running, "c1")
    assert (never["waits"], never["agents"]) == ("nobody signed on has what it takes", {"unskilled": 1})
    assert never["sooner"] == ["somebody signs on for chat with klingon >= 5 and orders >= 2"]
    assert never["changes"][-1].endswith("it expires (maximum life)")
    resting = await now(running, "c2")
    assert resting["waits"] == "for the time it was scheduled to"
    assert resting["changes"][0] == f"{scheduled['until']}: it enters its queue"
    at_bot = await now(running, "c3")
    assert at_bot["sooner"] == ["bot reports an outcome, or a supervisor requeues or assigns it"]
    told = await shown(running, "c1")
    assert "now: queued, nobody signed on has what it takes\n" in told
    assert "sooner: somebody signs on for chat with klingon >= 5" in told
    assert "now: scheduled, waits for the time it was scheduled to\n" in await shown(running, "c2")


async def test_the_place_of_a_contact_counts_the_guests_of_its_queue_as_the_log_does(
    running: Running,
) -> None:
    guests = {"requires": {"klingon": 2}, "relax": [{"after": "1h", "add_queue": "general"}]}  # at once: nobody has it
    await running.say(policy(queues={"guests": guests}), agent("a1"), message("c1"))
    await has(running, "offered", "c1")  # from here on everybody waits for a1
    await running.say(message("c2", routing=RoutingHint(queue="guests", priority_seconds=7200)))
    await running.say(message("c3", routing=RoutingHint(queue="general")))
    entered = await has(running, "queued", "c3")
    place = await now(running, "c3")
    assert (entered["position"], place["position"], place["queue"]) == (2, 2, "general")


async def test_every_command_of_a_supervisor_stands_in_the_way_of_the_contact(running: Running) -> None:
    klingon = RoutingHint(skills={"klingon": 5}, queue="general")
    at_bot = RoutingHint(intent="change_address")
    await running.say(policy(), message("c1", routing=klingon), message("c2", routing=at_bot), message("c3"))
    await running.say(agent("a1"), agent("a2"))
    await running.say(
        command("c1", "prioritise", seconds=60.0),
        command("c1", "requeue", queue="cards"),
        command("c2", "requeue", queue="general"),
        command("c3", "assign", agent_id="a2"),
        command("c1", "cancel"),
    )
    prioritised, moved = await has(running, "reprioritised", "c1"), await has(running, "requeued", "c1")
    taken, assigned = await has(running, "escalated", "c2"), await has(running, "requeued", "c3")
    ended = await has(running, "cancelled", "c1")
    for body, name in ((prioritised, "prioritise"), (moved, "requeue"), (taken, "requeue"), (assigned, "assign")):
        assert (body["actor"], body["reason"]) == ("boss", f"because {name}")
    assert (ended["by"], ended["reason"], assigned["to"]["agent_id"]) == ("boss", "because cancel", "a2")
    await running.until(lambda seen: kinds(seen).count("contact.offered") >= 3)
    for conversation, told_of in (("c1", [prioritised, moved, ended]), ("c2", [taken]), ("c3", [assigned])):
        told = await shown(running, conversation)
        for body in told_of:
            when = next(part for part in told.split("\n2") if body["reason"] in part and "boss" in part)
            assert body["occurred_at"][1:] in when


async def test_every_record_on_the_log_suffices_to_decide_again(running: Running) -> None:
    skills = ({"orders": 3}, {"orders": 5, "cards": 3}, {"orders": 2, "cards": 5, "es": 2}, {"es": 4})
    people = [
        inputs.AgentSignedOn(
            **common(f"on-{number}"),
            agent_id=f"a{number}",
            skills=levels,
            capacity=inputs.AgentCapacity(units=3),
        )
        for number, levels in enumerate(skills)
    ]
    hints = [RoutingHint(queue="orders"), RoutingHint(queue="cards"), None, RoutingHint(skills={"es": 2})]
    early = [message(f"early-{number}", routing=hints[number % 4]) for number in range(8)]
    late = [message(f"late-{number}", routing=hints[number % 4]) for number in range(8)]
    await running.say(policy(), *early, *people, *late)
    log = await running.until(lambda seen: kinds(seen).count("contact.offered") == 12)
    offers = bodies(log, "contact.offered")
    assert [fault for body in offers for fault in faults(body)] == []
    assert any("runner_up_contact" in body["decision"] for body in offers)
