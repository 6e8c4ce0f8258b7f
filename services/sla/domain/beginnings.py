"""Whatever a policy can lead to is counted from zero on, so that the first of a kind is seen as an increase."""

from collections.abc import Iterator
from itertools import chain, islice, product

from services.sla.domain.account import CALLBACKS, MOVES
from services.sla.domain.clock import TIME_TO_ANSWER, State
from services.sla.domain.promises import Promises
from services.sla.domain.risks import keys_of
from services.sla.domain.stretches import AGENT_SECONDS, NOT_READY, OTHER_REASON, REASONS, STATES, UNIT_SECONDS
from services.sla.domain.totals import BREACHES, CLOCKS, LATE_SUM, Key, Totals
from shared.contract.topics import CHANNELS

__all__ = ["begin"]

TARGETS_BEGUN_MAX = 500  # of a workspace, with 12 to 19 totals each; those of further targets begin with their clocks
QUEUES_BEGUN_MAX = 12  # of a workspace, with 16 histograms each; those of further queues begin with their contacts


def begin(totals: Totals, workspace: str, promises: Promises) -> None:
    """A policy holds: its clocks, queues and agents have totals from now on, where they had none."""
    for key in chain(_of_clocks(workspace, promises), _of_queues(workspace, promises), _of_agents(workspace)):
        totals.begin(key)
    for queue, channel in product(promises.queues()[:QUEUES_BEGUN_MAX], CHANNELS):
        totals.prepare_waits((workspace, queue, channel), ("answered", "abandoned"))


def _of_clocks(workspace: str, promises: Promises) -> Iterator[Key]:
    for kind, target in islice(promises.all(), TARGETS_BEGUN_MAX):
        for result in (State.MET, State.BREACHED, State.CANCELLED):
            yield CLOCKS, workspace, kind, target.name, target.queue, result
        for channel in CHANNELS:
            yield BREACHES, workspace, kind, target.name, target.queue, channel
        yield LATE_SUM, workspace, kind, target.queue
        if kind is TIME_TO_ANSWER:
            yield from keys_of(workspace, target.queue)


def _of_queues(workspace: str, promises: Promises) -> Iterator[Key]:
    for queue, name in product(promises.queues(), (*MOVES.values(), CALLBACKS)):
        yield name, workspace, queue


def _of_agents(workspace: str) -> Iterator[Key]:
    for state in STATES:
        yield AGENT_SECONDS, workspace, state, ""
    for reason in (*REASONS, OTHER_REASON):
        yield AGENT_SECONDS, workspace, NOT_READY, reason
    for use in ("capacity", "used"):
        yield UNIT_SECONDS, workspace, use
