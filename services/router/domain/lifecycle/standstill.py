"""A pipeline that stands still is nobody's absence: what only a report can prevent waits while nobody can report.

Ingest says on the log every ALIVE_MS that it is there (``usher.ingest.alive.v1``), once it has delivered what it read.
A longer silence is a standstill, of ingest or of the log. Its time does not count for offers, for agents who owe an
answer, idle contacts, bots and self-service, nor for ends whose message may still come; and every lease begins anew
when it is over. Whether a lease is over is judged only when ingest is heard at its end or later. An offer cannot wait
for that: whoever let one expire in the first moments of a standstill, when nobody knew of it yet, is ready again.

Customers wait all the same: relaxation, overflow, promises, wrap-up and maximum life go on.
"""

import msgspec

from services.router.domain.lifecycle import agents, dispatch, leases, offers, waiting
from services.router.domain.state.book import Book
from services.router.domain.state.timers import Timer
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.contract.inputs import ALIVE_MS

__all__ = ["STILL_MS", "heard", "holds"]

STILL_MS = ALIVE_MS * 3 // 2  # without a sign of life of ingest; a busy machine may be late by half of the time

_ANSWERED = frozenset((Timer.OFFER, Timer.SILENCE, Timer.EARLY_END))
_REPORTED = frozenset((ContactState.ASSIGNED, ContactState.BOT, ContactState.SELF_SERVICE))
"""States of contacts whose deadline a report of somebody moves: idle chats, bots, self-service."""


def holds(book: Book, at_ms: int, kind: Timer, subject: str) -> bool:
    """Whether nobody knows yet if this deadline passed in vain. A log on which ingest never spoke holds nothing: there
    its silence says nothing, and a deadline that waited for it would wait for ever."""
    if not book.heard_ms:
        return False
    if kind is Timer.LEASE:
        return at_ms > book.heard_ms
    if at_ms <= book.heard_ms + STILL_MS:
        return False
    return kind in _ANSWERED or (kind is Timer.STATE and book.contacts[subject].state in _REPORTED)


def heard(turn: Turn) -> None:
    """Ingest is there. Deadlines that were held come up again; after a standstill those of everybody are later."""
    book = turn.book
    before_ms, book.heard_ms = book.heard_ms, turn.now_ms
    if turn.now_ms - before_ms > STILL_MS:
        leases.begin_anew(turn)
        if before_ms:
            _put_off(turn, before_ms)
            _excuse(turn, before_ms)
    book.timers.release()


def _excuse(turn: Turn, since_ms: int) -> None:
    for name in sorted(turn.book.workspaces):
        turn.place = name
        agents.excuse(turn, turn.book.workspaces[name], since_ms)
        dispatch.settle(turn)


def _put_off(turn: Turn, since_ms: int) -> None:
    """The time since then counts for nobody."""
    book = turn.book
    lost_ms = turn.now_ms - since_ms
    for offer in book.offers.values():
        offers.prolong(turn, offer, offer.expires_ms + turn.now_ms - max(since_ms, offer.issued_ms))
    for contact_id in book.timers.subjects(Timer.SILENCE):
        contact = turn.contacts[contact_id] = book.contacts[contact_id]
        rules = turn.workspace(contact).rules
        contact.silent_ms = rules.put_off_ms(contact.queue or "", contact.silent_ms, since_ms, turn.now_ms)
        book.timers.arm(Timer.SILENCE, contact_id, contact.silent_ms)
    for contact_id in book.timers.subjects(Timer.STATE):
        contact = book.contacts[contact_id]
        if contact.state in _REPORTED:
            turn.contacts[contact_id] = contact
            waiting.start_state_timer(turn, contact, contact.timer_ms + lost_ms)
    for end in list(book.ends.values()):
        turn.remember_end(msgspec.structs.replace(end, until_ms=end.until_ms + lost_ms))
