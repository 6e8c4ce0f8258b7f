"""What a command puts on the router's log: the same canonical events as ingest writes."""

from collections.abc import Sequence

import msgspec

from shared.contract.envelope import CONTENT_TYPE, SPEC_VERSION, Headers, Message
from shared.contract.inputs import TYPE_OF, Input
from shared.contract.topics import ROUTER_INPUT
from shared.kafka import OutputLog, partition_of
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["put"]


async def put(settings: CommonSettings, said: Sequence[Input], what: str) -> None:
    """Put inputs on the log, in order; returns once the broker has them. ``what`` they are about names the source."""
    log = OutputLog(settings)
    try:
        for each in said:
            partition = partition_of(each.workspace.encode(), settings.partitions)
            await log.publish(ROUTER_INPUT, partition, [_message(each, what)])
    finally:
        await log.stop()


def _message(said: Input, what: str) -> Message:
    workspace = said.workspace
    headers: Headers = [
        ("ce_type", TYPE_OF[type(said)].encode()),
        ("ce_id", said.event_id.encode()),
        ("ce_source", f"/usher/{what}/{workspace}".encode()),
        ("ce_specversion", SPEC_VERSION),
        ("ce_time", rfc3339(said.occurred_ms).encode()),
        ("ce_subject", workspace.encode()),
        ("ce_partitionkey", workspace.encode()),
        ("content-type", CONTENT_TYPE),
    ]
    return Message(workspace.encode(), msgspec.json.encode(said), headers)
