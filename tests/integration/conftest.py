"""A router of the test's own; a running Usher that the tests of one file share, and a workspace of it for each test."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from tests.support import live, servers
from tests.support.router_service import Running, router_service

_numbers = count(1)


@pytest.fixture
async def running(kafka: KafkaBroker, database: str, topic_prefix: str) -> AsyncIterator[Running]:
    """A router service of one partition that only this test uses."""
    async with router_service(kafka, database, topic_prefix) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live_system(kafka: KafkaBroker, postgres: PostgresServer) -> AsyncIterator[live.Live]:
    """ingest and router with topics and a database of their own."""
    await servers.heal_kafka(kafka)
    await servers.heal_postgres(postgres)
    dsn = await servers.make_database(postgres)
    async with live.running(kafka.bootstrap, dsn, servers.make_topic_prefix()) as found:
        yield found
    await servers.drop_database(postgres, dsn)


@pytest.fixture
async def office(live_system: live.Live) -> AsyncIterator[live.Office]:
    """A workspace that nobody else uses; no contact of the system may be orphaned at the end."""
    yield live.Office(live_system, f"office-{next(_numbers)}")
    assert live_system.orphans() == 0
