"""What the engine and its store exchange: the rows of one snapshot, and the rows of one commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import NamedTuple

import msgspec

from services.sla.domain.clock import Clock
from services.sla.domain.contact import Contact
from services.sla.domain.hours import HourRow
from services.sla.domain.totals import Total

__all__ = [
    "NO_ROWS",
    "Breach",
    "PolicyKey",
    "Rows",
    "SlaRows",
    "SlaWrites",
    "breach_of",
    "decode_contact",
    "policies_of",
    "rows_of",
]

PAUSES_REMEMBERED = 256  # what the targets of a partition pause on; there are six things to pause on

_decode_contact = msgspec.json.Decoder(Contact).decode
_encode_lines = msgspec.json.Encoder().encode_lines

PolicyKey = tuple[str, int]
"""(workspace, policy version)."""


class Breach(NamedTuple):
    """One breached clock, for ever: the primary key makes a second one impossible. ``due_ms``: when it breached."""

    clock_id: str
    workspace: str
    contact_id: str
    kind: str
    target: str
    queue: str
    channel: str
    due_ms: int


class Rows(NamedTuple):
    """Rows to insert or replace: their keys, and their bodies in the same order, each a line of JSON. One text, because
    a text for each of hundreds took longer to make than what stands in it."""

    keys: list[str]
    bodies: str


NO_ROWS = Rows([], "")


@dataclass(slots=True)
class SlaRows:
    """A partition as the last commit left it: live contacts, policies as JSON, and the latest event time.

    ``policies``: those that hold; ``older``: those on which contacts still depend (``policies_of``); ``since``: when
    each was activated, in milliseconds since the epoch.
    """

    contacts: list[Contact] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    account: list[tuple[str, str]] = field(default_factory=list)
    policies: dict[PolicyKey, str] = field(default_factory=dict)
    older: dict[PolicyKey, str] = field(default_factory=dict)
    since: dict[PolicyKey, int] = field(default_factory=dict)
    event_ms: int = 0


@dataclass(slots=True)
class SlaWrites:
    """What one step changed. ``contacts``: by their ids; ``gone``: ids to delete, of which those that came in the same
    step were never stored.

    ``hours`` are added to what is stored. ``account``: rows of the account; ``account_gone``: its keys to delete.
    ``policies``: the version that holds from now on, by workspace. ``event_ms``: the latest event time read.
    """

    contacts: Rows = NO_ROWS
    gone: list[str] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    hours: list[HourRow] = field(default_factory=list)
    account: Rows = NO_ROWS
    account_gone: list[str] = field(default_factory=list)
    policies: list[PolicyKey] = field(default_factory=list)
    event_ms: int = 0


def rows_of(keys: list[str], bodies: Sequence[msgspec.Struct]) -> Rows:
    """The rows of these bodies, which are written out now: what changes later is another row."""
    return Rows(keys, _encode_lines(bodies)[:-1].decode())  # the last line ends, too


def breach_of(clock: Clock, contact: Contact) -> Breach:
    """The row of a clock that breached at its due time."""
    return Breach(
        clock.clock_id,
        contact.workspace,
        contact.contact_id,
        clock.kind,
        clock.target,
        clock.queue,
        contact.channel,
        clock.due_ms,
    )


def policies_of(contacts: list[Contact]) -> set[PolicyKey]:
    """The policy versions on which the contacts and their clocks depend."""
    return {(contact.workspace, version) for contact in contacts for version in contact.versions}


def decode_contact(body: str) -> Contact:
    """A contact as its row holds it. Each name is kept once for all contacts, as it was when the log told of them: of
    tens of thousands that is as much again as the rest."""
    contact = _decode_contact(body)
    contact.workspace, contact.channel, contact.tier = map(intern, (contact.workspace, contact.channel, contact.tier))
    contact.home = intern(contact.home)
    contact.queue = None if contact.queue is None else intern(contact.queue)
    for clock in contact.clocks:
        clock.target, clock.queue = intern(clock.target), intern(clock.queue)
        clock.rule, clock.calendar = intern(clock.rule), intern(clock.calendar)
        if clock.pauses:
            clock.pauses = _same(clock.pauses)
        if clock.former:
            clock.former = tuple((until_ms, _same(pauses)) for until_ms, pauses in clock.former)
    return contact


@lru_cache(maxsize=PAUSES_REMEMBERED)
def _same(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(intern, names))
