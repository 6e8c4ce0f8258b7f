"""What /metrics shows of a busy day after a kill -9 and two more owners: each sample is the one of the topics."""

import asyncio
import signal
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract.topics import CONTACT_EVENTS
from tests.integration.test_report import MOVES, OVER, Busy, Told, everything, settings
from tests.integration.test_sla_service import SECONDS_MAX, Router, published, sla, spawn
from tests.support.commands import rows
from tests.support.in_process import until
from tests.support.sla_builders import INSERT_POLICY

__all__ = ["settings"]

PHASES = {"sent_to_self_service": "self_service", "sent_to_bot": "bot", "queued": "waiting", "scheduled": "scheduled",
          "assigned": "talk", "wrapping": "wrap_up"} | dict.fromkeys(OVER, "")  # fmt: skip
OUTCOMES = {"assigned": "answered", "scheduled": "callback", "abandoned": "abandoned"} | dict.fromkeys(
    ("closed", "contained", "cancelled", "expired"), "cancelled"
)
Labels = frozenset[tuple[str, str]]
Page = dict[str, dict[Labels, float]]


async def test_each_sample_is_the_one_that_the_topics_give_after_a_kill_9_and_whoever_goes_on(
    settings: SlaSettings, tmp_path: Path
) -> None:
    day = Busy(11, now_ms() - 7_200_000)
    log = day.log()
    connection = await asyncpg.connect(settings.postgres_dsn.get_secret_value())
    await connection.execute("SET search_path TO usher")
    await connection.execute(INSERT_POLICY, "acme", 1, day.router.store.policies["acme"][0].body)
    await connection.close()
    router = Router(settings)
    await router.receives()  # which is never handled: only what is told decides, and the topics stand still meanwhile
    whole, third = log.records, len(log.records) // 3
    log.records = whole[: 2 * third]
    await router.publish(log)
    process, _ = await spawn(settings, tmp_path, "lane.committed=kill@2")
    assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == -signal.SIGKILL
    async with sla(settings) as one:
        await until(lambda: _applied(settings, 2 * third))
        await until(lambda: _shows(one))
        compare(page(one), *await _told(settings))
    log.records = whole
    await router.publish(log)
    await router.stop()
    async with sla(settings) as other:
        await until(lambda: _applied(settings, len(whole)))
        await until(lambda: _shows(other))
        contacts, clocks = await _told(settings)
        compare(page(other), contacts, clocks)
    assert {name for name, _ in contacts} > {*OVER[:4], "overflowed", "transferred", "offer_declined"}, "a dull day"
    assert {name for name, _ in clocks} > {"met", "breached", "cancelled", "ended_late"}, "a dull day"


def page(service: SlaService) -> Page:
    """Name -> labels -> value, of what has the label of a partition."""
    found: Page = defaultdict(dict)
    for family in text_string_to_metric_families(generate_latest(service.registry).decode()):
        for sample in family.samples:
            if sample.labels.get("partition") == "0" and not sample.name.endswith("_created"):
                found[sample.name][frozenset(sample.labels.items())] = sample.value
    return found


def compare(shown: Page, contacts: Told, clocks: Told) -> None:
    """Each sample of each family of sla is what the topics say, and 0 where they say nothing."""
    truth = Truth(contacts, clocks)
    for name, expected in truth.counters.items():
        assert {labels: value for labels, value in shown[name].items() if value} == expected, name
    for name, durations in truth.durations.items():
        counts, sums = shown[f"{name}_count"], shown[f"{name}_sum"]
        assert {labels: value for labels, value in counts.items() if value} == {
            labels: len(each) for labels, each in durations.items()
        }
        for labels, value in sums.items():
            assert value == pytest.approx(sum(durations.get(labels, [])) / 1000)
    waits, buckets = truth.durations["usher_queue_wait_seconds"], shown["usher_queue_wait_seconds_bucket"]
    bounds = {float(dict(labels)["le"]) for labels in buckets}
    assert bounds >= {20.0, 120.0, float("inf")}, "each target is a bound"
    for labels, value in buckets.items():
        le = float(dict(labels)["le"])
        place = frozenset(item for item in labels if item[0] != "le")
        assert value == sum(ms <= le * 1000 for ms in waits.get(place, [])), (le, place)
        assert place in shown["usher_queue_wait_seconds_sum"]
    assert len(buckets) == len(bounds) * len(shown["usher_queue_wait_seconds_sum"]), "every series has every bound"


class Truth:
    """The same figures, by reading the topics from their beginning."""

    def __init__(self, contacts: Told, clocks: Told) -> None:
        names = ("sla_clocks", "sla_breaches", *MOVES.values(), "callbacks")
        self.counters: dict[str, Counter[Labels]] = {f"usher_{name}_total": Counter() for name in names}
        self.durations: dict[str, dict[Labels, list[int]]] = {
            "usher_queue_wait_seconds": defaultdict(list), "usher_phase_seconds": defaultdict(list),
            "usher_sla_lateness_seconds": defaultdict(list),
        }  # fmt: skip
        for contact in {body["contact_id"] for _, body in contacts if "contact_id" in body}:
            mine = [(name, body) for name, body in contacts if body.get("contact_id") == contact]
            self._waits(mine)
            self._phases(mine)
        for name, body in contacts:
            if name in MOVES:
                moved = "callbacks" if body.get("to", {}).get("callback") else MOVES[name]
                self.counters[f"usher_{moved}_total"][_labels(queue=body.get("queue") or "")] += 1
        for name, body in clocks:
            whose = {label: body[label] for label in ("kind", "target", "queue")}
            if name in ("met", "breached", "cancelled"):
                self.counters["usher_sla_clocks_total"][_labels(**whose, result=name)] += 1
            if name == "ended_late":
                late = _labels(kind=body["kind"], queue=body["queue"])
                self.durations["usher_sla_lateness_seconds"][late].append(round(body["lateness_seconds"] * 1000))
            if name == "breached":
                self.counters["usher_sla_breaches_total"][_labels(**whose, channel=body["channel"])] += 1

    def _waits(self, story: Told) -> None:
        queue, began = None, 0
        for name, body in story:
            at = _ms(body["occurred_at"])
            outcome = "flow_out" if name == "queued" and body["queue"] != queue else OUTCOMES.get(name)
            if queue is not None and outcome is not None:
                place = _labels(queue=queue, channel=body["channel"], outcome=outcome)
                self.durations["usher_queue_wait_seconds"][place].append(at - began)
                queue = None
            if name == "queued":
                queue, began = body["queue"], _ms(body["wait_started_at"])

    def _phases(self, story: Told) -> None:
        phase, queue, since = "", "", 0
        for name, body in story:
            if name in PHASES:
                at = _ms(body["occurred_at"])
                if phase:
                    place = _labels(phase=phase, queue=queue, channel=body["channel"])
                    self.durations["usher_phase_seconds"][place].append(at - since)
                phase, queue, since = PHASES[name], body.get("queue") or "", at


def _labels(**more: str) -> Labels:
    return frozenset({"workspace": "acme", "partition": "0", **more}.items())


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def _applied(settings: SlaSettings, number: int) -> bool:
    """Whether so many records were applied, and whatever follows was published."""
    found = await rows(settings, "SELECT next_offset, next_seq FROM lane WHERE service = 'sla' AND partition = 0")
    if not found or found[0]["next_offset"] != number:
        return False
    return len(await published(settings)) == found[0]["next_seq"] - 1


async def _shows(service: SlaService) -> bool:
    return bool(page(service)["usher_sla_clocks_total"])


async def _told(settings: SlaSettings) -> tuple[Told, Told]:
    """What both topics hold; of what a kill made somebody publish twice the first."""
    return await everything(settings, CONTACT_EVENTS), await published(settings)
