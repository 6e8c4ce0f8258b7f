"""What a step of relaxation may do: each way is read, acts, is told and is shown, and one that is not is named here."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.router.domain.insight.whereabouts import whereabouts
from shared.policy.errors import PolicyErrors
from shared.policy.parse import parse_policy
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
AFTER_HOURS: frozenset[str] = frozenset()
"""Those of them that are taken only while the queue is closed."""
QUEUES = frozenset(policy_with()["queues"])
HOURS = {"closed": {"sun": ["09:00-10:00"]}, "open": {"mon-sun": ["00:00-24:00"]}}  # for all that these tests last


def _policy(way: str, example: Any, hours: str | None) -> dict[str, Any]:
    """One whose queue has one step."""
    document = policy_with(calendars={name: {"timezone": "Etc/UTC", "open": spans} for name, spans in HOURS.items()})
    document["queues"]["orders"] |= {"relax": [{"after": f"{AFTER_SECONDS}s", way: example}]}
    document["queues"]["orders"] |= {"hours": hours} if hours else {}
    return document


def _is_refused(policy: dict[str, Any]) -> bool:
    try:
        parse_policy(policy)
    except PolicyErrors:
        return True
    return False


def _waiting_with(way: str, hours: str) -> tuple[Router, str]:
    """A contact that waits in a queue with one step, and somebody who could serve it without."""
    router = Router(_policy(way, WAYS[way][0], hours))
    router.sign_on("pausing", presence="not_ready")
    return router, router.contact("c1", queue="orders")


def test_every_way_to_relax_has_its_example_here_and_in_the_sample_policy() -> None:
    fields = {field.alias or name for name, field in RelaxStep.model_fields.items()} - {"after"}
    assert set(WAYS) == fields
    queues = yaml.safe_load(SAMPLE.read_text())["queues"].values()
    assert {name for queue in queues for step in queue.get("relax", ()) for name in step} - {"after"} == fields


def _is_taken(way: str, hours: str) -> bool:
    return hours == "closed" or way not in AFTER_HOURS


def _asks(router: Router, contact_id: str) -> tuple[Any, ...]:
    book = router.engine.book
    workspace, contact = book.workspaces["acme"], book.contacts[contact_id]
    place = workspace.standing(contact)
    return place.need, workspace.further_needs(contact), place.boost_ms


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("way", WAYS)
def test_a_step_changes_what_the_contact_asks_and_says_so_before_and_after(way: str, hours: str) -> None:
    router, contact_id = _waiting_with(way, hours)
    book = router.engine.book
    words = WAYS[way][1]
    changes = whereabouts(book, book.contacts[contact_id])["changes"]
    before = _asks(router, contact_id)
    told = bodies_of(router.wait(AFTER_SECONDS), "contact.requirements_relaxed")
    taken = _is_taken(way, hours)
    assert any(line.endswith(f"relaxation step 1: {words}") for line in changes) == taken
    assert [body["changed"] for body in told] == [words] * taken
    assert (_asks(router, contact_id) != before) == taken


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("way", WAYS)
def test_where_nobody_signed_on_could_serve_the_contact_a_step_is_taken_at_once(way: str, hours: str) -> None:
    router = Router(_policy(way, WAYS[way][0], hours))
    told = bodies_of(router.say(router.message("c1", queue="orders")), "contact.requirements_relaxed")
    assert [body["changed"] for body in told] == [WAYS[way][1]] * _is_taken(way, hours)


def test_a_step_for_after_hours_is_refused_in_a_queue_that_never_closes() -> None:
    assert {way for way in WAYS if _is_refused(_policy(way, WAYS[way][0], None))} == AFTER_HOURS


@pytest.mark.parametrize("way", [way for way, (example, _) in WAYS.items() if example in [*QUEUES]])
def test_a_step_into_a_queue_is_refused_where_there_is_none_or_where_the_contact_waits_already(way: str) -> None:
    for queue in ("nowhere", "orders"):
        with pytest.raises(PolicyErrors, match=rf"queues\.orders\.relax\[0\]\.{way}: .*{queue}"):
            parse_policy(_policy(way, queue, "closed"))
