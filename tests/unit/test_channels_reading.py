"""What is read in our own way for speed is read as the standard library reads it: parts of a letter, and forms."""

import tracemalloc
from base64 import encodebytes
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, compat32
from quopri import encodestring
from random import Random
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.channels.form import pairs_of
from services.ingest.domain.channels.mime import parse_letter
from services.ingest.domain.channels.parts import DEPTH_MAX, MARKS_MAX, PART_HEAD_BYTES_MAX, PARTS_MAX, leaves, parsed
from services.ingest.domain.rejection import Rejected

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=60)
LEAVES = st.one_of(
    st.tuples(st.just("text"), TEXTS),
    st.tuples(st.just("file"), st.binary(max_size=200)),
)
TREES = st.recursive(
    LEAVES, lambda inner: st.tuples(st.just("multi"), st.lists(inner, min_size=1, max_size=3)), max_leaves=6
)


def letter(tree: object) -> EmailMessage:
    """As the standard library writes it."""
    made = EmailMessage(policy=SMTP)
    kind, content = tree  # type: ignore[misc]
    if kind == "text":
        made.set_content(content)
    elif kind == "file":
        made.set_content(content, "image", "png", filename="a.png")
    else:
        made.make_mixed()
        for one in content:
            made.attach(letter(one))
    return made


def known(raw: bytes) -> list[tuple[str, bytes]]:
    """Type and content of each leaf, as the standard library reads them."""
    whole = message_from_bytes(raw, policy=compat32)
    return [
        (part.get_content_type(), bytes(part.get_payload(decode=True) or b""))
        for part in whole.walk()
        if not part.is_multipart()
    ]


@given(tree=TREES, bare=st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_letter_that_the_standard_library_writes_has_the_parts_that_it_reads(tree: object, bare: bool) -> None:  # noqa: FBT001
    made = letter(tree)
    made["From"] = "Ana <ana@example.com>"
    raw = made.as_bytes()
    if bare:
        raw = raw.replace(b"\r\n", b"\n")
    found = list(leaves(parsed(raw)[1], []))
    assert [(part.kind, part.content()) for part in found] == known(raw)
    files = [part for part in found if part.kind == "image/png"]
    assert [part.size() for part in files] == [len(part.content()) for part in files]


HEAD = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="q"\r\n\r\n'


NESTED = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"before\r\n--q\r\n\r\none\r\n--q\r\n\r\ntwo\r\n--q--\r\nafter\r\n--q\r\n\r\nno part\r\n",
        b"--q\r\n\r\none\r\n--q \t\r\n\r\ntwo",
        b"--q\n\none\n--qq\nstill one\n--q--",
        b"--q\r\n--q\r\n\r\ntwo\r\n--q--\r\n",
        b"--q\r\nContent-Type: text/html\r\n\r\none\r\n\r\n--q--",
        b"no boundary at all\r\n",
        b"",
        b"--q\r\nContent-Type: multipart/mixed; boundary=q1\r\n\r\n--q1\r\n\r\nin\r\n--q1--\r\n--q\r\n\r\nout\r\n--q--",
    ],
)
def test_odd_boundaries_are_read_as_the_standard_library_reads_them(body: bytes) -> None:
    found = [(part.kind, part.content()) for part in leaves(parsed(HEAD + body)[1], [])]
    assert found == known(HEAD + body)


def test_a_letter_of_a_macintosh_of_old_has_its_text() -> None:
    (part,) = leaves(parsed(b"From: a@b.example\rSubject: x\r\rHello\r")[1], [])
    assert part.content().strip() == b"Hello"


@pytest.mark.parametrize(
    "raw",
    [
        b"a: b\r\n" * 2000 + b"\r\n",
        b"Subject: " + b"x" * 200_000,
    ],
)
def test_a_head_without_end_is_refused(raw: bytes) -> None:
    with pytest.raises(Rejected):
        parsed(raw)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (HEAD + b"--q\r\n\r\nx\r\n" * PARTS_MAX, PARTS_MAX),
        (HEAD + b"--q\r\n\r\nx\r\n" * (PARTS_MAX + 1), PARTS_MAX),
        (HEAD + b"--q\r\n\r\nx\r\n" + b"--qq\r\nx\r\n" * MARKS_MAX, 1),
        (b"".join(NESTED % (n, n) for n in range(DEPTH_MAX)) + b"\r\nx", 1),
        (b"".join(NESTED % (n, n) for n in range(DEPTH_MAX + 1)) + b"\r\nx", 1),
    ],
    ids=["parts", "another part", "marks", "depth", "deeper"],
)
def test_of_parts_without_end_the_first_are_read_and_the_rest_is_told(raw: bytes, read: int) -> None:
    unread: list[str] = []
    found = list(leaves(parsed(raw)[1], unread))
    assert (len(found), found[0].content()[:1]) in ((read, b"x"), (read, b"-"))
    assert unread == ([] if raw.count(b"--q\r\n") == PARTS_MAX or (raw.count(b"--") == DEPTH_MAX) else ["parts"])


@given(
    content=st.binary(max_size=120),
    seed=st.integers(0, 2**64 - 1),
    encoding=st.sampled_from(["base64", "quoted-printable"]),
)
@settings(max_examples=300, deadline=None)
def test_an_encoding_that_is_damaged_anywhere_is_undone_as_the_standard_library_does(
    content: bytes, seed: int, encoding: str
) -> None:
    chance = Random(seed)
    damaged = bytearray(encodebytes(content) if encoding == "base64" else encodestring(content))
    for _ in range(chance.randrange(4)):
        at = chance.randint(0, len(damaged))
        damaged[at : at + chance.randrange(3)] = bytes(
            chance.choice(b"=\n A+/\xff-_") for _ in range(chance.randrange(3))
        )
    raw = f"Content-Type: image/png\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + bytes(damaged)
    (part,) = leaves(parsed(raw)[1], [])
    assert [(part.kind, part.content())] == known(raw)


FIELDS = st.lists(st.tuples(TEXTS, TEXTS), max_size=8)
ESCAPES = st.text(st.sampled_from("%%%0123456789abcdefAF=+&;\n\r zé"), max_size=40)


@given(fields=FIELDS)
@settings(max_examples=200, deadline=None)
def test_a_form_that_the_standard_library_writes_is_read_back(fields: list[tuple[str, str]]) -> None:
    assert pairs_of(urlencode(fields).encode()) == fields


@given(body=ESCAPES)
@settings(max_examples=500, deadline=None)
def test_whole_and_broken_escapes_are_undone_as_the_standard_library_undoes_them(body: str) -> None:
    raw = body.encode()
    try:
        wanted = parse_qsl(body, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Rejected):
            pairs_of(raw)
        return
    assert pairs_of(raw) == wanted


@pytest.mark.parametrize("depth", [1, DEPTH_MAX])
def test_a_letter_takes_no_more_memory_for_being_nested(depth: int) -> None:
    """Each level was a copy of all below it: a letter of 20 MB took 760 MB."""
    file = b"Content-Type: application/pdf\r\n\r\n" + b"x" * 2**20
    for level in range(depth):
        mark = b"--b%d" % level
        file = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n%b\r\n%b\r\n%b--" % (mark[2:], mark, file, mark)
    letter = b"From: ana@example.com\r\n" + file
    tracemalloc.start()
    try:
        (attached,) = parse_letter(letter, len(letter)).attachments
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert attached.size == 2**20
    assert peak < len(letter) / 2


def test_a_part_whose_head_is_cut_within_a_name_keeps_its_words_alone() -> None:
    head = b"X-Trace: ".ljust(PART_HEAD_BYTES_MAX - 4, b"t") + b"\r\nSubject: what is read ends in this name\r\n"
    whole = parsed(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n%b\r\nWords\r\n--b--" % head)[1]
    (part,) = leaves(whole, [])
    assert part.content() == b"Words"


@pytest.mark.parametrize("heads", [b"", b"Content-Type: text/plain\r\n"])
@pytest.mark.parametrize("length", [10, PART_HEAD_BYTES_MAX, 3 * PART_HEAD_BYTES_MAX])
def test_words_behind_a_part_head_without_its_empty_line_are_kept_however_long_the_line(
    heads: bytes, length: int
) -> None:
    words = b"Words ".ljust(length, b"w") + b"\r\n\r\nMore"
    whole = parsed(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n%b%b\r\n--b--" % (heads, words))[1]
    (part,) = leaves(whole, [])
    assert part.content() == words
