"""The lane's page shows the table of phases as the code has it."""

import pytest

from shared.errors import Fatal
from shared.lane.phases import FAILPOINTS, PHASES, Life, Phase
from shared.process.failpoints import Failpoints
from tests.support.documents import DOCS

# The publisher's two run beside the lane's, so no way leads to them.
BESIDE = {Phase.SENDING, Phase.ACKNOWLEDGED}


def rows() -> list[str]:
    return [f"| `{place}` | {PHASES[place].done} | {PHASES[place].crash} |" for place in FAILPOINTS]


def test_the_page_tells_of_each_failpoint_what_was_done_and_what_a_crash_means() -> None:
    text = (DOCS / "lane.md").read_text()
    table = "\n".join(["| place | what was done | a crash there |", "|---|---|---|", *rows()])
    assert table in text, f"docs/lane.md must show:\n{table}"


def test_every_phase_of_a_lane_can_be_reached_from_its_beginning() -> None:
    reached = {Phase.NEW}
    while more := {phase for phase, place in PHASES.items() if place.after & reached} - reached:
        reached |= more
    assert reached == set(Phase) - BESIDE


def test_a_phase_that_does_not_follow_is_an_error_of_the_lane_itself() -> None:
    life = Life(Failpoints("", FAILPOINTS))
    life.go(Phase.CLAIMED)
    with pytest.raises(AssertionError, match="no way leads from lane.claimed to lane.committed"):
        life.go(Phase.COMMITTED)
    assert life.phase is Phase.CLAIMED


def test_a_failpoint_that_is_no_place_is_refused_instead_of_never_met() -> None:
    with pytest.raises(Fatal, match="no place is named 'lane.comitted'"):
        Failpoints("lane.comitted=kill", FAILPOINTS)
