"""The failures of Usher; each kind means one action.

* UsherError
  * Retryable - pause, back off, try again
    * OutcomeUnknown - the answer was lost; the same compare-and-set is sent again: applied once, or refused
  * Invalid - dead-letter this one input, with its reason
  * Poison - the database refuses a value in the batch: bisect, then dead-letter the one
  * Fenced - another owner holds the partition: drop memory and stop
  * Fatal - exit; the platform restarts the process
    * PartitionClosed - log and database disagree, or cannot be read: keep it closed until an operator decides
"""

from enum import StrEnum

__all__ = [
    "Fatal",
    "Fenced",
    "Invalid",
    "OutcomeUnknown",
    "PartitionClosed",
    "Poison",
    "Reason",
    "Retryable",
    "UsherError",
]


class Reason(StrEnum):
    """Why an input became a dead letter. Public: the values stand in contracts and metrics."""

    EMPTY = "empty"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_WORKSPACE = "unknown_workspace"
    UNKNOWN_REFERENCE = "unknown_reference"
    ILLEGAL = "illegal"
    DATABASE = "database"


class UsherError(Exception):
    """Base of all failures that Usher names itself."""


class Retryable(UsherError):
    """A passing fault of a broker, a database or the network."""


class OutcomeUnknown(Retryable):
    """A commit was sent and its reply was lost: it may or may not have happened."""


class Invalid(UsherError):
    """One input that can never be accepted. ``path`` names the field (``from.handle``), ``detail`` the fix."""

    def __init__(self, reason: Reason, path: str, detail: str) -> None:
        super().__init__(f"{reason}: {path}: {detail}" if path else f"{reason}: {detail}")
        self.reason = reason
        self.path = path
        self.detail = detail


class Poison(UsherError):
    """The database refused a value (SQLSTATE class 22 or 23): the batch must be split to find it."""


class Fenced(UsherError):
    """The compare-and-set on (epoch, offset) failed: somebody else owns the partition now."""


class Fatal(UsherError):
    """The process cannot go on; it exits and is restarted."""


class PartitionClosed(Fatal):
    """Log and database disagree about a partition, or cannot be read; going on could lose or repeat decisions.

    ``reason`` in a sentence; ``cure``: what the operator does next, where that is not `usher lane accept`.
    """

    def __init__(self, partition: int, reason: str, cure: str = "") -> None:
        super().__init__(f"partition {partition}: {reason}")
        self.partition = partition
        self.reason = reason
        self.cure = cure
