"""Which kinds of agents are signed on, so that nobody waits for a skill that nobody has."""

from services.router.domain.rules.rules import Need
from services.router.domain.state.records import Levels

REMEMBERED_MAX = 10_000  # answers kept between two changes of the set of profiles
PAIRS_MAX = 10_000  # skills with a level that profiles share: more than any workspace has


class Staff:
    """Counts signed-on agents by skills; an answer is remembered until a profile comes or goes."""

    __slots__ = ("_answers", "_counts", "_of", "_pairs", "_shared")

    def __init__(self) -> None:
        self._counts: dict[Levels, int] = {}
        self._shared: dict[Levels, Levels] = {}
        self._pairs: dict[tuple[str, int], tuple[str, int]] = {}
        self._of: dict[str, Levels] = {}
        self._answers: dict[object, bool] = {}

    def add(self, agent_id: str, skills: Levels) -> Levels:
        """An agent is signed on with these skills; returns the tuple that all agents of this profile share."""
        self.remove(agent_id)
        shared = self._shared.get(skills)
        if shared is None:
            shared = self._made_of_pairs(skills)
            self._shared[shared] = shared
            self._counts[shared] = 0
            self._answers.clear()
        self._counts[shared] += 1
        self._of[agent_id] = shared
        return shared

    def _made_of_pairs(self, skills: Levels) -> Levels:
        """The same skills; of thousands of profiles each has some of a few hundred pairs."""
        if len(self._pairs) >= PAIRS_MAX:
            self._pairs.clear()
        return tuple(self._pairs.setdefault(pair, pair) for pair in skills)

    def remove(self, agent_id: str) -> bool:
        """The agent is gone or changes; True when they were the last of their profile."""
        skills = self._of.pop(agent_id, None)
        if skills is None:
            return False
        self._counts[skills] -= 1
        if self._counts[skills]:
            return False
        del self._counts[skills], self._shared[skills]
        self._answers.clear()
        return True

    def anybody(self, need: Need) -> bool:
        """Whether anybody signed on, busy or not, has what it takes."""
        found = self._answers.get(need.requirement)
        if found is None:
            if len(self._answers) >= REMEMBERED_MAX:
                self._answers.clear()
            found = self._answers[need.requirement] = any(need.served_by(skills) for skills in self._counts)
        return found
