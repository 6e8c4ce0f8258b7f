"""The demo's live view: what it counts, and that it fits a terminal."""

import re
from io import StringIO

import pytest
from rich.console import Console

from cli.demo.account import Account
from cli.demo.view import screen
from tests.support.router_builders import Router, body_of, policy_with

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


def account_of(router: Router) -> Account:
    account = Account()
    for event in router.events:
        account.on_event(event.type, body_of(event), event.at_ms)
    return account


def shown(account: Account, now_ms: int) -> list[str]:
    console = Console(width=80, height=24, record=True, force_terminal=False, file=StringIO())
    console.print(screen(account, now_ms, 12.0))
    return console.export_text().splitlines()


@pytest.fixture
def busy() -> Router:
    """Twelve queues with long names, somebody waiting in each, one of them answered."""
    policy = policy_with()
    for number in range(12):
        policy["queues"][f"a-queue-with-a-very-long-name-{number:02}"] = {
            "requires": {},
            "targets": {"time_to_answer": {"within": f"{10 + number}s"}},
        }
    router = Router(policy)
    for number in range(12):
        for twice in range(2):
            router.contact(f"c{number}-{twice}", queue=f"a-queue-with-a-very-long-name-{number:02}")
    for number in range(5):
        router.sign_on(f"agent-with-a-long-name-{number}", units=1)
    router.accept("agent-with-a-long-name-4")
    return router


def test_it_fits_80_columns_and_24_lines_without_ids(busy: Router) -> None:
    lines = shown(account_of(busy), busy.now_ms + 15_000)
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert not any(UUID.search(line) for line in lines)
    assert any("better ones" in line for line in lines)


def test_each_contact_counts_once_among_the_tiers(busy: Router) -> None:
    account = account_of(busy)
    assert (account.contacts, account.tiers) == (24, {"agent": 24})


def test_who_waits_past_the_target_counts_as_missed_and_the_worst_queue_is_first() -> None:
    router = Router(policy_with())
    router.sign_on("a1", skills={"orders": 3})
    router.contact("c1", queue="orders")
    router.accept("a1")
    for number in range(3):
        router.contact(f"o{number}", queue="orders")
    router.contact("g", queue="general")
    account = account_of(router)
    orders = account.queues["acme", "orders"]
    assert (orders.late(router.now_ms), orders.service_level(router.now_ms)) == (0, 1.0)
    router.now_ms += 20_001
    assert (orders.late(router.now_ms), orders.service_level(router.now_ms)) == (3, 0.25)
    rows = [line for line in shown(account, router.now_ms) if "acme/" in line]
    assert [row.split()[:3] for row in rows] == [["acme/orders", "3", "3"], ["acme/general", "1", "0"]]
    assert "25%" in rows[0]


def test_who_gave_up_is_lost_to_the_queue_and_waits_no_more() -> None:
    router = Router(policy_with())
    for name in ("c1", "c2"):
        router.contact(name, queue="orders")
    router.hang_up("c1")
    line = account_of(router).queues["acme", "orders"]
    assert (line.lost, len(line.waiting), line.service_level(router.now_ms)) == (1, 1, 0.0)


def test_taken_is_said_when_somebody_has_accepted_and_not_before() -> None:
    router = Router(policy_with())
    router.sign_on("a1")
    router.contact("c1")
    before = list(account_of(router).decisions)
    assert any("offered to a1: due in 60 s" in line for line in before)
    assert not any("taken by" in line for line in before)
    router.now_ms += 2500
    router.accept("a1")
    assert account_of(router).decisions[-1] == "chat/general: taken by a1, waited 2.5 s"
