"""Reserves of scarce classes: the opt-in exception to never letting an agent idle while somebody waits."""

from services.router.domain.matcher.matching import Requirement

DEBT_MAX = 6.0
"""Open agents that may be held back for one class at most; more would starve the others (routing simulations)."""

Class = tuple[str, str]
"""A protected queue and a channel: the contacts that count together, and the agents who could take them."""


def owe(debt: float, allowance: float, *, breached: bool) -> float:
    """The debt of a class after one more of its contacts was answered or lost."""
    return min(DEBT_MAX, max(0.0, debt + breached - allowance))


class Guard:
    """A protected class: its debt of breaches beyond the allowance, and the open agents who could serve it."""

    __slots__ = ("allowance", "debt", "need", "open")

    def __init__(self, need: Requirement, allowance: float) -> None:
        self.need = need
        self.allowance = allowance
        self.debt = 0.0
        self.open: dict[str, None] = {}

    @property
    def holds(self) -> bool:
        """Whether anybody is held back for the class now."""
        return 0 < len(self.open) <= int(self.debt)


class Guards:
    """All protected classes of a workspace, and the agents whom they stopped holding back."""

    def __init__(self) -> None:
        self.by_class: dict[Class, Guard] = {}
        self._let_go: dict[str, None] = {}

    @property
    def hold(self) -> bool:
        """Whether anybody is held back now."""
        return any(guard.holds for guard in self.by_class.values())

    def kept(self) -> list[str]:
        """The open agents who are kept for a class, at least from contacts of queues that owe nothing."""
        return [agent_id for guard in self.by_class.values() if guard.holds for agent_id in guard.open]

    def hold_back(self, guards: tuple[Guard, ...], need: Requirement) -> bool:
        """Whether an agent who could serve ``guards`` must not take a contact of ``need`` now."""
        mine = self.by_class.get((need.protected, need.channel)) if need.protected else None
        own = mine.debt if mine else 0.0
        return any(
            len(guard.open) <= int(guard.debt - own) and guard.need.protected != need.protected for guard in guards
        )

    def change(self, guard: Guard, debt: float) -> None:
        """A class owes another debt. Its own agents may then be free for others, or it for the agents of others."""
        for each in self.by_class.values():
            if each.holds:
                self._let_go.update(each.open)
        guard.debt = debt

    def join(self, guard: Guard, agent_id: str) -> None:
        """One more agent could serve the class, so that others may no longer be needed for it."""
        if guard.holds:
            self._let_go.update(guard.open)
        guard.open[agent_id] = None

    def let_go(self) -> list[str]:
        """Agents who may be held back no longer, since this was last asked; some of them still are, or have left."""
        found = sorted(self._let_go)
        self._let_go.clear()
        return found
