"""Ingest says on the router's log that it is there, so that the router can tell silence from a standstill."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from services.ingest.delivery import Appender
from shared.clock import now_ms
from shared.contract.envelope import CONTENT_TYPE, SPEC_VERSION, UNREADABLE_KEY, Message
from shared.contract.ids import derive
from shared.contract.inputs import ALIVE_MS, INGEST_ALIVE, IngestAlive
from shared.contract.topics import ROUTER_INPUT
from shared.errors import Fatal, Retryable
from shared.lane.patience import wait_for
from shared.times import MILLISECONDS_PER_SECOND, rfc3339

__all__ = ["alive_message", "keep_saying"]

LOOK_SECONDS = 0.1  # between looks while what was reported is still on its way

Settled = Callable[[], Awaitable[bool]]
"""Whether whatever was reported before is delivered."""


async def keep_saying(appender: Appender, partitions: int, settled: Settled, stopping: asyncio.Event) -> None:
    """Say it to every partition, while whatever was reported is delivered, until ``stopping``.

    A partition that does not take it holds back no other. A failure says what it is for: nothing.
    """
    saying: dict[int, asyncio.Task[None]] = {}
    try:
        while not stopping.is_set():
            at_ms = now_ms()
            if await settled():
                message = alive_message(at_ms)
                for partition in range(partitions):
                    if partition not in saying or saying[partition].done():
                        saying[partition] = asyncio.ensure_future(_say(appender, partition, message))
                await wait_for(stopping, ALIVE_MS / MILLISECONDS_PER_SECOND)
            else:
                await wait_for(stopping, LOOK_SECONDS)
    finally:
        for task in saying.values():
            task.cancel()
        await asyncio.gather(*saying.values(), return_exceptions=True)


async def _say(appender: Appender, partition: int, message: Message) -> None:
    try:
        await appender.publish(ROUTER_INPUT, partition, [message])
    except (Retryable, Fatal):
        return  # the log stands still: the next one says so by its time


def alive_message(at_ms: int) -> Message:
    """The record that says: whatever was reported before ``at_ms`` lies before it."""
    headers = [
        ("ce_type", INGEST_ALIVE.encode()),
        ("ce_id", derive(INGEST_ALIVE, str(at_ms)).encode()),
        ("ce_source", b"/usher/ingest"),
        ("ce_specversion", SPEC_VERSION),
        ("ce_time", rfc3339(at_ms).encode()),
        ("content-type", CONTENT_TYPE),
    ]
    return Message(UNREADABLE_KEY.encode(), msgspec.json.encode(IngestAlive(at_ms)), headers)
