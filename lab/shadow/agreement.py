"""Whether the mirror does what the live router does: its offers against those on the log."""

from typing import NamedTuple

import msgspec

from services.router.domain.events import OFFERED

__all__ = ["Agreement", "Offer", "offer_in"]


class Offer(NamedTuple):
    """One offer. Its id names contact and attempt: equal ids are one decision. ``at_ms``: when it was heard of."""

    offer_id: str
    agent_id: str
    at_ms: int


class _Offered(msgspec.Struct):
    offer_id: str
    agent_id: str


_offered = msgspec.json.Decoder(_Offered).decode


def offer_in(kind: str, body: bytes, at_ms: int) -> Offer | None:
    """The offer that an event tells of; None for any other event."""
    if kind != OFFERED:
        return None
    offered = _offered(body)
    return Offer(offered.offer_id, offered.agent_id, at_ms)


class Agreement:
    """Offers wait here until the other side tells of them too."""

    def __init__(self) -> None:
        self.agreed = 0
        self.differed = 0
        self._mirrored: dict[str, Offer] = {}
        self._live: dict[str, Offer] = {}

    def mirrored(self, offer: Offer) -> None:
        """The mirror made this offer."""
        self._meet(offer, self._mirrored, self._live)

    def live(self, offer: Offer) -> None:
        """The router made this offer."""
        self._meet(offer, self._live, self._mirrored)

    def overdue(self, before_ms: int) -> int:
        """Count what one side told before that time and the other did not: there they differed. Returns how many."""
        found = 0
        for side in (self._mirrored, self._live):
            late = [offer_id for offer_id, offer in side.items() if offer.at_ms < before_ms]
            for offer_id in late:
                del side[offer_id]
            found += len(late)
        self.differed += found
        return found

    def _meet(self, offer: Offer, mine: dict[str, Offer], others: dict[str, Offer]) -> None:
        met = others.pop(offer.offer_id, None)
        if met is None:
            mine[offer.offer_id] = offer
        elif met.agent_id == offer.agent_id:
            self.agreed += 1
        else:
            self.differed += 1
