"""The SLA engine: reads the log of contacts by event time and says what became of every promise."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from services.sla.domain.account import Account, Follow
from services.sla.domain.account_event import instant_ms
from services.sla.domain.beginnings import begin
from services.sla.domain.book import Book
from services.sla.domain.contact_event import PolicyActivated
from services.sla.domain.handlers import POLICY_ACTIVATED, decode_policy_event, handlers_of
from services.sla.domain.promises import Promises, promises_of
from services.sla.domain.rows import PolicyKey, SlaRows, SlaWrites, rows_of
from services.sla.domain.stretches import Entry, Stretch
from services.sla.domain.totals import Totals
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Origin, Record
from shared.errors import Reason
from shared.lane.engine import PUNCTUAL, Deadline, Delay, Step, refused_deadline
from shared.policy.parse import parse_policy

__all__ = ["POLICY_ACTIVATED", "SlaEngine"]

Known = Mapping[PolicyKey, str]

Reader = tuple[Callable[[bytes], Any], Callable[[Any, int], None], Follow | None]
"""A handler, what an event means for the clocks, and how the account follows it."""


class SlaEngine:
    """One partition of usher.contact-events.v1 as clocks. Deterministic; see shared/lane/engine.py for the port.

    A clock breaches when its contact's own next event lies after the due time (the events of one contact are in order),
    or when the *watermark* passed it: the time as of which the lane vouches that everything that happened was applied,
    less ``lateness_ms``, the room for reports that are still on their way. Events of other contacts say nothing: after
    a fault the inbound topics come back one after another, and what one tells overtakes what another still holds.
    """

    def __init__(self, topic: str, partition: int, *, lateness_ms: int) -> None:
        self.event_ms = 0
        self._topic = topic
        self._partition = partition
        self._lateness_ms = lateness_ms
        self._known: Known = {}
        self._activated: dict[str, int] = {}
        self._open(Book(Totals()))

    def _open(self, book: Book, account: Sequence[Entry] = ()) -> None:
        self._book = book
        self._work, self._facts = book.work, book.work.facts
        self._account = Account(book.work.facts.totals, account, book.contacts)
        self._look()

    def _look(self) -> None:
        """What is read of the log depends on what is promised."""
        handlers = handlers_of(self._book, self._activate)
        # The account follows most of what the book reads: an event is decoded once for both.
        follow_of = self._account.follow_of
        self._alone = self._account.types - handlers.keys()
        self._handlers: dict[str, Reader] = {kind: (*handler, follow_of(kind)) for kind, handler in handlers.items()}

    @property
    def fired(self) -> Sequence[Deadline]:
        """The deadlines that the last step fired, in order."""
        return self._work.fired

    @property
    def at_risk(self) -> Mapping[tuple[str, str], int]:
        """Clocks that will probably breach, as announced, by workspace and queue."""
        return self._facts.risks.open

    @property
    def open_clocks(self) -> Mapping[str, int]:
        """Clocks that are not decided yet, by kind."""
        return self._facts.open_clocks

    @property
    def stretches(self) -> Collection[Stretch]:
        """The agents who are signed on, and what they do since when."""
        return self._account.stretches

    # ---- the port ----

    def restore(self, rows: SlaRows) -> None:
        """Fill the empty engine from one snapshot."""
        self.event_ms = rows.event_ms
        self._open(Book(Totals(rows.totals), rows.contacts), rows.account)
        for (workspace, version), document in rows.older.items():
            promises = _promises(version, document, rows.since.get((workspace, version), 0))
            self._book.terms.remember(workspace, promises)
        for (workspace, version), document in rows.policies.items():
            promises = _promises(version, document, rows.since.get((workspace, version), 0))
            self._book.promise(workspace, promises)
            begin(self._facts.totals, workspace, promises)
        self._look()

    def needs(self, records: Sequence[Record]) -> list[PolicyKey] | None:
        """The policies that these records activate, by (workspace, version)."""
        activations = [record.value for record in records if record.type == POLICY_ACTIVATED]
        return sorted({key for value in activations if (key := _policy_key(value)) is not None}) or None

    def step(self, records: Sequence[Record], known: Known | None, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        """Apply the records, then breach whatever the watermark has passed.

        ``now_ms`` must be a time as of which everything that happened is in the log and was applied before; 0: none.
        """
        self._known = known or {}
        self._work.fired = []
        dead: list[DeadLetter] = []
        for record in records:
            reader = self._handlers.get(record.type)
            if reader is not None:
                self._apply(record, reader, dead)
            elif record.type in self._alone:
                self._account.read(record)
        self._work.fire_before(now_ms - self._lateness_ms)
        return self._step(dead, bool(records))

    def fire(self, deadline: Deadline) -> Step:
        """Fire one deadline alone, where it is pending."""
        self._work.fire_alone(deadline, self._book.contacts.values())
        return self._step([], False)

    def bar(self, deadline: Deadline) -> None:
        """Never fire this one."""
        self._work.bar(deadline, self._book.contacts.values())

    def _step(self, dead: list[DeadLetter], changed: bool) -> Step:
        writes, events = self._writes(), self._facts.take_events()
        return Step(writes=writes, events=events, dead=dead, changed=changed or bool(events))

    def deadline_ms(self) -> int | None:
        """When the watermark will have passed the earliest warning or due time, if it is as late as the wall clock."""
        first = self._work.first_deadline_ms()
        return None if first is None else first + self._lateness_ms + 1

    def reject(self, cause: Record | Deadline, reason: Reason, detail: str) -> DeadLetter:
        """The dead letter of a record or deadline that cannot be applied; its id derives from topic, partition and
        offset, or from the clock and its time."""
        if isinstance(cause, Deadline):
            return refused_deadline("sla", self._partition, None, cause, (reason, detail))
        return self._dead(cause, reason, "", detail)

    # ---- one record ----

    def _apply(self, record: Record, reader: Reader, dead: list[DeadLetter]) -> None:
        decode, apply, follow = reader
        try:
            event = decode(record.value)
            at_ms = instant_ms(event.occurred_at)
        except msgspec.DecodeError as error:
            dead.append(self._undecodable(record, error))
            return
        if follow is not None:
            follow(event, at_ms)
        # What happened cannot be later than the record that tells of it: a skewed clock must not breach every promise.
        reached_ms = at_ms if at_ms < record.at_ms else record.at_ms
        if reached_ms > self.event_ms:
            self.event_ms = reached_ms
        self._facts.trace = record.traceparent
        contact = self._book.contacts.get(event.contact_id)
        if contact is not None and contact.clocks:
            self._work.fire_of(contact, reached_ms)
        apply(event, at_ms)

    def _activate(self, event: PolicyActivated, at_ms: int) -> None:
        document = self._known[event.workspace, event.policy_version]
        promises = _promises(event.policy_version, document, at_ms)
        self._book.change(event.workspace, promises, at_ms)
        begin(self._facts.totals, event.workspace, promises)
        self._activated[event.workspace] = event.policy_version
        self._look()

    # ---- what a step leaves behind ----

    def _writes(self) -> SlaWrites:
        live, touched = self._book.contacts, self._facts.take_touched()
        gone = [contact_id for contact_id in touched if contact_id not in live]
        for contact_id in gone:
            del touched[contact_id]
        account, account_gone = self._account.take()
        activated, self._activated = self._activated, {}
        return SlaWrites(
            contacts=rows_of(list(touched), list(touched.values())),
            gone=gone,
            breaches=self._facts.take_breaches(),
            totals=self._facts.totals.take_changed(),
            policies=sorted(activated.items()),
            event_ms=self.event_ms,
            hours=self._facts.totals.hours.take(),
            account=account,
            account_gone=account_gone,
        )

    def _undecodable(self, record: Record, error: msgspec.DecodeError) -> DeadLetter:
        if not record.value:
            return self._dead(record, Reason.EMPTY, "", "the record has no value")
        text, _, path = str(error).partition(" - at `$.")
        reason = Reason.INVALID if isinstance(error, msgspec.ValidationError) else Reason.NOT_JSON
        return self._dead(record, reason, path.rstrip("`"), text)

    def _dead(self, record: Record, reason: Reason, path: str, detail: str) -> DeadLetter:
        origin = Origin(topic=self._topic, partition=self._partition, offset=record.offset)
        identity = derive("dead", self._topic, str(self._partition), str(record.offset))
        return DeadLetter(identity, None, reason, path, detail, origin, record.value, record.at_ms)


def _policy_key(value: bytes) -> PolicyKey | None:
    try:
        event = decode_policy_event(value)
        instant_ms(event.occurred_at)
    except msgspec.DecodeError:
        return None  # the step says why, as a dead letter
    return event.workspace, event.policy_version


def _promises(version: int, document: str, since_ms: int) -> Promises:
    # The router has decided already that the policy is one that it acts on.
    return promises_of(parse_policy(msgspec.json.decode(document), not_yet=()), version, since_ms)
