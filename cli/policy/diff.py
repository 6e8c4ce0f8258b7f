"""What differs between two policies, path by path."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

__all__ = ["Change", "changes"]


class Change(NamedTuple):
    """One value that differs; None where a side does not have it."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.path}: {_shown(self.after)}"
        if self.after is None:
            return f"- {self.path}: {_shown(self.before)}"
        return f"~ {self.path}: {_shown(self.before)} -> {_shown(self.after)}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The differences of two policy documents, sorted by path."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = sorted(set(old) | set(new))
    return [Change(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Plain values with their paths; an empty container holds none."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()
