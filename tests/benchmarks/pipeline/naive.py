"""The naive design with the same work per contact: one FastStream handler and one SQL transaction per message.

It validates, normalises and classifies with the same functions and writes and publishes the same facts; what differs is
the shape: a transaction, an agent picked by SQL and an acknowledged send for each message instead of for each batch.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import orjson
from faststream import FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.canonical import ADAPTER as CANONICAL
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.way import Way
from services.router.domain.classification.classify import classify, compile_policy, facts_of
from services.router.model.folders import folder_of
from services.router.model.golden import open_model
from shared.clock import now_ms
from shared.contract.ids import contact_id, conversation_key, derive
from shared.contract.inputs import INPUT_TYPES, AgentSignedOn, MessageReceived
from shared.contract.topics import (
    AGENT_ACTIVITY,
    AGENT_OFFERS,
    BOT,
    CONTACT_EVENTS,
    ROUTER_INPUT,
    SELF_SERVICE,
    SLA_EVENTS,
    channel_topic,
)
from shared.policy.load import load_policy
from shared.process.settings import CommonSettings
from shared.times import rfc3339
from tests.benchmarks.pipeline.load import CHANNELS

SCHEMA = """
CREATE TABLE IF NOT EXISTS naive_input (event_id uuid PRIMARY KEY);
CREATE TABLE IF NOT EXISTS naive_contact (contact_id uuid PRIMARY KEY, conversation uuid, state text, body json);
CREATE INDEX IF NOT EXISTS naive_conversation ON naive_contact (conversation);
CREATE TABLE IF NOT EXISTS naive_personal (contact_id uuid PRIMARY KEY, body json);
CREATE TABLE IF NOT EXISTS naive_agent
    (agent_id text PRIMARY KEY, skills jsonb, units int, load int, idle_since timestamptz);
CREATE TABLE IF NOT EXISTS naive_offer (offer_id uuid PRIMARY KEY, contact_id uuid, agent_id text, state text);
CREATE TABLE IF NOT EXISTS naive_clock (clock_id uuid PRIMARY KEY, contact_id uuid, kind text, state text, due_at text);
CREATE TABLE IF NOT EXISTS naive_seen (event_id uuid PRIMARY KEY);
"""
PICK_AGENT = """
UPDATE naive_agent SET load = load + 1, idle_since = now() WHERE agent_id = (
    SELECT agent_id FROM naive_agent WHERE load < units AND skills ?& $1::text[]
    ORDER BY load, idle_since, agent_id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING agent_id
"""


class Naive:
    """One role: ingest, router or sla."""

    def __init__(self, role: str, settings: CommonSettings) -> None:
        self.role = role
        self.prefix = settings.topic_prefix
        self.dsn = settings.postgres_dsn.get_secret_value()
        self.broker = KafkaBroker(settings.kafka_bootstrap_servers, acks="all", logger=None)
        self.pool: Any = None

    async def publish(self, topic: str, kind: str, identity: str, body: dict[str, Any]) -> None:
        headers = {"ce_type": kind, "ce_id": identity, "ce_specversion": "1.0", "ce_time": rfc3339(now_ms())}
        await self.broker.publish(
            orjson.dumps(body), self.prefix + topic, key=b"bench", headers=headers, no_confirm=False
        )

    async def open(self) -> None:
        connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "usher"})
        await connection.execute("SELECT pg_advisory_lock(7)")
        await connection.execute(SCHEMA)
        await connection.close()
        self.pool = await asyncpg.create_pool(
            self.dsn, min_size=1, max_size=4, server_settings={"search_path": "usher"}
        )

    def subscribe(self) -> None:
        topics = {
            "ingest": [*(channel_topic(name) for name in CHANNELS), AGENT_ACTIVITY],
            "router": [ROUTER_INPUT],
            "sla": [CONTACT_EVENTS],
        }[self.role]
        handle = {"ingest": self.ingest, "router": self.route, "sla": self.clock}[self.role]

        @self.broker.subscriber(
            *(self.prefix + topic for topic in topics),
            group_id=f"{self.prefix}naive.{self.role}",
            auto_offset_reset="earliest",
            decoder=lambda message: message.body,
        )
        async def _handler(message: KafkaMessage) -> None:
            await handle(message)

    # ---- the three handlers ----

    def make_door(self) -> TopicDoor:
        way = Way(source="chat")
        routes = {self.prefix + channel_topic(name): Route(CANONICAL, way) for name in CHANNELS}
        routes[self.prefix + AGENT_ACTIVITY] = Route(CANONICAL, Way())
        return TopicDoor(routes, Normaliser(Pseudonyms(b"naive-benchmark-key")))

    async def ingest(self, message: KafkaMessage) -> None:
        door, admitted = self.make_door_once(), []
        door.admit(message.raw_message, now_ms(), admitted, [])
        for event in admitted:
            await self.broker.publish(
                event.body, self.prefix + ROUTER_INPUT, key=b"bench", headers={"ce_type": event.type}, no_confirm=False
            )

    def make_door_once(self) -> TopicDoor:
        if not hasattr(self, "_door"):
            self._door = self.make_door()
        return self._door

    async def route(self, message: KafkaMessage) -> None:
        said = msgspec.json.decode(message.body, type=INPUT_TYPES[message.headers["ce_type"]])
        if isinstance(said, AgentSignedOn):
            await self.pool.execute(
                "INSERT INTO naive_agent VALUES ($1, $2, $3, 0, now()) ON CONFLICT DO NOTHING",
                said.agent_id, orjson.dumps(said.skills).decode(), said.capacity.units,
            )  # fmt: skip
        elif isinstance(said, MessageReceived):
            await self.route_message(said)

    async def route_message(self, said: MessageReceived) -> None:
        key = conversation_key(said.workspace, said.source, said.conversation_id)
        identity = contact_id(key, 1, said.arrived_ms)
        events: list[tuple[tuple[str, ...], str, dict[str, Any]]] = []
        async with self.pool.acquire() as connection, connection.transaction():
            if (
                await connection.execute("INSERT INTO naive_input VALUES ($1) ON CONFLICT DO NOTHING", said.event_id)
                == "INSERT 0 0"
            ):
                return
            if await connection.fetchrow("SELECT contact_id FROM naive_contact WHERE conversation = $1", key):
                return
            found = classify(facts_of(said), COMPILED, MODEL)
            base = {
                "workspace": said.workspace, "contact_id": identity, "source": said.source, "channel": said.channel,
                "conversation_id": said.conversation_id, "customer_id": said.party.customer_id,
                "cause_id": said.event_id, "occurred_at": rfc3339(said.occurred_ms),
            }  # fmt: skip
            hand_off = {"text": said.text, "from": said.party, "reply_to": said.reply_to}
            events.append(((CONTACT_EVENTS,), "usher.contact.received.v1", {**base, "version": 1, "state": "received"}))
            events.append(
                ((CONTACT_EVENTS,), "usher.contact.classified.v1",
                 {**base, "version": 2, "state": "classified", **found.as_json()})
            )  # fmt: skip
            state = found.tier
            if found.tier == "agent":
                agent = await connection.fetchval(PICK_AGENT, list(found.skills))
                offer = derive("offer", identity, "1")
                await connection.execute(
                    "INSERT INTO naive_offer VALUES ($1, $2, $3, 'issued')", offer, identity, agent
                )
                due = rfc3339(said.arrived_ms + 60_000)
                queued = {
                    **base, "version": 3, "state": "queued", "queue": found.queue, "requirements": found.skills,
                    "due_at": due, "target_seconds": 60,
                }  # fmt: skip
                offered = {**base, "version": 4, "state": "offered", "offer_id": offer, "agent_id": agent}
                events.append(((CONTACT_EVENTS,), "usher.contact.queued.v1", queued))
                events.append(((CONTACT_EVENTS,), "usher.contact.offered.v1", offered))
                events.append(((AGENT_OFFERS,), "usher.contact.offered.v1", {**offered, **hand_off}))
                state = "offered"
            else:
                kind = f"usher.contact.sent_to_{found.tier}.v1"
                sent = {**base, "version": 3, "state": found.tier, "articles": found.article_ids}
                events.append(((CONTACT_EVENTS,), kind, sent))
                events.append((((SELF_SERVICE if found.tier == "self_service" else BOT),), kind, {**sent, **hand_off}))
            body = orjson.dumps({**base, "state": state, "classification": found.as_json()}).decode()
            await connection.execute("INSERT INTO naive_contact VALUES ($1, $2, $3, $4)", identity, key, state, body)
            personal = msgspec.json.encode(hand_off).decode()
            await connection.execute("INSERT INTO naive_personal VALUES ($1, $2)", identity, personal)
        for ordinal, (topics, kind, body) in enumerate(events):
            for topic in topics:
                await self.publish(topic, kind, derive(said.event_id, str(ordinal)), msgspec.to_builtins(body))

    async def clock(self, message: KafkaMessage) -> None:
        kind, body = message.headers["ce_type"], orjson.loads(message.body)
        started: list[tuple[str, str]] = []
        async with self.pool.acquire() as connection, connection.transaction():
            if (
                await connection.execute(
                    "INSERT INTO naive_seen VALUES ($1) ON CONFLICT DO NOTHING", message.headers["ce_id"]
                )
                == "INSERT 0 0"
            ):
                return
            if kind == "usher.contact.queued.v1":
                started.append(("time_to_answer", body["due_at"]))
            elif kind == "usher.contact.received.v1":
                started.append(("resolution", body["occurred_at"]))
            for name, due in started:
                clock = derive("clock", body["contact_id"], name)
                await connection.execute(
                    "INSERT INTO naive_clock VALUES ($1, $2, $3, 'running', $4) ON CONFLICT DO NOTHING",
                    clock, body["contact_id"], name, due,
                )  # fmt: skip
        for name, due in started:
            clock = derive("clock", body["contact_id"], name)
            facts = {
                "workspace": "bench",
                "contact_id": body["contact_id"],
                "clock_id": clock,
                "kind": name,
                "due_at": due,
            }
            await self.publish(SLA_EVENTS, "usher.sla.clock_started.v1", clock, facts)


async def main(role: str) -> None:
    """Serve until SIGTERM."""
    naive = Naive(role, CommonSettings())
    await naive.open()
    naive.subscribe()
    await FastStream(naive.broker, logger=None).run()


POLICY = load_policy(Path(os.environ["USHER_BENCH_POLICY"]))
MODEL = open_model(folder_of(POLICY.classification.model)) if POLICY.classification.model else None
COMPILED = compile_policy(POLICY, MODEL.intents(), MODEL.limits()) if MODEL else compile_policy(POLICY)

if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
