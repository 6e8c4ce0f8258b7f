"""How a clock starts: of which target, under which id, and how that is told, the quick way and the long one."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.domain.clock import Clock, Fact, Kind, clock_id
from services.sla.domain.contact import Contact
from services.sla.domain.effects import EFFECTS
from services.sla.domain.facts import CHANNELS_MAX, Facts
from services.sla.domain.promises import Promises, promises_of
from services.sla.domain.sla_event import NOTHING, as_json, fact_event, started_event, words_of
from services.sla.domain.target import LASTING_MAX, stated
from services.sla.domain.totals import BREACHES, Totals
from shared.contract.ids import derive
from shared.policy.parse import parse_policy
from tests.support.sla_story import policy_of

NAMES = st.text()
TIMES = st.integers(0, 4_000_000_000_000)
SECONDS = st.floats(0, 1e9)


@given(st.data(), st.sampled_from(Kind), st.none() | NAMES)
def test_a_start_is_told_as_every_fact_is(data: st.DataObject, kind: Kind, agent: str | None) -> None:
    def name() -> str:
        return data.draw(NAMES)

    contact = Contact(contact_id=name(), workspace=name(), channel=name(), agent_id=agent)
    times = data.draw(TIMES), data.draw(TIMES)
    clock = Clock(derive(name()), kind, name(), data.draw(SECONDS), *times, name(), rule=name(), calendar=name())
    clock.policy = data.draw(st.integers(0, 10**9))

    told = started_event(clock, contact, "trace", as_json(contact.contact_id), words_of(clock, contact))

    assert told == fact_event(Fact.STARTED, clock, contact, clock.started_ms, NOTHING, "trace")


@given(NAMES, st.sampled_from(Kind), NAMES, NAMES)
def test_a_clocks_id_is_derived_from_contact_kind_target_and_start(a: str, kind: Kind, b: str, c: str) -> None:
    assert clock_id(a, kind, b, c) == derive("clock", a, kind.value, b, c)


@pytest.mark.parametrize("seed", range(20))
def test_what_a_moment_starts_is_what_each_kind_is_promised_however_often_it_is_asked(seed: int) -> None:
    dice = random.Random(seed)
    found = _promises(dice)
    for _ in range(300):
        contact = Contact(contact_id="c", workspace="acme", channel=dice.choice(("chat", "email")))
        contact.tier, contact.priority_seconds = dice.choice(("bot", "agent")), dice.choice((0.0, 600.0))
        queue = dice.choice((None, "", "orders", "cards", "gone"))
        kinds = dice.choice(list(EFFECTS.values())).starts
        promised = [(kind, found.of(kind, contact, queue)) for kind in kinds if kind in found.kinds]
        assert list(found.targets(kinds, contact, queue)) == promised


def test_what_is_looked_up_once_is_bounded_by_the_policy_not_by_the_names_that_are_asked_for() -> None:
    found = promises_of(parse_policy(policy_of({"orders": {"targets": _targets(random.Random(1))}, "cards": {}})), 1)
    contact = Contact(contact_id="c", workspace="acme", channel="chat")
    moments = {effect.starts for effect in EFFECTS.values()}
    for number in range(1000):
        for kinds in moments:
            found.targets(kinds, contact, _queue(number))
    assert len(found._plain) <= 2 * len(moments)


def test_the_words_of_a_target_are_kept_for_so_many_channels_and_each_is_counted_from_zero_on() -> None:
    totals = Totals()
    facts, target = Facts(totals), stated("orders", 20.0)
    channels = [f"channel-{number}" for number in range(CHANNELS_MAX + 5)]
    for channel in channels:
        contact = Contact(contact_id="c", workspace="acme", channel=channel)
        clock = Clock(f"k-{channel}", target.kind, target.name, 20.0, 0, 20_000, "orders")
        contact.clocks.append(clock)
        facts.started(clock, contact, target)
        assert len(target.words) <= CHANNELS_MAX
    begun = {total.key for total in totals.take_changed()}
    assert begun >= {(BREACHES, "acme", target.kind, "20s", "orders", channel) for channel in channels}


def test_a_target_of_another_duration_is_made_once_and_few_are_kept() -> None:
    target = stated("orders", 20.0)
    for seconds in (20.0, *range(LASTING_MAX), 7.0, 1e6, 2e6):
        other = target.lasting(float(seconds))
        assert other == stated("orders", float(seconds))
        assert target.lasting(float(seconds)) is other
        assert len(target._lasting) <= LASTING_MAX


def _promises(dice: random.Random) -> Promises:
    queues = {"orders": {"targets": _targets(dice)}, "cards": {"targets": _targets(dice)}}
    whens = ({"channel": ["chat"]}, {"tier": ["bot", "agent"]}, {"priority_at_least": "5m"}, {"queue": ["cards"]})
    rules = [
        {"name": f"r{number}", "when": when, "then": _targets(dice)}
        for number, when in enumerate(dice.sample(whens, dice.randint(0, 2)))
    ]
    return promises_of(parse_policy(policy_of(queues, targets=rules)), 1)


def _targets(dice: random.Random) -> dict[str, Any]:
    kinds = ("resolution", "first_response", "next_response", "time_to_answer")
    return {kind: {"within": f"{dice.randint(1, 9)}h"} for kind in dice.sample(kinds, dice.randint(1, 3))}


def _queue(number: int) -> str:
    return ("orders", "cards", "", f"gone-{number}")[number % 4]
