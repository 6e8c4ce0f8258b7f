"""Who will probably not be answered in time, with hysteresis: every waiting contact at once, column by column."""

from collections.abc import Container, Iterator
from itertools import compress
from operator import attrgetter, itemgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.router.domain.forecast import Flow, fewer
from services.router.domain.matcher.matching import Requirement
from services.router.domain.matcher.waiting import Entry
from services.router.domain.state.book import Book
from services.router.domain.state.workspace import ALSO, Workspace

RAISED_ABOVE = 0.5  # a risk above this is told
CLEARED_BELOW = 0.35  # and taken back below this: the gap keeps a risk that hovers from being told again and again
PIECE_CONTACTS = 2048  # looked at without a pause: half a millisecond of the lane's time

_KEY, _ID, _CONTACT = itemgetter(0), itemgetter(2), itemgetter(3)
_DUE, _PROMISED = attrgetter("due"), attrgetter("waiting.promised")
"""How to read an Entry; a quarter quicker than a loop."""

Floats = NDArray[np.float64]
Key = tuple[str, str]
"""Workspace and queue."""


class AtRisk:
    """Contacts that wait, can still be met and probably will not be. An observation: no decision reads it."""

    def __init__(self) -> None:
        self._raised: dict[Key, set[str]] = {}

    def count(self, workspace: str, queue: str) -> int:
        """How many of a queue are at risk, as of the last look."""
        return len(self._raised.get((workspace, queue), ()))

    def look(self, book: Book, now_ms: int) -> Iterator[None]:
        """Look at everybody once; to be gone through piece by piece, with room for other work between the pieces.

        The book may change meanwhile: what changed is seen by the next look. ``now_ms`` may be ahead of router time.
        """
        seen = set[Key]()
        for workspace in list(book.workspaces.values()):
            for queue in workspace.matcher.queues():
                seen.add((workspace.name, queue))
                yield from self._look_at(workspace, queue, max(now_ms, book.clock_ms))
        for key in self._raised.keys() - seen:
            del self._raised[key]

    def _look_at(self, workspace: Workspace, queue: str, now_ms: int) -> Iterator[None]:
        before = self._raised.get((workspace.name, queue), set())
        after = set[str]()
        rules = workspace.rules.queue(queue)
        if not workspace.rules.promises_answers(rules):
            self._raised[workspace.name, queue] = after
            return
        for need, fresh, late in workspace.matcher.line_up(queue):
            paces = _paces(workspace, queue, need, len(fresh) + len(late), now_ms)
            if paces is None:
                continue
            columns = _Columns(fresh, late, now_ms)
            yield from columns.fill()
            for begin in range(0, len(fresh), PIECE_CONTACTS):
                risks = columns.risks(paces, begin)
                if not rules.answer.promised:
                    risks = np.where(columns.promised(begin), risks, 0.0)
                ids = list(map(_ID, fresh[begin : begin + PIECE_CONTACTS]))
                after.update(compress(ids, risks > RAISED_ABOVE))
                after.update(before.intersection(compress(ids, (risks >= CLEARED_BELOW) & (risks <= RAISED_ABOVE))))
                yield
        if len(workspace.matcher) > workspace.waiting:
            after = {each for each in after if ALSO not in each}
        self._raised[workspace.name, queue] = after


class Piece:
    """The risks of some contacts of one strand, in the order of service; of who is late or promised nothing, and where
    nothing can be told, there is none. ``in_time``: who can still be met."""

    def __init__(self, ids: list[str], in_time: NDArray[np.bool_], risks: Floats | None) -> None:
        self._ids = ids
        self._told = in_time if risks is not None else np.zeros_like(in_time)
        self._risks = np.zeros(len(ids)) if risks is None else risks
        self.anybody_in_time = bool(in_time.any())

    def above(self, limit: float) -> Iterator[tuple[str, float]]:
        """Whose risk is greater, with the risk."""
        return self._where((self._risks > limit) & self._told)

    def below(self, limit: float, of: Container[str]) -> Iterator[tuple[str, float]]:
        """The same for smaller ones of those contacts, as long as they can be met."""
        return (each for each in self._where((self._risks < limit) & self._told) if each[0] in of)

    def _where(self, chosen: NDArray[np.bool_]) -> Iterator[tuple[str, float]]:
        return zip(compress(self._ids, chosen), self._risks[chosen].tolist(), strict=True)


def risks_of(workspace: Workspace, queue: str, now_ms: int) -> Iterator[Piece]:
    """The risks of everybody who waits in a queue for a promised answer. Reads alone: what was seen is counted by
    decisions."""
    everybody = workspace.rules.queue(queue).answer.promised
    for need, fresh, late in workspace.matcher.line_up(queue):
        paces = _paces(workspace, queue, need, len(fresh) + len(late), now_ms)
        columns = _Columns(fresh, late, now_ms)
        for _ in columns.fill():
            pass
        for begin in range(0, len(fresh), PIECE_CONTACTS):
            ids = list(map(_ID, fresh[begin : begin + PIECE_CONTACTS]))
            in_time = columns.in_time(begin)
            if not everybody:
                in_time &= columns.promised(begin)
            yield Piece(ids, in_time, None if paces is None else columns.risks(paces, begin))


class _Columns:
    """One strand's contacts that can still be met, column by column, and the same for many as Matcher.place for one."""

    def __init__(self, fresh: list[Entry], late: list[Entry], now_ms: int) -> None:
        self._fresh = fresh
        self._late = late
        self._now_ms = now_ms

    def fill(self) -> Iterator[None]:
        """Read the contacts, piece by piece."""
        now, fresh = self._now_ms, self._fresh
        slacks: list[Floats] = []
        keys: list[Floats] = []
        late: list[Floats] = [np.array([entry[0] for entry in self._late])]
        for begin in range(0, len(fresh), PIECE_CONTACTS):
            entries = fresh[begin : begin + PIECE_CONTACTS]
            slack = np.fromiter(map(_DUE, map(_CONTACT, entries)), float, len(entries)) - now
            slacks.append(slack)
            keys.append(np.fromiter(map(_KEY, entries), float, len(entries)))
            late.append(np.array([entries[at][3].d2 for at in np.flatnonzero(slack < 0)]))
            yield
        self._slack = np.concatenate(slacks) if slacks else np.empty(0)
        in_time = self._slack >= 0
        key = np.concatenate(keys) if keys else np.empty(0)
        self._ahead = np.cumsum(in_time) - 1 + np.searchsorted(np.sort(np.concatenate(late)), key, "right")
        first = int(np.argmax(in_time)) if len(in_time) else 0
        head = fresh[first][3] if fresh else None
        self._span = np.maximum(0.0, self._slack - (head.due - now)) * (key < head.d2) if head else self._slack

    def in_time(self, begin: int) -> NDArray[np.bool_]:
        """Who of a piece can still be met."""
        return self._slack[begin : begin + PIECE_CONTACTS] >= 0

    def promised(self, begin: int) -> NDArray[np.bool_]:
        """Who of a piece is promised an answer, where only some are."""
        entries = self._fresh[begin : begin + PIECE_CONTACTS]
        return np.fromiter(map(_PROMISED, map(_CONTACT, entries)), np.bool_, len(entries))

    def risks(self, paces: Floats, begin: int) -> Floats:
        """forecast.risk_of_breach of a piece; 0 for those who are late, because they are not at risk any more."""
        piece = slice(begin, begin + PIECE_CONTACTS)
        slack, ahead = self._slack[piece], np.maximum(self._ahead[piece], 0)
        pace = paces[np.minimum(ahead, len(paces) - 1)]
        mean = pace * np.maximum(slack, 0.0)
        others = np.maximum(ahead, 1.0)
        stepping_back = pace * self._span[piece] / others * (ahead > 0)
        risk = fewer(ahead + 1.0, mean, np.tanh) - stepping_back * fewer(others, mean, np.tanh)
        found: Floats = np.where(slack >= 0, risk, 0.0)
        return found


def _paces(workspace: Workspace, queue: str, need: Requirement, lined_up: int, now_ms: int) -> Floats | None:
    """Departures a millisecond before a contact with 0, 1, ... others ahead, on its way to the front: for as many as
    were lined up, of whom some or all may have left by now.

    What was seen is counted up to now in a copy: it is itself counted by decisions alone.
    """
    seen, agents = workspace.seen(queue, need)
    if seen is None or not seen.rate(agents):
        return None
    waiting = workspace.matcher.waiting_count(queue, need)
    copy = msgspec.structs.replace(seen)
    copy.advance(now_ms, workspace.matcher.waiting_count(queue) if isinstance(seen, Flow) else waiting, agents)
    ahead = np.arange(lined_up)
    waits: Floats = np.cumsum(1000 / ((copy.rate(agents) or 0.0) + ahead * copy.theta))
    paces: Floats = (ahead + 1) / waits
    return paces
