"""The price of an agent: only abilities for which somebody comes cost anything, weighed by how much comes for them."""

from collections import Counter

import pytest

from services.router.domain.demand import ABILITIES_MAX, Demand
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement
from tests.support.matcher_builders import contact, fill, need, seat
from tests.support.router_builders import Router, policy_with

HOUR_MS = 3_600_000


def _need(*must: tuple[str, int], channel: str = "chat") -> Requirement:
    return Requirement(must, (), (), channel)


def _takers(router: Router, chats: int) -> list[str]:
    takers = []
    for number in range(chats):
        router.now_ms += 1000
        router.contact(f"c{number}", queue="general")
        takers.append(router.last("offered")["agent_id"])
        router.accept(takers[-1])
    return takers


def test_three_equal_agents_with_chats_alone_share_them() -> None:
    router = Router(policy_with(channels={"voice": {"cost": "exclusive"}}))
    for agent in ("a", "b", "c"):
        router.sign_on(agent, units=4)
    assert Counter(_takers(router, 9)) == {"a": 3, "b": 3, "c": 3}


def test_where_calls_come_too_chats_leave_agents_free_for_them() -> None:
    router = Router(policy_with(channels={"voice": {"cost": "exclusive"}}))
    for number in range(40):  # an hour of calls that nobody takes yet
        router.now_ms += 90_000
        router.contact(f"v{number}", queue="general", channel="voice")
        router.command(router.last("queued")["contact_id"], "cancel")
    for agent in ("a", "b", "c"):
        router.sign_on(agent, units=4)
    router.restart()
    assert _takers(router, 3) == ["a", "a", "a"]


def test_a_skill_that_the_policy_names_is_spared_before_anybody_came_for_it() -> None:
    router = Router(policy_with())
    router.sign_on("a", skills={"cards": 3})
    router.sign_on("b", skills={"unheard-of": 5})
    router.contact("c1", queue="general")
    assert router.last("offered")["agent_id"] == "b"


def test_load_is_handling_time_that_comes_over_an_hour_and_fades() -> None:
    demand = Demand("acme")
    demand.finished("chat", 600.0)
    demand.ask(_need(("es", 1)), 1)
    for number in range(1, 61):
        demand.ask(_need(("es", 1)), number * 60_000)
    steady = demand.loads["skill es"]
    assert demand.loads["channel chat"] == steady
    assert 6 < steady < 7  # of ten Erlangs after one of its hours: 10 (1 - 1/e)
    demand.ask(_need(channel="voice"), 2 * HOUR_MS)
    assert demand.loads["skill es"] == pytest.approx(steady * 0.37, rel=0.05)
    demand.ask(_need(channel="voice"), 20 * HOUR_MS)
    assert "skill es" not in demand.loads
    assert set(demand.weights().values()) <= {1.0, demand.loads["channel voice"]}


def test_no_more_abilities_are_remembered_than_are_bounded() -> None:
    demand = Demand("acme")
    for number in range(2 * ABILITIES_MAX):
        demand.ask(_need((f"s{number}", 1)), number * 60_000)
    assert len(demand.loads) == ABILITIES_MAX


def test_weights_count_with_few_profiles_and_with_very_many() -> None:
    for limits in (Limits(), Limits(few_profiles=1)):
        matcher = Matcher(limits)
        fill(matcher, seat("rare", {"en": 1, "eu": 1}), seat("often", {"en": 1, "de": 1, "x": 1}, idle_since=9))
        fill(matcher, contact("c", need(("en", 1))))
        matcher.weigh({("skill", "de"): 1.0, ("skill", "en"): 1.0})
        assert matcher.agent_for("c", 0).agent_id == "rare"
        matcher.weigh({("skill", "eu"): 1.0, ("skill", "en"): 1.0})
        assert matcher.agent_for("c", 0).agent_id == "often"
