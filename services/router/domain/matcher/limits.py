"""The bounds of the matcher's structures; tests make them small, so that short runs reach every way through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers of things, each with its reason. The first three alone have a say in decisions.

    ``few_profiles``: open profiles up to which each is priced anew for every decision (about 0.4 us each).
    ``fairness``: width of a bucket of scarcity cost; agents within one are equal, and the longest idle is taken.
    ``wanted``: weight from which an ability counts among many profiles, where costs are counts.
    ``unplaced``: agents or contacts not yet put in order; most leave before anybody looks, more make a look slow.
    ``profiles_kept``, ``lines_kept``: profiles without an open agent, requirements nobody waits for; they come back
    and cost about 2 kB each. ``ledgers_kept``: queues in which nobody waits, about 1 kB each.
    ``searches_kept``: ways of looking for an agent of one requirement (preferences, agent order); ``fits_kept``:
    profiles of which one such way remembers how they fit, about 300 bytes each;
    ``pools_kept``: such ways that keep a pool of all agents, of up to 8 bytes an agent each.
    ``dead_entries``: entries of who left, in one heap, before it is rebuilt: fewer are not worth the work.
    """

    few_profiles: int = 48
    fairness: float = 0.05
    wanted: float = 0.05
    unplaced: int = 8
    profiles_kept: int = 16384
    lines_kept: int = 1024
    ledgers_kept: int = 256
    searches_kept: int = 64
    fits_kept: int = 1024
    pools_kept: int = 1024
    dead_entries: int = 64
