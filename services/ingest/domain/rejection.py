"""How a refused input is described: one reason, and the fields that are wrong with what would be right."""

import re
from collections import deque
from traceback import walk_tb
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.contract.ids import WORKSPACE_PATTERN
from shared.contract.records import DeadLetter
from shared.errors import Invalid, Reason
from shared.written import said_in_words

__all__ = [
    "Faulty",
    "FieldError",
    "OtherWorkspace",
    "PAYLOAD_BYTES_MAX",
    "REFUSED_PARTS_MAX",
    "Refusal",
    "Rejected",
    "from_validation",
    "legible",
    "path_of",
    "raised",
    "workspace_in",
]

PAYLOAD_BYTES_MAX = 1024 * 1024  # of a payload that is kept; its hash and length are those of the whole
# Dead letters of one payload; each holds the whole of it, so the last one stands for all that are refused after it.
REFUSED_PARTS_MAX = 32
ERRORS_MAX = 32  # a longer list helps nobody and lets a sender choose the size of our answer
PATH_LENGTH_MAX = 256  # characters; a key of the sender may stand in a path
DETAIL_LENGTH_MAX = 512  # characters
PLACES_MAX = 3  # calls that are named of where an error was raised, the innermost last
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WORKSPACE = re.compile(WORKSPACE_PATTERN)
_SUBJECT = re.compile(r"^(Input|String|List|Dictionary|Set|Tuple) should ")
_TYPES = {
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be an array",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
}
_KEY_MARK = "[key]"  # pydantic's last part for an error in a key itself


class FieldError(NamedTuple):
    """One wrong field: its path (``from.handle``, ``attachments[3].url``, "" for the whole) and the fix."""

    path: str
    message: str


class Refusal(NamedTuple):
    """A dead letter, and the headers that its record came with: a replay needs both. ``fault``: see Faulty."""

    letter: DeadLetter
    headers: dict[str, str]
    fault: str = ""


class Rejected(Invalid):
    """An input that can never be accepted. ``errors`` has at least one entry; ``path`` and ``detail`` are the first.

    ``workspace`` is the sender's, None while it is not readable. No message repeats a value of the input.
    """

    def __init__(self, reason: Reason, path: str, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        first = FieldError(legible(path, PATH_LENGTH_MAX), legible(detail, DETAIL_LENGTH_MAX))
        super().__init__(reason, first.path, first.message)
        self.errors = errors or (first,)
        self.workspace: str | None = None


class Faulty(Rejected):
    """An input on which its adapter failed: not its sender's fault, so it is kept, and can be replayed after a fix.

    ``fault``: what failed and where, for the log. No message of an error stands in either: it may quote a customer.
    """

    def __init__(self, path: str, detail: str, error: BaseException | None = None) -> None:
        super().__init__(Reason.INVALID, path, detail)
        self.fault = f"{detail} at {_place(error)}" if error is not None else detail


class OtherWorkspace(Rejected):
    """The event is of another workspace than its way allows."""

    def __init__(self) -> None:
        super().__init__(Reason.INVALID, "workspace", "is not the workspace of this source")


def from_validation(error: ValidationError) -> Rejected:
    """The rejection that pydantic's findings amount to; a missing or wrong field is ``invalid``."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    errors = tuple(
        FieldError(legible(path_of(item["loc"]), PATH_LENGTH_MAX), legible(_words(item), DETAIL_LENGTH_MAX))
        for item in found[:ERRORS_MAX]
    )
    return Rejected(Reason.INVALID, *errors[0], errors)


def _words(item: ErrorDetails) -> str:
    """What would be right, in the words of JSON and not in those of a library."""
    kind, message = item["type"], item["msg"]
    return _TYPES.get(kind) or _SUBJECT.sub("must ", said_in_words(message)).replace(" after validation", "")


def raised(error: BaseException, path: str = "") -> Faulty:
    """The rejection of an input on which an adapter raised what none may."""
    faulty = Faulty(path, f"the adapter raised {type(error).__name__}", error)
    faulty.__cause__ = error
    return faulty


def _place(error: BaseException) -> str:
    """File, line and function in which an error was raised."""
    frames = walk_tb(error.__traceback__)
    last = deque(frames, maxlen=PLACES_MAX)
    return "; ".join(f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_name}" for frame, line in last)


def path_of(parts: tuple[Any, ...]) -> str:
    """``("attachments", 3, "url")`` as ``attachments[3].url``."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != _KEY_MARK:
            path += f".{part}" if path else str(part)
    return path


def legible(text: str, length_max: int) -> str:
    """Text that any log, header or database takes: no control characters, no lone surrogates, bounded length."""
    return _UNWRITABLE.sub("\ufffd", text[:length_max])


def workspace_in(data: object) -> str | None:
    """The workspace that a refused body names, None where it is not readable."""
    named = data.get("workspace") if isinstance(data, dict) else None
    return named if isinstance(named, str) and _WORKSPACE.fullmatch(named) else None
