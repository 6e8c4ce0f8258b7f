"""How a workspace's queues are served, as far as it was seen, and what a contact that waits may expect from that."""

from functools import lru_cache

from services.router.domain.forecast import (
    NOBODY_ABLE,
    NOBODY_PRESENT,
    NOBODY_SERVED,
    Flow,
    Outlook,
    Seen,
    risk_of_breach,
)
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Requirement
from services.router.domain.rules.rules import Rules
from services.router.domain.state.staffing import Present, Staff
from shared.contract.ids import derive

STRANDS_NAMED_MAX = 512  # names kept; they are asked for several times a contact, and there are few
STRAND_CHARACTERS_MAX = 200  # of a name, which stands in the row of its queue; a longer one ends in a digest


class Observed:
    """The forecast's part of a workspace: who waits, who is there, and how they were served."""

    __slots__ = ("flows", "matcher", "name", "present", "rules", "staff")

    def __init__(self, name: str, rules: Rules, matcher: Matcher) -> None:
        self.name = name
        self.rules = rules
        self.matcher = matcher
        self.staff = Staff()
        self.present = Present()
        self.flows: dict[str, Flow] = {}  # by queue

    def count(self, queue: str, now_ms: int) -> Flow:
        """Bring a queue's observation up to now; to be called before anybody joins or leaves it."""
        flow = self.flows.get(queue)
        if flow is None:
            flow = self.flows[queue] = Flow(workspace=self.name, queue=queue, at_ms=now_ms)
        elif flow.at_ms != now_ms:  # of one moment several causes come, and each asks
            rules = self.rules.queues.get(queue)
            waiting = self.matcher.waiting_count(queue)
            flow.advance(now_ms, waiting, self.present.count(rules.asks) if waiting and rules else 1)
        return flow

    def count_strand(self, flow: Flow, need: Requirement, now_ms: int) -> Seen:
        """Bring the observation of those who ask the same up to now, in the same way."""
        strand = flow.strand(strand_name(need), now_ms)
        if strand.at_ms != now_ms:
            waiting = self.matcher.waiting_count(flow.queue, need)
            strand.advance(now_ms, waiting, self.present.count(need) if waiting else 0)
        return strand

    def position(self, contact_id: str, now_ms: int) -> int:
        """The place of a waiting contact in its own queue, from 1, among those who compete with it."""
        need = self.matcher.requirement(contact_id)
        return 1 + self.matcher.ahead(contact_id, now_ms, lambda other: self.present.compete(need, other))

    def foretell(self, contact_id: str, queue: str, now_ms: int) -> Outlook:
        """What a waiting contact may expect from now on in its own queue, if nobody is free for it."""
        need = self.matcher.requirement(contact_id)
        position = self.position(contact_id, now_ms)
        seen, agents = self.seen(queue, need)
        place = self.matcher.place(contact_id, now_ms)
        expected = seen.expected_seconds(place.ahead, agents) if seen else None
        if expected is None:
            return Outlook(position, None, None, self._why_unknown(need, agents))
        return Outlook(position, round(expected, 1), round(risk_of_breach(expected * 1000, place), 3))

    def seen(self, queue: str, need: Requirement) -> tuple[Seen | None, int]:
        """What the forecast of those who ask the same stands on, None for nothing, and how many present agents can
        serve them. Before any of them was served the whole queue speaks for them, if whoever serves it can serve them.
        """
        flow, agents = self.flows.get(queue), self.present.count(need)
        if flow is None or not agents:
            return None, agents
        strand = flow.strands.get(strand_name(need))
        if strand is not None and strand.is_known:
            return strand, agents
        rules = self.rules.queues.get(queue)
        whole = self.present.count(rules.asks) if rules else 0
        return (flow if whole == agents else None), agents

    def _why_unknown(self, need: Requirement, agents: int) -> str:
        if agents:
            return NOBODY_SERVED
        return NOBODY_PRESENT if self.staff.has(need) else NOBODY_ABLE


@lru_cache(maxsize=STRANDS_NAMED_MAX)
def strand_name(need: Requirement) -> str:
    """A short text for what those of a strand ask."""
    parts = [need.channel, *(f"{skill}>={level}" for skill, level in need.must)]
    parts += ["|".join(f"{skill}>={level}" for skill, level in group) for group in need.any]
    name = " ".join((*parts, *(f"!{skill}" for skill in need.without)))
    return name if len(name) <= STRAND_CHARACTERS_MAX else f"{name[:STRAND_CHARACTERS_MAX]} {derive('strand', name)}"
