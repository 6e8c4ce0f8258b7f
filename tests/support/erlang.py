"""What queueing theory says about one pool of equal agents: Erlang B, C and A, exactly, from the birth-death chain."""

from dataclasses import dataclass
from math import exp

PLACES_ENOUGH = 400
"""Waiting places beyond which the chains used here hold no weight that a double can see."""


@dataclass(frozen=True)
class Theory:
    """``blocked``, ``abandoned``, ``breached``: shares of the offered; ``mean_wait``: seconds over the answered."""

    blocked: float
    abandoned: float
    breached: float
    mean_wait: float | None


def chain(erlangs, agents, patience_rate, places):
    """Stationary probabilities of 0, 1, ... agents + places contacts; rates in units of the service rate."""
    weights = [1.0]
    for number in range(1, agents + places + 1):
        leaving = min(number, agents) + max(0, number - agents) * patience_rate
        weights.append(weights[-1] * erlangs / leaving)
        if weights[-1] > 1e200:
            weights = [weight * 1e-200 for weight in weights]
    total = sum(weights)
    return [weight / total for weight in weights]


def pool(erlangs, agents, handle, target, patience=None, places=None):
    """M/M/n(/n+k)(+M), first in first out; ``patience`` the mean of exponential patience."""
    patience_rate = handle / patience if patience else 0.0
    probability = chain(erlangs, agents, patience_rate, PLACES_ENOUGH if places is None else places)
    full = len(probability) - 1
    blocked = probability[full] if places is not None else 0.0
    waiting = sum(max(0, number - agents) * share for number, share in enumerate(probability))
    abandoned = patience_rate * waiting / erlangs
    at_once = sum(probability[:agents])
    in_time = served_within(probability[agents:full], agents, patience_rate, target / handle)
    mean_wait = None if patience else waiting / erlangs * handle / (1 - blocked)
    return Theory(blocked, abandoned, 1 - at_once - in_time, mean_wait)


def served_within(ahead, agents, patience_rate, target):
    """How much of the contacts that find 0, 1, ... others waiting is served within the target, by uniformization.

    With j contacts ahead one moves up at rate n + j * theta, gives up at rate theta, and from 0 ahead is served at n.
    """
    rate = agents + len(ahead) * patience_rate
    weight, total, step, done, served = exp(-rate * target), 0.0, 0, 0.0, 0.0
    while ahead and done < 1 - 1e-13:
        done += weight
        total += weight * served
        served += ahead[0] * agents / rate
        up = [share * (agents + index * patience_rate) / rate for index, share in enumerate(ahead)]
        stay = [
            share * (1 - (agents + index * patience_rate + patience_rate) / rate) for index, share in enumerate(ahead)
        ]
        ahead = [left + moved for left, moved in zip(stay, [*up[1:], 0.0], strict=True)]
        step += 1
        weight *= rate * target / step
    return total
