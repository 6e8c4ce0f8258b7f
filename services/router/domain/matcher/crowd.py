"""The waiting contacts of a workspace: kept by requirement, searched for an agent, counted by queue."""

from itertools import islice

import msgspec

from services.router.domain.matcher.guard import Guards
from services.router.domain.matcher.idle import Profile
from services.router.domain.matcher.ledger import Ledger
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.lines import Lines
from services.router.domain.matcher.matching import Requirement, Waiting
from services.router.domain.matcher.waiting import GONE, Entry, Line, Waiter

Strand = tuple[str, Requirement]
"""Those of one queue who ask the same."""


class Pick(msgspec.Struct, frozen=True, gc=False):
    """The contact chosen for an agent and the one after it, of how many requirements somebody waits, and of how many
    more, which the agent may not take now because of a protected queue."""

    first: Entry
    second: Entry | None
    compared: int
    held_back: int = 0


class Crowd:
    """Who waits. A contact is put in order only when somebody looks for one; most find an agent before that."""

    def __init__(self, lines: Lines, limits: Limits) -> None:
        self._lines = lines
        self._limits = limits
        self.contacts: dict[str, Waiter] = {}
        self.counts: dict[str, int] = {}
        self.strands: dict[Strand, int] = {}  # those of one queue who ask the same, and how many they are
        self._ledgers: dict[str, dict[Requirement, Ledger]] | None = None  # of all queues, once somebody asked
        self._unplaced: list[Waiter] = []
        self._kept: dict[str, dict[str, Waiter]] = {}

    def wait(self, waiting: Waiting) -> None:
        """A contact waits as ``waiting`` says, in place of an earlier entry."""
        if waiting.contact_id in self.contacts:
            self.leave(waiting.contact_id)
        contact = Waiter(waiting, self._lines.get(waiting.requirement) or self._make_line(waiting.requirement))
        self.contacts[waiting.contact_id] = contact
        queue = waiting.queue
        self.counts[queue] = self.counts.get(queue, 0) + 1
        strand = queue, waiting.requirement
        self.strands[strand] = self.strands.get(strand, 0) + 1
        if self._ledgers is not None:
            self._ledger_of(waiting, self._ledgers).add(contact)
        if waiting.only_agent is not None:
            self._kept.setdefault(waiting.only_agent, {})[waiting.contact_id] = contact
            return
        self._unplaced.append(contact)
        if len(self._unplaced) > self._limits.unplaced:
            self._place()

    def leave(self, contact_id: str) -> None:
        """The contact no longer waits; nothing happens when it did not."""
        contact = self.contacts.pop(contact_id, None)
        if contact is None:
            return
        contact.until = GONE
        if contact.placed:
            contact.line.forget(contact)
        waiting = contact.waiting
        if waiting.only_agent is not None:
            self._let_go(waiting.only_agent, contact_id)
        queue = waiting.queue
        left = self.counts[queue] = self.counts[queue] - 1
        strand = queue, waiting.requirement
        alike = self.strands[strand] = self.strands[strand] - 1
        if self._ledgers is not None:
            self._ledgers[queue][waiting.requirement].remove(contact)
        contact.forget_entry()
        if not left:
            del self.counts[queue]
        if not alike:
            del self.strands[strand]

    def ledgers(self, queue: str) -> dict[Requirement, Ledger]:
        """The order of each strand of a queue in which somebody waits, some of them empty. The first question of all
        makes the ledgers of all queues.
        """
        if self._ledgers is None:
            members: dict[Strand, list[Waiter]] = {}
            for contact in self.contacts.values():
                members.setdefault((contact.waiting.queue, contact.waiting.requirement), []).append(contact)
            self._ledgers = {}
            for (name, need), contacts in members.items():
                self._ledgers.setdefault(name, {})[need] = Ledger(contacts)
        return self._ledgers[queue]

    def pick(self, agent_id: str, profile: Profile, guards: Guards, now: float) -> Pick | None:
        """The contact that an agent should take; None when nobody waits whom they may take."""
        if self._unplaced:
            self._place()
        first, second, compared = _first_two(self._lines.served_by(profile), now)
        if (self._kept and agent_id in self._kept) or (profile.guards and any(each.holds for each in profile.guards)):
            return self._pick_carefully(agent_id, profile, guards, now)
        if first is None:
            return None
        alike = first[3].line.after(now)
        if alike is not None and (second is None or alike < second):
            second = alike
        if agent_id in first[3].waiting.barred or (second is not None and agent_id in second[3].waiting.barred):
            return self._pick_carefully(agent_id, profile, guards, now)
        return Pick(first, second, compared)

    def _pick_carefully(self, agent_id: str, profile: Profile, guards: Guards, now: float) -> Pick | None:
        served = self._lines.served_by(profile)
        live = [each for each in served if each.live]
        lines = [each for each in live if not guards.hold_back(profile.guards, each.need)]
        found: list[Entry] = []
        for line in lines:
            allowed = (entry for entry in line.walk(now) if agent_id not in entry[3].waiting.barred)
            found += islice(allowed, 2)
        kept = 0
        for contact in self._kept.get(agent_id, {}).values():
            if profile.suits(contact.waiting.requirement) and agent_id not in contact.waiting.barred:
                found.append(contact.entry(now))
                kept += 1
        found.sort()
        if not found:
            return None
        return Pick(found[0], found[1] if len(found) > 1 else None, len(lines) + kept, len(live) - len(lines))

    def _ledger_of(self, waiting: Waiting, ledgers: dict[str, dict[Requirement, Ledger]]) -> Ledger:
        """Of a contact's strand; an empty one stays for the next who comes, within bounds."""
        mine = ledgers.get(waiting.queue)
        if mine is None:
            if len(ledgers) >= 2 * len(self.counts) + self._limits.ledgers_kept:
                self._ledgers = ledgers = {name: each for name, each in ledgers.items() if name in self.counts}
            mine = ledgers[waiting.queue] = {}
        ledger = mine.get(waiting.requirement)
        if ledger is None:
            if len(mine) >= self._limits.ledgers_kept:
                for need in [need for need in mine if (waiting.queue, need) not in self.strands]:
                    del mine[need]
            ledger = mine[waiting.requirement] = Ledger(())
        return ledger

    def _place(self) -> None:
        for contact in self._unplaced:
            if contact.until != GONE:
                contact.line.place(contact)
        self._unplaced.clear()

    def _let_go(self, agent_id: str, contact_id: str) -> None:
        kept = self._kept[agent_id]
        del kept[contact_id]
        if not kept:
            del self._kept[agent_id]

    def _make_line(self, need: Requirement) -> Line:
        if self._lines.full:
            self._place()
            self._lines.forget_idle()
        return self._lines.make(need)


def _first_two(lines: list[Line], now: float) -> tuple[Entry | None, Entry | None, int]:
    """The first entries of the two lines that come first, and how many lines have one. The innermost loop."""
    first: Entry | None = None
    second: Entry | None = None
    compared = 0
    for line in lines:
        top = line.top
        if top is not None and top[3].until < now:
            top = line.renew(now)
        if top is not None:
            compared += 1
            if first is None or top < first:
                first, second = top, first
            elif second is None or top < second:
                second = top
    return first, second, compared
