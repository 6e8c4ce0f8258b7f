"""Names that a policy defines, and conditions that hold whenever others do."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.policy.errors import PolicyError, did_you_mean

__all__ = ["Names", "covers"]


class Names:
    """The names that a document defines, whether or not what they name is well formed; None where it cannot be known.

    ``whole``: whether nothing at a path of the policy was faulty. What was faulty is not in the policy, and a fault
    that is only due to that would be untrue.
    """

    def __init__(self, document: Mapping[str, Any], whole: Callable[[str], bool]) -> None:
        self.whole = whole
        self.queue = _keys(document, "queues")
        self.calendar = _keys(document, "calendars")
        bots = _keys(document, "bots")
        self.bot = ["default"] if bots == [] else bots
        self.intent = _keys(document.get("classification", {}), "intents")
        self.language = _texts(document.get("languages", ()))

    def check(self, path: str, kind: str, name: str | None) -> Iterator[PolicyError]:
        """A fault when the name is given and nothing has it."""
        known: list[str] | None = getattr(self, kind)
        if name is not None and known is not None and name not in known:
            yield PolicyError(path, f"there is no {kind} {name!r}", did_you_mean(name, known))


def _keys(value: Any, key: str) -> list[str] | None:
    inner = value.get(key, {}) if isinstance(value, Mapping) else None
    return list(inner) if isinstance(inner, Mapping) else None


def _texts(value: Any) -> list[str] | None:
    whole = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    return list(value) if whole else None


def covers(general: Mapping[str, Any], special: Mapping[str, Any]) -> bool:
    """Whether every contact that meets the second conditions meets the first."""
    for key, wanted in general.items():
        given = special.get(key)
        if isinstance(wanted, tuple) and isinstance(given, tuple):
            if not set(given) <= set(wanted):
                return False
        elif isinstance(wanted, dict) and isinstance(given, dict):
            if not wanted.items() <= given.items():
                return False
        elif given != wanted:
            return False
    return True
