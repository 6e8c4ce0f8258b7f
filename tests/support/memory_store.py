"""The router's rows in memory: takes the engine's writes and answers its needs like the real store."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from services.router.domain.customers.journey import CONTACTS_MAX
from services.router.domain.state.reader import RowReader
from services.router.domain.state.rows import (
    AgentRow,
    AliasRow,
    ContactRow,
    Known,
    MergeRow,
    Needs,
    OutcomeRow,
    PastRow,
    PolicyRow,
    RouterRows,
    RouterWrites,
)
from tests.support.schema_checks import refused


def in_order(rows: RouterRows) -> tuple[Any, ...]:
    """Everything but the policies in an order that does not depend on the store, so that two loads can be compared."""
    return (
        (rows.clock_ms, rows.heard_ms),
        sorted(map(msgspec.json.encode, rows.contacts)),
        sorted(rows.personal),
        sorted(map(msgspec.json.encode, rows.agents)),
        sorted(rows.flows),
        sorted(rows.ends),
    )


_TABLES = {
    "router_contact": "contacts",
    "router_outcome": "outcomes",
    "router_past": "past",
    "router_agent": "agents",
    "router_merge": "merges",
    "policy": "policies",
}  # those of the router that have checks, and where their rows stand in the writes


def _check(writes: RouterWrites) -> None:
    """What the schema itself refuses."""
    for table, rows in _TABLES.items():
        for row in getattr(writes, rows):
            assert refused(table, row) == [], row


class MemoryStore:
    """Rows as the database would hold them, and its answer to ``needs``; every guard of the schema is an assertion."""

    def __init__(self) -> None:
        self.clock_ms = self.heard_ms = 0
        self.inputs: set[str] = set()
        self.contacts: dict[str, ContactRow] = {}
        self.personal: dict[str, str] = {}
        self.outcomes: dict[str, OutcomeRow] = {}
        self.past: dict[str, PastRow] = {}
        self.agents: dict[tuple[str, str], AgentRow] = {}
        self.flows: dict[tuple[str, str], str] = {}
        self.ends: dict[str, str] = {}
        self.aliases: dict[tuple[str, str], AliasRow] = {}
        self.merges: list[MergeRow] = []
        self.policies: dict[str, list[PolicyRow]] = {}
        # What the database finds by an index: a long day would else look through all that ever ended at each input.
        self._episodes: dict[str, int] = {}
        self._ended: defaultdict[tuple[str, str], list[OutcomeRow]] = defaultdict(list)

    def apply(self, writes: RouterWrites) -> None:
        """One commit."""
        assert writes.clock_ms >= self.clock_ms, "router time went back"
        self.clock_ms, self.heard_ms = writes.clock_ms, writes.heard_ms
        _check(writes)
        assert not self.inputs.intersection(writes.inputs), "an input was applied twice"
        self.inputs.update(writes.inputs)
        for contact in writes.contacts:
            before = self.contacts.get(contact.contact_id)
            assert before is None or contact.version >= before.version, "versions only rise"
            self.contacts[contact.contact_id] = contact
        self.personal.update((row.contact_id, row.body) for row in writes.personal)
        for outcome in writes.outcomes:
            assert outcome.contact_id not in self.outcomes, "a second outcome"
            self.outcomes[outcome.contact_id] = outcome
            latest = max(outcome.episode, self._episodes.get(outcome.conversation_key, 0))
            self._episodes[outcome.conversation_key] = latest
            self._ended[outcome.workspace, outcome.customer_id].append(outcome)
            self.contacts.pop(outcome.contact_id, None)
            self.personal.pop(outcome.contact_id, None)
        for past in writes.past:
            assert past.id not in self.past, "an offer or assignment ended twice"
            self.past[past.id] = past
        for agent in writes.agents:
            self.agents[agent.workspace, agent.agent_id] = agent
        for key in writes.agents_gone:
            self.agents.pop(key, None)
        self.ends.update((row.conversation_key, row.body) for row in writes.ends)
        for gone in writes.ends_gone:
            self.ends.pop(gone, None)
        self.flows.update(((row.workspace, row.queue), row.body) for row in writes.flows)
        self.aliases.update(((row.workspace, row.alias), row) for row in writes.aliases)
        self.merges += writes.merges
        for policy in writes.policies:
            self.policies.setdefault(policy.workspace, []).append(policy)
        assert set(self.personal) == set(self.contacts)

    def known(self, needs: Needs | None) -> Known | None:
        """What the database answers. Its columns are of type uuid: any other id fails the whole batch."""
        if needs is None:
            return None
        for key in (*needs.contacts, *needs.offers, *needs.assignments):
            UUID(key)
        aliases = [row for key in needs.customers for row in self._aliases(key)]
        ids = {*needs.customers, *((row.workspace, row.alias) for row in aliases)}
        ids |= {(row.workspace, row.customer_id) for row in aliases}
        past = [self.past[key] for key in (*needs.offers, *needs.assignments) if key in self.past]
        return Known(
            event_ids=self.inputs.intersection(needs.event_ids),
            episodes={key: self._episodes[key] for key in needs.conversations if key in self._episodes},
            contacts={
                key: (self.outcomes[key].outcome, self.outcomes[key].workspace)
                for key in needs.contacts
                if key in self.outcomes
            },
            past={row.id: (row.state, row.agent_id) for row in past},
            aliases={(row.workspace, row.alias): row for row in aliases},
            pasts={key: text for key in ids if (text := self._pasts(key))},
        )

    def _aliases(self, key: tuple[str, str]) -> list[AliasRow]:
        workspace, some_id = key
        own = self.aliases.get(key)
        customer = own.customer_id if own else some_id
        return [row for row in self.aliases.values() if (row.workspace, row.customer_id) == (workspace, customer)]

    def _pasts(self, key: tuple[str, str]) -> str:
        ended = sorted(self._ended.get(key, ()), key=lambda row: (row.ended_ms, row.contact_id))
        return f"[{','.join(row.body for row in ended[-CONTACTS_MAX:])}]" if ended else ""

    def rows(self) -> RouterRows:
        """What a new owner loads."""
        reader = RowReader()
        return RouterRows(
            clock_ms=self.clock_ms,
            contacts=[reader.contact(row.body) for row in self.contacts.values()],
            personal=[(contact_id, reader.personal(body)) for contact_id, body in self.personal.items()],
            agents=[reader.agent(row.body) for row in self.agents.values()],
            flows=list(self.flows.values()),
            heard_ms=self.heard_ms,
            ends=list(self.ends.values()),
            policies=[versions[-1] for versions in self.policies.values()],
        )
