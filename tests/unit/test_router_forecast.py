"""The forecast of waits: right on queues whose answer is known, and the same after a restart."""

import random

import pytest

from services.router.domain.forecast import STRANDS_MAX, Flow
from services.router.domain.matcher.matching import Requirement
from services.router.domain.state.staffing import Present
from tests.support.router_builders import Router, body_of, policy_with


def test_without_abandonment_the_wait_is_the_number_ahead_over_the_rate() -> None:
    flow = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0)
    assert flow.expected_seconds(0) == pytest.approx(2)
    assert flow.expected_seconds(9) == pytest.approx(20)
    assert flow.expected_seconds(999) == pytest.approx(2000)


def test_with_abandonment_the_sum_and_its_integral_agree() -> None:
    flow = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0, abandoned=6.0, waited=600.0)
    exact = sum(1 / (0.5 + number * 0.01) for number in range(501))
    assert flow.expected_seconds(500) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("abandoned", [1e-3, 1e-6, 1e-9, 1e-18, 1e-320])
def test_who_gave_up_long_ago_shortens_no_wait(abandoned: float) -> None:
    flow = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0, abandoned=abandoned, waited=600.0)
    assert flow.expected_seconds(500) == pytest.approx(1002, rel=1e-3)


def test_nothing_is_said_before_anything_was_seen() -> None:
    assert Flow(workspace="acme", queue="orders").expected_seconds(0) is None


def test_idle_time_does_not_count() -> None:
    flow = Flow(workspace="acme", queue="orders")
    flow.advance(10_000, 1)
    flow.served += 5
    flow.advance(1_000_000_000, 0)
    assert flow.busy == pytest.approx(10)


def test_old_observations_fade() -> None:
    flow = Flow(workspace="acme", queue="orders", served=1000.0, busy=10.0)
    for minute in range(120):
        flow.advance((minute + 1) * 60_000, 3)
        flow.served += 6
    expected = flow.expected_seconds(0)
    assert expected == pytest.approx(10, rel=0.1)


def test_the_expected_wait_comes_close_to_what_happens() -> None:
    """One agent, 30 s a contact: the k-th who waits is told about 30 k seconds."""
    router = Router()
    router.sign_on("a1")
    dice = random.Random(7)
    told: dict[str, float] = {}
    waited: dict[str, float] = {}
    for number in range(400):
        for event in router.say(router.message(f"c{number}")):
            if event.type == "usher.contact.queued.v1" and body_of(event)["expected_wait_seconds"] is not None:
                told[event.subject] = body_of(event)["expected_wait_seconds"]
        _work(router, waited, until_ms=router.now_ms + round(dice.expovariate(1 / 32) * 1000))
    pairs = [(told[key], waited[key]) for key in told if key in waited]
    assert len(pairs) > 200
    error = sum(abs(said - was) for said, was in pairs[50:]) / len(pairs[50:])
    mean = sum(was for _, was in pairs[50:]) / len(pairs[50:])
    assert error < 0.5 * mean + 15


def _work(router: Router, waited: dict[str, float], until_ms: int) -> None:
    """The one agent accepts at once and closes after 30 seconds, until then."""
    book = router.engine.book
    while True:
        for offer_id in list(book.offers):
            for event in router.answer(offer_id):
                if event.type == "usher.contact.assigned.v1":
                    waited[event.subject] = body_of(event)["waited_seconds"]
        ends = [item.began_ms + 30_000 for item in book.assignments.values()]
        if not ends or ends[0] > until_ms:
            router.now_ms = until_ms
            return
        router.now_ms = ends[0]
        router.end(next(iter(book.assignments)))


def test_a_contact_that_is_taken_at_once_waits_no_time() -> None:
    router = Router()
    router.contact("c0")
    router.now_ms += 5000
    router.sign_on("a1", units=5)
    router.accept()
    router.contact("c1")
    assert router.last("queued")["expected_wait_seconds"] == 0


def test_a_long_expected_wait_overflows() -> None:
    document = policy_with()
    rule = {"when": {"expected_wait": "1m"}, "to": {"callback": True}}
    document["queues"]["general"]["overflow"] = [rule]
    router = Router(document)
    router.sign_on("a1")
    waited: dict[str, float] = {}
    for number in range(12):
        router.contact(f"c{number}")
        _work(router, waited, until_ms=router.now_ms + 10_000)
    assert router.last("overflowed")["to"] == {"callback": True}
    assert router.last("overflowed")["reason"] == "expected wait 60 s"


def _served_from_a_queue(router: Router, **hints: object) -> None:
    """Four contacts of a kind wait, and one agent takes them one after the other, 30 seconds each."""
    for number in range(4):
        router.contact(f"{hints}{number}", **hints)
    _work(router, {}, until_ms=router.now_ms + 120_000)


def test_whom_nobody_signed_on_can_serve_is_told_no_wait_but_why() -> None:
    router = Router(policy_with(languages=["en", "es"]))
    router.sign_on("a1", skills={"en": 3})
    _served_from_a_queue(router, language="en", intent="complaint")
    router.contact("waits", language="en", intent="complaint")
    router.contact("es", language="es", intent="complaint")
    told = router.last("queued")
    assert (told["expected_wait_seconds"], told["breach_risk"]) == (None, None)
    assert told["forecast_unknown"] == "nobody_signed_on_has_the_skills"
    assert told["position"] == 1  # it competes with nobody


def test_while_all_agents_are_away_no_wait_is_told_and_no_overflow_stands_on_it() -> None:
    document = policy_with()
    document["queues"]["general"]["overflow"] = [{"when": {"expected_wait": "1s"}, "to": {"callback": True}}]
    router = Router(document)
    router.sign_on("a1")
    for number in range(3):
        router.contact(f"c{number}", queue="cards")
    router.presence("a1", "not_ready")
    router.contact("c9")
    told = router.last("queued")
    assert (told["expected_wait_seconds"], told["breach_risk"]) == (None, None)
    assert told["forecast_unknown"] == "nobody_with_the_skills_is_available"
    assert router.state(told["contact_id"]) == "queued"
    assert not any(event.type.endswith("overflowed.v1") for event in router.events)


def test_with_twice_the_agents_the_wait_is_half_and_a_restart_tells_the_same() -> None:
    for restarts in (False, True):
        router = Router(policy_with(offers={"timeout": "10m"}))
        router.sign_on("a1")
        _served_from_a_queue(router, intent="complaint")
        for number in range(3):
            router.contact(f"w{number}", intent="complaint")
        alone = router.last("queued")
        router.sign_on("a2")
        if restarts:
            router.restart()
        router.contact("last", intent="complaint")
        both = router.last("queued")
        each_alone, each = (told["expected_wait_seconds"] / told["position"] for told in (alone, both))
        assert each == pytest.approx(each_alone / 2, rel=0.05)


def test_present_agents_are_counted_and_who_competes_as_if_looked_at_one_by_one() -> None:
    dice = random.Random(5)
    present, agents = Present(), {}
    needs = [Requirement(((skill, level),), (), (), "chat") for skill in "abc" for level in (1, 3)]
    needs += [Requirement((), ((("a", 2), ("b", 2)),), ("c",), "chat"), Requirement((), (), (), "voice")]
    for _ in range(400):
        name = f"a{dice.randrange(12)}"
        skills = tuple((skill, dice.randint(1, 4)) for skill in "abc" if dice.random() < 0.5)
        agents[name] = skills if dice.random() < 0.7 else None
        present.say(name, agents[name])
        there = [dict(skills) for skills in agents.values() if skills is not None]
        one, other = dice.choice(needs), dice.choice(needs)
        assert present.count(one) == sum(map(one.met_by, there))
        assert present.compete(one, other) == any(one.met_by(each) and other.met_by(each) for each in there)


def test_of_more_strands_than_are_told_apart_the_least_seen_is_forgotten() -> None:
    flow = Flow(workspace="acme", queue="orders")
    for number in range(2 * STRANDS_MAX):
        flow.strand(f"s{number:02}", 0).busy = float(number)
    assert sorted(flow.strands) == [f"s{number:02}" for number in range(STRANDS_MAX, 2 * STRANDS_MAX)]


HANDLE_SECONDS = 60.0


class Floor:
    """Agents who take a minute for each contact, in a queue in which somebody always waits."""

    def __init__(self) -> None:
        self.router = Router(policy_with(offers={"timeout": "10m"}))
        self._number = 0

    def work(self, seconds: float) -> None:
        """Let everybody work; ten contacts wait at all times."""
        until_ms = self.router.now_ms + round(seconds * 1000)
        due: dict[str, int] = {}
        while self.router.now_ms < until_ms:
            self.router.now_ms += 1_000
            self._fill()
            book = self.router.engine.book
            for offer in list(book.offers.values()):
                self.router.answer(offer.offer_id, offer.agent_id)
            for item in list(book.assignments.values()):
                if self.router.now_ms >= due.setdefault(item.assignment_id, self.router.now_ms + 60_000):
                    self.router.end(item.assignment_id, item.agent_id)

    def told(self) -> float:
        """Expected seconds for each place in the queue, as one more contact is told."""
        self._number += 1
        self.router.contact(f"w{self._number}", intent="complaint")
        queued = self.router.last("queued")
        return float(queued["expected_wait_seconds"] / queued["position"])

    def _fill(self) -> None:
        while self.router.engine.book.workspaces["acme"].waiting < 10:
            self._number += 1
            self.router.contact(f"w{self._number}", intent="complaint")


@pytest.mark.parametrize("hours_away", [0.2, 1, 10])
@pytest.mark.parametrize("how", ["not_ready", "signed_off"])
def test_after_a_time_without_anybody_the_forecast_is_what_it_was_from_the_first_moment(
    hours_away: float, how: str
) -> None:
    floor = Floor()
    for number in range(4):
        floor.router.sign_on(f"a{number}")
    floor.work(1800)
    before = floor.told()
    assert before == pytest.approx(HANDLE_SECONDS / 4, rel=0.15)
    floor.work(65)
    for number in range(4):
        if how == "not_ready":
            floor.router.presence(f"a{number}", "not_ready")
        else:
            floor.router.sign_off(f"a{number}")
    floor.router.wait(hours_away * 3600)
    for number in range(4):
        floor.router.sign_on(f"a{number}") if how == "signed_off" else floor.router.presence(f"a{number}", "available")
    for seconds in (2, 30, 120, 600):
        floor.work(seconds)
        assert floor.told() == pytest.approx(HANDLE_SECONDS / 4, rel=0.25), seconds


def test_who_waited_for_the_opening_and_is_taken_by_those_who_come_says_nothing_of_the_pace() -> None:
    floor = Floor()
    floor.work(3600)
    for number in range(4):
        floor.router.sign_on(f"a{number}")
    floor.work(5)
    floor.router.contact("w", intent="complaint")
    assert floor.router.last("queued")["forecast_unknown"] == "nobody_like_it_was_served_after_waiting"
    floor.work(300)
    assert floor.told() == pytest.approx(HANDLE_SECONDS / 4, rel=0.35)


def test_who_is_away_after_each_contact_is_seen_at_their_pace_all_the_same() -> None:
    router = Router(policy_with(offers={"timeout": "10m"}))
    router.sign_on("a1")
    for number in range(12):
        router.contact(f"c{number}", intent="complaint")
    for _ in range(8):
        router.accept()
        router.wait(40)
        router.end(router.last("assigned")["assignment_id"])
        router.presence("a1", "not_ready")
        router.wait(20)
        router.presence("a1", "available")
    router.contact("last", intent="complaint")
    assert router.last("queued")["expected_wait_seconds"] is not None


def test_in_a_new_queue_the_first_contact_of_whoever_comes_says_how_long_one_waits() -> None:
    router = Router()
    router.contact("c1", intent="complaint")
    router.wait(10)
    router.sign_on("a1")
    router.accept()
    router.contact("c2", intent="complaint")
    assert router.last("queued")["expected_wait_seconds"] == 10.0
