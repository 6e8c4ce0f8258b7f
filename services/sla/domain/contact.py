"""What the service remembers of a live contact, and only as long as a later event needs it."""

import msgspec

from services.sla.domain.clock import Clock, Kind

__all__ = ["Contact"]


class Contact(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A live contact. Times in milliseconds since the epoch.

    ``queue`` and ``entered_ms``: the queue it waits in and since when, None while it does not wait. ``received_ms`` is
    kept until a resolution clock has started. ``clocks``: running, paused, or breached and not yet ended.
    """

    contact_id: str
    workspace: str
    channel: str
    queue: str | None = None
    entered_ms: int = 0
    received_ms: int | None = None
    clocks: list[Clock] = []

    def clock(self, kind: Kind) -> Clock | None:
        """The open clock of a kind; there is never more than one."""
        for clock in self.clocks:
            if clock.kind is kind:
                return clock
        return None

    @property
    def done(self) -> bool:
        """Whether nothing that may still come depends on this contact's past."""
        return self.queue is None and self.received_ms is None and not self.clocks
