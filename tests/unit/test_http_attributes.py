"""What the headers of a request say about its event: each attribute by its own header, whatever else is there."""

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.cloudevents import NO_ATTRIBUTES, Attributes, header_texts
from services.ingest.domain.cloudevents import http_attributes as of_texts

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FIELDS = {
    b"ce-type": "type",
    b"ce-id": "id",
    b"ce-source": "source",
    b"ce-time": "time",
    b"content-type": "content_type",
}
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20).map(str.encode)
OTHERS = st.sampled_from([b"host", b"x-id", b"ce_id", b"ce-subject", b"content-length"])


def http_attributes(headers: list[tuple[bytes, bytes]]) -> Attributes:
    return of_texts(header_texts(headers))


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES), st.lists(st.tuples(OTHERS, VALUES)), st.booleans())
def test_each_attribute_is_what_its_header_says(
    headers: dict[bytes, bytes], others: list[tuple[bytes, bytes]], traced: bool
) -> None:
    trace = [(b"traceparent", TRACE)] if traced else []
    found = http_attributes([*others, *headers.items(), *trace])
    wanted = {FIELDS[name]: value.decode() for name, value in headers.items()}
    wanted |= {"traceparent": TRACE.decode()} if traced else {}
    assert found == NO_ATTRIBUTES._replace(**wanted, binary=b"ce-type" in headers)


def test_of_a_header_that_is_repeated_the_first_counts() -> None:
    found = http_attributes([(b"ce-type", b"a"), (b"content-type", b"b"), (b"ce-type", b"c"), (b"content-type", b"d")])
    assert (found.type, found.content_type) == ("a", "b")


def test_a_header_is_read_as_utf_8_and_another_coding_counts_as_absent() -> None:
    assert http_attributes([(b"content-type", "té".encode())]).content_type == "té"
    assert http_attributes([(b"content-type", "té".encode("latin-1"))]).content_type == ""
    assert http_attributes([(b"ce-id", "é".encode())]).id == "é"
