"""Articles for a contact that goes to self-service with no article of its intent: those that its words found."""

import msgspec

from services.router.domain.classification.record import Classification

__all__ = ["added"]


def added(verdict: Classification, found: tuple[str, ...]) -> Classification:
    """The verdict with the articles found, where it needs them."""
    if verdict.tier != "self_service" or verdict.article_ids or not found:
        return verdict
    reasons = (*verdict.reasons, f"articles: {len(found)} found by the words of the text")
    return msgspec.structs.replace(verdict, article_ids=found, reasons=reasons)
