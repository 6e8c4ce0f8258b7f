"""One fault of a policy is one fault: what was left out because it is faulty is neither missing nor wide."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.policy.errors import PolicyErrors
from shared.policy.load import load_policy
from shared.policy.parse import parse_policy
from tests.support.policy_builders import with_queue

SAMPLE = Path(__file__).resolve().parents[2] / "deploy/policies/sample.yaml"
JUNK: tuple[Any, ...] = (-7.25, [[]])  # no field takes either

# What one part says only makes sense beside another: the time of a warning, hours, promises, wider rules below.
LEANING = {
    "hours": "office",
    "life_max": "20d",
    "protect": {"allowance": 0.2},
    "requires": {"a": 3, "b": 2},
    "relax": [
        {"after": "3d", "min_level": {"a": 2}},
        {"after": "9d", "drop": ["b"]},
        {"after": "10d", "min_level": {"a": 1}},
    ],
    "overflow": [
        {"when": {"waiting": 100, "waited": "4d"}, "to": {"queue": "general"}},
        {"when": {"waiting": 50, "waited": "5d"}, "to": {"callback": True}},
        {"when": {"closed": True}, "to": {"schedule": "next_opening"}},
    ],
    "targets": {
        "time_to_answer": {"within": "3d", "calendar": "office", "warn_at": 0.5, "on_warn": [{"boost": "5m"}]},
    },
}
RULES = [
    {"name": "a", "when": {"channel": "chat", "language": "en", "text": "x"}, "then": {"queue": "leaning"}},
    {"name": "b", "when": {"channel": "chat", "text": "x"}, "then": {"queue": "general"}},
    {"name": "c", "when": {"channel": ["chat", "sms"]}, "then": {"tier": "agent"}},
]
TARGETS = [
    {"name": "a", "when": {"queue": "leaning", "customer_class": "vip"}, "then": {"time_to_answer": {"within": "5m"}}},
    {"name": "b", "when": {"queue": ["leaning", "general"]}, "then": {"time_to_answer": {"within": "6m"}}},
]


# Here one queue is unprotected, one skill is asked for in three places, and a calendar is long by one line of its week.
SMALL = {
    "workspace": "small",
    "default_queue": "free",
    "calendars": {"week": {"timezone": "UTC", "open": {"mon-fri": ["09:00-17:00"], "sat": ["09:00-09:01"]}}},
    "classification": {"intents": {"loan": {"queue": "kept", "skills": {"a": 4}}}},
    "queues": {
        "free": {"requires": {"b": 3}, "relax": [{"after": "1m", "min_level": {"b": 2}}]},
        "kept": {
            "requires": {"a": 2, "b": 1},
            "prefers": {"c": 3},
            "protect": {"allowance": 0.2},
            "relax": [{"after": "1m", "min_level": {"a": 3, "c": 2}}],
            "targets": {"time_to_answer": {"within": "1m"}, "resolution": {"within": "10d", "calendar": "week"}},
        },
    },
}


def _small() -> dict[str, Any]:
    return copy.deepcopy(SMALL)


def _leaning() -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(load_policy(SAMPLE, not_yet=()).document())
    made["queues"]["leaning"] = copy.deepcopy(LEANING)
    made["classification"]["rules"] = copy.deepcopy(RULES)
    made["targets"] = copy.deepcopy(TARGETS)
    return made


def _spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from _spots(inner, (*at, key))


def _path(spot: tuple[Any, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in spot).removeprefix(".")


def _concerns(fault: str, spot: str) -> bool:
    """Whether a fault is of that spot, of a part of it, or of what is read as a whole with it (``requires``)."""
    return fault.startswith(spot) or spot.startswith(fault)


@pytest.mark.parametrize("junk", JUNK, ids=["a number", "a list"])
@pytest.mark.parametrize(("make", "at_least"), [(_leaning, 300), (_small, 35)], ids=["large", "small"])
def test_whatever_is_wrong_anywhere_in_a_policy_is_wrong_there_alone(
    junk: Any, make: Callable[[], dict[str, Any]], at_least: int
) -> None:
    made = make()
    parse_policy(made)
    untrue, found = {}, 0
    for spot in list(_spots(made)):
        inner = made
        for key in spot[:-1]:
            inner = inner[key]
        right, inner[spot[-1]] = inner[spot[-1]], copy.deepcopy(junk)
        try:
            parse_policy(made)
        except PolicyErrors as refused:
            elsewhere = [fault for fault in refused.errors if not _concerns(fault.path, _path(spot))]
            found += len(refused.errors) - len(elsewhere)
            # A queue whose promises are no mapping of promises makes none, and is told so.
            if elsewhere and not (spot[-1] == "targets" and len(spot) > 1):
                untrue[_path(spot)] = [str(fault) for fault in elsewhere]
        inner[spot[-1]] = right
    assert untrue == {}
    assert found > at_least, "nearly everywhere it is wrong"


def test_a_time_of_warning_that_is_no_share_is_not_missing_too() -> None:
    promise = {"within": "1m", "warn_at": 1.5, "on_warn": [{"boost": "5m"}]}
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(with_queue(targets={"time_to_answer": promise}))
    assert [fault.path for fault in refused.value.errors] == ["queues.orders.targets.time_to_answer.warn_at"]
    del promise["warn_at"]
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(with_queue(targets={"time_to_answer": promise}))
    assert [fault.path for fault in refused.value.errors] == ["queues.orders.targets.time_to_answer.on_warn"]


def test_what_no_promise_of_this_kind_can_do_lacks_no_time_of_warning() -> None:
    promise = {"within": "1m", "on_warn": [{"boost": "5m"}]}
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(with_queue(targets={"resolution": promise}))
    (only,) = refused.value.errors
    assert only.message == "is a matter of a queue's time_to_answer"
