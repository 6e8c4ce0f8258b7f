"""Compressed batches are unpacked within bounds: a megabyte of them may be gigabytes of records.

aiokafka unpacks a batch as a whole, however large it becomes, and a poll may take hundreds of them. Its decoders are
functions of its modules; those here stand in their places, in every consumer of the process.
"""

import mmap
import zlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import cramjam
from aiokafka import codec
from aiokafka.errors import CorruptRecordException
from aiokafka.record import default_records, legacy_records
from aiokafka.record._crecords import default_records as fast_default_records
from aiokafka.record._crecords import legacy_records as fast_legacy_records

__all__ = ["BATCH_BYTES_MAX", "BatchTooLarge", "PollFull", "Budget", "bound_unpacking", "spend"]

# Of one batch unpacked, and of all batches of one poll. Producers bound batches before they pack them, by default at
# 16 KiB (Java) or 1 MB (librdkafka); three subscriptions hold this twice, as batches and as records.
BATCH_BYTES_MAX = 16 * 1024 * 1024
XERIAL_HEADER_BYTES = 16
XERIAL_LENGTH_BYTES = 4
_GZIP = 31  # zlib's word for a gzip frame
_LEGACY = (legacy_records, fast_legacy_records)
_MODULES = (default_records, fast_default_records, *_LEGACY)

Decode = Callable[[Any], bytes]


class BatchTooLarge(CorruptRecordException):  # type: ignore[misc]
    """One batch is larger unpacked than any may be."""


class PollFull(CorruptRecordException):  # type: ignore[misc]
    """What this poll has unpacked suffices; the batch at hand is for the next one."""


class Budget:
    """What may still be unpacked in one poll; the first batch of a poll always may."""

    def __init__(self, left: int = BATCH_BYTES_MAX) -> None:
        self._left = left

    def copy(self) -> "Budget":
        """The same, for an attempt that may be repeated."""
        return Budget(self._left)

    def become(self, attempt: "Budget") -> None:
        """The attempt counts."""
        self._left = attempt._left

    def take(self, size: int) -> None:
        if size > self._left < BATCH_BYTES_MAX:
            raise PollFull
        self._left -= size


_budget: ContextVar[Budget | None] = ContextVar("unpacked", default=None)


def spend(budget: Budget) -> None:
    """From here on, what this task unpacks counts for this budget."""
    _budget.set(budget)


def bound_unpacking() -> None:
    """Put the bounded decoders in the places of aiokafka's; twice is once."""
    for name, decode in _DECODERS.items():
        for module in _MODULES:
            if name == "zstd_decode" and module in _LEGACY:
                continue  # that format ended before zstd came
            assert hasattr(module, name), f"this aiokafka unpacks elsewhere: {module.__name__}.{name}"
            setattr(module, name, decode)


def _counted(decode: Decode) -> Decode:
    def counted(payload: Any) -> bytes:
        unpacked = decode(payload)
        budget = _budget.get()
        if budget is not None:
            budget.take(len(unpacked))
        return unpacked

    return counted


def _gzip(payload: Any) -> bytes:
    parts: list[bytes] = []
    rest, left = bytes(payload), BATCH_BYTES_MAX
    while rest:
        unpacking = zlib.decompressobj(_GZIP)
        parts.append(unpacking.decompress(rest, left + 1))
        left -= len(parts[-1])
        if left < 0:
            raise BatchTooLarge
        rest = unpacking.unused_data  # a second member, as gzip allows
    return b"".join(parts)


def _snappy(payload: Any) -> bytes:
    if _snappy_length(bytes(payload)) > BATCH_BYTES_MAX:
        raise BatchTooLarge
    return bytes(codec.snappy_decode(payload))


def _snappy_length(payload: bytes) -> int:
    """What the payload says of itself; the decoder takes nothing else."""
    if not codec._detect_xerial_stream(payload):
        return int(cramjam.snappy.decompress_raw_len(payload))
    total, at = 0, XERIAL_HEADER_BYTES
    while at < len(payload):
        begin = at + XERIAL_LENGTH_BYTES
        at = begin + int.from_bytes(payload[at:begin], "big")
        total += int(cramjam.snappy.decompress_raw_len(payload[begin:at]))
    return total


def _into(decompress_into: Callable[[Any, Any], int]) -> Decode:
    def decode(payload: Any) -> bytes:
        with mmap.mmap(-1, BATCH_BYTES_MAX) as room:  # memory is taken page by page, as far as it is written
            try:
                return room[: decompress_into(bytes(payload), room)]
            except cramjam.DecompressionError as error:
                raise (BatchTooLarge if "whole buffer" in str(error) else CorruptRecordException)(str(error)) from None

    return decode


_DECODERS: dict[str, Decode] = {
    "gzip_decode": _counted(_gzip),
    "snappy_decode": _counted(_snappy),
    "lz4_decode": _counted(_into(cramjam.lz4.decompress_into)),
    "zstd_decode": _counted(_into(cramjam.zstd.decompress_into)),
}
