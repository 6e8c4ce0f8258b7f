"""A connection whose transport is closed while nobody has heard of it: a connection error, not an error of ours."""

import asyncio
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

import shared.kafka

assert shared.kafka, "whoever imports it has connections that tell"


class Gone:
    """What uvloop's transport does once it is closed."""

    def write(self, data: bytes) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    def close(self) -> None:
        """It is."""


@pytest.mark.parametrize("what", ["request", "token"])
async def test_what_is_sent_over_a_transport_that_is_closed_is_a_connection_error(what: str) -> None:
    closed: list[CloseReason] = []
    connection: Any = AIOKafkaConnection("127.0.0.1", 1, on_close=lambda _, reason: closed.append(reason))
    connection._reader, connection._writer, connection._versions = asyncio.StreamReader(), Gone(), {}
    connection._read_task = asyncio.ensure_future(asyncio.sleep(0))
    with pytest.raises(KafkaConnectionError, match="the handler is closed"):
        if what == "token":
            connection._send_sasl_token(b"token")
        else:
            connection.send(ApiVersionRequest())
    assert connection._writer is None
    assert closed == [CloseReason.CONNECTION_BROKEN]
