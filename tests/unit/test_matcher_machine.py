"""The matcher against the rule on a page: whatever happens, both decide the same, decision by decision."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement, Seat, Waiting
from tests.support.matcher_builders import CROWDED
from tests.support.naive_matcher import NaiveMatcher

SKILLS = ("de", "en", "es", "vip")
CHANNELS = ("chat", "voice")
AGENTS = tuple(f"a{n}" for n in range(9))
CONTACTS = tuple(f"c{n}" for n in range(40))
QUEUES = ("cards", "loans")

pairs = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2).map(
    lambda levels: tuple(sorted(levels.items()))
)
PROTECTED = ("", "", "loans", "vip")  # for whom a contact waits, and whose agents may be held back
protected = st.sampled_from(PROTECTED)
requirements = st.builds(
    Requirement,
    must=pairs,
    any=st.lists(pairs.filter(bool), max_size=1).map(tuple),
    without=st.lists(st.sampled_from(SKILLS), max_size=1).map(tuple),
    channel=st.sampled_from(CHANNELS),
    protected=protected,
)
simple = st.builds(
    Requirement, must=pairs, any=st.just(()), without=st.just(()), channel=st.just("voice"), protected=protected
)
classes = st.builds(
    Requirement,
    must=pairs,
    any=st.just(()),
    without=st.just(()),
    channel=st.sampled_from(CHANNELS),
    protected=st.sampled_from(PROTECTED[2:]),
)
needs = st.one_of(simple, requirements)
orders = st.sampled_from(("scarcity", "longest_idle", "least_loaded", "round_robin", "best_skill"))
some_agents = st.frozensets(st.sampled_from(AGENTS), max_size=4)


class MatcherMachine(RuleBasedStateMachine):
    """Arrivals, seats, departures, bars, replacements and time, in any order."""

    limits = Limits()

    @initialize(kept=st.lists(classes, max_size=3), order=st.one_of(st.none(), orders))
    def start(self, kept, order):
        self.fast, self.plain = Matcher(self.limits), NaiveMatcher(self.limits.few_profiles, self.limits.fairness)
        self.now = 0
        self.held = {}
        self.order = order
        for need in {(each.protected, each.channel): each for each in kept}.values():
            self.fast.protect(need, 0.25)
            self.plain.protect(need, 0.25)

    @rule(
        contact_id=st.sampled_from(CONTACTS),
        queue=st.sampled_from(QUEUES),
        need=needs,
        age=st.one_of(st.just(0), st.integers(0, 30)),
        talked=st.sampled_from((None, None, 0, 9)),
        within=st.sampled_from((5, 10, 100)),
        boost=st.sampled_from((0, 0, 0, 7, 30)),
        late_factor=st.sampled_from((1, 2, 5.5)),
        late_cap=st.sampled_from((None, None, 3, 40)),
        prefer=st.one_of(st.just(()), pairs),
        order=orders,
        barred=st.one_of(st.just(frozenset()), some_agents),
        only_agent=st.one_of(st.none(), st.none(), st.none(), st.sampled_from(AGENTS)),
    )
    def wait(self, contact_id, queue, need, age, talked, within, order, **rest):
        contact = Waiting(
            contact_id=contact_id,
            queue=queue,
            requirement=need,
            entered=self.now - age - (talked or 0),
            began=None if talked is None else self.now - age,
            target=within,
            agent_order=self.order or order,
            **rest,
        )
        self.fast.wait(contact)
        self.plain.contacts[contact_id] = contact

    @rule(
        agent_id=st.sampled_from(AGENTS),
        skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3)),
        channels=st.frozensets(st.sampled_from(CHANNELS), min_size=1),
        load=st.sampled_from((0.0, 0.0, 0.25, 0.5)),
        idle=st.integers(0, 5),
        last_offered=st.integers(0, 5),
    )
    def seat(self, agent_id, skills, channels, load, idle, last_offered):
        seat = Seat(
            agent_id=agent_id,
            skills=tuple(sorted(skills.items())),
            channels=channels,
            load=load,
            idle_since=self.now - idle,
            last_offered=last_offered,
        )
        self.fast.seat(seat)
        self.plain.seats[agent_id] = seat

    @rule(agent_id=st.sampled_from(AGENTS))
    def unseat(self, agent_id):
        self.fast.unseat(agent_id)
        self.plain.seats.pop(agent_id, None)

    @rule(contact_id=st.sampled_from(CONTACTS))
    def leave(self, contact_id):
        self.fast.leave(contact_id)
        self.plain.contacts.pop(contact_id, None)

    @rule(step=st.integers(0, 25))
    def time_passes(self, step):
        self.now += step

    @precondition(lambda self: self.plain.guarded)
    @rule(data=st.data(), breached=st.booleans(), times=st.integers(1, 3))
    def answered(self, data, breached, times):
        need, _ = self.plain.guarded[data.draw(st.sampled_from(sorted(self.plain.guarded)))]
        for _ in range(times):
            self.plain.answered(need, breached)
            self.fast.answered(need, breached=breached)

    @rule(need=classes, debt=st.sampled_from((0.0, 0.75, 1.0, 2.5, 6.0)))
    def a_debt_is_known(self, need, debt):
        known = self.plain.guarded.get((need.protected, need.channel))
        need = known[0] if known else need
        self.plain.protect(need, 0.25, debt)
        self.fast.protect(need, 0.25, debt)

    @rule()
    def another_policy_protects_nobody(self):
        self.plain.unprotect()
        self.fast.unprotect()
        self.held = {}

    @precondition(lambda self: self.plain.contacts)
    @rule(data=st.data(), take=st.booleans())
    def contact_finds_agent(self, data, take):
        contact_id = data.draw(st.sampled_from(sorted(self.plain.contacts)))
        expected, considered = self.plain.agent_for(contact_id)
        assert self.fast.has_agent_for(contact_id) is bool(expected)
        match = self.fast.agent_for(contact_id, self.now)
        found = [] if match is None else [match.agent_id, match.runner_up_agent]
        assert [agent_id for agent_id in found if agent_id] == expected
        if match is None:
            return
        contact, seat = self.plain.contacts[contact_id], self.plain.seats[match.agent_id]
        if contact.only_agent is None:
            assert match.agents_considered == considered
            assert match.agents_considered + sum(match.excluded.values()) == len(self.plain.seats)
        assert match.key == self.plain.key(contact, self.now)[0]
        began = contact.entered if contact.began is None else contact.began
        assert match.late == (self.now > began + contact.target)
        assert match.idle_since == seat.idle_since
        if take:
            self.leave(contact_id)
            self.unseat(match.agent_id)

    @precondition(lambda self: self.plain.seats)
    @rule(data=st.data(), take=st.booleans())
    def agent_finds_contact(self, data, take):
        agent_id = data.draw(st.sampled_from(sorted(self.plain.seats)))
        expected, compared, held_back = self.plain.contact_for(agent_id, self.now)
        match = self.fast.contact_for(agent_id, self.now)
        found = [(match.key, match.contact_id), (match.runner_up_key, match.runner_up_contact)] if match else []
        assert [pair for pair in found if pair[1]] == expected
        if match is None:
            return
        assert (match.requirements_compared, match.requirements_held_back) == (compared, held_back)
        if take:
            self.leave(match.contact_id)
            self.unseat(agent_id)

    @precondition(lambda self: self.plain.contacts)
    @rule(data=st.data())
    def somebody_asks_for_a_position(self, data):
        contact_id = data.draw(st.sampled_from(sorted(self.plain.contacts)))
        assert self.fast.place(contact_id, self.now).ahead == self.plain.position(contact_id, self.now)

    @invariant()
    def counts_agree(self):
        if not hasattr(self, "plain"):
            return
        queues = [contact.queue for contact in self.plain.contacts.values()]
        assert len(self.fast) == len(queues)
        assert self.fast.queues() == sorted(set(queues))
        assert [self.fast.waiting_count(queue) for queue in QUEUES] == [queues.count(queue) for queue in QUEUES]
        assert self.fast.debts() == self.plain.debts

    @invariant()
    def whoever_is_held_back_no_longer_is_named(self):
        if not hasattr(self, "plain"):
            return
        let_go, held_before, seats = self.fast.let_go(), self.held, self.plain.seats
        needs = {contact.requirement for contact in self.plain.contacts.values()}
        self.held = {
            (agent_id, need): seat
            for agent_id, seat in seats.items()
            for need in needs
            if self.plain.suits(seat, need) and self.plain.held_back(seat, need)
        }
        for (agent_id, need), seat in held_before.items():
            if seats.get(agent_id) is seat:
                still = self.plain.held_back(seat, need)
                assert self.fast.holds_back(agent_id, need) == still
                assert still or agent_id in let_go


class CrowdedMachine(MatcherMachine):
    """The same with bounds that are met all the time."""

    limits = CROWDED


class PooledMachine(MatcherMachine):
    """The same where every profile counts as one of many."""

    limits = Limits(few_profiles=0, lines_kept=2, pools_kept=40, dead_entries=0)


COMMON = settings(
    deadline=None, derandomize=True, database=None, stateful_step_count=60, suppress_health_check=list(HealthCheck)
)
TestMatcher = MatcherMachine.TestCase
TestMatcher.settings = settings(COMMON, max_examples=60)
TestCrowdedMatcher = CrowdedMachine.TestCase
TestCrowdedMatcher.settings = settings(COMMON, max_examples=150)
TestPooledMatcher = PooledMachine.TestCase
TestPooledMatcher.settings = settings(COMMON, max_examples=60)
