"""What an agent can still take."""

from itertools import permutations, product

import pytest

from services.router.domain.rules.queue_rules import ChannelRules
from services.router.domain.state.capacity import ROOMS_KEPT_MAX, UNUSED_MAX, Capacities, Capacity, Room
from services.router.domain.state.records import Agent
from shared.contract.inputs import AgentCapacity
from shared.contract.topics import CHANNELS

RULES = ChannelRules(costs=dict.fromkeys(CHANNELS, 1), maximum={}, reserve={}, exclusive=("voice",))
ALL = frozenset(CHANNELS)


def room(capacity: AgentCapacity, work: tuple[str, ...], rules: ChannelRules) -> Room:
    return Capacity(capacity, rules).room({channel: work.count(channel) for channel in work})


def test_an_idle_agent_is_open_for_every_channel() -> None:
    left = room(AgentCapacity(units=4), (), RULES)
    assert (left.load, left.free, left.open) == (0, 4, ALL)


def test_other_work_closes_voice_and_a_call_closes_everything() -> None:
    assert room(AgentCapacity(units=4), ("chat",), RULES).open == ALL - {"voice"}
    left = room(AgentCapacity(units=4), ("voice",), RULES)
    assert (left.load, left.free, left.open) == (4, 0, frozenset())


def test_an_agent_who_says_so_takes_calls_beside_other_work() -> None:
    assert "voice" in room(AgentCapacity(units=4, exclusive=[]), ("chat",), RULES).open


def test_costs_of_the_agent_win_over_those_of_the_policy() -> None:
    rules = RULES._replace(costs={"email": 2})
    assert room(AgentCapacity(units=4), ("email",), rules).load == 2
    assert room(AgentCapacity(units=4, costs={"email": 3}), ("email",), rules).load == 3
    assert "email" not in room(AgentCapacity(units=4, costs={"email": 3}), ("email",), rules).open


def test_a_channel_has_a_maximum() -> None:
    left = room(AgentCapacity(units=4, max={"chat": 2}), ("chat", "chat"), RULES)
    assert left.open == ALL - {"chat", "voice"}
    assert left.free == 2


@pytest.mark.parametrize(("work", "chat_fits"), [((), True), (("chat",), True), (("chat", "chat"), False)])
def test_units_kept_for_a_channel_are_not_given_to_others(work: tuple[str, ...], chat_fits: bool) -> None:
    capacity = AgentCapacity(units=4, reserve={"email": 2})
    left = room(capacity, work, RULES)
    assert ("chat" in left.open) is chat_fits
    assert "email" in left.open


def test_an_exclusive_channel_has_a_maximum_too() -> None:
    capacity = AgentCapacity(units=4, max={"voice": 0, "chat": 0}, exclusive=["voice", "chat"])
    assert room(capacity, (), RULES).open == ALL - {"voice", "chat"}
    kept = AgentCapacity(units=4, max={"voice": 0}, reserve={"voice": 2})
    assert "voice" not in room(kept, (), RULES).open


@pytest.mark.parametrize(
    ("units", "costs", "fits"),
    [(1, {}, False), (2, {}, False), (3, {}, True), (4, {"chat": 2}, True), (4, {"chat": 3}, False)],
)
def test_an_exclusive_channel_takes_nothing_that_is_kept_for_another(
    units: int, costs: dict[str, int], fits: bool
) -> None:
    capacity = AgentCapacity(units=units, costs=costs, exclusive=["voice", "chat"], reserve={"voice": 2})
    left = room(capacity, (), RULES)
    assert ("chat" in left.open) is fits
    assert "voice" in left.open


@pytest.mark.parametrize("work", [(), ("chat",), ("chat", "chat"), ("voice",)])
def test_no_units_kept_are_as_if_none_were_stated_and_may_take_back_those_of_the_policy(work: tuple[str, ...]) -> None:
    stated = room(AgentCapacity(units=2, reserve={"voice": 0}), work, RULES)
    assert stated == room(AgentCapacity(units=2), work, RULES)
    keeping = RULES._replace(reserve={"voice": 1})
    assert room(AgentCapacity(units=2, reserve={"voice": 0}), work, keeping) == stated


def test_work_kept_through_a_smaller_capacity_leaves_no_room() -> None:
    left = room(AgentCapacity(units=1), ("chat", "chat"), RULES)
    assert (left.load, left.free, left.open) == (2, 0, frozenset())


def test_work_that_came_back_beside_a_call_counts_beside_it() -> None:
    left = room(AgentCapacity(units=2), ("voice", "chat", "chat", "chat"), RULES)
    assert (left.load, left.free, left.open) == (5, 0, frozenset())


def test_the_load_falls_with_whatever_ends() -> None:
    everything = ("voice", "chat", "chat", "chat")
    loads = [room(AgentCapacity(units=2), everything[number:], RULES).load for number in range(5)]
    assert loads == sorted(loads, reverse=True)


def test_a_call_comes_beside_other_work_where_units_are_kept_for_it_and_keeps_further_work_away() -> None:
    capacity = AgentCapacity(units=3, reserve={"voice": 1})
    beside = room(capacity, ("chat", "chat"), RULES)
    assert beside.open == {"voice"}
    call = room(capacity, ("chat", "chat", "voice"), RULES)
    assert (call.load, call.free, call.open) == (3, 0, frozenset())
    assert room(capacity, ("voice",), RULES).open == frozenset()
    assert Capacity(capacity, RULES).allows({"chat": 2, "voice": 1})
    assert not Capacity(capacity, RULES).allows({"chat": 1, "voice": 2})
    assert not Capacity(AgentCapacity(units=3), RULES).allows({"chat": 1, "voice": 1})


def test_the_room_is_the_same_in_whatever_order_the_work_came_and_whatever_was_asked_before() -> None:
    said = AgentCapacity(units=6, max={"chat": 2}, reserve={"voice": 2})
    asked = Capacity(said, RULES)
    orders = permutations(("chat", "email", "voice"))
    mixtures = [dict(zip(each, held, strict=True)) for each in orders for held in product((1, 2, 3), repeat=3)]
    for held in (*mixtures, *mixtures):
        assert asked.room(held) == Capacity(said, RULES).room(dict(sorted(held.items())))


def test_a_capacity_keeps_a_bounded_number_of_rooms_and_the_one_that_comes_anew_is_right() -> None:
    capacity = Capacity(AgentCapacity(units=2 * ROOMS_KEPT_MAX), RULES)
    loads = [capacity.room({"chat": number}).load for number in range(1, ROOMS_KEPT_MAX + 2)]
    assert loads == list(range(1, ROOMS_KEPT_MAX + 2))
    assert len(capacity._rooms) <= ROOMS_KEPT_MAX
    assert capacity.room({"chat": 1}).load == 1


def test_capacities_that_nobody_has_any_more_are_forgotten_and_those_of_others_are_still_shared() -> None:
    capacities = Capacities(RULES)
    agents = [Agent(workspace="acme", agent_id=name, skills=(), capacity=AgentCapacity(units=3)) for name in "abc"]
    for agent in agents[1:]:
        capacities.state(agent)
    for units in range(1, 4 * UNUSED_MAX):
        agents[0].capacity = AgentCapacity(units=units)
        capacities.state(agents[0])
        assert capacities.room(agents[0]).free == units
    assert len(capacities._known) <= 2 * len(agents) + UNUSED_MAX + 1
    agents[0].capacity = AgentCapacity(units=3)
    capacities.state(agents[0])
    assert agents[0].capacity is agents[1].capacity is agents[2].capacity


@pytest.mark.parametrize("exclusive", [["voice"], ["voice", "chat"], []])
@pytest.mark.parametrize("most", [{}, {"voice": 0}, {"voice": 1, "chat": 1}])
def test_whatever_work_comes_where_there_is_room_is_within_the_capacity(
    exclusive: list[str], most: dict[str, int]
) -> None:
    for units, voice, chat in product((1, 2, 3), repeat=3):
        reserve = {"voice": min(voice, units) - 1, "chat": min(chat, units) - 1}
        capacity = Capacity(AgentCapacity(units=units, exclusive=exclusive, max=most, reserve=reserve), RULES)
        for work in product(("voice", "chat", "email"), repeat=3):
            held: dict[str, int] = {}
            for channel in work:
                if channel in capacity.room(held).open:
                    held = {**held, channel: held.get(channel, 0) + 1}
            assert capacity.allows(held)


def test_who_takes_no_calls_any_more_may_hold_no_call() -> None:
    assert Capacity(AgentCapacity(units=2), RULES).allows({"voice": 1})
    assert not Capacity(AgentCapacity(units=2, max={"voice": 0}), RULES).allows({"voice": 1})
    assert not Capacity(AgentCapacity(units=2, reserve={"chat": 2}), RULES).allows({"voice": 1})
