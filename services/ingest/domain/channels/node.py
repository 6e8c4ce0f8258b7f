"""A provider's JSON, read with care: every step knows its path, and a wrong type is a rejection that names it.

The rule of every adapter: ids, what decides whether it is a customer's message, and their words are read strictly: what
is wrong there goes to the dead letters. Whatever else a message carries (names, times, files, attributes) is read
through ``optional``: what cannot be read there is left out and told of, and the message arrives.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from services.ingest.domain.channels.adapter import Ignored, Item
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected, path_of, raised
from shared.errors import Reason

__all__ = ["ITEMS_MAX", "Node", "TooMany", "each"]

ITEMS_MAX = (
    3000  # entries of all lists of a payload: Meta batches most, and 256 KiB hold some 2,000 of its lists' entries
)
OPTIONAL_ITEMS_MAX = 100  # of one list that a message can do without; a message has at most 32 attachments
WRONG_MAX = 256  # entries of one payload that are rejected before the rest is not looked at: each costs some 10 us
WHOLE_MAX = 2**53  # from here on the digits of a fraction number are not those that were written
UNREAD_MAX = 16  # paths of one message that are told of


class TooMany(Rejected):
    """A payload of so many entries that each would cost more than it is: refused as a whole, also by ``each``."""


class _Looked(msgspec.Struct):
    """What was done with the entries of all lists of a payload."""

    taken: int = 0  # looked at
    wrong: int = 0  # rejected


class Node(msgspec.Struct, eq=False, gc=False):
    """One value of a payload and its path. Absent and null are the same: falsy, "" as text, no items.

    ``unread``: None where a wrong type is a rejection; below ``optional`` the paths of what could not be read.

    Each step into a payload makes one: a struct is made in a third of the time that a class takes. The collector need
    not walk them, as none refers to what is below it.
    """

    value: Any
    _name: str | int = ""
    _parent: "Node | None" = None
    _looked: _Looked = msgspec.field(default_factory=_Looked)
    unread: list[str] | None = None

    @property
    def path(self) -> str:
        """Where it stands, as ``entry[0].changes[1].value``; made only when it is asked for: for a rejection."""
        parts: list[str | int] = []
        node: Node | None = self
        while node is not None:
            parts.append(node._name)
            node = node._parent
        return path_of(tuple(part for part in reversed(parts) if part != ""))

    @classmethod
    def parse(cls, body: bytes) -> "Node":
        """The JSON object of a body. Rejected: as read_object says."""
        return cls(read_object(body))

    def optional(self, beside: "Node | None" = None) -> "Node":
        """The same value, to read what a message can do without: nothing below it is a rejection.

        A number is its text; anything else of a wrong type is absent, and its path stands in ``unread``, which goes to
        the Message. Each call begins a list of its own, or goes on with that of another optional one ``beside`` it.
        """
        unread = [] if beside is None else beside.unread
        return Node(self.value, self._name, self._parent, self._looked, unread)

    def __getitem__(self, name: str) -> "Node":
        value = self.value
        if isinstance(value, dict):
            return Node(value.get(name), name, self, self._looked, self.unread)
        if value is not None:
            self._miss("must be an object")
        return Node(None, name, self, self._looked, self.unread)

    def __bool__(self) -> bool:
        return self.value is not None

    def items(self, optional_max: int = OPTIONAL_ITEMS_MAX) -> Iterator["Node"]:
        """The entries of a list; of an optional one the first ``optional_max``.

        TooMany: with those before more than ITEMS_MAX of the payload; an optional list is absent then.
        """
        listed = self.value
        if listed is None:
            return
        if not isinstance(listed, list):
            self._miss("must be a list")
            return
        if self.unread is not None and len(listed) > optional_max:
            self._miss("too long")
            listed = listed[:optional_max]
        looked = self._looked
        if looked.taken + len(listed) > ITEMS_MAX:
            if self.unread is None:
                raise TooMany(Reason.INVALID, self.path, f"more than {ITEMS_MAX} entries of lists in one payload")
            self._miss("too many")
            return
        looked.taken += len(listed)
        for index, value in enumerate(listed):
            yield Node(value, index, self, looked, self.unread)

    def first(self) -> "Node":
        """The first entry of a list, absent where there is none."""
        return next(self.items(), Node(None, 0, self, self._looked, self.unread))

    def text(self, name: str | None = None) -> str:
        """The text, "" where it is absent. This and what follows, with a name, is of that member: ``node.text("id")``
        is ``node["id"].text()`` in half of the time."""
        if name is not None:
            said = self._said(name)
            return self[name].text() if said is None else said
        value = self.value
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if self.unread is not None and isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value) if isinstance(value, float) and _is_whole(value) else value)
        self._miss("must be a string")
        return ""

    def id(self, name: str | None = None) -> str:
        """A text or whole number as text, "" where it is absent: providers write ids both ways."""
        if name is not None:
            said = self._said(name)
            return self[name].id() if said is None else said
        value = self.value
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text()

    def words(self, name: str | None = None) -> str:
        """What somebody wrote: a text, or a number as text. Rejected otherwise, so that it is kept."""
        if name is not None:
            said = self._said(name)
            return self[name].words() if said is None else said
        value = self.value
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return self.text()

    def needed(self, name: str | None = None) -> str:
        """An id that must be there."""
        if name is not None:
            return self._said(name) or self[name].needed()
        found = self.id()
        if not found:
            raise self.wrong("Field required")
        return found

    def number(self) -> float | None:
        """A number, or a text that is one; None where it is absent."""
        if self.value is None:
            return None
        try:
            if isinstance(self.value, bool):
                raise ValueError
            return float(self.value)
        except (ValueError, TypeError, OverflowError):
            self._miss("must be a number")
            return None

    def whole(self) -> int | None:
        """A whole number; None where it is absent or none."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        if self.value is not None and self.unread is not None:
            self._miss("must be a whole number")
        return None

    def flag(self, name: str | None = None) -> bool:
        """True for true alone."""
        return (self if name is None else self[name]).value is True

    def _said(self, name: str) -> str | None:
        """A member's text, "" where it is absent; None where it is to be looked at, or this value is no object."""
        value = self.value
        if not isinstance(value, dict):
            return None
        found = value.get(name)
        return "" if found is None else found if isinstance(found, str) else None

    def _miss(self, detail: str) -> None:
        """A value that cannot be read: its rejection, or where it is optional a note of its path."""
        if self.unread is None:
            raise self.wrong(detail)
        if len(self.unread) < UNREAD_MAX and self.path not in self.unread:
            self.unread.append(self.path)

    def wrong(self, detail: str) -> Rejected:
        """The rejection that names this value."""
        return Rejected(Reason.INVALID, self.path, detail)


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) < WHOLE_MAX


def each(nodes: Iterable[Node], read: Callable[[Node], Item | Iterable[Item]]) -> list[Item]:
    """What every entry comes to; one that is rejected, or on which ``read`` fails, takes no other with it, and
    WRONG_MAX of a payload end it."""
    found: list[Item] = []
    for node in nodes:
        if node._looked.wrong >= WRONG_MAX:
            break  # the dead letters that were made hold the whole payload
        try:
            item = read(node)
            if isinstance(item, OpenedEvent | Ignored | Rejected):
                found.append(item)
            else:
                found.extend(item)
        except TooMany:
            raise
        except Exception as error:  # noqa: BLE001 - of an adapter that anybody may have written
            node._looked.wrong += 1
            found.append(error if isinstance(error, Rejected) else raised(error, node.path))
    return found
