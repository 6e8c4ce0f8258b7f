"""How many parts a JSON body may have, and what is said of a large one that cannot be read."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.reading import BODY_BYTES_MAX, MEMBERS_MAX, OBJECTS_MAX, PATH_BYTES_MAX, read_object
from services.ingest.domain.rejection import Rejected

LONG = b"x" * PATH_BYTES_MAX


def refused(body: bytes) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        read_object(body)
    return str(caught.value.reason), caught.value.path


def listed(number: int) -> bytes:
    return b'{"a":[' + b",".join([b"{}"] * number) + b"]}"


def test_as_many_objects_and_members_as_one_body_may_have_are_read_and_no_more() -> None:
    assert len(read_object(listed(OBJECTS_MAX - 2))["a"]) == OBJECTS_MAX - 2
    assert refused(listed(OBJECTS_MAX - 1)) == ("invalid", "")
    members = [b'"%d":1' % number for number in range(MEMBERS_MAX + 1)]
    assert len(read_object(b"{" + b",".join(members[:-1]) + b"}")) == MEMBERS_MAX
    assert refused(b"{" + b",".join(members) + b"}") == ("invalid", "")


@given(pieces=st.lists(st.sampled_from(["{", "[", ":", '"', "\\", "ñ", "u0000", "\n"]), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_what_stands_in_texts_is_not_counted(pieces: list[str]) -> None:
    text = ("".join(pieces) * 40_000)[: BODY_BYTES_MAX // 4]
    assert read_object(json.dumps({"said": text}, ensure_ascii=False).encode()) == {"said": text}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{" * 100_000, "not_json"),
        (b"[" * 100_000, "invalid"),
        (b'{"a":' * 30_000, "invalid"),
        (b"{ " * 100_000 + b"\xff", "not_utf8"),
        (b"if (a) { b[0] = 1; }\n" * 10_000, "not_json"),
        (b'{"b":"\\ud800","a":' * 10_000, "invalid"),
        (listed(OBJECTS_MAX) + b"}", "not_json"),
        (listed(OBJECTS_MAX).replace(b"{}", b'"\\ud800",{}', 1), "invalid"),
    ],
)
def test_what_is_no_json_is_called_so_however_many_brackets_it_has(body: bytes, reason: str) -> None:
    assert refused(body) == (reason, "")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'"\\u0000"', "invalid"),
        (b'"\\\\\\u0000"', "invalid"),
        (b'"\\ud800"', "invalid"),
        (b'"\\\\\\uDFFF"', "invalid"),
        (b"9" * 5000, "invalid"),
        (b'"\\ud800\\u12"', "not_json"),
        (b'"\\ud800', "not_json"),
        (b'"\\ud800" 5', "not_json"),
    ],
)
def test_of_a_small_body_the_path_is_told_and_of_a_large_one_the_reason_is_the_same(value: bytes, reason: str) -> None:
    small, large = (b'{"c":"%s","a":[{"b":%s}]}' % (more, value) for more in (b"", LONG))
    assert refused(large) == (reason, "")
    assert refused(small) == (reason, "a[0].b" if reason == "invalid" else "")


@pytest.mark.parametrize("value", [b'"\\\\u0000"', b'"\\\\ud800"', b'"\\ud83d\\ude00"', b'"\\\\\\\\u0000"'])
def test_an_escaped_backslash_before_what_looks_like_an_escape_is_read(value: bytes) -> None:
    for more in (b"", LONG):
        assert read_object(b'{"c":"%s","a":%s}' % (more, value))["a"] == json.loads(value)
