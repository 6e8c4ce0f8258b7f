"""What a database would answer of what an engine wrote since its rows were read."""

from collections.abc import Iterable
from typing import TypeVar

from services.router.domain.state.rows import AliasRow, Known, Needs, RouterWrites

__all__ = ["Memory"]

Key = TypeVar("Key")
Row = TypeVar("Row")
CustomerKey = tuple[str, str]


class Memory:
    """An engine's writes, laid over what was known before; an engine that is replayed commits nothing."""

    def __init__(self) -> None:
        self._inputs: set[str] = set()
        self._episodes: dict[str, int] = {}
        self._ended: dict[str, tuple[str, str]] = {}
        self._past: dict[str, tuple[str, str]] = {}
        self._articles: dict[str, tuple[str, ...]] = {}
        self._aliases: dict[CustomerKey, AliasRow] = {}
        self._ids_of: dict[CustomerKey, set[CustomerKey]] = {}  # of a customer, all aliases
        self._journeys: dict[CustomerKey, str] = {}  # what was known before, by id
        self._contacts: dict[CustomerKey, list[str]] = {}  # what has ended since, by id

    def learn(self, known: Known) -> None:
        """What the database answers; of what was written since, it knows nothing."""
        self._inputs.update(known.event_ids)
        _add(self._episodes, known.episodes)
        _add(self._ended, known.contacts)
        _add(self._past, known.past)
        _add(self._journeys, known.pasts)
        _add(self._articles, known.articles)
        for key, row in known.aliases.items():
            if key not in self._aliases:
                self._put(row)

    def keep(self, writes: RouterWrites) -> None:
        """Remember one step."""
        self._inputs.update(writes.inputs)
        for outcome in writes.outcomes:
            key = outcome.conversation_key
            self._episodes[key] = max(outcome.episode, self._episodes.get(key, 0))
            self._ended[outcome.contact_id] = (outcome.outcome, outcome.workspace)
            self._contacts.setdefault((outcome.workspace, outcome.customer_id), []).append(outcome.body)
        self._past.update((row.id, (row.state, row.agent_id)) for row in writes.past)
        for alias in writes.aliases:
            self._put(alias)

    def widen(self, needs: Needs) -> None:
        """Ask for every id of the customers: the database does not know who became one since."""
        needs.customers.update(dict.fromkeys(self._ids(needs.customers)))

    def answer(self, needs: Needs) -> Known:
        """What is known now."""
        ids = self._ids(needs.customers)
        return Known(
            event_ids=self._inputs.intersection(needs.event_ids),
            episodes=_found(self._episodes, needs.conversations),
            contacts=_found(self._ended, needs.contacts),
            past=_found(self._past, (*needs.offers, *needs.assignments)),
            aliases=_found(self._aliases, ids),
            pasts={key: text for key in ids if (text := self._journey(key))},
            articles=_found(self._articles, (search.event_id for search in needs.searches)),
        )

    def _put(self, row: AliasRow) -> None:
        key = (row.workspace, row.alias)
        before = self._aliases.get(key)
        if before is not None:
            self._ids_of[row.workspace, before.customer_id].discard(key)
        self._aliases[key] = row
        self._ids_of.setdefault((row.workspace, row.customer_id), set()).add(key)

    def _ids(self, some: Iterable[CustomerKey]) -> list[CustomerKey]:
        """Every id of these customers, sorted."""
        found: set[CustomerKey] = set()
        for key in some:
            row = self._aliases.get(key)
            customer = (row.workspace, row.customer_id) if row else key
            found |= {key, customer, *self._ids_of.get(customer, ())}
        return sorted(found)

    def _journey(self, key: CustomerKey) -> str:
        """The contacts recorded under an id, as a JSON array; "" for none."""
        before, since = self._journeys.get(key, ""), self._contacts.get(key)
        if not since:
            return before
        return f"[{','.join([before[1:-1], *since] if before else since)}]"


def _add(mine: dict[Key, Row], told: dict[Key, Row]) -> None:
    for key, row in told.items():
        mine.setdefault(key, row)


def _found(rows: dict[Key, Row], keys: Iterable[Key]) -> dict[Key, Row]:
    return {key: rows[key] for key in keys if key in rows}
