"""What a batch will want, told before its first step: predictions of the text models, in one call, and articles."""

from collections.abc import Sequence

from services.router.domain.book import Book
from services.router.domain.classify import facts_of, whole_text
from services.router.domain.model_choice import languages_of, models_of
from services.router.domain.rows import Needs, Search
from services.router.domain.triage import Classify, Foreseen, Opener
from shared.ids import conversation_key
from shared.inputs import (
    AssignmentEnded,
    AssignmentWrappedUp,
    ContactCommanded,
    ConversationEnded,
    Input,
    MessageReceived,
    OutcomeReported,
    PolicyActivated,
)

SEARCH_CHARACTERS_MAX = 2000  # of a text that articles are searched by; the rest hardly changes what is found


def foresee(needs: Needs, book: Book, classify: Classify, said: Sequence[Input], until_ms: int) -> dict[str, Foreseen]:
    """By event id, what can be told of the messages that may open a contact. Adds articles, models and languages to
    ``needs``.

    ``until_ms`` is the time of the last input. A message whose policy changes in the batch is classified when its turn
    comes; articles are looked for in any case.
    """
    openers: list[Opener] = []
    changing: set[str] = set()
    conversations = _Conversations(book, said, until_ms)
    for place, each in enumerate(said):
        if isinstance(each, PolicyActivated):
            changing.add(each.workspace)
            in_force = book.workspaces.get(each.workspace)
            needs.models += models_of(each, in_force.rules if in_force else None)
            needs.languages += languages_of(each.policy)
        elif isinstance(each, MessageReceived) and each.sender == "customer" and conversations.may_open(place, each):
            workspace = book.workspaces.get(each.workspace)
            if each.workspace in changing:
                needs.searches.append(_search(each, each.language or ""))
            elif workspace is not None:
                openers.append(Opener(each, workspace.rules.policy, workspace.rules.model_version))
    foreseen = classify.foresee(openers) if openers else []
    for opener, told in zip(openers, foreseen, strict=True):
        if told.articles_in is not None:
            needs.searches.append(_search(opener.message, told.articles_in))
    return {opener.message.event_id: told for opener, told in zip(openers, foreseen, strict=True)}


class _Conversations:
    """Which messages may open a contact: those without a live one, and those whose live one may end before them."""

    def __init__(self, book: Book, said: Sequence[Input], until_ms: int) -> None:
        self._book = book
        self._said = said
        self._until_ms = until_ms
        self._ends: dict[str, int] | None = None  # contact id to place in the batch; most batches never ask

    def may_open(self, place: int, message: MessageReceived) -> bool:
        """Whether the message in this place of the batch may find its conversation without a live contact."""
        key = conversation_key(message.workspace, message.source, message.conversation_id)
        contact = self._book.by_conversation.get(key)
        if contact is None or contact.life_ms <= self._until_ms or 0 < contact.timer_ms <= self._until_ms:
            return True
        if self._ends is None:
            self._ends = _ends(self._book, self._said)
        return self._ends.get(contact.contact_id, place) < place


def _ends(book: Book, said: Sequence[Input]) -> dict[str, int]:
    """The live contacts that inputs of the batch may end, with the place of the first that may."""
    ends: dict[str, int] = {}
    for place, each in enumerate(said):
        contact_id = _may_end(book, each)
        if contact_id is not None:
            ends.setdefault(contact_id, place)
    return ends


def _may_end(book: Book, said: Input) -> str | None:
    if isinstance(said, ConversationEnded):
        contact = book.by_conversation.get(conversation_key(said.workspace, said.source, said.conversation_id))
        return contact.contact_id if contact else None
    if isinstance(said, AssignmentEnded | AssignmentWrappedUp):
        assignment = book.assignments.get(said.assignment_id)
        return assignment.contact_id if assignment else None
    return said.contact_id if isinstance(said, OutcomeReported | ContactCommanded) else None


def _search(message: MessageReceived, language: str) -> Search:
    text = whole_text(facts_of(message))[:SEARCH_CHARACTERS_MAX]
    return Search(message.event_id, message.workspace, language, text)
