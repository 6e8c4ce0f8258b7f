"""What the images hold may be handed on: every package has a licence from the list of allowed ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platform.audit import IMAGES
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
