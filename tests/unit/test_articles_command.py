"""usher articles without a database: what is read, and one line for every file that is wrong."""

from pathlib import Path

import pytest

from cli.output import UsageError
from cli.stack.articles import read_folder, with_examples

GOOD = """---
id: late
title: Late?
language: en
intents: [delivery_late]
questions:
  - Where?
---
# Late

Wait.
"""


def test_an_article_is_read_with_its_front_matter(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)

    (article,) = read_folder(tmp_path)

    assert article == ("late", "en", "Late?", ["delivery_late"], ["Where?"], "# Late\n\nWait.", ())


def test_the_starter_articles_are_all_readable() -> None:
    folder = Path(__file__).parents[2] / "deploy" / "starter" / "articles"

    articles = read_folder(folder)

    assert len(articles) == len(list(folder.glob("*.md")))
    assert {article.language for article in articles} == {"en", "es", "de"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no front matter", "must begin with front matter"),
        (b"first\n---\nid: a\ntitle: T\nlanguage: en\n---\nx", "must begin with front matter"),
        (b"---\nid: a\ntitle: T\nlanguage: en\n", "must begin with front matter"),
        (b"---\nid: [\n---\nx", "is not YAML"),
        (b"---\ntitle: T\nlanguage: en\n---\nx", "id: Field required"),
        (b"---\nid: a b\ntitle: T\nlanguage: en\n---\nx", "id: must be 1 to 128 of A-Z"),
        (b"---\nid: a\ntitle: T\nlanguage: en\n---\n \n", "holds no answer"),
        (b"---\nid: a\ntitle: T\nlanguage: en\nintents: all\n---\nx", "intents: Input should be a valid list"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"---\nid: a\ntitle: T\nlanguage: en\n---\nx\0", "NUL"),
        (b"x" * 300_000, "at most 262144"),
    ],
)
def test_a_file_that_is_no_article_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "bad.md").write_bytes(content)

    with pytest.raises(UsageError) as refused:
        read_folder(tmp_path)

    assert str(refused.value).startswith(str(tmp_path / "bad.md"))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_files_with_one_id_and_language_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.md").write_text(GOOD)

    with pytest.raises(UsageError, match="is that of a.md"):
        read_folder(tmp_path)


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds 0 files"):
        read_folder(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        read_folder(tmp_path / "none")


def test_articles_take_the_examples_of_their_intents_in_their_language(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    data = tmp_path / "data.csv"
    data.write_text(
        "text,intent,language\nwhere,delivery_late,en\nwo,delivery_late,de\nmoney,refund,en\nwhen,delivery_late,en\n"
    )

    more = tmp_path / "more"
    more.mkdir()
    (more / "later.csv").write_text("language,text,intent\nen,still not here,delivery_late\n")

    (article,) = with_examples(read_folder(tmp_path), [str(data), str(more)])

    assert article.examples == ("where", "when", "still not here")


def test_examples_without_a_language_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("text,intent\nwhere,late\n")

    with pytest.raises(UsageError, match="has no column 'language'"):
        with_examples([], [str(data)])
