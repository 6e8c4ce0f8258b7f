"""What the engine and the matcher exchange: who waits, who is open for work, and the match with its explanation."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

AbilityName = tuple[str, str]
"""``skill`` or ``channel``, and its name."""

Skills = tuple[tuple[str, int], ...]
"""Sorted (skill, level) pairs; the interned form of a mapping."""


class Requirement(NamedTuple):
    """What an agent must have. ``must``: every (skill, minimum level). ``any``: of each group at least one pair.
    ``without``: skills an agent must not have. ``channel``: the agent must be open for it. ``protected``: the name of
    the protected queue that asks, '' for all others; it says for whom agents are held back, not who suits."""

    must: Skills
    any: tuple[Skills, ...]
    without: tuple[str, ...]
    channel: str
    protected: str = ""

    def met_by(self, levels: Mapping[str, int]) -> bool:
        """Whether an agent with these skills has what it takes, whatever the channel."""
        return (
            all(levels.get(skill, 0) >= level for skill, level in self.must)
            and all(any(levels.get(skill, 0) >= level for skill, level in group) for group in self.any)
            and not any(skill in levels for skill in self.without)
        )


class Waiting(msgspec.Struct, kw_only=True, gc=False):
    """A contact in the waiting set. Times are numbers of one unit (milliseconds live, seconds in a simulation).

    ``entered`` is when it first entered a queue, ``began`` when its present wait began (None: at ``entered``),
    ``target`` its time-to-answer, ``boost`` its priority in time together with what it waited before,
    ``late_factor`` m of the NEXT rule, ``late_cap`` the longest extra time before a late contact is due again.
    ``barred`` agents are not offered this contact now; ``asked`` are those of them who have an open offer of it.
    ``only_agent`` restricts it to one agent. ``promised``: whether the target is a promise, or only an order kept.
    """

    contact_id: str
    queue: str
    requirement: Requirement
    entered: float
    target: float
    began: float | None = None
    boost: float = 0.0
    late_factor: float = 3.0
    late_cap: float | None = None
    prefer: Skills = ()
    agent_order: str = "scarcity"
    barred: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    only_agent: str | None = None
    promised: bool = True


class Place(msgspec.Struct, frozen=True, gc=False):
    """A waiting contact's place in its strand, those of its queue who ask the same: how many are ahead, over what time
    they are due, and its time left.

    ``span``: from the deadline of the first who can still be met to its own. Those before it who become late step
    behind it at their deadlines; it is 0 where they would not (``late_factor`` 1). ``slack`` is negative once late.
    """

    ahead: int
    span: float
    slack: float


class Seat(msgspec.Struct, kw_only=True, gc=False):
    """An agent as the matcher sees them: only agents open for at least one channel have a seat.

    ``channels``: channels the agent can take one more contact of, right now. ``load``: used share of capacity, 0 to 1.
    ``idle_since``: when the agent last became free of work; ``last_offered`` and ``contacts_taken`` serve round robin
    and least loaded.
    """

    agent_id: str
    skills: Skills
    channels: frozenset[str]
    load: float
    idle_since: float
    last_offered: float = 0.0


Rank = tuple[float, float, float, float, str, object]
"""What agents are compared by, smallest first: preferences not met, cost, whose turn it is, idle since, agent id; the
last decides nothing."""


class Scarce(Protocol):
    """A skill or channel, how many open agents have it now, and what it weighs."""

    name: AbilityName
    open: int
    weight: float


class Match(msgspec.Struct, kw_only=True, gc=False):
    """One pairing and why: enough to recompute it. ``key`` is the contact's deadline by which it was chosen.

    ``levels`` are the agent's skills. Where there is a second agent both have a rank, and ``spared`` is what taking the
    first takes from others: ``agent_cost`` is the sum of weight / open over it, until somebody is seated anew. It is
    empty in other agent orders than scarcity, and among many profiles. ``further``: the number of the queue, of those
    that relaxation added, in which they met; None in the contact's own.
    """

    contact_id: str
    agent_id: str
    key: float
    due: float
    late: bool
    runner_up_contact: str | None = None
    runner_up_key: float | None = None
    runner_up_entered: float | None = None
    requirements_compared: int = 1
    requirements_held_back: int = 0
    agents_considered: int = 1
    agent_cost: float = 0.0
    runner_up_agent: str | None = None
    runner_up_cost: float | None = None
    rank: Rank | None = None
    runner_up_rank: Rank | None = None
    spared: Sequence[Scarce] = ()
    levels: Mapping[str, int] = {}
    idle_since: float = 0.0
    further: int | None = None
    excluded: dict[str, int] = {}
