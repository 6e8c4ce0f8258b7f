"""What a batch will want, told before its first step: predictions of the text models, in one call, and articles."""

from collections.abc import Sequence

from services.router.domain.classification.classify import facts_of, whole_text
from services.router.domain.classification.classifying import Classify, Foreseen, Opener
from services.router.domain.lifecycle import clarify
from services.router.domain.lifecycle.listening import LISTENED_TO
from services.router.domain.rules.model_choice import languages_of, models_of
from services.router.domain.state.book import Book
from services.router.domain.state.records import QUESTION_OPEN, Contact
from services.router.domain.state.rows import ArticleSearch, Needs
from services.router.domain.states import ContactState
from shared.contract.ids import conversation_key
from shared.contract.inputs import (
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
    wanted = _Wanted(needs, book)
    conversations = _Conversations(book, said, until_ms)
    for place, each in enumerate(said):
        if isinstance(each, PolicyActivated):
            wanted.changing.add(each.workspace)
            in_force = book.workspaces.get(each.workspace)
            needs.models += models_of(each, in_force.rules if in_force else None)
            needs.languages += languages_of(each.policy)
        elif isinstance(each, MessageReceived) and each.sender == "customer":
            contact = conversations.contact(each)
            if contact is not None and contact.question == QUESTION_OPEN:
                wanted.add(clarify.joined(book.personal.get(contact.contact_id), each), answers=True)
            if conversations.may_open(place, contact):
                wanted.add(each)
            elif contact is not None and contact.state in LISTENED_TO and contact.question != QUESTION_OPEN:
                wanted.add(each, opens=False)
    return wanted.told(classify)


class _Wanted:
    """Messages that will be classified, and the policies that change before they are."""

    def __init__(self, needs: Needs, book: Book) -> None:
        self.changing: set[str] = set()
        self._needs = needs
        self._book = book
        self._openers: list[Opener] = []
        self._searched: list[bool] = []

    def add(self, message: MessageReceived, *, answers: bool = False, opens: bool = True) -> None:
        """A message that may open a contact, or ``answers`` a question together with the message that it explains; no
        articles are looked for if it never ``opens`` one.
        """
        workspace = self._book.workspaces.get(message.workspace)
        if message.workspace in self.changing and not opens:
            return
        if message.workspace in self.changing:
            self._needs.searches.append(_search(message, message.language or "", answers))
        elif workspace is not None:
            self._openers.append(Opener(message, workspace.rules.policy, workspace.rules.model_version, answers))
            self._searched.append(opens)

    def told(self, classify: Classify) -> dict[str, Foreseen]:
        """What the models say of those that may open a contact, and into the needs the articles for all of them."""
        openers = self._openers
        foreseen = classify.foresee(openers) if openers else []
        for opener, told, searched in zip(openers, foreseen, self._searched, strict=True):
            if searched and told.articles_in is not None:
                self._needs.searches.append(_search(opener.message, told.articles_in, opener.answers))
        pairs = zip(openers, foreseen, strict=True)
        return {opener.message.event_id: told for opener, told in pairs if not opener.answers}


class _Conversations:
    """Which messages may open a contact: those without a live one, and those whose live one may end before them."""

    def __init__(self, book: Book, said: Sequence[Input], until_ms: int) -> None:
        self._book = book
        self._said = said
        self._until_ms = until_ms
        self._ends: dict[str, int] | None = None  # contact id to place in the batch; most batches never ask

    def contact(self, message: MessageReceived) -> Contact | None:
        """The live contact of the message's conversation."""
        key = conversation_key(message.workspace, message.source, message.conversation_id)
        return self._book.by_conversation.get(key)

    def may_open(self, place: int, contact: Contact | None) -> bool:
        """Whether the message in this place of the batch may find its conversation without that live contact."""
        if (
            contact is None
            or contact.state is ContactState.WRAPPING
            or contact.life_ms <= self._until_ms
            or 0 < contact.timer_ms <= self._until_ms
        ):
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


def _search(message: MessageReceived, language: str, answers: bool) -> ArticleSearch:
    text = whole_text(facts_of(message))[:SEARCH_CHARACTERS_MAX]
    found_by = clarify.search_id(message.event_id) if answers else message.event_id
    return ArticleSearch(found_by, message.workspace, language, text)
