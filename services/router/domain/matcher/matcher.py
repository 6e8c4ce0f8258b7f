"""The matcher of one workspace: the earliest next unmet deadline, then the least scarce agent."""

from services.router.domain.matching import Match, Seat, Waiting


class Matcher:
    """All waiting contacts and all open agents of a workspace. Methods change only the structure; none pairs by itself."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._seats: dict[str, Seat] = {}

    def __len__(self) -> int:
        """Contacts waiting."""
        return len(self._waiting)

    def seat(self, seat: Seat) -> None:
        """An agent is open for work as ``seat`` says; an earlier seat of the same agent is replaced."""
        self._seats[seat.agent_id] = seat

    def unseat(self, agent_id: str) -> None:
        """The agent is no longer open; nothing happens when they were not."""
        self._seats.pop(agent_id, None)

    def wait(self, waiting: Waiting) -> None:
        """A contact waits as ``waiting`` says; an earlier entry of the same contact is replaced."""
        self._waiting[waiting.contact_id] = waiting

    def leave(self, contact_id: str) -> None:
        """The contact no longer waits; nothing happens when it did not."""
        self._waiting.pop(contact_id, None)

    def agent_for(self, contact_id: str, now: float) -> Match | None:
        """The agent who should take this waiting contact, or None. KeyError when the contact does not wait."""
        contact = self._waiting[contact_id]
        seats = [seat for seat in self._seats.values() if suits(seat, contact)]
        if not seats:
            return None
        ranked = sorted(seats, key=lambda seat: _agent_rank(seat, contact))
        match = self._match(contact, ranked[0], now)
        match.agents_considered = len(seats)
        match.runner_up_agent = ranked[1].agent_id if len(ranked) > 1 else None
        return match

    def contact_for(self, agent_id: str, now: float) -> Match | None:
        """The waiting contact that this open agent should take, or None. KeyError when the agent has no seat."""
        seat = self._seats[agent_id]
        contacts = [contact for contact in self._waiting.values() if suits(seat, contact)]
        if not contacts:
            return None
        ranked = sorted(contacts, key=lambda contact: _contact_rank(contact, now))
        match = self._match(ranked[0], seat, now)
        if len(ranked) > 1:
            match.runner_up_contact = ranked[1].contact_id
            match.runner_up_key = _contact_rank(ranked[1], now)[0]
        return match

    def position(self, contact_id: str, now: float) -> int:
        """Contacts of the same queue that are ahead of this one by key. KeyError when the contact does not wait."""
        contact = self._waiting[contact_id]
        mine = _contact_rank(contact, now)
        return sum(
            other.queue == contact.queue and _contact_rank(other, now) < mine for other in self._waiting.values()
        )

    def waiting_count(self, queue: str) -> int:
        """Contacts waiting in a queue."""
        return sum(contact.queue == queue for contact in self._waiting.values())

    def oldest_entered(self, queue: str) -> float | None:
        """When the oldest contact of a queue entered, or None when nobody waits there."""
        return min((contact.entered for contact in self._waiting.values() if contact.queue == queue), default=None)

    def queues(self) -> list[str]:
        """The queues in which somebody waits, sorted."""
        return sorted({contact.queue for contact in self._waiting.values()})

    def _match(self, contact: Waiting, seat: Seat, now: float) -> Match:
        due = contact.entered + contact.target
        return Match(
            contact_id=contact.contact_id,
            agent_id=seat.agent_id,
            key=_contact_rank(contact, now)[0],
            due=due,
            late=now > due,
            idle_since=seat.idle_since,
        )


def suits(seat: Seat, contact: Waiting) -> bool:
    """Whether the agent may take the contact now."""
    if contact.only_agent not in (None, seat.agent_id) or seat.agent_id in contact.barred:
        return False
    need, levels = contact.requirement, dict(seat.skills)
    return (
        need.channel in seat.channels
        and all(levels.get(skill, 0) >= level for skill, level in need.must)
        and all(any(levels.get(skill, 0) >= level for skill, level in group) for group in need.any)
        and not any(skill in levels for skill in need.without)
    )


def _contact_rank(contact: Waiting, now: float) -> tuple[float, float, str]:
    due = contact.entered + contact.target
    extra = contact.late_factor * contact.target
    if contact.late_cap is not None:
        extra = min(extra, contact.target + contact.late_cap)
    key = due - contact.boost if now <= due else contact.entered + extra - contact.boost
    return key, contact.entered, contact.contact_id


def _agent_rank(seat: Seat, contact: Waiting) -> tuple[int, int, float, float, str]:
    levels = dict(seat.skills)
    unmet = sum(levels.get(skill, 0) < level for skill, level in contact.prefer)
    breadth = len(seat.skills) + len(seat.channels) if contact.agent_order == "scarcity" else 0
    return unmet, breadth, seat.load, seat.idle_since, seat.agent_id
