"""A router that was away finds an hour of offers in a second; no agent pays for it, shown through the topics."""

import asyncio

from deploy.local.broker import KafkaBroker
from services.router.settings import RouterSettings
from shared.clock import now_ms
from shared.contract.topics import all_topics
from shared.kafka import OutputLog, ensure_topics
from shared.times import rfc3339
from tests.support.router_service import agent, bodies, feed, kinds, message, policy, router_service

AWAY_SECONDS = 2.5  # longer than the offer lasts, and than what counts as a moment


async def test_offers_made_from_old_messages_are_open_when_agents_can_see_them(
    kafka: KafkaBroker, database: str, topic_prefix: str
) -> None:
    settings = RouterSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    await ensure_topics(settings, list(all_topics(())))
    output = OutputLog(settings)
    await feed(output, policy(offers={"timeout": "1s", "on_expiry": "not_ready"}), agent("a1"), message("c1"))
    await asyncio.sleep(AWAY_SECONDS)
    await feed(output, message("c2"))
    await output.stop()
    back_ms = now_ms()
    async with router_service(kafka, database, topic_prefix) as running:
        log = await running.until(lambda seen: "contact.offer_expired" in kinds(seen))
        assert kinds(log).index("contact.offer_expired") > kinds(log).index("contact.offered")
        offer, expired = bodies(log, "contact.offered")[0], bodies(log, "contact.offer_expired")[0]
        assert expired["offer_id"] == offer["offer_id"]
        assert rfc3339(back_ms) < offer["expires_at"] <= expired["occurred_at"]
