"""A router whose policy has bots ask what a customer means, and a text that no one understands."""

from typing import Any

from services.router.domain.classification.triage import Triage
from tests.support.router_builders import Router, policy_with
from tests.support.router_models import Shelf, WordModel

UNCLEAR = "well, you know what ???"


def router_with(model: WordModel | None = None, **classification: Any) -> Router:
    known = policy_with()["classification"]
    rules = [{"name": "regulator", "when": {"text": "ombudsman"}, "then": {"queue": "cards"}}]
    made = policy_with(classification={**known, "model": "words", "rules": rules, **classification})
    return Router(made, Triage(Shelf(words=model or WordModel())))
