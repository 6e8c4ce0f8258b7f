"""The handler that anybody would write first: a framework's request, the vendor's verifier, one produce a request.

``python -m tests.benchmarks.webhooks.naive``: Slack's events under /v1/webhooks/slack, to the router's log. It does the
least that is right: the signature is verified, the payload read by pydantic's models, the canonical message of it sent
with the headers of CloudEvents by an idempotent producer, and answered once all replicas have it. Framework, server,
models and producer are as they come: nothing is switched off, nothing made slower. ``--server plain`` is uvicorn as
``pip install uvicorn`` brings it (asyncio, h11), ``standard`` what ``uvicorn[standard]`` runs on (uvloop, httptools).
"""

import argparse
import contextlib
import hashlib
import os
import socket
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson
import uvicorn
from aiokafka import AIOKafkaProducer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.contract.topics import ROUTER_INPUT

SERVERS: dict[str, tuple[Literal["asyncio", "uvloop"], Literal["h11", "httptools"]]] = {
    "plain": ("asyncio", "h11"),
    "standard": ("uvloop", "httptools"),
}
NAMESPACE = uuid.UUID("6f2d7a54-1c5e-4a52-9d0b-6b1f3f1f2a10")


class SlackFile(BaseModel):
    """A file of a message."""

    mimetype: str = "application/octet-stream"
    url_private: str | None = None
    name: str | None = None
    size: int | None = None


class SlackMessage(BaseModel):
    """The inner event."""

    type: str
    user: str
    channel: str
    ts: str
    text: str = ""
    thread_ts: str | None = None
    files: list[SlackFile] = []


class SlackEvent(BaseModel):
    """The outer event."""

    type: str
    team_id: str = ""
    event: SlackMessage


class Attachment(BaseModel):
    """An attachment of the contract."""

    content_type: str
    url: str | None
    name: str | None
    bytes: int | None


class Sender(BaseModel):
    """The customer."""

    handle: str
    customer_id: str


class ReplyTo(BaseModel):
    """Where an answer goes."""

    address: str
    thread: str


class Canonical(BaseModel):
    """usher.channel.message.v1."""

    model_config = ConfigDict(populate_by_name=True)

    workspace: str
    channel: str
    source: str
    conversation_id: str
    message_id: str
    occurred_at: str
    sender: Sender = Field(alias="from")
    text: str
    attachments: list[Attachment]
    reply_to: ReplyTo
    attributes: dict[str, str]


def canonical(envelope: SlackEvent) -> Canonical:
    """The message as the contract has it."""
    event = envelope.event
    thread = event.thread_ts or event.ts
    return Canonical(
        workspace="acme",
        channel="chat",
        source="slack",
        conversation_id=f"{event.channel}:{thread}",
        message_id=f"{event.channel}:{event.ts}",
        occurred_at=datetime.fromtimestamp(float(event.ts), UTC).isoformat(),
        sender=Sender(handle=event.user, customer_id=hashlib.sha256(event.user.encode()).hexdigest()[:32]),
        text=event.text,
        attachments=[
            Attachment(content_type=one.mimetype, url=one.url_private, name=one.name, bytes=one.size)
            for one in event.files
        ],
        reply_to=ReplyTo(address=event.channel, thread=thread),
        attributes={"team_id": envelope.team_id},
    )


def application() -> Starlette:
    """The app; its producer lives as long as it does."""
    verifier = SignatureVerifier("secret")
    topic = os.environ["USHER_TOPIC_PREFIX"] + ROUTER_INPUT

    async def receive(request: Request) -> JSONResponse:
        body = await request.body()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return JSONResponse({"error": "signature"}, 401)
        try:
            message = canonical(SlackEvent.model_validate_json(body))
        except ValidationError as error:
            return JSONResponse({"errors": error.errors()}, 422)
        event_id = uuid.uuid5(NAMESPACE, f"{message.source}/{message.conversation_id}/{message.message_id}")
        headers = {
            "ce_id": str(event_id), "ce_type": "usher.channel.message.v1", "ce_specversion": "1.0",
            "ce_source": "/usher/naive/acme", "ce_time": message.occurred_at, "ce_subject": message.conversation_id,
            "ce_partitionkey": "acme", "content-type": "application/json",
        }  # fmt: skip
        await request.app.state.producer.send_and_wait(
            topic,
            message.model_dump_json(by_alias=True).encode(),
            key=b"acme",
            headers=[(name, value.encode()) for name, value in headers.items()],
        )
        return JSONResponse({"event_id": str(event_id)})

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        producer = AIOKafkaProducer(
            bootstrap_servers=os.environ["USHER_KAFKA_BOOTSTRAP_SERVERS"], acks="all", enable_idempotence=True
        )
        await producer.start()
        app.state.producer = producer
        try:
            yield
        finally:
            await producer.stop()

    return Starlette(routes=[Route("/v1/webhooks/slack", receive, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    """Listen on a free port and say where."""
    parser = argparse.ArgumentParser(prog="naive")
    parser.add_argument("--server", choices=list(SERVERS), required=True)
    loop, http = SERVERS[parser.parse_args().server]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        ready = Path(os.environ["USHER_READY_FILE"])
        partial = ready.with_suffix(".partial")
        partial.write_bytes(orjson.dumps({"ingest_url": f"http://127.0.0.1:{listening.getsockname()[1]}"}))
        server = uvicorn.Server(uvicorn.Config(application(), loop=loop, http=http))
        listening.listen(512)
        partial.replace(ready)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
