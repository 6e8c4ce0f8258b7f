"""Which kinds of agents are signed on, so that nobody waits for a skill that nobody has, and how many are present."""

from services.router.domain.matcher.matching import Requirement
from services.router.domain.rules.rules import Need
from services.router.domain.state.records import Levels

REMEMBERED_MAX = 10_000  # answers kept between two changes of the set of profiles
NEEDS_MAX = 4_096  # whose present agents are counted on, some 300 bytes each; beyond it all are counted anew
SKILLS_REMEMBERED_MAX = 32  # of a requirement whose answer is kept; who asks for hundreds is asked for anew each time
NO_SKILL = ""  # no skill has this name
PAIRS_MAX = 10_000  # skills with a level that profiles share: more than any workspace has


class Staff:
    """Counts signed-on agents by skills; an answer is remembered until a profile comes or goes.

    ``shrank``: the last of a profile went; whoever deals with it sets it back.
    """

    __slots__ = ("_answers", "_counts", "_of", "_pairs", "_shared", "shrank")

    def __init__(self) -> None:
        self._counts: dict[Levels, int] = {}
        self._shared: dict[Levels, Levels] = {}
        self._pairs: dict[tuple[str, int], tuple[str, int]] = {}
        self._of: dict[str, Levels] = {}
        self._answers: dict[object, bool] = {}
        self.shrank = False

    def add(self, agent_id: str, skills: Levels) -> Levels:
        """An agent is signed on with these skills; returns the tuple that all agents of this profile share."""
        shrank, before = self.shrank, self._of.get(agent_id)
        self.remove(agent_id)
        if before == skills:
            self.shrank = shrank
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
        self.shrank = True
        self._answers.clear()
        return True

    def anybody(self, need: Need) -> bool:
        """Whether anybody signed on, busy or not, has what it takes."""
        return self.has(need.requirement)

    def has(self, need: Requirement) -> bool:
        """The same of the requirement alone."""
        found = self._answers.get(need)
        if found is None:
            if len(self._answers) >= REMEMBERED_MAX:
                self._answers.clear()
            found = any(need.met_by(dict(skills)) for skills in self._counts)
            if len(need.must) <= SKILLS_REMEMBERED_MAX:
                self._answers[need] = found
        return found


class Present:
    """Agents who are available, busy or not: how many have what a contact asks, and which contacts compete for them."""

    __slots__ = ("_asking", "_competing", "_counts", "_of", "_profiles")

    def __init__(self) -> None:
        self._of: dict[str, Levels] = {}
        self._profiles: dict[Levels, int] = {}
        self._counts: dict[Requirement, int] = {}
        # The same needs, each under one of the skills that it must have (under NO_SKILL where there is none): who comes
        # or goes is held against the needs under their own skills alone, for thousands do not ask for these.
        self._asking: dict[str, list[Requirement]] = {}
        self._competing: dict[tuple[Requirement, Requirement], bool] = {}

    def skills_of(self, agent_id: str) -> Levels | None:
        """What a present agent can do; None for one who is not."""
        return self._of.get(agent_id)

    def say(self, agent_id: str, skills: Levels | None) -> None:
        """The agent is present with these skills, or not present; nothing happens when that is known."""
        before = self._of.get(agent_id)
        if before == skills:
            return
        if before is not None:
            del self._of[agent_id]
            self._change(before, -1)
        if skills is not None:
            self._of[agent_id] = skills
            self._change(skills, 1)

    def count(self, need: Requirement) -> int:
        """How many have what it takes."""
        found = self._counts.get(need)
        if found is None:
            if len(self._counts) >= NEEDS_MAX:
                self._counts.clear()
                self._asking.clear()
            able = (number for skills, number in self._profiles.items() if need.met_by(dict(skills)))
            found = sum(able)
            if len(need.must) <= SKILLS_REMEMBERED_MAX:
                self._counts[need] = found
                self._asking.setdefault(self._place(need), []).append(need)
        return found

    def _place(self, need: Requirement) -> str:
        """Of the skills that an agent must have, the one under which the fewest needs stand."""
        skills = (skill for skill, level in need.must if level > 0)
        return min(skills, key=lambda skill: len(self._asking.get(skill, ())), default=NO_SKILL)

    def compete(self, one: Requirement, other: Requirement) -> bool:
        """Whether anybody could take either."""
        pair = (one, other)
        found = self._competing.get(pair)
        if found is None:
            if len(self._competing) >= REMEMBERED_MAX:
                self._competing.clear()
            found = any(one.met_by(levels) and other.met_by(levels) for levels in map(dict, self._profiles))
            if len(one.must) + len(other.must) <= SKILLS_REMEMBERED_MAX:
                self._competing[pair] = found
        return found

    def _change(self, skills: Levels, number: int) -> None:
        left = self._profiles.get(skills, 0) + number
        if left == 0 or left == number:  # the last of this profile went, or the first came
            self._competing.clear()
        if left:
            self._profiles[skills] = left
        else:
            del self._profiles[skills]
        levels = dict(skills)
        for skill in (NO_SKILL, *levels):
            for need in self._asking.get(skill, ()):
                if need.met_by(levels):
                    self._counts[need] += number
