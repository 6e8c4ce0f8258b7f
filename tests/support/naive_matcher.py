"""The rule of the matcher on a page, with no structure at all: every decision looks at everybody."""

from services.router.domain.matcher.matching import Requirement, Seat, Waiting

DEBT_MAX = 6.0


class NaiveMatcher:
    """What the matcher must decide, stated as plainly as possible: O(n) and more for each decision."""

    def __init__(self, few_profiles=48, fairness=0.05):
        self.few_profiles, self.fairness = few_profiles, fairness
        self.contacts: dict[str, Waiting] = {}
        self.seats: dict[str, Seat] = {}
        self.debts: dict[tuple[str, str], float] = {}
        self.guarded: dict[tuple[str, str], tuple[Requirement, float]] = {}

    # --- may this agent take this contact? ---

    def suits(self, seat, need):
        levels = dict(seat.skills)
        return (
            need.channel in seat.channels
            and all(levels.get(skill, 0) >= level for skill, level in need.must)
            and all(any(levels.get(skill, 0) >= level for skill, level in group) for group in need.any)
            and not any(skill in levels for skill in need.without)
        )

    def held_back(self, seat, need):
        own = self.debts.get((need.protected, need.channel), 0.0)
        return any(
            other.protected != need.protected
            and self.suits(seat, other)
            and sum(self.suits(each, other) for each in self.seats.values()) <= int(self.debts[each_class] - own)
            for each_class, (other, _) in self.guarded.items()
        )

    def may_take(self, seat, contact):
        if not self.suits(seat, contact.requirement) or seat.agent_id in contact.barred:
            return False
        if contact.only_agent is not None:
            return contact.only_agent == seat.agent_id
        return not self.held_back(seat, contact.requirement)

    # --- which contact? the earliest next unmet deadline ---

    def key(self, contact, now):
        began = contact.entered if contact.began is None else contact.began
        due = began + contact.target
        if now <= due:
            return due - contact.boost, contact.entered, contact.contact_id
        extra = contact.late_factor * contact.target
        if contact.late_cap is not None:
            extra = min(extra, contact.target + contact.late_cap)
        return began + extra - contact.boost, contact.entered, contact.contact_id

    def contact_for(self, agent_id, now):
        """The first two contacts; of how many requirements somebody could be
        taken; and how many are held back from."""
        seat = self.seats[agent_id]
        ranked = sorted(
            (self.key(contact, now), contact) for contact in self.contacts.values() if self.may_take(seat, contact)
        )
        firsts = [(key[0], contact.contact_id) for key, contact in ranked[:2]]
        served = {each.requirement for each in self.contacts.values() if not each.only_agent}
        held = [self.held_back(seat, need) for need in served if self.suits(seat, need)]
        kept = sum(contact.only_agent is not None for _, contact in ranked)
        return firsts[:2], held.count(False) + kept, held.count(True)

    # --- which agent? preferences, then cost, then whose turn it is ---

    def abilities(self, seat):
        return [("skill", skill) for skill, _ in seat.skills] + [
            ("channel", channel) for channel in sorted(seat.channels)
        ]

    def profile(self, seat):
        return seat.skills, seat.channels

    def cost(self, seat, contact):
        need = contact.requirement
        if contact.agent_order == "best_skill":
            asked = {skill for pairs in (need.must, contact.prefer, *need.any) for skill, _ in pairs}
            return -sum(level for skill, level in seat.skills if skill in asked)
        if contact.agent_order != "scarcity":
            return 0
        own = {("skill", skill) for skill, _ in need.must} | {("channel", need.channel)}
        others = [ability for ability in self.abilities(seat) if ability not in own]
        if len({self.profile(each) for each in self.seats.values()}) > self.few_profiles:
            return len(others)
        cost = 0.0
        for ability in others:
            cost += 1 / sum(ability in self.abilities(each) for each in self.seats.values())
        return cost // self.fairness

    def agent_rank(self, seat, contact):
        levels = dict(seat.skills)
        unmet = sum(levels.get(skill, 0) < level for skill, level in contact.prefer)
        turn = {"longest_idle": float(seat.load > 0), "round_robin": seat.last_offered}.get(
            contact.agent_order, seat.load
        )
        return unmet, self.cost(seat, contact), turn, seat.idle_since, seat.agent_id

    def agent_for(self, contact_id):
        """([agent, runner-up], how many could)."""
        contact = self.contacts[contact_id]
        able = [seat for seat in self.seats.values() if self.may_take(seat, contact)]
        ranked = sorted(able, key=lambda seat: self.agent_rank(seat, contact))
        return [seat.agent_id for seat in ranked[:2]], len(able)

    # --- what people ask ---

    def position(self, contact_id, now):
        contact = self.contacts[contact_id]
        mine = self.key(contact, now)
        return sum(
            (each.queue, each.requirement) == (contact.queue, contact.requirement) and self.key(each, now) < mine
            for each in self.contacts.values()
        )

    # --- which agents are kept for whom ---

    def protect(self, need, allowance, debt=0.0):
        self.debts[need.protected, need.channel] = debt
        self.guarded[need.protected, need.channel] = need, allowance

    def unprotect(self):
        self.debts.clear()
        self.guarded.clear()

    def answered(self, need, breached):
        each_class = need.protected, need.channel
        if each_class in self.guarded:
            _, allowance = self.guarded[each_class]
            self.debts[each_class] = min(DEBT_MAX, max(0.0, self.debts[each_class] + breached - allowance))
