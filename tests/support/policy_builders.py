"""A policy document that is right, changed at will, and the faults that parsing finds in it."""

import copy

import pytest

from shared.policy import PolicyErrors, parse_policy


def document(**changes):
    base = {
        "workspace": "acme",
        "timezone": "Europe/Madrid",
        "languages": ["en", "es"],
        "queues": {
            "orders": {
                "requires": {"orders": 2},
                "prefers": {"es": 3},
                "targets": {"time_to_answer": {"within": "20s", "warn_at": 0.75}},
            },
            "general": {"requires": {}},
        },
        "default_queue": "general",
        "calendars": {"office": {"open": {"mon-fri": ["09:00-13:30", "15:00-18:00"]}, "holidays": ["2026-12-25"]}},
    }
    return copy.deepcopy({**base, **changes})


def with_queue(**changes):
    made = document()
    made["queues"]["orders"].update(changes)
    return made


def faults(made, not_yet=()):
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(made, not_yet=not_yet)
    return {error.path: f"{error.message} ({error.hint})" for error in refused.value.errors}
