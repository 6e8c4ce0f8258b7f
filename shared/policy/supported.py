"""Parts of the policy that Usher reads but does not act on yet: they are refused, never ignored.

Whoever builds one of them deletes its line here; nothing else has to change.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["NOT_YET", "NotYet", "not_yet_used"]


class NotYet(NamedTuple):
    """``path`` with ``*`` for any name or index; ``harmless`` values are accepted, because they ask for nothing."""

    path: str
    harmless: tuple[Any, ...] = ()


NOT_YET: tuple[NotYet, ...] = ()


def not_yet_used(document: Mapping[str, Any], entries: tuple[NotYet, ...]) -> Iterator[str]:
    """Paths of the document that ask for something Usher does not do yet, in the order of the entries."""
    for entry in entries:
        for path, value in _found(document, entry.path.split("."), ""):
            if value is not None and value not in entry.harmless:
                yield path


def _found(value: Any, parts: list[str], path: str) -> Iterator[tuple[str, Any]]:
    if not parts:
        yield path, value
        return
    head, rest = parts[0], parts[1:]
    if isinstance(value, Mapping):
        names = list(value) if head == "*" else [head] if head in value else []
        for name in names:
            yield from _found(value[name], rest, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and head == "*":
        for index, item in enumerate(value):
            yield from _found(item, rest, f"{path}[{index}]")
