"""Random policies over random lives of contacts: whose promise each clock is, worked out from the log alone."""

import random
from collections import Counter
from typing import Any

import orjson
import pytest

from shared.policy.kinds import SPANS, Moment
from shared.times import rfc3339
from tests.support.sla_builders import BASE_MS, Log, Runner, instant_ms
from tests.support.sla_story import policy_of
from tests.unit.test_sla_kinds_properties import RARE, STEPS

SEEDS, CONTACTS, EVENTS, VERSIONS = 60, 4, 70, 5
QUEUES = ("orders", "cards", "general")
ONCE = ("first_response", "resolution")
OWED = ("next_response", "bot_response", "handling")
ENDS = ("closed", "contained", "abandoned")
Started = tuple[str, str, int, int]
"""Contact, kind, policy version, since when it counts."""


def policies_of(dice: random.Random) -> dict[int, dict[str, Any]]:
    """Targets so long that nothing breaches: who is promised what is all that differs."""
    made = {}
    for version in range(1, VERSIONS + 1):
        queues = {
            name: {"targets": {kind: {"within": f"{version}h"} for kind in SPANS if dice.random() < 0.5}}
            for name in QUEUES
        }
        queues["general"]["targets"]["next_response"] = {"within": "9h"}  # so contacts are known from their arrival on
        made[version] = policy_of(queues, apply_to_open=dice.random() < 0.4)
    return made


def life(dice: random.Random) -> Log:
    """Events of any kind in any order, and each policy once."""
    log, at = Log(channel=dice.choice(("email", "voice"))).policy(), 0.0
    live, waits = [f"c{number}" for number in range(CONTACTS)], dict[str, float]()
    changes = dict(zip(sorted(dice.sample(range(EVENTS), VERSIONS - 1)), range(2, VERSIONS + 1), strict=True))
    for contact in live:
        log.event("received", contact, at, attributes={})
    for number in range(EVENTS):
        at += dice.choice((0, 0.001, 1, 7))
        if number in changes:
            record = log.policy(version=changes[number]).records.pop()
            body = orjson.loads(record.value) | {"occurred_at": rfc3339(log.ms(at))}
            log._append(record.type, "acme", at, body)
        kind, fields = dice.choice(STEPS)
        contact = dice.choice(live)
        if kind == "reprioritised" or (kind in RARE and (dice.random() < 0.8 or len(live) == 1)):
            continue
        if kind == "queued":
            log.queued(contact, at, dice.choice(QUEUES), target_seconds=3600.0, entered=waits.setdefault(contact, at))
        else:
            if kind in ("assigned", "scheduled"):
                waits.pop(contact, None)
            log.event(kind, contact, at, **fields)
        if kind in RARE:
            live.remove(contact)
    return log


class Life:
    """One contact as docs/sla.md tells it. ``phases``: since when each kind counts, and the version that held then."""

    def __init__(self, reader: "Oracle", contact: str, at: int) -> None:
        self.reader, self.contact, self.arrived = reader, contact, (at, reader.version)
        self.phases: dict[str, tuple[int, int]] = {}
        self.open: dict[str, str] = {}  # kind -> the queue whose promise it is
        self.had, self.lost = set[str](), set[str]()  # of those that it has once; and taken back by a policy
        self.home = self.tier = ""
        self.waits = self.answered = False
        self.replied = 0

    def promised(self, version: int, kind: str, queue: str) -> bool:
        return kind in self.reader.policies[version]["queues"][queue or QUEUES[0]]["targets"]

    def reach(self, moment: Moment, at: int) -> None:
        for kind, span in SPANS.items():
            if moment in (*span.ends, *span.drops):
                self.open.pop(kind, None)
                self.phases.pop(kind, None)
        for kind, span in SPANS.items():
            if moment in span.starts:
                if kind in OWED:
                    self.phases.setdefault(kind, (at, self.reader.version))
                self.start(kind)

    def start(self, kind: str) -> None:
        now = self.reader.version
        if kind in self.open or kind in self.had or kind not in self.phases:
            return
        began, then = self.phases[kind]
        applies = self.reader.policies[now]["apply_to_open"] and self.promised(now, kind, self.home)
        version = now if applies else then
        if self.promised(version, kind, self.home) and self.promised(now, kind, self.home):
            self.begin(kind, began, now if kind == "time_to_answer" else version)

    def begin(self, kind: str, began: int, version: int) -> None:
        self.open[kind] = self.home or QUEUES[0]
        self.had |= {kind} & set(ONCE)
        self.reader.started[self.contact, kind, version, began] += 1

    def changed(self) -> None:
        """A policy came."""
        now = self.reader.version
        for kind, queue in list(self.open.items()):
            if not self.promised(now, kind, queue):
                del self.open[kind]
                self.lost.add(kind)
        for kind, (began, _) in self.phases.items() if self.reader.policies[now]["apply_to_open"] else ():
            again = kind not in self.had or kind in self.lost
            if again and kind not in self.open and self.promised(now, kind, self.home):
                self.begin(kind, began, now)
                self.lost.discard(kind)

    def tell(self, kind: str, at: int, body: dict[str, Any]) -> None:
        """One event."""
        version, sender = self.reader.version, body.get("sender", body.get("by"))
        said = kind == "message_added" or (kind == "reply_sent" and body["public"])
        if kind == "classified" and not self.tier:
            self.tier = "self_service"
            self.phases |= {"self_service_response": self.arrived, "resolution": self.arrived}
            self.reach(Moment.FOR_SELF_SERVICE, at)
        elif kind in ("sent_to_bot", "sent_to_self_service"):
            self.tier = kind.removeprefix("sent_to_")
            self.phases["resolution"] = self.arrived
            self.reach(Moment.SENT_TO_BOT if self.tier == "bot" else Moment.SENT_TO_SELF_SERVICE, at)
        elif kind == "escalated":
            self.reach(Moment.TIMED_OUT if body["reason"] == "timeout" else Moment.BOT_REPORTED, at)
        elif kind == "queued":
            self.queued(at, body["queue"], version)
        elif kind == "scheduled":
            self.waits = False
            self.reach(Moment.SCHEDULED, at)
        elif kind == "assigned":
            self.waits = False
            self.reach(Moment.ASSIGNED, at)
            if body["channel"] == "voice":
                self.person_answers(Moment.CALL_ANSWERED, at)
        elif kind in ("requeued", "transferred"):
            self.reach(Moment.GIVEN_BACK, at)
        elif said and sender == "agent":
            self.person_answers(Moment.AGENT_ANSWERED, at)
        elif said and sender == "bot":
            self.reach(Moment.BOT_ANSWERED, at)
        elif kind == "message_added" and self.answered and at > self.replied:
            self.reach(Moment.CUSTOMER_WROTE, at)

    def queued(self, at: int, queue: str, version: int) -> None:
        if not self.waits:
            self.phases["time_to_answer"] = (at, version)
        if not self.handed_over:
            handed_off = self.tier in ("bot", "self_service")
            self.phases["first_response"] = (at, version) if handed_off else self.arrived
        self.waits, self.home, self.tier = True, queue, "agent"
        self.phases["resolution"] = self.arrived
        self.reach(Moment.QUEUED, at)

    @property
    def handed_over(self) -> bool:
        return self.answered or "first_response" in self.phases

    def person_answers(self, moment: Moment, at: int) -> None:
        if self.handed_over:
            self.answered, self.replied = True, at
            self.reach(moment, at)


class Oracle:
    """Which clocks the log implies."""

    def __init__(self, policies: dict[int, dict[str, Any]], log: Log) -> None:
        self.policies, self.version = policies, 0
        self.started = Counter[Started]()
        lives: dict[str, Life] = {}
        for record in log.records:
            body = orjson.loads(record.value)
            at, kind = instant_ms(body["occurred_at"]), record.type.split(".")[2]
            if kind == "activated":
                self.version = body["policy_version"]
                for each in lives.values():
                    each.changed()
            elif kind == "received":
                lives[body["contact_id"]] = Life(self, body["contact_id"], at)
            elif kind in ENDS:
                ended = lives.pop(body["contact_id"])
                if kind == "contained" and not ended.answered:
                    ended.phases.setdefault("first_response", (at, ended.arrived[1]))
                    ended.start("first_response")
            else:
                lives[body["contact_id"]].tell(kind, at, body)


@pytest.mark.parametrize("part", range(3))
def test_every_clock_is_of_the_policy_under_which_its_time_began_unless_a_later_one_applies_to_what_is_open(
    part: int,
) -> None:
    kinds = Counter[str]()
    for seed in range(part, SEEDS, 3):
        dice = random.Random(seed)
        policies, log = policies_of(dice), life(dice)
        player = Runner({("acme", version): orjson.dumps(body).decode() for version, body in policies.items()})
        for record in log.records:
            player.step([record])
            if dice.random() < 0.1:
                player.restart()
        bodies = [orjson.loads(event.body) for event in player.events if event.type == "usher.sla.clock_started.v1"]
        started = Counter(
            (body["contact_id"], body["kind"], body["policy_version"], instant_ms(body["started_at"]))
            for body in bodies
        )
        assert started == Oracle(policies, log).started, f"seed {seed}"
        kinds.update(body["kind"] for body in bodies)
        player.step([], (log.records[-1].at_ms - BASE_MS) / 1000)
        assert not [event for event in player.events if event.type == "usher.sla.clock_breached.v1"]
    assert kinds.keys() == SPANS.keys()
