"""The tally's rows in memory, with the checks that its schema has."""

from typing import Any

from shared.errors import Poison
from tests.support.tally import TOTAL_MAX, Writes

Key = tuple[int, str]  # partition and key


class TallyRows:
    """Totals and timers of all partitions; a value, replaced by each commit."""

    def __init__(
        self, totals: dict[Key, int] | None = None, timers: frozenset[tuple[int, int, str]] = frozenset()
    ) -> None:
        self.totals = totals or {}
        self.timers = timers  # (partition, due_ms, key)

    def changed(self, partition: int, writes: Writes | None) -> "TallyRows":
        """After one commit's writes. Poison as PostgreSQL would say it."""
        writes = writes or Writes()
        if any("\x00" in key for key in writes.totals):
            raise Poison("22021: invalid byte sequence for encoding: 0x00")
        if any(total >= TOTAL_MAX for total in writes.totals.values()):
            raise Poison("23514: new row violates check constraint")
        new = {(partition, due_ms, key) for due_ms, key in writes.set}
        if new & self.timers or len(new) < len(writes.set):
            raise Poison("23505: duplicate key value violates unique constraint")
        totals = {**self.totals, **{(partition, key): total for key, total in writes.totals.items()}}
        return TallyRows(totals, (self.timers | new) - {(partition, due_ms, key) for due_ms, key in writes.gone})

    def live(self, partition: int) -> Any:
        """For Tally.restore."""
        totals = [(key, total) for (where, key), total in self.totals.items() if where == partition]
        return totals, [(due_ms, key) for where, due_ms, key in self.timers if where == partition]

    def known(self, partition: int, needs: Any) -> Any:
        """The tally asks for nothing."""
        return None
