"""What each moment does to clocks: shared/policy/kinds.py read the other way round."""

from typing import NamedTuple

from services.sla.domain.clock import Kind
from shared.policy.kinds import SPANS, Moment, Span

__all__ = ["EFFECTS", "Effect"]


class Effect(NamedTuple):
    """The kinds whose clocks a moment ends, drops and starts; in this order."""

    ends: tuple[Kind, ...]
    drops: tuple[Kind, ...]
    starts: tuple[Kind, ...]


def _effect(moment: Moment) -> Effect:
    spans: list[tuple[Kind, Span]] = [(Kind(kind), span) for kind, span in SPANS.items()]
    return Effect(
        tuple(kind for kind, span in spans if moment in span.ends),
        tuple(kind for kind, span in spans if moment in span.drops),
        tuple(kind for kind, span in spans if moment in span.starts),
    )


EFFECTS: dict[Moment, Effect] = {moment: _effect(moment) for moment in Moment}
