"""The invariants S1-S9, S11 and S12, recomputed from topics and tables only; shares no code with the services.

``violations(evidence, ledger)`` returns a sentence per violation, each beginning with the invariant's name; an empty
list is the proof. ``ledger`` holds the (workspace, source, message_id) that were acknowledged to a sender.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.support.capacity_checker import OFFER_ENDS, capacity_violations
from tests.support.evidence import Evidence, Seen

LOG = "usher.contact-events.v1"
SLA = "usher.sla-events.v1"
DEAD = "usher.dead-letters.v1"
INPUT = "usher.router-input.v1"
HAND_OFFS = ("usher.self-service.v1", "usher.bot.v1", "usher.agent-offers.v1")
TOPICS = [LOG, SLA, DEAD, INPUT, *HAND_OFFS]
TABLES = ["lane", "router_contact", "router_outcome", "sla_breach", "dead_letter"]

TERMINAL = {"closed", "contained", "abandoned", "cancelled", "expired"}
TERMINAL_TYPES = {f"usher.contact.{state}.v1": state for state in TERMINAL}


@dataclass(slots=True)
class Contact:
    """What the log says of one contact so far."""

    version: int = 0
    terminal: str | None = None
    offers: set[str] = field(default_factory=set)
    assignments: set[str] = field(default_factory=set)
    last_at: str = ""
    messages: list[str] = field(default_factory=list)


def violations(evidence: Evidence, ledger: list[tuple[str, str, str]] | None = None) -> list[str]:
    """Everything that is wrong; empty when all invariants hold."""
    found: list[str] = []
    events = [event for records in evidence.log(LOG).values() for event in accepted(records, LOG, found)]
    sla = [event for records in evidence.log(SLA).values() for event in accepted(records, SLA, found)]
    _keys(evidence, found)
    contacts = _contacts(events, found)
    _agents(events, evidence, found)
    _outcomes(contacts, evidence, found)
    _loss(contacts, events, evidence, ledger or [], found)
    _clocks(events, sla, evidence, found)
    _copies(events, evidence, found)
    return found


def accepted(records: list[Seen], topic: str, found: list[str]) -> list[Seen]:
    """S6: what a consumer accepts by ``seq == last + 1``; a gap or two records under one seq is a violation."""
    kept: list[Seen] = []
    for record in records:
        if record.seq == len(kept) + 1:
            kept.append(record)
        elif record.seq > len(kept) + 1:
            found.append(f"S6: {topic}-{record.partition} jumps from {len(kept)} to {record.seq} at {record.offset}")
            return kept
        elif (record.headers["ce_id"], record.value) != (
            kept[record.seq - 1].headers["ce_id"],
            kept[record.seq - 1].value,
        ):
            found.append(f"S6: {topic}-{record.partition} has two different records under seq {record.seq}")
    identities = [record.headers["ce_id"] for record in kept]
    if len(set(identities)) != len(identities):
        found.append(f"S8: {topic}: an event id stands under two seqs: an input took effect twice")
    return kept


def _keys(evidence: Evidence, found: list[str]) -> None:
    for topic, records in evidence.topics.items():
        for record in records:
            if isinstance(record.body, dict) and (record.body.get("workspace") or "-") != (record.key or b"").decode():
                found.append(
                    f"S11: {topic}-{record.partition}@{record.offset}: key {record.key!r} is another workspace's"
                )


def _contacts(events: list[Seen], found: list[str]) -> dict[str, Contact]:
    contacts: dict[str, Contact] = defaultdict(Contact)
    for event in events:
        body = event.body
        if "contact_id" not in body:
            continue
        contact, identity = contacts[body["contact_id"]], body["contact_id"]
        if contact.terminal:
            found.append(f"S2: {identity}: {event.kind} follows {contact.terminal}")
        if body["version"] != contact.version + 1:
            found.append(f"S6: {identity}: version {body['version']} follows {contact.version}")
        if body["occurred_at"] < contact.last_at:
            found.append(f"S8: {identity}: {event.kind} at {body['occurred_at']} before {contact.last_at}")
        contact.version, contact.last_at = body["version"], body["occurred_at"]
        contact.messages += [body["message_id"]] if "message_id" in body else []
        _follow(contact, event, found)
    return contacts


def _follow(contact: Contact, event: Seen, found: list[str]) -> None:
    """S3: at most one live offer and one live assignment."""
    body, kind = event.body, event.kind
    if kind == "usher.contact.offered.v1":
        contact.offers.add(body["offer_id"])
    elif kind in OFFER_ENDS:
        contact.offers.discard(body["offer_id"])
    elif kind == "usher.contact.assigned.v1":
        contact.offers.discard(body["offer_id"])
        contact.assignments.add(body["assignment_id"])
    elif kind in {"usher.contact.transferred.v1", "usher.contact.requeued.v1"}:
        contact.assignments.discard(body.get("assignment_id", ""))
    elif kind in TERMINAL_TYPES:
        contact.terminal = TERMINAL_TYPES[kind]
        if contact.offers:
            found.append(f"S3: {body['contact_id']}: {kind} with a live offer")
    if len(contact.offers) > 1:
        found.append(f"S3: {body['contact_id']}: {len(contact.offers)} live offers")
    if len(contact.assignments) > 1:
        found.append(f"S3: {body['contact_id']}: {len(contact.assignments)} live assignments")


def _agents(events: list[Seen], evidence: Evidence, found: list[str]) -> None:
    """S4, with the most units that each agent ever stated."""
    units: dict[tuple[str, str], int] = {}
    for record in evidence.topics[INPUT]:
        if record.kind == "usher.agent.signed_on.v1":
            body = record.body
            key = (body["workspace"], body["agent_id"])
            units[key] = max(units.get(key, 0), body["capacity"]["units"])
    found += capacity_violations(((event.kind, event.body) for event in events), units)


def _outcomes(contacts: dict[str, Contact], evidence: Evidence, found: list[str]) -> None:
    """S2 and S5: the outcome rows are the terminal events; live rows are the others."""
    outcomes = {str(row["contact_id"]): row["outcome"] for row in evidence.tables["router_outcome"]}
    by_log = {identity: contact.terminal for identity, contact in contacts.items() if contact.terminal}
    if outcomes != by_log:
        odd = sorted(set(outcomes.items()) ^ set(by_log.items()))[:3]
        found.append(f"S2: outcome rows and terminal events differ: {odd}")
    rows = {str(row["contact_id"]): row for row in evidence.tables["router_contact"]}
    live = {identity for identity, row in rows.items() if row["state"] not in TERMINAL}
    expected = {identity for identity, contact in contacts.items() if not contact.terminal}
    if live != expected:
        found.append(f"S5: live rows and live contacts of the log differ: {sorted(live ^ expected)[:3]}")
    for identity, contact in contacts.items():
        if identity in rows and rows[identity]["version"] != contact.version:
            found.append(f"S12: {identity}: row version {rows[identity]['version']}, log {contact.version}")


def _loss(
    contacts: dict[str, Contact],
    events: list[Seen],
    evidence: Evidence,
    ledger: list[tuple[str, str, str]],
    found: list[str],
) -> None:
    """S1 and S8: every acknowledged message is in exactly one contact, or dead-lettered."""
    places: dict[tuple[str, str, str], int] = defaultdict(int)
    for event in events:
        if "message_id" in event.body:
            places[(event.body["workspace"], event.body["source"], event.body["message_id"])] += 1
    for key, count in places.items():
        if count > 1:
            found.append(f"S8: message {key} took effect {count} times")
    lost = [key for key in ledger if key not in places]
    if lost:
        said = [f"{dead.body['reason']}: {dead.body['detail']}" for dead in evidence.topics[DEAD]]
        admitted = sum(lost[0][2].encode() in record.value for record in evidence.topics[INPUT])
        found.append(
            f"S1: {len(lost)} acknowledged messages are nowhere, such as {lost[0]};"
            f" {admitted} times on the router's log; dead letters: {said[-3:]}"
        )


def _clocks(events: list[Seen], sla: list[Seen], evidence: Evidence, found: list[str]) -> None:
    """S9: a breach is an event once, a row once, and only where the answer came after the due time (or never)."""
    breached: dict[str, Any] = {}
    for event in sla:
        if event.kind == "usher.sla.clock_breached.v1":
            identity = event.body["clock_id"]
            if identity in breached:
                found.append(f"S9: clock {identity} breached twice")
            breached[identity] = event.body
    rows = {str(row["clock_id"]) for row in evidence.tables["sla_breach"]}
    if rows != set(breached):
        found.append(f"S9: breach rows and breach events differ: {sorted(rows ^ set(breached))[:3]}")
    late, unanswered = _late_answers(events)
    by_contact = {body["contact_id"] for body in breached.values() if body["kind"] == "time_to_answer"}
    for identity, (answered_late, answered_in_time) in late.items():
        if answered_late and identity not in by_contact:
            found.append(f"S9: {identity} was answered late and never breached")
        always_in_time = answered_in_time and not answered_late and identity not in unanswered
        if always_in_time and identity in by_contact:
            found.append(f"S9: {identity} was always answered in time and yet breached")


def _late_answers(events: list[Seen]) -> tuple[dict[str, tuple[bool, bool]], set[str]]:
    """Per contact: whether any answer came after its due time, and whether any came in time; and the contacts whose
    last wait had no answer (their promise may be broken without one)."""
    due: dict[str, str] = {}
    answers: dict[str, tuple[bool, bool]] = {}
    for event in events:
        body = event.body
        if event.kind == "usher.contact.queued.v1" and body.get("due_at"):
            due.setdefault(body["contact_id"], body["due_at"])
        elif event.kind == "usher.contact.assigned.v1" and body["contact_id"] in due:
            limit = due.pop(body["contact_id"])
            late, in_time = answers.get(body["contact_id"], (False, False))
            is_late = body["occurred_at"] > limit
            answers[body["contact_id"]] = (late or is_late, in_time or not is_late)
    return answers, set(due)


def _copies(events: list[Seen], evidence: Evidence, found: list[str]) -> None:
    """Every hand-off record is a copy of an event of the log, under the same id, and none is missing."""
    identities = {event.headers["ce_id"] for event in events}
    for topic in HAND_OFFS:
        strangers = [seen for seen in evidence.topics[topic] if seen.headers["ce_id"] not in identities]
        if strangers:
            found.append(f"S6: {topic} has {len(strangers)} records that the log does not know")
    offered = {event.headers["ce_id"] for event in events if event.kind == "usher.contact.offered.v1"}
    handed = {seen.headers["ce_id"] for seen in evidence.topics["usher.agent-offers.v1"]}
    if offered - handed:
        found.append(f"S1: {len(offered - handed)} offers were never handed to usher.agent-offers.v1")
