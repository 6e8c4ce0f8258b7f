"""Which kinds of agents are signed on, so that nobody waits for a skill that nobody has."""

from services.router.domain.rules import Need

Skills = tuple[tuple[str, int], ...]

REMEMBERED_MAX = 10_000  # answers kept between two changes of the set of profiles


class Staff:
    """Counts signed-on agents by skills; an answer is remembered until a profile comes or goes."""

    __slots__ = ("_answers", "_counts", "_of", "_shared")

    def __init__(self) -> None:
        self._counts: dict[Skills, int] = {}
        self._shared: dict[Skills, Skills] = {}
        self._of: dict[str, Skills] = {}
        self._answers: dict[object, bool] = {}

    def add(self, agent_id: str, skills: Skills) -> Skills:
        """An agent is signed on with these skills; returns the tuple that all agents of this profile share."""
        self.remove(agent_id)
        if skills not in self._counts:
            self._counts[skills] = 0
            self._shared[skills] = skills
            self._answers.clear()
        self._counts[skills] += 1
        shared = self._of[agent_id] = self._shared[skills]
        return shared

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
