"""The forecast through the running service: told on the log, shown on /metrics, explained, and compared in the end."""

import asyncio
from collections.abc import Callable

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from cli.explain import explain, lines
from tests.support.in_process import SETTLE_SECONDS_MAX
from tests.support.router_service import (
    Running,
    agent,
    bodies,
    closed,
    kinds,
    left,
    message,
    policy,
)

WITHIN_SECONDS = 40  # long for who is next, also where serving one takes ten seconds because the machine is slow
CONTACTS = 60  # far more than one agent answers in that time, who takes a second or more for each


Shown = dict[tuple[str, ...], float]


def shown(running: Running) -> Shown:
    """/metrics now: (name, values of the labels but those of a histogram's buckets) -> value."""
    families = text_string_to_metric_families(generate_latest(running.service.registry).decode())
    samples = [sample for family in families for sample in family.samples if "le" not in sample.labels]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


async def until_shown(running: Running, enough: Callable[[Shown], bool]) -> Shown:
    async with asyncio.timeout(SETTLE_SECONDS_MAX):
        while not enough(found := shown(running)):
            await asyncio.sleep(0.1)
        return found


def total(metrics: Shown, name: str, label: str) -> float:
    """The sum of a metric over its other labels."""
    return sum(value for key, value in metrics.items() if key[0] == name and label in key)


async def test_the_forecast_is_told_shown_explained_and_compared(running: Running) -> None:
    terms = {"general": {"targets": {"time_to_answer": {"within": f"{WITHIN_SECONDS}s"}}}}
    await running.say(policy(queues=terms), message("first"))
    await running.until(lambda seen: "contact.queued" in kinds(seen))
    await asyncio.sleep(1.0)  # what the queue's rate is made of: one served in a second or more
    await running.say(agent("a1"))
    await running.accept(1)
    assigned = await running.saw("contact.assigned")

    await running.say(*(message(f"c{number}") for number in range(CONTACTS)))
    log = await running.until(lambda seen: kinds(seen).count("contact.queued") == CONTACTS + 1)
    first, *told = bodies(log, "contact.queued")
    assert (first["expected_wait_seconds"], first["breach_risk"]) == (None, None)
    best, worst = (choose(told, key=lambda body: body["position"]) for choose in (min, max))
    assert best["breach_risk"] < 0.1 < 0.9 < worst["breach_risk"]
    assert worst["expected_wait_seconds"] == pytest.approx(worst["position"] * best["expected_wait_seconds"], rel=0.5)
    at_risk = ("usher_contacts_at_risk", "general", "acme")
    metrics = await until_shown(running, lambda metrics: metrics.get(at_risk, 0) > 0)
    assert metrics[at_risk] < CONTACTS
    found = await explain(running.settings, worst["contact_id"])
    assert found is not None
    assert worst["position"] <= found["now"]["position"] <= CONTACTS
    now = found["now"]
    (line,) = (line for line in lines(found) if f"position {now['position']}" in line)
    # On a slow machine the promise may be broken by now, and no wait is told.
    waits = now["expected_wait_seconds"]
    assert (f"expected wait {waits:g} s" in line) if waits is not None else ("no forecast: " in line)

    await running.say(closed(assigned))
    await running.accept(2)
    await running.until(lambda seen: kinds(seen).count("contact.assigned") == 2)
    await running.say(*(left(f"c{number}") for number in range(CONTACTS)))
    name = "usher_breach_risk_observed_total"
    metrics = await until_shown(running, lambda metrics: total(metrics, name, "lost") == CONTACTS - 1)
    assert total(metrics, name, "met") == 1
    error = "usher_wait_estimate_error_seconds_count"
    assert metrics[error, "later"] + metrics[error, "sooner"] == 1
    await until_shown(running, lambda metrics: metrics[at_risk] == 0)
