"""A customer's journey: what they came with lately on any channel, what became of it, and who served them."""

from collections.abc import Iterator

import msgspec

from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.times import DAY_MS

__all__ = ["Earlier", "Past", "earlier", "was_failed_by_automation"]

CONTACTS_MAX = 50  # of a journey; router_known in the database cuts there too
GONE_MAX = 200  # that ended in one batch and are looked at
AGE_MS_MAX = 90 * DAY_MS  # what is older says nothing about today
FAILED_MS = DAY_MS  # whom self-service or a bot failed since yesterday is not sent there as if nothing had been

_AUTOMATIC = ("self_service", "bot")
_GIVEN_UP = (ContactState.ABANDONED, ContactState.EXPIRED)


class Past(msgspec.Struct, gc=False):
    """What is read of an ended contact's row; names and meanings are those of Contact."""

    contact_id: str
    channel: str
    state: ContactState
    born_ms: int = 0
    last_ms: int = 0
    tier: str = ""
    intent: str = ""
    spoken: str = ""
    served_by: str = ""
    served_ms: int = 0
    automation_failed: bool = False


Earlier = Contact | Past

_decode = msgspec.json.Decoder(list[Past]).decode


def earlier(turn: Turn, workspace: Workspace, contact: Contact) -> tuple[list[Earlier], list[Contact]]:
    """The customer's other contacts of the last 90 days, oldest first, at most 50; and those of them that are open.

    The same however the log is cut into batches: what ended in this batch is not in the database yet.
    """
    ended: list[Earlier] = []
    live: list[Contact] = []
    for one_id in turn.identity.ids(workspace.name, contact.customer_id):
        key = (workspace.name, one_id)
        text = turn.known.pasts.get(key)
        if text:
            ended += _decode(text)
        ended += turn.gone.get(key, ())[-GONE_MAX:]
        live += _live(turn, workspace, one_id, contact)
    if not ended and not live:
        return [], []
    ended.sort(key=_when_ended)
    live.sort(key=_when_born)
    found = [each for each in (*ended[-CONTACTS_MAX:], *live) if each.born_ms >= turn.now_ms - AGE_MS_MAX]
    return sorted(found, key=_when_born)[-CONTACTS_MAX:], live


def was_failed_by_automation(contact: Earlier, now_ms: int) -> bool:
    """Whether self-service or a bot had this contact lately, and it was escalated, given up or forgotten there."""
    if contact.born_ms < now_ms - FAILED_MS:
        return False
    return contact.automation_failed or (contact.tier in _AUTOMATIC and contact.state in _GIVEN_UP)


def _live(turn: Turn, workspace: Workspace, one_id: str, but: Contact) -> Iterator[Contact]:
    for contact_id in workspace.customers.get(one_id, ()):
        if contact_id != but.contact_id:
            yield turn.book.contacts[contact_id]


def _when_ended(contact: Earlier) -> tuple[int, str]:
    return contact.last_ms, contact.contact_id


def _when_born(contact: Earlier) -> tuple[int, str]:
    return contact.born_ms, contact.contact_id
