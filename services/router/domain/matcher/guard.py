"""Reserves of scarce classes: the opt-in exception to never letting an agent idle while somebody waits."""

from services.router.domain.matching import Requirement

DEBT_MAX = 6.0
"""Open agents that may be held back for one class at most; more would starve the others (routing simulations)."""


class Guard:
    """A protected requirement: its debt of breaches beyond the allowance, and how many open agents could serve it."""

    __slots__ = ("allowance", "debt", "need", "open")

    def __init__(self, need: Requirement, allowance: float, debt: float) -> None:
        self.need = need
        self.allowance = allowance
        self.debt = debt
        self.open = 0

    def count(self, *, breached: bool) -> bool:
        """One contact of the class was answered or lost; returns whether fewer agents are held back now."""
        before = int(self.debt)
        self.debt = min(DEBT_MAX, max(0.0, self.debt + breached - self.allowance))
        return int(self.debt) < before


class Guards:
    """All protected requirements of a workspace."""

    def __init__(self) -> None:
        self.by_need: dict[Requirement, Guard] = {}

    def hold_back(self, guards: tuple[Guard, ...], need: Requirement) -> bool:
        """Whether an agent who could serve ``guards`` must not take a contact of ``need`` now."""
        mine = self.by_need.get(need)
        own = mine.debt if mine else 0.0
        return any(guard is not mine and guard.open <= int(guard.debt - own) for guard in guards)
