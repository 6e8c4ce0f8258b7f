"""Invariant S4, recomputed from the log alone: what each agent is offered, works on, and has idle.

No offer goes beyond an agent's units, beside a call, or to somebody who is not available. Work is over capacity only by
what came back from being idle; then nothing is left open that was merely offered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

OFFER_ENDS = {f"usher.contact.offer_{how}.v1" for how in ("declined", "expired", "rescinded")}
WORK_ENDS = {
    f"usher.contact.{how}.v1"
    for how in ("transferred", "requeued", "closed", "contained", "abandoned", "cancelled", "expired")
}
AgentKey = tuple[str, str]


@dataclass(slots=True)
class Agent:
    """What the log says of one agent so far; contact ids with their channels.

    ``offers`` are those of ``held`` that are not accepted; ``idle`` work holds nothing."""

    units: int
    presence: str = "offline"
    held: dict[str, str] = field(default_factory=dict)
    offers: set[str] = field(default_factory=set)
    idle: dict[str, str] = field(default_factory=dict)

    @property
    def within(self) -> bool:
        """Never more work than units, and voice alone."""
        return len(self.held) <= self.units and ("voice" not in self.held.values() or len(self.held) == 1)


def capacity_violations(events: Iterable[tuple[str, Any]], units: Mapping[AgentKey, int]) -> list[str]:
    """A sentence for each violation in (type, body) pairs, where every contact costs one unit.

    ``units``: the most that each (workspace, agent id) ever stated."""
    found: list[str] = []
    agents: dict[AgentKey, Agent] = {}
    for kind, body in events:
        if "agent_id" not in body:
            continue
        key = (body["workspace"], body["agent_id"])
        agent = agents.setdefault(key, Agent(units.get(key, 0)))
        if kind == "usher.agent.availability_changed.v1":
            agent.presence = body["presence"]
            if body["free_units"] < 0:
                found.append(f"S4: {body['agent_id']} has {body['free_units']} free units")
        elif "contact_id" in body:
            _follow(agent, kind, body, found)
    for (_, agent_id), agent in agents.items():
        _nothing_open_beyond(agent, agent_id, found)
    return found


def _follow(agent: Agent, kind: str, body: Any, found: list[str]) -> None:
    contact, agent_id = body["contact_id"], body["agent_id"]
    if kind not in OFFER_ENDS:  # those of an agent whose idle contact came back follow it at once
        _nothing_open_beyond(agent, agent_id, found)
    if kind == "usher.contact.offered.v1":
        if agent.presence != "available":
            found.append(f"S4: {agent_id} was offered {contact} while {agent.presence}")
        agent.held[contact] = body["channel"]
        agent.offers.add(contact)
        if not agent.within:
            found.append(f"S4: {agent_id} was offered {contact} beside {len(agent.held) - 1} of {agent.units} units")
    elif kind == "usher.contact.assigned.v1":
        agent.offers.discard(contact)
    elif kind == "usher.contact.idled.v1":
        if contact not in agent.held or contact in agent.offers:
            found.append(f"S4: {contact} fell idle and was not {agent_id}'s work")
        agent.idle[contact] = agent.held.pop(contact, body["channel"])
    elif kind == "usher.contact.resumed.v1":
        if contact not in agent.idle:
            found.append(f"S4: {contact} came back to {agent_id} and was not idle")
        agent.held[contact] = agent.idle.pop(contact, body["channel"])
    elif kind == "usher.contact.wrapping.v1" and contact in agent.idle:
        found.append(f"S4: {agent_id} wraps up {contact} without its units")
    elif kind in OFFER_ENDS | WORK_ENDS:
        agent.held.pop(contact, None)
        agent.idle.pop(contact, None)
        agent.offers.discard(contact)


def _nothing_open_beyond(agent: Agent, agent_id: str, found: list[str]) -> None:
    if agent.offers and not agent.within:
        found.append(f"S4: {agent_id} keeps {len(agent.offers)} offers and holds {len(agent.held)} of {agent.units}")
