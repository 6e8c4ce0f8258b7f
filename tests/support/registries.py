"""The registries of all services as their processes make them, without any server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from services.ingest.metrics import IngestMetrics
from services.router.app import RouterService
from services.router.settings import RouterSettings
from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.process.logs import configure
from shared.process.metrics import registry_for

SERVICES = ("ingest", "router", "sla")


@asynccontextmanager
async def registries() -> AsyncIterator[dict[str, CollectorRegistry]]:
    """Registry by service."""
    log = configure("docs", "ERROR")
    ingest = registry_for("ingest", "0")
    IngestMetrics(ingest)
    lanes = {"router": RouterService(RouterSettings(), log), "sla": SlaService(SlaSettings(), log)}
    try:
        yield {"ingest": ingest, **{name: service.registry for name, service in lanes.items()}}
    finally:
        for lane in lanes.values():
            await lane._inputs.stop()  # never started, but its client complains when it is dropped


async def exported() -> dict[str, tuple[str, set[str]]]:
    """Every metric by name (counters with ``_total``): its kind, and the services that show it."""
    found: dict[str, tuple[str, set[str]]] = {}
    async with registries() as made:
        for service, registry in made.items():
            for family in registry.collect():
                name = family.name + ("_total" if family.type == "counter" else "")
                found.setdefault(name, (family.type, set()))[1].add(service)
    return found
