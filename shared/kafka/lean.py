"""A lane's records straight from aiokafka's decoder.

aiokafka makes an object of its own of each record, of eleven fields, and we made ours of that: a fifth of what reading
a batch took. Consumers with ``as_records`` as their ``value_deserializer`` give shared.contract.records.Record instead.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.consumer.fetcher import PartitionRecords

from shared.contract.envelope import to_record

__all__ = ["as_records", "read_lean"]


def as_records(value: bytes | None) -> bytes | None:
    """The mark of a consumer whose ``getmany`` gives our records."""
    return value


def read_lean() -> None:
    """Once for the process, before the first client is made."""
    PartitionRecords._consumer_record = _choosing(PartitionRecords._consumer_record)  # noqa: SLF001 - the one place


def _choosing(make: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(make)
    def made(records: Any, where: Any, raw: Any) -> Any:
        if records._value_deserializer is not as_records:  # noqa: SLF001 - says for whom
            return make(records, where, raw)
        return to_record(raw.offset, raw.timestamp, raw.value, raw.headers)

    return made
