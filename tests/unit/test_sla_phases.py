"""No clock runs of a phase in which its contact is not, after whatever event of a router's random days: bots that
escalate, silent agents relieved, transfers while the customer is waited for, reopened conversations, new policies."""

from collections import Counter, defaultdict

import orjson
import pytest

from services.sla.domain.clock import Clock, Kind, State
from services.sla.domain.contact import Contact
from services.sla.domain.rows import decode_contact
from tests.unit.test_sla_combinations import Reader, played

SEEDS = range(100, 108)
WITH_AN_AGENT = {"assigned", "wrapping"}
WAITING = {"queued", "offered"}
HUMAN = WITH_AN_AGENT | WAITING | {"scheduled", "classified"}
# A bot that asked what an article needs is done with the article; classified is who is on the way to a queue.
PHASES = {
    Kind.TIME_TO_ANSWER: WAITING,
    Kind.HANDLING: WITH_AN_AGENT,
    Kind.BOT_RESPONSE: {"bot", "classified"},
    Kind.SELF_SERVICE_RESPONSE: {"classified", "received", "bot"},
    Kind.FIRST_RESPONSE: HUMAN,
    Kind.NEXT_RESPONSE: HUMAN,
    Kind.RESOLUTION: HUMAN | {"bot", "self_service"},
}
TERMINAL = {"closed", "contained", "abandoned", "cancelled", "expired"}


class Following(Reader):
    """A day read record by record, with the state of each contact as its last event tells it."""

    def __init__(self, seed: int) -> None:
        self.day = played(seed)
        self.events = self.day.router.events
        self.runner = self.new_runner()
        self.states: dict[str, str] = {}
        self.holds: dict[str, set[str]] = defaultdict(set)
        self.seen = Counter[tuple[str, str]]()

    def follow(self) -> None:
        for record in self.records():
            self.runner.step([record])
            self.runner.restart()
            if record.type.startswith("usher.contact."):
                body = orjson.loads(record.value)
                self.states[body["contact_id"]] = body["state"]
                self.check(body["contact_id"])

    def check(self, contact_id: str) -> None:
        state, row = self.states[contact_id], self.runner.database.contacts.get(contact_id)
        if state in TERMINAL:
            assert row is None, f"{contact_id} has ended"
            return
        contact = None if row is None else decode_contact(row)
        for clock in () if contact is None else contact.clocks:
            assert state in PHASES[clock.kind], f"{contact_id}: {clock.kind} runs while {state}"
            self.seen[clock.kind, clock.state] += 1
            assert contact is not None
            self.check_rest(clock, contact)

    def check_rest(self, clock: Clock, contact: Contact) -> None:
        waits = bool(contact.waits_for.keys() & clock.pauses)
        if clock.state is State.PAUSED:
            assert waits, "it rests for nothing"
        elif clock.state is State.RUNNING and waits:
            assert clock.paused_ms is not None, "only what was used up before runs while its contact waits"
        assert clock.due_ms >= clock.started_ms
        assert clock.warn_ms is None or clock.warn_ms <= clock.due_ms


@pytest.fixture(scope="module")
def seen() -> Counter[tuple[str, str]]:
    return Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_clock_runs_of_a_phase_in_which_its_contact_is_not(seed: int, seen: Counter[tuple[str, str]]) -> None:
    day = Following(seed)
    day.follow()
    seen.update(day.seen)


def test_the_days_had_clocks_of_every_kind_and_at_rest(seen: Counter[tuple[str, str]]) -> None:
    assert {kind for kind, _ in seen} == set(Kind)
    assert {state for _, state in seen} == {State.RUNNING, State.PAUSED, State.BREACHED}
