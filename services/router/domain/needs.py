"""What must be looked up in the database before an input can be applied: whatever it names that is not live."""

from services.router.domain.state.book import Book
from services.router.domain.state.records import QUESTION_OPEN, Contact
from services.router.domain.state.rows import Needs, could_be_ours
from services.router.domain.states import ContactState
from shared.contract import inputs
from shared.contract.ids import conversation_key

__all__ = ["ask"]


def ask(needs: Needs, book: Book, said: inputs.Input) -> None:
    """Note what the database must be asked about this input: whatever it names that is not live in memory."""
    if isinstance(said, inputs.MessageReceived):
        _ask_conversation(needs, book, said)
        _ask_customer(needs, said)
    elif isinstance(said, inputs.ConversationEnded):
        _ask_conversation(needs, book, said)
    elif isinstance(said, inputs.OfferAnswered):
        if said.offer_id not in book.offers and could_be_ours(said.offer_id):
            needs.offers.append(said.offer_id)
    elif isinstance(said, inputs.AssignmentEnded | inputs.AssignmentWrappedUp):
        if said.assignment_id not in book.assignments and could_be_ours(said.assignment_id):
            needs.assignments.append(said.assignment_id)
    elif isinstance(said, inputs.CustomerCommanded):
        needs.customers |= {(said.workspace, each): None for each in (said.customer_id, said.into) if each}
    else:
        _ask_contact(needs, book, getattr(said, "contact_id", None))


def _ask_contact(needs: Needs, book: Book, contact_id: str | None) -> None:
    contact = book.contacts.get(contact_id) if contact_id is not None else None
    if contact is not None:
        _ask_asked(needs, contact)
    elif contact_id is not None and could_be_ours(contact_id):
        needs.contacts.append(contact_id)


def _ask_conversation(needs: Needs, book: Book, said: inputs.MessageReceived | inputs.ConversationEnded) -> None:
    key = conversation_key(said.workspace, said.source, said.conversation_id)
    contact = book.by_conversation.get(key)
    if contact is None or contact.state is ContactState.WRAPPING:  # in wrap-up: a message opens the next episode
        needs.conversations.append(key)
    if contact is not None:
        _ask_asked(needs, contact)


def _ask_customer(needs: Needs, said: inputs.MessageReceived) -> None:
    """Also where the contact is live: it may end before its message's turn comes."""
    if said.party.customer_id:
        needs.customers[said.workspace, said.party.customer_id] = None
        if said.handle_key:
            needs.customers[said.workspace, said.handle_key] = None


def _ask_asked(needs: Needs, contact: Contact) -> None:
    """A contact whose question is open may be classified again, which looks at the customer's journey."""
    if contact.question == QUESTION_OPEN and contact.customer_id:
        needs.customers[contact.workspace, contact.customer_id] = None
