"""Who gets which contact, shown through the topics: requirements, order, capacity, protection."""

import asyncio
from typing import Any

import pytest

from shared.contract.topics import AGENT_OFFERS
from tests.support.live import Office

LANGUAGES = ["en", "es"]


async def offered_to(office: Office, contact_id: str) -> str:
    offer = await office.offered(contact_id)
    agent_id: str = offer["agent_id"]
    return agent_id


# --- requirements ---


async def test_all_any_and_not_with_levels_decide_who_is_asked(office: Office) -> None:
    requires = {"all": ["orders>=2"], "any": ["chat", "email"], "not": ["trainee"]}
    await office.policy(queues={"orders": {"requires": requires}})
    await office.agent("low", skills={"orders": 1, "chat": 1})
    await office.agent("neither", skills={"orders": 5})
    await office.agent("trainee", skills={"orders": 5, "chat": 5, "trainee": 1})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    queued = await office.saw("contact.queued", contact_id=contact_id)
    assert queued["requirements"]["must"] == {"orders": 2}
    assert queued["requirements"]["not"] == ["trainee"]
    await office.quiet()
    assert "offered" not in office.kinds(contact_id)
    await office.agent("right", skills={"orders": 2, "email": 1})
    assert await offered_to(office, contact_id) == "right"
    second = await office.contact("c2", routing={"queue": "orders"})
    await office.agent("also-right", skills={"orders": 2, "chat": 1})
    assert await offered_to(office, second) == "also-right"


async def test_the_language_is_a_skill_unless_the_sender_names_another(office: Office) -> None:
    await office.policy(languages=LANGUAGES)
    await office.agent("english", skills={"en": 5})
    contact_id = await office.contact("c1", language="es", text="hola")
    await office.quiet()
    assert "offered" not in office.kinds(contact_id)
    await office.agent("spanish", skills={"es": 2})
    assert await offered_to(office, contact_id) == "spanish"
    assert (await office.saw("contact.queued", contact_id=contact_id))["requirements"]["must"] == {"es": 1}
    assert await offered_to(office, await office.contact("c2", language="en", text="hello")) == "english"


async def test_a_preference_wins_over_idle_time_and_binds_nobody(office: Office) -> None:
    await office.policy(queues={"orders": {"prefers": {"es": 3}}})
    await office.agent("longest-idle", skills={"orders": 5})
    await office.agent("preferred", skills={"es": 3})
    assert await offered_to(office, await office.contact("c1", routing={"queue": "orders"})) == "preferred"
    assert await offered_to(office, await office.contact("c2", routing={"queue": "orders"})) == "longest-idle"


async def test_relaxation_steps_lower_drop_and_add_a_queue_and_keep_the_place(office: Office) -> None:
    relax = [
        {"after": "0.2s", "min_level": {"orders": 1}},
        {"after": "0.3s", "drop": ["es"], "raise_priority": "5s"},
        {"after": "0.4s", "add_queue": "general"},
    ]
    orders = {"requires": {"orders": 3, "es": 2}, "relax": relax}
    await office.policy(queues={"orders": orders, "general": {"requires": {"general": 1}}})
    await office.agent("expert", skills={"orders": 3, "es": 2, "general": 3}, presence="not_ready")
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    steps = [await office.saw("contact.requirements_relaxed", n, contact_id=contact_id) for n in (1, 2, 3)]
    assert [step["requirements"]["must"] for step in steps] == [{"orders": 1, "es": 2}, {"orders": 1}, {"orders": 1}]
    assert [step["priority_seconds"] for step in steps] == [0, 5, 5]
    assert [step["also_queues"] for step in steps] == [[], [], ["general"]]
    assert [step["reason"] for step in steps] == ["waited"] * 3
    await office.agent("generalist", skills={"orders": 1})
    offer = await office.offered(contact_id)
    assert offer["decision"]["relaxed"] == 3
    queued = await office.saw("contact.queued", contact_id=contact_id)
    assert offer["decision"]["entered_ms"] % 1000 == int(queued["entered_at"][-4:-1])
    assert office.kinds(contact_id).count("queued") == 1


async def test_steps_that_nobody_signed_on_could_serve_are_skipped_at_once(office: Office) -> None:
    relax = [{"after": "1h", "min_level": {"orders": 4}}, {"after": "2h", "min_level": {"orders": 1}}]
    await office.policy(queues={"orders": {"requires": {"orders": 5}, "relax": relax}})
    await office.agent("novice", skills={"orders": 1})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    assert await offered_to(office, contact_id) == "novice"
    skipped = await office.saw("contact.requirements_relaxed", 2, contact_id=contact_id)
    assert skipped["reason"] == "nobody signed on could serve it"


async def test_a_returning_customer_gets_the_agent_who_knows_them_but_waits_no_longer_than_the_limit(
    office: Office,
) -> None:
    await office.policy(sticky={"within": "1d", "wait": "0.3s"}, queues={"general": {"targets": answer_in("60s")}})
    customer = {"from": {"handle": "ana@example.com", "customer_id": "ana"}}
    await office.agent("knows-ana", units=2)
    first = await office.assigned(await office.contact("c1", **customer))
    await office.agent("stranger")
    again = await office.contact("c2", **customer)
    assert await offered_to(office, again) == "knows-ana"
    third = await office.contact("c3", **customer)
    queued = await office.saw("contact.queued", contact_id=third)
    assert queued["kept_for"] == first["agent_id"] == "knows-ana"
    offer = await office.offered(third)
    assert offer["agent_id"] == "stranger"
    assert offer["decision"]["decided_ms"] - offer["decision"]["entered_ms"] >= 300


# --- order ---


def answer_in(within: str) -> dict[str, Any]:
    return {"time_to_answer": {"within": within}}


async def test_the_earliest_unmet_deadline_goes_first_then_who_is_late_and_has_waited_long_enough(
    office: Office,
) -> None:
    queues = {
        "soon": {"targets": answer_in("2s"), "late_factor": 20},  # due again after 40 s
        "later": {"targets": answer_in("30s")},
        "last": {"targets": answer_in("300s")},
    }
    await office.policy(queues=queues)
    late = await office.contact("late", routing={"queue": "soon"})
    last = await office.contact("last", routing={"queue": "last"})
    later = await office.contact("later", routing={"queue": "later"})
    boosted = await office.contact("boosted", routing={"queue": "last", "priority_seconds": 299})
    await asyncio.sleep(2.1)
    await office.agent("a1")
    order = []
    for number in range(1, 5):
        assigned = await office.answer(await office.saw("contact.offered", number))
        order.append(assigned["contact_id"])
        await office.end(assigned)
    assert order == [boosted, later, late, last]
    assert (await office.offered(late))["decision"]["late"]


@pytest.mark.parametrize(
    ("order", "chosen"),
    [
        ("scarcity", "plain"),
        ("longest_idle", "rare"),
        ("least_loaded", "rare"),
        ("round_robin", "rare"),
        ("best_skill", "best"),
    ],
)
async def test_the_order_of_agents_can_be_chosen(office: Office, order: str, chosen: str) -> None:
    queues = {name: {"requires": {name: 1}} for name in ("klingon", "latin")}  # somebody may come for what is rare
    await office.policy(queues={"orders": {"requires": {"orders": 1}, "agent_order": order}, **queues})
    await office.agent("rare", skills={"orders": 2, "klingon": 1})
    await office.agent("best", skills={"orders": 5, "latin": 1})
    await office.agent("plain", skills={"orders": 1})
    assert await offered_to(office, await office.contact("c1", routing={"queue": "orders"})) == chosen


async def test_the_last_agents_are_kept_for_a_protected_queue_that_is_answered_too_late_too_often(
    office: Office,
) -> None:
    vip = {"requires": {"vip": 1}, "targets": answer_in("10s"), "protect": {"allowance": 0.4}}
    await office.policy(queues={"vip": vip}, offers={"on_expiry": "available"})
    for number in range(2):
        lost = await office.contact(f"lost-{number}", routing={"queue": "vip"})
        await office.hang_up(f"lost-{number}")
        await office.saw("contact.abandoned", contact_id=lost)
    await office.agent("expert", skills={"vip": 1})
    other = await office.contact("other")
    await office.quiet()
    assert "offered" not in office.kinds(other)
    await office.agent("clerk", units=2, skills={})
    assert await offered_to(office, other) == "clerk"
    offer = await office.offered(await office.contact("another"))
    assert (offer["agent_id"], offer["decision"]["excluded"]) == ("clerk", {"protected": 1})
    third = await office.contact("third")
    await office.quiet()
    assert "offered" not in office.kinds(third)
    served = await office.assigned(await office.contact("vip", routing={"queue": "vip"}))
    assert served["agent_id"] == "expert"
    await office.end(served)
    assert await offered_to(office, third) == "expert", "the answer in time paid the debt back"
    passed_over = await office.contact("one-more")
    await office.quiet()
    assert "offered" not in office.kinds(passed_over), "both are full"


# --- capacity ---


async def test_units_costs_and_maximum_of_a_channel_bound_what_an_agent_holds(office: Office) -> None:
    await office.policy(channels={"email": {"cost": 2}})
    await office.agent("a1", units=4, capacity={"max": {"chat": 2}})
    chats = [await office.contact(f"chat-{n}") for n in range(3)]
    for contact_id in chats[:2]:
        await office.offered(contact_id)
    email = await office.contact("mail", "email")
    await office.offered(email)
    sms = await office.contact("sms", "sms")
    await office.quiet()
    assert "offered" not in office.kinds(chats[2]), "two chats at most"
    assert "offered" not in office.kinds(sms), "2 chats and an e-mail of 2 units are 4"
    await office.saw("agent.availability_changed", agent_id="a1", free_units=0)


async def test_voice_is_exclusive_and_units_can_be_kept_for_it(office: Office) -> None:
    await office.policy()
    await office.agent("caller", units=3)
    call = await office.assigned(await office.contact("call", "voice"))
    chat = await office.contact("chat")
    await office.quiet()
    assert "offered" not in office.kinds(chat), "nothing beside a call"
    await office.end(call)
    await office.offered(chat)
    second_call = await office.contact("call-2", "voice")
    await office.quiet()
    assert "offered" not in office.kinds(second_call), "no call beside a chat"
    capacity = {"exclusive": [], "reserve": {"voice": 1}}
    await office.agent("reserved", units=2, capacity=capacity)
    assert await offered_to(office, second_call) == "reserved"
    assert await offered_to(office, await office.contact("chat-2")) == "caller"
    assert await offered_to(office, await office.contact("chat-3")) == "caller"
    third_chat = await office.contact("chat-4")
    assert await offered_to(office, third_chat) == "reserved"
    await office.agent("other", units=2, skills={"x": 1}, capacity=capacity)
    fifth, sixth = await office.contact("chat-5"), await office.contact("chat-6")
    assert await offered_to(office, fifth) == "other"
    await office.quiet()
    assert "offered" not in office.kinds(sixth), "the second unit is kept for voice"


async def test_a_silent_chat_gives_its_units_back_and_takes_them_when_the_customer_writes(office: Office) -> None:
    await office.policy(channels={"chat": {"idle_after": "1s"}}, offers={"timeout": "20s"})
    await office.agent("a1")
    silent = await office.contact("c1")
    work = await office.assigned(silent)
    await office.saw("contact.idled", contact_id=silent, assignment_id=work["assignment_id"], topic=AGENT_OFFERS)
    other = await office.contact("c2")
    await office.offered(other)
    await office.message("c1")
    resumed = await office.saw("contact.resumed", contact_id=silent, topic=AGENT_OFFERS)
    assert (resumed["agent_id"], resumed["reason"], resumed["state"]) == ("a1", "customer", "assigned")
    await office.saw("contact.offer_rescinded", contact_id=other, agent_id="a1")
    await office.saw("contact.idled", 2, contact_id=silent)
    assert (await office.offered(other, 2))["agent_id"] == "a1"


async def test_a_silent_chat_comes_back_by_the_agents_reply_to_an_agent_who_is_full_by_then(office: Office) -> None:
    await office.policy(channels={"chat": {"idle_after": "1s"}})
    await office.agent("a1")
    silent = await office.contact("c1")
    await office.assigned(silent)
    await office.saw("contact.idled", contact_id=silent)
    call = await office.contact("c2", "voice")
    on_the_phone = await office.assigned(call)
    await office.report("contact.reply_sent", contact_id=silent, by="agent", agent_id="a1")
    resumed = await office.saw("contact.resumed", contact_id=silent)
    assert resumed["reason"] == "agent"
    waiting = await office.contact("c3", "voice")
    await office.end(on_the_phone)
    assert (await office.offered(waiting))["agent_id"] == "a1", "when the chat is silent again"
    assert office.kinds(silent)[-1] == "idled"
