"""A policy takes effect: validated once more, versioned, and applied to everybody who waits without losing a place."""

from services.router.domain import events
from services.router.domain.classification.classifying import Classify
from services.router.domain.lifecycle import desks, failures, leases, protection, queueing, waiting
from services.router.domain.rules.model_choice import chosen_version
from services.router.domain.rules.rules import Rules
from services.router.domain.state.book import queue_key
from services.router.domain.state.rows import PolicyRow
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState, Repeat
from services.router.domain.turn import Turn
from shared.contract.inputs import PolicyActivated
from shared.errors import Invalid, Reason
from shared.policy import PolicyErrors, parse_policy
from shared.times import rfc3339


def activate(turn: Turn, said: PolicyActivated, classify: Classify) -> None:
    """Version = previous + 1; what is active already, policy and model, is a Repeat. Invalid names the first fault's
    path.
    """
    workspace = turn.book.workspaces.get(said.workspace)
    try:
        policy = parse_policy(said.policy)
    except PolicyErrors as error:
        first = error.errors[0]
        path = f"policy.{first.path}" if first.path else "policy"
        raise Invalid(Reason.INVALID, path, first.message) from error
    if policy.workspace != said.workspace:
        raise Invalid(Reason.INVALID, "policy.workspace", f"is {policy.workspace}, the record says {said.workspace}")
    in_force = workspace.rules if workspace else None
    model_version = chosen_version(said, in_force, classify)
    if workspace is not None and workspace.hash == policy.hash and workspace.rules.model_version == model_version:
        raise Repeat
    rules = Rules(policy, in_force.version + 1 if in_force else 1, model_version)
    _record(turn, rules)
    if workspace is None:
        turn.book.open_workspace(said.workspace, rules, policy.hash)
    else:
        turn.demand(workspace)
        before = workspace.rules
        workspace.adopt(rules, policy.hash)
        protection.adopt(turn, workspace)
        _apply(turn, workspace, before)


def _record(turn: Turn, rules: Rules) -> None:
    policy, name, at_ms = rules.policy, rules.policy.workspace, turn.said_ms
    body = policy.canonical.decode()
    turn.policies.append(PolicyRow(name, rules.version, policy.hash, body, at_ms, rules.model_version))
    event = events.PolicyActivated(
        workspace=name,
        policy_version=rules.version,
        hash=policy.hash,
        model=policy.classification.model,
        model_version=rules.model_version,
        occurred_at=rfc3339(at_ms),
        cause_id=turn.cause_id,
    )
    turn.publish(events.POLICY_ACTIVATED, name, name, at_ms, event)


def _apply(turn: Turn, workspace: Workspace, before: Rules) -> None:
    """Seat and wait everybody under the new rules; a contact whose queue is gone enters the default queue."""
    for agent_id in sorted(workspace.agents):
        agent = workspace.agents[agent_id]
        if workspace.rules.lease_seconds != before.lease_seconds:
            leases.adopt(turn, workspace, agent)
        failures.rescind_unfit(turn, workspace, agent, "another policy is in force")
        desks.keep(turn, workspace, agent, "policy_activated")
    _look_anew(turn, workspace, before)
    for contact_id in sorted(turn.book.contacts):
        contact = turn.book.contacts.get(contact_id)
        if contact is None or contact.workspace != workspace.name:
            continue
        if not contact.assignment_id:
            waiting.limit_life(turn, workspace, contact)
        if contact.state is ContactState.QUEUED:
            queueing.rejoin(turn, workspace, contact)
        elif contact.state is ContactState.SCHEDULED:
            queueing.reschedule(turn, workspace, contact)


def _look_anew(turn: Turn, workspace: Workspace, before: Rules) -> None:
    """The times at which risks are looked at follow from the targets: whoever waits sets them anew."""
    for queue in (*before.queues, *workspace.rules.queues):
        turn.book.timers.disarm(Timer.RISK, queue_key(workspace.name, queue))
