"""What each moment does to clocks: shared/policy/kinds.py read the other way round."""

import msgspec

from services.sla.domain.clock import Kind
from shared.policy.kinds import SPANS, Moment, Span

__all__ = ["EFFECTS", "OWED", "Effect"]


class Effect(msgspec.Struct, frozen=True, gc=False):
    """The kinds whose clocks a moment ends, drops and starts; in this order. ``owes`` and ``over``: of those that it
    starts, and that it ends or drops, the kinds that count from the moment that starts them."""

    ends: tuple[Kind, ...]
    drops: tuple[Kind, ...]
    starts: tuple[Kind, ...]
    owes: tuple[Kind, ...]
    over: tuple[Kind, ...]


OWED = (Kind.NEXT_RESPONSE, Kind.BOT_RESPONSE, Kind.HANDLING)  # of the others a contact tells since when they count


def _effect(moment: Moment) -> Effect:
    spans: list[tuple[Kind, Span]] = [(Kind(kind), span) for kind, span in SPANS.items()]
    return Effect(
        tuple(kind for kind, span in spans if moment in span.ends),
        tuple(kind for kind, span in spans if moment in span.drops),
        tuple(kind for kind, span in spans if moment in span.starts),
        tuple(kind for kind, span in spans if moment in span.starts and kind in OWED),
        tuple(kind for kind, span in spans if moment in (*span.ends, *span.drops) and kind in OWED),
    )


EFFECTS: dict[Moment, Effect] = {moment: _effect(moment) for moment in Moment}
