"""The record of a decision, complete enough to decide again, and the sentence made from it."""

import msgspec

from services.router.domain.events import Body
from services.router.domain.matching import Match
from services.router.domain.records import Contact
from services.router.domain.workspace import Workspace


class Decision(Body):
    """Why this agent got this contact: enough to decide again. Times in milliseconds since the epoch.

    The contact of smallest ``key`` goes first: ``first_deadline`` (entered + target - boost) while that target can be
    met, else ``second_deadline``. ``excluded`` counts agents that could not take it, by reason; ``protected`` ones are
    kept for a protected queue. ``requirements_held_back``: those of waiting contacts that the agent, so kept, left.
    """

    policy_version: int
    contact_id: str
    requirements: msgspec.Raw
    decided_ms: int
    entered_ms: int
    target_ms: int
    boost_ms: int
    relaxed: int
    kept_for_agent: bool
    first_deadline: float
    second_deadline: float
    key: float
    late: bool
    slack_ms: float
    requirements_compared: int
    agents_considered: int
    agent_id: str
    agent_cost: float
    idle_since_ms: float
    requirements_held_back: int = 0
    runner_up_contact: str | None = None
    runner_up_key: float | None = None
    runner_up_agent: str | None = None
    runner_up_cost: float | None = None
    excluded: dict[str, int] = {}


def decide(workspace: Workspace, contact: Contact, match: Match, now_ms: int) -> Decision:
    """The record of the match, complete enough to decide again."""
    queue, need, due_ms, boost = workspace.standing(contact)
    target = due_ms - contact.entered_ms
    late = queue.late_factor * target
    if queue.late_cap_ms is not None:
        late = min(late, target + queue.late_cap_ms)
    return Decision(
        policy_version=workspace.rules.version,
        contact_id=contact.contact_id,
        requirements=need.json,
        decided_ms=now_ms,
        entered_ms=contact.entered_ms,
        target_ms=target,
        boost_ms=boost,
        relaxed=contact.relaxed,
        kept_for_agent=bool(contact.only_agent),
        first_deadline=contact.entered_ms + target - boost,
        second_deadline=contact.entered_ms + late - boost,
        key=match.key,
        late=match.late,
        slack_ms=match.key - now_ms,
        requirements_compared=match.requirements_compared,
        requirements_held_back=match.requirements_held_back,
        agents_considered=match.agents_considered,
        agent_id=match.agent_id,
        agent_cost=match.agent_cost,
        idle_since_ms=match.idle_since,
        runner_up_contact=match.runner_up_contact,
        runner_up_key=match.runner_up_key,
        runner_up_agent=match.runner_up_agent,
        runner_up_cost=match.runner_up_cost,
        excluded=match.excluded,
    )


def sentence(match: Match, now_ms: int) -> str:
    """The decision in words."""
    seconds = (match.key - now_ms) / 1000
    due = f"next deadline in {seconds:.1f} s" if seconds >= 0 else f"next deadline {-seconds:.1f} s ago"
    order = f", earliest of {match.requirements_compared}" if match.requirements_compared > 1 else ""
    if match.runner_up_contact is not None and match.runner_up_key is not None:
        order += f" (next: {match.runner_up_contact}, {(match.runner_up_key - now_ms) / 1000:.1f} s)"
    if match.requirements_held_back:
        order += ", kept from others for a protected queue"
    idle = max(0.0, (now_ms - match.idle_since) / 1000)
    chosen = f"{match.agent_id} chosen of {match.agents_considered}"
    if match.runner_up_cost is not None:
        chosen += f": least scarce ({match.agent_cost:.2f} against {match.runner_up_cost:.2f})"
    return f"taken by {match.agent_id}: {due}{order}; {chosen}, idle {idle:.0f} s"
