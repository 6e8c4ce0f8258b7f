"""What an agent can still take: units, costs per channel, maxima, reserves and exclusive channels.

A contact of an exclusive channel takes all units, and no other work comes while it is there. Where units are kept for
the channel it takes only those, so that it may come beside the other work for which the rest is there. It comes only
where its maximum and what is kept for other channels would let it come at its cost, as every other one. The load is the
sum of what everything takes, whatever else is there: work that came back from being idle may make it more than the
units, and it then falls by what ends and by nothing else.
"""

from collections.abc import Mapping

import msgspec

from services.router.domain.rules.queue_rules import ChannelRules
from services.router.domain.state.records import Agent
from services.router.domain.states import Availability
from shared.contract.inputs import AgentCapacity
from shared.contract.topics import CHANNELS

NOTHING: frozenset[str] = frozenset()
UNUSED_MAX = 64  # capacities kept that nobody has any more, beside as many as there are agents
ROOMS_KEPT_MAX = 1024  # of one capacity, at some 300 bytes; they are worked out again when they are asked for

_encode = msgspec.json.Encoder(order="deterministic").encode


class Room(msgspec.Struct, frozen=True, gc=False):
    """What is taken and what is left. ``open``: the channels of which one more contact fits. ``load`` in units."""

    load: int
    free: int
    share: float
    open: frozenset[str]


class Capacity:
    """One stated capacity under one policy, prepared so that the room of an agent costs a few look-ups."""

    __slots__ = (
        "_alone", "_beside", "_cheapest", "_costs", "_dearest", "_everything", "_exclusive", "_maximum", "_reserve",
        "_rooms", "_sets", "_shared", "_units", "stated",
    )  # fmt: skip

    def __init__(self, stated: AgentCapacity, rules: ChannelRules) -> None:
        self.stated = stated
        self._units = stated.units
        reserve = {channel: kept for channel, kept in (stated.reserve or rules.reserve).items() if kept}
        self._exclusive = frozenset(rules.exclusive if stated.exclusive is None else stated.exclusive)
        whole = {channel: min(stated.units, reserve.get(channel, stated.units)) for channel in self._exclusive}
        costs = dict.fromkeys(CHANNELS, 1) | rules.costs | stated.costs
        self._costs = costs | whole
        self._maximum = rules.maximum | stated.max
        self._reserve = tuple(reserve.items())
        self._beside = self._exclusive & reserve.keys()
        self._shared = frozenset(CHANNELS) - self._exclusive
        self._alone = frozenset(each for each in self._exclusive if self._comes(each, min(costs[each], whole[each])))
        self._everything = self._shared | self._alone
        self._cheapest = min((self._costs[channel] for channel in self._shared), default=0)
        self._dearest = max((self._costs[channel] for channel in self._shared), default=0)
        self._sets: dict[frozenset[str], frozenset[str]] = {
            self._shared: self._shared,
            self._everything: self._everything,
        }
        self._rooms: dict[tuple[tuple[str, int], ...], Room] = {}

    def room(self, held: Mapping[str, int]) -> Room:
        """The room of an agent who holds so many contacts of each channel; agents hold few different mixtures."""
        key = tuple(held.items())
        found = self._rooms.get(key)
        if found is None:
            if len(self._rooms) >= ROOMS_KEPT_MAX:
                self._rooms.clear()
            found = self._rooms[key] = self._room(held)
        return found

    def _room(self, held: Mapping[str, int]) -> Room:
        units, costs = self._units, self._costs
        load = sum(number * costs[channel] for channel, number in held.items())
        if not self._exclusive.isdisjoint(held):
            return Room(load, 0, max(1.0, load / units), NOTHING)
        free = units - load
        if not held and not self._maximum and not self._reserve and free >= self._dearest:
            return Room(0, units, 0.0, self._everything)
        if free < self._cheapest:
            fits = NOTHING
        elif not self._maximum and not self._reserve and free >= self._dearest:
            fits = self._shared
        else:
            fits = frozenset(channel for channel in self._shared if self._fits(channel, held, load))
        if not held:
            fits |= self._alone
        elif self._beside:
            fits |= {channel for channel in self._beside if self._fits(channel, held, load)}
        return Room(load, max(0, free), load / units, self._sets.setdefault(fits, fits))

    def allows(self, held: Mapping[str, int]) -> bool:
        """Whether an agent may hold all of this at once; only work that came back from being idle can be more."""
        load = sum(number * self._costs[channel] for channel, number in held.items())
        exclusive = [channel for channel in held if channel in self._exclusive]
        if exclusive and sum(held.values()) == 1:
            return exclusive[0] in self._alone
        if not self._beside.issuperset(exclusive):
            return False
        return (
            load <= self._units
            and sum(held[channel] for channel in exclusive) <= 1
            and all(number <= self._maximum.get(channel, number) for channel, number in held.items())
            and all(
                load - held.get(other, 0) * self._costs[other] <= self._units - kept for other, kept in self._reserve
            )
        )

    def _comes(self, channel: str, cost: int) -> bool:
        """Whether an agent without work may take one of an exclusive channel."""
        kept = (kept for other, kept in self._reserve if other != channel)
        return self._maximum.get(channel, 1) > 0 and all(cost <= self._units - each for each in kept)

    def _fits(self, channel: str, held: Mapping[str, int], load: int) -> bool:
        cost, most = self._costs[channel], self._maximum.get(channel)
        if load + cost > self._units or (most is not None and held.get(channel, 0) >= most):
            return False
        # Units kept for another channel: everything but that channel together may take at most the rest.
        return all(
            load - held.get(other, 0) * self._costs[other] + cost <= self._units - kept
            for other, kept in self._reserve
            if other != channel
        )


class Capacities:
    """The capacities of a workspace's agents under its policy; agents of one capacity share it."""

    __slots__ = ("_known", "_of", "_rules")

    def __init__(self, rules: ChannelRules) -> None:
        self._rules = rules
        self._known: dict[bytes, Capacity] = {}
        self._of: dict[str, Capacity] = {}

    def state(self, agent: Agent) -> None:
        """The agent said a capacity, now or before this policy; from now on it is the one that others said too."""
        key = _encode(agent.capacity)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > 2 * len(self._of) + UNUSED_MAX:
                self._known = {_encode(each.stated): each for each in self._of.values()}
            found = self._known[key] = Capacity(agent.capacity, self._rules)
        agent.capacity = found.stated
        self._of[agent.agent_id] = found

    def forget(self, agent_id: str) -> None:
        """The agent is gone."""
        self._of.pop(agent_id, None)

    def room(self, agent: Agent) -> Room:
        """The agent's room now."""
        return self._of[agent.agent_id].room(agent.held)

    def ever(self, agent: Agent, channel: str) -> bool:
        """Whether the agent would take a contact of a channel without any other work."""
        return channel in self._of[agent.agent_id].room({}).open

    def allow(self, agent: Agent) -> bool:
        """Whether the agent is within their capacity now."""
        return self._of[agent.agent_id].allows(agent.held)


def availability(agent: Agent, left: Room) -> Availability:
    """What the agent's work amounts to."""
    if agent.asked:
        return Availability.OFFERED
    if agent.active:
        return Availability.BUSY if left.open else Availability.FULL
    return Availability.WRAPPING if agent.wrapping else Availability.IDLE
