"""The router's rows of one workspace, as they were at one moment: read in one transaction that writes nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from services.router.domain.state.rows import Known, Needs, RouterRows
from services.router.lookup.policies import Unknown, active_versions
from services.router.postgres import RouterStore
from shared.errors import Fatal
from shared.postgres import Connection, Database, connected, in_our_words
from shared.process.settings import CommonSettings

__all__ = ["MOMENT_SECONDS_MAX", "Moment", "moment"]

MOMENT_SECONDS_MAX = 60.0  # while the transaction is open, PostgreSQL keeps every row that was changed since

_PLACE = "SELECT partition, version FROM policy WHERE workspace = $1 ORDER BY version DESC LIMIT 1"
_LANE = "SELECT next_offset, next_seq FROM lane WHERE service = 'router' AND partition = $1"


class _Owned(msgspec.Struct):
    workspace: str


_flow = msgspec.json.Decoder(_Owned).decode


class Moment:
    """One moment of a partition. ``next_offset``: the first input that it does not know; ``next_seq``: of the log."""

    def __init__(self, connection: Connection, store: RouterStore, partition: int, version: int) -> None:
        self._connection = connection
        self._store = store
        self.partition = partition
        self.version = version
        self.next_offset = 0
        self.next_seq = 1
        self.rows = RouterRows()

    async def load(self, workspace: str) -> None:
        """Everything live of the workspace."""
        lane = await self._connection.fetchrow(_LANE, self.partition)
        if lane is None:
            raise Fatal("no router has ever owned the workspace's partition; start one")
        self.next_offset, self.next_seq = lane["next_offset"], lane["next_seq"]
        found = await self._store.load_rows(self._connection, self.partition)
        contacts = [live for live in found.contacts if live.contact.workspace == workspace]
        owned = {live.contact.contact_id for live in contacts}
        self.rows = RouterRows(
            clock_ms=found.clock_ms,
            heard_ms=found.heard_ms,
            contacts=contacts,
            personal=[row for row in found.personal if row[0] in owned],
            agents=[agent for agent in found.agents if agent.workspace == workspace],
            flows=[text for text in found.flows if _flow(text).workspace == workspace],
            policies=[row for row in found.policies if row.workspace == workspace],
        )

    async def prefetch(self, needs: Needs | None) -> Known | None:
        """What the database knew at that moment."""
        if needs is None:
            return None
        with in_our_words():
            known: Known = await self._store.prefetch_rows(self._connection, self.partition, needs)
        return known


@asynccontextmanager
async def moment(settings: CommonSettings, workspace: str) -> AsyncIterator[Moment]:
    """The present moment, which lasts as long as the block. Unknown: the workspace has no policy."""
    dsn = settings.postgres_dsn.get_secret_value()
    store = RouterStore(Database(dsn, connections_max=1, seconds_max=MOMENT_SECONDS_MAX))
    async with connected(settings) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        place = await connection.fetchrow(_PLACE, workspace)
        if place is None:
            known = ", ".join(await active_versions(settings)) or "none"
            raise Unknown(f"workspace {workspace!r} has no policy in force; workspaces that have one: {known}")
        found = Moment(connection, store, place["partition"], place["version"])
        await found.load(workspace)
        yield found
