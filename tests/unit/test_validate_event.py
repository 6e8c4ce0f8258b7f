"""``usher validate-event``: what it says of the corpus, of files of every shape, and how it exits."""

import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.ingest.domain.types import EVENT_TYPES
from tests.support.ingest_builders import body

Usher = Callable[..., tuple[int, str, str]]
CORPUS = Path(__file__).parents[2] / "docs" / "conformance"


@pytest.fixture
def usher(usher: Usher) -> Usher:
    """Runs validate-event; returns (exit code, stdout, stderr)."""
    return partial(usher, "validate-event")


def report(usher: Usher, *arguments: object) -> tuple[int, dict[str, Any]]:
    code, out, _ = usher("--json", *arguments)
    document = orjson.loads(out)
    assert set(document) == {"valid", "errors", "warnings"}
    assert all(set(error) == {"line", "path", "message"} for error in document["errors"])
    assert document["valid"] == (code == 0) == (not document["errors"])
    return code, document


def test_every_payload_of_the_valid_corpus_is_valid(usher: Usher) -> None:
    assert report(usher, CORPUS / "valid.jsonl")[0] == 0


def test_every_payload_of_the_invalid_corpus_is_refused_at_the_path_it_names(usher: Usher) -> None:
    path = CORPUS / "invalid.jsonl"
    expected = [line.split(b'"expected_path": "')[1].split(b'"')[0].decode() for line in path.read_bytes().splitlines()]

    code, document = report(usher, path)

    assert code == 1
    assert [(error["line"], error["path"]) for error in document["errors"]] == list(enumerate(expected, start=1))


@pytest.mark.parametrize("corpus", ["valid.jsonl", "invalid.jsonl"])
def test_every_type_of_event_has_an_example_that_is_valid_and_one_that_is_not(corpus: str) -> None:
    types = {json.loads(line).get("type") for line in (CORPUS / corpus).read_bytes().splitlines()}
    assert set(EVENT_TYPES) - types == set()


def test_one_document_may_stand_on_many_lines(tmp_path: Path, usher: Usher) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(b"\n\n" + orjson.dumps(body(channel="fax", text=1), option=orjson.OPT_INDENT_2))

    _, document = report(usher, path)

    assert [(error["line"], error["path"]) for error in document["errors"]] == [(3, "channel"), (3, "text")]


def test_lines_are_checked_one_by_one_and_blank_ones_skipped(tmp_path: Path, usher: Usher) -> None:
    path = tmp_path / "events.jsonl"
    good = orjson.dumps(body())
    path.write_bytes(b"{broken\n" + good + b"\r\n\n" + b"[]\n" + good + b'\n{"a":"\xff"}\n')

    _, document = report(usher, path)
    code, out, _ = usher(path)

    assert [error["line"] for error in document["errors"]] == [1, 4, 6]
    assert code == 1
    assert out.splitlines()[-1] == "2 valid, 3 invalid"
    assert out.startswith("line 1: ")


@pytest.mark.parametrize("content", [b"", b"  \n", b"{", b"{\n  'a': 1\n}", b"\xff", b"null", b"NaN", b'"\\ud800"'])
def test_what_is_no_event_is_invalid_and_not_an_error_of_usage(content: bytes, tmp_path: Path, usher: Usher) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)

    code, document = report(usher, path)

    assert code == 1
    assert len(document["errors"]) == 1


def test_a_payload_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch, usher: Usher) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(orjson.dumps(body()))))

    assert usher("-")[:2] == (0, "1 valid, 0 invalid\n")


def test_type_and_workspace_may_be_said_beside_a_payload_that_leaves_them_out(tmp_path: Path, usher: Usher) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(orjson.dumps({k: v for k, v in body().items() if k not in {"type", "workspace"}}))

    assert report(usher, path)[1]["errors"][0]["path"] == "type"
    assert report(usher, path, "--type", "usher.channel.message.v1", "--workspace", "acme")[0] == 0


@pytest.mark.parametrize("arguments", [["/no/such/file"], ["/"], [], ["--type", "nothing", "-"]])
def test_input_that_cannot_be_read_is_one_line_and_exit_2(arguments: list[str], usher: Usher) -> None:
    code, out, err = usher(*arguments)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("usher validate-event: ")


def test_a_field_that_nobody_reads_is_a_warning_that_names_the_one_that_was_meant(tmp_path: Path, usher: Usher) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(
        orjson.dumps(
            body(
                langauge="es",
                attachments=[{"content_type": "a/b"}, {"content_type": "a/b", "uri": "https://x"}],
                routing={"skils": {"cards": 1}},
                attributes={"anything": "goes"},
            )
        )
    )

    code, out, _ = usher("--json", path)
    document = orjson.loads(out)

    assert (code, document["valid"], document["errors"]) == (0, True, [])
    assert [(warning["path"], warning["message"].partition("; ")[2]) for warning in document["warnings"]] == [
        ("langauge", "did you mean language?"),
        ("attachments[1].uri", "did you mean url?"),
        ("routing.skils", "did you mean skills?"),
    ]
    assert usher(path)[1].splitlines()[0].startswith("line 1: warning: langauge: unknown field")


def test_no_payload_of_the_valid_corpus_has_a_field_that_nobody_reads(usher: Usher) -> None:
    found = orjson.loads(usher("--json", CORPUS / "valid.jsonl")[1])["warnings"]
    assert [warning["path"] for warning in found if "future" not in warning["path"]] == []


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"from": "ana@example.com"}, "from", "must be an object"),
        ({"attachments": {}}, "attachments", "must be an array"),
        ({"attributes": []}, "attributes", "must be an object"),
        ({"text": 7}, "text", "must be a string"),
        ({"public": "yes"}, "public", "must be true or false"),
        ({"routing": {"skills": {"cards": "3"}}}, "routing.skills.cards", "must be a whole number"),
        ({"routing": {"skills": {"cards": 1.5}}}, "routing.skills.cards", "must be a whole number"),
        ({"routing": {"priority_seconds": "1"}}, "routing.priority_seconds", "must be a number"),
        ({"language": "english"}, "language", "must be a BCP 47 language tag, as en or es-MX"),
    ],
)
def test_types_are_named_in_words(
    changes: dict[str, Any], path: str, message: str, tmp_path: Path, usher: Usher
) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(orjson.dumps(body(**changes)))
    errors = orjson.loads(usher("--json", file)[1])["errors"]
    assert [(error["path"], error["message"]) for error in errors] == [(path, message)]


def test_the_end_of_a_conversation_needs_its_source_on_a_topic_and_not_over_http(tmp_path: Path, usher: Usher) -> None:
    file = tmp_path / "event.json"
    ended = body("usher.conversation.ended.v1")
    del ended["source"]
    file.write_bytes(orjson.dumps(ended))
    assert report(usher, file)[1]["errors"][0]["path"] == "source"
    assert report(usher, "--http", file)[0] == 0


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "usher.chanel.message.v1",
            "unknown event type usher.chanel.message.v1; did you mean usher.channel.message.v1?",
        ),
        (
            "usher.agent.signedon.v1",
            "unknown event type usher.agent.signedon.v1; did you mean usher.agent.signed_on.v1?",
        ),
        ("order.placed", "unknown event type order.placed"),
        ("a b", "unknown event type"),
    ],
)
def test_a_type_that_is_nearly_one_of_ours_is_told_which(usher: Usher, tmp_path: Path, kind: str, said: str) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(orjson.dumps(body(type=kind)))
    (error,) = report(usher, file)[1]["errors"]
    assert (error["path"], error["message"]) == ("type", said)
