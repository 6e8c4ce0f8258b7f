"""Events about clocks name the agent: who did the work, else who has the contact at that time."""

import pytest

from cli.report.figures import REPORTS
from services.sla.domain.hours import HourRow
from tests.support.promise_checker import facts_of
from tests.support.router_builders import body_of
from tests.support.sla_story import Story, policy_of
from tests.unit.test_sla_combinations import Reader

WARNED = {"within": "1h", "warn_at": 0.5}
ENDS = ("closed", "contained", "abandoned", "cancelled", "expired", "queued", "scheduled", "requeued", "transferred")


def agents(story: Story, kind: str) -> list[tuple[str, str | None]]:
    return [(name, body.get("agent_id")) for name, body in story.bodies() if body["kind"] == kind]


def test_what_breaks_while_an_agent_has_the_contact_names_the_agent() -> None:
    targets = dict.fromkeys(("first_response", "handling", "time_to_answer"), WARNED)
    story = Story(policy_of({"orders": {"targets": targets}})).arrives("2026-06-11T09:00", target_seconds=3600)
    story.at("2026-06-11T09:10", "assigned", agent_id="ana").play(until="2026-06-11T11:00")
    for kind, before in (("first_response", None), ("handling", "ana")):
        assert agents(story, kind) == [("started", before), ("warned", "ana"), ("breached", "ana")]
    story.at("2026-06-11T11:10", "requeued", agent_id="ana")
    story.at("2026-06-11T11:10", "queued", wait_started_at="2026-06-11T11:10", target_seconds=3600)
    story.play(until="2026-06-11T13:00")
    assert agents(story, "time_to_answer")[2:] == [("started", None), ("warned", None), ("breached", None)]
    story.at("2026-06-11T13:10", "assigned", agent_id="bo").at("2026-06-11T13:20", "wrapping", agent_id="bo")
    story.at("2026-06-11T13:21", "reply_sent", by="agent", public=True).play()
    assert agents(story, "first_response")[-1] == ("ended_late", "bo"), "whoever has it, where nobody is said to reply"


def test_breaches_are_reported_by_who_had_the_contact() -> None:
    story = Story(policy_of({"orders": {"targets": {"handling": {"within": "1h"}}}})).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "assigned", agent_id="ana").play(until="2026-06-11T11:00")
    hours = story.runner.database.hours.items()
    rows = [HourRow(hour, key, *numbers) for (hour, key), numbers in hours]
    expected = {"workspace": "acme", "agent": "ana", "kind": "handling", "target": "1h", "breached": 1}
    assert REPORTS["breaches"](rows, ["agent"]) == [expected]


@pytest.mark.parametrize("seed", range(4))
def test_the_agent_of_a_fact_is_who_the_log_says_has_the_contact(seed: int) -> None:
    read = Reader(seed)
    read.wait_until(read.day.router.now_ms + 10**8)
    has: dict[str, list[tuple[str, str | None]]] = {}
    for event in read.events:
        name = event.type.split(".")[2]
        if event.type.startswith("usher.contact.") and name in (*ENDS, "assigned"):
            body = body_of(event)
            agent = body["agent_id"] if name == "assigned" else None
            has.setdefault(body["contact_id"], []).append((body["occurred_at"], agent))
    named = 0
    for story in facts_of(read.runner.events).values():
        for name, _, body in story:
            past = has.get(body["contact_id"], [])
            before = [agent for at, agent in past if at < body["at"]][-1:] or [None]
            then = [agent for at, agent in past if at == body["at"]]
            if name in ("warned", "breached", "paused", "resumed"):
                assert body.get("agent_id") in (*before, *then), (name, body)
                named += body.get("agent_id") is not None
    assert named > 0
