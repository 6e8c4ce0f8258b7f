"""Applies a batch; where it cannot be stepped or written, the one record or deadline at fault is found and refused."""

from collections.abc import Sequence
from typing import Protocol

from shared.contract.records import Record
from shared.errors import Fatal, Fenced, PartitionClosed, Poison, Retryable
from shared.lane.engine import Deadline
from shared.process.logs import Log

__all__ = ["Isolation", "Work"]


class Work(Protocol):
    """What isolation needs of a lane; each of ``step``, ``fire`` and ``refuse`` is one commit, or fails whole."""

    @property
    def fired(self) -> Sequence[Deadline]:
        """The deadlines that the last step fired, in order, also where it failed."""

    async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
        """Apply the records, and the deadlines before them and up to ``now``; the input is passed up to ``newest``."""

    async def fire(self, deadline: Deadline) -> bool:
        """Fire one deadline alone; False where it is not pending."""

    async def refuse(self, cause: Record | Deadline, newest: Record | None, now: int, error: Exception) -> None:
        """Write it down as a dead letter; a record is passed, a deadline never fires again."""

    async def reload(self) -> None:
        """Drop memory and load it anew."""


class Isolation:
    """Halves a batch until one record is left, then tells the deadlines that fall due with it from the record itself.

    What fails is tried once more on fresh memory before it is refused: poison fails each time, an accident does not.
    """

    def __init__(self, work: Work, log: Log, partition: int) -> None:
        self._work = work
        self._log = log
        self._partition = partition

    async def apply(self, records: list[Record], newest: Record | None, now: int, *, again: bool = False) -> None:
        """Apply a batch. Fenced, Fatal and Retryable are raised; nothing else, unless the lane itself is at fault."""
        try:
            await self._work.step(records, newest, now)
        except (Fenced, Fatal, Retryable):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, one record must not stop its neighbours
            fired = list(self._work.fired)
            self._log.warning(
                "a batch is split", records=len(records), deadlines=len(fired), error=repr(error), again=again
            )
            await self._work.reload()
            await self._apart(records, newest, now, (error, fired, again))

    async def _apart(
        self, records: list[Record], newest: Record | None, now: int, failure: tuple[Exception, list[Deadline], bool]
    ) -> None:
        error, fired, again = failure
        if len(records) > 1:
            half = len(records) // 2
            middle = records[half - 1]
            await self.apply(records[:half], middle, min(now, middle.at_ms))
            await self.apply(records[half:], newest, now)
        elif records and newest is not None and now > newest.at_ms:
            await self.apply(records, newest, newest.at_ms)  # its own first, then what falls due after it
            await self.apply([], None, now)
        elif await self._one_by_one(fired, now):
            await self.apply(records, newest, now, again=again)
        elif records and not again:
            await self.apply(records, newest, now, again=True)
        elif records:
            await self._work.refuse(records[0], newest, now, error)
        else:
            raise PartitionClosed(
                self._partition,
                f"a step without an input and without a deadline is refused: {error}",
                cure="report it with the service's log",
            )

    async def _one_by_one(self, deadlines: Sequence[Deadline], now: int) -> bool:
        """Fire each alone, and refuse those that fail; whether any of them was pending."""
        found = False
        for deadline in deadlines:
            found = await self._alone(deadline, now, tries=2) or found
        return found

    async def _alone(self, deadline: Deadline, now: int, tries: int) -> bool:
        try:
            return await self._work.fire(deadline)
        except (Fenced, Fatal, Retryable):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, one deadline must not stop the others
            await self._work.reload()
            if tries > 1 and not isinstance(error, Poison):
                return await self._alone(deadline, now, tries - 1)
            self._log.error("a deadline is refused", name=deadline.name, at_ms=deadline.at_ms, error=repr(error))
            await self._work.refuse(deadline, None, now, error)
            return True
