"""What a batch will want, told before its first step: predictions of the text models, in one call, and articles."""

from collections.abc import Sequence

from services.router.domain.book import Book
from services.router.domain.classify import facts_of, whole_text
from services.router.domain.rows import Needs, Search
from services.router.domain.triage import Classify, Foreseen
from shared.ids import conversation_key
from shared.inputs import Input, MessageReceived, PolicyActivated
from shared.policy import Policy

SEARCH_CHARACTERS_MAX = 2000  # of a text that articles are searched by; the rest hardly changes what is found


def foresee(needs: Needs, book: Book, classify: Classify, said: Sequence[Input]) -> dict[str, Foreseen]:
    """By event id, what can be told of the messages that open a contact. Adds articles and models to ``needs``.

    A message that opens a contact only because its conversation ends earlier in the same batch is classified when its
    turn comes; so is one whose policy changes in the batch, and articles are looked for in any case.
    """
    openers: list[tuple[MessageReceived, Policy]] = []
    changing: set[str] = set()
    for each in said:
        if isinstance(each, PolicyActivated):
            changing.add(each.workspace)
            needs.models += _model_of(each)
        elif isinstance(each, MessageReceived) and _opens(book, each):
            workspace = book.workspaces.get(each.workspace)
            if each.workspace in changing:
                needs.searches.append(_search(each, each.language or ""))
            elif workspace is not None:
                openers.append((each, workspace.rules.policy))
    foreseen = classify.foresee(openers) if openers else []
    for (message, _), told in zip(openers, foreseen, strict=True):
        if told.articles_in is not None:
            needs.searches.append(_search(message, told.articles_in))
    return {message.event_id: told for (message, _), told in zip(openers, foreseen, strict=True)}


def _opens(book: Book, message: MessageReceived) -> bool:
    key = conversation_key(message.workspace, message.source, message.conversation_id)
    return message.sender == "customer" and key not in book.by_conversation


def _search(message: MessageReceived, language: str) -> Search:
    text = whole_text(facts_of(message))[:SEARCH_CHARACTERS_MAX]
    return Search(message.event_id, message.workspace, language, text)


def _model_of(said: PolicyActivated) -> list[str]:
    """The model that a policy names; it is not validated yet, so it may hold anything."""
    classification = said.policy.get("classification")
    name = classification.get("model") if isinstance(classification, dict) else None
    return [name] if isinstance(name, str) else []
