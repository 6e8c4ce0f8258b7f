"""The open agents of a workspace: kept in order by what they can do."""

from collections.abc import Iterator, Mapping

from services.router.domain.matcher.guard import Guard, Guards, owe
from services.router.domain.matcher.idle import Ability, Chair, Profile
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.lines import Lines
from services.router.domain.matcher.matching import AbilityName, Requirement, Seat, Skills
from services.router.domain.matcher.search import Search
from services.router.domain.matcher.waiting import Line, Waiter

PHASES = 32
"""Moments at which pools are cleared of who left: more would not spread the work any better."""


class Floor:
    """Who is open for work. An agent who is seated is put in order only when somebody looks for one."""

    def __init__(self, lines: Lines, limits: Limits) -> None:
        self._lines = lines
        self._limits = limits
        self.chairs: dict[str, Chair] = {}
        self.open: dict[Profile, None] = {}
        self.guards = Guards()
        self._profiles: dict[tuple[Skills, frozenset[str]], Profile] = {}
        self._profiles_max = limits.profiles_kept
        self._abilities: dict[AbilityName, Ability] = {}
        self._weights: Mapping[AbilityName, float] | None = None
        self._unplaced: list[Chair] = []
        self._pooled: list[Line] = []

    def seat(self, seat: Seat) -> None:
        """An agent is open as ``seat`` says, in place of an earlier seat."""
        if seat.agent_id in self.chairs:
            self.unseat(seat.agent_id)
        profile = self._profiles.get((seat.skills, seat.channels)) or self._make_profile(seat)
        chair = Chair(seat, profile)
        self.chairs[seat.agent_id] = chair
        self._unplaced.append(chair)
        # With many agents open the next contact finds one at once, so waiting to put this one in order saves nothing.
        if self._pooled or len(self._unplaced) > self._limits.unplaced:
            self.place()

    def unseat(self, agent_id: str) -> None:
        """The agent is no longer open; nothing happens when they were not."""
        chair = self.chairs.pop(agent_id, None)
        if chair is None:
            return
        chair.alive = False
        chair.candidate = None
        if chair.placed:
            profile = chair.profile
            profile.remove(agent_id)
            if self._pooled:
                self._leave_pools(profile)
            if not profile.live:
                del self.open[profile]

    @property
    def few(self) -> bool:
        """Whether so few profiles are open that each is priced anew for every decision."""
        return len(self.open) <= self._limits.few_profiles

    def place(self) -> None:
        """Put every open agent in order."""
        if not self._unplaced:
            return
        for chair in self._unplaced:
            if chair.alive:
                chair.placed = True
                chair.profile.add(chair, self.guards)
                self.open[chair.profile] = None
                if self._pooled:
                    self._join_pools(chair)
        self._unplaced.clear()

    def weigh(self, weights: Mapping[AbilityName, float]) -> None:
        """What giving an ability away weighs from now on; nothing where it is not named."""
        self._weights = weights
        moved = False
        for ability in self._abilities.values():
            weight = weights.get(ability.name, 0.0)
            moved |= (weight >= self._limits.wanted) != (ability.weight >= self._limits.wanted)
            ability.weight = weight
        if moved:  # the pools stand in the order of how many abilities are wanted
            self._drop_pools()
            for chair in self.chairs.values():
                chair.candidate = None

    def protect(self, need: Requirement, allowance: float, debt: float) -> None:
        """Hold back agents for a class, in place of an earlier protection of it."""
        self.place()
        guard = self.guards.by_class.get((need.protected, need.channel)) or self._make_guard(need)
        guard.allowance = allowance
        self.guards.change(guard, debt)

    def answered(self, need: Requirement, *, breached: bool) -> None:
        """Count a contact of a class; nothing happens when the class is not protected."""
        self.place()
        guard = self.guards.by_class.get((need.protected, need.channel))
        if guard is not None:
            self.guards.change(guard, owe(guard.debt, guard.allowance, breached=breached))

    def unprotect(self) -> None:
        """Hold nobody back any more."""
        self.guards.by_class.clear()
        for profile in self._profiles.values():
            profile.guards = ()

    def suited(self, need: Requirement) -> Iterator[Chair]:
        """The open agents who suit a requirement, in no order."""
        return (chair for chair in self.chairs.values() if chair.profile.suits(need))

    def _make_guard(self, need: Requirement) -> Guard:
        guard = self.guards.by_class[need.protected, need.channel] = Guard(need, 0.0)
        for profile in self._profiles.values():
            if profile.suits(need):
                profile.guards = (*profile.guards, guard)
        suited = (agent_id for agent_id, chair in self.chairs.items() if guard in chair.profile.guards)
        guard.open.update(dict.fromkeys(suited))
        return guard

    def search_for(self, contact: Waiter) -> Search:
        """The search that fits a contact's requirement, preferences and agent order."""
        waiting = contact.waiting
        key = (waiting.prefer, waiting.agent_order)
        searches = contact.line.searches
        search = searches.get(key)
        if search is None:
            if len(searches) >= self._limits.searches_kept:
                contact.line.forget_searches()
            search = searches[key] = Search(waiting.requirement, *key, self._limits)
        return search

    # --- the pools, for many open profiles ----------------------------------------------------------------------------

    def fill_pool(self, line: Line, search: Search) -> None:
        """Make sure that a search has its pool; the first time, it looks at every profile that might suit."""
        if search.pool is None:
            if len(self._pooled) >= self._limits.pools_kept:
                self._drop_pools()
            search.gather(self._near(search), len(self._pooled) % PHASES / PHASES)
            line.pooled.append(search)
            self._pooled.append(line)

    def _near(self, search: Search) -> list[Profile]:
        """The profiles with the rarest of the abilities that are asked for: few, and all who suit are among them."""
        known = [self._abilities.get(name) for name in search.own]
        return min((ability.profiles if ability else [] for ability in known), key=len)

    def _join_pools(self, chair: Chair) -> None:
        for line in self._lines.served_by(chair.profile):
            for search in line.pooled:
                search.add(chair)

    def _leave_pools(self, profile: Profile) -> None:
        for line in self._lines.served_by(profile):
            for search in line.pooled:
                search.remove()
        if len(self.open) < self._limits.few_profiles // 2:
            self._drop_pools()

    def _drop_pools(self) -> None:
        for line in self._pooled:
            line.drop_pools()
        self._pooled.clear()

    # --- the profiles -------------------------------------------------------------------------------------------------

    def _make_profile(self, seat: Seat) -> Profile:
        if len(self._profiles) >= self._profiles_max:
            self._forget_profiles()
        names = [("skill", skill) for skill, _ in seat.skills] + [("channel", each) for each in sorted(seat.channels)]
        abilities = tuple(self._abilities.get(name) or self._make_ability(name) for name in names)
        profile = Profile(seat.skills, seat.channels, abilities, self._limits.dead_entries)
        profile.guards = tuple(guard for guard in self.guards.by_class.values() if profile.suits(guard.need))
        for ability in abilities:
            ability.profiles.append(profile)
        self._profiles[(seat.skills, seat.channels)] = profile
        return profile

    def _make_ability(self, name: AbilityName) -> Ability:
        weight = 1.0 if self._weights is None else self._weights.get(name, 0.0)
        ability = self._abilities[name] = Ability(name, weight)
        return ability

    def _forget_profiles(self) -> None:
        self.place()
        self._profiles = {key: profile for key, profile in self._profiles.items() if profile.live}
        self._profiles_max = 2 * len(self._profiles) + self._limits.profiles_kept
        for ability in self._abilities.values():
            ability.profiles = [profile for profile in ability.profiles if profile.live]
        self._abilities = {name: ability for name, ability in self._abilities.items() if ability.profiles}
