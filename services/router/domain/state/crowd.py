"""The open contacts of one customer id: a few as a rule, and for an id that everybody shares as many as there are."""

__all__ = ["Crowd", "joined", "left"]

FEW_MAX = 64  # as a tuple, a sixth of the memory of a dict; more are a dict, so that each costs the same

Crowd = tuple[str, ...] | dict[str, None]


def joined(crowd: Crowd, contact_id: str) -> Crowd:
    """The crowd and one more; the same object where there are many."""
    if isinstance(crowd, tuple):
        crowd = (*crowd, contact_id)
        return crowd if len(crowd) <= FEW_MAX else dict.fromkeys(crowd)
    crowd[contact_id] = None
    return crowd


def left(crowd: Crowd, contact_id: str) -> Crowd:
    """The crowd but for this one; empty when it was the last."""
    if isinstance(crowd, tuple):
        return tuple(each for each in crowd if each != contact_id)
    crowd.pop(contact_id, None)
    return crowd if len(crowd) > FEW_MAX // 2 else tuple(crowd)
