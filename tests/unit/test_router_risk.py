"""The risk of a breach: against exact sums, against what happens, and the laws that it obeys."""

import random
from math import exp, tanh

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.forecast import Flow, fewer, risk_of_breach
from services.router.domain.matcher.matching import Place

SECONDS = st.floats(0.1, 10_000)


def poisson_below(limit: int, mean: float) -> float:
    """P(Poisson(mean) < limit), summed."""
    term = exp(-mean)
    total = 0.0
    for number in range(limit):
        total += term
        term *= mean / (number + 1)
    return total


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 100, 500])
def test_the_approximation_is_as_near_to_the_sum_as_it_says(limit: int) -> None:
    means = [limit * step / 50 for step in range(150)]
    gaps = [abs(fewer(float(limit), mean, tanh) - poisson_below(limit, mean)) for mean in means]
    assert max(gaps) < (0.013 if limit == 1 else 0.004)


def test_without_abandonment_and_stepping_back_it_is_the_sum_of_poisson() -> None:
    flow = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0)
    for ahead, slack in [(0, 1.0), (3, 8.0), (9, 20.0), (9, 30.0), (200, 390.0)]:
        expected = flow.expected_seconds(ahead)
        assert expected is not None
        risk = risk_of_breach(expected, Place(ahead, 0.0, slack))
        assert risk == pytest.approx(poisson_below(ahead + 1, slack * 0.5), abs=0.013)


def test_who_gives_up_makes_room() -> None:
    patient = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0)
    impatient = Flow(workspace="acme", queue="orders", served=30.0, busy=60.0, abandoned=30.0, waited=600.0)
    risks = [risk_of_breach(flow.expected_seconds(9) or 0.0, Place(9, 0.0, 15.0)) for flow in (patient, impatient)]
    assert risks[1] < risks[0] - 0.3


def played(rate: float, dues: list[float], slack: float, dice: random.Random) -> bool:
    """Whether the last of a queue is breached: dispatches at random, each to the first who is not late."""
    now = 0.0
    ahead = [*dues]
    while True:
        now += dice.expovariate(rate)
        if now > slack:
            return True
        ahead = [due for due in ahead if due > now]
        if not ahead:
            return False
        ahead.pop(0)


@pytest.mark.parametrize(
    ("rate", "ahead", "span", "slack"),
    [(0.1, 0, 0, 10), (0.1, 5, 40, 60), (0.2, 10, 50, 50), (0.05, 3, 5, 60), (1.0, 40, 40, 45)],
)
def test_with_stepping_back_it_is_what_happens(rate: float, ahead: int, span: float, slack: float) -> None:
    """The contacts ahead are due at even distances; those who become late are passed over."""
    dice = random.Random(5)
    dues = [slack - span + span * number / ahead for number in range(ahead)]
    breached = sum(played(rate, dues, slack, dice) for _ in range(4000)) / 4000
    expected = (ahead + 1) / rate
    assert risk_of_breach(expected, Place(ahead, span, slack)) == pytest.approx(breached, abs=0.03)


@given(
    rate=st.floats(0.001, 10),
    theta=st.floats(0, 0.1),
    ahead=st.integers(0, 5000),
    slack=SECONDS,
    share=st.floats(0, 1),
)
def test_the_laws(rate: float, theta: float, ahead: int, slack: float, share: float) -> None:
    flow = Flow(workspace="acme", queue="orders", served=rate, busy=1.0, abandoned=theta, waited=1.0)

    def risk(flow: Flow, ahead: int, slack: float, span: float) -> float:
        return risk_of_breach(flow.expected_seconds(ahead) or 0.0, Place(ahead, span, slack))

    span = share * slack
    here = risk(flow, ahead, slack, span)
    blur = 0.013  # what the approximation may be off by
    assert 0 <= here <= 1
    assert risk(flow, ahead + 1, slack, span) >= here - blur, "a contact was put before it"
    assert risk(flow, ahead, slack * 1.5, span) <= here + blur, "it got more time"
    assert risk(flow, ahead, slack, span / 2) >= here - blur, "those ahead step back later"
    faster = Flow(workspace="acme", queue="orders", served=rate * 1.5, busy=1.0, abandoned=theta, waited=1.0)
    assert risk(faster, ahead, slack, span) <= here + blur, "it is served faster"
    assert risk(flow, ahead, 0.0, 0.0) == 1.0, "it is late"
