"""The handler that anybody would write first: the framework's request, the vendor's verifier, one produce a request.

``python -m tests.benchmarks.webhooks.naive``: Slack's events under /v1/webhooks/slack, to the router's log.
"""

import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from aiokafka import AIOKafkaProducer
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.contract.topics import ROUTER_INPUT


def application() -> Starlette:
    """The app; its producer lives as long as it does."""
    verifier = SignatureVerifier("secret")
    topic = os.environ["USHER_TOPIC_PREFIX"] + ROUTER_INPUT

    async def receive(request: Request) -> JSONResponse:
        body = await request.body()
        if not verifier.is_valid_request(body, dict(request.headers)):
            return JSONResponse({"error": "signature"}, 401)
        event = json.loads(body)["event"]
        message = {
            "channel": "chat", "conversation_id": event["thread_ts"], "message_id": event["ts"], "text": event["text"],
            "from": {"handle": event["user"]}, "attachments": event["files"],
        }  # fmt: skip
        await request.app.state.producer.send_and_wait(topic, json.dumps(message).encode(), key=b"acme")
        return JSONResponse({})

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        producer = AIOKafkaProducer(bootstrap_servers=os.environ["USHER_KAFKA_BOOTSTRAP_SERVERS"], acks="all")
        await producer.start()
        app.state.producer = producer
        try:
            yield
        finally:
            await producer.stop()

    return Starlette(routes=[Route("/v1/webhooks/slack", receive, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    """Listen on a free port and say where."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        ready = Path(os.environ["USHER_READY_FILE"])
        partial = ready.with_suffix(".partial")
        partial.write_text(json.dumps({"ingest_url": f"http://127.0.0.1:{listening.getsockname()[1]}"}))
        server = uvicorn.Server(uvicorn.Config(application(), log_level="warning", access_log=False))
        listening.listen(512)
        partial.replace(ready)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
