"""The open agents of a workspace: kept in order by what they can do, and searched for a contact."""

from collections.abc import Iterator

from services.router.domain.matcher.guard import Guard, Guards
from services.router.domain.matcher.idle import Ability, Chair, Profile
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.search import Candidate, Search
from services.router.domain.matching import Requirement, Seat, Skills, Waiting


class Floor:
    """Who is open for work. An agent who is seated is put in order only when somebody looks for one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.chairs: dict[str, Chair] = {}
        self.open: dict[Profile, None] = {}
        self.guards = Guards()
        self._profiles: dict[tuple[Skills, frozenset[str]], Profile] = {}
        self._abilities: dict[tuple[str, str], Ability] = {}
        self._unplaced: list[Chair] = []
        self._searches: dict[tuple[Requirement, Skills, str], Search] = {}
        self._pooled: list[Search] = []

    def seat(self, seat: Seat) -> None:
        """An agent is open as ``seat`` says, in place of an earlier seat."""
        self.unseat(seat.agent_id)
        profile = self._profiles.get((seat.skills, seat.channels)) or self._new_profile(seat)
        chair = Chair(seat, profile)
        self.chairs[seat.agent_id] = chair
        self._unplaced.append(chair)
        if len(self._unplaced) > self._limits.unplaced:
            self.place()

    def unseat(self, agent_id: str) -> None:
        """The agent is no longer open; nothing happens when they were not."""
        chair = self.chairs.pop(agent_id, None)
        if chair is None:
            return
        chair.alive = False
        if chair.placed:
            profile = chair.profile
            profile.remove()
            if self._pooled:
                for search in self._pools_of(profile):
                    search.remove()
            if not profile.live:
                del self.open[profile]
                if self._pooled and len(self.open) < self._limits.few_profiles // 2:
                    self._drop_pools()

    @property
    def few(self) -> bool:
        """Whether so few profiles are open that each is priced anew for every decision."""
        return len(self.open) <= self._limits.few_profiles

    def place(self) -> None:
        """Put every open agent in order."""
        for chair in self._unplaced:
            if chair.alive:
                chair.placed = True
                chair.profile.add(chair)
                self.open[chair.profile] = None
                if self._pooled:
                    for search in self._pools_of(chair.profile):
                        search.add(chair)
        self._unplaced.clear()

    def protect(self, need: Requirement, allowance: float, debt: float) -> None:
        """Hold back agents for a requirement, in place of an earlier protection of it."""
        self.place()
        known = self.guards.by_need.get(need)
        if known:
            known.allowance, known.debt = allowance, debt
            return
        guard = self.guards.by_need[need] = Guard(need, allowance, debt)
        for profile in self._profiles.values():
            if profile.suits(need):
                profile.guards = (*profile.guards, guard)
                guard.open += profile.live

    def suited(self, need: Requirement) -> Iterator[Chair]:
        """The open agents who suit a requirement, in no order."""
        return (chair for chair in self.chairs.values() if chair.profile.suits(need))

    def search_for(self, waiting: Waiting) -> Search:
        """The search that fits a contact's requirement, preferences and agent order."""
        key = (waiting.requirement, waiting.prefer, waiting.agent_order)
        search = self._searches.get(key)
        if search is None:
            if len(self._searches) >= self._limits.searches_kept:
                self._drop_pools()
                self._searches.clear()
            search = self._searches[key] = Search(*key, self._limits)
        return search

    def pool(self, search: Search) -> Iterator[Candidate]:
        """Every open agent who suits, best first; the first call for a search looks at every agent."""
        if search.pool is None:
            search.gather(chair for chair in self.chairs.values() if chair.placed)
            self._pooled.append(search)
        return search.walk()

    def _pools_of(self, profile: Profile) -> list[Search]:
        if profile.pooled_seen < len(self._pooled):
            fresh = self._pooled[profile.pooled_seen :]
            profile.pooled += [search for search in fresh if search.fit(profile) is not None]
            profile.pooled_seen = len(self._pooled)
        return profile.pooled

    def _drop_pools(self) -> None:
        for search in self._pooled:
            search.pool = None
        self._pooled.clear()
        for profile in self._profiles.values():
            profile.pooled.clear()
            profile.pooled_seen = 0

    def _new_profile(self, seat: Seat) -> Profile:
        if len(self._profiles) > 2 * len(self.chairs) + self._limits.profiles_kept:
            self._forget_profiles()
        names = [("skill", skill) for skill, _ in seat.skills] + [("channel", each) for each in sorted(seat.channels)]
        abilities = tuple(self._abilities.setdefault(name, Ability(name)) for name in names)
        profile = Profile(seat.skills, seat.channels, abilities, self._limits.dead_entries)
        profile.guards = tuple(guard for need, guard in self.guards.by_need.items() if profile.suits(need))
        self._profiles[(seat.skills, seat.channels)] = profile
        return profile

    def _forget_profiles(self) -> None:
        self.place()
        self._profiles = {key: profile for key, profile in self._profiles.items() if profile.live}
        used = {ability.name for profile in self._profiles.values() for ability in profile.abilities}
        self._abilities = {name: self._abilities[name] for name in used}
        for search in self._searches.values():
            search.forget_profiles()
