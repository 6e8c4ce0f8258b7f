"""The checker of S4 knows what may go beyond an agent's units, and finds everything else."""

from typing import Any

import pytest

from tests.support.capacity_checker import capacity_violations

Said = tuple[str, dict[str, Any]]


def event(name: str, contact: str = "c1", channel: str = "chat") -> Said:
    body = {"workspace": "w", "agent_id": "a1", "contact_id": contact, "channel": channel}
    return f"usher.contact.{name}.v1", body


def shown(presence: str = "available", free_units: int = 1) -> Said:
    body = {"workspace": "w", "agent_id": "a1", "presence": presence, "free_units": free_units}
    return "usher.agent.availability_changed.v1", body


def works_on(contact: str, channel: str = "chat") -> list[Said]:
    return [event("offered", contact, channel), event("assigned", contact, channel)]


IDLE = [shown(), *works_on("c1"), event("idled")]

RIGHT: dict[str, list[Said]] = {
    "idle work leaves room for other work": [*IDLE, *works_on("c2")],
    "it comes back to a full agent": [*IDLE, *works_on("c2"), event("resumed"), event("message_added")],
    "the offer beside it is taken back": [
        *IDLE,
        event("offered", "c2"),
        event("resumed"),
        event("offer_rescinded", "c2"),
        event("reply_sent"),
    ],
    "it comes back during a call": [*IDLE, *works_on("c2", "voice"), event("resumed"), event("closed", "c2")],
    "it ends while it is idle": [*IDLE, *works_on("c2"), event("closed"), event("closed", "c2"), *works_on("c3")],
}
WRONG: dict[str, tuple[list[Said], str]] = {
    "offered beyond the units": ([shown(), *works_on("c1"), event("offered", "c2")], "beside 1 of 1 units"),
    "offered beyond them by what came back": (
        [*IDLE, *works_on("c2"), event("resumed"), event("closed", "c2"), event("offered", "c3")],
        "beside 1 of 1 units",
    ),
    "a call beside other work": ([shown(), *works_on("c1"), event("offered", "c2", "voice")], "was offered c2 beside"),
    "an offer kept beyond the units": (
        [*IDLE, event("offered", "c2"), event("resumed"), event("assigned", "c2")],
        "keeps 1 offers",
    ),
    "an offer kept to the end of the log": ([*IDLE, event("offered", "c2"), event("resumed")], "keeps 1 offers"),
    "idle what is only offered": ([shown(), event("offered"), event("idled")], "was not a1's work"),
    "back without having been idle": ([shown(), *works_on("c1"), event("resumed")], "was not idle"),
    "wrap-up without units": ([*IDLE, event("wrapping")], "without its units"),
    "offered to somebody who is away": ([shown("not_ready"), event("offered")], "while not_ready"),
    "units below nothing": ([shown(free_units=-1)], "-1 free units"),
}


@pytest.mark.parametrize("events", RIGHT.values(), ids=RIGHT.keys())
def test_what_comes_back_may_exceed_the_units(events: list[Said]) -> None:
    assert capacity_violations(events, {("w", "a1"): 1}) == []


@pytest.mark.parametrize(("events", "words"), WRONG.values(), ids=WRONG.keys())
def test_everything_else_is_found(events: list[Said], words: str) -> None:
    found = capacity_violations(events, {("w", "a1"): 1})
    assert found and words in found[0] and found[0].startswith("S4: ")
