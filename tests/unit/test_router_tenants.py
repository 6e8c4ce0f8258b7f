"""Whoever writes for another workspace changes nothing by naming its contacts, offers, assignments or agents.

The door says whose input it is, by the credential; the ids in it are only what somebody says.
"""

from collections.abc import Callable
from typing import Any

import pytest

from shared.contract import inputs
from shared.errors import Reason
from tests.support.router_builders import POLICY, Router, bodies_of

AGENT, CONVERSATION = "a1", "c1"


class Tenants(Router):
    """Two workspaces; whoever is ``by`` speaks."""

    by = "acme"

    def common(self, key: str, workspace: str = "") -> dict[str, Any]:
        return super().common(key, workspace or self.by)

    def all_of(self, workspace: str) -> list[Any]:
        """What was told of a workspace."""
        return [body for event in self.events for body in bodies_of([event], event.type[6:-3])
                if body.get("workspace") == workspace]  # fmt: skip


def waiting(router: Router) -> None:
    router.contact(CONVERSATION)


def offered(router: Router) -> None:
    router.sign_on(AGENT)
    router.contact(CONVERSATION)


def assigned(router: Router) -> None:
    router.assigned(CONVERSATION, AGENT)


def wrapping(router: Router) -> None:
    _, assignment_id = router.assigned(CONVERSATION, AGENT)
    router.end(assignment_id, AGENT, wrap_up_seconds=60.0)


def with_a_bot(router: Router) -> None:
    router.contact(CONVERSATION, tier="bot")


STATES: list[Callable[[Router], None]] = [waiting, offered, assigned, wrapping, with_a_bot]


def intrude(router: Tenants, contact_id: str) -> int:
    """Every input that names something, by ids of the other workspace; how many there were."""
    offers = [one["offer_id"] for one in bodies_of(router.events, "contact.offered")] or ["none"]
    assignments = [one["assignment_id"] for one in bodies_of(router.events, "contact.assigned")] or ["none"]
    before = router.offset
    for answer in ("accepted", "declined"):
        router.answer(offers[-1], AGENT, answer)
    for outcome in ("closed", "requeued", "transferred"):
        router.end(assignments[-1], AGENT, outcome)
    router.wrapped_up(assignments[-1], AGENT)
    for command, more in (
        ("cancel", {}),
        ("requeue", {}),
        ("prioritise", {"seconds": 60.0}),
        ("assign", {"agent_id": AGENT}),
    ):
        router.command(contact_id, command, **more)
    for by, outcome in (("bot", "resolved"), ("self_service", "escalated")):
        router.outcome(contact_id, by, outcome)
    more = {"contact_id": contact_id, "by": "agent", "agent_id": AGENT}
    router.say(inputs.ReplySent(**router.common(router._key("reply")), **more))
    router.say(inputs.PendingChanged(**router.common(router._key("pending")), contact_id=contact_id, pending=True))
    router.hang_up(CONVERSATION)
    router.presence(AGENT, "not_ready")
    router.heartbeat(AGENT)
    router.sign_off(AGENT)
    return router.offset - before


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_another_workspaces_ids_move_nothing(state: Callable[[Router], None]) -> None:
    router = Tenants()
    router.activate({**POLICY, "workspace": "globex"})
    state(router)
    (contact_id,) = router.store.contacts
    told, rows = router.all_of("acme"), router.store.contacts[contact_id]
    router.by = "globex"

    said = intrude(router, contact_id)

    assert router.all_of("acme") == told
    assert router.store.contacts[contact_id] == rows
    assert [body for body in router.all_of("globex") if body.get("contact_id")] == []
    assert said >= 17
    assert {letter.reason for letter in router.dead} <= {Reason.UNKNOWN_REFERENCE, Reason.ILLEGAL}
    assert {letter.workspace for letter in router.dead} == {"globex"}


def test_the_same_conversation_and_customer_in_another_workspace_is_another_contact() -> None:
    router = Tenants()
    router.activate({**POLICY, "workspace": "globex"})
    ours = router.contact(CONVERSATION)
    router.by = "globex"
    theirs = router.contact(CONVERSATION, event_id="of-globex")
    assert ours != theirs
    assert [body["workspace"] for body in bodies_of(router.events, "contact.received")] == ["acme", "globex"]
