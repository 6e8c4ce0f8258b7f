"""The local stack in folders of any name, whatever the locale: Java is told them in a way that it understands."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.broker import in_properties
from deploy.local.java import fetch_kafka

# Takes the folder behind the last "=" and makes it, where the locale lets a Java name it.
MAVEN = """#!/bin/sh
[ "$LC_ALL" = C.UTF-8 ] || exit 1
for last; do :; done
mkdir -p "${last#*=}"
"""


def read_by_java(value: str) -> str:
    """A value of a properties file as ``java.util.Properties`` reads it from bytes."""
    one_by_one = re.sub(
        r"\\(u[0-9a-f]{4}|.)",
        lambda found: chr(int(found[1][1:], 16)) if found[1][0] == "u" else found[1],
        value.encode().decode("latin-1"),
    )
    return one_by_one.encode("utf-16", "surrogatepass").decode("utf-16")


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_java_reads_a_folder_as_it_is_called(folder: str) -> None:
    assert read_by_java(in_properties(folder)) == folder


def test_a_plain_folder_stands_there_as_it_is() -> None:
    assert in_properties("/opt/my usher/.local/kafka") == "/opt/my usher/.local/kafka"
    assert in_properties("/opt/ü") == r"/opt/\u00fc"


async def test_maven_finds_a_folder_that_is_not_ascii_in_any_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "mvn").write_text(MAVEN)
    (tools / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("USHER_CACHE_DIR", str(tmp_path / "o dd ü"))
    libraries = await fetch_kafka()
    assert libraries.is_dir()
    assert libraries.is_relative_to(tmp_path / "o dd ü")
