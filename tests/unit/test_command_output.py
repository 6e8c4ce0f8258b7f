"""What commands print for people."""

import csv
import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output import write, write_csv

CELLS = st.one_of(
    st.none(), st.integers(), st.text(), st.sampled_from(["=cmd|' /C calc'!A0", "@a", "-x", "a\u2028b", "\t=1"])
)


def test_what_strangers_wrote_stays_a_line_that_no_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    write("agent_id: Ana \x1b[2J\r\nnow: closed", "motivo: años \u202e")

    assert capsys.readouterr().out == "agent_id: Ana \\x1b[2J\\r\\nnow: closed\nmotivo: años \\u202e\n"


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=4))
def test_a_table_of_whatever_strangers_wrote_has_its_rows_and_no_formula_in_a_spreadsheet(
    rows: list[list[object]],
) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        write_csv(rows)

    assert len(out.getvalue().splitlines()) == len(rows), "a program that reads line by line sees the same rows"
    for row, read in zip(rows, csv.reader(io.StringIO(out.getvalue())), strict=True):
        assert len(read) == len(row)
        for value, cell in zip(row, read, strict=True):
            if not isinstance(value, str):
                assert cell == ("" if value is None else str(value))
                continue
            assert cell[:1] not in set("=+-@\t\r")
            if value.isprintable():
                assert cell.removeprefix("'" if value[:1] in set("=+-@＝＋－＠") else "") == value
