"""Canonical events as records of usher.router-input.v1: key, headers and partition."""

from collections.abc import Callable
from typing import NamedTuple

from services.ingest.domain.normalise import Admitted
from shared.contract.envelope import CONTENT_TYPE, SPEC_VERSION, Headers, Message
from shared.times import rfc3339

__all__ = ["RecordWriter"]

WORKSPACES_REMEMBERED_MAX = 10_000  # a sender chooses the workspace's name, so what is remembered of them is bounded


class _Tenant(NamedTuple):
    key: bytes
    partition: int
    source: tuple[str, bytes]
    partition_key: tuple[str, bytes]


class RecordWriter:
    """Writes records; what is the same for all events of a workspace or a type is made once.

    ``partition`` gives the partition of a key, the same on every topic of the deployment.
    """

    def __init__(self, partition_of: Callable[[bytes], int]) -> None:
        self.partition = partition_of
        self._tenants: dict[str, _Tenant] = {}
        self._types: dict[str, tuple[str, bytes]] = {}

    def write(self, event: Admitted) -> tuple[int, Message]:
        """(partition, record) of an event; the partition is that of the workspace by Kafka's default rule."""
        tenant = self._tenants.get(event.workspace) or self._remember(event.workspace)
        kind = self._types.get(event.type)
        if kind is None:
            kind = self._types[event.type] = ("ce_type", event.type.encode())
        headers: Headers = [
            kind,
            ("ce_id", event.event_id.encode()),
            tenant.source,
            ("ce_specversion", SPEC_VERSION),
            ("ce_time", rfc3339(event.occurred_ms).encode()),
            ("ce_subject", event.subject.encode()),
            tenant.partition_key,
            ("content-type", CONTENT_TYPE),
        ]
        if event.traceparent:
            headers.append(("traceparent", event.traceparent.encode()))
        return tenant.partition, Message(tenant.key, event.body, headers)

    def _remember(self, workspace: str) -> _Tenant:
        if len(self._tenants) >= WORKSPACES_REMEMBERED_MAX:
            self._tenants.clear()
        key = workspace.encode()
        tenant = self._tenants[workspace] = _Tenant(
            key,
            self.partition(key),
            ("ce_source", f"/usher/ingest/{workspace}".encode()),
            ("ce_partitionkey", key),
        )
        return tenant
