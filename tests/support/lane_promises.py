"""What must hold of a lane's world when nothing is to come any more, whatever was done to its owners."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import orjson

from shared.contract.ids import derive
from shared.contract.progress import read_note
from shared.contract.records import Record
from shared.contract.topics import DEAD_LETTERS
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import MemoryLog, Noted
from tests.support.tally import INPUT, LOG

__all__ = ["Judged", "Told", "broken", "untrue_notes"]

Body = dict[str, Any]


class Judged(Protocol):
    """A world, as its judge sees it. ``broken``: errors that ended a process and may not."""

    log: MemoryLog
    store: MemoryLaneStore
    broken: list[str]


class Told:
    """One partition: what came in, and the log as a consumer sees it, who drops what it has seen; each with its body.
    ``causes``: how many events each input, and each deadline, brought about."""

    def __init__(self, world: Judged, partition: int) -> None:
        self.partition = partition
        self.letters = [dead.origin for dead in world.store.dead.values() if dead.origin.partition == partition]
        self.inputs = [(record, _body(record)) for record in world.log.read(INPUT, partition)]
        self.log = world.log.read(LOG, partition)
        first: dict[int, Record] = {}
        for record in self.log:
            first.setdefault(record.seq or 0, record)
        self.first = first
        self.events = [_body(first[seq]) for seq in sorted(first)]
        self.causes = Counter(body["cause"] for body in self.events)

    def fired(self) -> set[str]:
        """The causes that are no inputs: deadlines."""
        return set(self.causes) - {record.id for record, _ in self.inputs}


def _body(record: Record) -> Body:
    body: Body = orjson.loads(record.value)
    return body


def broken(world: Judged, partitions: Iterable[int]) -> Iterator[str]:
    """A sentence for each promise that was not kept."""
    public: set[str] = set()
    for partition in partitions:
        told = Told(world, partition)
        for wrong in (*_told_wrong(told), *_lost_or_doubled(told), *_unlike_the_log(told, world.store)):
            yield f"partition {partition}: {wrong}"
        public.update(record.id for record in world.log.read(DEAD_LETTERS, partition))
    if public != set(world.store.dead):
        yield f"dead letters stored and published differ: {public ^ set(world.store.dead)}"
    yield from world.broken
    if world.store.outbox:
        yield f"the outbox still holds {sorted(world.store.outbox)}"


def untrue_notes(world: Judged, notes: Iterable[Noted]) -> Iterator[str]:
    """A sentence for each note that said more than was on the log: whoever waits for it would take silence for a fact.

    The event that it names stood there, and none after that tells of an input below its offset, or of what fell due by
    such an input up to its time.
    """
    tolds: dict[int, Told] = {}
    for noted in notes:
        told = tolds.setdefault(noted.partition, Told(world, noted.partition))
        note = read_note(noted.note)
        if note is None:
            yield f"{noted} cannot be read"
            continue
        last = told.first.get(note.seq)
        if note.seq and (last is None or last.at_ms > noted.at_ms):
            yield f"{noted} names an event that was not told"
        after = {body["cause"] for body, seq in zip(told.events, sorted(told.first), strict=True) if seq > note.seq}
        for record, body in told.inputs[: noted.offset]:
            deadline = _deadline(record, body)
            if record.id in after:
                yield f"{noted} speaks of the input at {record.offset}, which is told later"
            elif deadline is not None and deadline[1] <= note.told_ms and _timer(deadline) in after:
                yield f"{noted} speaks of {deadline}, which is told later"


def _told_wrong(told: Told) -> Iterator[str]:
    """Seqs are 1..N, each first seen in order, and whatever is told again is the same."""
    highest = 0
    for record in told.log:
        seq = record.seq or 0
        known = told.first[seq]
        if (known.id, known.value) != (record.id, record.value):
            yield f"seq {seq} is told in two ways: {known.value!r} and {record.value!r}"
        if seq > highest + 1:
            yield f"a gap before seq {seq}"
        highest = max(highest, seq)


def _lost_or_doubled(told: Told) -> Iterator[str]:
    """Each input and each deadline has exactly one effect: an event, or a dead letter."""
    causes = told.causes
    refused = Counter(origin.offset for origin in told.letters if origin.offset is not None)
    barred = Counter((origin.deadline, origin.at_ms) for origin in told.letters if origin.deadline is not None)
    deadlines = Counter(_deadline(record, body) for record, body in told.inputs)
    for record, body in told.inputs:
        if causes[record.id] + refused[record.offset] != 1:
            yield f"{body} has {causes[record.id]} events and {refused[record.offset]} letters"
        deadline = _deadline(record, body)
        if deadline is not None and deadlines[deadline] > 1:
            continue  # two inputs ask for the same one: the tables may refuse the second, or see it twice
        if _is_good(body) == bool(refused[record.offset]):
            yield f"{body} was {'refused' if refused[record.offset] else 'taken'}"
        if deadline is not None and causes[record.id]:
            effects = causes[_timer(deadline)] + barred[deadline]
            if effects != 1:
                yield f"the deadline of {body} has {effects} effects"
    known = {_timer(each) for each in deadlines if each is not None}
    if told.fired() - known:
        yield f"events without a cause: {told.fired() - known}"


def _deadline(record: Record, body: Body) -> tuple[str, int] | None:
    return (body["key"], record.at_ms + body["later_ms"]) if "later_ms" in body else None


def _timer(deadline: tuple[str, int]) -> str:
    return derive("timer", deadline[0], str(deadline[1]))


def _is_good(body: Body) -> bool | None:
    """Whether it must be taken; None where it depends on what came before."""
    if body["key"] == "full":
        return None
    return "explode" not in body and "\x00" not in body["key"]


def _unlike_the_log(told: Told, store: MemoryLaneStore) -> Iterator[str]:
    """The rows are what the events add up to, and so was the memory of who ended last."""
    rows: Any = store.rows
    totals: dict[str, int] = {}
    for body in told.events:
        if body["total"] <= totals.get(body["key"], 0):
            yield f"the total of {body['key']} goes from {totals[body['key']]} to {body['total']}"
        totals[body["key"]] = body["total"]
    stored = dict(rows.live(told.partition)[0])
    if stored != totals:
        yield f"rows {stored} and log {totals} differ"
