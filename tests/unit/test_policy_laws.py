"""What a policy file says is what the router stores: read, written and read again it is the same policy, or refused."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy import PolicyErrors, parse_policy
from shared.policy.fields import DURATION_SECONDS_MAX, format_duration, parse_duration
from shared.policy.load import load_policy
from tests.support.policy_builders import document, faults, with_queue

SAMPLE = Path(__file__).resolve().parents[2] / "deploy/policies/sample.yaml"
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
RULE = {"resolution": {"within": "1h"}}


@given(st.integers(0, 10**9), st.integers(0, 6), st.sampled_from("smhd"))
def test_a_duration_is_read_as_the_seconds_that_its_text_says_and_written_as_what_is_read_as_the_same(
    number: int, decimals: int, unit: str
) -> None:
    written = f"{number // 10**decimals}.{number % 10**decimals:0{decimals}d}{unit}" if decimals else f"{number}{unit}"
    microseconds = number * UNIT_SECONDS[unit] * 10**6 // 10**decimals
    if microseconds > DURATION_SECONDS_MAX * 10**6 or len(written.split(".")[0].rstrip("smhd")) > 9:
        return
    seconds = parse_duration(written)
    assert round(seconds * 10**6) == microseconds
    assert parse_duration(format_duration(seconds)) == seconds
    assert format_duration(parse_duration(format_duration(seconds))) == format_duration(seconds)


@pytest.mark.parametrize("written", ["1.1h", "0.7d", "2.2h", "20.993h", "0.12m", "1.15m"])
def test_a_policy_with_tenths_of_an_hour_has_one_hash_before_and_after_it_travelled(written: str) -> None:
    policy = parse_policy(with_queue(life_max="30d", targets={"resolution": {"within": written}}))
    assert parse_policy(policy.document()).hash == policy.hash


def _spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from _spots(inner, (*at, key))


def _with_nothing_at(made: dict[str, Any], spot: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(made)
    inner: Any = changed
    for key in spot[:-1]:
        inner = inner[key]
    inner[spot[-1]] = None
    return changed


def test_wherever_a_policy_says_nothing_it_is_refused_or_means_what_the_router_will_read() -> None:
    made = load_policy(SAMPLE, not_yet=()).document()
    read = refused = 0
    for spot in _spots(made):
        try:
            policy = parse_policy(_with_nothing_at(made, spot))
        except PolicyErrors:
            refused += 1
            continue
        read += 1
        assert parse_policy(policy.document()) == policy, spot
        assert parse_policy(policy.document()).hash == policy.hash, spot
    assert read > 20
    assert refused > 100


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (document(targets=[{"name": "a", "when": {"queue": None}, "then": RULE}]), "targets[0].when"),
        (
            document(classification={"rules": [{"name": "a", "when": {"text": None}, "then": {"tier": "agent"}}]}),
            "classification.rules[0].when",
        ),
        (
            document(classification={"rules": [{"name": "a", "when": {"text": "x"}, "then": {"tier": None}}]}),
            "classification.rules[0].then",
        ),
        (
            with_queue(overflow=[{"when": {"waiting": None}, "to": {"queue": "general"}}]),
            "queues.orders.overflow[0].when",
        ),
        (with_queue(overflow=[{"when": {"waiting": 3}, "to": {"queue": None}}]), "queues.orders.overflow[0].to"),
        (
            with_queue(targets={"time_to_answer": {"within": "9s", "on_breach": [{"add_queue": None}]}}),
            "queues.orders.targets.time_to_answer.on_breach[0]",
        ),
    ],
)
def test_a_condition_or_a_deed_that_says_nothing_is_none(made: dict[str, Any], path: str) -> None:
    assert list(faults(made)) == [path]
