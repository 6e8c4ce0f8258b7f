"""Which ids are one customer: aliases that lead to the customer's id, joined and taken apart without losing anything.

A customer is known by an id of their own: the one that a caller gave, else the keyed hash of a handle. An alias is
another id of the same customer. What was recorded under an alias stays under it, so taking it out of its customer
restores exactly what was before.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from services.router.domain.state.rows import AliasRow

__all__ = ["ALIASES_MAX", "Identity"]

ALIASES_MAX = 32  # of one customer: more handles than a person has; an id that everybody shares must not grow for ever

Key = tuple[str, str]


class Identity:
    """The aliases that a batch speaks of, and what it changes of them; empty for customers that have none."""

    __slots__ = ("_aliases", "_rows", "changed")

    def __init__(self, known: Iterable[AliasRow]) -> None:
        self._rows: dict[Key, AliasRow] = {}
        self._aliases: dict[Key, set[str]] = {}  # of a customer, by workspace and customer id
        self.changed: dict[Key, AliasRow] = {}
        for row in known:
            self._put(row)

    def row(self, workspace: str, alias: str) -> AliasRow | None:
        """What is known of an id; None for one that was never joined to another."""
        return self._rows.get((workspace, alias))

    def customer(self, workspace: str, some_id: str) -> str:
        """The id of the customer to whom this id belongs."""
        row = self._rows.get((workspace, some_id))
        return row.customer_id if row else some_id

    def ids(self, workspace: str, customer_id: str) -> list[str]:
        """Every id of a customer: their own, then their aliases in order."""
        aliases = self._aliases.get((workspace, customer_id))
        return [customer_id, *sorted(aliases - {customer_id})] if aliases else [customer_id]

    def is_shared(self, workspace: str, customer_id: str) -> bool:
        """Whether many people come with this id."""
        row = self._rows.get((workspace, customer_id))
        return row is not None and row.parent == customer_id

    def joined_since(self, workspace: str, customer_id: str, since_ms: int) -> int:
        """How many ids were joined to this one since then; none of an id that is for ever itself."""
        row = self._rows.get((workspace, customer_id))
        if row is not None and row.pinned:
            return 0
        rows = (self._rows[workspace, each] for each in self.ids(workspace, customer_id)[1:])
        return sum(row.parent == customer_id and row.since_ms > since_ms for row in rows)

    def share(self, workspace: str, customer_id: str, at_ms: int) -> list[str]:
        """Many people come with this id: it is nobody's, and the ids that were joined to it are their own again."""
        leaving = self.ids(workspace, customer_id)[1:]
        for alias in leaving:
            if self._rows[workspace, alias].parent == customer_id:
                self.part(workspace, alias, at_ms, pinned=False)
        self._change(AliasRow(workspace, customer_id, customer_id, customer_id, False, at_ms))
        return leaving

    def fits(self, workspace: str, one: str, other: str) -> bool:
        """Whether two customers together have few enough aliases to become one."""
        return len(self.ids(workspace, one)) + len(self.ids(workspace, other)) <= ALIASES_MAX + 1

    def join(self, workspace: str, customer_id: str, into: str, at_ms: int) -> None:
        """A customer with all their ids becomes part of whoever ``into`` belongs to."""
        now = self.customer(workspace, into)
        for each in self.ids(workspace, customer_id):
            row = self._rows.get((workspace, each)) or AliasRow(workspace, each, "", each, False, at_ms)
            parent = into if each == customer_id else row.parent
            self._change(
                replace(row, parent=parent, customer_id=now, since_ms=at_ms if parent == into else row.since_ms)
            )

    def part(self, workspace: str, alias: str, at_ms: int, *, pinned: bool = True) -> None:
        """An alias with the ids that were joined through it is a customer of its own again; ``pinned``: for ever."""
        ids = self.ids(workspace, self.customer(workspace, alias))
        leaving = {alias}
        grown = True
        while grown:
            below = {each for each in ids if (row := self.row(workspace, each)) and row.parent in leaving}
            grown = not below <= leaving
            leaving |= below
        for each in sorted(leaving):
            row = self._rows[workspace, each]
            if each == alias:
                row = replace(row, parent="", pinned=pinned, since_ms=at_ms)
            self._change(replace(row, customer_id=alias))

    def _change(self, row: AliasRow) -> None:
        self._put(row)
        self.changed[row.workspace, row.alias] = row

    def _put(self, row: AliasRow) -> None:
        key = (row.workspace, row.alias)
        before = self._rows.get(key)
        if before is not None:
            self._aliases[row.workspace, before.customer_id].discard(row.alias)
        self._rows[key] = row
        self._aliases.setdefault((row.workspace, row.customer_id), set()).add(row.alias)
