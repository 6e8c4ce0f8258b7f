"""What one caller hands over goes out in its order, or what of it still waits does not go at all."""

import asyncio
from collections.abc import Sequence

import pytest

from services.ingest.domain.normalise import Admitted
from services.ingest.gather import Gatherer
from services.ingest.wire import RecordWriter
from shared.errors import Retryable
from tests.support.ingest_http import Log

LONG_SECONDS = 3600.0


def events(*names: str) -> Sequence[Admitted]:
    return [Admitted("usher.agent.heartbeat.v1", name, "acme", "bo", "", "", 5, 7, "", name.encode()) for name in names]


def sent(log: Log) -> list[bytes]:
    return [message.value for batch in log.batches for message in batch]


async def busy() -> tuple[Log, Gatherer, asyncio.Future[None]]:
    """A log that is asked to keep ``a`` and has not answered yet."""
    log = Log()
    log.open.clear()
    gatherer = Gatherer(log, RecordWriter(lambda _: 0))
    first = asyncio.ensure_future(gatherer.publish(events("a"), LONG_SECONDS))
    while not log.batches:
        await asyncio.sleep(0)
    return log, gatherer, first


async def test_of_a_caller_who_is_cancelled_nothing_that_waits_is_sent_not_even_the_later_half() -> None:
    log, gatherer, first = await busy()
    second = asyncio.ensure_future(gatherer.publish(events("b", "c", "d"), LONG_SECONDS))
    third = asyncio.ensure_future(gatherer.publish(events("e"), LONG_SECONDS))
    await asyncio.sleep(0)

    second.cancel()
    log.open.set()
    await asyncio.gather(first, third)

    assert second.cancelled()
    assert sent(log) == [b"a", b"e"]


async def test_a_caller_who_is_told_no_in_time_is_not_sent_later() -> None:
    log, gatherer, first = await busy()

    with pytest.raises(Retryable, match="in time"):
        await gatherer.publish(events("b", "c"), 0.0)
    third = asyncio.ensure_future(gatherer.publish(events("d", "e"), LONG_SECONDS))
    await asyncio.sleep(0)
    log.open.set()
    await asyncio.gather(first, third)

    assert sent(log) == [b"a", b"d", b"e"]


async def test_each_caller_is_told_no_in_their_own_time_by_one_timer_for_all_of_them() -> None:
    _, gatherer, first = await busy()
    waiting = [asyncio.ensure_future(gatherer.publish(events(f"b{number}"), LONG_SECONDS)) for number in range(9)]
    await asyncio.sleep(0)

    for _ in range(2):  # the timer goes on while others wait
        with pytest.raises(Retryable, match="in time"):
            await asyncio.wait_for(gatherer.publish(events("c"), 0.01), LONG_SECONDS)
    assert not any(one.done() for one in (first, *waiting))
    for one in (first, *waiting):
        one.cancel()
    await asyncio.wait([first, *waiting])
