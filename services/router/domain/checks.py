"""The closed sets and ranges of canonical inputs: ingest writes nothing else, and the engine takes nothing else."""

import math
from collections.abc import Callable
from typing import Any

from shared import inputs
from shared.errors import Invalid, Reason
from shared.topics import CHANNELS

UNITS_MAX = 10_000  # of capacity: the bound of the door; more than any person holds
SECONDS_MAX = 366 * 86_400.0  # of a priority, a lease or a wrap-up

_SETS: dict[type[inputs.Input], dict[str, tuple[str, ...]]] = {
    inputs.MessageReceived: {"channel": CHANNELS, "sender": ("customer", "agent", "bot", "system")},
    inputs.AgentSignedOn: {"presence": ("available", "not_ready", "draining")},
    inputs.PresenceChanged: {"presence": ("available", "not_ready", "draining")},
    inputs.OfferAnswered: {"answer": ("accepted", "declined")},
    inputs.AssignmentEnded: {"outcome": ("closed", "transferred", "requeued")},
    inputs.OutcomeReported: {"by": ("self_service", "bot"), "outcome": ("resolved", "escalated", "failed")},
    inputs.ReplySent: {"by": ("agent", "bot")},
    inputs.ContactCommanded: {"command": ("cancel", "prioritise", "requeue", "assign")},
}


def check(said: inputs.Input) -> None:
    """Raise Invalid with the path of the first value that is outside its set or range."""
    for name, allowed in _SETS.get(type(said), {}).items():
        value = getattr(said, name)
        if value not in allowed:
            raise Invalid(Reason.INVALID, name, f"{value!r} is not one of {', '.join(allowed)}")
    more = _MORE.get(type(said))
    if more is not None:
        more(said)


def _sign_on(said: inputs.AgentSignedOn) -> None:
    if not 1 <= said.capacity.units <= UNITS_MAX:
        raise Invalid(Reason.INVALID, "capacity.units", f"must be 1 to {UNITS_MAX}, not {said.capacity.units}")
    for name in ("costs", "max", "reserve"):
        for channel, value in getattr(said.capacity, name).items():
            if not 0 <= value <= UNITS_MAX:
                raise Invalid(Reason.INVALID, f"capacity.{name}.{channel}", f"must be 0 to {UNITS_MAX}, not {value}")
    _seconds("lease_seconds", said.lease_seconds)


def _assignment_ended(said: inputs.AssignmentEnded) -> None:
    _seconds("wrap_up_seconds", said.wrap_up_seconds)


def _commanded(said: inputs.ContactCommanded) -> None:
    _seconds("seconds", said.seconds, least=-SECONDS_MAX)


def _message(said: inputs.MessageReceived) -> None:
    if said.routing is not None:
        _seconds("routing.priority_seconds", said.routing.priority_seconds)


def _seconds(path: str, value: float | None, least: float = 0.0) -> None:
    if value is not None and not (math.isfinite(value) and least <= value <= SECONDS_MAX):
        raise Invalid(Reason.INVALID, path, f"must be {least:g} to {SECONDS_MAX:g} seconds, not {value:g}")


_MORE: dict[type[inputs.Input], Callable[[Any], None]] = {
    inputs.AgentSignedOn: _sign_on,
    inputs.AssignmentEnded: _assignment_ended,
    inputs.ContactCommanded: _commanded,
    inputs.MessageReceived: _message,
}
