"""What a batch will want, told before its first step: predictions of the text models, in one call, and articles."""

from collections.abc import Sequence

from services.router.domain.book import Book
from services.router.domain.classify import facts_of, whole_text
from services.router.domain.model_choice import languages_of, models_of
from services.router.domain.rows import Needs, Search
from services.router.domain.triage import Classify, Foreseen, Opener
from shared.ids import conversation_key
from shared.inputs import Input, MessageReceived, PolicyActivated

SEARCH_CHARACTERS_MAX = 2000  # of a text that articles are searched by; the rest hardly changes what is found


def foresee(needs: Needs, book: Book, classify: Classify, said: Sequence[Input]) -> dict[str, Foreseen]:
    """By event id, what can be told of the messages that open a contact. Adds articles, models and languages to
    ``needs``.

    A message that opens a contact only because its conversation ends earlier in the same batch is classified when its
    turn comes; so is one whose policy changes in the batch, and articles are looked for in any case.
    """
    openers: list[Opener] = []
    changing: set[str] = set()
    for each in said:
        if isinstance(each, PolicyActivated):
            changing.add(each.workspace)
            in_force = book.workspaces.get(each.workspace)
            needs.models += models_of(each, in_force.rules if in_force else None)
            needs.languages += languages_of(each.policy)
        elif isinstance(each, MessageReceived) and _opens(book, each):
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


def _opens(book: Book, message: MessageReceived) -> bool:
    key = conversation_key(message.workspace, message.source, message.conversation_id)
    return message.sender == "customer" and key not in book.by_conversation


def _search(message: MessageReceived, language: str) -> Search:
    text = whole_text(facts_of(message))[:SEARCH_CHARACTERS_MAX]
    return Search(message.event_id, message.workspace, language, text)
