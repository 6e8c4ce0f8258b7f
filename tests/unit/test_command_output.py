"""What commands print for people."""

import pytest

from cli.output import write


def test_what_strangers_wrote_stays_a_line_that_no_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    write("agent_id: Ana \x1b[2J\r\nnow: closed", "motivo: años \u202e")

    assert capsys.readouterr().out == "agent_id: Ana \\x1b[2J\\r\\nnow: closed\nmotivo: años \\u202e\n"
