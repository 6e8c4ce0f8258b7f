"""A contact centre simulated as plainly as possible, to check the real simulation contact by contact.

Nothing is shared with it but the scenario's own words: every event looks at everybody.
"""

INFINITE = float("inf")


class TinySimulator:
    """``agents``: dicts of skills, units and entry (name). ``contacts``: dicts of id, at, class, handle, patience.

    Ends of work (by agent, then row) come before arrivals (by row), arrivals before contacts that give up.
    """

    def __init__(self, document, contacts):
        self.classes = {each["name"]: each for each in document["classes"]}
        self.places = document.get("waiting_places")
        self.agents = [
            {"name": f"{entry}-{n}", "number": None, "skills": group["skills"], "units": group.get("units", 1)}
            for entry, group in enumerate(document["agents"])
            for n in range(group["count"])
        ]
        for number, agent in enumerate(self.agents):
            agent.update(number=number, used=0, idle_since=0.0)
        self.contacts = [each | {"row": row} for row, each in enumerate(contacts)]
        self.waiting = []
        self.working = []  # (end, agent, contact)
        self.fates = {}

    # --- first in, first out: the rules ---

    def choose_agent(self, contact, now):
        able = [agent for agent in self.agents if self.can_take(agent, contact)]
        return min(able, key=lambda agent: (agent["used"] > 0, agent["idle_since"], agent["number"]), default=None)

    def choose_contact(self, agent, now):
        return next((contact for contact in self.waiting if self.can_take(agent, contact)), None)

    def can_take(self, agent, contact):
        wanted = self.classes[contact["class"]]
        able = all(agent["skills"].get(skill, 0) >= level for skill, level in wanted["skills"].items())
        if wanted["channel"] == "voice":
            return able and agent["used"] == 0
        return able and agent["used"] + wanted.get("cost", 1) <= agent["units"]

    # --- the clock ---

    def run(self):
        arrivals = list(self.contacts)
        while arrivals or self.working or self.waiting:
            end = min(self.working, key=lambda each: (each[0], each[1]["number"], each[2]["row"]), default=None)
            quitter = min(self.waiting, key=lambda each: each["at"] + each["patience"], default=None)
            times = (
                end[0] if end else INFINITE,
                arrivals[0]["at"] if arrivals else INFINITE,
                quitter["at"] + quitter["patience"] if quitter else INFINITE,
            )
            now = min(times)
            if times[0] == now:
                self.end(end, now)
            elif times[1] == now:
                self.arrive(arrivals.pop(0), now)
            else:
                self.waiting.remove(quitter)
                self.fates[quitter["id"]] = ("abandoned", None, None)
        return self.fates

    def arrive(self, contact, now):
        agent = self.choose_agent(contact, now)
        if agent:
            self.start(agent, contact, now)
        elif self.places is not None and len(self.waiting) >= self.places:
            self.fates[contact["id"]] = ("blocked", None, None)
        else:
            self.waiting.append(contact)

    def end(self, end, now):
        self.working.remove(end)
        _, agent, contact = end
        agent["used"] -= self.amount(agent, contact)
        if agent["used"] == 0:
            agent["idle_since"] = now
        while (following := self.choose_contact(agent, now)) is not None:
            self.waiting.remove(following)
            self.start(agent, following, now)

    def start(self, agent, contact, now):
        agent["used"] += self.amount(agent, contact)
        self.fates[contact["id"]] = ("answered", now, agent["name"])
        self.working.append((now + contact["handle"], agent, contact))

    def amount(self, agent, contact):
        wanted = self.classes[contact["class"]]
        return agent["units"] if wanted["channel"] == "voice" else wanted.get("cost", 1)


class TinyNextSimulator(TinySimulator):
    """The same with the NEXT rule: earliest next unmet deadline, then the least scarce agent."""

    def __init__(self, document, contacts, late_factor, few_profiles=48, fairness=0.05):
        super().__init__(document, contacts)
        self.late_factor, self.few_profiles, self.fairness = late_factor, few_profiles, fairness

    def key(self, contact, now):
        wanted = self.classes[contact["class"]]
        target, boost, cap = wanted["target_seconds"], wanted.get("boost_seconds", 0), wanted.get("late_cap_seconds")
        due = contact["at"] + target
        if now <= due:
            return due - boost, contact["at"], contact["id"]
        extra = self.late_factor * target if cap is None else min(self.late_factor * target, target + cap)
        return contact["at"] + extra - boost, contact["at"], contact["id"]

    def choose_contact(self, agent, now):
        able = [contact for contact in self.waiting if self.can_take(agent, contact)]
        return min(able, key=lambda contact: self.key(contact, now), default=None)

    def lane(self, wanted):
        return "voice" if wanted["channel"] == "voice" else (wanted["channel"], wanted.get("cost", 1))

    def abilities(self, agent):
        """Skills, and the lanes the agent has room for now."""
        lanes = {self.lane(each) for each in self.classes.values() if self.can_take(agent, {"class": each["name"]})}
        return {*agent["skills"], *(("lane", lane) for lane in lanes)}

    def choose_agent(self, contact, now):
        wanted = self.classes[contact["class"]]
        seated = [(agent, self.abilities(agent)) for agent in self.agents]
        seated = [(agent, mine) for agent, mine in seated if any(isinstance(each, tuple) for each in mine)]
        profiles = {(tuple(sorted(agent["skills"].items())), frozenset(mine)) for agent, mine in seated}
        own = {*wanted["skills"], ("lane", self.lane(wanted))}

        def rank(each):
            agent, mine = each
            others = mine - own
            if len(profiles) > self.few_profiles:
                cost = len(others)
            else:
                cost = sum(1 / sum(other in theirs for _, theirs in seated) for other in others) // self.fairness
            return cost, agent["used"] / agent["units"], agent["idle_since"], agent["number"]

        able = [each for each in seated if self.can_take(each[0], contact)]
        return min(able, key=rank)[0] if able else None
