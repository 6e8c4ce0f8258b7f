"""Thousands of open contacts under one customer id, on the real stores: they cost what others cost, and are loaded."""

from collections.abc import Callable

from msgspec.structs import replace

from deploy.local.broker import KafkaBroker
from services.router.domain.engine import RouterEngine
from shared.clock import monotonic
from shared.contract.inputs import Party
from tests.support.in_process import until
from tests.support.router_service import Running, message, policy, router_service

CONTACTS = 2_000
BATCH = 250  # messages put on the log together
RATIO_MAX = 4.0  # of a machine that others use; where each contact looks at all of the others it is ten and more


async def seconds_of(router: Running, name: str, start: int, customer: Callable[[int], str]) -> float:
    """How long it takes until a batch of new contacts waits, each of the customer of its number."""
    texts = (message(f"{name}-{number}") for number in range(start, start + BATCH))
    parties = (Party(handle=f"+34{number:09d}", customer_id=customer(number)) for number in range(start, start + BATCH))
    said = [replace(text, party=party) for text, party in zip(texts, parties, strict=True)]
    began, first = monotonic(), next_offset(router)
    await router.say(*said)
    await until(lambda: _holds(lambda: next_offset(router) >= first + BATCH))
    return monotonic() - began


async def _holds(condition: Callable[[], bool]) -> bool:
    return condition()


def next_offset(router: Running) -> int:
    """How many inputs are applied and committed."""
    return sum(lane.claim.next_offset for lane in router.service.lanes())


def waiting(router: Running) -> int:
    """Contacts in memory."""
    engines = [lane.engine for lane in router.service.lanes()]
    return sum(len(engine.book.contacts) for engine in engines if isinstance(engine, RouterEngine))


async def test_thousands_of_open_contacts_of_one_customer_cost_what_others_cost_and_are_loaded_again(
    kafka: KafkaBroker, database: str, topic_prefix: str
) -> None:
    async with router_service(kafka, database, topic_prefix) as router:
        await router.say(policy())
        await router.saw("policy.activated")
        others = guests = 0.0
        for start in range(0, CONTACTS, BATCH):  # in turns: whoever else uses the machine takes from both
            others += await seconds_of(router, "other", start, lambda number: f"customer-{number}")
            guests += await seconds_of(router, "guest", start, lambda _: "guest")
        assert await router.service.problems() == []
        assert waiting(router) == 2 * CONTACTS
        assert guests < RATIO_MAX * others
    async with router_service(kafka, database, topic_prefix) as again:
        await until(lambda: _holds(lambda: waiting(again) == 2 * CONTACTS))
        await again.say(replace(message("one-more"), party=Party(handle="+34600000001", customer_id="guest")))
        await until(lambda: _holds(lambda: waiting(again) == 2 * CONTACTS + 1))
        assert await again.service.problems() == []
