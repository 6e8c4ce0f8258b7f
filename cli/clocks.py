"""The open clocks of a contact as a person reads them."""

from collections.abc import Iterable, Mapping
from typing import Any

from cli.status.facts import duration

__all__ = ["clock_lines"]


def clock_lines(clocks: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """One line for each clock of ``usher explain --json``; none where the login may not read them."""
    if clocks is None:
        return ["clocks: this login may not read them"]
    return [f"clock: {_line(clock)}" for clock in clocks]


def _line(clock: Mapping[str, Any]) -> str:
    by = f" by rule {clock['rule']}" if clock.get("rule") else ""
    what = f"{clock['kind']} {clock['target']} of {clock['queue']}{by}"
    hours = f" of {clock['calendar']}" if clock.get("calendar") else ""
    left = clock["left_seconds"]
    span = f"{duration(abs(left))}{hours}"
    if clock["due_at"] is None:
        return f"{what}: rests for {', '.join(clock['waits_for'])} since {clock['rests_since']}, {span} will be left"
    if clock["state"] == "breached" or left < 0:
        return f"{what}: late by {span}, was due {clock['due_at']}"
    return f"{what}: {span} left, due {clock['due_at']}"
