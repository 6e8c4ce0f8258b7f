"""Whatever of a batch cannot be applied is refused alone, in bounded work; all else is applied once and in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contract.records import Record
from shared.errors import Fatal, Fenced, PartitionClosed, Poison, Retryable, UsherError
from shared.lane.engine import Deadline
from shared.lane.isolation import Isolation
from shared.process.logs import configure


def record(offset: int, at_ms: int) -> Record:
    return Record(offset, at_ms, "t", f"id-{offset}", b"")


@dataclass
class Lane:
    """A lane in memory: each record and deadline is applied once; poison fails each time, an accident once."""

    deadlines: list[Deadline]
    poison: set[object] = field(default_factory=set)
    accidents: set[object] = field(default_factory=set)
    error: type[Exception] = Poison
    done: list[object] = field(default_factory=list)
    refused: list[object] = field(default_factory=list)
    fired: Sequence[Deadline] = ()
    attempts: int = 0
    torn: bool = False  # whatever failed may have changed memory: it must be loaded anew before anything else
    passed: int | None = None

    async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
        assert not self.torn
        fired: list[Deadline] = []
        doing: list[object] = []
        self.fired = fired
        for each in records:
            self._due(each.at_ms, fired, doing)
            doing.append(each.offset)
            self._try(each.offset)
        self._due(now, fired, doing)
        self._commit(doing)
        self.passed = self.passed if newest is None else newest.offset

    async def fire(self, deadline: Deadline) -> bool:
        assert not self.torn
        if deadline not in self.deadlines:
            return False
        self._try(deadline)
        self._commit([deadline])
        return True

    async def refuse(self, cause: Record | Deadline, newest: Record | None, now: int, error: Exception) -> None:
        assert not self.torn
        self.refused.append(cause if isinstance(cause, Deadline) else cause.offset)
        if isinstance(cause, Deadline):
            self.deadlines.remove(cause)

    async def reload(self) -> None:
        self.torn = False

    def _due(self, until_ms: int, fired: list[Deadline], doing: list[object]) -> None:
        for deadline in sorted(self.deadlines, key=lambda each: (each.at_ms, each.name)):
            if deadline.at_ms <= until_ms and deadline not in fired:
                fired.append(deadline)
                doing.append(deadline)
                self._try(deadline)

    def _try(self, what: object) -> None:
        self.attempts += 1
        self.torn = True
        if what in self.poison:
            raise self.error(f"{what} is refused")
        if what in self.accidents:
            self.accidents.remove(what)
            raise RuntimeError("an accident")
        self.torn = False

    def _commit(self, doing: list[object]) -> None:
        self.done += doing
        self.deadlines = [each for each in self.deadlines if each not in doing]


def apply(lane: Lane, records: list[Record], now: int) -> None:
    isolation = Isolation(lane, configure("test", "CRITICAL"), 0)
    asyncio.run(isolation.apply(records, records[-1] if records else None, now))


deadlines = st.lists(st.builds(Deadline, st.sampled_from("abcdefgh"), st.integers(0, 12)), unique=True, max_size=12)


@given(due=deadlines, number=st.integers(0, 12), now=st.integers(0, 14), data=st.data())
def test_exactly_the_poison_is_refused_and_all_else_is_applied_once(
    due: list[Deadline], number: int, now: int, data: st.DataObject
) -> None:
    records = [record(offset, offset + 1) for offset in range(number)]
    within = [each for each in due if each.at_ms <= max(now, number)]
    everything: list[object] = [*within, *range(number)]
    poison = set(data.draw(st.lists(st.sampled_from(everything), unique=True))) if everything else set()
    accidents = set(data.draw(st.lists(st.sampled_from(everything), unique=True, max_size=2))) if everything else set()
    error = data.draw(st.sampled_from((Poison, AssertionError)))
    lane = Lane(list(due), poison, accidents - poison, error)

    apply(lane, records, max(now, number))

    assert sorted(map(str, lane.refused)) == sorted(map(str, poison))
    assert sorted(map(str, lane.done)) == sorted(str(each) for each in everything if each not in poison)
    assert [each for each in lane.done if isinstance(each, int)] == [n for n in range(number) if n not in poison]
    # Each split reads its part again; what is alone is tried a few times at most.
    assert lane.attempts <= 40 * (len(everything) + 1) * (len(poison) + len(accidents) + 1)


def test_a_record_is_applied_after_the_deadlines_before_it_also_where_one_of_them_is_refused() -> None:
    bad, good, later = Deadline("a", 3), Deadline("b", 4), Deadline("c", 8)
    lane = Lane([bad, good, later], poison={bad})
    apply(lane, [record(0, 5)], 9)
    assert (lane.done, lane.refused) == ([good, 0, later], [bad])


@pytest.mark.parametrize(("error", "tries"), [(RuntimeError, 2), (Poison, 1)])
def test_a_deadline_that_fails_alone_is_tried_once_more_unless_the_database_refused_it(
    error: type[Exception], tries: int
) -> None:
    class Counting(Lane):
        fires = 0

        async def fire(self, deadline: Deadline) -> bool:
            self.fires += 1
            return await super().fire(deadline)

    lane = Counting([Deadline("a", 3)], poison={Deadline("a", 3)}, error=error)
    apply(lane, [], 5)
    assert (lane.refused, lane.fires) == ([Deadline("a", 3)], tries)


def test_a_deadline_whose_accident_befalls_it_alone_as_well_is_not_refused() -> None:
    class Unlucky(Lane):
        accidents_left = 2

        def _try(self, what: object) -> None:
            if self.accidents_left:
                self.accidents_left -= 1
                self.torn = True
                raise RuntimeError("an accident")

    lane = Unlucky([Deadline("a", 3)])
    apply(lane, [], 5)
    assert (lane.done, lane.refused) == ([Deadline("a", 3)], [])


def test_a_record_is_tried_once_more_also_where_a_deadline_failed_before_it() -> None:
    lane = Lane([Deadline("a", 3)], poison={Deadline("a", 3)}, accidents={0})
    apply(lane, [record(0, 5)], 5)
    assert (lane.done, lane.refused) == ([0], [Deadline("a", 3)])


def test_no_half_of_a_split_batch_fires_what_falls_due_after_the_records_of_the_other() -> None:
    later = Deadline("a", 15)
    lane = Lane([later], accidents={0})
    apply(lane, [record(0, 1), record(1, 10)], 20)
    assert lane.done == [0, 1, later]


def test_the_input_is_passed_as_far_as_the_whole_batch_would_have_passed_it() -> None:
    lane = Lane([], accidents={0})
    isolation = Isolation(lane, configure("test", "CRITICAL"), 0)
    repeat = record(7, 9)  # of a numbered log: passed, and not applied
    asyncio.run(isolation.apply([record(0, 1), record(1, 2), record(2, 3)], repeat, 9))
    assert (lane.done, lane.passed) == ([0, 1, 2], 7)


@pytest.mark.parametrize("error", [Fenced("his"), Fatal("no"), Retryable("away")])
def test_a_fault_of_the_lane_is_no_fault_of_a_record_or_a_deadline(error: UsherError) -> None:
    class Faulty(Lane):
        steps = False

        async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
            if not self.steps:
                raise error
            await super().step(records, newest, now)

        async def fire(self, deadline: Deadline) -> bool:
            raise error

    for steps in (False, True):
        lane = Faulty([Deadline("a", 3)], poison={Deadline("a", 3)})
        lane.steps = steps
        with pytest.raises(type(error)):
            apply(lane, [record(0, 5)], 5)
        assert (lane.done, lane.refused) == ([], [])


def test_a_step_that_holds_nothing_to_blame_closes_the_partition_instead_of_looping() -> None:
    class Broken(Lane):
        async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
            raise Poison("23514: nobody knows why")

    with pytest.raises(PartitionClosed, match="partition 0: a step without an input and without a deadline"):
        apply(Broken([]), [], 9)
