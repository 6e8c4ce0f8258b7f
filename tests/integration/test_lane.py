"""The lane's protocol on real Kafka and PostgreSQL, with the smallest engine there is."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from msgspec.structs import replace

from deploy.local.broker import KafkaBroker
from shared.clock import monotonic
from shared.contract.topics import DEAD_LETTERS, TopicSpec
from shared.errors import Fatal, Fenced, Reason
from shared.kafka import OutputLog, ensure_topics
from shared.lane.service import LaneService
from shared.lane.store import Commit
from shared.postgres import Database
from shared.process.settings import LaneSettings
from tests.support import tally
from tests.support.commands import Usher, rows
from tests.support.in_process import SETTLE_SECONDS_MAX, running, until
from tests.support.tail import tail


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str) -> LaneSettings:
    await tally.install(database)
    made = LaneSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=2
    )
    specs = [TopicSpec(name=name, retention_ms=3_600_000, append_time=True) for name in (tally.INPUT, tally.LOG)]
    await ensure_topics(made, [*specs, TopicSpec(name=DEAD_LETTERS, retention_ms=3_600_000)])
    return made


@pytest.fixture
async def outputs(settings: LaneSettings) -> AsyncIterator[OutputLog]:
    log = OutputLog(settings)
    yield log
    await log.stop()


def tallying(settings: LaneSettings) -> contextlib.AbstractAsyncContextManager[LaneService]:
    return running(tally.service(settings))


async def test_a_lane_that_is_still_opening_never_holds_up_a_stop(settings: LaneSettings) -> None:
    slow = settings.model_copy(update={"failpoints": "lane.claimed=sleep:600", "drain_seconds_max": 1.0})
    async with asyncio.timeout(SETTLE_SECONDS_MAX), tallying(slow) as service:
        await until(lambda: _opening(service))


async def _opening(service: LaneService) -> bool:
    return any("opening" in problem for problem in await service.problems())


async def test_a_record_after_a_long_quiet_time_is_no_hang(settings: LaneSettings, outputs: OutputLog) -> None:
    """The second commit takes longer than the watch needs to see its record wait, and less than it allows, by far: on
    a slow machine everything else of it takes its time too."""
    watched = settings.model_copy(update={"stuck_seconds_max": 6.0, "failpoints": "lane.stepped=sleep:1.6@2"})
    async with tallying(watched) as service:
        await tally.send(outputs, 0, [{"key": "a", "n": 1}])
        await until(lambda: _has(settings, 1, 0))
        committed_at = monotonic()

        async def long_ago() -> bool:
            return monotonic() - committed_at > watched.stuck_seconds_max

        await until(long_ago)
        await tally.send(outputs, 0, [{"key": "a", "n": 2}])
        await until(lambda: _has(settings, 2, 0))
        await until(lambda: _is_well(service))


async def test_a_lane_that_hangs_with_work_ends_the_process(settings: LaneSettings, outputs: OutputLog) -> None:
    hanging = settings.model_copy(
        update={"stuck_seconds_max": 0.5, "failpoints": "lane.stepped=sleep:5", "drain_seconds_max": 1.0}
    )
    await tally.send(outputs, 0, [{"key": "a"}])
    with pytest.raises(Fatal, match="records wait, nothing was committed"):
        await asyncio.wait_for(tally.service(hanging).run(), SETTLE_SECONDS_MAX)


async def logged(settings: LaneSettings, partition: int) -> list[dict[str, Any]]:
    """The log as a consumer sees it: seq == last + 1, what was seen is dropped; a gap fails."""
    bodies: list[dict[str, Any]] = []
    for record in await tail(settings, tally.LOG, partition):
        assert record.seq is not None
        if record.seq <= len(bodies):
            continue
        assert record.seq == len(bodies) + 1, "a gap in the log"
        bodies.append(orjson.loads(record.value))
    return bodies


async def test_every_input_is_applied_once_and_logged_densely_in_order(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    for partition in (0, 1):
        await tally.send(outputs, partition, [{"key": f"k{n % 7}", "n": n} for n in range(450)])
    async with tallying(settings):
        await until(lambda: _has(settings, 450, 450))
    for partition in (0, 1):
        bodies = await logged(settings, partition)
        assert [body["total"] for body in bodies] == [n // 7 + 1 for n in range(450)]
    assert {row["total"] for row in await rows(settings, "SELECT sum(total) AS total FROM tally")} == {900}


async def test_a_second_owner_goes_on_where_the_first_stopped_and_repeats_nothing(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(30)])
    async with tallying(settings):
        await until(lambda: _has(settings, 30, 0))
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(30, 50)])
    async with tallying(settings):
        await until(lambda: _has(settings, 50, 0))
    assert len(await tail(settings, tally.LOG, 0)) == 50, "a clean hand-over repeats no record on the wire"
    assert (await rows(settings, "SELECT count(*) AS n FROM outbox"))[0]["n"] == 0


async def test_what_the_log_has_leaves_the_outbox_without_further_input(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(3)])

    async def is_empty() -> bool:
        return not await rows(settings, "SELECT FROM outbox")

    async with tallying(settings):
        await until(lambda: _has(settings, 3, 0))
        await until(is_empty)
        steps = "SELECT next_step FROM lane ORDER BY partition"
        tidied = await rows(settings, steps)
        await asyncio.sleep(2.5)
        assert await rows(settings, steps) == tidied, "then the lane rests"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"key": "nul\x00"}, Reason.DATABASE),
        ({"key": "full", "add": 2_000_000}, Reason.DATABASE),
        ({"key": "a", "explode": 1}, Reason.ILLEGAL),
    ],
)
async def test_a_poison_record_is_refused_alone_and_its_neighbours_are_kept(
    settings: LaneSettings, outputs: OutputLog, bad: dict[str, Any], reason: Reason
) -> None:
    bodies: list[dict[str, Any]] = [{"key": "good", "n": n} for n in range(499)]
    bodies.insert(317, bad)
    await tally.send(outputs, 0, bodies)
    async with tallying(settings):
        await until(lambda: _has(settings, 499, 0))
    letters = await tail(settings, DEAD_LETTERS, 0)
    assert [orjson.loads(letter.value)["reason"] for letter in letters] == [reason]
    assert orjson.loads(letters[0].value)["origin"]["offset"] == 317
    stored = await rows(settings, "SELECT reason, payload FROM dead_letter")
    assert [row["reason"] for row in stored] == [reason]
    assert orjson.loads(stored[0]["payload"]) == bad


async def test_a_record_that_fails_by_accident_is_not_refused(
    settings: LaneSettings, outputs: OutputLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, accidents = tally.Tally.step, iter([RuntimeError("a connection was lost in a way that nobody knows")])

    def unlucky(self: tally.Tally, *given: Any) -> Any:
        if given[0] and (accident := next(accidents, None)):
            raise accident
        return step(self, *given)

    monkeypatch.setattr(tally.Tally, "step", unlucky)
    await tally.send(outputs, 0, [{"key": "only"}])
    async with tallying(settings):
        await until(lambda: _has(settings, 1, 0))
    assert next(accidents, None) is None
    assert await tail(settings, DEAD_LETTERS, 0) == []


async def test_a_deadline_fires_once_even_over_a_restart(settings: LaneSettings, outputs: OutputLog) -> None:
    async with tallying(settings):
        await tally.send(outputs, 0, [{"key": "t", "later_ms": 5000}])
        await until(lambda: _has(settings, 1, 0))
    async with tallying(settings):
        await until(lambda: _has(settings, 2, 0))
        await asyncio.sleep(0.5)
    assert [body["total"] for body in await logged(settings, 0)] == [1, 2]


async def test_of_two_owners_racing_for_a_partition_exactly_one_commits_500_times(settings: LaneSettings) -> None:
    database = Database(settings.postgres_dsn.get_secret_value(), connections_max=4, seconds_max=10.0)
    await database.open()
    store = tally.TallyStore(database)
    try:
        for round_ in range(500):
            first = await store.claim(0, "first")
            race = await asyncio.gather(
                store.commit(_empty_commit(first)), store.claim(0, "second"), return_exceptions=True
            )
            second = race[1]
            assert not isinstance(second, BaseException)
            if race[0] is None:  # the first committed before the claim: the second must see that
                assert second.next_step == first.next_step + 1
            else:
                assert isinstance(race[0], Fenced)
                assert second.next_step == first.next_step
            with pytest.raises(Fenced):
                await store.commit(_empty_commit(replace(first, next_step=second.next_step)))
            await store.commit(_empty_commit(second))
            assert second.epoch == 2 * (round_ + 1)
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("DELETE FROM lane", "older than the log"),
        ("UPDATE lane SET input_id = 'another' WHERE partition = 0", "was applied there"),
    ],
    ids=["a database older than the log", "another topic under the same name"],
)
async def test_what_does_not_belong_to_the_logs_keeps_the_partition_closed(
    settings: LaneSettings, outputs: OutputLog, change: str, why: str
) -> None:
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(10)])
    async with tallying(settings):
        await until(lambda: _has(settings, 10, 0))
    await rows(settings, change)
    async with tallying(settings) as service:
        await until(lambda: _closed(service))
        assert any(why in problem for problem in await service.problems())


def _empty_commit(claim: Any) -> Commit:
    return Commit(
        before=claim, after=replace(claim, next_step=claim.next_step + 1), at_ms=1, outbox=None, dead=[], writes=None
    )


async def _has(settings: LaneSettings, *expected: int) -> bool:
    return [len(await logged(settings, partition)) for partition in range(len(expected))] == list(expected)


async def test_records_that_expire_unread_close_their_partition_at_once_and_the_others_go_on(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    """The log's other end moves while the lane cannot take what is there, as when it stood still for too long."""
    held = settings.model_copy(update={"batch_records_max": 1, "failpoints": "lane.committed=sleep:4"})
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(3)])
    async with tallying(held) as service:
        await until(lambda: _committed(settings, 0, 1))
        await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(3, 3000)])
        await delete_before(settings, 0, 2900)
        await until(lambda: _closed(service))
        (problem,) = [each for each in await service.problems() if "opening" not in each]
        assert "expired unread" in problem
        assert problem.endswith("next: usher lane accept tally")
        await tally.send(outputs, 1, [{"key": "b", "n": n} for n in range(20)])
        await until(lambda: _has_some(settings, 1, 20))


async def test_a_batch_that_is_damaged_on_the_disk_closes_its_partition_until_it_is_sound_and_nothing_is_passed_over(
    settings: LaneSettings, outputs: OutputLog, kafka: KafkaBroker
) -> None:
    log = kafka.folder / "log" / f"{settings.topic_prefix}{tally.INPUT}-0" / f"{0:020}.log"
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(5)])
    await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(5, 8)])
    flip_last_byte(log)
    async with tallying(settings) as service:
        await until(lambda: _closed(service))
        (problem,) = [each for each in await service.problems() if "opening" not in each]
        assert "cannot be read" in problem
        assert "usher lane accept" in problem
        assert await _has_some(settings, 0, 5), "what stands before it is done"
        await tally.send(outputs, 1, [{"key": "b", "n": n} for n in range(20)])
        await until(lambda: _has_some(settings, 1, 20))
        flip_last_byte(log)
        await until(lambda: _has_some(settings, 0, 8))
        await until(lambda: _is_well(service))


def flip_last_byte(path: Path) -> None:
    """What a failing disk does, or undo it."""
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        (byte,) = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([byte ^ 1]))


async def test_a_deadline_that_the_database_refuses_is_left_out_told_and_tried_again_when_an_operator_says_so(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    """Three deadlines of the same step; the one in the middle breaks a CHECK, as does each step that holds it."""
    full = {"key": "full", "add": 999_999, "later_ms": 300}
    await tally.send(outputs, 0, [{"key": "a", "later_ms": 300}, full, {"key": "z", "later_ms": 300}])
    async with tallying(settings) as service:
        await until(lambda: _has(settings, 5, 0))
        await tally.send(outputs, 0, [{"key": "a", "n": n} for n in range(20)])
        await until(lambda: _has(settings, 25, 0))
        await until(lambda: _is_well(service))  # the other partition may be opening still
        (note,) = service.notes()
        assert "1 deadlines are refused and left out, the first full" in note
        barred = await until(lambda: _sample(service, "usher_barred_deadlines", partition="0"))
        assert barred == 1
    (stored,) = await rows(settings, "SELECT id::text, reason, state, origin FROM dead_letter")
    assert (stored["reason"], orjson.loads(stored["origin"])["deadline"]) == ("database", "full")
    (letter,) = await tail(settings, DEAD_LETTERS, 0)
    assert orjson.loads(letter.value)["reason"] == "database"

    async with tallying(settings) as service:
        await tally.send(outputs, 0, [{"key": "after a restart"}])
        await until(lambda: _has(settings, 26, 0))
        assert service.notes() == [note], "it is not tried again by itself"

    assert (await Usher(settings)("dlq", "replay", stored["id"])).status == 0
    await rows(settings, "UPDATE tally SET total = 7 WHERE key = 'full'")
    async with tallying(settings) as service:
        await until(lambda: _has(settings, 27, 0))
        assert service.notes() == []
    assert (await logged(settings, 0))[-1]["total"] == 8


async def test_a_deadline_that_breaks_a_record_s_step_is_not_charged_to_the_record(
    settings: LaneSettings, outputs: OutputLog
) -> None:
    """Deadline and record meet in one step: the lane was away when the one fell due and the other came."""
    await tally.send(outputs, 0, [{"key": "full", "add": 999_999, "later_ms": 10}])
    async with tallying(settings.model_copy(update={"failpoints": "lane.committed=sleep:0.5"})):
        await until(lambda: _committed(settings, 0, 1))
        await tally.send(outputs, 0, [{"key": "good", "n": 1}])
        await until(lambda: _has(settings, 2, 0))
    (stored,) = await rows(settings, "SELECT origin FROM dead_letter")
    assert orjson.loads(stored["origin"])["deadline"] == "full"
    assert (await logged(settings, 0))[-1]["key"] == "good"


async def _sample(service: LaneService, name: str, **labels: str) -> float | None:
    return service.registry.get_sample_value(name, {"service": "tally", **labels})


async def delete_before(settings: LaneSettings, partition: int, offset: int) -> None:
    """What retention does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    place = TopicPartition(settings.topic_prefix + tally.INPUT, partition)
    await admin.delete_records({place: RecordsToDelete(before_offset=offset)})
    await admin.close()


async def _committed(settings: LaneSettings, partition: int, step: int) -> bool:
    found = await rows(settings, "SELECT next_step FROM lane WHERE partition = $1", partition)
    return bool(found) and found[0]["next_step"] >= step


async def _has_some(settings: LaneSettings, partition: int, number: int) -> bool:
    return len(await logged(settings, partition)) == number


async def _is_well(service: LaneService) -> bool:
    """No partition is closed, and none is opening still."""
    return await service.problems() == []


async def _closed(service: LaneService) -> bool:
    return any("partition 0:" in problem for problem in await service.problems())
