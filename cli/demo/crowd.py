"""How many customers come, in even flow and in peaks, and how many agents are there for them."""

__all__ = ["come_by", "crew_size", "is_peak"]

# At the demo's pace a contact a second of a workspace keeps 3.9 agents busy: with those who come again 0.95 of it reach
# one, for 9 s from offer to the end of wrap-up; calls (a sixth) take a whole agent, the rest a third. Peaks bring
# a third more on average: with 6 the crew gets over a peak before the next.
AGENTS_PER_CONTACT_PER_SECOND = 6.0
AGENTS_MIN = 8
# A peak shows what happens when more come than the crew was made for: waits, overflow, broken promises, recovery.
PEAK_EVERY_SECONDS = 60.0
PEAK_AFTER_SECONDS = 30.0
PEAK_SECONDS = 10.0
PEAK_FACTOR = 3.0


def crew_size(rate: float, workspaces: int) -> int:
    """Agents of each workspace for ``rate`` contacts a second of all of them."""
    return max(AGENTS_MIN, round(rate / workspaces * AGENTS_PER_CONTACT_PER_SECOND))


def come_by(seconds: float, rate: float, *, peaks: bool) -> float:
    """How many customers have come ``seconds`` after the start; ``peaks``: once a minute three times as many come."""
    if not peaks:
        return seconds * rate
    whole, rest = divmod(seconds, PEAK_EVERY_SECONDS)
    crowded = whole * PEAK_SECONDS + min(PEAK_SECONDS, max(0.0, rest - PEAK_AFTER_SECONDS))
    return rate * (seconds + (PEAK_FACTOR - 1) * crowded)


def is_peak(seconds: float) -> bool:
    """Whether ``seconds`` after the start lie in a peak, where there are any."""
    return 0 < seconds % PEAK_EVERY_SECONDS - PEAK_AFTER_SECONDS < PEAK_SECONDS
