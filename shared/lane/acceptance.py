"""What keeps a partition closed, and what its row must say so that it opens: values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from shared.contract.records import Record
from shared.errors import PartitionClosed
from shared.lane.opening import agrees_with_input, agrees_with_output
from shared.lane.store import Claim

__all__ = ["FIELDS", "Input", "Plan", "input_disagreement", "plan"]

FIELDS = ("next_offset", "next_seq", "published_step", "published_seq", "input_seq", "input_id")


class Input(NamedTuple):
    """What the input log holds: its bounds, the record at ``next_offset - 1`` (or the first one still there, None
    without one), and the records from ``start`` on, where reading would go on."""

    begin: int
    end: int
    last_applied: Record | None
    start: int
    unread: Sequence[Record]


@dataclass(slots=True)
class Plan:
    """The disagreements that were found, the row that accepts them, and what that costs, each in sentences."""

    before: Claim
    after: Claim
    found: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    def changes(self) -> dict[str, tuple[int | str, int | str]]:
        """The fields that change: (before, after)."""
        pairs = {name: (getattr(self.before, name), getattr(self.after, name)) for name in FIELDS}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def plan(claim: Claim, log: Input, tail: Sequence[Record]) -> Plan:
    """Compare as the lane does when it opens the partition; ``tail`` is the end of the output log, oldest first."""
    made = Plan(claim, claim)
    _output(made, tail)
    _input(made, log)
    _jump(made, log.unread)
    return made


def _output(made: Plan, tail: Sequence[Record]) -> None:
    claim = made.before
    try:
        agrees_with_output(claim, tail)
        return
    except PartitionClosed as closed:
        made.found.append(closed.reason)
    last = max((record.seq or 0 for record in tail), default=0)
    if last >= claim.next_seq:
        made.after = replace(made.after, next_seq=last + 1, published_step=claim.next_step, published_seq=last)
        made.repeated.append(
            f"inputs from offset {claim.next_offset} on are applied again; what they bring about stands on the log a"
            f" second time, with the same ce_id, numbered from {last + 1}"
        )
        return
    made.after = replace(made.after, published_seq=last)
    made.lost.append(
        f"events {last + 1} to {claim.published_seq} are no longer on the log; the next has"
        f" {claim.published_seq + 1}, and a consumer that had not read so far sees the jump"
    )


def input_disagreement(claim: Claim, begin: int, end: int, last_applied: Record | None) -> str | None:
    """Why reading cannot go on at ``next_offset``; None if it can."""
    if claim.next_step == 0 and claim.next_offset < begin:
        return None  # whoever never committed begins where the log begins
    try:
        agrees_with_input(claim, begin, end, last_applied)
    except PartitionClosed as closed:
        return closed.reason
    return None


def _input(made: Plan, log: Input) -> None:
    claim = made.before
    reason = input_disagreement(claim, log.begin, log.end, log.last_applied)
    if reason is None:
        return
    made.found.append(reason)
    made.after = replace(made.after, next_offset=log.start, input_id="")
    if claim.next_offset < log.begin:
        made.lost.append(f"inputs {claim.next_offset} to {log.begin - 1}, which expired unread")
    if log.start > log.begin:
        made.lost.append(f"inputs {log.begin} to {log.start - 1}, which will not be applied unless they were before")
    if log.start < log.end:
        made.repeated.append(
            f"inputs {log.start} to {log.end - 1} are applied; those that were applied before are dropped where their"
            " ids or numbers are remembered"
        )


def _jump(made: Plan, unread: Sequence[Record]) -> None:
    """On a numbered log: the first record that is not known yet must follow the last one that is."""
    last = made.after.input_seq
    if last == 0 and made.before.next_step == 0:
        return
    first = next((record.seq for record in unread if record.seq is not None and record.seq > last), None)
    if first is None or first == last + 1:
        return
    made.found.append(f"the input log goes on at seq {first}, but {last} was applied last")
    made.lost.append(f"facts {last + 1} to {first - 1} of the input log")
    made.after = replace(made.after, input_seq=first - 1)
