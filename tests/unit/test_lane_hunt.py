"""A hunt for faults of the lane: what it prints while it goes on."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.benchmarks.bench_lane_schedules import PIECE, TOLD_SECONDS, Hunted, tell

PIECES = 20


def pieces() -> Iterator[Hunted]:
    """All well, but for one schedule of the third."""
    for number in range(PIECES):
        yield Hunted({1234: ["seq 7 is missing"]} if number == 2 else {}, PIECE, 0.5)


def test_a_hunt_names_what_it_finds_and_says_now_and_then_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = count(step=TOLD_SECONDS / 4)
    faults, summary = tell(pieces(), PIECES * PIECE, lambda: next(ticks))
    out, err = capsys.readouterr()
    assert faults == 1
    assert out == "schedule 1234: ['seq 7 is missing']\n"
    assert summary == "10000 schedules, 1 of them broken; 1000 a second"
    lines = err.splitlines()
    assert lines[0] == "2000 of 10000 schedules, 1 of them broken"
    assert 1 < len(lines) < PIECES / 2, "now and then, not after each piece"


def test_a_hunt_that_is_short_says_only_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    tell(pieces(), PIECES * PIECE, lambda: 0.0)
    assert capsys.readouterr().err == ""
