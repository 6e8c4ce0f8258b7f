"""Derived ids are name-based UUIDs as the standard library makes them, whatever the name."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contract import ids

NAMESPACE = uuid.UUID("5d0cf0e4-b5a8-5a6b-9a8e-7c5f5f1e2d3c")
SEPARATOR = "\x1f"
PARTS = st.text(st.characters(exclude_categories=["Cs"]))  # what UTF-8 can write, zero bytes too
HALVES = st.characters(categories=["Cs"])


@given(st.lists(PARTS, min_size=1))
def test_an_id_is_the_standard_librarys_uuid5_of_the_parts(parts: list[str]) -> None:
    assert ids.derive(*parts) == str(uuid.uuid5(NAMESPACE, SEPARATOR.join(parts)))


@given(PARTS, st.integers(0))
def test_an_events_id_is_that_of_its_cause_and_ordinal(cause: str, ordinal: int) -> None:
    assert ids.event_id(cause, ordinal) == ids.derive(cause, str(ordinal))


@given(PARTS, HALVES, PARTS)
def test_half_a_surrogate_pair_has_no_id(before: str, half: str, after: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        ids.derive("contact", before + half + after)


def test_ids_are_what_they_always_were() -> None:
    assert ids.derive("") == "bbaa129b-a46e-5f68-a457-893135c787c7"
    assert ids.derive("offer", "Ärger", "1") == "2b577d83-f056-529d-a661-0a655435e77a"
    assert ids.event_id("2c1d3a52-3c0e-5a0f-8a55-6f7b2f6f0a11", 12) == "575ad167-dad5-5cd7-b14b-9a9306654dc6"
