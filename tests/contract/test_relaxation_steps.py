"""What a step of relaxation may do: each way is read, acts, is told and is shown, and one that is not is named here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.router.domain.insight.whereabouts import whereabouts
from shared.policy.queues import RelaxStep
from tests.support.router_builders import Router, bodies_of, policy_with

SAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "policies" / "sample.yaml"
AFTER_SECONDS = 5
WAYS: dict[str, tuple[Any, str]] = {
    "drop": (["orders"], "orders is not needed"),
    "min_level": ({"orders": 1}, "orders >= 1 will do"),
    "add_queue": ("general", "it waits in general too"),
    "raise_priority": ("30s", "it counts as 30 s older"),
}
"""An example of each field of a step, and what is said of it: a new one needs its own."""


def _waiting_with(way: str) -> tuple[Router, str]:
    """A contact that waits in a queue with one step, and somebody who could serve it without."""
    document = policy_with()
    document["queues"]["orders"]["relax"] = [{"after": f"{AFTER_SECONDS}s", way: WAYS[way][0]}]
    router = Router(document)
    router.sign_on("pausing", presence="not_ready")
    return router, router.contact("c1", queue="orders")


def test_every_way_to_relax_has_its_example_here_and_in_the_sample_policy() -> None:
    fields = {field.alias or name for name, field in RelaxStep.model_fields.items()} - {"after"}
    assert set(WAYS) == fields
    queues = yaml.safe_load(SAMPLE.read_text())["queues"].values()
    assert {name for queue in queues for step in queue.get("relax", ()) for name in step} - {"after"} == fields


@pytest.mark.parametrize("way", WAYS)
def test_a_step_changes_what_the_contact_asks_and_says_so_before_and_after(way: str) -> None:
    router, contact_id = _waiting_with(way)
    book = router.engine.book
    workspace, contact = book.workspaces["acme"], book.contacts[contact_id]
    words = WAYS[way][1]
    assert any(line.endswith(f"relaxation step 1: {words}") for line in whereabouts(book, contact)["changes"])

    def asks() -> tuple[Any, ...]:
        place = workspace.standing(contact)
        return place.need, workspace.further_needs(contact), place.boost_ms

    before = asks()
    (told,) = bodies_of(router.wait(AFTER_SECONDS), "contact.requirements_relaxed")
    assert told["changed"] == words
    assert asks() != before
