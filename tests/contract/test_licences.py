"""What the images hold may be handed on: every package has a licence from the list of allowed ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platform.audit import EXIT_NOT_ASKED, IMAGES, answer, verdict
from tests.platform.licences import ALLOWED, allowed, told
from tests.support.requirements import locked

KNOWN = st.sampled_from(sorted(ALLOWED))
OTHER = st.sampled_from(["GPL-3.0-only", "LGPL-3.0-only", "AGPL-3.0-or-later", "SSPL-1.0", "Proprietary", "UNKNOWN"])


@pytest.mark.parametrize("name", IMAGES)
def test_every_package_of_an_image_may_be_handed_on(name: str) -> None:
    assert {package: told(package) for package in locked(f"{name}.txt") if not allowed(told(package))} == {}


@given(KNOWN, KNOWN, OTHER)
def test_of_a_choice_one_licence_must_be_allowed_and_of_a_sum_each(one: str, two: str, other: str) -> None:
    assert allowed(one) and not allowed(other) and not allowed("")
    assert allowed(f"{one} OR {other}") and allowed(f"{other} OR {one}") and not allowed(f"{other} OR {other}")
    assert allowed(f"{one} AND {two}") and not allowed(f"{one} AND {other}") and not allowed(f"{other} AND {one}")
    assert allowed(f"{one};{two}") and not allowed(f"{one};{other}")


@given(KNOWN, KNOWN, OTHER)
def test_brackets_bind_first_and_and_before_or(one: str, two: str, other: str) -> None:
    assert allowed(f"{one} AND ({other} OR {two})") and not allowed(f"{other} AND ({one} OR {two})")
    assert allowed(f"({one} OR {other}) AND ({other} OR {two})") and not allowed(f"({one} AND {other}) OR ({other})")
    assert allowed(f"{one} OR {two} AND {other}") and allowed(f"{other} AND {one} OR {two}")


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 packages asked about, 0 weak, 0 NOT ASKED"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, {"name": "b", "skip_reason": "?"}], 1, "CVE-1"),
        ([{"name": "a", "skip_reason": "no answer"}], EXIT_NOT_ASKED, "0 packages asked about, 0 weak, 1 NOT ASKED"),
        (None, EXIT_NOT_ASKED, "weaknesses of sla: NOT ASKED: no route"),
    ],
)
def test_a_package_that_nobody_could_be_asked_about_is_no_success(
    packages: list[dict[str, Any]] | None, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "" if packages is None else json.dumps({"dependencies": packages})
    assert answer("sla", text, "warning\nno route\n") == status
    assert said in capsys.readouterr().out


def test_what_was_found_is_told_even_where_something_else_could_not_be_asked() -> None:
    assert (verdict([0, EXIT_NOT_ASKED]), verdict([0, 0]), verdict([EXIT_NOT_ASKED, 1, 0])) == (EXIT_NOT_ASKED, 0, 1)
