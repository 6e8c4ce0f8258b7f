"""The agents who are open for work, grouped by what they can do, each group in order of whose turn it is."""

from heapq import heapify, heappop, heappush
from itertools import islice

from services.router.domain.matcher.guard import Guard, Guards
from services.router.domain.matcher.heaps import in_order
from services.router.domain.matcher.matching import AbilityName, Requirement, Seat, Skills

Turn = tuple[float, float, str, "Chair"]

Candidate = tuple[int, float, float, float, str, "Chair"]
"""What orders agents: preferences not met, cost, then the agent's turn (two numbers and the agent id)."""

LEAST_LOADED = "least_loaded"
"""The order every profile keeps: least load, then longest idle. Other orders are made from it when asked for."""


class Ability:
    """A skill or a channel: how many open agents have it, the profiles that do, and what giving one away weighs."""

    __slots__ = ("name", "open", "profiles", "weight")

    def __init__(self, name: AbilityName, weight: float) -> None:
        self.name = name
        self.weight = weight
        self.open = 0
        self.profiles: list[Profile] = []


class Chair:
    """A seat in the structure; ``alive`` until the agent leaves or is seated anew."""

    __slots__ = ("alive", "candidate", "candidate_order", "placed", "profile", "seat")

    def __init__(self, seat: Seat, profile: "Profile") -> None:
        self.seat = seat
        self.profile = profile
        self.alive = True
        self.placed = False
        self.candidate: Candidate | None = None
        self.candidate_order = ""

    def __lt__(self, other: "Chair") -> bool:
        """Only asked when an entry of an agent meets an older entry of the same agent: any answer will do."""
        return False

    def turn(self, order: str) -> Turn:
        """What orders agents of equal cost; the last words are idle time and agent id."""
        seat = self.seat
        if order == "longest_idle":
            return float(seat.load > 0), seat.idle_since, seat.agent_id, self
        if order == "round_robin":
            return seat.last_offered, seat.idle_since, seat.agent_id, self
        return seat.load, seat.idle_since, seat.agent_id, self


class Profile:
    """One set of skills with levels and open channels, and the open agents who have exactly that.

    ``served`` belongs to ``Lines``, which keeps there what it worked out for the profile: a match is saved the look-up.
    """

    __slots__ = ("abilities", "channels", "dead", "dead_max", "guards", "levels", "live", "served", "turns")

    def __init__(self, skills: Skills, channels: frozenset[str], abilities: tuple[Ability, ...], dead_max: int) -> None:
        self.dead_max = dead_max
        self.levels = dict(skills)
        self.channels = channels
        self.abilities = abilities
        self.guards: tuple[Guard, ...] = ()
        self.live = 0
        self.dead = 0
        self.turns: dict[str, list[Turn]] = {LEAST_LOADED: []}
        self.served: object = None

    def suits(self, need: Requirement) -> bool:
        """Whether agents of this profile have what a requirement asks for."""
        if need.channel not in self.channels:
            return False
        level_of = self.levels.get
        for skill, level in need.must:
            if level_of(skill, 0) < level:
                return False
        if not need.any and not need.without:
            return True
        return all(any(level_of(skill, 0) >= level for skill, level in group) for group in need.any) and not any(
            skill in self.levels for skill in need.without
        )

    def add(self, chair: Chair, guards: Guards) -> None:
        """An agent of this profile is open."""
        self.live += 1
        for ability in self.abilities:
            ability.open += 1
        for guard in self.guards:
            guards.join(guard, chair.seat.agent_id)
        for order, heap in self.turns.items():
            heappush(heap, chair.turn(order))

    def remove(self, agent_id: str) -> None:
        """An agent of this profile left; dead entries are cleared away when they outnumber the living."""
        self.live -= 1
        self.dead += 1
        for ability in self.abilities:
            ability.open -= 1
        for guard in self.guards:
            del guard.open[agent_id]
        if self.live == 0:
            for heap in self.turns.values():
                heap.clear()
            self.dead = 0
        elif self.dead > self.live + self.dead_max:
            for heap in self.turns.values():
                heap[:] = [entry for entry in heap if entry[3].alive]
                heapify(heap)
            self.dead = 0

    def first(self, order: str) -> Turn:
        """The open agent whose turn it is; the profile must have one."""
        heap = self.in_turn(order)
        while not heap[0][3].alive:
            heappop(heap)
        return heap[0]

    def second(self, order: str) -> Turn | None:
        """The agent whose turn it is after the first."""
        heap = self.in_turn(order)
        alike = heap[1:3]
        if all(entry[3].alive for entry in alike):
            return min(alike, default=None)
        return next(islice((entry for entry in in_order(heap) if entry[3].alive), 1, None), None)

    def in_turn(self, order: str) -> list[Turn]:
        """The heap of an order, made when first asked for; it may hold agents who left."""
        heap = self.turns.get(order)
        if heap is None:
            heap = [entry[3].turn(order) for entry in self.turns[LEAST_LOADED] if entry[3].alive]
            heapify(heap)
            self.turns[order] = heap
        return heap
