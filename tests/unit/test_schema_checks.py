"""The migrations' checks read into Python refuse what the database refuses."""

import re

from services.router.domain.state.rows import AgentRow, ContactRow, PastRow
from tests.support.schema_checks import MIGRATIONS, checks, refused


def test_every_check_of_the_migrations_is_read() -> None:
    written = sum(len(re.findall(r"CHECK \(", path.read_text())) for path in MIGRATIONS.glob("*.sql"))
    assert sum(map(len, checks().values())) == written > 10


def test_a_load_beyond_its_ceiling_is_refused() -> None:
    assert refused("router_agent", AgentRow("acme", "a1", 2, 2, "{}")) == []
    assert refused("router_agent", AgentRow("acme", "a1", 3, 2, "{}")) == ["load BETWEEN 0 AND ceiling"]
    assert refused("router_agent", AgentRow("acme", "a1", -1, 2, "{}")) == ["load BETWEEN 0 AND ceiling"]


def test_an_offer_stands_exactly_where_the_state_says_so() -> None:
    assert refused("router_contact", ContactRow("c", "acme", "offered", 1, "o", None, "{}")) == []
    assert len(refused("router_contact", ContactRow("c", "acme", "offered", 1, None, None, "{}"))) == 1
    assert len(refused("router_contact", ContactRow("c", "acme", "wrapping", 1, None, None, "{}"))) == 1
    assert len(refused("router_contact", ContactRow("c", "acme", "queued", 0, "o", "a", "{}"))) == 3


def test_a_kind_that_the_table_does_not_know_is_refused() -> None:
    assert refused("router_past", PastRow("i", "x", "c", "a", "s", 0)) == ["kind IN ('o', 'a')"]
