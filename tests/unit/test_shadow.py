"""A candidate policy beside the active one: it sees every decision, and changes none."""

from copy import deepcopy

from hypothesis import given

from lab.shadow.differences import EXAMPLES_MAX, Differences, Kind
from lab.shadow.mirror import Mirror
from lab.shadow.observed import Observed
from lab.shadow.pace import Pace
from lab.shadow.projection import Projection
from lab.shadow.promises import Promises
from services.router.domain.classification.triage import Triage
from shared.contract.inputs import Party
from shared.policy import parse_policy
from tests.support.router_builders import Router, policy_with
from tests.unit.test_router_laws import Player, fast, scripts


class Shadow:
    """A mirror of a live router, begun from its rows as they are now."""

    def __init__(self, router, candidate):
        self.live = router
        self.past = deepcopy(router.store)  # what the database held at that moment, whatever happens later
        self.differences = Differences()
        self.observed = Observed(self.past.rows(), router.now_ms)
        self.candidate = parse_policy(candidate, not_yet=())
        self.mirror = Mirror(self.past.rows(), self.candidate, (Triage(), Triage()), self.differences, self.observed)
        self.mirror.begin()
        self.told = []

    def follow(self, records, now_ms=None):
        known = self.past.known(self.mirror.needs(records))
        self.told += self.mirror.feed(records, known, now_ms or records[-1].at_ms)

    def project(self, candidate=None, spans=None):
        projection = Projection(self.observed, Triage(), candidate, Promises(spans))
        projection.run()
        return projection.promises.account(self.observed.ended_ms)

    @property
    def differ(self):
        return {str(kind): count for kind, count in self.differences.differ.items() if count}


class Followed(Router):
    """A live router whose every batch is mirrored, once ``shadow`` is there."""

    shadow = None

    def batch(self, records, now_ms=None):
        told = super().batch(records, now_ms)
        if self.shadow is not None:
            self.shadow.follow(records, max([self.now_ms, *(record.at_ms for record in records)]))
        return told


def shadowed(candidate, policy=None):
    router = Followed(policy or policy_with())
    router.shadow = Shadow(router, candidate)
    return router


@fast
@given(scripts, scripts)
def test_a_candidate_equal_to_the_active_policy_never_differs_and_the_mirror_tells_what_the_router_tells(
    before, script
):
    player = Player()
    for move in before:
        player.play(move)
    (active,) = player.router.engine.book.workspaces.values()
    player.router.__class__ = Followed
    shadow = player.router.shadow = Shadow(player.router, active.rules.policy.document())
    start = len(player.router.events)
    for move in script:
        if move[0] != "policy":
            player.play(move)
    assert [(e.type, e.body) for e in shadow.told] == [(e.type, e.body) for e in player.router.events[start:]]
    assert shadow.differ == {}


def test_a_moment_without_news_is_no_decision():
    router = shadowed(policy_with())
    router.wait(60)
    assert sum(router.shadow.differences.compared.values()) == 0


def test_swapped_targets_differ_exactly_where_the_order_matters():
    swapped = policy_with()
    swapped["queues"]["orders"]["targets"]["time_to_answer"]["within"] = "10s"
    swapped["queues"]["cards"]["targets"]["time_to_answer"]["within"] = "20s"
    router = shadowed(swapped)
    first = router.contact("c1", queue="orders")
    second = router.contact("c2", queue="cards")
    router.sign_on("a1", skills={"orders": 3, "cards": 3})  # two wait: cards is due first, the candidate says orders
    router.accept()
    router.sign_on("a2", skills={"orders": 3, "cards": 3})  # one is left: both say the same
    shadow = router.shadow
    assert shadow.differ == {"contact": 1}
    assert shadow.differences.compared[Kind.CONTACT] == 2
    (found,) = shadow.differences.examples
    assert (found.kind, found.active, found.candidate) == (Kind.CONTACT, second, first)
    assert found.active_why.startswith("offered to a1: due in 10 s")
    assert "next deadline in 20 s" in found.candidate_why


def test_a_contact_that_goes_to_another_tier_and_queue_is_named_with_both_reasons():
    candidate = policy_with()
    intents = candidate["classification"]["intents"]
    intents["order_status"] = {**intents["order_status"], "tier": "bot"}
    intents["complaint"] = {**intents["complaint"], "queue": "cards", "skills": {"cards": 2}}
    router = shadowed(candidate)
    first = router.contact("c1", intent="order_status")
    second = router.contact("c2", intent="complaint")
    router.contact("c3", intent="stolen_card")
    shadow = router.shadow
    assert shadow.differ == {"tier": 1, "route": 1}
    assert shadow.differences.compared[Kind.TIER] == shadow.differences.compared[Kind.ROUTE] == 3
    tier, route = shadow.differences.examples
    assert (tier.contact_id, tier.active, tier.candidate) == (first, "self_service", "bot default")
    assert "tier: bot by intent order_status" in tier.candidate_why
    assert (route.contact_id, route.active) == (second, "queue general, intent complaint")
    assert route.candidate == "queue cards, skills cards >= 2, intent complaint"


def test_a_contact_waits_under_the_candidate_where_the_candidate_puts_it():
    candidate = policy_with()
    candidate["classification"]["intents"]["complaint"] |= {"queue": "cards", "skills": {"cards": 2}}
    router = shadowed(candidate)
    router.sign_on("a1", skills={"orders": 3})
    contact = router.contact("c1", intent="complaint")
    (found,) = [each for each in router.shadow.differences.examples if each.kind is Kind.AGENT]
    assert (found.contact_id, found.active, found.candidate) == (contact, "a1", "nobody")
    assert found.candidate_why == "nobody who is free may take it"


def test_steps_that_only_the_candidate_takes_count_from_the_time_waited():
    candidate = policy_with()
    candidate["queues"]["orders"]["relax"] = [{"after": "5s", "min_level": {"orders": 1}}]
    router = shadowed(candidate)
    router.sign_on("a1", skills={"orders": 3}, presence="not_ready")
    router.contact("c1", queue="orders")
    router.wait(4)
    router.sign_on("a2", skills={"orders": 1})
    assert router.shadow.differ == {}
    router.wait(2)
    router.presence("a2", "not_ready")
    router.presence("a2", "available")
    assert router.shadow.differ == {"contact": 1}


def test_overflow_and_refusal_on_entry_are_compared():
    candidate = policy_with()
    candidate["queues"]["orders"]["overflow"] = [{"when": {"waiting": 1}, "to": {"queue": "general"}}]
    candidate["queues"]["general"]["waiting_max"] = 1
    router = shadowed(candidate)
    for name in ("c1", "c2"):
        router.contact(name, queue="orders")
    router.contact("c3", queue="general")
    fourth = router.contact("c4", queue="general")
    shadow = router.shadow
    assert shadow.differ == {"entry": 2}
    assert shadow.differences.compared[Kind.ENTRY] == 4
    overflow, refusal = shadow.differences.examples
    assert (overflow.active, overflow.candidate) == ("waits", "overflows to general")
    assert overflow.candidate_why == "1 waiting"
    assert (refusal.contact_id, refusal.candidate) == (fourth, "is refused")


def test_agents_have_the_room_that_the_candidate_gives_them():
    router = shadowed(policy_with(channels={"chat": {"cost": 2}}))
    router.assigned("c1", units=2)
    assert router.shadow.differ == {}
    router.contact("c2")
    (found,) = router.shadow.differences.examples
    assert (found.kind, found.active, found.candidate) == (Kind.AGENT, "a1", "nobody")


def test_the_same_place_again_after_a_policy_change_of_the_active_side():
    candidate = policy_with()
    candidate["queues"]["orders"]["targets"]["time_to_answer"]["within"] = "5s"
    candidate["queues"]["cards"]["targets"]["time_to_answer"]["within"] = "50s"
    router = shadowed(candidate)
    router.activate(candidate)
    for name, queue in (("c1", "orders"), ("c2", "cards")):
        router.contact(name, queue=queue)
    router.sign_on("a1")
    assert router.shadow.differ == {}


def test_examples_are_bounded_and_shared_out_among_the_kinds():
    candidate = policy_with()
    candidate["classification"]["intents"]["order_status"]["tier"] = "bot"
    router = shadowed(candidate)
    for number in range(EXAMPLES_MAX):
        stranger = Party(handle=f"+{number}", customer_id=f"customer-{number}")
        router.contact(f"c{number}", intent="order_status", party=stranger)
    assert router.shadow.differ == {"tier": EXAMPLES_MAX}
    assert len(router.shadow.differences.examples) == EXAMPLES_MAX // len(Kind)


# --- the closed loop --------------------------------------------------------------------------------------------------


def talk(router, seconds):
    """The agent takes the last offer at once and talks for so long."""
    router.accept()
    router.wait(seconds)
    router.end(router.last("assigned")["assignment_id"])


def one_agent_for_two_queues(candidate):
    """a1 talks 15 s to each: c0, then cards (due 10 s after it came), then orders (due after 20 s)."""
    router = shadowed(candidate)
    router.sign_on("a1")
    router.contact("c0", queue="general")
    router.wait(0)
    router.accept()
    router.contact("c1", queue="orders")
    router.contact("c2", queue="cards")
    router.wait(8)
    router.end(router.last("assigned")["assignment_id"])
    talk(router, 15)
    talk(router, 15)
    router.wait(1)
    return router


def test_the_projection_of_the_active_policy_ends_as_what_was_observed():
    router = one_agent_for_two_queues(policy_with())
    shadow = router.shadow
    seen = shadow.observed.promises.account(shadow.observed.ended_ms)
    assert (seen.met, seen.breached, seen.undecided) == (2, 1, 0)
    assert shadow.project() == seen
    assert shadow.project(shadow.candidate) == seen


def test_the_projection_of_the_candidate_serves_the_same_arrivals_in_its_own_order():
    candidate = policy_with()
    candidate["queues"]["orders"]["boost"] = "60s"
    router = one_agent_for_two_queues(candidate)
    shadow = router.shadow
    assert shadow.differ == {"contact": 1}
    projected = shadow.project(shadow.candidate)
    assert (projected.met, projected.breached) == (2, 1)  # now orders is answered in time, and cards 13 s too late
    lenient = policy_with()
    lenient["queues"]["orders"]["targets"]["time_to_answer"]["within"] = "60s"
    shadow = one_agent_for_two_queues(lenient).shadow
    assert shadow.project(shadow.candidate).breached == 0
    by_active_targets = shadow.project(shadow.candidate, shadow.observed.promises.spans)
    assert by_active_targets.breached == 1


def test_a_customer_who_left_while_waiting_leaves_then_and_is_answered_where_the_candidate_is_quicker():
    policy, candidate = policy_with(), policy_with()
    policy["queues"]["orders"]["requires"] = {"orders": 5}
    router = shadowed(candidate, policy)
    router.sign_on("a1")
    router.contact("c1", queue="general")
    talk(router, 5)
    router.contact("c2", queue="orders")
    router.wait(30)
    router.hang_up("c2")
    router.wait(1)
    shadow = router.shadow
    assert shadow.differ == {"agent": 1}
    seen = shadow.observed.promises.account(shadow.observed.ended_ms)
    assert (seen.met, seen.breached) == (1, 1)
    assert shadow.project() == seen
    assert shadow.project(shadow.candidate)[:2] == (2, 0)


def test_who_waited_before_the_window_is_counted_and_who_was_late_before_is_not():
    router = Followed(policy_with())
    router.contact("c1", queue="cards")
    router.wait(11)
    router.contact("c2", queue="cards")
    router.wait(1)
    router.shadow = Shadow(router, policy_with())
    router.wait(20)
    seen = router.shadow.observed.promises.account(router.now_ms)
    assert (seen.met, seen.breached) == (0, 1)
    assert router.shadow.project() == seen


def test_bots_report_what_they_were_seen_to_report():
    candidate = policy_with()
    candidate["queues"]["orders"]["requires"] = {}
    router = shadowed(candidate)
    router.sign_on("a1")
    contact = router.contact("c1", intent="change_address")
    router.wait(20)
    router.outcome(contact, "bot", "escalated")
    talk(router, 7)
    router.wait(1)
    shadow = router.shadow
    assert shadow.project()[:2] == shadow.project(shadow.candidate)[:2] == (1, 0)


@fast
@given(scripts)
def test_a_projection_comes_to_an_end_and_counts_every_promise_once(script):
    player = Player()
    (active,) = player.router.engine.book.workspaces.values()
    player.router.__class__ = Followed
    shadow = player.router.shadow = Shadow(player.router, active.rules.policy.document())
    for move in script:
        if move[0] != "policy":
            player.play(move)
    first, again = shadow.project(), shadow.project()
    assert first == again == shadow.project(shadow.candidate)
    assert min(first) >= 0


def test_the_pace_of_the_log_says_which_deadlines_came_before_an_input():
    pace = Pace()
    for cause, at_ms in (("in-1", 10), ("deadline-a", 20), ("deadline-a", 20), ("deadline-b", 30), ("in-2", 25)):
        pace.hear(cause, at_ms)
    assert pace.before("in-1") == 0
    assert pace.before("unheard") == 0
    assert pace.knows("in-2")
    assert pace.before("in-2") == 30
    assert not pace.knows("in-2")
    pace.hear("in-3", 40)
    assert pace.before("in-3") == 0


def test_offers_are_declined_and_left_unanswered_in_the_projection_as_they_were():
    policy = policy_with(offers={"on_expiry": "available", "decline_pause": "1s"})
    router = shadowed(policy, policy)
    router.sign_on("a1")
    router.sign_on("a2")
    router.contact("c1", queue="orders")
    router.wait(4)
    first = router.last("offered")
    router.answer(first["offer_id"], first["agent_id"], "declined")
    router.wait(15)
    third = router.last("offered")
    router.wait(6)
    router.answer(third["offer_id"], third["agent_id"])
    router.wait(1)
    shadow = router.shadow
    seen = shadow.observed.promises.account(shadow.observed.ended_ms)
    assert shadow.observed.courses[third["decision"]["contact_id"]].failed == [4000, None]
    assert (seen.met, seen.breached) == (0, 1)  # declined after 4 s, unanswered for 15 s, accepted after 6 more: 25 s
    assert shadow.project() == seen


def test_an_agent_who_was_set_not_ready_for_an_unanswered_offer_comes_back_as_observed():
    router = shadowed(policy_with())
    router.sign_on("a1")
    contact = router.contact("c1", queue="general")
    router.wait(16)
    router.wait(4)
    router.presence("a1", "available")
    router.wait(45)  # a1 may be asked again a minute after the offer expired
    router.wait(15)
    router.accept()
    router.wait(1)
    shadow = router.shadow
    assert shadow.observed.returns == [5000]
    assert shadow.observed.courses[contact].failed == [None]
    assert shadow.project() == shadow.observed.promises.account(shadow.observed.ended_ms)
