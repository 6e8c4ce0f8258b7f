"""Puts policies into force: they travel inside the log, so that a replay decides by the policy of its moment."""

from collections.abc import Sequence

import msgspec

from shared import ids
from shared.clock import now_ms, rfc3339
from shared.envelope import CONTENT_TYPE, SPEC_VERSION, Headers, Message
from shared.inputs import PolicyActivated
from shared.kafka import OutputLog, partition_of
from shared.policy.policy import Policy
from shared.settings import CommonSettings
from shared.topics import ROUTER_INPUT

POLICY_ACTIVATED = "usher.policy.activated.v1"


async def activate_policies(settings: CommonSettings, policies: Sequence[Policy]) -> None:
    """Publish each policy to its workspace's partition; returns after Kafka's acknowledgement. Retryable.

    A policy that is in force already changes nothing. Contacts behind it in the log are decided by it.
    """
    log, at_ms = OutputLog(settings), now_ms()
    try:
        for policy in policies:
            key = policy.workspace.encode()
            await log.publish(ROUTER_INPUT, partition_of(key, settings.partitions), [_message(policy, at_ms)])
    finally:
        await log.stop()


def _message(policy: Policy, at_ms: int) -> Message:
    # The time is part of the id: going back to an earlier policy is a new event, not a repeat of the old one.
    event = PolicyActivated(
        event_id=ids.derive("policy", policy.workspace, policy.hash, str(at_ms)),
        workspace=policy.workspace,
        occurred_ms=at_ms,
        arrived_ms=at_ms,
        hash=policy.hash,
        policy=policy.document(),
    )
    key = policy.workspace.encode()
    headers: Headers = [
        ("ce_type", POLICY_ACTIVATED.encode()),
        ("ce_id", event.event_id.encode()),
        ("ce_source", f"/usher/cli/{policy.workspace}".encode()),
        ("ce_specversion", SPEC_VERSION),
        ("ce_time", rfc3339(at_ms).encode()),
        ("ce_subject", policy.workspace.encode()),
        ("ce_partitionkey", key),
        ("content-type", CONTENT_TYPE),
    ]
    return Message(key, msgspec.json.encode(event), headers)
