"""Patience with passing faults: longer between the tries, until it succeeds or the partition is given up."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from shared.errors import Fatal, Fenced, OutcomeUnknown, Poison, Retryable, UsherError
from shared.lane.patience import BACK_OFF_SECONDS, READY_SECONDS, Patience, again, until_ready, wait_for
from shared.lane.sense import Sense
from shared.process.failpoints import Failpoints
from shared.process.metrics import LaneMetrics
from tests.support.lane_process import SILENT
from tests.support.virtual_time import VirtualClock, run

PAUSES = [*BACK_OFF_SECONDS, BACK_OFF_SECONDS[-1], BACK_OFF_SECONDS[-1]]


class Server:
    """Away for so many calls, the times of which it keeps."""

    def __init__(self, clock: VirtualClock, faults: int, error: UsherError | None = None) -> None:
        self.clock, self.faults = clock, faults
        self.error = error or Retryable("away")
        self.asked: list[float] = []

    async def answer(self) -> str:
        self.asked.append(self.clock.monotonic())
        if len(self.asked) <= self.faults:
            raise self.error
        return "here"

    def pauses(self) -> list[float]:
        return [round(after - before, 6) for before, after in zip(self.asked, self.asked[1:], strict=False)]


def patience(clock: VirtualClock, registry: CollectorRegistry | None = None) -> Patience:
    metrics = LaneMetrics(registry or CollectorRegistry(), "tally")
    return Patience(Sense(SILENT, metrics, Failpoints("", ()), clock), 0)


def test_each_try_waits_longer_than_the_one_before_and_the_last_pause_repeats() -> None:
    assert sorted(BACK_OFF_SECONDS) == list(BACK_OFF_SECONDS)

    async def main(clock: VirtualClock) -> None:
        registry, server = CollectorRegistry(), Server(clock, len(PAUSES))
        patient = patience(clock, registry)
        assert await patient.repeat("commit", server.answer) == "here"
        assert server.pauses() == PAUSES
        assert registry.get_sample_value("usher_retries_total", {"service": "tally", "during": "commit"}) == len(PAUSES)
        assert patient.excused_at == server.asked[-2], "the watchdog hears of each fault"
        assert not patient.broken

    run(main)


def test_a_new_piece_of_work_begins_with_the_shortest_pause() -> None:
    async def main(clock: VirtualClock) -> None:
        patient = patience(clock)
        await patient.repeat("commit", Server(clock, 3).answer)
        server = Server(clock, 2)
        await patient.repeat("commit", server.answer)
        assert server.pauses() == PAUSES[:2]

    run(main)


def test_a_fault_is_final_once_the_partition_is_given_up_and_then_memory_is_not_trusted() -> None:
    async def main(clock: VirtualClock) -> None:
        server, patient = Server(clock, 99, OutcomeUnknown("no reply")), patience(clock)
        repeating = asyncio.ensure_future(patient.repeat("commit", server.answer))
        await asyncio.sleep(0.2)
        assert not patient.broken
        patient.end()
        with pytest.raises(OutcomeUnknown):
            await repeating
        assert (patient.ended, patient.broken) == (True, True)

    run(main)


@pytest.mark.parametrize(("error", "broken"), [(Fenced("his"), True), (Poison("22"), False), (Fatal("no"), False)])
def test_what_does_not_pass_is_raised_at_once_and_who_is_fenced_trusts_nothing(error: UsherError, broken: bool) -> None:
    async def main(clock: VirtualClock) -> None:
        registry, server = CollectorRegistry(), Server(clock, 1, error)
        patient = patience(clock, registry)
        with pytest.raises(type(error)):
            await patient.repeat("commit", server.answer)
        assert (len(server.asked), clock.monotonic(), patient.broken) == (1, 0.0, broken)
        assert registry.get_sample_value("usher_fenced_commits_total", {"service": "tally"}) == float(broken)

    run(main)


def test_whatever_the_wait_raises_ends_the_tries() -> None:
    async def main(clock: VirtualClock) -> None:
        told: list[tuple[str, float]] = []

        async def wait(fault: Exception, seconds: float) -> None:
            told.append((str(fault), seconds))
            if len(told) == 3:
                raise Fatal("enough")

        with pytest.raises(Fatal, match="enough"):
            await again(Server(clock, 99).answer, wait)
        assert told == [("away", seconds) for seconds in BACK_OFF_SECONDS[:3]]

    run(main)


def test_an_event_is_waited_for_no_longer_than_said() -> None:
    async def main(clock: VirtualClock) -> None:
        event = asyncio.Event()
        await wait_for(event, 5.0)
        assert clock.monotonic() == 5.0
        asyncio.get_running_loop().call_later(1.0, event.set)
        await wait_for(event, 5.0)
        assert clock.monotonic() == 6.0

    run(main)


def test_whoever_is_stopped_while_it_waits_for_an_event_leaves_nobody_behind_who_waits() -> None:
    async def main(clock: VirtualClock) -> None:
        waiting = asyncio.ensure_future(wait_for(asyncio.Event(), 5.0))
        await asyncio.sleep(1.0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main)


def test_what_is_not_ready_is_looked_at_again_and_each_problem_is_said_once() -> None:
    class Kept:
        def __init__(self) -> None:
            self.problems: list[str] = []

        def warning(self, event: str, *, what: str, problem: str) -> None:
            self.problems.append(f"{event}: {what}: {problem}")

    async def main(clock: VirtualClock) -> None:
        answers: list[str | None | Exception] = ["no table", "no table", Retryable("away"), "no table", None, "never"]
        log = Kept()

        async def problem() -> str | None:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        await until_ready("the database", problem, asyncio.Event(), log)  # type: ignore[arg-type]
        assert log.problems == [f"waiting: the database: {each}" for each in ("no table", "away", "no table")]
        assert (clock.monotonic(), answers) == (4 * READY_SECONDS, ["never"])
        stopping = asyncio.Event()
        stopping.set()
        await until_ready("the database", problem, stopping, log)  # type: ignore[arg-type]
        assert answers == ["never"]

    run(main)
