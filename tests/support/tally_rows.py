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
        if writes is None:
            return self
        totals = self.totals.copy()
        for key, total in writes.totals.items():
            if "\x00" in key:
                raise Poison("22021: invalid byte sequence for encoding: 0x00")
            if total >= TOTAL_MAX:
                raise Poison("23514: new row violates check constraint")
            totals[partition, key] = total
        timers = set(self.timers)
        for due_ms, key in writes.set:
            timer = partition, due_ms, key
            if timer in timers:
                raise Poison("23505: duplicate key value violates unique constraint")
            timers.add(timer)
        timers.difference_update((partition, due_ms, key) for due_ms, key in writes.gone)
        return TallyRows(totals, frozenset(timers))

    def live(self, partition: int) -> Any:
        """For Tally.restore."""
        totals = [(key, total) for (where, key), total in self.totals.items() if where == partition]
        return totals, [(due_ms, key) for where, due_ms, key in self.timers if where == partition]

    def known(self, partition: int, needs: Any) -> Any:
        """The tally asks for nothing."""
        return None
