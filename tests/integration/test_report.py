"""``usher report`` after a busy day, a kill -9 and a restart: every figure is the one that the topics alone give."""

import asyncio
import random
import signal
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.broker import KafkaBroker
from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract.ids import event_id
from shared.contract.records import Record
from shared.contract.topics import CONTACT_EVENTS, DEAD_LETTERS, ROUTER_INPUT, SLA_EVENTS, TopicSpec
from shared.kafka import ensure_topics
from shared.times import rfc3339
from tests.integration.test_sla_service import SECONDS_MAX, Router, sla, spawn
from tests.support.commands import Usher, rows
from tests.support.in_process import until
from tests.support.router_builders import Router as Engine
from tests.support.router_builders import policy_with
from tests.support.sla_builders import INSERT_POLICY, Log
from tests.unit.test_sla_after_router import Day

HOUR_MS = 3_600_000
TARGETS = {"time_to_answer": {"within": "20s"}, "resolution": {"within": "2m"}, "handling": {"within": "1m"}}
POLICY = policy_with(
    queues={
        "orders": {"requires": {"orders": 2}, "targets": TARGETS},
        "cards": {"targets": TARGETS, "overflow": [{"when": {"waited": "9s"}, "to": {"queue": "general"}}]},
        "general": {"targets": TARGETS},
    }
)
OVER = ("closed", "contained", "abandoned", "cancelled", "expired")
PHASES = {"queued": "waiting", "assigned": "talk", "wrapping": "wrap_up", "scheduled": "", "sent_to_bot": "",
          "sent_to_self_service": ""} | dict.fromkeys(OVER, "")  # fmt: skip
MOVES = {"transferred": "transfers", "requeued": "requeues", "overflowed": "overflows",
         "offer_expired": "non_responses", "offer_declined": "declines"}  # fmt: skip

Told = list[tuple[str, dict[str, Any]]]


class Busy(Day):
    """A day that ends with nobody waiting, over the turn of an hour some hours ago; agents stay signed on."""

    def __init__(self, seed: int, start_ms: int) -> None:
        self.rng = random.Random(seed)
        self.router = Engine(POLICY, start_ms=start_ms)
        for agent in ("a1", "a2"):
            self.router.sign_on(agent, units=2)
        self.conversations = 0

    def log(self) -> Log:
        """Everything that the router told."""
        self.records()
        for contact in sorted(self.router.store.contacts):
            if self.router.store.contacts[contact].state != "wrapping":
                self.router.command(contact, "cancel")
        self.router.wait(400)  # whoever wraps up is done
        log = Log()
        log.records = [
            Record(n, each.at_ms, each.type, event_id(each.cause_id, each.ordinal), each.body, n + 1)
            for n, each in enumerate(self.router.events)
        ]
        return log


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str) -> SlaSettings:
    made = SlaSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    names = (ROUTER_INPUT, CONTACT_EVENTS, SLA_EVENTS, DEAD_LETTERS)
    await ensure_topics(made, [TopicSpec(name=name, retention_ms=3_600_000) for name in names])
    return made


async def test_each_figure_of_each_report_is_that_of_the_topics_over_a_kill_9(
    settings: SlaSettings, tmp_path: Path
) -> None:
    first_ms = (now_ms() // HOUR_MS - 4) * HOUR_MS
    day = Busy(7, first_ms + HOUR_MS - 900_000)
    log = day.log()
    connection = await asyncpg.connect(settings.postgres_dsn.get_secret_value())
    await connection.execute("SET search_path TO usher")
    await connection.execute(INSERT_POLICY, "acme", 1, day.router.store.policies["acme"][0].body)
    await connection.close()
    router = Router(settings)
    await router.publish(log)
    await router.stop()
    process, _ = await spawn(settings, tmp_path, "lane.committed=kill@4")
    assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == -signal.SIGKILL
    async with sla(settings):
        await until(lambda: _applied(settings, len(log.records)))
    contacts, clocks = await everything(settings, CONTACT_EVENTS), await everything(settings, SLA_EVENTS)
    clocks = list({(name, body["clock_id"], body["at"]): (name, body) for name, body in clocks}.values())
    assert {name for name, _ in contacts} > {*OVER[:4], "overflowed", "transferred", "offer_declined"}, "a dull day"

    until_ms = first_ms + 3 * HOUR_MS
    expected = Truth(contacts, clocks, until_ms)
    usher = Usher(settings)
    for by in ("", "queue,channel", "hour", "agent", "queue,agent,hour"):
        said = {}
        for report in ("service-levels", "abandoned", "breaches", "agents"):
            found = await usher("report", report, "--from", rfc3339(first_ms), "--to", rfc3339(until_ms), "--by", by,
                                "--json")  # fmt: skip
            assert found.status == 0, found.err
            said[report] = found.document()["rows"]
        expected.compare(said, by.split(",") if by else [])


async def _applied(settings: SlaSettings, number: int) -> bool:
    found = await rows(settings, "SELECT next_offset FROM lane WHERE service = 'sla' AND partition = 0")
    return bool(found) and found[0]["next_offset"] == number


async def everything(settings: SlaSettings, topic: str) -> Told:
    """All that a topic holds, in order."""
    where = TopicPartition(settings.topic_prefix + topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers, enable_auto_commit=False)
    consumer.assign([where])
    try:
        await consumer.start()
        await consumer.seek_to_beginning(where)
        end, told = (await consumer.end_offsets([where]))[where], []
        while await consumer.position(where) < end:
            for record in (await consumer.getmany(where, timeout_ms=1000)).get(where, ()):
                told.append((_name(dict(record.headers)["ce_type"].decode()), orjson.loads(record.value)))
        return told
    finally:
        await consumer.stop()


def _name(kind: str) -> str:
    return kind.removeprefix("usher.contact.").removeprefix("usher.sla.clock_").removesuffix(".v1")


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Truth:
    """The same figures, made by reading the topics from their beginning: what happened, as flat facts."""

    def __init__(self, contacts: Told, clocks: Told, until_ms: int) -> None:
        self.waits: list[dict[str, Any]] = []
        self.phases: list[dict[str, Any]] = []
        self.seats: list[dict[str, Any]] = []
        self.moves: list[dict[str, Any]] = []
        for contact in {body["contact_id"] for _, body in contacts if "contact_id" in body}:
            self._course([(name, body) for name, body in contacts if body.get("contact_id") == contact])
        for agent in {body["agent_id"] for name, body in contacts if name.startswith("usher.agent")}:
            mine = [body for name, body in contacts if name.startswith("usher.agent") and body["agent_id"] == agent]
            self._sits(agent, mine, until_ms)
        self.clocks = [
            {"queue": body["queue"], "channel": body["channel"], "agent": body.get("agent_id", ""), "name": name,
             "hour": _hour(_ms(body["at"])), "kind": body["kind"], "target": body["target"]}
            for name, body in clocks if name in ("met", "breached", "cancelled")
        ]  # fmt: skip

    def _course(self, story: Told) -> None:
        phase, since, queue, agent, began = "", 0, "", "", 0
        for name, body in story:
            at = _ms(body["occurred_at"])
            where = {"queue": queue, "channel": body["channel"], "hour": _hour(at)}
            if name in MOVES:
                moved = {**where, "queue": body.get("queue") or "", "agent": body.get("agent_id") or ""}
                self.moves.append({**moved, "name": MOVES[name]})
            if name not in PHASES:
                continue
            if phase == "waiting" and name in ("assigned", "abandoned"):
                ms = round(body["waited_seconds"] * 1000) if name == "assigned" else at - began
                self.waits.append({**where, "agent": body.get("agent_id") or "", "name": name, "ms": ms})
            elif phase in ("talk", "wrap_up"):
                self.phases.append({**where, "agent": agent, "name": phase, "ms": at - since})
            if name == "queued":
                began = _ms(body["wait_started_at"])
            if PHASES[name] == "talk":
                agent = body["agent_id"]
            phase, since, queue = PHASES[name], at, body.get("queue") or ""

    def _sits(self, agent: str, bodies: list[dict[str, Any]], until_ms: int) -> None:
        before, reason, since = None, "", 0
        for body in [*bodies, None]:
            at = until_ms if body is None else _ms(body["occurred_at"])
            while before is not None and since < at:  # to each hour its part
                end = min(at, _hour(since) + HOUR_MS)
                state = before["availability"] if before["presence"] == "available" else before["presence"]
                name = f"{state}:{reason}" if reason else state
                self.seats.append({"agent": agent, "hour": _hour(since), "name": name, "ms": end - since,
                                   "queue": "", "channel": ""})  # fmt: skip
                since = end
            if body is None or (body["presence"] == "offline" and body["availability"] == "idle"):
                before = None
                continue
            if body["presence"] != "not_ready":
                reason = ""
            elif before is None or before["presence"] != "not_ready":
                reason = body["reason"]
            before, since = body, at

    def compare(self, said: dict[str, list[dict[str, Any]]], by: list[str]) -> None:
        """Each report has a row for each group in which something happened, and its figures."""
        answered = _groups([each for each in self.waits if each["name"] == "assigned"], by)
        decided = _groups(self.clocks, by)
        levels = _rows(said["service-levels"], by)
        assert set(levels) >= {*answered, *decided}
        for group, row in levels.items():
            kept: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("met", "breached", "cancelled"), 0))
            for each in decided[group]:
                kept[each["kind"]][each["name"]] += 1
            told = {kind: {name: each[name] for name in ("met", "breached", "cancelled")}
                    for kind, each in row["promises"].items()}  # fmt: skip
            assert told == kept
            for kind, each in kept.items():
                over = each["met"] + each["breached"]
                assert row["promises"][kind]["kept"] == (round(each["met"] / over, 4) if over else None)
            assert row["answered"] == len(answered[group])
            _same_waits(row, [each["ms"] for each in answered[group]])

        waited = _groups(self.waits, by)
        lost = _rows(said["abandoned"], by)
        for group in waited:
            ms = [each["ms"] for each in waited[group] if each["name"] == "abandoned"]
            row = lost[group]
            assert (row["abandoned"], row["offered"]) == (len(ms), len(waited[group]))
            assert row["share"] == round(len(ms) / len(waited[group]), 4)
            _same_waits(row, ms)
        assert not {group for group, row in lost.items() if row["offered"]} - set(waited)

        breached = Counter((_key(each, by), each["kind"], each["target"])
                           for each in self.clocks if each["name"] == "breached")  # fmt: skip
        assert Counter({(_of(row, by), row["kind"], row["target"]): row["breached"]
                        for row in said["breaches"]}) == breached  # fmt: skip
        self._agents(said["agents"], by if "agent" in by else ["agent", *by])

    def _agents(self, told: list[dict[str, Any]], by: list[str]) -> None:
        phases, seats, moves = (_groups([each for each in facts if each["agent"]], by)
                                for facts in (self.phases, self.seats, self.moves))  # fmt: skip
        found = _rows(told, by)
        assert set(found) == {*phases, *seats, *moves}
        for group, row in found.items():
            handled = sum(each["name"] == "talk" for each in phases[group])
            busy = sum(each["ms"] for each in phases[group])
            assert row["handled"] == handled
            assert row["mean_handle_seconds"] == (round(busy / handled / 1000, 3) if handled else None)
            seconds: Counter[str] = Counter()
            for each in seats[group]:
                seconds[each["name"]] += each["ms"]
            assert row["seconds"] == {name: round(ms / 1000, 3) for name, ms in seconds.items()}
            counted = Counter(each["name"] for each in moves[group])
            assert {name: row[name] for name in MOVES.values() if name in row} == counted


def _hour(at_ms: int) -> int:
    return at_ms // HOUR_MS * HOUR_MS


def _key(fact: dict[str, Any], by: list[str]) -> tuple[str, ...]:
    return tuple(rfc3339(fact[name]) if name == "hour" else fact[name] for name in by)


def _of(row: dict[str, Any], by: list[str]) -> tuple[str, ...]:
    return tuple(row[name] for name in by)


def _groups(facts: list[dict[str, Any]], by: list[str]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for fact in facts:
        found[_key(fact, by)].append(fact)
    return found


def _rows(rows: list[dict[str, Any]], by: list[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    found = {_of(row, by): row for row in rows}
    assert len(found) == len(rows), "a group has one row"
    return found


def _same_waits(row: dict[str, Any], ms: list[int]) -> None:
    """Mean and worst exactly; percentiles within the hundredth that is promised."""
    if not ms:
        return
    assert row["wait_mean_seconds"] == round(sum(ms) / len(ms) / 1000, 3)
    assert row["wait_worst_seconds"] == max(ms) / 1000
    ordered = sorted(ms)
    for name, share in (("wait_p50_seconds", 0.5), ("wait_p90_seconds", 0.9)):
        exact = ordered[max(0, -(-round(share * 100) * len(ms) // 100) - 1)] / 1000
        assert row[name] == pytest.approx(exact, rel=0.0105, abs=0.1)
