"""What an agent can still take: units, costs per channel, maxima, reserves and exclusive channels."""

from typing import NamedTuple

import msgspec

from services.router.domain.records import Agent
from services.router.domain.states import Availability
from shared.inputs import AgentCapacity
from shared.topics import CHANNELS

REMEMBERED_MAX = 20_000  # distinct (capacity, work) pairs kept; contact centres have a few hundred

_encode = msgspec.json.Encoder(order="deterministic").encode


class ChannelRules(NamedTuple):
    """A workspace's defaults for agents who do not state their own; the fields mean what AgentCapacity's mean."""

    costs: dict[str, int]
    maximum: dict[str, int]
    reserve: dict[str, int]
    exclusive: tuple[str, ...]


class Room(NamedTuple):
    """What is taken and what is left. ``open``: the channels of which one more contact fits. ``load`` in units."""

    load: int
    free: int
    share: float
    open: frozenset[str]


def room(capacity: AgentCapacity, work: tuple[str, ...], rules: ChannelRules) -> Room:
    """The room of an agent who holds one piece of work per entry of ``work`` (channels)."""
    exclusive = rules.exclusive if capacity.exclusive is None else capacity.exclusive
    if any(channel in exclusive for channel in work):
        return Room(capacity.units, 0, 1.0, frozenset())
    costs = rules.costs | capacity.costs
    used = {channel: work.count(channel) * costs.get(channel, 1) for channel in set(work)}
    load = sum(used.values())
    free = capacity.units - load
    most = rules.maximum | capacity.max
    reserve = capacity.reserve or rules.reserve

    def fits(channel: str) -> bool:
        if channel in exclusive:
            return not work
        cost = costs.get(channel, 1)
        if cost > free or work.count(channel) >= most.get(channel, len(work) + 1):
            return False
        # Units kept for another channel: everything but that channel together may take at most the rest.
        return all(
            load - used.get(other, 0) + cost <= capacity.units - kept
            for other, kept in reserve.items()
            if other != channel
        )

    return Room(load, max(0, free), load / max(1, capacity.units), frozenset(filter(fits, CHANNELS)))


class Rooms:
    """Remembers rooms: most agents share a few capacities and hold a few kinds of work."""

    __slots__ = ("_capacities", "_rooms", "_rules")

    def __init__(self, rules: ChannelRules) -> None:
        self._rules = rules
        self._capacities: dict[bytes, AgentCapacity] = {}
        self._rooms: dict[tuple[int, tuple[str, ...]], Room] = {}

    def share(self, capacity: AgentCapacity) -> AgentCapacity:
        """The one object that stands for this capacity, so that rooms are found by identity."""
        return self._capacities.setdefault(_encode(capacity), capacity)

    def of(self, agent: Agent) -> Room:
        """The agent's room now."""
        work = (*agent.offers.values(), *agent.work.values())
        if len(work) > 1:
            work = tuple(sorted(work))
        key = (id(agent.capacity), work)
        found = self._rooms.get(key)
        if found is None:
            if len(self._rooms) >= REMEMBERED_MAX:
                self._rooms.clear()
            agent.capacity = self.share(agent.capacity)
            found = self._rooms[id(agent.capacity), work] = room(agent.capacity, work, self._rules)
        return found


def availability(agent: Agent, left: Room) -> Availability:
    """What the agent's work amounts to."""
    if agent.offers:
        return Availability.OFFERED
    if len(agent.work) > agent.wrapping:
        return Availability.BUSY if left.open else Availability.FULL
    return Availability.WRAPPING if agent.work else Availability.IDLE
