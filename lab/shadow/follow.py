"""Follows the live router: its rows, its inputs and its log go into a mirror, which is begun anew now and then."""

from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType

import msgspec

from lab.shadow.agreement import Agreement, offer_in
from lab.shadow.differences import Differences
from lab.shadow.mirror import Mirror
from lab.shadow.observed import Observed
from lab.shadow.pace import Pace
from services.router.domain.classification.record import ModelRef
from services.router.domain.classification.triage import Triage
from services.router.lookup.moment import MOMENT_SECONDS_MAX, Moment, moment
from services.router.lookup.policies import Unknown
from services.router.model.shelf import ModelShelf
from services.router.settings import RouterSettings
from shared.clock import now_ms
from shared.contract.envelope import to_record
from shared.contract.inputs import INGEST_ALIVE
from shared.contract.records import Record
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT
from shared.kafka.reader import ConsumerRecord, LogFollower, LogReader
from shared.policy import Policy, parse_policy
from shared.process.logs import configure
from shared.process.settings import CommonSettings
from shared.times import to_ms

__all__ = ["Follower"]

_ALIVE = INGEST_ALIVE.encode()
POLL_MS = 200  # of waiting for the next input; nobody waits for the mirror
SETTLE_MS = 2_000  # behind the wall clock: by then the log tells what the router met before an input, if anything
LATE_MS = 10_000  # what mirror and router tell of each other is complete after this
SKEW_MS = 60_000  # between the clock that stamps inputs and the one that stamps the log
RELOAD_SECONDS_MIN = 10.0  # a mirror that went another way is begun anew, but no more often than this


class _Told(msgspec.Struct):
    """What every event says of its cause."""

    cause_id: str
    occurred_at: str


_told = msgspec.json.Decoder(_Told).decode


class Follower:
    """One workspace, mirrored from now on. Reads topics and tables, and writes nothing anywhere."""

    def __init__(
        self, settings: CommonSettings, candidate: Policy, moment_seconds_max: float = MOMENT_SECONDS_MAX
    ) -> None:
        """``moment_seconds_max``: after so long the mirror is begun anew from the rows."""
        self._settings = settings
        self._moment_seconds_max = moment_seconds_max
        self._candidate = candidate
        self._models = ModelShelf(RouterSettings().models_dir, configure("shadow", "CRITICAL"))
        self._stack = AsyncExitStack()
        self._moments = AsyncExitStack()
        self.triages = (Triage(self._models), Triage(self._models))
        self.differences = Differences()
        self.agreement = Agreement()
        self.reloads = 0
        self.observed: Observed
        self.moment: Moment
        self._mirror: Mirror
        self._inputs: LogFollower
        self._log: LogFollower
        self._counted = 0
        self._loaded_ms = 0
        self._first_seq = 1
        self._heard_seq = 0
        self._pace = Pace()
        self._pending: list[Record] = []

    async def __aenter__(self) -> "Follower":
        self.moment = await self._moments.enter_async_context(moment(self._settings, self._candidate.workspace))
        self.observed = Observed(self.moment.rows, now_ms())
        self._first_seq = self.moment.next_seq
        await self._have_models()
        readers = [await self._stack.enter_async_context(LogReader(self._settings)) for _ in range(2)]
        partition = self.moment.partition
        begun = await readers[1].offset_at(CONTACT_EVENTS, partition, now_ms() - SKEW_MS)
        self._inputs = readers[0].follow(ROUTER_INPUT, partition, self.moment.next_offset)
        self._log = readers[1].follow(CONTACT_EVENTS, partition, begun)
        self._reflect()
        self._mirror.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._moments.aclose()
        await self._stack.aclose()

    async def step(self) -> None:
        """Take what has come since the last step."""
        await self._hear()
        self._pending += await self._ours()
        settled_ms = now_ms() - SETTLE_MS
        told = [number for number, each in enumerate(self._pending, start=1) if self._pace.knows(each.id)]
        old = sum(each.at_ms < settled_ms for each in self._pending)
        await self._feed(max([old, *told]), settled_ms if self._inputs.caught_up else 0)
        strayed = self.agreement.overdue(now_ms() - LATE_MS)
        age = (now_ms() - self._loaded_ms) / 1000
        if self._inputs.caught_up and (age > self._moment_seconds_max or (strayed and age > RELOAD_SECONDS_MIN)):
            await self._reload()

    async def _feed(self, ready: int, until_ms: int) -> None:
        """So many of the pending records, each after what the router met before it; then the deadlines up to a time."""
        records, self._pending = self._pending[:ready], self._pending[ready:]
        batch: list[Record] = []
        for record in records:
            before_ms = self._pace.before(record.id)
            counted = record.offset < self._counted
            if batch and (before_ms > record.at_ms or counted != self.differences.muted):
                await self._apply(batch, batch[-1].at_ms)
                batch = []
            self.differences.muted = counted  # a mirror that was begun before what is counted already goes through it
            if before_ms > record.at_ms:
                await self._apply([], before_ms)
            batch.append(record)
        if records:
            await self._apply(batch, batch[-1].at_ms)
            self._counted = max(self._counted, records[-1].offset + 1)
        self.differences.muted = False
        await self._apply([], min([until_ms, *(each.at_ms for each in self._pending[:1])]))

    async def _apply(self, records: list[Record], until_ms: int) -> None:
        needs = self._mirror.needs(records)
        if needs is not None:
            await self._models.fetch(needs.models, needs.languages)
        for event in self._mirror.feed(records, await self.moment.prefetch(needs), until_ms):
            offer = offer_in(event.type, event.body, now_ms())
            if offer is not None and not self.differences.muted:
                self.agreement.mirrored(offer)

    async def _reload(self) -> None:
        """Begin anew from the rows as they are now, once the mirror has been there, and let go of the former moment."""
        moments = AsyncExitStack()
        found = await moments.enter_async_context(moment(self._settings, self._candidate.workspace))
        until = now_ms() + LATE_MS
        while now_ms() < until and (
            self._inputs.next_offset < found.next_offset or self._heard_seq < found.next_seq - 1
        ):
            self._pending += await self._ours()
            await self._hear()
        await self._feed(sum(each.offset < found.next_offset for each in self._pending), found.rows.clock_ms)
        await self._moments.aclose()
        self._moments, self.moment = moments, found
        self.reloads += 1
        self._reflect()

    def _reflect(self) -> None:
        self._loaded_ms = now_ms()
        self._mirror = Mirror(self.moment.rows, self._candidate, self.triages, self.differences, self.observed)
        self._pending = []
        self._inputs.go_to(self.moment.next_offset)

    async def _have_models(self) -> None:
        """The texts are classified here as well, so the models that both policies name must be here too."""
        row = self.moment.rows.policies[0]
        active = parse_policy(msgspec.json.decode(row.body))
        wanted = [
            ModelRef(active.classification.model or "", row.model_version or ""),
            ModelRef(self._candidate.classification.model or ""),
        ]
        languages = [each.languages for each in (active, self._candidate) if len(each.languages) > 1]
        await self._models.fetch([ref for ref in wanted if ref.name], languages)
        for name, problem in self._models.problems.items():
            raise Unknown(f"the text model {name!r} cannot be used here: {problem}; set USHER_MODELS_DIR")

    async def _ours(self) -> list[Record]:
        return [_record(raw) for raw in await self._inputs.more(POLL_MS) if self._is_ours(raw)]

    def _is_ours(self, raw: ConsumerRecord) -> bool:
        """Of the workspace, or of the whole partition: ingest's signs of life."""
        return raw.key == self._candidate.workspace.encode() or ("ce_type", _ALIVE) in raw.headers

    async def _hear(self) -> None:
        """What the live router has told since; its offers from where the rows of the beginning end."""
        for raw in await self._log.more(0):
            record = _record(raw)
            if record.seq is None or record.seq <= self._heard_seq:
                continue
            self._heard_seq = record.seq
            if not self._is_ours(raw) or record.seq < self._first_seq:
                continue
            told = _told(record.value)
            self._pace.hear(told.cause_id, to_ms(datetime.fromisoformat(told.occurred_at)))
            offer = offer_in(record.type, record.value, now_ms())
            if offer is not None:
                self.agreement.live(offer)


def _record(raw: ConsumerRecord) -> Record:
    return to_record(raw.offset, raw.timestamp, raw.value, raw.headers)
