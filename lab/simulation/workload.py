"""Who arrives when, how long they take and how long they wait: the same for every policy of a seed."""

from dataclasses import dataclass
from hashlib import sha256
from math import inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from lab.simulation.scenario import ContactClass, Duration, Scenario

SECONDS_PER_HOUR = 3600.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Contacts in order of arrival; times in seconds from the start, ``class_of`` an index, patience inf = endless.

    ``draws`` are numbers in [0, 1) for what a run may still want to draw for a contact.
    """

    contact_ids: list[str]
    at: list[float]
    class_of: list[int]
    handle: list[float]
    patience: list[float]
    draws: list[float]

    def __len__(self) -> int:
        """Contacts."""
        return len(self.at)


def generate(scenario: Scenario, seed: int) -> Workload:
    """Poisson arrivals of every class up to the end of the run; each class has its own generators, named by the class,
    so that one class does not change when another is added."""
    end = scenario.warmup_seconds + scenario.duration_seconds
    columns = [_class_columns(each, seed, end) for each in scenario.classes]
    at, handle, patience, draws = (np.concatenate([column[n] for column in columns]) for n in range(4))
    class_of = np.repeat(np.arange(len(columns)), [len(column[0]) for column in columns])
    order = np.argsort(at, kind="stable")
    digits = len(str(max(0, len(order) - 1)))
    return Workload(
        contact_ids=[f"c{number:0{digits}d}" for number in range(len(order))],
        at=at[order].tolist(),
        class_of=class_of[order].tolist(),
        handle=handle[order].tolist(),
        patience=patience[order].tolist(),
        draws=draws[order].tolist(),
    )


def _class_columns(each: ContactClass, seed: int, end: float) -> tuple[Floats, Floats, Floats, Floats]:
    at = _arrivals(each, _generator(seed, each.name, "arrivals"), end)
    handle = _durations(each.handle_seconds, _generator(seed, each.name, "handle"), len(at))
    if each.patience_seconds is None:
        patience = np.full(len(at), inf)
    else:
        patience = _durations(each.patience_seconds, _generator(seed, each.name, "patience"), len(at))
    return at, handle, patience, _generator(seed, each.name, "draws").random(len(at))


def _generator(seed: int, class_name: str, purpose: str) -> np.random.Generator:
    """A counter-based generator of its own for each seed, class and purpose."""
    digest = sha256(f"{seed}\n{class_name}\n{purpose}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))


def _arrivals(each: ContactClass, generator: np.random.Generator, end: float) -> Floats:
    """A Poisson process of the class's rate, by stretching one of rate 1: exact for any steps of the rate."""
    starts, rates = _rate_steps(each, end)
    expected = np.concatenate([[0.0], np.cumsum(rates * np.diff(np.append(starts, end)))])
    total = float(expected[-1])
    block = int(total + 6 * sqrt(total) + 16)
    clock = np.cumsum(generator.exponential(size=block))
    while clock[-1] < total:
        clock = np.concatenate([clock, clock[-1] + np.cumsum(generator.exponential(size=block))])
    clock = clock[clock < total]
    step = np.searchsorted(expected, clock, side="right") - 1
    at: Floats = np.minimum(starts[step] + (clock - expected[step]) / rates[step], np.nextafter(end, 0.0))
    return at


def _rate_steps(each: ContactClass, end: float) -> tuple[Floats, Floats]:
    """From when which rate per second holds, up to ``end``."""
    steps = [(0.0, 1.0), *((second, factor) for second, factor in each.profile if second < end)]
    if len(steps) > 1 and steps[1][0] == 0.0:
        steps.pop(0)
    per_second = each.arrivals_per_hour / SECONDS_PER_HOUR
    return np.array([second for second, _ in steps]), np.array([factor * per_second for _, factor in steps])


def _durations(duration: Duration, generator: np.random.Generator, count: int) -> Floats:
    if duration.distribution == "exponential":
        return generator.exponential(duration.mean, count)
    if duration.distribution == "lognormal":
        variance = log(1 + duration.cv**2)
        return generator.lognormal(log(duration.mean) - variance / 2, sqrt(variance), count)
    return np.full(count, duration.mean)
