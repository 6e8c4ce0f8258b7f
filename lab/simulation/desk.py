"""What a run asks of a policy: who takes whom."""

from typing import Protocol


class Desk(Protocol):
    """A policy with its waiting contacts and idle agents. Contacts and agents are numbers; -1 is nobody.

    Whatever is returned has been taken: the agent's capacity is used until ``free``.
    """

    def arrive(self, contact: int, now: float) -> int:
        """The agent who takes an arriving contact, or -1: then it waits."""

    def free(self, agent: int, ended: int, now: float) -> int:
        """An agent ended a contact; the contact they take next, or -1."""

    def again(self, agent: int, now: float) -> int:
        """The contact that an agent takes besides the one they just took, or -1."""

    def leave(self, contact: int) -> None:
        """A waiting contact is gone without an agent."""
