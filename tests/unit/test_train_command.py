"""usher train: a model at its place with an honest report, or one line that says what is wrong and nothing left."""

import json
from html.parser import HTMLParser

import pytest

from services.router.model.directory import read_model
from tests.support.labelled_texts import WISHES, examples, examples_csv, tiers_csv, write_csv


def refused(usher, tmp_path, *arguments):
    """The one line of a refusal; checks the exit code and that nothing was left behind."""
    before = sorted(path.name for path in tmp_path.iterdir())
    code, out, err = usher("train", *arguments, "--out", tmp_path / "model")
    lines = err.splitlines()
    assert (code, out) == (2, "")
    assert len(lines) == 1, err
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    return lines[0].removeprefix("usher train: ")


# Good input


def test_a_model_stands_at_its_place_and_the_document_tells_how_good_it_is(usher, tmp_path):
    data, tiers = examples_csv(tmp_path / "data.csv", 40), tiers_csv(tmp_path / "tiers.csv")
    code, out, err = usher(
        "train", data, "--tiers", tiers, "--risk-agent", 0.2, "--risk-moment", 0.2, "--out", tmp_path / "m", "--json"
    )
    document = json.loads(out)
    assert code == 0
    assert document["model"] == str(tmp_path / "m")
    assert document["model_version"] == read_model(tmp_path / "m").version
    assert document["labels"] == len(WISHES)
    assert document["n"] == 240
    assert document["accuracy"] > 0.95
    assert document["deflection"] > 0.3
    assert document["wrong_deflection_agent"] <= 0.2
    assert document["thresholds"]["proven"]
    assert document["test"] is None
    assert err == ""


def test_without_a_place_the_directory_is_named_by_its_content(usher, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = examples_csv(tmp_path / "data.csv", 10)
    document = json.loads(usher("train", data, "--json")[1])
    assert document["model"] == f"model-{document['model_version']}"
    assert read_model(tmp_path / document["model"]).version == document["model_version"]


def test_a_folder_stands_for_its_tables_and_several_are_one(usher, tmp_path):
    whole = [(each.text, each.label) for each in examples(10)]
    (tmp_path / "more").mkdir()
    write_csv(tmp_path / "whole.csv", whole)
    write_csv(tmp_path / "first.csv", whole[:20])
    write_csv(tmp_path / "more" / "b.csv", whole[40:])
    write_csv(tmp_path / "more" / "a.csv", [*whole[20:40], (whole[0][0], whole[-1][1])])
    one = json.loads(usher("train", tmp_path / "whole.csv", "--out", tmp_path / "one", "--json")[1])
    several = json.loads(
        usher("train", tmp_path / "first.csv", tmp_path / "more", "--out", tmp_path / "two", "--json")[1]
    )
    assert (one["n"], several["n"]) == (60, 61)
    assert several["conflicts"] == [[f"{tmp_path / 'first.csv'}:2", f"{tmp_path / 'more' / 'a.csv'}:22"]]


def test_a_folder_without_tables_is_refused(usher, tmp_path):
    (tmp_path / "empty").mkdir()
    line = refused(usher, tmp_path, tmp_path / "empty")
    assert line == f"{tmp_path / 'empty'}: holds no file that ends in .csv; add one or name a file"


def test_the_same_data_give_the_same_bytes(usher, tmp_path):
    data = examples_csv(tmp_path / "data.csv", 10)
    for name in ("one", "two"):
        assert usher("train", data, "--out", tmp_path / name)[0] == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_an_older_model_is_replaced_as_a_whole(usher, tmp_path):
    first, second = examples_csv(tmp_path / "a.csv", 10), examples_csv(tmp_path / "b.csv", 12)
    usher("train", first, "--out", tmp_path / "m")
    before = read_model(tmp_path / "m").version
    usher("train", second, "--out", tmp_path / "m")
    assert read_model(tmp_path / "m").version != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv", "m"]


def test_a_holdout_and_a_test_file_are_measured_on_the_finished_model(usher, tmp_path):
    data = examples_csv(tmp_path / "data.csv", 40)
    document = json.loads(usher("train", data, "--holdout", 0.25, "--out", tmp_path / "m", "--json")[1])
    assert document["n"] == 180
    assert document["test"]["n"] == 60
    assert document["test"]["overlap"] == 0
    document = json.loads(usher("train", data, "--test", data, "--out", tmp_path / "m", "--json")[1])
    assert document["test"]["overlap"] == 240


def test_too_few_contacts_to_show_the_usual_risk_give_a_model_that_deflects_nothing_and_says_so(usher, tmp_path):
    data, tiers = examples_csv(tmp_path / "data.csv", 10), tiers_csv(tmp_path / "tiers.csv")
    code, out, err = usher("train", data, "--tiers", tiers, "--out", tmp_path / "m", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["deflection"] == 0.0
    assert not document["thresholds"]["proven"]
    assert "deflects nothing by itself: 20 contacts for agents cannot show a risk of 1.50%" in err


def test_columns_may_have_any_name_and_a_byte_order_mark_is_no_letter(usher, tmp_path):
    rows = [(found.label, found.text, "x") for found in examples(10)]
    path = write_csv(tmp_path / "data.csv", rows, ("goal", "words", "other"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert usher("train", path, "--text", "words", "--label", "goal", "--out", tmp_path / "m")[0] == 0


class _Page(HTMLParser):
    """Collects what a browser would fetch or run, and the charts."""

    def __init__(self):
        super().__init__()
        self.foreign, self.charts, self.titles, self.text = [], 0, 0, []

    def handle_starttag(self, tag, attrs):
        self.charts += tag == "svg"
        self.titles += tag == "title"
        if tag in {"script", "link", "img", "iframe", "object"} or any(name in {"src", "href"} for name, _ in attrs):
            self.foreign.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_the_report_is_one_page_with_three_charts_and_no_foreign_parts(usher, tmp_path):
    rows = [(f"{found.text} {at} <script>alert(1)</script>", found.label) for at, found in enumerate(examples(20))]
    rows += [(f"{found.text} {90 + at} <script>alert(1)</script>", "praise") for at, found in enumerate(examples(2))]
    data = write_csv(tmp_path / "data.csv", rows)
    assert usher("train", data, "--out", tmp_path / "m", "--report", tmp_path / "r.html")[0] == 0
    page = _Page()
    page.feed((tmp_path / "r.html").read_text())
    assert page.charts == 3
    assert page.foreign == []
    assert any("<script>alert(1)</script>" in text for text in page.text)


# Bad input: exit 2, one line with file, row and fix, nothing left behind


ROWS = "".join(
    f'"{wish} {ending}",{label}\n' for label, wishes in WISHES.items() for wish in wishes for ending in "abc"
)
GOOD = "text,label\n" + ROWS
LINES = GOOD.count("\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "row 1: the file is empty; give a header row"),
        (b"\n\n", "row 1: the file is empty"),
        (b"text,label\n", "row 2: there are no rows after the header"),
        (b"words,label\nhello,x\n", "row 1: no column 'text' or 'utterance'"),
        (b"text,topic\nhello,x\n", "row 1: no column 'label' or 'intent' or 'category'; it has 'text', 'topic'"),
        (b"text,label,text\na,b,c\n", "row 1: the column 'text' stands twice; rename one"),
        (GOOD.encode() + b"caf\xe9,praise\n", f"row {LINES + 1}: is not UTF-8; save the file as UTF-8"),
        (GOOD.encode("utf-16"), "row 1: "),
        (GOOD.encode() + b"a\0b,praise\n", f"row {LINES + 1}: holds a NUL character"),
        (GOOD.encode() + b"one,two,three\n", f"row {LINES + 1}: has 3 fields, the header has 2"),
        (GOOD.encode() + b"alone\n", f"row {LINES + 1}: has 1 fields, the header has 2"),
        (GOOD.encode() + b"nothing, \n", f"row {LINES + 1}: the label is empty"),
        (GOOD.encode() + b"long," + b"x" * 101 + b"\n", f"row {LINES + 1}: a label has at most 100"),
        (GOOD.encode() + b"x" * 10_000_000 + b",praise\n", f"row {LINES + 1}: field larger than field limit"),
        (GOOD.encode() + b'"open,praise\n' + b"and on\n" * 50_000, f"row {LINES + 1}: field larger than field limit"),
        (GOOD.encode() + b'"open,praise\n', f"row {LINES + 1}: unexpected end of data"),
        (GOOD.encode() + b'"a"b,praise\n', f"row {LINES + 1}: ',' expected after '\"'"),
        (GOOD.encode() + b"new,rare\n" * 4, "'rare' has 1; each intent needs 5"),
        (b"text,label\n" + b"".join(b"word %d,same\n" % at for at in range(9)), "there is one label, 'same'"),
        (b"text,label\n" + b"".join(b",%d\n" % (at % 2) for at in range(20)), "no text is left of 20 rows"),
        (b"text,label\n" + b"".join(b"%s,%d\n" % (b"?!." * at, at % 2) for at in range(1, 60)), "no words"),
    ],
)
def test_a_bad_file_is_named_with_row_and_fix_and_leaves_nothing(usher, tmp_path, content, words):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    line = refused(usher, tmp_path, path)
    assert line.startswith(f"{path}: "), line
    assert words in line


def test_rows_are_counted_as_records_even_when_a_field_holds_lines(usher, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text('text,label\n"two\nlines",x\n\nalone\n')
    assert "row 4: has 1 fields" in refused(usher, tmp_path, path)


def test_a_file_that_is_not_there_or_a_directory_is_refused(usher, tmp_path):
    assert "cannot be read (No such file" in refused(usher, tmp_path, tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "holds no file that ends in .csv" in refused(usher, tmp_path, tmp_path / "folder.csv")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("praise", "robot", "0")], "row 2: unknown tier 'robot'; one of self_service, bot, agent"),
        ([("praise", "bot", "perhaps")], "row 2: moment_of_truth is 'perhaps'; give 1 or 0"),
        ([("praise", "bot", "0"), ("praise", "bot", "0")], "row 3: intent 'praise' stands twice"),
        ([("praise", "bot", "0")], "has no row for the intent 'opening_hours'; add its tier"),
        ([("", "bot", "0")], "row 2: the label is empty"),
    ],
)
def test_bad_tiers_are_named_with_row_and_fix(usher, tmp_path, rows, words):
    tiers = write_csv(tmp_path / "tiers.csv", rows, ("intent", "tier", "moment_of_truth"))
    assert words in refused(usher, tmp_path, examples_csv(tmp_path / "data.csv"), "--tiers", tiers)


def test_a_stated_risk_that_the_sample_cannot_show_is_refused(usher, tmp_path):
    data, tiers = examples_csv(tmp_path / "data.csv"), tiers_csv(tmp_path / "tiers.csv")
    line = refused(usher, tmp_path, data, "--tiers", tiers, "--risk-agent", 0.1, "--risk-moment", 0.001)
    assert "20 moments of truth cannot show a risk of 0.10%: that needs 2703" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--holdout", "0.9"), "--holdout 0.9: give a share from 0.05 to 0.5"),
        (("--holdout", "0.2", "--test", "x.csv"), "--test and --holdout exclude each other"),
        (("--risk-agent", "0.1"), "--risk-agent and --risk-moment need --tiers"),
        (("--report", "/nowhere/at/all/r.html"), "--report /nowhere/at/all/r.html: give a file in a directory"),
        (("--encoder", "/nowhere"), "--encoder /nowhere: model.onnx cannot be read"),
        (("--label", "topic"), "row 1: no column 'topic'; it has 'text', 'label': name one with --label"),
    ],
)
def test_options_that_cannot_be_are_refused(usher, tmp_path, options, words):
    assert words in refused(usher, tmp_path, examples_csv(tmp_path / "data.csv"), *options)


def test_texts_as_customers_send_them_tell_how_sure_to_be(usher, tmp_path):
    """Of the rest half the labels are wrong: whoever asks all of them is told to be modest."""
    plain = [(each.text, each.label) for each in examples(40)]
    labels = sorted({label for _, label in plain})
    odd = [
        (f"{text} and so on", label if at % 2 else labels[at % len(labels)]) for at, (text, label) in enumerate(plain)
    ]
    write_csv(tmp_path / "plain.csv", plain)
    write_csv(tmp_path / "odd.csv", odd)
    both = (tmp_path / "plain.csv", tmp_path / "odd.csv", "--quick")
    for place, options in (("all", ()), ("some", ("--calibrate", tmp_path / "plain.csv"))):
        assert usher("train", *both, *options, "--out", tmp_path / place)[0] == 0
    by_all, by_some = (read_model(tmp_path / place).manifest.temperature for place in ("all", "some"))
    assert by_some < by_all


def test_texts_to_calibrate_on_are_among_the_data(usher, tmp_path):
    data, other = examples_csv(tmp_path / "data.csv"), write_csv(tmp_path / "other.csv", [("nothing of it", "praise")])
    line = refused(usher, tmp_path, data, "--calibrate", other)
    assert "--calibrate: 0 of its texts are among the data, 200 must be; give one of the data" in line


def test_a_place_that_holds_something_else_is_left_alone(usher, tmp_path):
    data = examples_csv(tmp_path / "data.csv")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("mine")
    for place, words in ((tmp_path / "notes", "is not empty and holds no model"), (data, "is a file")):
        code, out, err = usher("train", data, "--out", place)
        assert (code, out) == (2, "")
        assert words in err
    assert (tmp_path / "notes" / "diary.txt").read_text() == "mine"


def test_rare_intents_are_left_out_where_that_is_asked_for_and_named(usher, tmp_path):
    data = write_csv(
        tmp_path / "data.csv",
        [*[(each.text, each.label) for each in examples(10)], ("one odd text", "odd"), ("another odd one", "odd")],
    )
    assert "'odd' has 2" in refused(usher, tmp_path, data)
    code, out, err = usher("train", data, "--drop-rare", "--out", tmp_path / "m", "--json")
    assert code == 0
    assert json.loads(out)["dropped"] == {"odd": 2}
    assert "--drop-rare leaves out 1 intents with 2 texts: odd (2)" in err
    assert "odd" not in read_model(tmp_path / "m").labels
