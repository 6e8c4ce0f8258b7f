"""The handler that anybody would write first: FastAPI, the vendor's verifier as a dependency, one produce a request.

``python -m tests.benchmarks.webhooks.naive``: Slack's events under /v1/webhooks/slack and Standard Webhooks under
/v1/webhooks/standard_webhooks, to the router's log. It does the least that is right: the signature is verified, the
payload read by pydantic's models, the canonical message of it sent with the headers of CloudEvents, and answered once
all replicas have it. Framework, server, models and producers are as
they come: nothing is switched off, nothing made slower. ``--server standard`` is what ``fastapi[standard]`` brings and
``fastapi run`` starts (uvicorn on uvloop and httptools), ``plain`` the same without these (``pip install fastapi
uvicorn``: asyncio, h11). ``--produce`` is ``awaited``, an ``async def`` with aiokafka's ``send_and_wait``, or
``flushed``, a ``def`` in FastAPI's threads with ``produce`` and ``flush`` of confluent-kafka.
"""

import argparse
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import orjson
import uvicorn
from aiokafka import AIOKafkaProducer
from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Produced
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook, WebhookVerificationError

from shared.contract.topics import ROUTER_INPUT
from tests.benchmarks.webhooks.naive_models import (
    Canonical,
    SlackEvent,
    StandardEvent,
    cloud_headers,
    of_slack,
    of_standard,
)
from tests.benchmarks.webhooks.signed import SECRETS

__all__ = ["PRODUCES", "SERVERS"]

SERVERS: dict[str, tuple[Literal["asyncio", "uvloop"], Literal["h11", "httptools"]]] = {
    "plain": ("asyncio", "h11"),
    "standard": ("uvloop", "httptools"),
}
KEY = b"acme"
SLACK = SignatureVerifier(SECRETS["BENCH_SECRET"])
STANDARD = Webhook(SECRETS["BENCH_WHSEC"])


class Receipt(BaseModel):
    """The answer."""

    event_id: str


async def by_slack(request: Request) -> None:
    """The dependency that stands before the handler of Slack's events."""
    if not SLACK.is_valid_request(await request.body(), dict(request.headers)):
        raise HTTPException(401, "signature")


async def by_standard(request: Request) -> None:
    """The same of Standard Webhooks."""
    try:
        STANDARD.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        raise HTTPException(401, "signature") from None


BySlack, ByStandard = Depends(by_slack), Depends(by_standard)


def awaited(topic: str, servers: str) -> FastAPI:
    """An app whose producer is asyncio's; it lives as long as the app does."""
    made: dict[str, AIOKafkaProducer] = {}

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True) as producer:
            made["producer"] = producer
            yield

    app = FastAPI(lifespan=lifespan)

    async def send(message: Canonical) -> Receipt:
        headers = cloud_headers(message)
        body = message.model_dump_json(by_alias=True).encode()
        await made["producer"].send_and_wait(topic, body, key=KEY, headers=list(headers.items()))
        return Receipt(event_id=headers["ce_id"].decode())

    @app.post("/v1/webhooks/slack", dependencies=[BySlack])
    async def slack(event: SlackEvent) -> Receipt:
        return await send(of_slack(event))

    @app.post("/v1/webhooks/standard_webhooks", dependencies=[ByStandard])
    async def standard(event: StandardEvent) -> Receipt:
        return await send(of_standard(event))

    return app


def flushed(topic: str, servers: str) -> FastAPI:
    """An app whose producer is librdkafka's; the handlers run in threads."""
    producer = Producer({"bootstrap.servers": servers, "acks": "all"})
    app = FastAPI()

    def send(message: Canonical) -> Receipt:
        headers = cloud_headers(message)
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Produced) -> None:
            if error is not None:
                failures.append(error)

        body = message.model_dump_json(by_alias=True).encode()
        producer.produce(topic, body, KEY, headers=headers, on_delivery=delivered)
        if producer.flush(10) or failures:
            raise HTTPException(503, "Kafka")
        return Receipt(event_id=headers["ce_id"].decode())

    @app.post("/v1/webhooks/slack", dependencies=[BySlack])
    def slack(event: SlackEvent) -> Receipt:
        return send(of_slack(event))

    @app.post("/v1/webhooks/standard_webhooks", dependencies=[ByStandard])
    def standard(event: StandardEvent) -> Receipt:
        return send(of_standard(event))

    return app


PRODUCES = {"awaited": awaited, "flushed": flushed}


def main() -> None:
    """Listen on a free port and say where."""
    parser = argparse.ArgumentParser(prog="naive")
    parser.add_argument("--server", choices=list(SERVERS), required=True)
    parser.add_argument("--produce", choices=list(PRODUCES), required=True)
    options = parser.parse_args()
    loop, http = SERVERS[options.server]
    topic = os.environ["USHER_TOPIC_PREFIX"] + ROUTER_INPUT
    app = PRODUCES[options.produce](topic, os.environ["USHER_KAFKA_BOOTSTRAP_SERVERS"])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        ready = Path(os.environ["USHER_READY_FILE"])
        partial = ready.with_suffix(".partial")
        partial.write_bytes(orjson.dumps({"ingest_url": f"http://127.0.0.1:{listening.getsockname()[1]}"}))
        server = uvicorn.Server(uvicorn.Config(app, loop=loop, http=http))
        listening.listen(512)
        partial.replace(ready)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
