"""Contacts that wait and agents on their seats, said shortly, and a matcher filled with them."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Requirement, Seat, Skills, Waiting

VOICE = frozenset({"voice"})
CROWDED = Limits(
    few_profiles=3,
    unplaced=2,
    profiles_kept=3,
    lines_kept=2,
    ledgers_kept=1,
    searches_kept=2,
    pools_kept=2,
    dead_entries=1,
    fairness=0.3,
)
"""So small that groups are rebuilt, pools made and dropped, lines forgotten all the time."""


def need(
    *must: tuple[str, int],
    channel: str = "voice",
    any_of: tuple[Skills, ...] = (),
    without: tuple[str, ...] = (),
) -> Requirement:
    """What a contact asks for: pairs of a skill and its least level."""
    return Requirement(tuple(sorted(must)), any_of, without, channel)


def contact(
    contact_id: str, requirement: Requirement | None = None, entered: float = 0.0, target: float = 20.0, **more: Any
) -> Waiting:
    """A contact that waits in queue q, for English unless said otherwise."""
    requirement = requirement or need(("en", 1))
    return Waiting(contact_id=contact_id, queue="q", requirement=requirement, entered=entered, target=target, **more)


def seat(
    agent_id: str,
    skills: Mapping[str, int] | None = None,
    idle_since: float = 0.0,
    load: float = 0.0,
    channels: Iterable[str] = VOICE,
    last_offered: float = 0.0,
) -> Seat:
    """An agent who is open on voice and speaks English, unless said otherwise."""
    return Seat(
        agent_id=agent_id,
        skills=tuple(sorted((skills or {"en": 3}).items())),
        channels=frozenset(channels),
        load=load,
        idle_since=idle_since,
        last_offered=last_offered,
    )


def fill(matcher: Matcher, *things: Seat | Waiting) -> None:
    """Contacts wait and agents sit down, in the order given."""
    for thing in things:
        if isinstance(thing, Seat):
            matcher.seat(thing)
        else:
            matcher.wait(thing)
