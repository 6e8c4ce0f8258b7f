"""Compressed batches within bounds: what fits is unpacked as aiokafka does it, and what does not is refused."""

import pytest
from aiokafka import codec
from aiokafka.record._crecords import default_records

from services.ingest.unpack.kafka import BATCH_BYTES_MAX, BatchTooLarge, Budget, PollFull, bound_unpacking, spend

CODECS = ["gzip", "snappy", "lz4", "zstd"]


@pytest.fixture(autouse=True)
def bounded() -> None:
    bound_unpacking()


def unpacked(name: str, size: int) -> bytes:
    packed = getattr(codec, f"{name}_encode")(b"ab" * (size // 2))
    return bytes(getattr(default_records, f"{name}_decode")(packed))


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("size", [2, 1000, BATCH_BYTES_MAX])
def test_what_fits_is_unpacked_as_it_was_packed(name: str, size: int) -> None:
    spend(Budget())
    assert unpacked(name, size) == b"ab" * (size // 2)


@pytest.mark.parametrize("name", CODECS)
def test_what_is_larger_than_a_batch_may_be_is_refused(name: str) -> None:
    spend(Budget())
    with pytest.raises(BatchTooLarge):
        unpacked(name, BATCH_BYTES_MAX + 2)


def test_the_first_batch_of_a_poll_always_fits_and_a_later_one_waits_for_the_next_poll() -> None:
    spend(Budget())
    unpacked("zstd", BATCH_BYTES_MAX // 2)
    unpacked("gzip", BATCH_BYTES_MAX // 2)
    with pytest.raises(PollFull):
        unpacked("lz4", 2)
    spend(Budget())
    assert unpacked("lz4", BATCH_BYTES_MAX)
