"""The life of a contact, shown through the topics: tiers, hang-ups, wrap-up, links, and a supervisor's commands."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from cli.explain import explain
from shared.clock import now_ms
from shared.contract.topics import AGENT_ACTIVITY, AGENT_OFFERS, BOT, CONTACT_UPDATES, SELF_SERVICE
from shared.times import rfc3339
from tests.support.live import Office

CUSTOMER = {"from": {"handle": "ana@example.com", "customer_id": "ana"}}


# --- self-service and bots ---


async def test_self_service_that_answers_contains_the_contact_and_one_that_fails_passes_it_on(office: Office) -> None:
    await office.policy()
    solved = await office.contact("c1", text="where is it?", routing={"tier": "self_service"})
    handed = await office.saw("contact.sent_to_self_service", contact_id=solved, topic=SELF_SERVICE)
    assert handed["text"] == "where is it?"
    await office.report("contact.outcome_reported", contact_id=solved, by="self_service", outcome="resolved")
    assert (await office.saw("contact.contained", contact_id=solved))["by"] == "self_service"
    failed = await office.contact("c2", routing={"tier": "self_service"})
    await office.report("contact.outcome_reported", contact_id=failed, by="self_service", outcome="failed")
    assert (await office.saw("contact.escalated", contact_id=failed))["from_tier"] == "self_service"
    assert (await office.saw("contact.queued", contact_id=failed))["reason"] == "escalated"


async def test_a_bot_escalates_with_what_it_learnt_and_the_contact_keeps_its_age(office: Office) -> None:
    intents = {"stolen_card": {"queue": "cards", "skills": {"cards": 3}}}
    queues = {"cards": {"requires": {"cards": 1}, "life_max": "1h"}}
    await office.policy(classification={"intents": intents}, queues=queues)
    contact_id = await office.contact("c1", routing={"tier": "bot", "queue": "cards"})
    await office.saw("contact.sent_to_bot", contact_id=contact_id, topic=BOT)
    await asyncio.sleep(0.3)  # with the bot, before it gives up
    learnt = {"intent": "stolen_card", "slots": {"card": "gold"}, "tried": ["faq"], "skills": {"cards": 2}}
    said: dict[str, Any] = {"by": "bot", "outcome": "escalated", "reason": "asked for a person", "context": learnt}
    await office.report("contact.outcome_reported", contact_id=contact_id, **said)
    escalated = await office.saw("contact.escalated", contact_id=contact_id)
    assert (escalated["from_tier"], escalated["context"]["slots"]) == ("bot", {"card": "gold"})
    queued = await office.saw("contact.queued", contact_id=contact_id)
    assert (queued["queue"], queued["requirements"]["must"]) == ("cards", {"cards": 3})
    await office.agent("a1", skills={"cards": 3})
    offer = await office.saw("contact.offered", contact_id=contact_id, topic=AGENT_OFFERS)
    assert (offer["context"]["intent"], offer["context"]["tried"]) == ("stolen_card", ["faq"])
    told = await explain(office.live.settings, contact_id)
    assert told is not None
    expires = next(line.split(": ")[0] for line in told["now"]["changes"] if line.endswith("(maximum life)"))
    life = datetime.fromisoformat(expires) - datetime.fromisoformat(queued["entered_at"])
    assert life <= timedelta(hours=1, seconds=-0.3), "its life began with the message"


async def test_a_bot_that_says_nothing_is_not_waited_for(office: Office) -> None:
    await office.policy(bots={"default": {"max_minutes": "0.2s"}})
    contact_id = await office.contact("c1", routing={"tier": "bot"})
    assert (await office.saw("contact.escalated", contact_id=contact_id))["reason"] == "timeout"
    await office.saw("contact.queued", contact_id=contact_id)


# --- customers who go ---


async def test_who_hangs_up_before_an_agent_took_it_abandons_and_the_offer_is_taken_back(office: Office) -> None:
    await office.policy()
    await office.agent("a1")
    offered, queued = await office.contact("c1"), await office.contact("c2")
    await office.offered(offered)
    await office.hang_up("c2", "left")
    assert (await office.saw("contact.abandoned", contact_id=queued))["reason"] == "left"
    await office.hang_up("c1")
    assert (await office.saw("contact.abandoned", contact_id=offered))["reason"] == "hang_up"
    assert office.kinds(offered)[-2:] == ["offer_rescinded", "abandoned"]
    await office.message("c1")
    again = await office.saw("contact.received", 2, conversation_id="c1")
    assert (again["episode"], again["contact_id"] != offered) == (2, True)


async def test_wrap_up_holds_the_agent_until_it_is_over_or_ended_by_force(office: Office) -> None:
    await office.policy(wrap_up={"default": "0.2s", "forced_end": "0.6s"})
    await office.agent("a1")
    first, second = await office.contact("c1", "voice"), await office.contact("c2", "voice")
    work = await office.assigned(first)
    await office.hang_up("c1", source="voice")
    wrapping = await office.saw("contact.wrapping", contact_id=first)
    assert wrapping["assignment_id"] == work["assignment_id"]
    closed = await office.saw("contact.closed", contact_id=first)
    assert (closed["by"], closed["occurred_at"]) == ("system", wrapping["expires_at"])
    work = await office.assigned(second)
    asked = await office.end(work, wrap_up_seconds=3600)
    ended = await office.saw("contact.closed", contact_id=second)
    assert (ended["occurred_at"], ended["reason"]) == (asked["expires_at"], "wrap_up_over")


async def test_an_agent_ends_wrap_up_and_is_free_for_the_next(office: Office) -> None:
    await office.policy(wrap_up={"default": "1h", "forced_end": "1h"})
    await office.agent("a1")
    first, second = await office.contact("c1"), await office.contact("c2")
    work = await office.assigned(first)
    await office.end(work, wrap_up_seconds=600)
    await office.quiet()
    assert "offered" not in office.kinds(second)
    ids = {"assignment_id": work["assignment_id"], "agent_id": "a1"}
    await office.report("assignment.wrapped_up", AGENT_ACTIVITY, **ids)
    assert (await office.saw("contact.closed", contact_id=first))["by"] == "agent"
    await office.offered(second)


# --- journeys ---


async def test_open_contacts_of_one_customer_on_other_channels_are_linked(office: Office) -> None:
    await office.policy()
    first = await office.contact("mail", "email", **CUSTOMER)
    second = await office.contact("chat", "chat", **CUSTOMER)
    assert (await office.saw("contact.received", contact_id=second))["linked"] == [first]
    await office.agent("a1", units=2)
    assert (await office.offered(second))["linked"] == [first]


# --- commands ---


@pytest.mark.parametrize("state", ["queued", "offered", "assigned"])
async def test_a_supervisor_cancels_a_contact_in_any_state_and_the_log_says_who(office: Office, state: str) -> None:
    await office.policy()
    if state != "queued":
        await office.agent("a1")
    contact_id = await office.contact("c1")
    if state == "assigned":
        await office.assigned(contact_id)
    await office.command(contact_id, "cancel")
    cancelled = await office.saw("contact.cancelled", contact_id=contact_id)
    assert (cancelled["by"], cancelled["reason"]) == ("boss", "because")
    if state != "queued":
        await office.offered(await office.contact("c2"))


async def test_a_supervisor_prioritises_and_requeues_and_the_log_says_who(office: Office) -> None:
    await office.policy(queues={"other": {"requires": {"other": 1}}})
    first, second, third = [await office.contact(f"c{n}") for n in range(3)]
    await office.command(third, "prioritise", seconds=600)
    told = await office.saw("contact.reprioritised", contact_id=third)
    assert (told["priority_seconds"], told["actor"], told["reason"]) == (600, "boss", "because")
    await office.command(first, "requeue", queue="other")
    moved = await office.saw("contact.requeued", contact_id=first)
    assert (moved["to"], moved["actor"]) == ({"queue": "other"}, "boss")
    entries = [await office.saw("contact.queued", n, contact_id=first) for n in (1, 2)]
    assert (entries[0]["entered_at"], entries[1]["queue"]) == (entries[1]["entered_at"], "other")
    await office.agent("a1")
    assert (await office.assigned(third))["agent_id"] == "a1", "the prioritised contact goes first"
    await office.quiet()
    assert ["offered" in office.kinds(each) for each in (first, second)] == [False, False]


async def test_reports_that_change_no_state_stand_in_the_log(office: Office) -> None:
    await office.policy()
    await office.agent("a1")
    contact_id = await office.contact("c1")
    await office.assigned(contact_id)
    await office.report("contact.reply_sent", CONTACT_UPDATES, contact_id=contact_id, by="agent", agent_id="a1")
    assert (await office.saw("contact.reply_sent", contact_id=contact_id))["state"] == "assigned"
    await office.report("contact.pending_changed", CONTACT_UPDATES, contact_id=contact_id, pending=True)
    assert (await office.saw("contact.pending_changed", contact_id=contact_id))["pending"]


async def test_a_hang_up_that_overtakes_its_call_ends_it_and_no_agent_is_asked(office: Office) -> None:
    await office.policy()
    await office.agent("a1")
    called_at = rfc3339(now_ms())
    await office.hang_up("call-1")
    await office.quiet()
    await office.message("call-1", occurred_at=called_at)
    ended = await office.saw("contact.abandoned", conversation_id="call-1")
    assert (ended["reason"], ended["by"]) == ("hang_up", "customer")
    await office.quiet()
    assert "offered" not in office.kinds(ended["contact_id"])
