"""Promises judged from what was told alone: the log of contacts, the facts about clocks, and the policies as written.

Knows nothing of the sla engine: holds are intervals read from the log, open time is counted minute by minute.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from shared.contract.records import Event
from shared.policy.kinds import HOLDS, SPANS

__all__ = ["Judge", "Span", "facts_of"]

Span = tuple[int, int]
"""[from, to) in milliseconds since the epoch."""

FOR_EVER_MS = 10**15
DAYS_COUNTED = 4
DAY_MS = 86_400_000
MINUTE_MS = 60_000
ROUNDING_MS = 2  # targets, pauses and sums are rounded to milliseconds, each once
DECIDED = ("met", "breached", "cancelled")
_ENDS = frozenset({"closed", "contained", "abandoned", "cancelled", "expired"})
_PROMISING = ("classified", "queued", "reprioritised", "sent_to_bot", "sent_to_self_service")
_ELSEWHERE = {"self_service": "sent_to_self_service", "bot": "sent_to_bot", "scheduled": "scheduled"}


class Fact(NamedTuple):
    """One event about a clock."""

    name: str
    at_ms: int
    body: dict[str, Any]

    @property
    def due_ms(self) -> int:
        """When the clock is due, as told here."""
        return _ms(self.body["due_at"])


def facts_of(events: Iterable[Event]) -> dict[str, list[Fact]]:
    """Clock id -> what was told of it, in order; risks are no part of its story."""
    stories: dict[str, list[Fact]] = defaultdict(list)
    for event in events:
        if event.type.startswith("usher.sla.clock_"):
            body = orjson.loads(event.body)
            name = event.type.removeprefix("usher.sla.clock_").removesuffix(".v1")
            stories[body["clock_id"]].append(Fact(name, _ms(body["at"]), body))
    return stories


class Judge:
    """Finds what is wrong with facts, given the log (types and bodies) and the documents of the policies by version."""

    def __init__(self, log: Iterable[tuple[str, bytes]], policies: Mapping[int, dict[str, Any]]) -> None:
        self._policies = policies
        self._lives: dict[str, list[tuple[str, int, dict[str, Any]]]] = defaultdict(list)
        self._versions: dict[str, list[int]] = defaultdict(list)  # the policy before each of them, in the log
        self._changes: list[tuple[int, int]] = []  # policy versions, and when they were activated
        self._under: dict[tuple[str, int], int] = {}  # the version before what happened to a contact then, in the log
        for kind, value in log:
            body = orjson.loads(value)
            if kind.startswith("usher.contact."):
                version = self._changes[-1][0] if self._changes else 0
                self._under[body["contact_id"], _ms(body["occurred_at"])] = version
                self._lives[body["contact_id"]].append((kind.split(".")[2], _ms(body["occurred_at"]), body))
                self._versions[body["contact_id"]].append(version)
            elif kind == "usher.policy.activated.v1":
                self._changes.append((body["policy_version"], _ms(body["occurred_at"])))

    def faults(self, events: Iterable[Event]) -> list[str]:
        """What no story of a clock may be, each with its clock."""
        stories = facts_of(events)
        return [*self.faults_of(stories), *self._unpromised(stories)]

    def faults_of(self, stories: Mapping[str, list[Fact]]) -> list[str]:
        """What each story gets wrong by itself."""
        return [f"{key}: {fault}" for key, story in stories.items() for fault in self._faults_of(story)]

    # ---- one clock ----

    def _faults_of(self, story: list[Fact]) -> Iterable[str]:
        names = [fact.name for fact in story]
        if names[0] != "started" or names.count("started") != 1:
            yield f"starts as {names}"
        if sum(names.count(end) for end in DECIDED) > 1:
            yield f"is decided twice: {names}"
        tail = names[names.index("breached") + 1 :] if "breached" in names else []
        if tail not in ([], ["ended_late"]):
            yield f"goes on after its breach: {names}"
        for fact in story:
            if fact.name in ("met", "cancelled") and fact.at_ms > fact.due_ms and "paused" not in names:
                yield f"is {fact.name} after its due time"
            if fact.name == "breached":
                yield from self._breach(story, fact)
            if fact.name == "warned":
                yield from self._warning(story, fact)
            if fact.name in ("met", "ended_late"):
                yield from self._elapsed(story, fact)

    def _breach(self, story: list[Fact], breach: Fact) -> Iterable[str]:
        """At the due time and no other; when so much open time was used that is nobody's pause; while not served."""
        if breach.at_ms != breach.due_ms:
            yield f"is breached at {breach.at_ms}, due at {breach.due_ms}"
        retold = [fact for fact in story if fact.name == "retargeted"]
        if retold and breach.at_ms < retold[-1].at_ms:
            yield "is breached before the promise was made that it broke"
        version = breach.body["policy_version"]
        later = version > self._under.get((breach.body["contact_id"], _ms(breach.body["started_at"])), 0)
        if later and breach.at_ms < min(at_ms for number, at_ms in self._changes if number == version):
            yield "is breached before its policy was activated"
        used = self._used(story, breach.at_ms)
        target_ms = round(breach.body["target_seconds"] * 1000)
        at_once = self._was_made_at_due(story)
        warns = self._written(breach.body).get("warn_at") is not None and not at_once
        if warns and {"warned", "retargeted"}.isdisjoint(fact.name for fact in story):
            yield "is breached without a warning"
        if used is not None and (used < target_ms - ROUNDING_MS or (used > target_ms + ROUNDING_MS and not at_once)):
            yield f"is breached after {used} ms of {target_ms}"
        if breach.body["kind"] == "time_to_answer" and not self._waits(breach.body["contact_id"], breach.at_ms):
            yield "an answer is late of somebody who does not wait"

    def _warning(self, story: list[Fact], warning: Fact) -> Iterable[str]:
        """Before the due time, when the share of the target that the policy names was used; at once where it was then
        used already."""
        if warning.at_ms >= warning.due_ms:
            yield "warns of what is over"
        used, share = self._used(story, warning.at_ms), self._written(warning.body)["warn_at"]
        at_once = {*self._made(story), *(fact.at_ms for fact in story if fact.name in ("retargeted", "resumed"))}
        expected = warning.body["target_seconds"] * 1000 * share
        if used is not None and warning.at_ms not in at_once and abs(used - expected) > ROUNDING_MS:
            yield f"is warned of after {used} ms of {expected}"

    def _was_made_at_due(self, story: list[Fact]) -> bool:
        """Whether the promise was due at the very time at which it was made: what was used up before is due at once."""
        made = self._made(story)
        return any(fact.due_ms in made for fact in story)

    def _made(self, story: list[Fact]) -> set[int]:
        """When the promise may have been made."""
        own = (at_ms for kind, at_ms, _ in self._lives[story[0].body["contact_id"]] if kind in _PROMISING)
        return {*own, *(at_ms for _, at_ms in self._changes)}

    def _elapsed(self, story: list[Fact], end: Fact) -> Iterable[str]:
        used = self._used(story, end.at_ms)
        if used is None:
            return
        told = end.body["elapsed_seconds"] * 1000
        if abs(used - told) > ROUNDING_MS:
            yield f"took {used} ms and says {told}"
        at_once = self._was_made_at_due(story)
        if end.name == "met" and used > end.body["target_seconds"] * 1000 + ROUNDING_MS and not at_once:
            yield f"is met after {used} ms"

    def _used(self, story: list[Fact], until_ms: int) -> int | None:
        """Open milliseconds that counted; None where a change of policy changed the calendar meanwhile."""
        calendars = {fact.body.get("calendar", "") for fact in story}
        if len(calendars) > 1 and "retargeted" in (fact.name for fact in story):
            return None
        contact_id = story[0].body["contact_id"]
        turns = [story[0], *(fact for fact in story if fact.name == "retargeted")]
        starts = [_ms(story[0].body["started_at"]), *(fact.at_ms for fact in turns[1:]), FOR_EVER_MS]
        used, counts = 0, [self._pauses(fact.body) for fact in turns]
        for place, (fact, (begin, end)) in enumerate(zip(turns, pairwise(starts), strict=True)):
            piece = (begin, max(begin, min(end, until_ms)))
            # A pause that the next target ended stays as it was told, though it is heard later that it was over before.
            told = next(((end, fact.body["policy_version"]) for fact in story if fact[:2] == ("resumed", end)), None)
            ended = set() if told is None else {*counts[place]} - {*counts[place + 1]}
            paused = _joined(
                span for hold in counts[place] for span in self.holds(contact_id, hold, told if hold in ended else None)
            )
            used += self._open(piece, fact.body) - sum(self._open(_common(piece, span), fact.body) for span in paused)
        return used

    def _pauses(self, body: dict[str, Any]) -> list[str]:
        """What the clock does not count."""
        return [*self._written(body).get("pause_on", SPANS[body["kind"]].pauses)]

    def _written(self, body: dict[str, Any]) -> dict[str, Any]:
        document = self._policies[body["policy_version"]]
        rules = {rule["name"]: rule["then"] for rule in document.get("targets", ())}
        where = rules[body["rule"]] if body.get("rule") else document["queues"][body["queue"]]["targets"]
        target: dict[str, Any] = where[body["kind"]]
        return target

    def _open(self, span: Span, body: dict[str, Any]) -> int:
        name = body.get("calendar", "")
        if span[1] <= span[0]:
            return 0
        if not name:
            return span[1] - span[0]
        document = self._policies[body["policy_version"]]
        hours = document["calendars"][name]
        assert set(hours["open"]) == {"mon-sun"}, "these calendars are the same every day"
        zone = hours.get("timezone", document.get("timezone", "UTC"))
        spans = tuple(tuple(each.split("-")) for each in hours["open"]["mon-sun"])
        closed = tuple(map(str, hours.get("holidays", ())))
        opening = _opening(zone, spans, closed, span[0] // DAY_MS - 1)
        return sum(end - begin for begin, end in (_common(span, each) for each in opening))

    # ---- one contact ----

    def holds(self, contact_id: str, hold: str, told: tuple[int, int] | None = None) -> list[Span]:
        """When the contact waited for this, by its log; until ``told``, where its end stands behind the policy version
        that came then."""
        assert hold in HOLDS
        begin, found = None, []
        for (kind, at_ms, body), version in zip(self._lives[contact_id], self._versions[contact_id], strict=True):
            if hold == "pending":
                on = kind == "pending_changed" and body["pending"]
                off = kind == "pending_changed" or (kind == "message_added" and body["sender"] == "customer")
            else:
                elsewhere = {"self_service": "sent_to_bot", "bot": "sent_to_self_service"}.get(hold)
                on, off = kind == _ELSEWHERE[hold], kind in ("queued", elsewhere)
            if on:
                begin = at_ms if begin is None else begin
            elif begin is not None and (off or kind in _ENDS):
                found.append((begin, at_ms if told is None or version < told[1] else max(at_ms, told[0])))
                begin = None
        return found if begin is None else [*found, (begin, FOR_EVER_MS)]

    def waits(self, contact_id: str) -> list[tuple[int, int, dict[str, Any]]]:
        """Its waits: since when, until when, and what was told when it first entered a queue in it."""
        found: list[tuple[int, int, dict[str, Any]]] = []
        entry: dict[str, Any] | None = None
        for kind, at_ms, body in self._lives[contact_id]:
            if kind == "queued" and entry is None:
                entry = body
            elif entry is not None and (kind in _ENDS or kind in ("assigned", "scheduled")):
                found.append((_began_ms(entry), at_ms, entry))
                entry = None
        return found if entry is None else [*found, (_began_ms(entry), FOR_EVER_MS, entry)]

    def _waits(self, contact_id: str, at_ms: int) -> bool:
        """At this time; the end counts, since a policy may come in the same millisecond in which somebody answers."""
        return any(begin <= at_ms <= end for begin, end, _ in self.waits(contact_id))

    def _unpromised(self, stories: Mapping[str, list[Fact]]) -> Iterable[str]:
        """Each wait with a promise has one clock, and it is judged by the due time that the log told."""
        clocks: dict[tuple[str, int], list[list[Fact]]] = defaultdict(list)
        for story in stories.values():
            body = story[0].body
            if body["kind"] == "time_to_answer":
                clocks[body["contact_id"], _ms(body["started_at"])].append(story)
        waits: dict[tuple[str, int], list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
        for contact_id in self._lives:
            for wait in self.waits(contact_id):
                waits[contact_id, wait[0]].append(wait)
        for key in waits.keys() | clocks.keys():
            promised = [wait for wait in waits[key] if self._promises(wait[2])]
            again = sum(self._was_taken_back(story[-1]) for story in clocks[key])  # and may be promised again
            if not len(promised) <= len(clocks[key]) <= len(waits[key]) + again:
                yield f"{key}: {len(clocks[key])} clocks for {len(promised)} promises in {len(waits[key])} waits"
            elif len(waits[key]) == len(promised) == len(clocks[key]):
                for (_, end, entry), story in zip(promised, clocks[key], strict=True):
                    yield from self._answer(end, entry, story)

    def _was_taken_back(self, last: Fact) -> bool:
        return last.name == "cancelled" and last.at_ms in (at_ms for _, at_ms in self._changes)

    def _promises(self, entry: dict[str, Any]) -> bool:
        """Whether the entry into a queue is a promise; in other queues its seconds are an order and no more."""
        at_ms = _ms(entry["occurred_at"])
        version = max(number for number, when_ms in self._changes if when_ms <= at_ms)
        if any(when_ms == at_ms and number > 1 for number, when_ms in self._changes):
            return False  # before or after the change: the times do not tell
        own = self._policies[version]["queues"][entry["queue"]].get("targets", {})
        return bool(entry.get("promised_by")) or "time_to_answer" in own

    def _answer(self, end_ms: int, entry: dict[str, Any], story: list[Fact]) -> Iterable[str]:
        names = {fact.name for fact in story}
        if names.isdisjoint({"paused", "retargeted", "cancelled"}):
            late = end_ms > _ms(entry["due_at"])
            if late is not ("breached" in names):
                yield f"{entry['contact_id']}: a wait until {end_ms} was due {entry['due_at']}, told was {names}"

    # ---- sums ----

    def answered(self) -> Counter[tuple[str, str]]:
        """Milliseconds that the answered waited, by queue and channel, as the log says."""
        found: Counter[tuple[str, str]] = Counter()
        for contact_id, life in self._lives.items():
            waits = iter(wait for wait in self.waits(contact_id) if wait[1] < FOR_EVER_MS)
            for kind, at_ms, body in life:
                if kind == "assigned":
                    wait = next(wait for wait in waits if wait[1] == at_ms)
                    assert round(body["waited_seconds"] * 1000) == wait[1] - wait[0], body
                    found[body["queue"], body["channel"]] += wait[1] - wait[0]
        return found


def _began_ms(entry: dict[str, Any]) -> int:
    return _ms(entry.get("wait_started_at") or entry["entered_at"])


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _common(one: Span, other: Span) -> Span:
    begin = max(one[0], other[0])
    return begin, max(begin, min(one[1], other[1]))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not overlap."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


@cache
def _opening(zone: str, spans: tuple[tuple[str, str], ...], closed: tuple[str, ...], first_day: int) -> list[Span]:
    """Every open minute of a few days, looked up on the wall clock of its zone one by one."""
    wall_clock, found = ZoneInfo(zone), list[Span]()
    for begin in range(first_day * DAY_MS, (first_day + DAYS_COUNTED) * DAY_MS, MINUTE_MS):
        day, minute = f"{datetime.fromtimestamp(begin / 1000, wall_clock):%Y-%m-%d %H:%M}".split()
        if day not in closed and any(opens <= minute < closes for opens, closes in spans):
            found.append((begin, begin + MINUTE_MS))
    return _joined(found)
