"""Who comes, by what they ask of an agent: an ability costs nothing to give away while nobody comes for it.

The load of a skill or channel is the handling time that arrives for it, in agents kept busy: the sum of mean handling
times of those who asked for it, each fading with an hour, over that hour. A skill that the policy names begins as if
one agent were kept busy by it, until time shows otherwise; a channel begins with nobody.
"""

from collections.abc import Iterable
from functools import lru_cache
from math import exp

import msgspec

from services.router.domain.matcher.matching import AbilityName, Requirement

__all__ = ["ABILITIES_MAX", "Demand", "ability_text"]

MEMORY_SECONDS = 3600.0  # in which what was asked for counts 1/e: a morning shows by its first hour what it asks for
REFRESH_MS = 60_000  # between two looks at the loads: they are means over an hour, and each look costs a pass over all
HANDLE_SECONDS = 300.0  # of a channel of which nobody has finished a contact yet
HANDLE_SHARE = 0.05  # of a finished contact in the channel's mean: some twenty contacts back
ABILITIES_MAX = 256  # remembered; the least wanted are forgotten first, and cost nothing
ASKED_MAX = 4_096  # abilities between two looks; more are looked at sooner, and the least wanted are forgotten
NEEDS_NAMED_MAX = 512  # whose abilities' names are kept: every contact asks, and there are few kinds
LOAD_MIN = 0.001  # below this nobody comes, as far as anybody would notice


class Demand(msgspec.Struct, gc=False):
    """What a workspace is asked for. ``loads``, by ``skill NAME`` or ``channel NAME``, hold until the next look.

    ``asked``: seconds of handling that came since ``at_ms``. ``handled``: mean handling time by channel, in seconds.
    ``queue`` is always empty: it is the key of this row among those of the queues.
    """

    workspace: str
    queue: str = ""
    at_ms: int = 0
    loads: dict[str, float] = {}
    asked: dict[str, float] = {}
    handled: dict[str, float] = {}

    def expect(self, skills: Iterable[str]) -> None:
        """The policy names these skills: somebody may come for them."""
        for skill in skills:
            self.loads.setdefault(f"skill {skill}", 1.0)

    def ask(self, need: Requirement, now_ms: int) -> bool:
        """A contact came; True when the loads were looked at anew."""
        seconds = self.handled.get(need.channel, HANDLE_SECONDS)
        for name in _asked(need):
            self.asked[name] = self.asked.get(name, 0.0) + seconds
        if now_ms - self.at_ms < REFRESH_MS and len(self.asked) <= ASKED_MAX:
            return False
        self._look(now_ms)
        return True

    def finished(self, channel: str, seconds: float) -> None:
        """An agent is done with a contact that took so long."""
        mean = self.handled.get(channel, seconds)
        self.handled[channel] = round(mean + HANDLE_SHARE * (seconds - mean), 3)

    def weights(self) -> dict[AbilityName, float]:
        """What giving an ability away weighs, from 0 (nobody comes for it) to 1 (it keeps an agent busy, or more)."""
        return {tuple(name.split(" ", 1)): min(1.0, load) for name, load in self.loads.items()}  # type: ignore[misc]

    def _look(self, now_ms: int) -> None:
        faded = exp((self.at_ms - now_ms) / 1000 / MEMORY_SECONDS) if self.at_ms else 1.0
        loads = {name: load * faded for name, load in self.loads.items()}
        for name, seconds in self.asked.items():
            loads[name] = loads.get(name, 0.0) + seconds / MEMORY_SECONDS
        most = sorted(loads.items(), key=lambda pair: (-pair[1], pair[0]))[:ABILITIES_MAX]
        self.loads = {name: round(load, 4) for name, load in most if load >= LOAD_MIN}
        self.asked = {}
        self.at_ms = now_ms


def ability_text(name: AbilityName) -> str:
    """``skill es``, ``channel voice``."""
    return f"{name[0]} {name[1]}"


@lru_cache(maxsize=NEEDS_NAMED_MAX)
def _asked(need: Requirement) -> tuple[str, ...]:
    """Every ability that an agent must have for it, and those of which any will do."""
    skills = {skill for group in (need.must, *need.any) for skill, _ in group}
    return (f"channel {need.channel}", *(f"skill {skill}" for skill in sorted(skills)))
