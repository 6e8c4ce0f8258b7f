"""A stateful service that ends before it began to read leaves nothing open."""

import gc
import warnings

import pytest

from services.router.app import RouterService
from services.router.settings import RouterSettings
from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.lane.service import LaneService
from shared.process.logs import configure


def made(service: str) -> LaneService:
    log = configure(service, "CRITICAL")
    return RouterService(RouterSettings(), log) if service == "router" else SlaService(SlaSettings(), log)


@pytest.mark.parametrize("service", ["router", "sla"])
async def test_a_service_that_is_stopped_before_it_joins_leaves_no_client_open(service: str) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        process = made(service)
        process.stop()
        await process.run()
        del process
        gc.collect()

    assert [str(each.message) for each in said if "Unclosed" in str(each.message)] == []
