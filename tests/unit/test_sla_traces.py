"""Which trace the events about a clock are in: that of the sender, or the one that is named after the contact."""

import pytest
from msgspec.structs import replace

from shared.contract.ids import traceparent_of
from tests.support.sla_builders import Log, Runner

CONTACT = "1f0c28a4-6a3b-5cf8-9911-36081b3fc40e"
SENDERS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def told_in(runner: Runner) -> set[str]:
    """The traces of all that was told since the last call."""
    found = {event.traceparent for event in runner.events}
    runner.events.clear()
    return found


@pytest.mark.parametrize("logged", [traceparent_of(CONTACT), ""], ids=["as the router tells it", "not told"])
def test_a_contact_without_a_senders_trace_is_in_its_own_which_its_row_need_not_say(logged: str) -> None:
    runner = Runner()
    log = Log().policy().event("received", CONTACT, 1).queued(CONTACT, 1)
    runner.step([replace(record, traceparent=logged) for record in log.records])

    assert told_in(runner) == {traceparent_of(CONTACT)}
    assert "traceparent" not in runner.database.contacts[CONTACT]

    runner.restart()
    runner.step([], now=10_000)

    assert told_in(runner) == {traceparent_of(CONTACT)}


def test_a_clock_stays_in_the_senders_trace_in_which_it_started_over_a_restart() -> None:
    runner = Runner()
    log = Log().policy().event("received", CONTACT, 1).queued(CONTACT, 1)
    runner.step([replace(record, traceparent=SENDERS) for record in log.records])
    runner.restart()
    runner.step([], now=10_000)

    assert told_in(runner) == {SENDERS}
