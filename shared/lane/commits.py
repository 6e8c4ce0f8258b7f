"""What one step asks the database to do, and the packed form in which its outbox row keeps what is to be published."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from shared.contract.records import Record
from shared.lane.engine import Step
from shared.lane.store import Claim, Commit, OutboxBatch

__all__ = ["Cursor", "commit_of", "decode_batch", "encode_batch"]

_encode_batch = msgspec.msgpack.Encoder().encode
_decode_batch = msgspec.msgpack.Decoder(OutboxBatch).decode

Cursor = tuple[int, int]  # (step, seq): everything before that step, and up to that seq, is on the log


def encode_batch(batch: OutboxBatch) -> bytes:
    """The packed form of an outbox row."""
    return _encode_batch(batch)


def decode_batch(packed: bytes) -> OutboxBatch:
    """What an outbox row holds."""
    return _decode_batch(packed)


def commit_of(
    before: Claim, step: Step, records: Sequence[Record], newest: Record | None, at_ms: int, published: Cursor
) -> tuple[Commit, OutboxBatch]:
    """The commit of a step after ``before``, and its batch. ``records`` were applied; the input is passed up to
    ``newest``, which on a sequenced log may be a repeat after them."""
    batch = OutboxBatch(
        before.next_step,
        before.next_seq,
        before.next_offset if newest is None else newest.offset + 1,
        step.events,
        step.dead,
    )
    after = replace(
        before,
        next_step=before.next_step + 1,
        next_offset=batch.next_offset,
        next_seq=before.next_seq + len(step.events),
        published_step=published[0],
        published_seq=published[1],
        input_seq=records[-1].seq or 0 if records else before.input_seq,
        input_id=before.input_id if newest is None else newest.id,
    )
    outbox = encode_batch(batch) if step.events or step.dead else None
    return Commit(before=before, after=after, at_ms=at_ms, outbox=outbox, dead=step.dead, writes=step.writes), batch
