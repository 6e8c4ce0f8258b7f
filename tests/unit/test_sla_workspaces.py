"""The contacts of one workspace are found without a look at those of the others, whatever came and went."""

import random
from typing import Any, cast

import pytest

from services.sla.domain.book import Book
from services.sla.domain.live import Live
from tests.support.sla_builders import Log, Runner

WORKSPACES = ("acme", "globex", "initech")
CONTACTS, EVENTS = 12, 80


def _live(runner: Runner) -> Live:
    book: Book = runner.engine._book
    return book._live


def _some(dice: random.Random, log: Log) -> None:
    number = dice.randrange(CONTACTS)
    contact, whose, at = f"c{number}", WORKSPACES[number % len(WORKSPACES)], float(len(log.records))
    kind = dice.choice(("received", "queued", "queued", "assigned", "closed", "abandoned"))
    if kind == "queued":
        log.queued(contact, at, workspace=whose)
    else:
        log.event(kind, contact, at, workspace=whose, queue="orders", agent_id="a1")


@pytest.mark.parametrize("seed", range(20))
def test_who_is_of_a_workspace_is_who_is_live_in_it(seed: int) -> None:
    dice, log, runner = random.Random(seed), Log(), Runner()
    for workspace in WORKSPACES:
        log.policy(workspace)
    most = done = 0
    for _ in range(EVENTS):
        _some(dice, log)
        runner.step(log.records[done:])
        done = len(log.records)
        if dice.random() < 0.1:
            runner.restart()
        live = _live(runner)
        most = max(most, len(live.contacts))
        for workspace in WORKSPACES:
            mine = [contact for _, contact in sorted(live.contacts.items()) if contact.workspace == workspace]
            assert live.of_workspace(workspace) == mine
    assert most > len(WORKSPACES)
    assert not runner.dead


def test_a_policy_looks_at_no_contact_of_another_workspace() -> None:
    log, runner = Log().policy().policy("globex"), Runner()
    log.queued("mine", 1.0).queued("theirs", 1.0, workspace="globex")
    runner.step(log.records)
    done = len(log.records)
    _live(runner).contacts["theirs"] = cast(Any, object())  # of which nothing can be asked
    runner.step(log.policy("acme").records[done:])
    assert [contact.contact_id for contact in _live(runner).of_workspace("acme")] == ["mine"]
