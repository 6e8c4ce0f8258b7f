"""Any bytes, any value in any field, any damage: admitted or refused, and nothing else."""

import json
from typing import Any

import msgspec
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.types import EVENT_TYPES
from shared.contract.inputs import INPUT_TYPES
from tests.support.ingest_builders import (
    Record,
    body,
    put,
)

MESSAGE = "usher.channel.message.v1"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["ce_type", "ce_id", "ce_source", "ce_time", "content-type", "traceparent", "x"]),
        st.none() | st.binary(max_size=20) | st.sampled_from([kind.encode() for kind in EVENT_TYPES]),
    ),
    max_size=6,
).map(tuple)


def check(record: Record) -> None:
    """Exactly one outcome, and one that every later step can hold."""
    passed = put(record)
    assert len(passed.admitted) + len(passed.refused) == 1
    for event in passed.admitted:
        decoded = msgspec.json.decode(event.body, type=INPUT_TYPES[event.type])
        assert decoded.event_id == event.event_id
        assert b"\\u0000" not in event.body
        assert "\x00" not in event.subject
    for refusal in passed.refused:
        assert refusal.letter.detail
        for text in (refusal.letter.path, refusal.letter.detail, *refusal.headers, *refusal.headers.values()):
            assert b"\x00" not in text.encode()


@given(value=st.none() | st.binary(max_size=400), headers=HEADERS)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_admitted_or_refused(value: bytes | None, headers: Any) -> None:
    check(Record(value, headers))


@given(kind=st.sampled_from(sorted(EVENT_TYPES)), data=st.data())
@settings(max_examples=600, deadline=None)
def test_any_value_in_any_field_is_admitted_or_refused(kind: str, data: st.DataObject) -> None:
    document = body(kind)
    for name in data.draw(st.lists(st.sampled_from(sorted(document)), max_size=3)):
        document[name] = data.draw(JSON_VALUES)
    document.update(data.draw(st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=2)))
    # The standard library writes what strict writers refuse: NaN, lone surrogates, integers of any size.
    check(Record(json.dumps(document).encode(), data.draw(HEADERS)))


@given(cut=st.integers(0, 400), insert=st.binary(max_size=3), data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_body_damaged_anywhere_is_admitted_or_refused(cut: int, insert: bytes, data: st.DataObject) -> None:
    whole = orjson.dumps(body(data.draw(st.sampled_from(sorted(EVENT_TYPES)))))

    check(Record(whole[:cut] + insert + whole[cut + 1 :]))
