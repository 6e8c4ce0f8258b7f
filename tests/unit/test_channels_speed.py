"""No payload of 256 KiB holds up the door: held against what the standard library takes for a letter of that size.

That letter takes it 5 ms on a machine of this kind, which is the goal; a busy machine changes both alike, which
milliseconds alone would not survive.
"""

from email import message_from_bytes
from email.policy import compat32

import pytest

from services.ingest.domain.channels.registry import NAMES
from tests.benchmarks.bench_channels import ANOTHER, LARGEST, large
from tests.support.channel_payloads import FORM
from tests.support.channels import put
from tests.support.cpu import TRIES, cpu_seconds, in_some_try
from tests.unit.test_channels_anything import BLOCKS, MULTIPART, check

ROUNDS = 5
LARGE = large()


def yardstick() -> float:
    """The standard library's own reading of a letter with a picture."""
    letter = LARGE["mail, a picture"][1]
    return cpu_seconds(
        lambda: [part.get_payload(decode=True) for part in message_from_bytes(letter, policy=compat32).walk()], ROUNDS
    )


def seconds(adapter: str, body: bytes, content_type: str, rounds: int = ROUNDS) -> float:
    """Of one payload; what another request left behind is not of use to this one."""

    def read() -> None:
        check(put(adapter, body, content_type))

    return cpu_seconds(read, rounds, before=lambda: put("twilio", ANOTHER, FORM))


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_payload_of_a_provider_takes_no_longer_than_a_letter_takes_the_standard_library(name: str) -> None:
    assert in_some_try(lambda: seconds(*LARGE[name]) < yardstick())


@pytest.mark.parametrize("block", BLOCKS)
def test_the_largest_hostile_payload_takes_no_adapter_longer_than_that(block: str) -> None:
    body = BLOCKS[block](LARGEST)[:LARGEST]
    kinds, most = ("", MULTIPART), yardstick()
    slow = [(name, kind) for name in NAMES for kind in kinds if seconds(name, body, kind, rounds=1) >= most]
    tries = range(TRIES)
    assert [one for one in slow if all(seconds(one[0], body, one[1]) >= yardstick() for _ in tries)] == []
