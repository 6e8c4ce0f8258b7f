"""How often ingest and the router are looked at: often while a promise waits for it, else seldom."""

__all__ = ["LOOK_DUE_SECONDS", "LOOK_EVERY_SECONDS", "LOOK_SELDOM_SECONDS", "SOON_SECONDS", "rest_seconds"]

# Six small requests each time, for all partitions. A breach waits for them; else only the lag on /metrics does, and
# looking as often as for a breach was most of what an idle service did. What is seen of one service is compared with
# the next one's in the same look at the earliest, so a breach waits for several: they are close together (measured:
# with twice the rest it is told 10 to 30 ms later), unless it waits for so long that somebody is behind or away.
LOOK_DUE_SECONDS = 0.01
LOOK_EVERY_SECONDS = 0.1
LOOK_SELDOM_SECONDS = 1.0
SOON_SECONDS = 0.5  # all that is due is told by then, where nobody is behind


def rest_seconds(looked_seconds: float, due_seconds: float | None) -> float:
    """How long until the next look, at most 0 when it is time: the last was so long ago, and something falls due in so
    long (None: nothing does). A look before that says nothing of what falls due, so one falls on it, and others follow
    until it is known."""
    longest = LOOK_SELDOM_SECONDS - looked_seconds
    wanted = longest if due_seconds is None else min(due_seconds, longest)
    is_soon = due_seconds is not None and due_seconds > -SOON_SECONDS
    return max(wanted, (LOOK_DUE_SECONDS if is_soon else LOOK_EVERY_SECONDS) - looked_seconds)
