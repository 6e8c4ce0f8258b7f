"""usher logs: the lines about one contact, in the order of time; and that every line says whose it is."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.logs.about import About, parsed, readable
from cli.logs.files import Tails
from cli.main import main
from cli.output import UsageError
from shared.contract.records import DeadLetter, Event, Origin
from shared.errors import Reason
from shared.lane.engine import Step
from shared.lane.trail import leave_trail
from shared.process.logs import configure
from tests.support.commands import COMMAND_SECONDS_MAX

CONTACT = "ff371479-afdd-5858-990d-23b53825d918"
OTHER = "0a371479-afdd-5858-990d-23b53825d918"
CAUSE = "5c6f7c1e-97a0-5b4c-8d3e-aaaaaaaaaaaa"


def line(at: str, **fields: Any) -> str:
    return json.dumps({"at": f"2026-11-28T10:00:{at}Z", "service": "router", "level": "info", **fields})


def logs(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], str]:
    with pytest.raises(SystemExit) as end:
        main(["logs", *words])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out.splitlines(), said.err


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    router, ingest = tmp_path / "router-1.log", tmp_path / "ingest-1.log"
    ingest.write_text(
        "WARNING: a line of Java\n"
        + line("01.000000", event="taken", service="ingest", event_id=CAUSE) + "\n"
        + line("01.500000", event="taken", service="ingest", event_id="another") + "\n"
    )  # fmt: skip
    router.write_text(
        line("04.000000", event="a deadline is refused", name=f"offer:{CONTACT}", exception="Traceback\n  x") + "\n"
        + line("02.000000", event="told", subject=CONTACT, cause_id=CAUSE) + "\n"
        + line("03.000000", event="told", subject=OTHER) + "\n"
        + line("03.000000", event="told", subject=f"x{CONTACT}", note=[1, None]) + "\n"
        + f'{{"at": "2026", "subject": "{CONTACT}"'
    )  # fmt: skip
    return [str(router), str(ingest)]


def test_lines_that_name_it_and_those_of_its_events_come_in_the_order_of_time(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = logs(CONTACT.upper(), *files, capsys=capsys)

    assert (status, err) == (0, "")
    assert out == [
        f"2026-11-28 10:00:01.000000Z  ingest  info      taken  event_id={CAUSE}",
        f"2026-11-28 10:00:02.000000Z  router  info      told  subject={CONTACT} cause_id={CAUSE}",
        f"2026-11-28 10:00:04.000000Z  router  info      a deadline is refused  name=offer:{CONTACT}",
        "    Traceback",
        "      x",
    ]


def test_json_passes_lines_through_as_they_were_written(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = logs(CONTACT, "--json", *files, capsys=capsys)

    assert status == 0
    written = [text for name in files for text in Path(name).read_text().splitlines()]
    assert len(out) == 3 and set(out) <= set(written)


def test_nothing_found_is_exit_1_and_says_what_would_show_more(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = logs("nobody", *files, capsys=capsys)
    assert (status, out) == (1, []) and "USHER_LOG_LEVEL=DEBUG" in err


@pytest.mark.parametrize("words", [["x", "/nowhere.log"], [" "], ["x", "--follow", "-", "more.log"]])
def test_what_cannot_be_read_is_one_line_and_exit_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = logs(*words, capsys=capsys)
    assert (status, out, err.count("\n")) == (2, [], 1)


def test_the_stacks_services_are_read_where_no_file_is_named(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    monkeypatch.setenv("USHER_LOCAL_DIR", str(folder))
    status, _, err = logs(CONTACT, capsys=capsys)
    assert status == 2 and "usher up" in err

    (folder / "logs").mkdir(parents=True)
    for name in files:
        (folder / "logs" / Path(name).name).write_bytes(Path(name).read_bytes())
    assert len(logs(CONTACT, "--json", capsys=capsys)[1]) == 3


@pytest.mark.parametrize("more", [[], ["--follow"]])
def test_stdin_is_read_to_its_end(files: list[str], more: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "logs", CONTACT, "--json", *more, "-"],
        input=Path(files[0]).read_text(), capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False,
    )  # fmt: skip
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2), done.stderr


def test_followed_files_show_what_comes_whole_what_is_cut_and_what_is_new(tmp_path: Path) -> None:
    first, second = tmp_path / "a.log", tmp_path / "b.log"
    first.write_bytes(b"1\n2")
    tails = Tails(lambda: sorted(tmp_path.glob("*.log")))
    assert list(tails.more()) == [b"1\n"]
    with first.open("ab") as file:
        file.write(b"2\n3\n")
    second.write_bytes(b"new\n")
    assert list(tails.more()) == [b"22\n", b"3\n", b"new\n"]
    first.write_bytes(b"4\n")
    os.replace(second, tmp_path / "b.old")
    second.write_bytes(b"newer\n")
    assert list(tails.more()) == [b"4\n", b"newer\n"]
    tails.close()


def test_a_followed_file_may_be_gone_for_a_while_and_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    gone, folder = tmp_path / "gone.log", tmp_path / "a folder"
    assert list(Tails(lambda: [gone]).more()) == [], "between two of a rotation"
    folder.mkdir()
    with pytest.raises(UsageError, match=r"a folder: Is a directory; name log files of services"):
        list(Tails(lambda: [folder]).more())


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_any_document_is_judged_and_shown_without_a_fault(document: Any) -> None:
    text = json.dumps({"event": "e", "it": document}).encode()
    About("id").learn(text)
    found = About("id").match(text)
    assert found is None or readable(found)
    whole = json.dumps({"event": "e", "it": [document, {"at": "to id:"}]}).encode()
    assert About("id").match(whole) == parsed(whole)


def said_by(action: Any, level: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        action(configure("sla", level))
        return [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers[:], _ = before
        root.setLevel(before[1])


def test_a_library_says_which_service_it_speaks_in_and_which_library_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    def action(log: Any) -> None:
        log.info("ours")
        logging.getLogger("aiokafka.conn").warning("connection to %s lost", "b:1")
        try:
            raise ValueError("x")
        except ValueError:
            logging.getLogger("asyncio").exception("a task failed")

    ours, kafka, task = said_by(action, "INFO", capsys)
    assert [each["service"] for each in (ours, kafka, task)] == ["sla"] * 3
    assert (kafka["event"], kafka["logger"], kafka["level"]) == ("connection to b:1 lost", "aiokafka.conn", "warning")
    assert "ValueError: x" in task["exception"] and task["at"]


@pytest.mark.parametrize(("level", "expected"), [("INFO", ["refused"]), ("DEBUG", ["refused", "told", "told"])])
def test_a_commit_leaves_a_trail_of_its_contacts(
    level: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    events = [
        Event("usher.contact.queued.v1", "acme", CONTACT, 5, CAUSE, number, b'{"text":"secret"}') for number in (0, 1)
    ]
    origin = Origin(partition=1, deadline=f"offer:{CONTACT}", at_ms=5)
    dead = DeadLetter("d1", "acme", Reason.DATABASE, "p", "secret", origin, b"secret", 5)

    lines = said_by(lambda log: leave_trail(log, Step(None, events, [dead]), 7), level, capsys)

    assert [each["event"] for each in lines] == expected
    assert all(About(CONTACT).match(json.dumps(each).encode()) for each in lines)
    assert "secret" not in json.dumps(lines)
    assert [each["seq"] for each in lines[1:]] == [7, 8][: len(lines) - 1]
