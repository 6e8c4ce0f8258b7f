"""Strict reading of JSON objects: every field typed and bounded, every unknown one refused, with its path."""

from typing import Any

SECONDS_MAX = 1e9
"""Any duration, about 30 years: beyond it double precision no longer resolves milliseconds well."""

NAME_MAX = 256
"""Characters of a name."""

MISSING: Any = object()


class ScenarioError(Exception):
    """A field is wrong: ``path`` as in ``classes[0].skills.en`` (empty for the whole), ``reason`` with the fix."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class Fields:
    """The fields of one JSON object, taken one by one; what is left over at the end is unknown."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise ScenarioError(path, f"must be an object, not {kind(value)}")
        self._left = dict(value)
        self._path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self._path}.{name}" if self._path else name

    def take(self, name: str, default: Any = MISSING) -> Any:
        """A field's raw value."""
        value = self._left.pop(name, default)
        if value is MISSING:
            raise ScenarioError(self.at(name), "is missing")
        return value

    def number(self, name: str, low: float, high: float, default: Any = MISSING) -> float:
        """A number between bounds, both included."""
        return number(self.take(name, default), self.at(name), low, high)

    def whole(self, name: str, low: int, high: int, default: Any = MISSING) -> int:
        """A whole number between bounds, both included."""
        return whole(self.take(name, default), self.at(name), low, high)

    def positive(self, name: str) -> float:
        """A number greater than 0."""
        value = self.number(name, 0, SECONDS_MAX)
        if value <= 0:
            raise ScenarioError(self.at(name), "must be greater than 0")
        return value

    def text(self, name: str) -> str:
        """A name: 1 to 256 characters."""
        value = self.take(name)
        if not isinstance(value, str):
            raise ScenarioError(self.at(name), f"must be a string, not {kind(value)}")
        if not 1 <= len(value) <= NAME_MAX or not is_text(value):
            raise ScenarioError(self.at(name), f"must have 1 to {NAME_MAX} characters of valid Unicode, without NUL")
        return value

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """One of a closed set of words."""
        value = self.take(name)
        if not isinstance(value, str) or value not in known:
            raise ScenarioError(self.at(name), f"must be one of {', '.join(known)}")
        return value

    def end(self) -> None:
        """Refuse what nobody took."""
        for name in self._left:
            raise ScenarioError(self.at(name), "is not a known field")


def is_text(value: str) -> bool:
    """Whether a string can be written as UTF-8 everywhere: no lone surrogate, no NUL."""
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def number(value: Any, path: str, low: float, high: float) -> float:
    """A finite number between bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(path, f"must be a number, not {kind(value)}")
    if not low <= value <= high:
        raise ScenarioError(path, f"must be between {low:g} and {high:g}")
    return float(value)


def whole(value: Any, path: str, low: int, high: int) -> int:
    """A whole number between bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScenarioError(path, f"must be a whole number, not {kind(value)}")
    if not low <= value <= high:
        raise ScenarioError(path, f"must be between {low} and {high}")
    return value


def kind(value: Any) -> str:
    """What a JSON value is, for people."""
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return kinds.get(type(value), type(value).__name__)
