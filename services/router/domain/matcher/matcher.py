"""The matcher of one workspace: the earliest next unmet deadline, then the least scarce agent."""

from collections.abc import Callable, Iterator, Mapping

from services.router.domain.matcher.choose import choose, suits_somebody
from services.router.domain.matcher.crowd import Crowd
from services.router.domain.matcher.floor import Floor
from services.router.domain.matcher.guard import Class
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.lines import Lines
from services.router.domain.matcher.matching import AbilityName, Match, Place, Requirement, Seat, Waiting
from services.router.domain.matcher.waiting import Entry

DEFAULT_LIMITS = Limits()


class Matcher:
    """All waiting contacts and all open agents of a workspace: exact over all of them, no window.

    Methods change only the structure; none pairs by itself: after a match the caller says ``leave`` and seats or
    unseats the agent. Time may not go back from call to call. A ``Waiting`` or ``Seat`` handed over is not changed
    later, but replaced. Equal inputs give equal decisions: nothing depends on the past but what ``protect`` and
    ``weigh`` said.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        lines = Lines(limits)
        self._crowd = Crowd(lines, limits)
        self._floor = Floor(lines, limits)

    def __len__(self) -> int:
        """Contacts waiting."""
        return len(self._crowd.contacts)

    def __contains__(self, contact_id: str) -> bool:
        """Whether the contact waits."""
        return contact_id in self._crowd.contacts

    def seat(self, seat: Seat) -> None:
        """An agent is open for work as ``seat`` says; an earlier seat of the same agent is replaced."""
        self._floor.seat(seat)

    def unseat(self, agent_id: str) -> None:
        """The agent is no longer open; nothing happens when they were not."""
        self._floor.unseat(agent_id)

    def wait(self, waiting: Waiting) -> None:
        """A contact waits as ``waiting`` says; an earlier entry of the same contact is replaced."""
        self._crowd.wait(waiting)

    def leave(self, contact_id: str) -> None:
        """The contact no longer waits; nothing happens when it did not."""
        self._crowd.leave(contact_id)

    def weigh(self, weights: Mapping[AbilityName, float]) -> None:
        """What giving away a skill or channel weighs, 0 to 1, 0 for those not named. Before that each weighs 1."""
        self._floor.weigh(weights)

    def agent_for(self, contact_id: str, now: float) -> Match | None:
        """The agent who should take this waiting contact, or None. KeyError when the contact does not wait.

        Fewest preferences not met first, then the contact's agent order, load, idle time and agent id.
        """
        contact = self._crowd.contacts[contact_id]
        choice = choose(self._floor, contact)
        if choice is None:
            return None
        late = now > contact.due
        seat = choice.chair.seat
        return Match(
            contact_id=contact_id,
            agent_id=seat.agent_id,
            key=contact.d2 if late else contact.d1,
            due=contact.due,
            late=late,
            agents_considered=choice.considered,
            agent_cost=choice.cost,
            runner_up_agent=choice.second.seat.agent_id if choice.second else None,
            runner_up_cost=choice.second_cost,
            rank=choice.ranked[0] if choice.ranked else None,
            runner_up_rank=choice.ranked[1] if choice.ranked else None,
            spared=choice.spared,
            levels=choice.chair.profile.levels,
            idle_since=seat.idle_since,
            excluded=choice.excluded,
        )

    def has_agent_for(self, contact_id: str) -> bool:
        """Whether ``agent_for`` would name an agent. KeyError when the contact does not wait."""
        return suits_somebody(self._floor, self._crowd.contacts[contact_id])

    def contact_for(self, agent_id: str, now: float) -> Match | None:
        """The waiting contact that this open agent should take, or None. KeyError when the agent has no seat.

        Smallest key first (the first deadline while it can be met, then the late one), then entered, then contact id.
        The runner-up is who would be taken otherwise.
        """
        chair = self._floor.chairs[agent_id]
        profile = chair.profile
        if profile.guards:
            self._floor.place()
        pick = self._crowd.pick(agent_id, profile, self._floor.guards, now)
        if pick is None:
            return None
        (key, _, contact_id, contact), second = pick.first, pick.second
        return Match(
            contact_id=contact_id,
            agent_id=agent_id,
            key=key,
            due=contact.due,
            late=now > contact.due,
            runner_up_contact=second[2] if second else None,
            runner_up_key=second[0] if second else None,
            runner_up_entered=second[1] if second else None,
            requirements_compared=pick.compared,
            requirements_held_back=pick.held_back,
            levels=profile.levels,
            idle_since=chair.seat.idle_since,
        )

    def urgency(self, contact_id: str, now: float) -> tuple[float, float, str]:
        """What orders a waiting contact, smallest first: key, entered, contact id. KeyError when it does not wait."""
        return self._crowd.contacts[contact_id].entry(now)[:3]

    def place(self, contact_id: str, now: float) -> Place:
        """How a contact stands among those of its queue who ask the same. KeyError when the contact does not wait."""
        contact = self._crowd.contacts[contact_id]
        waiting = contact.waiting
        if self._crowd.strands[waiting.queue, waiting.requirement] == 1:
            # Alone, as most are: they find an agent at once.
            return Place(0, 0.0, contact.due - now)
        return self._crowd.ledgers(waiting.queue)[waiting.requirement].place(contact, now)

    def ahead(self, contact_id: str, now: float, competes: Callable[[Requirement], bool]) -> int:
        """How many of its queue come before a contact and ask the same, or what competes with it."""
        contact = self._crowd.contacts[contact_id]
        queue, mine = contact.waiting.queue, contact.waiting.requirement
        if self._crowd.counts[queue] == 1:
            return 0
        entry, ledgers = contact.entry(now), self._crowd.ledgers(queue)
        others = (each for need, each in ledgers.items() if each.size and (need == mine or competes(need)))
        return sum(each.ahead(entry, now) for each in others)

    def requirement(self, contact_id: str) -> Requirement:
        """What a waiting contact asks. KeyError when it does not wait."""
        return self._crowd.contacts[contact_id].waiting.requirement

    def line_up(self, queue: str) -> list[tuple[Requirement, list[Entry], list[Entry]]]:
        """Each strand of a queue in order, copied: who could still be met when a place was last asked for, and who was
        late then. Looking changes nothing, so no decision depends on when somebody looked.
        """
        if queue not in self._crowd.counts:
            return []
        return [(need, *each.line_up()) for need, each in self._crowd.ledgers(queue).items() if each.size]

    def waiting_count(self, queue: str, requirement: Requirement | None = None) -> int:
        """Contacts waiting in a queue: all, or those who ask the same."""
        if requirement is not None:
            return self._crowd.strands.get((queue, requirement), 0)
        return self._crowd.counts.get(queue, 0)

    def strands(self) -> list[tuple[str, Requirement]]:
        """The strands in which somebody waits, sorted."""
        return sorted(self._crowd.strands)

    def queues(self) -> list[str]:
        """The queues in which somebody waits, sorted."""
        return sorted(self._crowd.counts)

    # --- the opt-in reserve of scarce classes -------------------------------------------------------------------------

    def protect(self, requirement: Requirement, allowance: float, debt: float = 0.0) -> None:
        """Hold agents back for a class whose breach share exceeds ``allowance``; ``debt`` restores its state.

        A class is the contacts of one protected queue and channel (``requirement.protected`` and ``.channel``); its
        agents are those who suit ``requirement``, whatever else a single contact asks. They take nothing of another
        queue while they are at most as many as the difference of the two debts. Contacts kept for one agent are not
        held back. Of a class that is known already only allowance and debt change.
        """
        self._floor.protect(requirement, allowance, debt)

    def unprotect(self) -> None:
        """Forget every class: nobody is held back."""
        self._floor.unprotect()

    def answered(self, requirement: Requirement, *, breached: bool) -> None:
        """Count a contact of a protected class that was answered or lost."""
        self._floor.answered(requirement, breached=breached)

    def debts(self) -> dict[Class, float]:
        """The debt of each class: the only state that is not in the seats and the waiting contacts."""
        return {each: guard.debt for each, guard in self._floor.guards.by_class.items()}

    def let_go(self) -> list[str]:
        """Open agents, sorted, who were held back when this was last asked and may be so no longer.

        All whom debts or other agents have freed since are among them, but not who was seated anew; and maybe others.
        """
        self._floor.place()
        return [agent_id for agent_id in self._floor.guards.let_go() if agent_id in self._floor.chairs]

    def holds_back(self, agent_id: str, requirement: Requirement) -> bool:
        """Whether an open agent may not take a contact of this requirement now. KeyError when they have no seat."""
        self._floor.place()
        return self._floor.guards.hold_back(self._floor.chairs[agent_id].profile.guards, requirement)

    def suited(self, requirement: Requirement) -> Iterator[str]:
        """The open agents who suit a requirement, by id."""
        return iter(sorted(chair.seat.agent_id for chair in self._floor.suited(requirement)))
