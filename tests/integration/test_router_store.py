"""The router's rows on real PostgreSQL: what is committed is what a new owner loads."""

from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from services.router.domain.forecast import FADE_MS
from services.router.domain.state.rows import Needs, RouterRows
from services.router.postgres import RouterStore
from services.router.retention import Kept
from shared.contract import inputs
from shared.contract.ids import derive
from shared.errors import Fenced, Poison
from shared.lane.store import Claim, Commit
from shared.postgres import Database
from tests.support.memory_store import in_order
from tests.support.router_builders import Router, body_of, policy_with


class StoredRouter:
    """A router under test whose every step is also committed to PostgreSQL."""

    def __init__(self, store: RouterStore, claim: Claim) -> None:
        self.store = store
        self.claim = claim
        self.router = Router()
        self._done = 0

    async def commit(self) -> None:
        """Commit the steps made since."""
        for step in self.router.steps[self._done :]:
            after = replace(
                self.claim, next_step=self.claim.next_step + 1, next_seq=self.claim.next_seq + len(step.events)
            )
            commit = Commit(before=self.claim, after=after, at_ms=0, outbox=None, dead=step.dead, writes=step.writes)
            await self.store.commit(commit)
            self.claim = after
        self._done = len(self.router.steps)


@pytest.fixture
async def stored(database: str) -> Any:
    connected = Database(database, connections_max=2, seconds_max=10.0)
    await connected.open()
    store = RouterStore(connected)
    claim = await store.claim(0, "test")
    yield StoredRouter(store, claim)
    await connected.close()


def _comparable(rows: RouterRows) -> Any:
    return in_order(rows), [(row.workspace, row.version, row.hash) for row in rows.policies]


async def test_an_end_that_came_before_its_message_is_stored_until_it_is_forgotten(stored: StoredRouter) -> None:
    router = stored.router
    router.hang_up("c1")
    router.hang_up("c2")
    await stored.commit()
    loaded = await stored.store.load(stored.claim)
    assert len(loaded.ends) == 2
    assert _comparable(loaded) == _comparable(router.store.rows())
    router.wait(600)
    await stored.commit()
    assert (await stored.store.load(stored.claim)).ends == []


async def test_a_new_owner_loads_exactly_what_was_committed(stored: StoredRouter) -> None:
    router = stored.router
    router.sign_on("a1", units=3)
    router.sign_on("a2")
    router.contact("c1", intent="complaint")
    router.contact("c2", channel="voice")
    router.accept(router.last("offered")["agent_id"])
    router.contact("c3", intent="order_status")
    router.contact("c4")
    router.hang_up("c4")
    router.sign_off("a2")
    await stored.commit()
    loaded = await stored.store.load(stored.claim)
    assert _comparable(loaded) == _comparable(router.store.rows())
    router.engine.book.orphans()
    restored = type(router)(policy=None)
    restored.engine.restore(loaded)
    assert restored.engine.deadline_ms() == router.engine.deadline_ms()


async def test_a_new_owner_holds_back_the_same_agents_for_a_protected_queue(stored: StoredRouter) -> None:
    router = stored.router
    document = policy_with()
    document["queues"]["cards"] |= {"requires": {"cards": 1}, "protect": {"allowance": 0.2}}
    router.activate(document)
    for conversation in ("lost-1", "lost-2"):
        router.contact(conversation, queue="cards")
        router.hang_up(conversation)
    router.sign_on("a1")
    held = router.contact("c1")
    await stored.commit()
    restored = type(router)(policy=None)
    restored.engine.restore(await stored.store.load(stored.claim))
    workspaces = [each.engine.book.workspaces["acme"] for each in (router, restored)]
    assert [each.matcher.debts() for each in workspaces] == [{("cards", "chat"): pytest.approx(1.6)}] * 2
    assert restored.engine.book.workspaces["acme"].agent_for(restored.engine.book.contacts[held], router.now_ms) is None
    assert restored.engine.deadline_ms() == router.engine.deadline_ms()
    told = [each.engine.step([], None, router.now_ms + FADE_MS).events for each in (router, restored)]
    assert told[0] == told[1]
    assert (told[1][0].type, told[1][0].subject) == ("usher.contact.offered.v1", held)


async def test_the_database_knows_what_ended_and_what_was_said(stored: StoredRouter) -> None:
    router = stored.router
    contact_id, assignment_id = router.assigned("c1")
    offer_id = router.last("assigned")["offer_id"]
    event = router.end(assignment_id)[0]
    await stored.commit()
    key = router.store.outcomes[contact_id].conversation_key
    needs = Needs([event.cause_id, derive("other")], [key], [contact_id], [offer_id], [assignment_id])
    known = await stored.store.prefetch(0, needs)
    assert known.event_ids == {event.cause_id}
    assert known.episodes == {key: 1}
    assert known.contacts == {contact_id: ("closed", "acme")}
    assert known.past == {offer_id: ("accepted", "a1"), assignment_id: ("closed", "a1")}


async def test_the_database_knows_the_customer_by_every_id(stored: StoredRouter, database: str) -> None:
    router = stored.router
    router.contact("c0", party=inputs.Party(handle="x", customer_id="hash-1"))
    router.hang_up("c0")
    router.contact("c1", handle_key="hash-1")
    router.hang_up("c1")
    router.contact("c2", party=inputs.Party(handle="z", customer_id="cust-9"), handle_key="hash-9")
    router.customer("split", "hash-9")
    await stored.commit()
    for asked in ("cust-1", "hash-1", "hash-9"):
        needs = Needs(customers={("acme", "nobody"): None, ("acme", asked): None, ("other", asked): None})
        known = await stored.store.prefetch(0, needs)
        assert known == router.store.known(needs)
        assert [row.alias for row in known.aliases.values()] == ["hash-9" if asked == "hash-9" else "hash-1"]
        assert len(known.pasts) == (0 if asked == "hash-9" else 2)
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    rows = await connection.fetch("SELECT kind, alias, customer_id, actor FROM router_merge ORDER BY at_ms, kind")
    await connection.close()
    assert [tuple(row) for row in rows] == [
        ("merged", "hash-1", "cust-1", "usher"),
        ("split", "hash-9", "cust-9", "boss"),
    ]


async def test_guards_of_the_schema_refuse_what_the_protocol_forbids(stored: StoredRouter, database: str) -> None:
    router = stored.router
    router.sign_on("a1")
    router.contact("c1")
    offer_id = body_of(router.events[-2])["offer_id"]
    await stored.commit()
    assert offer_id
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    try:
        for change in ("state = 'assigned'", "offer_id = NULL", "version = 0"):
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(f"UPDATE router_contact SET {change}")
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE router_agent SET load = ceiling + 1")
    finally:
        await connection.close()


async def test_an_input_that_was_applied_cannot_be_applied_again(stored: StoredRouter) -> None:
    stored.router.contact("c1")
    await stored.commit()
    again = stored.router.steps[-1]
    after = replace(stored.claim, next_step=stored.claim.next_step + 1)
    commit = Commit(before=stored.claim, after=after, at_ms=0, outbox=None, dead=[], writes=again.writes)
    with pytest.raises(Poison):
        await stored.store.commit(commit)


async def test_old_input_ids_and_old_ends_are_forgotten_and_nothing_else(stored: StoredRouter) -> None:
    router = stored.router
    contact_id, assignment_id = router.assigned("c1")
    router.end(assignment_id)
    await stored.commit()
    kept_ms = Kept().inputs_ms
    furthest = await stored.store.claim(1, "of a partition that is further in its log")
    assert await stored.store.forget(furthest, router.now_ms + 100 * kept_ms) == {}
    assert await stored.store.forget(stored.claim, router.now_ms + kept_ms) == {}
    assert await stored.store.forget(stored.claim, router.now_ms + kept_ms + 1) == {"router_input": 5, "router_past": 2}
    known = await stored.store.prefetch(0, Needs(contacts=[contact_id], assignments=[assignment_id]))
    assert known.contacts == {contact_id: ("closed", "acme")}
    assert not known.past


async def test_a_former_owner_does_not_forget_a_customer_of_whom_only_the_next_one_knows(
    stored: StoredRouter, database: str
) -> None:
    """It slept; what it remembers of who is live is no longer so."""
    router = stored.router
    router.contact("c0", party=inputs.Party(handle="x", customer_id="hash-1"))
    router.hang_up("c0")
    router.contact("c1", party=inputs.Party(handle="x", customer_id="crm-1"), handle_key="hash-1")
    router.hang_up("c1")
    await stored.commit()
    later_ms = router.now_ms + 2 * Kept().outcomes_ms
    live = RouterStore(stored.store.database, is_open=lambda _, some_id: some_id == "crm-1")
    owner = await live.claim(0, "the next one")

    with pytest.raises(Fenced):
        await stored.store.forget(stored.claim, later_ms)
    assert "router_alias" not in await live.forget(owner, later_ms)
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    assert await connection.fetchval("SELECT count(*) FROM router_alias WHERE customer_id = 'crm-1'") > 0
    await connection.close()
    gone = await stored.store.forget(owner, 2 * later_ms)
    assert gone["router_alias"] > 0, "nobody is live for whom it has no memory"
