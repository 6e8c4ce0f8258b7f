"""The record of a decision, complete enough to decide again, and the sentence made from it."""

from collections.abc import Mapping

import msgspec

from services.router.domain.demand import ability_text
from services.router.domain.events import Body
from services.router.domain.matcher.matching import Match
from services.router.domain.rules.queue_rules import QueueRules
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace

SECOND_MS = 1000
_TURNS = {"longest_idle": "without work", "round_robin": "their turn"}  # in other orders: the least loaded

Terms = tuple[float, float, float, float]
"""What agents are compared by, smallest first, then by agent id. Preferences not met. The cost: in the order scarcity
``agent_cost`` in steps of 0.05 while few sets of skills and channels are open, else their number; minus the levels in
the order best_skill; else 0. Whose turn it is: the share of units taken, in longest_idle whether there is any, in
round_robin the time of the last offer. And since when they are idle."""


class Decision(Body):
    """Why this agent got this contact: enough to decide again. Times in milliseconds since the epoch.

    The contact of smallest ``key`` goes first, then who entered first, then by id. The key is ``first_deadline`` =
    start + target - boost - waited before, up to start + target, then ``second_deadline`` = start + late_factor *
    target - boost - waited before, with at most ``late_cap_ms`` behind the target; start = ``wait_started_ms``.
    ``requirements`` are those of the queue in which the two met: the contact's own, or ``through_queue``, which
    relaxation added. ``excluded`` counts agents that could not take it, by reason: ``asked`` ones have an open offer of
    it, ``declined`` ones had it and declined, did not answer or gave it back, ``protected`` ones are kept for a
    protected queue. ``hastened``: the queue acted because its promise was ``warned`` or ``breached``; that is part of
    ``boost_ms``, or led to ``through_queue``. ``requirements_held_back``: those of waiting contacts that the agent, so
    kept, left.
    ``idle_since_ms`` is when the agent was last without work; ``agent_holds`` are the contacts and open offers, but for
    idle ones, that they have beside this one.
    ``agent_terms`` and ``runner_up_terms`` are what the two best agents were compared by. Where the scarcity of what
    they have decided, ``agent_cost`` is the sum of weight / n over ``spared``: skills and channels that the agent has
    beside what is asked for, each with the number n of open agents who have it; ``spared_weights`` has their weights,
    0 to 1, where they are not 1.
    """

    policy_version: int
    contact_id: str
    requirements: msgspec.Raw
    decided_ms: int
    entered_ms: int
    wait_started_ms: int
    waited_before_ms: int
    target_ms: int
    boost_ms: int
    late_factor: float
    relaxed: int
    kept_for_agent: bool
    first_deadline: float
    second_deadline: float
    key: float
    late: bool
    slack_ms: float
    requirements_compared: int
    agents_considered: int
    agent_order: str
    agent_id: str
    agent_skills: Mapping[str, int]
    agent_cost: float
    idle_since_ms: float
    agent_holds: int = 0
    requirements_held_back: int = 0
    late_cap_ms: float | None = None
    through_queue: str | None = None
    runner_up_contact: str | None = None
    runner_up_key: float | None = None
    runner_up_entered_ms: float | None = None
    agent_terms: Terms | None = None
    spared: Mapping[str, int] = {}
    spared_weights: Mapping[str, float] = {}
    runner_up_agent: str | None = None
    runner_up_cost: float | None = None
    runner_up_terms: Terms | None = None
    excluded: dict[str, int] = {}
    hastened: str | None = None


def decide(workspace: Workspace, contact: Contact, match: Match, now_ms: int) -> Decision:
    """The record of the match, complete enough to decide again; to be made before anybody is seated anew."""
    place = workspace.standing(contact)
    queue, need, through = place.queue, place.need, None
    if match.further is not None:
        through, need = workspace.further_needs(contact)[match.further]
    since_ms, before_ms = contact.waits_since_ms, contact.waited_before_ms
    target = place.due_ms - since_ms
    made = Decision(
        policy_version=workspace.rules.version,
        contact_id=contact.contact_id,
        requirements=need.json,
        decided_ms=now_ms,
        entered_ms=contact.entered_ms,
        wait_started_ms=since_ms,
        waited_before_ms=before_ms,
        target_ms=target,
        boost_ms=place.boost_ms,
        late_factor=queue.late_factor,
        relaxed=contact.relaxed,
        kept_for_agent=bool(contact.only_agent),
        first_deadline=since_ms + target - place.boost_ms - before_ms,
        second_deadline=since_ms + _late_target(queue, target) - place.boost_ms - before_ms,
        key=match.key,
        late=match.late,
        slack_ms=match.key - now_ms,
        requirements_compared=match.requirements_compared,
        agents_considered=match.agents_considered,
        agent_order=queue.agent_order,
        agent_id=match.agent_id,
        agent_skills=match.levels,
        agent_cost=match.agent_cost,
        idle_since_ms=match.idle_since,
        agent_holds=sum(workspace.agents[match.agent_id].held.values()),
        late_cap_ms=queue.late_cap_ms,
        through_queue=through,
        hastened=_hastened(queue, contact.urged) if contact.urged else None,
    )
    _compare(made, match)
    return made


def _late_target(queue: QueueRules, target_ms: int) -> float:
    """How long a contact that is late already may wait before it goes first again."""
    late_ms = queue.late_factor * target_ms
    return late_ms if queue.late_cap_ms is None else min(late_ms, target_ms + queue.late_cap_ms)


def _compare(made: Decision, match: Match) -> None:
    """Add what the contact and the agent were compared with, and who could not be."""
    made.requirements_held_back = match.requirements_held_back
    made.excluded = match.excluded
    made.runner_up_contact = match.runner_up_contact
    made.runner_up_key = match.runner_up_key
    made.runner_up_entered_ms = match.runner_up_entered
    made.runner_up_agent = match.runner_up_agent
    made.runner_up_cost = match.runner_up_cost
    mine, other = match.rank, match.runner_up_rank
    if mine is not None:
        made.agent_terms = mine[:4]
    if other is not None:
        made.runner_up_terms = other[:4]
    if match.spared and mine is not None and other is not None and mine[0] == other[0] and mine[1] != other[1]:
        # Only where it was the cost that decided: what it is made of is many words for many decisions.
        made.spared = {ability_text(each.name): each.open for each in match.spared}
        made.spared_weights = {ability_text(each.name): each.weight for each in match.spared if each.weight != 1}


def _hastened(queue: QueueRules, urged: int) -> str | None:
    """The last moment of the promise at which the queue did something for the contact."""
    done = [name for name, stage in zip(("warned", "breached"), queue.stages[:urged], strict=False) if stage]
    return done[-1] if done else None


def sentence(made: Decision) -> str:
    """The decision in words, from its record alone; names no contact, for it is read at a glance."""
    words = [f"offered to {made.agent_id}: {_due(made)}"]
    if made.relaxed:
        words.append(f"after {made.relaxed} relaxation step{'s' * (made.relaxed > 1)}")
    if made.hastened:
        words.append("hastened since " + ("its warning" if made.hastened == "warned" else "its promise broke"))
    if made.through_queue is not None:
        words.append(f"through {made.through_queue}")
    if made.requirements_compared > 1:
        words.append(f"first of {made.requirements_compared} kinds that {made.agent_id} serves")
    if made.runner_up_key is not None:
        words.append(f"next deadline {_ahead(made.runner_up_key - made.decided_ms)}")
    if made.requirements_held_back:
        words.append("kept from others for a protected queue")
    return f"{', '.join(words)}; {made.agent_id} {_chosen(made)}, {_doing(made)}"


def _doing(made: Decision) -> str:
    if made.agent_holds:
        return f"has {made.agent_holds} already"
    return f"idle {max(0.0, (made.decided_ms - made.idle_since_ms) / SECOND_MS):.0f} s"


def _due(made: Decision) -> str:
    left = made.wait_started_ms + made.target_ms - made.decided_ms
    return promise(left, made.boost_ms, made.waited_before_ms)


def promise(left_ms: float, moved_ms: float, before_ms: int) -> str:
    """Against the promise itself; what moves the contact ahead in the order is said beside it: its priority, and what
    it waited before this wait."""
    words = f"due in {span(left_ms)}" if left_ms >= 0 else f"promise broken {span(-left_ms)} ago"
    if moved_ms:
        words += f", moved {'ahead' if moved_ms > 0 else 'back'} by {span(abs(moved_ms))}"
    return f"{words}, waited {span(before_ms)} before" if before_ms else words


def _ahead(milliseconds: float) -> str:
    return f"in {span(milliseconds)}" if milliseconds >= 0 else f"{span(-milliseconds)} ago"


def span(milliseconds: float) -> str:
    """A length of time for people: ``9.8 s``, ``288 s``, ``10 min``, ``3 h``, ``2 d``."""
    seconds = milliseconds / SECOND_MS
    if seconds < 100:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    for limit, size, unit in ((600, 1, "s"), (2 * 3600, 60, "min"), (2 * 86_400, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def _chosen(made: Decision) -> str:
    if made.kept_for_agent:
        return "is who it was kept for"
    if made.agents_considered == 1:
        return "is the only one free for it"
    return f"chosen of {made.agents_considered}{_because(made)}"


def _because(made: Decision) -> str:
    """The first thing in which the two best agents differ."""
    mine, other = made.agent_terms, made.runner_up_terms
    if mine is None or other is None:
        return ""
    if mine[0] != other[0]:
        return f": more wishes met ({mine[0]:.0f} open against {other[0]:.0f})"
    if mine[1] != other[1]:
        if made.agent_order == "best_skill":
            return f": best skill ({-mine[1]:.0f} against {-other[1]:.0f})"
        return f": least scarce ({made.agent_cost:.2f} against {made.runner_up_cost or 0.0:.2f})"
    if mine[2] != other[2]:
        return f": {_TURNS.get(made.agent_order, 'least loaded')}, before {made.runner_up_agent}"
    return f": {'longest idle' if mine[3] != other[3] else 'first by id'}, before {made.runner_up_agent}"
