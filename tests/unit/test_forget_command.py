"""usher forget without a database: one line for what cannot be."""

import pytest

pytestmark = pytest.mark.usefixtures("no_servers")


@pytest.mark.parametrize("customer", ["", "x" * 257])
def test_a_customer_that_cannot_be_one_is_refused(usher, customer):
    assert usher("forget", customer) == (2, "", "usher forget: CUSTOMER: 1 to 256 characters\n")


def test_without_a_database_nothing_is_said_to_be_forgotten(usher, monkeypatch):
    monkeypatch.setenv("USHER_PSEUDONYM_KEY", "k" * 32)
    code, _, err = usher("forget", "cust-1")
    assert code == 1
    assert "is the stack up" in err


def test_without_the_key_the_user_hears_that_handles_are_not_recognised(usher, monkeypatch):
    monkeypatch.delenv("USHER_PSEUDONYM_KEY", raising=False)
    assert "USHER_PSEUDONYM_KEY" in usher("forget", "+34 600 000 001")[2]


def test_articles_without_a_database_are_not_said_to_be_loaded(usher, tmp_path):
    (tmp_path / "a.md").write_text("---\nid: a\ntitle: T\nlanguage: en\n---\nAnswer\n")
    code, _, err = usher("articles", "load", tmp_path)
    assert code == 1
    assert "is the stack up" in err
