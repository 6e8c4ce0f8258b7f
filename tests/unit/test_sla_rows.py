"""The rows of one commit as the store hands them to the database: texts of lines, and of names."""

import json
import random

import pytest

from services.sla.domain.contact import Contact
from services.sla.domain.rows import NO_ROWS, Rows, SlaWrites, decode_contact, rows_of
from services.sla.domain.totals import Total
from services.sla.metrics import CommittedTotals
from services.sla.postgres import SlaStore
from shared.postgres import Database

# What splits lines somewhere, what JSON escapes, and what takes several bytes.
CHARACTERS = "a\n\r\t\x0b\x0c\x1c\x85\u2028\u2029\"\\/'{}[],é😀"


def store() -> SlaStore:
    """A store that is never opened."""
    database = Database("postgresql://nobody@localhost/none", connections_max=1, seconds_max=1.0)
    return SlaStore(database, CommittedTotals(), breach_retention_days=1)


@pytest.mark.parametrize("seed", range(40))
def test_each_row_is_one_line_whatever_its_names_hold(seed: int) -> None:
    dice = random.Random(seed)

    def name() -> str:
        return "".join(dice.choices(CHARACTERS, k=dice.randint(1, 6)))

    contacts = [
        Contact(contact_id=name(), workspace=name(), channel=name(), queue=name(), attributes={name(): name()})
        for _ in range(dice.randint(1, 5))
    ]
    ids = [contact.contact_id for contact in contacts]
    rows = rows_of(ids, contacts)
    assert [decode_contact(line) for line in rows.bodies.split("\n")] == contacts
    totals = [Total((name(), name()), dice.random()) for _ in range(dice.randint(1, 5))]
    writes = SlaWrites(contacts=rows, gone=ids, totals=totals, account=Rows(ids, rows.bodies), account_gone=ids)
    arguments = store().arguments(writes)
    assert [json.loads(arguments[place]) for place in (0, 2, 9, 11)] == [ids] * 4
    assert [json.loads(line) for line in arguments[4].split("\n")] == [list(total.key) for total in totals]
    assert (arguments[1], arguments[10]) == (rows.bodies, rows.bodies)


def test_nothing_is_no_line() -> None:
    assert rows_of([], []) == NO_ROWS
    assert [*store().arguments(SlaWrites())] == [
        0 if each is None else each for each in store().arguments(None)
    ]  # but for the time that was read
