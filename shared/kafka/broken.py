"""A connection that broke a moment ago is a connection error, on every event loop.

aiokafka takes what ``write`` raises for one only where it is an OSError. uvloop raises a RuntimeError over a transport
that is closed while nobody has heard of it yet: that ended the group's own task, and with it the process.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, KafkaError

__all__ = ["tell_broken_connections"]


def tell_broken_connections() -> None:
    """Once for the process, before the first client is made."""
    AIOKafkaConnection.send = _telling(AIOKafkaConnection.send)
    AIOKafkaConnection._send_sasl_token = _telling(AIOKafkaConnection._send_sasl_token)  # noqa: SLF001 - the other way out


def _telling(send: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(send)
    def told(connection: Any, *args: Any, **named: Any) -> Any:
        try:
            return send(connection, *args, **named)
        except KafkaError:  # a RuntimeError too
            raise
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection broken: {error}") from error

    return told
