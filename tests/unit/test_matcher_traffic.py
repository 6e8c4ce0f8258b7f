"""Dense random traffic through the matcher and the rule on a page: thousands of decisions a second, all the same."""

from dataclasses import replace
from random import Random

import pytest

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement, Seat, Waiting
from tests.support.matcher_builders import CROWDED
from tests.support.naive_matcher import NaiveMatcher

STEPS = 500
SKILLS = ("de", "en", "es", "fr", "vip")
ORDERS = ("scarcity", "longest_idle", "least_loaded", "round_robin", "best_skill")
PROTECTED = ("vip", "", "loans", "")
TINY = replace(CROWDED, few_profiles=4, pools_kept=3, dead_entries=0)
POOLED = Limits(few_profiles=0, dead_entries=1)


def pairs(rng, most):
    return tuple(sorted((skill, rng.randint(1, 3)) for skill in rng.sample(SKILLS, rng.randint(0, most))))


def requirement(rng):
    any_of = ((("de", 1), ("fr", 2)),) if rng.random() < 0.1 else ()
    without = ("vip",) if rng.random() < 0.1 else ()
    return Requirement(pairs(rng, 2), any_of, without, rng.choice(("chat", "voice", "voice")))


class Traffic:
    """One workspace seen by both matchers."""

    def __init__(self, seed, limits, protected):
        self.rng = Random(seed)
        self.now = 0
        needs = [requirement(self.rng) for _ in range(self.rng.randint(2, 12))]
        self.needs = [need._replace(protected=PROTECTED[n % len(PROTECTED)]) for n, need in enumerate(needs)]
        self.order = self.rng.choice(ORDERS)
        self.agents = [f"a{n:02d}" for n in range(self.rng.choice((4, 15, 40)))]
        self.fast, self.plain = Matcher(limits), NaiveMatcher(limits.few_profiles, limits.fairness)
        for need in self.needs if protected else ():
            if need.protected and (need.protected, need.channel) not in self.plain.guarded:
                self.fast.protect(need, 0.2)
                self.plain.protect(need, 0.2)
        self.calm = self.rng.random() < 0.5
        self.decisions = 0

    def wait(self):
        rng = self.rng
        contact = Waiting(
            contact_id=f"c{rng.randrange(80):02d}",
            queue=rng.choice(("cards", "loans")),
            requirement=rng.choice(self.needs),
            entered=self.now - rng.choice((0, 0, 0, 4, 15)),
            target=rng.choice((5, 10, 60)),
            boost=rng.choice((0, 0, 3, 55)),
            late_factor=rng.choice((1, 3, 5.5)),
            late_cap=rng.choice((None, None, 2, 30)),
            prefer=pairs(rng, 1) if rng.random() < 0.2 else (),
            agent_order=self.order if rng.random() < 0.8 else rng.choice(ORDERS),
            barred=frozenset(rng.sample(self.agents, 3)) if rng.random() < 0.3 else frozenset(),
            only_agent=rng.choice(self.agents) if rng.random() < 0.1 else None,
        )
        self.fast.wait(contact)
        self.plain.contacts[contact.contact_id] = contact
        return contact.contact_id

    def seat(self):
        rng = self.rng
        seat = Seat(
            agent_id=rng.choice(self.agents),
            skills=pairs(rng, 4),
            channels=frozenset(rng.choice((("chat",), ("voice",), ("chat", "voice")))),
            load=rng.choice((0.0, 0.0, 0.25)),
            idle_since=self.now - rng.randint(0, 3),
            last_offered=self.now - rng.randint(0, 3),
        )
        self.fast.seat(seat)
        self.plain.seats[seat.agent_id] = seat
        return seat.agent_id

    def leave(self, contact_id):
        self.fast.leave(contact_id)
        self.plain.contacts.pop(contact_id, None)

    def unseat(self, agent_id):
        self.fast.unseat(agent_id)
        self.plain.seats.pop(agent_id, None)

    def find_agent(self, contact_id):
        match = self.fast.agent_for(contact_id, self.now)
        found = [match.agent_id, match.runner_up_agent] if match else []
        expected, considered = self.plain.agent_for(contact_id)
        assert [agent_id for agent_id in found if agent_id] == expected
        if match and self.plain.contacts[contact_id].only_agent is None:
            assert match.agents_considered == considered
            assert considered + sum(match.excluded.values()) == len(self.plain.seats)
        return match

    def find_contact(self, agent_id):
        match = self.fast.contact_for(agent_id, self.now)
        found = [(match.key, match.contact_id), (match.runner_up_key, match.runner_up_contact)] if match else []
        expected, compared, held_back = self.plain.contact_for(agent_id, self.now)
        assert [pair for pair in found if pair[1]] == expected
        counts = (match.requirements_compared, match.requirements_held_back) if match else None
        assert counts in (None, (compared, held_back))
        return match

    def step(self):
        rng, match = self.rng, None
        self.now += rng.choice((0, 0, 1, 2))
        event = rng.random()
        if event < 0.4:
            match = self.find_agent(self.wait())
        elif event < 0.75:
            match = self.find_contact(self.seat())
        elif event < 0.8:
            self.leave(f"c{rng.randrange(80):02d}")
        elif event < 0.85:
            self.unseat(rng.choice(self.agents))
        elif event < 0.9 and self.plain.seats:
            match = self.find_contact(rng.choice(sorted(self.plain.seats)))
        elif event < 0.95 and self.plain.contacts:
            contact_id = rng.choice(sorted(self.plain.contacts))
            assert self.fast.place(contact_id, self.now).ahead == self.plain.position(contact_id, self.now)
        elif self.plain.guarded:
            need, breached = rng.choice(self.needs), rng.random() < 0.6
            for _ in range(rng.randint(1, 4)):
                self.plain.answered(need, breached)
                self.fast.answered(need, breached=breached)
        if match and rng.random() < (0.8 if self.calm else 0.3):
            self.decisions += 1
            self.leave(match.contact_id)
            self.unseat(match.agent_id)


@pytest.mark.parametrize("protected", [False, True], ids=["open", "protected"])
@pytest.mark.parametrize("limits", [Limits(), TINY, POOLED], ids=["default", "tiny", "pooled"])
@pytest.mark.parametrize("seed", range(12))
def test_dense_traffic_is_decided_as_the_rule_says(seed, limits, protected):
    traffic = Traffic(seed, limits, protected)
    for _ in range(STEPS):
        traffic.step()
    assert traffic.decisions > STEPS / 50
