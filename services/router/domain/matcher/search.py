"""The agents for one kind of contact: who suits, what taking them costs the others, and whose turn it is."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple

from services.router.domain.matcher.heaps import in_order
from services.router.domain.matcher.idle import LEAST_LOADED, Ability, Candidate, Chair, Profile
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement, Skills

OWN_TURNS = frozenset({"longest_idle", "round_robin"})
"""Agent orders whose turns differ from least load, then longest idle."""


class Fit(NamedTuple):
    """How a profile meets a search: preferences it does not meet, minus its levels, its other abilities."""

    unmet: int
    level: float
    others: tuple[Ability, ...]


class Search:
    """Finds the agent for contacts of one requirement, one set of preferences and one agent order.

    Cost by scarcity, with few open profiles: the sum over the agent's other abilities (skills and channels the
    contact does not need) of weight / open agents who have it, in buckets of ``fairness``; with many: how many of
    those that somebody comes for. Measured, 1 / open is as good as load / open for skills that are busy; the weight is
    there for those that are not, which nobody has to be spared for. Cost by best skill: minus the levels of the skills
    that are asked for.

    The pool, made when many profiles are open, is one heap of all agents who suit.
    """

    __slots__ = (
        "_dead",
        "_fits",
        "_limits",
        "_named",
        "_need",
        "_prefer",
        "live",
        "order",
        "own",
        "plain",
        "pool",
        "turn",
    )

    def __init__(self, need: Requirement, prefer: Skills, order: str, limits: Limits) -> None:
        self._need = need
        self._prefer = prefer
        self._limits = limits
        self.own = {("skill", skill) for skill, _ in need.must} | {("channel", need.channel)}
        self._named = {skill for group in (need.must, prefer, *need.any) for skill, _ in group}
        self._fits: dict[Profile, Fit | None] = {}
        self._dead = 0
        self.order = order
        self.plain = not prefer and order != "best_skill"
        self.turn = order if order in OWN_TURNS else LEAST_LOADED
        self.pool: list[Candidate] | None = None
        self.live = 0

    # --- few open profiles: each is priced anew -----------------------------------------------------------------------

    def fit(self, profile: Profile) -> Fit | None:
        """How a profile meets this search; None when it does not suit."""
        try:
            return self._fits[profile]
        except KeyError:
            if len(self._fits) >= self._limits.fits_kept:
                self._fits.clear()
            fit = self._fits[profile] = self._judge(profile) if profile.suits(self._need) else None
            return fit

    def price(self, fit: Fit) -> float:
        """The cost by which profiles are compared while few are open."""
        if self.order != "scarcity":
            return fit.level
        cost = 0.0
        for ability in fit.others:
            cost += ability.weight / ability.open
        return cost // self._limits.fairness

    def heads(self, profiles: Iterable[Profile]) -> Iterator[Candidate]:
        """Of each open profile that suits, the agent whose turn it is."""
        for profile in profiles:
            fit = self.fit(profile)
            if fit is not None:
                first, since, agent_id, chair = profile.first(self.turn)
                yield fit.unmet, self.price(fit), first, since, agent_id, chair

    def after(self, first: Candidate) -> Candidate | None:
        """The agent of the same profile whose turn is next, after the first of it."""
        turn = first[5].profile.second(self.turn)
        return None if turn is None else (first[0], first[1], *turn)

    def cost(self, profile: Profile, *, few: bool) -> float:
        """What taking an agent of a profile that suits costs the others, not rounded to buckets; 0 in other orders."""
        if self.order != "scarcity":
            return 0.0
        if not few:
            return float(sum(each.weight >= self._limits.wanted for each in self._others(profile)))
        fit = self.fit(profile)
        if fit is None:
            return 0.0
        cost: float = 0  # whole where nothing is spared: so it is told
        for ability in fit.others:
            cost += ability.weight / ability.open
        return cost

    def spared(self, profile: Profile, *, few: bool) -> tuple[Ability, ...]:
        """What the cost of a profile is made of: the abilities that weigh anything; else nothing."""
        fit = self.fit(profile) if few and self.order == "scarcity" else None
        return tuple(each for each in fit.others if each.weight) if fit else ()

    # --- many open profiles: one pool of all agents who suit ----------------------------------------------------------

    def gather(self, profiles: Iterable[Profile], phase: float) -> None:
        """Make the pool of all agents of the profiles who suit.

        Pools fill with the dead at one pace, each by its size. ``phase``, 0 to 1, is how far this one counts as filled
        from the start: so they are cleared away one after another, and not all in the same moment.
        """
        suited = (profile for profile in profiles if profile.live and profile.suits(self._need))
        pool = [self._candidate(turn[3]) for profile in suited for turn in profile.turns[LEAST_LOADED] if turn[3].alive]
        heapify(pool)
        self.pool, self.live, self._dead = pool, len(pool), int(len(pool) * phase)

    def add(self, chair: Chair) -> None:
        """An agent who suits is open."""
        if self.pool is not None:
            heappush(self.pool, self._candidate(chair))
            self.live += 1

    def remove(self) -> None:
        """An agent who suits left; the entry dies where it lies."""
        if self.pool is None:
            return
        self.live -= 1
        self._dead += 1
        if self._dead > self.live + self._limits.dead_entries:
            self.pool = [entry for entry in self.pool if entry[5].alive]
            heapify(self.pool)
            self._dead = 0

    def first_two(self) -> list[Candidate]:
        """The best two of the pool, or fewer."""
        pool = self.pool or []
        while pool and not pool[0][5].alive:
            heappop(pool)
            self._dead -= 1
        next_ones = pool[1:3]
        if all(entry[5].alive for entry in next_ones):
            return [pool[0], min(next_ones)] if next_ones else pool[:1]
        return list(islice(self.walk(), 2))

    def walk(self) -> Iterator[Candidate]:
        """The open agents of the pool, best first."""
        return (entry for entry in in_order(self.pool or []) if entry[5].alive)

    def _candidate(self, chair: Chair) -> Candidate:
        """Shared between pools where it is the same: thousands of agents stand in dozens of pools."""
        plain = self.plain
        if plain and chair.candidate_order == self.order and chair.candidate is not None:
            return chair.candidate
        unmet, level, _ = (0, 0.0, ()) if plain else self._judge(chair.profile)
        cost = self._wanted(chair.profile) if self.order == "scarcity" else level
        first, since, agent_id, _ = chair.turn(self.turn)
        candidate = (unmet, cost, first, since, agent_id, chair)
        if plain:
            chair.candidate, chair.candidate_order = candidate, self.order
        return candidate

    def _wanted(self, profile: Profile) -> float:
        """How many of a profile's abilities somebody comes for; of its own the search needs no more than of others'."""
        return float(sum(each.weight >= self._limits.wanted for each in profile.abilities))

    def _judge(self, profile: Profile) -> Fit:
        levels = profile.levels
        unmet = sum(levels.get(skill, 0) < level for skill, level in self._prefer)
        level = -sum(levels.get(skill, 0) for skill in self._named) if self.order == "best_skill" else 0
        return Fit(unmet, level, self._others(profile))

    def _others(self, profile: Profile) -> tuple[Ability, ...]:
        return tuple(each for each in profile.abilities if each.name not in self.own)
