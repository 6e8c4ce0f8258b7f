"""The checks before a partition is opened: database, input log and output log must tell the same story.

They catch what no fence can: a database restored to an earlier time or lost in an asynchronous failover, a topic that
was deleted and made again. Going on would lose or repeat decisions, so the partition stays closed and an operator
decides (docs/operators.md, "A closed partition").
"""

from collections.abc import Sequence

from shared.contract.records import Record
from shared.errors import PartitionClosed
from shared.lane.store import Claim

__all__ = ["agrees_with_input", "agrees_with_output"]


def agrees_with_output(claim: Claim, tail: Sequence[Record]) -> None:
    """The last seq on the log lies between what is known to be published and what was ever committed.

    ``tail`` is the end of the log, oldest first; repeats by a former owner may stand at its very end.
    """
    last = max((record.seq or 0 for record in tail), default=None)
    if last is None:
        if claim.published_seq > 0 and claim.next_seq > 1:
            raise PartitionClosed(
                claim.partition,
                f"the database published up to seq {claim.published_seq}, but the output"
                " log is empty: the topic was re-created or its records expired",
            )
        return
    if last >= claim.next_seq:
        raise PartitionClosed(
            claim.partition,
            f"the output log has seq {last}, but the database committed only up to"
            f" {claim.next_seq - 1}: the database is older than the log (restored backup or failover)",
        )
    if last < claim.published_seq:
        raise PartitionClosed(
            claim.partition,
            f"the output log ends at seq {last}, but {claim.published_seq} was acknowledged: the log lost records",
        )


def agrees_with_input(claim: Claim, begin: int, end: int, last_applied: Record | None) -> None:
    """The stored offset lies in the log, and the record before it is the one that was applied last.

    ``last_applied`` is the record at ``next_offset - 1`` (or the first one still there), None if it is not read.
    """
    if not begin <= claim.next_offset <= end:
        raise PartitionClosed(
            claim.partition,
            f"the next offset is {claim.next_offset}, but the input log holds"
            f" {begin} to {end}: records expired unread, or the topic was re-created",
        )
    if last_applied is None or last_applied.offset != claim.next_offset - 1:
        return
    if claim.input_id and last_applied.id != claim.input_id:
        raise PartitionClosed(
            claim.partition,
            f"the record at offset {last_applied.offset} is"
            f" {last_applied.id or 'unnamed'}, but {claim.input_id} was applied there: the input topic is not the one"
            " that the database knows",
        )
