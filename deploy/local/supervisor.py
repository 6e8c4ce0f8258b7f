"""Starts the local stack, keeps every part of it alive, and takes all of it down."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any

from deploy.local.access import added_keys, make_keys, pseudonym_key, sources_document, write_sources
from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from deploy.local.errors import LocalStackError, SetupError
from deploy.local.keeping import keep
from deploy.local.observability import Observability
from deploy.local.options import PARTITIONS_DEFAULT, SERVICES, SOURCES_POLL_SECONDS, StackOptions
from deploy.local.ports import is_free
from deploy.local.preparing import Again, make_schema_and_topics
from deploy.local.sources_watch import SourcesWatch
from deploy.local.state import StateFolder, check_together, kafka_identity, postgres_identity
from deploy.local.units import ServiceUnit, Unit
from shared.clock import monotonic
from shared.contract.topics import all_topics
from shared.errors import Retryable, UsherError
from shared.kafka import ensure_topics
from shared.process.settings import CommonSettings


class Supervisor:
    """One local stack. Its state folder must be claimed while it lives; ``say`` gets a line for whatever happens."""

    def __init__(self, options: StackOptions, state: StateFolder, say: Callable[[str], None]) -> None:
        self._options = options
        self._state = state
        self._say = say
        logs, lock = state.logs, state.processes_lock
        self._broker = None if options.kafka else KafkaBroker(state.kafka, log=logs / "kafka.log", lock=lock)
        self._database = (
            None if options.postgres else PostgresServer(state.postgres, log=logs / "postgres.log", lock=lock)
        )
        self._observability = Observability(state) if options.observability else None
        self._replicas: list[ServiceUnit] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._keys: dict[str, str] = {}
        self._environment: dict[str, str] = {}
        self._stopping = False

    async def start(self) -> None:
        """Bring everything up; returns when all are ready. LocalStackError: what failed, and its log file."""
        started = monotonic()
        if not await self._state.leftovers_gone():
            raise LocalStackError("processes of a crashed stack still run and hold the data: wait, or end them")
        self._state.clean()
        if self._options.port is not None and not is_free(self._options.port):
            raise SetupError(f"--port {self._options.port} is taken: choose another, or leave it out for a free one")
        partitions = self._partitions()
        check_together(self._state, kafka=self._broker is not None, postgres=self._database is not None)
        self._keys = make_keys(self._state, self._options.workspaces)
        watch = self._sources_watch()  # before the file is read for the first time, so that no edit is missed
        added = added_keys(self._state, self._options.sources)
        document = sources_document(self._keys, self._options.sources, added)
        write_sources(self._state, document, own=self._options.sources is None)
        await self._start_servers()
        settings = self._settings(partitions)
        await self._prepare(settings, tuple(document["sources"]))
        self._environment = self._services_environment(settings)
        self._replicas = self._make_replicas()
        if self._observability:
            self._observability.prepare()
        await self._start_units([*self._replicas, *self._observers()])
        if self._options.settled and "router" in self._options.services:
            await self._options.settled(settings)
        self._state.remember(ports={unit.label: unit.ports() for unit in self._replicas})
        self.publish()
        self._keepers = [asyncio.create_task(keep(unit, self._start_again, self._say)) for unit in self._units()]
        if watch is not None:
            self._keepers.append(asyncio.create_task(watch.run()))
        self._say(f"ready after {monotonic() - started:.1f} s")

    async def run(self) -> None:
        """Keep everything alive until cancelled."""
        await asyncio.gather(*self._keepers)

    async def stop(self) -> None:
        """Services first, so that they can drain; then the servers. Nothing runs afterwards; the data stay."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        servers = [server for server in (self._broker, self._database) if server]
        await asyncio.gather(*(unit.stop() for unit in [*self._replicas, *self._observers()]))
        await asyncio.gather(*(server.stop() for server in servers))
        self._state.forget_stack()

    async def kill(self) -> None:
        """Everything at once, without draining."""
        self._stopping = True
        await asyncio.gather(*(unit.kill() for unit in self._units()))

    def document(self) -> dict[str, Any]:
        """What stack.json holds."""
        by_service = {service: [unit for unit in self._replicas if unit.service == service] for service in SERVICES}
        workspace = self._options.workspaces[0]
        ingest = by_service["ingest"]
        return {
            "kafka": self._options.kafka or (self._broker.bootstrap if self._broker else ""),
            "postgres": self._options.postgres or (self._database.dsn if self._database else ""),
            "ingest_url": ingest[0].endpoints.get("ingest_url", "").rstrip("/") if ingest else "",
            **({"smtp_url": ingest[0].endpoints["smtp_url"]} if ingest and "smtp_url" in ingest[0].endpoints else {}),
            **({"sources": str(self._options.sources.absolute())} if self._options.sources else {}),
            "metrics": {
                service: [unit.endpoints["metrics_url"] for unit in units if unit.endpoints]
                for service, units in by_service.items()
            },
            "pids": {
                "kafka": self._broker.pid if self._broker else None,
                "postgres": self._database.pid if self._database else None,
                **{service: [unit.pid for unit in units] for service, units in by_service.items()},
                **(self._observability.pids() if self._observability else {}),
            },
            **({"observability": self._observability.addresses()} if self._observability else {}),
            "workspace": workspace,
            "api_key": self._keys[workspace],
            "api_keys": self._keys,
            "supervisor": os.getpid(),
            "part": self._state.part,
        }

    def publish(self) -> None:
        """Write stack.json, and let Prometheus know whom to scrape."""
        document = self.document()
        if self._observability:
            self._observability.scrape(document["metrics"])
        self._state.write_stack(document)

    def _spawned(self) -> None:
        if self._keepers:  # before that a reader would take a stack that starts for one that is ready
            self.publish()

    def _units(self) -> list[Unit]:
        servers: list[Unit] = [server for server in (self._broker, self._database) if server]
        return [*servers, *self._replicas, *self._observers()]

    def _observers(self) -> list[Unit]:
        return self._observability.units if self._observability else []

    async def _start_servers(self) -> None:
        await self._start_units([server for server in (self._broker, self._database) if server])
        if self._broker:
            self._state.remember(kafka=kafka_identity(self._state))
        if self._database:
            self._state.remember(postgres=postgres_identity(self._state))

    async def _start_units(self, units: Sequence[Unit]) -> None:
        starting = [asyncio.ensure_future(self._start_one(unit)) for unit in units]
        try:
            await asyncio.gather(*starting)
        finally:  # one that failed, or an end that was asked for, ends the others too
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)

    async def _start_one(self, unit: Unit) -> None:
        started = monotonic()
        await unit.start()
        self._say(f"{unit.label} ready after {monotonic() - started:.1f} s")

    async def _prepare(self, settings: CommonSettings, sources: tuple[str, ...]) -> None:
        """Schema, topics, policies: everything that services expect to find."""
        again = Again(self._own_servers_run, self._say)
        try:
            await make_schema_and_topics(settings, sources, again)
            self._state.remember(partitions=settings.partitions)
            await again.until_done(lambda: self._options.activate(settings))
        except Retryable as error:
            raise LocalStackError(f"{error}; see {self._state.logs}") from None
        except UsherError as error:
            raise SetupError(f"{error}") from None
        self._say("schema, topics and policies are in place")

    def _own_servers_run(self) -> bool:
        """False as well where the servers are somebody else's: an address that is wrong is said at once."""
        return all(server is not None and server.running for server in (self._broker, self._database))

    def _sources_watch(self) -> SourcesWatch | None:
        file = self._options.sources
        return SourcesWatch(file, self._options.sources_fault, self._renew_sources, self._say) if file else None

    async def _renew_sources(self) -> None:
        """The file of ``--sources`` as it is now, for ingest; the topics first, so that none is missed. SetupError."""
        document = sources_document(self._keys, self._options.sources)
        problems = await ensure_topics(self._settings(self._partitions()), all_topics(tuple(document["sources"])))
        if problems:
            raise SetupError(problems[0].text)
        write_sources(self._state, document, own=False)

    def _partitions(self) -> int:
        return self._options.partitions or int(self._state.recall().get("partitions", PARTITIONS_DEFAULT))

    def _settings(self, partitions: int) -> CommonSettings:
        addresses = self.document()
        return CommonSettings(
            kafka_bootstrap_servers=addresses["kafka"], postgres_dsn=addresses["postgres"], partitions=partitions
        )

    def _services_environment(self, settings: CommonSettings) -> dict[str, str]:
        return {
            **os.environ,
            **self._addresses(),
            "USHER_PARTITIONS": str(settings.partitions),
            "USHER_SOURCES_FILE": str(self._state.sources_file),
            "USHER_SOURCES_POLL_SECONDS": os.environ.get("USHER_SOURCES_POLL_SECONDS", str(SOURCES_POLL_SECONDS)),
            "USHER_PSEUDONYM_KEY": pseudonym_key(self._state),
        }

    def _addresses(self) -> dict[str, str]:
        document = self.document()
        return {"USHER_KAFKA_BOOTSTRAP_SERVERS": document["kafka"], "USHER_POSTGRES_DSN": document["postgres"]}

    async def _follow_addresses(self) -> None:
        """A server whose port was taken meanwhile came back on another: the services must start with that one."""
        addresses = self._addresses()
        if not addresses.items() <= self._environment.items():
            self._environment.update(addresses)
            self._say("a server had to change its port: the services are started again")
            await asyncio.gather(*(replica.kill() for replica in self._replicas))

    def _make_replicas(self) -> list[ServiceUnit]:
        known = {label: dict(ports) for label, ports in dict(self._state.recall().get("ports", {})).items()}
        if self._options.port is not None:
            known.setdefault("ingest-1", {})["http"] = self._options.port
        return [
            ServiceUnit(
                service,
                number,
                state=self._state,
                environment=self._environment,
                spawned=self._spawned,
                ports=known.get(f"{service}-{number}", {}),
            )
            for service in self._options.services
            for number in range(1, self._options.replicas.get(service, 1) + 1)
        ]

    async def _start_again(self, unit: Unit) -> None:
        try:
            await self._start_one(unit)
        except LocalStackError as error:
            self._say(str(error))
        self.publish()
        await self._follow_addresses()
