"""The parts of the ingest service, put together."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from services.ingest.alive import keep_saying
from services.ingest.broker.kafka import Subscriptions
from services.ingest.delivery import FAILPOINTS, Delivery
from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.canonical import ADAPTER as CANONICAL
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.sources import Sources
from services.ingest.domain.sources_file import SourcesError
from services.ingest.domain.way import Way
from services.ingest.gather import Gatherer, Publisher
from services.ingest.http import Api
from services.ingest.kafka import Subscription
from services.ingest.metrics import SERVICE, IngestMetrics
from services.ingest.postgres import PostgresDeadLetters, PostgresTokens
from services.ingest.reload import SourcesWatch
from services.ingest.retention import TOKENS_KEPT_MS, keep_for
from services.ingest.sense import Sense
from services.ingest.settings import IngestSettings, http_limits, load_sources, pseudonym_key
from services.ingest.smtp import MailDoor
from services.ingest.stream import Stream
from services.ingest.traces import DoorTraces
from services.ingest.wire import RecordWriter
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_UPDATES, DEAD_LETTERS, ROUTER_INPUT, TopicSpec, channel_topic
from shared.errors import Fatal, Retryable
from shared.kafka import OutputLog, TopicProblem, ensure_topics, partition_of, topic_problem
from shared.lane.patience import until_ready
from shared.postgres import Database
from shared.process.failpoints import Failpoints
from shared.process.logs import Log, configure
from shared.process.memory import spare_the_collector
from shared.process.metrics import registry_for
from shared.process.service import address, listen, serve_http
from shared.process.traces import traces_of
from shared.process.version import VERSION
from shared.times import DAY_MS

__all__ = ["Ingest", "build"]

CONNECTIONS_MAX = 2  # dead letters are rare; the subscriptions take turns
REPORTS = ("agent-activity", "contact-updates")  # subscriptions on which agents, bots and desktops speak
WAIT_SECONDS = 0.5  # between looks at a broker that is not there yet


class Ingest:
    """One process of the ingest service; a shared.process.service.Application."""

    def __init__(self, settings: IngestSettings, sources: Sources, key: bytes, log: Log) -> None:
        self.registry = registry_for(SERVICE, VERSION)
        self._settings = settings
        self._log = log
        self._stopping = asyncio.Event()
        self._sense = Sense(log, IngestMetrics(self.registry), Failpoints(settings.failpoints, FAILPOINTS))
        self._sense.metrics.expect(source.adapter.name for source in sources.by_name.values())
        self.topics = _inbound_topics(settings, sources)

        self._database = Database(
            settings.postgres_dsn.get_secret_value(),
            connections_max=CONNECTIONS_MAX,
            seconds_max=settings.database_seconds_max,
            waited=self._sense.metrics.pool_wait_seconds.observe,
        )
        self._outputs = OutputLog(settings)
        writer = RecordWriter(partial(partition_of, partitions=settings.partitions))
        self._pseudonyms = Pseudonyms(key, sources.regions)
        normaliser = Normaliser(self._pseudonyms)

        self._door = TopicDoor(_routes(settings, sources), normaliser, self._sense.metrics.ignored)
        self._letters, self._tokens = PostgresDeadLetters(self._database), PostgresTokens(self._database)
        self._traces = traces_of(settings, SERVICE, VERSION)
        door_traces = DoorTraces(self._traces) if self._traces is not None else None
        self._delivery = Delivery(self._outputs, self._letters, writer, self._sense, door_traces)
        self._stream = Stream(self._door, self._delivery, self._sense)
        self._subscriptions: Subscriptions | None = None

        publisher = Publisher(Gatherer(self._outputs, writer, door_traces), self._delivery.keep, self._tokens.take)
        self._api = Api(settings, sources, normaliser, publisher, self._sense.metrics, door_traces)
        self._mail = MailDoor(settings, sources, self._api.webhooks, publisher, self._sense)
        channels, local = settings.channel_sources, settings.is_local
        load = partial(load_sources, settings.sources_file, with_channels=channels, local=local)
        self._watch = SourcesWatch(load, self._use, sources, self._sense)
        self._socket = listen(settings.http_host, settings.http_port, "HTTP")
        smtp_port = settings.smtp_port
        self._smtp_socket = listen(settings.smtp_host, smtp_port, "SMTP") if smtp_port else None

    async def run(self) -> None:
        """Wait for the topics, then serve topics and HTTP until ``stop``."""
        await self._database.open()
        try:
            await self._wait_for_topics()
            if not self._stopping.is_set():
                spare_the_collector()
                await self._serve()
        finally:
            await self._outputs.stop()
            await self._database.close()
            self._socket.close()
            if self._smtp_socket is not None:
                self._smtp_socket.close()
            if self._traces is not None:
                await self._traces.close()

    def stop(self) -> None:
        """Begin a clean end: no new batch, no new request."""
        self._stopping.set()
        self._delivery.stop()

    async def problems(self) -> list[str]:
        """Why this process is not ready; empty when it is."""
        if self._subscriptions is None:
            return ["waiting for the topics"]
        return [*self._subscriptions.problems(), *self._delivery.problems()]

    def notes(self) -> list[str]:
        """What an operator should know, although the process is ready."""
        held = self._subscriptions.notes() if self._subscriptions is not None else []
        return [*self._watch.notes(), *held]

    def endpoints(self) -> dict[str, str]:
        """Where the HTTP API listens, and the SMTP door where there is one."""
        found = {"ingest_url": f"http://{address(self._socket)}"}
        if self._smtp_socket is not None:
            found["smtp_url"] = f"smtp://{address(self._smtp_socket)}"
        return found

    async def _serve(self) -> None:
        server = serve_http(self._api.app, self._socket, http_limits(self._settings), self._refused)
        serving = asyncio.ensure_future(server.serve(sockets=[self._socket]))
        partitions = self._settings.partitions
        letters_ms = self._settings.dead_letter_retention_days * DAY_MS
        beside = [
            asyncio.ensure_future(keep_for("dead letters", self._letters, letters_ms, self._stopping, self._sense)),
            asyncio.ensure_future(keep_for("tokens", self._tokens, TOKENS_KEPT_MS, self._stopping, self._sense)),
            asyncio.ensure_future(keep_saying(self._outputs, partitions, self._has_delivered, self._stopping)),
        ]
        if self._smtp_socket is not None:
            beside.append(asyncio.ensure_future(self._mail.serve(self._smtp_socket, self._stopping)))
        if self._settings.sources_file:
            beside.append(asyncio.ensure_future(self._watch.run(self._settings.sources_poll_seconds, self._stopping)))
        try:
            while not self._stopping.is_set():
                await self._consume()
        finally:
            server.should_exit = True
            for task in beside:
                task.cancel()
            await asyncio.wait({serving, *beside})

    async def _has_delivered(self) -> bool:
        """Whether whatever agents reported on topics is on the router's log; over HTTP it is when they are answered."""
        return self._subscriptions is not None and await self._subscriptions.have_delivered(REPORTS)

    def _refused(self, status: int) -> None:
        self._sense.metrics.request("other", status)

    async def _consume(self) -> None:
        subscriptions = [
            Subscription(name, topics, self._stream.handle, self._sense) for name, topics in self.topics.items()
        ]
        self._subscriptions = Subscriptions(self._settings, subscriptions, self._sense)
        try:
            await self._subscriptions.run(self._stopping)
        except Retryable as error:
            self._log.warning("waiting", what="Kafka", problem=str(error))
            await asyncio.sleep(WAIT_SECONDS)

    async def _use(self, sources: Sources) -> list[str]:
        """Put other sources in force; what is missing of them: a topic is read once `usher topics` has made it."""
        self._api.use(sources)
        self._mail.use(sources)
        self._pseudonyms.use(sources.regions)
        self._door.use(_routes(self._settings, sources))
        wanted = _inbound_topics(self._settings, sources)
        missing = await self._missing([topic for topic in wanted["contacts"] if topic not in self.topics["contacts"]])
        self.topics = {**wanted, "contacts": [topic for topic in wanted["contacts"] if topic not in missing]}
        if self._subscriptions is not None:
            self._subscriptions.use(self.topics)
        return [f"the topic {topic} is missing: run `usher topics`" for topic in missing]

    async def _missing(self, topics: Sequence[str]) -> list[str]:
        found = []
        for topic in topics:
            spec = TopicSpec(name=topic.removeprefix(self._settings.topic_prefix), retention_ms=0)
            try:
                problems = await ensure_topics(self._settings, [spec], check=True)
            except Retryable as error:
                problems = [TopicProblem(str(error))]
            if problems:
                found.append(topic)
        return found

    async def _wait_for_topics(self) -> None:
        names = [topic.removeprefix(self._settings.topic_prefix) for topics in self.topics.values() for topic in topics]
        needed = [*names, ROUTER_INPUT, DEAD_LETTERS]
        await until_ready("the topics", lambda: topic_problem(self._settings, needed), self._stopping, self._log)


def _inbound_topics(settings: IngestSettings, sources: Sources) -> dict[str, Sequence[str]]:
    """Topics by subscription. Agents do not wait behind a flood of contacts, so each kind has a consumer of its own."""
    prefix = settings.topic_prefix
    return {
        "contacts": [prefix + channel_topic(name) for name in sources.by_name],
        "agent-activity": [prefix + AGENT_ACTIVITY],
        "contact-updates": [prefix + CONTACT_UPDATES],
    }


def _routes(settings: IngestSettings, sources: Sources) -> dict[str, Route]:
    prefix = settings.topic_prefix
    routes = {
        prefix + channel_topic(source.name): Route(source.adapter, source.way, source.own)
        for source in sources.by_name.values()
    }
    for topic in (AGENT_ACTIVITY, CONTACT_UPDATES):
        routes[prefix + topic] = Route(CANONICAL, Way())
    return routes


async def build() -> tuple[Ingest, IngestSettings, Log]:
    """The service as its environment describes it. Fatal with one line that names the setting and the fix."""
    settings = IngestSettings()
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # else each broken form is a line of its own
    log = configure(SERVICE, settings.log_level)
    try:
        sources = load_sources(settings.sources_file, with_channels=settings.channel_sources, local=settings.is_local)
    except SourcesError as error:
        raise Fatal(f"USHER_SOURCES_FILE: {error}") from None
    return Ingest(settings, sources, pseudonym_key(settings), log), settings, log
