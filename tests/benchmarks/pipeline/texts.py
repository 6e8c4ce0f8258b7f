"""Texts that a model has not seen, in the mix of tiers that the benchmark without a model has."""

import csv
from collections.abc import Sequence

from services.router.domain.classification.classify import classify, compile_policy
from services.router.domain.classification.record import MessageFacts
from services.router.model.folders import STARTER_FOLDER, folder_of
from services.router.model.golden import open_model
from shared.policy import Policy, Tier

__all__ = ["Texts", "varied_texts"]

Texts = Sequence[str]
MIX: tuple[Tier, ...] = ("self_service",) * 5 + ("bot",) * 2 + ("agent",) * 3  # as in load.TEXTS
ROUNDS = 1000


def varied_texts(policy: Policy) -> Texts:
    """Ten thousand of the starter data's held-out texts, in English, chosen by the tier that the policy gives them."""
    model = open_model(folder_of(policy.classification.model or ""))
    compiled = compile_policy(policy, model.intents(), model.limits())
    pools: dict[str, list[str]] = {tier: [] for tier in MIX}
    with (STARTER_FOLDER.parent / "heldout.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == "en":
                facts = MessageFacts(channel="chat", text=row["text"])
                pools[classify(facts, compiled, model).tier].append(row["text"])
    return [
        pools[tier][(number * MIX.count(tier) + MIX[:place].count(tier)) % len(pools[tier])]
        for number in range(ROUNDS)
        for place, tier in enumerate(MIX)
    ]
