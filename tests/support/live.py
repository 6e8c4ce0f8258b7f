"""ingest and router in this process, and workspaces to try something in: all through the public topics."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cli.policy.in_force import publish
from services.ingest.settings import IngestSettings
from services.router.app import RouterService
from services.router.settings import RouterSettings
from shared.clock import now_ms
from shared.contract.topics import (
    AGENT_ACTIVITY,
    AGENT_OFFERS,
    BOT,
    CONTACT_EVENTS,
    CONTACT_UPDATES,
    DEAD_LETTERS,
    SELF_SERVICE,
    channel_topic,
)
from shared.policy import parse_policy
from shared.process.logs import configure
from shared.times import rfc3339
from tests.support import in_process, ingest
from tests.support.in_process import SETTLE_SECONDS_MAX

READ = (CONTACT_EVENTS, AGENT_OFFERS, SELF_SERVICE, BOT, DEAD_LETTERS)
Body = dict[str, Any]


class Live:
    """The two services, a producer, and everything that was published, by workspace and topic."""

    def __init__(
        self, settings: RouterSettings, service: RouterService, producer: AIOKafkaProducer, doors: IngestSettings
    ) -> None:
        self.settings = settings
        self.service = service
        self.seen: dict[str, dict[str, list[tuple[str, Body]]]] = defaultdict(lambda: defaultdict(list))
        self._producer = producer
        self._doors = doors
        self._door = contextlib.AsyncExitStack()
        self._changed = asyncio.Condition()

    async def open_door(self) -> None:
        """Start ingest; returns when it is ready."""
        await self._door.enter_async_context(ingest.running(self._doors))

    async def close_door(self) -> None:
        """Stop ingest."""
        await self._door.aclose()

    async def send(self, topic: str, body: Body) -> None:
        """One record, as an integrator would publish it."""
        await self._producer.send_and_wait(f"{self.settings.topic_prefix}{topic}", orjson.dumps(body))

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Keep what is published, until cancelled."""
        prefix = self.settings.topic_prefix
        while True:
            for where, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    body = orjson.loads(record.value)
                    kind = dict(record.headers)["ce_type"].decode().removeprefix("usher.").removesuffix(".v1")
                    self.seen[body["workspace"]][where.topic.removeprefix(prefix)].append((kind, body))
                async with self._changed:
                    self._changed.notify_all()

    async def until(self, found: Callable[[], Any], what: Callable[[], str]) -> Any:
        """The first true value, or an assertion that names what did not come."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(found), SETTLE_SECONDS_MAX)
            except TimeoutError:
                raise AssertionError(f"never came: {what()}") from None
        return found()

    def orphans(self) -> float | None:
        """Live contacts that nothing will ever move."""
        return self.service.registry.get_sample_value("usher_orphans")


class Office:
    """One workspace: what is said to it, and what it published. Every method waits until what it did is on the log."""

    def __init__(self, live: Live, workspace: str) -> None:
        self.live = live
        self.workspace = workspace
        self._numbers = 0

    def kinds(self, contact_id: str) -> list[str]:
        """The contact's events so far, without ``contact.``."""
        log = self.live.seen[self.workspace][CONTACT_EVENTS]
        return [kind.removeprefix("contact.") for kind, body in log if body.get("contact_id") == contact_id]

    async def saw(self, kind: str, number: int = 1, *, topic: str = CONTACT_EVENTS, **fields: Any) -> Body:
        """The n-th event of that kind with these fields, once it is there; its body."""
        log = self.live.seen[self.workspace][topic]

        def found() -> list[Body]:
            return [body for name, body in log if name == kind and fields.items() <= body.items()][number - 1 : number]

        refused = self.live.seen[self.workspace][DEAD_LETTERS]
        (body,) = await self.live.until(found, lambda: f"{kind} number {number} {fields}; refused: {refused}")
        return dict(body)

    async def quiet(self) -> None:
        """Everything that follows from what was seen so far is on the log."""
        self._numbers += 1
        await self.agent(f"barrier-{self._numbers}", presence="not_ready", skills={})
        await self.report("agent.signed_off", AGENT_ACTIVITY, agent_id=f"barrier-{self._numbers}")
        await self.saw("agent.availability_changed", agent_id=f"barrier-{self._numbers}", presence="offline")

    async def policy(self, **parts: Any) -> None:
        """Put a policy in force: queue general, and what is given."""
        queues = {"general": {}, **parts.pop("queues", {})}
        document = {"languages": [], "default_queue": "general", **parts, "workspace": self.workspace, "queues": queues}
        before = sum(kind == "policy.activated" for kind, _ in self.live.seen[self.workspace][CONTACT_EVENTS])
        await publish(self.live.settings, [parse_policy(document)])
        await self.saw("policy.activated", before + 1)

    async def report(self, kind: str, topic: str = CONTACT_UPDATES, **body: Any) -> None:
        """One event of an agent, a bot, a supervisor; what follows from it is to be waited for."""
        said = {"type": f"usher.{kind}.v1", "workspace": self.workspace, "occurred_at": rfc3339(now_ms()), **body}
        await self.live.send(topic, said)

    async def agent(self, agent_id: str, units: int = 1, **body: Any) -> None:
        """An agent signs on."""
        fields = {"skills": {"general": 3}, "presence": "available", **body}
        capacity = {"units": units, **fields.pop("capacity", {})}
        await self.report("agent.signed_on", AGENT_ACTIVITY, agent_id=agent_id, capacity=capacity, **fields)
        await self.saw("agent.availability_changed", agent_id=agent_id, presence=fields["presence"])

    async def presence(self, agent_id: str, presence: str) -> None:
        """An agent changes presence."""
        await self.report("agent.presence_changed", AGENT_ACTIVITY, agent_id=agent_id, presence=presence)
        await self.saw("agent.availability_changed", agent_id=agent_id, presence=presence)

    async def message(self, conversation: str, channel: str = "chat", **body: Any) -> None:
        """A customer's message; ``routing`` says what its sender knows."""
        self._numbers += 1
        fields = {
            "conversation_id": conversation,
            "message_id": f"{conversation}-{self._numbers}",
            "channel": channel,
            "from": {"handle": f"{conversation}@example.com"},
        }
        await self.report("channel.message", channel_topic(channel), **{**fields, **body})

    async def contact(self, conversation: str, channel: str = "chat", **body: Any) -> str:
        """A new contact, sent to where it goes first; its id."""
        await self.message(conversation, channel, **body)
        received = await self.saw("contact.received", conversation_id=conversation)
        contact_id: str = received["contact_id"]
        await self.live.until(lambda: len(self.kinds(contact_id)) > 2, lambda: f"where {conversation} went")
        return contact_id

    async def offered(self, contact_id: str, number: int = 1) -> Body:
        """The contact's n-th offer."""
        return await self.saw("contact.offered", number, contact_id=contact_id)

    async def answer(self, offer: Body, answer: str = "accepted") -> Body:
        """The agent answers; the body of ``assigned`` or ``offer_declined``."""
        offer_id, agent_id = offer["offer_id"], offer["agent_id"]
        await self.report("offer.answered", AGENT_ACTIVITY, offer_id=offer_id, agent_id=agent_id, answer=answer)
        kind = "contact.assigned" if answer == "accepted" else "contact.offer_declined"
        return await self.saw(kind, offer_id=offer_id)

    async def assigned(self, contact_id: str) -> Body:
        """The contact is offered and taken."""
        return await self.answer(await self.offered(contact_id))

    async def end(self, assigned: Body, outcome: str = "closed", **body: Any) -> Body:
        """The agent ends the work on the contact; the event that says so."""
        ids = {"assignment_id": assigned["assignment_id"], "agent_id": assigned["agent_id"]}
        await self.report("assignment.ended", AGENT_ACTIVITY, **ids, outcome=outcome, **body)
        kind = "wrapping" if outcome == "closed" and body.get("wrap_up_seconds") else outcome
        return await self.saw(f"contact.{kind}", assignment_id=assigned["assignment_id"])

    async def hang_up(self, conversation: str, reason: str = "hang_up", source: str = "chat") -> None:
        """The customer goes; what follows is to be waited for."""
        await self.report("conversation.ended", source=source, conversation_id=conversation, reason=reason)

    async def command(self, contact_id: str, command: str, **body: Any) -> None:
        """A supervisor's command; what follows is to be waited for."""
        fields = {"contact_id": contact_id, "command": command, "actor": "boss", "reason": "because"}
        await self.report("contact.commanded", **{**fields, **body})


@contextlib.asynccontextmanager
async def running(bootstrap: str, dsn: str, prefix: str) -> AsyncIterator[Live]:
    """Both services, ready inside the block and stopped after it."""
    doors = ingest.settings_for(bootstrap, dsn, prefix, batch_wait_ms=2, gather_ms=1)
    settings = RouterSettings(
        kafka_bootstrap_servers=bootstrap,
        postgres_dsn=dsn,
        topic_prefix=prefix,
        partitions=ingest.PARTITIONS,
        gather_ms=1,
    )
    await ingest.make_topics(doors)
    router = RouterService(settings, configure("router", "ERROR"))
    async with (
        ingest.producer(bootstrap) as producer,
        _reader(bootstrap, prefix) as consumer,
        in_process.running(router) as service,
    ):
        live = Live(settings, service, producer, doors)
        await live.open_door()
        reading = asyncio.ensure_future(live.read(consumer))
        try:
            yield live
        finally:
            await live.close_door()
            reading.cancel()
            await asyncio.wait({reading})


@contextlib.asynccontextmanager
async def _reader(bootstrap: str, prefix: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=10
    )
    try:
        await consumer.start()
        consumer.assign([TopicPartition(f"{prefix}{name}", n) for name in READ for n in range(ingest.PARTITIONS)])
        yield consumer
    finally:
        await consumer.stop()
