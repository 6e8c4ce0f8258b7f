"""What became of every promise of a log, recomputed at leisure and independently of the sla service."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.contract.records import Record

__all__ = ["BASE_MS", "ORDERING_SECONDS", "TERMS", "Terms", "recompute"]

BASE_MS = 1_782_000_000_000  # 2026-06-21T00:00:00Z, a Sunday


@dataclass(frozen=True)
class Terms:
    """What the oracle knows of the policies: seconds by (workspace, queue), default queues, and shares that warn."""

    answer: dict[tuple[str, str], float]
    resolution: dict[tuple[str, str], float]
    default_queue: dict[str, str]
    warn: dict[tuple[str, str, str], float]


TERMS = Terms(
    answer={("acme", "orders"): 20, ("acme", "cards"): 10, ("globex", "orders"): 8, ("globex", "general"): 30},
    resolution={("acme", "orders"): 600, ("globex", "orders"): 120},
    default_queue={"acme": "orders", "globex": "general"},
    warn={("acme", "orders", "time_to_answer"): 0.75, ("globex", "orders", "resolution"): 0.5},
)
ORDERING_SECONDS = 3600  # what the router states for a queue that promises nothing


@dataclass
class Promise:
    """One clock as the oracle sees it: when it began, when it was due, and what ended it."""

    contact: str
    kind: str
    queue: str
    started: int
    due: int
    warn: int | None
    ended: int | None = None
    done: bool = False


def recompute(records: list[Record], horizon_ms: int, terms: Terms = TERMS) -> Counter[tuple[str, str, str, float]]:
    """Every fact that the whole log implies, read at leisure: no batches, no watermark, no memory of its own.

    ``horizon_ms``: promises still open at the end are judged as of this time.
    """
    facts: Counter[tuple[str, str, str, float]] = Counter()
    events = [(record.type.split(".")[2], orjson.loads(record.value)) for record in records]
    for promise in _promises(events, terms):
        for name, at_ms in _story(promise, horizon_ms):
            facts[name, promise.contact, promise.kind, (at_ms - BASE_MS) / 1000] += 1
    return facts


def _story(promise: Promise, horizon_ms: int) -> list[tuple[str, int]]:
    ended = promise.ended if promise.ended is not None else horizon_ms
    story = [("started", promise.started)]
    if promise.warn is not None and ended > promise.warn:
        story.append(("warned", promise.warn))
    if ended > promise.due:
        story.append(("breached", promise.due))
        if promise.done:
            story.append(("ended_late", ended))
    elif promise.ended is not None:
        story.append(("met" if promise.done else "cancelled", ended))
    return story


Told = list[tuple[str, dict[str, Any]]]
ENDS = {"closed", "contained", "abandoned", "cancelled", "expired"}


def _promises(events: Told, terms: Terms) -> list[Promise]:
    every: list[Promise] = []
    for contact in dict.fromkeys(body["contact_id"] for _, body in events if "contact_id" in body):
        mine = [(kind, body) for kind, body in events if body.get("contact_id") == contact]
        every += _answers(contact, mine, terms)
        every += _resolution(contact, mine, terms)
    return every


def _answers(contact: str, events: Told, terms: Terms) -> list[Promise]:
    promises: list[Promise] = []
    running: Promise | None = None
    for kind, body in events:
        if kind == "queued" and running is None:
            seconds = terms.answer.get((body["workspace"], body["queue"]))
            if seconds is not None:
                place = body["workspace"], body["queue"], "time_to_answer"
                running = _promise(contact, place, _at(body.get("wait_started_at", body["entered_at"])), seconds, terms)
                promises.append(running)
        elif running is not None and kind in {"assigned", "scheduled", *ENDS}:
            running.ended, running.done, running = _at(body["occurred_at"]), kind == "assigned", None
    return promises


def _resolution(contact: str, events: Told, terms: Terms) -> list[Promise]:
    received = next(_at(body["occurred_at"]) for kind, body in events if kind == "received")
    promise: Promise | None = None
    home = ""  # where it would wait
    for kind, body in events:
        home = body.get("queue", "") if kind == "classified" else home
        queue = body.get("queue") or home or terms.default_queue[body["workspace"]]
        seconds = terms.resolution.get((body["workspace"], queue))
        if kind in {"queued", "sent_to_bot", "sent_to_self_service"} and promise is None and seconds is not None:
            promise = _promise(contact, (body["workspace"], queue, "resolution"), received, seconds, terms)
        elif kind in ENDS and promise is not None:
            promise.ended, promise.done = _at(body["occurred_at"]), kind in {"closed", "contained"}
    return [promise] if promise is not None else []


def _promise(contact: str, place: tuple[str, str, str], started: int, seconds: float, terms: Terms) -> Promise:
    share = terms.warn.get(place)
    warn = None if share is None else started + round(seconds * 1000 * share)
    return Promise(contact, place[2], place[1], started, started + round(seconds * 1000), warn)


def _at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
