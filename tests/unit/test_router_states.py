"""The tables of the state machines: the documentation, what events exist, and what is refused."""

from pathlib import Path

import pytest

from services.router.domain import events, states
from services.router.domain.states import CONTACT, TERMINAL, ContactState, IllegalTransition, after, expect
from shared.errors import Invalid

DOCUMENT = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_documentation_is_the_table() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == states.document()


def test_nothing_leads_out_of_a_terminal_state() -> None:
    assert not [kind for kind, rows in CONTACT.items() if TERMINAL.intersection(rows)]


def test_every_state_can_be_reached_and_every_live_state_can_be_left() -> None:
    reached = {state for rows in CONTACT.values() for after_states in rows.values() for state in after_states}
    assert reached == set(ContactState) - {ContactState.NEW}
    for state in set(ContactState) - TERMINAL:
        assert any(set(rows.get(state, ())) - {state} for rows in CONTACT.values()), f"{state} is a trap"


def test_every_contact_event_that_the_engine_knows_stands_in_the_table() -> None:
    known = {value for value in vars(events).values() if isinstance(value, str) and value.startswith("usher.contact.")}
    assert known == set(CONTACT)


def test_a_transition_that_the_table_does_not_have_is_loud() -> None:
    with pytest.raises(IllegalTransition, match=r"usher.contact.closed.v1 from queued"):
        after(ContactState.QUEUED, events.CLOSED)
    with pytest.raises(IllegalTransition):
        after(ContactState.OFFERED, events.OFFER_DECLINED, ContactState.ASSIGNED)


def test_a_refused_input_hears_what_was_expected() -> None:
    with pytest.raises(Invalid, match=r"illegal: contact_id: the contact is bot; expected offered"):
        expect(ContactState.BOT, events.ASSIGNED, "contact_id")
