"""``usher explain``: the way of a contact, every decision with its reasons, and what it waits for now."""

import argparse
from typing import Any
from uuid import UUID

import msgspec

from cli.clocks import clock_lines
from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import carried_out
from services.router.domain.insight.whereabouts import in_words
from services.router.lookup.contact import Found, find
from services.sla.lookup.clocks import open_clocks
from shared.clock import now_ms
from shared.contract.topics import CONTACT_EVENTS
from shared.kafka.reader import LogReader, silence_retries
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings

__all__ = ["configure", "explain", "lines", "run"]

CLOCK_SKEW_MS = 60_000  # between the clock that stamps inputs and the one that stamps the log


def configure(parser: argparse.ArgumentParser) -> None:
    """One contact id."""
    parser.add_argument("contact_id", metavar="CONTACT_ID", help="as in every event of the contact")
    parser.add_argument("--json", action="store_true", help="one document on stdout")


def run(args: argparse.Namespace) -> int:
    """Print the contact's way; exit 1 when there is no such contact."""
    silence_retries()
    try:
        contact_id = str(UUID(args.contact_id))
    except ValueError:
        raise UsageError(
            f"{args.contact_id!r} is no contact id; it is the contact_id of the contact's events"
        ) from None
    return carried_out(args, lambda args: _explained(contact_id, args.json))


def _explained(contact_id: str, as_json: bool) -> int:
    document = run_loop(explain(settings_in_force(), contact_id))
    if document is None:
        say(f"usher explain: there is no contact {contact_id}")
        return EXIT_NO
    if as_json:
        result(document)
    else:
        write(*lines(document))
    return EXIT_OK


async def explain(settings: CommonSettings, contact_id: str) -> dict[str, Any] | None:
    """The document of ``--json``; None when there is no such contact. Retryable, Fatal as the servers say."""
    found = await find(settings, contact_id)
    if found is None:
        return None
    contact = found.contact
    clocks = await open_clocks(settings, found.partition, contact_id, now_ms())
    async with LogReader(settings) as reader:
        events = await _events(reader, found)
    return {
        "contact_id": contact_id,
        "workspace": contact.workspace,
        "channel": contact.channel,
        "state": str(contact.state),
        "now": found.now,
        "clocks": None if clocks is None else [msgspec.to_builtins(clock) for clock in clocks],
        "complete": len(events) == contact.version,
        "events": events,
    }


async def _events(reader: LogReader, found: Found) -> list[dict[str, Any]]:
    """The contact's events that the log still has, from the first to the version that the database knows."""
    contact, partition = found.contact, found.partition
    offset = await reader.offset_at(CONTACT_EVENTS, partition, contact.born_ms - CLOCK_SKEW_MS)
    _, end = (await reader.bounds(CONTACT_EVENTS, [partition]))[partition]
    subject = contact.contact_id.encode()
    seen: dict[int, dict[str, Any]] = {}
    while offset < end and contact.version not in seen:
        for record in await reader.read(CONTACT_EVENTS, partition, offset):
            offset = record.offset + 1
            headers = dict(record.headers)
            if headers.get("ce_subject") == subject:
                body = msgspec.json.decode(record.value or b"{}")
                seen[body["version"]] = {"type": headers["ce_type"].decode(), **body}
    return [seen[version] for version in sorted(seen)]


# What a reader needs of each event beside its time and its name; the rest is in --json.
_SHOWN = {
    "message_added": ("sender",),
    "reply_sent": ("by", "agent_id"),
    "pending_changed": ("pending",),
    "sent_to_self_service": ("articles",),
    "sent_to_bot": ("bot", "expires_at"),
    "classified": ("intent", "confidence", "complexity", "tier", "reasons"),
    "queued": (
        "queue", "requirements", "priority_seconds", "waited_before_seconds", "due_at", "promised_by", "position",
        "expected_wait_seconds", "breach_risk", "kept_for", "reason",
    ),
    "risk_raised": ("breach_risk", "due_at"),
    "risk_cleared": ("breach_risk", "due_at"),
    "offered": ("agent_id", "expires_at", "sentence"),
    "wrapping": ("agent_id", "reason", "expires_at"),
    "assigned": ("agent_id", "waited_seconds"),
    "requirements_relaxed": ("step", "changed", "requirements", "also_queues", "reason"),
    "hastened": ("changed", "due_at", "also_queues", "reason"),
    "overflowed": ("to", "reason"),
    "scheduled": ("until", "reason"),
    "escalated": ("from_tier", "actor", "reason"),
    "transferred": ("agent_id", "to", "reason"),
    "requeued": ("agent_id", "to", "actor", "reason"),
    "reprioritised": ("priority_seconds", "actor", "reason"),
}  # fmt: skip
_ELSE = ("agent_id", "by", "reason")


def lines(document: dict[str, Any]) -> list[str]:
    """The document as a person reads it."""
    found = [f"{document['contact_id']}  {document['workspace']}  {document['channel']}  {document['state']}"]
    if not document["complete"]:
        found.append("(some of its events are no longer on the log)")
    for event in document["events"]:
        name = event["type"].removeprefix("usher.contact.").removesuffix(".v1")
        shown = {key: event[key] for key in _SHOWN.get(name, _ELSE) if event.get(key) not in (None, [], {}, "")}
        found.append(f"{event['occurred_at']}  {name}")
        found += [f"    {key}: {_text(value)}" for key, value in shown.items()]
        found += [f"    {line}" for line in _decision(event.get("decision"))]
    if document["now"] is not None:
        waits = document["now"]["waits"]
        found.append(f"now: {document['now']['state']}, {'waits ' if waits.startswith('for ') else ''}{waits}")
        found += _outlook(document["now"])
        found += [f"    {line}" for line in document["now"]["changes"]]
        found += [f"    sooner: {line}" for line in document["now"]["sooner"]]
    else:
        found.append(f"now: {document['state']}, nothing follows")
    return found + clock_lines(document.get("clocks"))


def _outlook(now: dict[str, Any]) -> list[str]:
    """What a waiting contact may expect; a wait and a risk only where they are known."""
    if "position" not in now:
        return []
    by = f" (by rule {now['promised_by']})" if now["promised_by"] else ""
    parts = [now["promise"] + by, f"position {now['position']}"]
    if now["expected_wait_seconds"] is not None:
        parts.append(f"expected wait {now['expected_wait_seconds']:g} s")
    if now["breach_risk"] is not None:
        parts.append(f"risk of no answer before {now['due_at']}: {now['breach_risk']:.0%}")
    if now["forecast_unknown"]:
        parts.append(f"no forecast: {now['forecast_unknown'].replace('_', ' ')}")
    if now["callback"]:
        parts.append("a call back is promised")
    if not now["open"]:
        parts.append(f"{now['queue']} is closed")
    return [f"    {', '.join(parts)}"]


def _decision(decision: dict[str, Any] | None) -> list[str]:
    if decision is None:
        return []
    agents = f"agents: {decision['agents_considered']} could take it"
    passed_over = ", ".join(f"{number} {in_words(why)}" for why, number in decision.get("excluded", {}).items())
    second = decision.get("runner_up_agent")
    late = "late, " if decision["late"] else ""
    key = f"key {decision['key']:.0f} ({late}slack {decision['slack_ms'] / 1000:g} s)"
    if "runner_up_contact" in decision:
        key += f"; next contact: {decision['runner_up_contact']} ({decision['runner_up_key']:.0f})"
    if passed_over:
        agents += f"; passed over: {passed_over}"
    if second:
        agents += f"; next best: {second}"
    if "spared" in decision:
        weights = decision.get("spared_weights", {})
        agents += f"; cost {decision['agent_cost']:.2f}: " + ", ".join(
            f"{what} of {number} (weight {weights.get(what, 1):g})" for what, number in decision["spared"].items()
        )
    return [f"policy {decision['policy_version']}; {key}", agents]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
