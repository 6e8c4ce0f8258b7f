"""The router service in a test, on real Kafka and PostgreSQL, and short ways to feed it and to read what comes out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from deploy.local.broker import KafkaBroker
from services.router.app import RouterService
from services.router.settings import RouterSettings
from shared.clock import now_ms
from shared.contract import inputs
from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, all_topics
from shared.kafka import OutputLog, ensure_topics
from shared.policy import parse_policy
from shared.process.logs import configure
from tests.support.in_process import SETTLE_SECONDS_MAX, running
from tests.support.router_builders import policy_with
from tests.support.tail import tail

PARTITION = 0
Body = dict[str, Any]


class Running:
    """A router service and the producer that feeds it."""

    def __init__(self, settings: RouterSettings, service: RouterService) -> None:
        self.settings = settings
        self.service = service
        self.output = OutputLog(settings)

    async def say(self, *said: inputs.Input) -> None:
        """Put inputs on the router's log, as ingest does."""
        await feed(self.output, *said)

    async def until(self, enough: Callable[[list[Any]], bool], topic: str = CONTACT_EVENTS) -> list[Any]:
        """The (type, body) pairs of the topic once they are enough."""
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            while True:
                records = await tail(self.settings, topic, PARTITION)
                seen = [(record.type, msgspec.json.decode(record.value)) for record in records]
                if enough(seen):
                    return seen
                await asyncio.sleep(0.1)

    async def saw(self, kind: str, number: int = 1) -> Body:
        """The body of the n-th event of that kind, once it is on the log."""
        seen = await self.until(lambda seen: len(bodies(seen, kind)) >= number)
        return bodies(seen, kind)[number - 1]

    async def accept(self, number: int = 1) -> Body:
        """The agent accepts the n-th offer of the log; its body."""
        offer = await self.saw("contact.offered", number)
        await self.say(accepted(offer))
        return offer


async def feed(output: OutputLog, *said: inputs.Input) -> None:
    """Put inputs on the log of a router that may not run yet."""
    messages = [
        Message(
            item.workspace.encode(),
            msgspec.json.encode(item),
            [("ce_type", inputs.TYPE_OF[type(item)].encode()), ("ce_id", item.event_id.encode())],
        )
        for item in said
    ]
    await output.publish(ROUTER_INPUT, PARTITION, messages)


@asynccontextmanager
async def router_service(kafka: KafkaBroker, database: str, topic_prefix: str) -> AsyncIterator[Running]:
    """A router of one partition that runs while the block does."""
    settings = RouterSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    await ensure_topics(settings, list(all_topics(())))
    async with running(RouterService(settings, configure("router", "WARNING"))) as service:
        found = Running(settings, service)
        try:
            yield found
        finally:
            await found.output.stop()


def common(key: str) -> dict[str, Any]:
    """Fields of every input, now; ``key`` says which input it is."""
    at_ms = now_ms()
    return {"event_id": derive("it", key), "workspace": "acme", "occurred_ms": at_ms, "arrived_ms": at_ms}


def message(
    conversation: str, text: str = "secret words", routing: inputs.RoutingHint | None = None, number: int = 1
) -> inputs.MessageReceived:
    """A customer's message, by default the first of a chat."""
    return inputs.MessageReceived(
        **common(f"{conversation}-{number}"),
        channel="chat",
        source="chat",
        conversation_id=conversation,
        message_id=f"{conversation}-{number}",
        party=inputs.Party(handle="+34600000001", customer_id="cust-1"),
        reply_to=inputs.ReplyTo(address="+34600000001"),
        text=text,
        routing=routing,
    )


def policy(**changes: Any) -> inputs.PolicyActivated:
    """The policy of the unit tests, with parts changed."""
    parsed = parse_policy(policy_with(**changes))
    return inputs.PolicyActivated(**common("policy"), hash=parsed.hash, policy=parsed.document())


def agent(agent_id: str) -> inputs.AgentSignedOn:
    """An agent of one unit signs on."""
    return inputs.AgentSignedOn(
        **common(agent_id), agent_id=agent_id, skills={"orders": 3}, capacity=inputs.AgentCapacity(units=1)
    )


def accepted(offer: Body) -> inputs.OfferAnswered:
    """The agent of the offer takes it."""
    ids = {"offer_id": offer["offer_id"], "agent_id": offer["agent_id"]}
    return inputs.OfferAnswered(**common(f"yes-{offer['offer_id']}"), **ids, answer="accepted")


def closed(assigned: Body, **more: Any) -> inputs.AssignmentEnded:
    """The agent has done the work of the assignment."""
    ids = {"assignment_id": assigned["assignment_id"], "agent_id": assigned["agent_id"]}
    return inputs.AssignmentEnded(**common(f"done-{assigned['assignment_id']}"), **ids, outcome="closed", **more)


def left(conversation: str) -> inputs.ConversationEnded:
    """The customer leaves the chat."""
    said = common(f"left-{conversation}")
    return inputs.ConversationEnded(**said, source="chat", conversation_id=conversation, reason="left")


def bodies(seen: list[Any], kind: str) -> list[Body]:
    """Bodies of the (type, body) pairs of that kind, in order; ``kind`` is a short name: ``contact.queued``."""
    return [body for name, body in seen if name == f"usher.{kind}.v1"]


def kinds(seen: list[Any]) -> list[str]:
    """Short names of (type, body) pairs: ``contact.queued``, ``agent.availability_changed``."""
    return [kind.removeprefix("usher.").removesuffix(".v1") for kind, _ in seen]
