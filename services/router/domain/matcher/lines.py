"""The requirements that are known, and which of them each agent profile serves."""

from services.router.domain.matcher.idle import Profile
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement
from services.router.domain.matcher.waiting import Line

FEW_UNSEEN = 16
"""New requirements that a profile is compared with one by one; for more, the index of anchors is quicker."""

SKILLS_OF_ONE = 8
"""A requirement of more skills counts for more: whoever asks for hundreds must not fill the memory."""

Anchor = tuple[str, str | None]
"""A channel and one skill that the requirement asks for: only profiles with both can suit."""


class _Served:
    """The lines that a profile serves, in no order, of the first ``seen`` of those that were ``known``."""

    __slots__ = ("known", "lines", "seen")

    def __init__(self, known: list[Line]) -> None:
        self.known = known
        self.lines: list[Line] = []
        self.seen = 0


class Lines:
    """Each requirement set is interned as one line; each profile remembers its lines and catches up with new ones."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_need: dict[Requirement, Line] = {}
        self._by_anchor: dict[Anchor, list[Line]] = {}
        self._known: list[Line] = []
        self._weight = 0
        self._max = limits.lines_kept

    @property
    def full(self) -> bool:
        """Whether lines nobody waits in should be forgotten before another is made."""
        return self._weight >= self._max

    def get(self, need: Requirement) -> Line | None:
        """The line of a requirement, if it is known."""
        return self._by_need.get(need)

    def make(self, need: Requirement) -> Line:
        """The line of a new requirement."""
        line = Line(need, self._limits.dead_entries)
        self._by_need[need] = line
        self._weight += _weight(need)
        self._known.append(line)
        self._index(line)
        return line

    def forget_idle(self) -> None:
        """Forget the lines in which nobody waits."""
        for line in self._known:
            if not line.live:
                line.forget_searches()
        self._by_need = {need: line for need, line in self._by_need.items() if line.live}
        self._weight = sum(map(_weight, self._by_need))
        self._max = 2 * self._weight + self._limits.lines_kept
        self._known = list(self._by_need.values())
        self._by_anchor.clear()
        for line in self._known:
            self._index(line)

    def served_by(self, profile: Profile) -> list[Line]:
        """The lines whose requirement a profile suits, in no order."""
        known = self._known
        served = profile.served
        if type(served) is not _Served or served.known is not known:
            served = profile.served = _Served(known)
        if served.seen == len(known):
            return served.lines
        fresh = known[served.seen :]
        if len(fresh) <= FEW_UNSEEN:
            served.lines += [line for line in fresh if profile.suits(line.need)]
        else:
            served.lines = [line for line in self._near(profile) if profile.suits(line.need)]
        served.seen = len(known)
        return served.lines

    def _near(self, profile: Profile) -> list[Line]:
        skills: list[str | None] = [None, *profile.levels]
        anchors = [(channel, skill) for channel in profile.channels for skill in skills]
        return [line for anchor in anchors for line in self._by_anchor.get(anchor, ())]

    def _index(self, line: Line) -> None:
        need = line.need
        anchors: list[Anchor] = [(need.channel, skill) for skill, _ in need.must] or [(need.channel, None)]
        rarest = min(anchors, key=lambda anchor: len(self._by_anchor.get(anchor, ())))
        self._by_anchor.setdefault(rarest, []).append(line)


def _weight(need: Requirement) -> int:
    """What a line counts among those that are kept: one, and more where it holds the names of many skills."""
    return 1 + len(need.must) // SKILLS_OF_ONE
