"""Offers and agents, shown through the topics: expiry, decline, parallel, direct, transfer, presence and leases."""

from typing import Any

import pytest

from shared.contract.topics import AGENT_ACTIVITY, AGENT_OFFERS, DEAD_LETTERS
from tests.support.live import Office


async def refused(office: Office, path: str) -> dict[str, Any]:
    """The dead letter of this workspace about that field."""
    return await office.saw("dead_letter", topic=DEAD_LETTERS, path=path)


async def test_an_offer_nobody_answers_sets_the_agent_not_ready_and_goes_to_another(office: Office) -> None:
    await office.policy(offers={"timeout": "0.3s", "on_expiry": "not_ready"})
    await office.agent("a1")
    contact_id = await office.contact("c1")
    offer = await office.offered(contact_id)
    await office.agent("a2")
    expired = await office.saw("contact.offer_expired", offer_id=offer["offer_id"])
    assert expired["occurred_at"] == offer["expires_at"]
    away = await office.saw("agent.availability_changed", agent_id="a1", presence="not_ready")
    assert away["reason"] == "offer_expired"
    again = await office.offered(contact_id, 2)
    assert again["agent_id"] == "a2"
    await office.report("offer.answered", AGENT_ACTIVITY, offer_id=offer["offer_id"], agent_id="a1", answer="accepted")
    letter = await refused(office, "offer_id")
    assert (letter["reason"], "the offer is expired" in letter["detail"]) == ("illegal", True)


async def test_who_declines_is_not_asked_again_during_the_pause(office: Office) -> None:
    await office.policy(offers={"decline_pause": "0.4s"})
    await office.agent("a1")
    contact_id = await office.contact("c1")
    first = await office.offered(contact_id)
    declined = await office.answer(first, "declined")
    other = await office.offered(await office.contact("c2"))
    assert other["agent_id"] == "a1", "only this contact pauses"
    await office.answer(other, "declined")
    again = await office.offered(contact_id, 2)
    assert declined["state"] == "queued"
    assert office.kinds(contact_id).count("queued") == 1, "the place is kept"
    assert again["decision"]["decided_ms"] - first["decision"]["decided_ms"] >= 400


async def test_of_parallel_offers_the_first_accept_wins_and_the_second_hears_that_it_is_taken(office: Office) -> None:
    await office.policy(offers={"parallel": 2})
    await office.agent("a1")
    await office.agent("a2")
    contact_id = await office.contact("c1")
    first, second = await office.offered(contact_id), await office.offered(contact_id, 2)
    assert {first["agent_id"], second["agent_id"]} == {"a1", "a2"}
    await office.answer(second)
    rescinded = await office.saw("contact.offer_rescinded", contact_id=contact_id, topic=AGENT_OFFERS)
    assert (rescinded["offer_id"], rescinded["reason"]) == (first["offer_id"], "taken")
    late = {"offer_id": first["offer_id"], "agent_id": first["agent_id"], "answer": "accepted"}
    await office.report("offer.answered", AGENT_ACTIVITY, **late)
    letter = await refused(office, "offer_id")
    assert (letter["reason"], "the offer is rescinded" in letter["detail"]) == ("illegal", True)
    assert office.kinds(contact_id).count("assigned") == 1


async def test_a_supervisor_assigns_to_a_named_agent_who_has_what_it_takes(office: Office) -> None:
    await office.policy(queues={"orders": {"requires": {"orders": 1}}})
    await office.agent("named", skills={"orders": 1})
    busy = await office.answer(await office.offered(await office.contact("c0", routing={"queue": "orders"})))
    await office.agent("first-in-turn", skills={"orders": 1}, presence="not_ready")
    await office.agent("unskilled", skills={})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    await office.command(contact_id, "assign", agent_id="unskilled")
    assert (await refused(office, "agent_id"))["reason"] == "illegal"
    await office.command(contact_id, "assign", agent_id="named")
    requeued = await office.saw("contact.requeued", contact_id=contact_id)
    assert (requeued["actor"], requeued["reason"], requeued["to"]["agent_id"]) == ("boss", "because", "named")
    await office.presence("first-in-turn", "available")
    await office.quiet()
    assert "offered" not in office.kinds(contact_id), "it is kept for who was named"
    await office.end(busy)
    assert (await office.offered(contact_id))["agent_id"] == "named"


async def test_a_draining_agent_gets_nothing_new_loses_open_offers_and_keeps_the_work(office: Office) -> None:
    await office.policy()
    await office.agent("a1", units=2)
    working, asked = await office.contact("c1"), await office.contact("c2")
    work = await office.assigned(working)
    offer = await office.offered(asked)
    await office.presence("a1", "draining")
    assert (await office.saw("contact.offer_rescinded", contact_id=asked))["offer_id"] == offer["offer_id"]
    third = await office.contact("c3")
    await office.quiet()
    assert "offered" not in office.kinds(third)
    await office.end(work)


@pytest.mark.parametrize("outcome", ["requeued", "transferred"])
async def test_a_contact_given_back_keeps_its_age_and_goes_to_somebody_else(office: Office, outcome: str) -> None:
    await office.policy(queues={"second": {"requires": {"second": 2}}})
    await office.agent("a1", skills={"second": 5})
    contact_id = await office.contact("c1")
    work = await office.assigned(contact_id)
    if outcome == "transferred":
        await office.end(work, outcome, transfer={"queue": "second", "skills": {"second": 3}})
    else:
        await office.end(work, outcome)
    entries = [await office.saw("contact.queued", n, contact_id=contact_id) for n in (1, 2)]
    assert entries[0]["entered_at"] == entries[1]["entered_at"]
    assert [entry["queue"] for entry in entries] == ["general", "second" if outcome == "transferred" else "general"]
    await office.agent("a2", skills={"second": 3})
    assert (await office.offered(contact_id, 2))["agent_id"] == "a2"


async def test_in_a_warm_transfer_the_first_agent_stays_until_the_second_takes_over(office: Office) -> None:
    await office.policy()
    await office.agent("first")
    await office.agent("second", skills={"second": 1}, presence="not_ready")
    contact_id = await office.contact("c1")
    work = await office.assigned(contact_id)
    await office.end(work, "transferred", transfer={"agent_id": "second", "warm": True})
    waiting = await office.contact("c2")
    await office.quiet()
    assert "offered" not in office.kinds(waiting), "the first agent is still with the customer"
    await office.presence("second", "available")
    taken = await office.answer(await office.offered(contact_id, 2))
    assert taken["agent_id"] == "second"
    assert (await office.offered(waiting))["agent_id"] == "first"


async def test_a_silent_agent_loses_the_lease_and_with_it_offers_and_work(office: Office) -> None:
    await office.policy(offers={"timeout": "60s"}, presence={"on_lost": "requeue"})
    await office.agent("silent", units=2)
    working, asked = await office.contact("c1"), await office.contact("c2")
    work = await office.assigned(working)
    await office.offered(asked)
    await office.agent("alive", units=9, lease_seconds=2, presence="not_ready")
    await office.agent("silent", units=2, lease_seconds=2)
    while "requeued" not in office.kinds(working):
        await office.report("agent.heartbeat", AGENT_ACTIVITY, agent_id="alive")
        await office.quiet()
    requeued = await office.saw("contact.requeued", contact_id=working)
    assert (requeued["assignment_id"], requeued["reason"]) == (work["assignment_id"], "lease_expired")
    assert (await office.saw("contact.offer_rescinded", contact_id=asked))["reason"] == "lease_expired"
    await office.saw("agent.availability_changed", agent_id="silent", presence="offline")
    await office.presence("alive", "available")
    assert (await office.offered(working, 2))["agent_id"] == "alive"


async def test_an_outage_of_ingest_that_outlives_lease_and_offer_takes_nothing_from_an_agent(office: Office) -> None:
    await office.policy(offers={"timeout": "4s", "on_expiry": "not_ready"}, presence={"on_lost": "requeue"})
    await office.agent("wrapping")
    wrapping = await office.assigned(await office.contact("c0"))
    await office.presence("wrapping", "not_ready")
    await office.agent("a1", units=2, lease_seconds=4)
    working = await office.contact("c1")
    work = await office.assigned(working)
    asked = await office.contact("c2")
    offer = await office.offered(asked)
    await office.end(wrapping, wrap_up_seconds=9)
    await office.live.close_door()
    await office.saw("contact.closed", assignment_id=wrapping["assignment_id"])
    assert (office.kinds(working)[-1], office.kinds(asked)[-1]) == ("assigned", "offered"), "9 s later"
    await office.live.open_door()
    assert (await office.answer(offer))["agent_id"] == "a1"
    requeued = await office.saw("contact.requeued", assignment_id=work["assignment_id"])
    assert requeued["reason"] == "lease_expired", "and then a lease is a lease again"


async def test_by_policy_a_lost_agent_keeps_the_work(office: Office) -> None:
    await office.policy(presence={"on_lost": "keep"})
    await office.agent("silent")
    contact_id = await office.contact("c1")
    work = await office.assigned(contact_id)
    await office.policy(presence={"lease": "0.2s", "on_lost": "keep"})
    await office.agent("silent")
    await office.saw("agent.availability_changed", agent_id="silent", presence="offline")
    assert office.kinds(contact_id)[-1] == "assigned"
    await office.end(work)
