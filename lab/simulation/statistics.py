"""Means and 95 % intervals over seeds."""

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin, sqrt

Interval = dict[str, float | None]
"""``mean``, ``low`` and ``high``; all None where no seed has a value."""

CONFIDENCE = 0.95
BISECTIONS = 200
"""Halvings of the angle in which the quantile is sought: more than a double can resolve."""


def interval(values: Sequence[float | None]) -> Interval:
    """Mean and Student's 95 % interval over the seeds that have a value; one value is its own interval."""
    known = [value for value in values if value is not None]
    if not known:
        return {"mean": None, "low": None, "high": None}
    mean = sum(known) / len(known)
    if len(known) == 1:
        return {"mean": mean, "low": mean, "high": mean}
    variance = sum((value - mean) ** 2 for value in known) / (len(known) - 1)
    half = student_quantile(len(known) - 1) * sqrt(variance / len(known))
    return {"mean": mean, "low": mean - half, "high": mean + half}


def ratio_interval(values: Sequence[float | None], base: Sequence[float | None]) -> Interval | None:
    """The mean of the per-seed ratios to a baseline, seed by seed, with its interval.

    Seeds where both are 0, or one has no value, say nothing and are left out; None when no seed is left, and when
    something stands against 0, because that ratio has no bound.
    """
    ratios: list[float | None] = []
    for value, against in zip(values, base, strict=True):
        if value is None or against is None or value == against == 0:
            continue
        if against == 0:
            return None
        ratios.append(value / against)
    return interval(ratios) if ratios else None


@cache
def student_quantile(degrees: int) -> float:
    """The t with 95 % of Student's distribution between -t and t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    low, high = 0.0, pi / 2
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _central_share(middle, degrees) < CONFIDENCE else (low, middle)
    return sin(low) / cos(low) * sqrt(degrees)


def _central_share(angle: float, degrees: int) -> float:
    """P(-t < T < t) for t = tan(angle) * sqrt(degrees)."""
    if degrees == 1:
        return 2 * angle / pi
    cosine, odd = cos(angle), degrees % 2
    term = cosine if odd else 1.0
    total = term
    for k in range(2 + odd, degrees - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
