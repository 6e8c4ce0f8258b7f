"""Which log lines are about a contact, and how a person reads one: values in, values out."""

from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["About", "Line", "parsed", "readable"]

LEARNT = ("event_id", "cause_id")  # fields whose value stands for the contact in lines that do not name it
LEARNT_MAX = 10_000  # events of one contact that are followed; a contact has some tens
_HEAD = ("at", "service", "level", "event", "exception")

Line = Mapping[str, Any]


def parsed(text: bytes) -> Line | None:
    """A line as an object; None for whatever is none, such as a line of Java or half a line."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


class About:
    """Tells whether lines are about a contact: they name it, or an event that a line before named together with it."""

    def __init__(self, contact_id: str) -> None:
        self._contact = contact_id
        self._events: set[str] = set()

    def learn(self, text: bytes) -> None:
        """Remember the events that a line names beside the contact."""
        if self._contact.encode() in text and (line := parsed(text)) is not None and self._names(line):
            self._remember(line)

    def match(self, text: bytes) -> Line | None:
        """The line if it is about the contact; it is learnt from, too."""
        if (line := parsed(text)) is None:
            return None
        if self._names(line):
            self._remember(line)
            return line
        return line if any(line.get(name) in self._events for name in LEARNT if _is_id(line.get(name))) else None

    def _remember(self, line: Line) -> None:
        for name in LEARNT:
            if _is_id(line.get(name)) and len(self._events) < LEARNT_MAX:
                self._events.add(line[name])

    def _names(self, line: Line) -> bool:
        return any(_holds(value, self._contact) for value in line.values())


def readable(line: Line) -> list[str]:
    """Time, service, level, what happened and its fields; the lines of an exception stand below."""
    more = " ".join(f"{name}={_shown(value)}" for name, value in line.items() if name not in _HEAD)
    at = str(line.get("at", "")).replace("T", " ")
    head = f"{at:<27}  {line.get('service', ''):<6}  {line.get('level', ''):<8}  {line.get('event', '')}"
    below = [f"    {part}" for part in str(line.get("exception") or "").splitlines()]
    return [f"{head}  {more}".rstrip(), *below]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if text and not any(char.isspace() for char in text) else orjson.dumps(text).decode()


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _holds(value: Any, contact_id: str) -> bool:
    """Whether a text names the id as a word of its own: no letter, digit, hyphen or underscore around it."""
    if isinstance(value, dict):
        return any(_holds(each, contact_id) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, contact_id) for each in value)
    if not isinstance(value, str):
        return False
    begin = value.find(contact_id)
    while begin >= 0:
        end = begin + len(contact_id)
        if not _goes_on(value[begin - 1 : begin]) and not _goes_on(value[end : end + 1]):
            return True
        begin = value.find(contact_id, begin + 1)
    return False


def _goes_on(char: str) -> bool:
    return char.isalnum() or char in {"-", "_"} if char else False
