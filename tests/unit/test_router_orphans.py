"""A contact that nothing will ever move is a fault of ours; whoever is woken by it is told which one it is."""

import pytest

from services.router.app import LOST_SAID_MAX, RouterService
from services.router.domain.state.timers import Timer
from services.router.settings import RouterSettings
from shared.process.logs import configure
from tests.support.router_builders import Router


def waiting(number: int) -> tuple[Router, list[str]]:
    """A router in which so many contacts wait."""
    router = Router()
    found = [router.contact(f"c{each}") for each in range(number)]
    assert (router.engine.book.orphans(), list(router.engine.book.lost())) == (0, [])
    return router, found


def test_one_without_a_deadline_and_one_that_fell_out_of_its_queue_are_named() -> None:
    router, (first, second, third) = waiting(3)
    book = router.engine.book
    book.timers.disarm(Timer.LIFE, first)
    assert (book.orphans(), list(book.lost())) == (1, [first])
    book.workspaces["acme"].matcher.leave(third)
    assert (book.orphans(), list(book.lost())) == (2, [first, third])


@pytest.mark.parametrize("lost", [0, 1, LOST_SAID_MAX + 2])
async def test_the_ready_page_names_them_and_what_to_type_next(lost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    router, found = waiting(LOST_SAID_MAX + 2)
    for contact_id in found[:lost]:
        router.engine.book.timers.disarm(Timer.LIFE, contact_id)
    service = RouterService(RouterSettings(), configure("router", "ERROR"))
    monkeypatch.setattr(service, "_engines", lambda: [router.engine])
    named = found[: min(lost, LOST_SAID_MAX)]
    told = [f"contact {each}: nothing will ever move it; next: usher explain {each}" for each in named]
    assert service.notes() == told
    await service._inputs.stop()
