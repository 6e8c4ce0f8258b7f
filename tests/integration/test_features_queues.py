"""Queues, shown through the topics: overflow, hours, callbacks, schedules, life, and that nobody is ever stuck."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.explain import explain
from tests.support.live import Body, Office

MADRID = ZoneInfo("Europe/Madrid")
TO_GENERAL = {"queue": "general"}


def when(**conditions: Any) -> dict[str, Any]:
    return {"overflow": [{"when": conditions, "to": TO_GENERAL}]}


async def overflowed(office: Office, contact_id: str) -> tuple[Body, Body]:
    """The overflow, and the entry into the queue that followed; the age is kept."""
    event = await office.saw("contact.overflowed", contact_id=contact_id)
    first = await office.saw("contact.queued", contact_id=contact_id)
    entry = await office.saw("contact.queued", 2, contact_id=contact_id)
    assert (event["to"], entry["queue"], entry["entered_at"]) == (TO_GENERAL, "general", first["entered_at"])
    return event, entry


# --- overflow ---


async def test_who_comes_to_a_long_queue_overflows(office: Office) -> None:
    await office.policy(queues={"orders": when(waiting=2)})
    contacts = [await office.contact(f"c{n}", routing={"queue": "orders"}) for n in range(3)]
    event, _ = await overflowed(office, contacts[2])
    assert "waiting" in event["reason"]
    positions = [(await office.saw("contact.queued", contact_id=each))["position"] for each in contacts]
    assert positions == [1, 2, 3]
    assert ["overflowed" in office.kinds(each) for each in contacts] == [False, False, True]


async def test_who_waited_for_long_overflows(office: Office) -> None:
    await office.policy(queues={"orders": when(waited="0.2s")})
    event, _ = await overflowed(office, await office.contact("c1", routing={"queue": "orders"}))
    assert "waited" in event["reason"]


async def test_who_will_wait_for_long_is_told_so_and_overflows(office: Office) -> None:
    await office.policy(queues={"orders": {"requires": {"orders": 1}, **when(expected_wait="0.1s")}})
    await office.agent("other", skills={}, presence="not_ready")
    first = await office.contact("c1", routing={"queue": "orders"})
    assert (await office.saw("contact.queued", contact_id=first))["expected_wait_seconds"] is None
    await asyncio.sleep(0.3)  # so long it takes until somebody is served
    await office.agent("a1", skills={"orders": 1})
    await office.assigned(first)
    second = await office.contact("c2", routing={"queue": "orders"})
    event, _ = await overflowed(office, second)
    assert event["reason"] == "expected wait 0.1 s"
    assert (await office.saw("contact.queued", contact_id=second))["expected_wait_seconds"] > 0.1


async def test_where_nobody_is_signed_on_the_contact_overflows_and_the_other_queue_serves_it(office: Office) -> None:
    await office.policy(queues={"orders": {"requires": {"orders": 1}, **when(nobody_signed_on=True)}})
    await office.agent("generalist", skills={"general": 1})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    event, _ = await overflowed(office, contact_id)
    assert "nobody" in event["reason"]
    assert (await office.offered(contact_id))["agent_id"] == "generalist"


async def test_a_full_queue_refuses_who_arrives(office: Office) -> None:
    await office.policy(queues={"orders": {"waiting_max": 1}})
    await office.contact("c1", routing={"queue": "orders"})
    second = await office.contact("c2", routing={"queue": "orders"})
    assert (await office.saw("contact.cancelled", contact_id=second))["reason"] == "queue_full"


# --- hours ---


def half_day(zone: str) -> dict[str, Any]:
    """Open from midnight to noon."""
    return {"open": {"mon-sun": ["00:00-12:00"]}, "timezone": zone}


async def test_the_same_hours_in_two_time_zones_are_open_in_one_of_them(office: Office) -> None:
    west = (datetime.now(UTC).hour - 6) % 12  # there it is six, in the east as well: noon and midnight are far away
    zones = {"west": f"Etc/GMT+{west}", "east": f"Etc/GMT-{12 - west}"}
    queues = {name: {"hours": name, **when(closed=True)} for name in zones}
    await office.policy(queues=queues, calendars={name: half_day(zone) for name, zone in zones.items()})
    is_open = {name: datetime.now(ZoneInfo(zone)).time() < time(12) for name, zone in zones.items()}
    contacts = {name: await office.contact(name, routing={"queue": name}) for name in zones}
    await office.quiet()
    assert {name: "overflowed" not in office.kinds(each) for name, each in contacts.items()} == is_open
    assert sorted(is_open.values()) == [False, True]


async def test_a_closed_queue_schedules_to_its_next_opening_after_the_holidays(office: Office) -> None:
    today = datetime.now(MADRID).date()
    holidays = [str(today + timedelta(days=day)) for day in (-1, 0, 1)]
    calendar = {"open": {"mon-sun": ["08:00-09:00", "10:30-24:00"]}, "holidays": holidays}
    closed = {"hours": "office", "overflow": [{"when": {"closed": True}, "to": {"schedule": "next_opening"}}]}
    await office.policy(timezone="Europe/Madrid", queues={"orders": closed}, calendars={"office": calendar})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    scheduled = await office.saw("contact.scheduled", contact_id=contact_id)
    opens = datetime.combine(today + timedelta(days=2), time(8), MADRID)
    assert datetime.fromisoformat(scheduled["until"]) == opens
    assert scheduled["state"] == "scheduled"
    await office.agent("a1")
    await office.quiet()
    assert "offered" not in office.kinds(contact_id)
    await office.command(contact_id, "requeue", queue="general")
    assert (await office.offered(contact_id))["agent_id"] == "a1"


WEEK = {"mon-fri": ["09:00-13:30", "15:00-18:00"], "sat": ["10:00-14:00"], "sun": ["01:00-04:00"]}
SPANS = [[(9.0, 13.5), (15.0, 18.0)]] * 5 + [[(10.0, 14.0)], [(1.0, 4.0)]]


def due_by_counting(start: datetime, hours: float) -> datetime:
    """Half hour by half hour: the instant at which so many hours were open, from a start on a whole half hour."""
    at, left = start.astimezone(UTC), hours
    while left > 0:
        local = at.astimezone(MADRID)
        hour = local.hour + local.minute / 60
        left -= 0.5 * any(opens <= hour < closes for opens, closes in SPANS[local.weekday()])
        at += timedelta(minutes=30)
    return at


@pytest.mark.parametrize("hours", [40, 1150, 2300])
async def test_a_promise_in_opening_hours_is_due_as_if_counted_by_hand_over_both_changes_of_the_clock(
    office: Office, hours: int
) -> None:
    target = {"time_to_answer": {"within": f"{hours}h", "calendar": "office"}}
    calendars = {"office": {"open": WEEK}}
    await office.policy(timezone="Europe/Madrid", queues={"slow": {"targets": target}}, calendars=calendars)
    contact_id = await office.contact("c1", routing={"queue": "slow"})
    queued = await office.saw("contact.queued", contact_id=contact_id)
    entered, due = (datetime.fromisoformat(queued[name]) for name in ("entered_at", "due_at"))
    begin = entered.replace(minute=entered.minute // 30 * 30, second=0, microsecond=0)
    earliest = due_by_counting(begin, hours)
    latest = due_by_counting(begin + timedelta(minutes=30), hours)
    assert earliest <= due <= latest


# --- callbacks, life, and nobody stuck ---


async def test_a_promised_callback_keeps_its_place_when_the_customer_hangs_up(office: Office) -> None:
    callback = {"overflow": [{"when": {"nobody_signed_on": True}, "to": {"callback": True}}]}
    await office.policy(queues={"orders": callback})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    assert (await office.saw("contact.overflowed", contact_id=contact_id))["to"] == {"callback": True}
    await office.hang_up("c1")
    await office.quiet()
    assert "abandoned" not in office.kinds(contact_id)
    await office.agent("a1")
    assert (await office.offered(contact_id))["callback"]


async def test_a_contact_that_nobody_takes_expires_with_a_reason(office: Office) -> None:
    await office.policy(queues={"orders": {"life_max": "0.3s"}})
    contact_id = await office.contact("c1", routing={"queue": "orders"})
    expired = await office.saw("contact.expired", contact_id=contact_id)
    assert (expired["by"], expired["reason"]) == ("system", "life_max")


async def test_a_contact_that_nobody_can_ever_serve_says_so_until_it_overflows_or_expires(office: Office) -> None:
    queues = {"klingon": {"requires": {"klingon": 1}, "life_max": "1h", **when(waited="1.5s")}}
    await office.policy(queues=queues)
    await office.agent("a1", presence="not_ready")
    contact_id = await office.contact("c1", routing={"queue": "klingon"})
    told = await explain(office.live.settings, contact_id)
    assert told is not None
    assert told["now"]["waits"] == "nobody signed on has what it takes"
    assert told["now"]["agents"] == {"unskilled": 1}
    assert [line.partition(": ")[2] for line in told["now"]["changes"]] == [
        "the overflow rules are looked at",
        "it expires (maximum life)",
    ]
    await overflowed(office, contact_id)
