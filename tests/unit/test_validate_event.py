"""``usher validate-event``: what it says of the corpus, of files of every shape, and how it exits."""

import io
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.main import main
from tests.support.ingest_builders import body

CORPUS = Path(__file__).parents[2] / "docs" / "conformance"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one call."""
    with pytest.raises(SystemExit) as end:
        main(["validate-event", *arguments])
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = run(capsys, "--json", *arguments)
    document = orjson.loads(out)
    assert set(document) == {"valid", "errors"}
    assert all(set(error) == {"line", "path", "message"} for error in document["errors"])
    assert document["valid"] == (code == 0) == (not document["errors"])
    return code, document


def test_every_payload_of_the_valid_corpus_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, str(CORPUS / "valid.jsonl"))[0] == 0


def test_every_payload_of_the_invalid_corpus_is_refused_at_the_path_it_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = CORPUS / "invalid.jsonl"
    expected = [line.split(b'"expected_path": "')[1].split(b'"')[0].decode() for line in path.read_bytes().splitlines()]

    code, document = report(capsys, str(path))

    assert code == 1
    assert [(error["line"], error["path"]) for error in document["errors"]] == list(enumerate(expected, start=1))


def test_one_document_may_stand_on_many_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(b"\n\n" + orjson.dumps(body(channel="fax", text=1), option=orjson.OPT_INDENT_2))

    _, document = report(capsys, str(path))

    assert [(error["line"], error["path"]) for error in document["errors"]] == [(3, "channel"), (3, "text")]


def test_lines_are_checked_one_by_one_and_blank_ones_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events.jsonl"
    good = orjson.dumps(body())
    path.write_bytes(b"{broken\n" + good + b"\r\n\n" + b"[]\n" + good + b'\n{"a":"\xff"}\n')

    _, document = report(capsys, str(path))
    code, out, _ = run(capsys, str(path))

    assert [error["line"] for error in document["errors"]] == [1, 4, 6]
    assert code == 1
    assert out.splitlines()[-1] == "2 valid, 3 invalid"
    assert out.startswith("line 1: ")


@pytest.mark.parametrize("content", [b"", b"  \n", b"{", b"{\n  'a': 1\n}", b"\xff", b"null", b"NaN", b'"\\ud800"'])
def test_what_is_no_event_is_invalid_and_not_an_error_of_usage(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)

    code, document = report(capsys, str(path))

    assert code == 1
    assert len(document["errors"]) == 1


def test_a_payload_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(orjson.dumps(body()))))

    assert run(capsys, "-")[:2] == (0, "1 valid, 0 invalid\n")


def test_type_and_workspace_may_be_said_beside_a_payload_that_leaves_them_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(orjson.dumps({k: v for k, v in body().items() if k not in {"type", "workspace"}}))

    assert report(capsys, str(path))[1]["errors"][0]["path"] == "type"
    assert report(capsys, str(path), "--type", "usher.channel.message.v1", "--workspace", "acme")[0] == 0


@pytest.mark.parametrize("arguments", [["/no/such/file"], ["/"], [], ["--type", "nothing", "-"]])
def test_input_that_cannot_be_read_is_one_line_and_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("usher validate-event: ")
