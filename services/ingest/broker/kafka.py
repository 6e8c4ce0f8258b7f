"""The broker of the process: it starts the subscriptions, commits and reports beside them, and ends with them."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from services.ingest.kafka import Subscription
from services.ingest.reader.kafka import Reader
from services.ingest.security.kafka import security
from services.ingest.sense import Sense
from services.ingest.settings import IngestSettings
from shared.clock import monotonic
from shared.errors import Retryable
from shared.lane.patience import wait_for

__all__ = ["COMMIT_EVERY_SECONDS", "Subscriptions"]

REQUEST_MS_MAX = 10_000  # an unanswered request is given up after this and asked again
METADATA_AGE_MS_MAX = 30_000  # a moved partition leader is noticed at the latest after this
COMMIT_EVERY_SECONDS = 0.2  # a crash repeats at most this much
COMMIT_APART_SECONDS = 0.02  # sooner what is delivered is told, but no more often: a breach waits for it in sla
STOP_SECONDS_MAX = 8.0  # aiokafka's consumers wait for a broker without bound when they stop


class _ErrorsOnly:
    """FastStream's logger: its chatter is dropped, its errors reach ours without any record's content."""

    def __init__(self, sense: Sense) -> None:
        self._log = sense.log

    def log(self, level: int, msg: Any, /, *_: Any, exc_info: Any = None, **__: Any) -> None:
        if level >= logging.ERROR:
            self._log.error("consumer", problem=type(exc_info).__name__ if exc_info else str(msg))


class Subscriptions:
    """All subscriptions of the process, on one FastStream broker."""

    def __init__(self, settings: IngestSettings, subscriptions: Sequence[Subscription], sense: Sense) -> None:
        self._subscriptions = subscriptions
        self._metrics = sense.metrics
        self._drain_seconds_max = settings.drain_seconds_max
        self._delivered = asyncio.Event()  # something is, since the last commit
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._broker = KafkaBroker(
            settings.kafka_bootstrap_servers.split(","),
            client_id=settings.instance or "usher-ingest",
            request_timeout_ms=REQUEST_MS_MAX,
            metadata_max_age_ms=METADATA_AGE_MS_MAX,
            consumer_only=True,
            allow_auto_create_topics=False,
            **security(settings),
            graceful_timeout=settings.drain_seconds_max,
            apply_types=False,
            logger=_ErrorsOnly(sense),
        )
        for subscription in subscriptions:
            subscription.delivered = self._delivered.set
            subscription.attach(self._broker, settings, self._fail)

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until ``stopping``; raises what ended it otherwise. Retryable: no broker answered at the start."""
        try:
            await self._use_own_reader()
            await self._broker.start()
        except (KafkaError, OSError) as error:
            await self._stop_broker()
            raise Retryable(f"Kafka: {error!r}") from error
        housekeeping = asyncio.ensure_future(self._keep_house())
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            ends: set[asyncio.Future[Any]] = {self._failure, stopped, housekeeping}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            housekeeping.cancel()
            stopped.cancel()
            await asyncio.gather(*(subscription.close(self._drain_seconds_max) for subscription in self._subscriptions))
            await self._stop_broker()
        if self._failure.done():
            self._failure.result()
        if not housekeeping.cancelled():
            housekeeping.result()

    def use(self, topics: Mapping[str, Sequence[str]]) -> None:
        """The topics of each subscription from now on, by its name."""
        for subscription in self._subscriptions:
            if list(topics[subscription.name]) != list(subscription.topics):
                subscription.use(topics[subscription.name])

    def problems(self) -> list[str]:
        """Subscriptions that do not run."""
        return [f"not consuming {s.name}" for s in self._subscriptions if not s.running]

    def notes(self) -> list[str]:
        """What holds records back without a fault of ours."""
        return [note for subscription in self._subscriptions for note in subscription.notes()]

    async def have_delivered(self, names: Iterable[str]) -> bool:
        """Whether what was reported on the topics of these subscriptions a moment ago, as far as it is ours to read, is
        delivered; whoever reads nothing of it cannot say."""
        answers = [await each.has_delivered() for each in self._subscriptions if each.name in names]
        return True in answers and False not in answers

    async def _use_own_reader(self) -> None:
        """FastStream has no setting for the class of its consumers; what it builds them with is an attribute."""
        builder: Any = await self._broker.connect()
        self._broker.config.broker_config.builder = partial(Reader, **builder.keywords)

    def _fail(self, error: Exception) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)

    async def _keep_house(self) -> None:
        kept_at = monotonic()
        while True:
            await asyncio.sleep(COMMIT_APART_SECONDS)
            await wait_for(self._delivered, max(0.0, kept_at + COMMIT_EVERY_SECONDS - monotonic()))
            self._delivered.clear()
            soon = monotonic() - kept_at < COMMIT_EVERY_SECONDS
            await asyncio.gather(*(subscription.commit(soon=soon) for subscription in self._subscriptions))
            if soon:
                continue
            kept_at = monotonic()
            owned = await asyncio.gather(*(subscription.report() for subscription in self._subscriptions))
            self._metrics.owned_partitions.set(sum(owned))

    async def _stop_broker(self) -> None:
        stopping = asyncio.ensure_future(self._broker.stop())
        await asyncio.wait({stopping}, timeout=STOP_SECONDS_MAX)
        stopping.cancel()
