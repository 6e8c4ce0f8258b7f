"""What a service keeps of the memory that a batch used."""

import ctypes
import os
import subprocess
import sys

import pytest

from shared.process.memory import KEPT_BYTES, VARIABLES
from tests.support.commands import COMMAND_SECONDS_MAX

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallopt"), reason="another C library than glibc, and another allocator"
)

ROUNDS = 50
BATCHES = """
import resource, sys
from shared.process.memory import prepare_memory

prepare_memory()

def batch():
    reply = bytearray()
    for _ in range(64):
        reply.extend(bytes(24 * 1024))
    frame = bytes(reply)
    return len(bytes(frame[: len(frame) // 2]) + frame[len(frame) // 2 :])

batch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(int(sys.argv[1])):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
LARGE = """
import resource, sys
from shared.process.memory import prepare_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

prepare_memory()
before = resident()
large = [bytes(int(sys.argv[1])) + b"1" for _ in range(4)]
held = resident() - before
del large
print(held, resident() - before)
"""


def run(program: str, argument: int, **more: str) -> list[int]:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES} | more
    command = [sys.executable, "-c", program, str(argument)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=COMMAND_SECONDS_MAX
    )
    return [int(word) for word in done.stdout.split()]


def test_the_buffers_of_a_batch_are_not_asked_for_page_by_page_each_time() -> None:
    [faults] = run(BATCHES, ROUNDS)
    assert faults < 10 * ROUNDS  # a batch of these is 1,500 pages


def test_what_is_larger_is_given_back() -> None:
    held, kept = run(LARGE, 2 * KEPT_BYTES)
    assert held > 4 * KEPT_BYTES
    assert kept < KEPT_BYTES


@pytest.mark.parametrize(
    "said",
    [
        {"MALLOC_MMAP_THRESHOLD_": "131072"},
        {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"},
        {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=131072"},
    ],
)
def test_what_an_operator_says_of_memory_holds(said: dict[str, str]) -> None:
    [faults] = run(BATCHES, ROUNDS, **said)
    assert faults > 100 * ROUNDS
