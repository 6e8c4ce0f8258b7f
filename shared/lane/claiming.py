"""How a lane comes to own its partition: claim, load one snapshot, hold the database against both logs."""

from dataclasses import dataclass

from msgspec.structs import replace

from shared.contract.records import Record
from shared.errors import Fatal, Fenced, PartitionClosed, Retryable
from shared.lane.arrivals import Arrivals
from shared.lane.engine import Deadline, Engine
from shared.lane.opening import agrees_with_input, agrees_with_output
from shared.lane.parts import LaneParts, Warm
from shared.lane.patience import Patience
from shared.lane.phases import Life, Phase
from shared.lane.store import Claim, OutboxBatch

__all__ = ["Claiming", "Opened"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A partition that is ours: under which claim, what memory holds, what former owners left to publish."""

    claim: Claim
    engine: Engine
    backlog: list[OutboxBatch]


class Claiming:
    """Opens one partition, and loads its memory anew. ``barred``: deadlines that memory never fires."""

    def __init__(self, partition: int, parts: LaneParts, life: Life, patience: Patience, arrivals: Arrivals) -> None:
        self._partition = partition
        self._parts = parts
        self._life = life
        self._patience = patience
        self._arrivals = arrivals
        self.barred: list[Deadline] = []

    async def open(self, warm: Warm | None) -> Opened:
        """Fenced, PartitionClosed, Fatal; Retryable only after the patience was ended."""
        store, patience = self._parts.store, self._patience
        claim = await patience.repeat("claim", lambda: store.claim(self._partition, self._parts.owner))
        await self._life.reach(Phase.CLAIMED)
        unfinished = await patience.repeat("backlog", lambda: store.unfinished(claim))
        self.barred = unfinished.barred
        engine = warm.engine if warm is not None and _is_true_of(warm, claim) else await self.loaded(claim)
        await self._life.reach(Phase.LOADED)
        try:
            agrees_with_output(claim, await patience.repeat("tail", self._tail))
            await self._open_input(claim)
        except PartitionClosed:
            await self._unless_outlived(claim)
            raise
        return Opened(claim, engine, unfinished.batches)

    async def _tail(self) -> list[Record]:
        return await self._parts.read_output_tail(self._partition)

    async def _unless_outlived(self, claim: Claim) -> None:
        """Fenced where somebody else claimed meanwhile: the logs then tell of his work, and nothing is wrong."""
        if not await self._patience.repeat("owner", lambda: self._parts.store.still_owner(claim)):
            raise Fenced(f"partition {self._partition} has another owner")

    async def loaded(self, claim: Claim) -> Engine:
        """A new engine from one snapshot. PartitionClosed where a row cannot be read."""
        engine = self._parts.new_engine(self._partition)
        try:
            engine.restore(await self._patience.repeat("load", lambda: self._parts.store.load(claim)))
        except (Fenced, Fatal, Retryable):
            raise
        except Exception as error:
            raise PartitionClosed(
                self._partition,
                f"its rows cannot be read: {type(error).__name__}: {error}"[:500],
                cure="mend or delete the row that is named; the partition then opens by itself",
            ) from error
        for deadline in self.barred:
            engine.bar(deadline)
        self._parts.loaded()
        return engine

    async def _open_input(self, claim: Claim) -> None:
        inputs = self._parts.inputs
        begin, end = await self._patience.repeat("bounds", lambda: inputs.bounds(self._partition))
        if claim.next_step == 0 and claim.next_offset < begin:
            inputs.open(self._partition, begin)  # a first owner starts where the log starts
            return
        agrees_with_input(claim, begin, end, None)
        if claim.next_offset == 0 or claim.next_offset - 1 < begin:
            inputs.open(self._partition, claim.next_offset)
            return
        inputs.open(self._partition, claim.next_offset - 1)
        first = await self._arrivals.seek()
        if first is not None:
            agrees_with_input(claim, begin, end, first)


def _is_true_of(warm: Warm, claim: Claim) -> bool:
    """Whether nobody committed since: memory that outlived a rebalance is then what the database holds."""
    return replace(warm.claim, epoch=claim.epoch) == claim
