"""A policy with an intent of each tier, and classification by it: the good values of the classification tests."""

from services.router.domain.classification.classify import classify, compile_policy
from services.router.domain.classification.record import MessageFacts
from shared.policy import parse_policy
from shared.times import DAY_MS

NOW = 100 * DAY_MS
QUEUES = {name: {} for name in ("orders", "cards", "complaints", "web", "general")}
INTENTS = {
    "order_status": {
        "tier": "self_service", "queue": "orders", "base": 5, "articles": ["where-is-my-order"],
        "patterns": [r"\bwhere is my order\b", r"dónde está mi pedido"],
    },
    "change_address": {"tier": "bot", "queue": "orders", "bot": "desk", "patterns": [r"change my address"]},
    "refund": {"tier": "agent", "skills": {"refunds": 2}, "patterns": [r"\brefund\b"]},
    "stolen_card": {"moment_of_truth": True, "queue": "cards", "skills": {"cards": 4}, "patterns": [r"stolen.*card"]},
}  # fmt: skip
RULES = [
    {
        "name": "regulator",
        "when": {"text": r"\bregulator\b"},
        "then": {"tier": "agent", "queue": "complaints", "skills": {"legal": 3}, "boost": "10m"},
    },
    {"name": "gold", "when": {"attributes": {"plan": "gold"}}, "then": {"tier": "bot", "boost": "2m"}},
]


def policy(languages=("en", "es", "de"), channels=None, **classification):
    made = {
        "workspace": "acme",
        "languages": list(languages),
        "channels": channels or {},
        "queues": QUEUES,
        "default_queue": "general",
        "bots": {"default": {}, "desk": {}},
        "classification": {"intents": INTENTS, "rules": RULES, **classification},
    }
    return compile_policy(parse_policy(made, not_yet=()))


POLICY = policy()


def decide(text="", journey=None, using=POLICY, **facts):
    return classify(MessageFacts(**{"channel": "chat", "text": text, "at_ms": NOW, **facts}), using, None, journey)
