"""A provider's JSON, read with care: every step knows its path, and a wrong type is a rejection that names it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from services.ingest.domain.channels.adapter import Ignored, Item
from services.ingest.domain.cloudevents import Event
from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected, path_of
from shared.errors import Reason

__all__ = ["ITEMS_MAX", "Node", "TooMany", "each"]

ITEMS_MAX = (
    3000  # entries of all lists of a payload: Meta batches most, and 256 KiB hold some 2,000 of its lists' entries
)


class TooMany(Rejected):
    """A payload of so many entries that each would cost more than it is: refused as a whole, also by ``each``."""


class Node:
    """One value of a payload and its path. Absent and null are the same: falsy, "" as text, no items."""

    __slots__ = ("_name", "_parent", "_root", "_taken", "value")

    def __init__(self, value: Any, name: str | int = "", parent: "Node | None" = None) -> None:
        self.value = value
        self._name = name
        self._parent = parent
        self._taken = 0  # of the root: entries that were looked at
        self._root: Node = self if parent is None else parent._root

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

    def __getitem__(self, name: str) -> "Node":
        value = self.value
        if value is None:
            return Node(None, name, self)
        if not isinstance(value, dict):
            raise self.wrong("must be an object")
        return Node(value.get(name), name, self)

    def __bool__(self) -> bool:
        return self.value is not None

    def items(self) -> Iterator["Node"]:
        """The entries of a list. TooMany: with those before more than ITEMS_MAX of the payload."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.wrong("must be a list")
        root = self._root
        root._taken += len(self.value)
        if root._taken > ITEMS_MAX:
            raise TooMany(Reason.INVALID, self.path, f"more than {ITEMS_MAX} entries of lists in one payload")
        for index, value in enumerate(self.value):
            yield Node(value, index, self)

    def first(self) -> "Node":
        """The first entry of a list, absent where there is none."""
        return next(self.items(), Node(None, 0, self))

    def text(self) -> str:
        """The text, "" where it is absent."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            raise self.wrong("must be a string")
        return self.value

    def id(self) -> str:
        """A text or whole number as text, "" where it is absent: providers write ids both ways."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        return self.text()

    def needed(self) -> str:
        """An id that must be there."""
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
            raise self.wrong("must be a number") from None

    def whole(self) -> int | None:
        """A whole number; None where it is absent or none."""
        return self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    def flag(self) -> bool:
        """True for true alone."""
        return self.value is True

    def wrong(self, detail: str) -> Rejected:
        """The rejection that names this value."""
        return Rejected(Reason.INVALID, self.path, detail)


def each(nodes: Iterable[Node], read: Callable[[Node], Item | Iterable[Item]]) -> list[Item]:
    """What every entry comes to; one that is rejected takes no other with it."""
    found: list[Item] = []
    for node in nodes:
        try:
            item = read(node)
            if isinstance(item, Event | Ignored | Rejected):
                found.append(item)
            else:
                found.extend(item)
        except TooMany:
            raise
        except Rejected as rejected:
            found.append(rejected)
    return found
