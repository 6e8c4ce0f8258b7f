"""From a mapping to a policy: every fault of the document is found in one go, with its path and a hint."""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

from pydantic import ValidationError

from shared.policy.checks import cross_check
from shared.policy.errors import PolicyError, PolicyErrors
from shared.policy.faults import Loc, faults_of, loc_of, path_of
from shared.policy.policy import Policy
from shared.policy.supported import NOT_YET, NotYet, not_yet_used

__all__ = ["DOCUMENT_NODES_MAX", "parse_policy"]

DOCUMENT_NODES_MAX = 200_000  # values in a document; YAML's aliases can make billions of a few lines
DEPTH_MAX = 20
BYTES_MAX = 512 * 1024  # the policy travels in one record of the log; brokers take 1 MiB
_PLAIN = (str, int, float, bool, type(None))
ROUNDS_MAX = 8  # a fault that hides another is removed and the rest is read again, so often at most


def parse_policy(document: Mapping[str, Any], *, not_yet: Sequence[NotYet] = NOT_YET) -> Policy:
    """The policy that a document (from YAML or JSON) describes.

    Raises PolicyErrors with every fault: unknown keys, wrong types, ranges, references to what does not exist, steps
    that can never be reached, and what Usher does not act on yet (``not_yet``). Texts are read in Unicode's form NFC.
    """
    plain = _plain(document)
    reading = _Reading(plain)
    policy = reading.policy()
    faults = reading.faults
    if policy is not None:
        crossed = cross_check(policy, plain, reading.is_whole)
        faults += [fault._replace(path=reading.as_written(fault.path)) for fault in crossed]
        if len(policy.canonical) > BYTES_MAX:
            faults.append(PolicyError("", f"is {len(policy.canonical)} bytes as JSON", f"at most {BYTES_MAX}"))
    hint = "leave it out; this version would ignore it"
    faults += [PolicyError(path, "not supported yet", hint) for path in not_yet_used(plain, tuple(not_yet))]
    if policy is None or faults:
        raise PolicyErrors(sorted(set(faults)))
    return policy


class _Reading:
    """Reads a document, takes out what is faulty and reads the rest, so that no fault hides another."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self._plain = plain
        self._removed: set[Loc] = set()
        self._filled: dict[Loc, Any] = {}
        self.faults: list[PolicyError] = []

    def policy(self) -> Policy | None:
        """The policy without its faulty parts; None where too little is left."""
        for _ in range(ROUNDS_MAX):
            try:
                changed = _with_parents(self._removed | self._filled.keys())
                return Policy.model_validate(self._rest(self._plain, (), changed))
            except ValidationError as error:
                found = [(self._original(at), self._original(loc), fault) for at, loc, fault in faults_of(error)]
            seen = _with_parents(self._removed)
            # A list that lost its only item is not "too short" as well.
            followers = seen | _with_parents({at[:-1] for at, _, _ in found})
            self.faults += [fault._replace(path=path_of(at)) for at, _, fault in found if at not in followers]
            possible = [self._take_out(at, loc, seen) for at, loc, _ in found]
            if not all(possible):
                return None
        return None

    def as_written(self, path: str) -> str:
        """A path in the reduced policy as a path in the document: items that were taken out count again."""
        return path_of(self._original(loc_of(path)))

    def is_whole(self, path: str) -> bool:
        """Whether nothing was taken out or put in at, above or below a path of the reduced policy."""
        at = self._original(loc_of(path))
        return not any(a[: len(at)] == at[: len(a)] for a in self._removed | self._filled.keys())

    def _take_out(self, at: Loc, loc: Loc, seen: set[Loc]) -> bool:
        """Remove the faulty part, or put in what the rest cannot do without; False when neither is possible."""
        stand_in = self._stand_in(at)
        if stand_in is not None and (at in seen or at[:-1] == loc):
            self._filled[at] = stand_in
            return True
        loc = self._existing(loc)
        self._removed.add(loc)
        return loc not in ((), ("queues",))

    def _stand_in(self, at: Loc) -> Any:
        queues = self._plain.get("queues")
        match at:
            case ("workspace",):
                return "unnamed"
            case ("default_queue",):
                return next(iter(queues), None) if isinstance(queues, dict) else None
            case ("classification", "rules", int(), "when"):
                return {"attributes": {path_of(at): "never"}}
            case ("classification", "rules", int(), "then"):
                return {"tier": "agent"}
        return None

    def _existing(self, loc: Loc) -> Loc:
        """The deepest part of the location that stands in the document: a lone value may be read as a list."""
        value: Any = self._plain
        for depth, part in enumerate(loc):
            inside = isinstance(value, dict) and part in value
            if not inside and not (isinstance(value, tuple) and isinstance(part, int) and part < len(value)):
                return loc[:depth]
            value = value[part]
        return loc

    def _rest(self, value: Any, at: Loc, changed: set[Loc]) -> Any:
        """A copy without what was taken out and with what was put in, which is at or below each of ``changed``."""
        if at in self._filled:
            return self._filled[at]
        if at not in changed:
            return value
        if isinstance(value, dict):
            missing = {loc[-1]: None for loc in self._filled if loc[:-1] == at and loc[-1] not in value}
            keys = [
                key for key in {**value, **missing} if (*at, key) in self._filled or (*at, key) not in self._removed
            ]
            return {key: self._rest(value.get(key), (*at, key), changed) for key in keys}
        if isinstance(value, tuple):
            kept = [index for index in range(len(value)) if (*at, index) not in self._removed]
            return tuple(self._rest(value[index], (*at, index), changed) for index in kept)
        return value

    def _original(self, loc: Loc) -> Loc:
        original: Loc = ()
        for part in loc:
            kept = _nth_kept(part, original, self._removed) if isinstance(part, int) else part
            original = (*original, kept)
        return original


def _with_parents(locations: set[Loc]) -> set[Loc]:
    return {loc[:size] for loc in locations for size in range(len(loc) + 1)}


def _nth_kept(number: int, at: Loc, removed: set[Loc]) -> int:
    """Index, in the whole list, of the item that is the number-th of those kept."""
    index = 0
    while True:
        if (*at, index) not in removed:
            if number == 0:
                return index
            number -= 1
        index += 1


def _plain(document: Any) -> dict[str, Any]:
    """A bounded copy with tuples for lists; refuses what JSON could not say."""
    if not isinstance(document, Mapping):
        shown = type(document).__name__
        raise PolicyErrors([PolicyError("", f"a policy is a mapping, not {shown}", "start with workspace: NAME")])
    faults: list[PolicyError] = []
    copy = _Copier(faults).copy(document, ())
    if faults:
        raise PolicyErrors(faults)
    assert isinstance(copy, dict)
    return copy


class _Copier:
    """Copies a document and counts what it copies."""

    def __init__(self, faults: list[PolicyError]) -> None:
        self._faults = faults
        self._nodes = 0

    def copy(self, value: Any, at: Loc) -> Any:
        self._nodes += 1
        if self._nodes > DOCUMENT_NODES_MAX or len(at) > DEPTH_MAX:
            too = "too large" if self._nodes > DOCUMENT_NODES_MAX else "nested too deeply"
            raise PolicyErrors([PolicyError("", f"the document is {too}", "look for aliases (*name) that multiply")])
        if type(value) in _PLAIN:
            return value if type(value) is not str or value.isascii() else normalize("NFC", value)
        if isinstance(value, Mapping):
            return self._mapping(value, at)
        if isinstance(value, list | tuple):
            return tuple(self.copy(item, (*at, index)) for index, item in enumerate(value))
        self._faults.append(PolicyError(path_of(at), f"{value!r} is no plain value", "put it in quotes"))
        return normalize("NFC", value) if isinstance(value, str) else value

    def _mapping(self, value: Mapping[Any, Any], at: Loc) -> dict[str, Any]:
        """Names in Unicode's form NFC, in which messages bring them; two that differ in nothing else are refused."""
        copy: dict[str, Any] = {}
        for key, item in value.items():
            name = normalize("NFC", self._key(key, at))
            if name in copy:
                message = f"{name!r} stands twice, written in two Unicode forms"
                self._faults.append(PolicyError(path_of((*at, name)), message, "keep one of them"))
            copy[name] = self.copy(item, (*at, name))
        return copy

    def _key(self, key: Any, at: Loc) -> str:
        if not isinstance(key, str):
            self._faults.append(PolicyError(path_of(at), f"the key {key!r} is not a text", "put it in quotes"))
        return str(key)
