"""A plain request is read without a parser: whatever is taken for plain, h11 reads as the same request."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.process.plain import HEAD_BYTES_MAX, HEADERS_MAX, Plain, read_plain

GOOD = b"POST /v1/webhooks/help?a=b HTTP/1.1\r\nHost: hooks\r\nContent-Length: 5\r\nX-Sign: a b\t\r\n\r\nhello"
HEADERS = st.lists(
    st.sampled_from(
        [
            b"Host: hooks", b"host:hooks", b"Content-Length: 5", b"content-length: 05", b"Content-Length: 5, 5",
            b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Connection: close", b"Connection: keep-alive",
            b"Upgrade: h2c", b"X: a b", b"X:  a", b"X: a ", b"X : a", b" folded", b"X: \xff", b"X: a\x00", b"X:",
            b"\tX: 1", b"X: a\nY: b", b"X: a\rY: b", b"Trailer: x", b"TE: trailers",
        ]
    ),
    max_size=6,
)  # fmt: skip
STARTS = st.sampled_from(
    [b"POST / HTTP/1.1", b"POST  / HTTP/1.1", b"post / HTTP/1.1", b"POST /a b HTTP/1.1", b"POST /\xff HTTP/1.1",
     b"POST / HTTP/1.0", b"GET / HTTP/1.1", b"POST * HTTP/1.1", b"POST http://a/b HTTP/1.1", b"POST /a?b#c HTTP/1.1"]
)  # fmt: skip


def by_h11(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]], bytes] | None:
    """Target, headers and body as the parser reads them; None for what it refuses or has not whole."""
    parser = h11.Connection(h11.SERVER, HEAD_BYTES_MAX)
    parser.receive_data(data)
    try:
        request = parser.next_event()
        assert isinstance(request, h11.Request)
        body = b""
        while not isinstance(event := parser.next_event(), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                return None
            body += event.data
    except h11.RemoteProtocolError:
        return None
    assert request.method == b"POST" and not parser.trailing_data[0]
    return request.target, [(name, value) for name, value in request.headers], body


def same(data: bytes) -> bool:
    """Whether it is plain; then h11 has to read the same of it."""
    plain = read_plain(data)
    if plain is None:
        return False
    assert by_h11(data + b"x" * plain.missing) == (plain.target, plain.headers, plain.body + b"x" * plain.missing)
    return True


@given(start=STARTS, headers=HEADERS, body=st.sampled_from([b"hello", b"hell", b"", b"hello!", b"he\r\n\r\nlo"]))
def test_what_is_taken_for_plain_is_read_as_the_parser_reads_it(
    start: bytes, headers: list[bytes], body: bytes
) -> None:
    same(b"\r\n".join([start, b"Host: a", b"Content-Length: 5", *headers, b"", body]))
    same(b"\r\n".join([start, *headers, b"", body]))


@given(at=st.integers(0, len(GOOD) - 1), byte=st.binary(max_size=2), cut=st.integers(0, 3))
def test_a_request_with_any_bytes_changed_is_read_as_the_parser_reads_it(at: int, byte: bytes, cut: int) -> None:
    same(GOOD[:at] + byte + GOOD[at + cut :])


@pytest.mark.parametrize("missing", [0, 1, 5])
def test_a_usual_request_is_plain_and_says_what_of_its_body_is_missing(missing: int) -> None:
    head = b"POST /v1/webhooks/help HTTP/1.1\r\nHost: hooks\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n"
    data = head + b"hello"[: 5 - missing]

    assert same(data)
    assert read_plain(data) == Plain(
        b"/v1/webhooks/help",
        [(b"host", b"hooks"), (b"connection", b"keep-alive"), (b"content-length", b"5")],
        b"hello"[: 5 - missing],
        missing,
    )


@pytest.mark.parametrize(
    "line",
    [b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Connection: close", b"Upgrade: h2c", b"Host: other",
     b"Content-Length: 5", b"X: a ", b"X: \xe9"],
)  # fmt: skip
def test_what_changes_how_a_request_ends_is_left_to_the_parser(line: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: hooks\r\nContent-Length: 5\r\n"

    assert read_plain(head + b"\r\nhello") is not None
    assert read_plain(head + line + b"\r\n\r\nhello") is None


def test_a_long_header_and_many_lines_are_left_to_the_parser() -> None:
    head = b"POST / HTTP/1.1\r\nHost: hooks\r\nContent-Length: 0\r\n"

    assert read_plain(head + b"X: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n") is None
    assert read_plain(head + b"".join(b"X%d: a\r\n" % number for number in range(HEADERS_MAX)) + b"\r\n") is None
