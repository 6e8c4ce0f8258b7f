"""Small labelled texts, made from parts, and a model trained on them in a second."""

import csv
from itertools import product
from pathlib import Path

import numpy as np

from lab.training.build import Built, build
from lab.training.data import Data, Example, prepare
from lab.training.recipe import Recipe
from lab.training.risk import Risk
from services.router.model.tiers import IntentTier

OPENINGS = ("", "hello, ", "please help: ", "hi there! ", "quick question, ", "good morning, ")
WISHES = {
    "stolen_card": (
        "someone stole my card",
        "my card was stolen",
        "a thief took my wallet and card",
        "card theft so block it",
    ),
    "order_status": ("where is my order", "has my parcel shipped", "track my package", "when does it arrive"),
    "reset_password": ("I forgot my password", "reset my password", "cannot log in any more", "new password please"),
    "opening_hours": ("when do you open", "opening hours on sunday", "are you open today", "what time do you close"),
    "refund": ("I want my money back", "refund this purchase", "how do I get a refund", "return it and pay me back"),
    "praise": ("great service, thank you", "you were wonderful", "thanks for the quick help", "best shop ever"),
}
ENDINGS = ("", " as soon as possible", " for number 4711", " thanks", "?")
TIERS = {
    "stolen_card": IntentTier(tier="agent", moment_of_truth=True, base=90, skills={"cards": 4}),
    "order_status": IntentTier(tier="self_service", base=5, articles=("where-is-my-order",)),
    "reset_password": IntentTier(tier="self_service", base=5),
    "opening_hours": IntentTier(tier="self_service", base=5),
    "refund": IntentTier(tier="agent", base=60),
    "praise": IntentTier(tier="bot", base=20),
}


def examples(per_intent: int = 1000) -> list[Example]:
    """Up to 120 different texts of each of six intents; the first row of a file would be 2."""
    found: list[Example] = []
    for label, wishes in WISHES.items():
        # A stride that shares no factor with the counts mixes openings, wishes and endings from the start.
        every = [opening + wish + ending for opening, wish, ending in product(OPENINGS, wishes, ENDINGS)]
        mixed = [every[at * 7 % len(every)] for at in range(min(per_intent, len(every)))]
        found += [Example(text, label, len(found) + at + 2) for at, text in enumerate(mixed)]
    return found


def data(per_intent: int = 1000) -> Data:
    """The examples, prepared."""
    return prepare(examples(per_intent))


def small_model(per_intent: int = 40, tiers: dict[str, IntentTier] | None = None) -> Built:
    """A model in parts; the risk is one that so few texts can show."""
    return build(data(per_intent), Recipe(tiers=tiers, risk=Risk(agent=0.2, moment=0.2)), lambda step: None)


def write_csv(path: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = ("text", "label")) -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def examples_csv(path: Path, per_intent: int = 20) -> Path:
    """The examples as a file."""
    return write_csv(path, [(example.text, example.label) for example in examples(per_intent)])


def tiers_csv(path: Path) -> Path:
    """Their tiers as a file."""
    rows = [(intent, tier.tier, str(int(tier.moment_of_truth))) for intent, tier in TIERS.items()]
    return write_csv(path, rows, ("intent", "tier", "moment_of_truth"))


SCRIPTS = (
    (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600), (0x600, 0x700),
    (0x900, 0x980), (0xE00, 0xE80), (0x1100, 0x1200), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2E80, 0x3000),
    (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A4), (0xFB00, 0xFE00), (0xFF00, 0xFFF0), (0x1D400, 0x1D7FF),
    (0x1F300, 0x1FAFF),
)  # fmt: skip


def texts_of_every_script(count: int, seed: int = 0) -> list[str]:
    """Texts of known words, of random characters of one script or several, of emoji, of nothing, and of 64 KB."""
    generator = np.random.default_rng(seed)
    words = " ".join(text for wishes in WISHES.values() for text in wishes).split()
    texts = ["", " ", "\n\t\u3000", "a", "?", "I", "\ud800", "\ufdfa" * 65536, "x" * 65536, "x " * 32768, " " * 65536]
    texts += [" ".join(words) * 200, "\u0130" * 3000, "e\u0301" * 40000, "ﬁ" * 3000, "ab\x1ccd\x85ef\u2028gh"]
    while len(texts) < count:
        parts = []
        for _ in range(int(generator.integers(1, 15))):
            if generator.random() < 0.5:
                parts.append(words[int(generator.integers(len(words)))])
            else:
                first, last = SCRIPTS[int(generator.integers(len(SCRIPTS)))]
                parts.append("".join(map(chr, generator.integers(first, last, int(generator.integers(1, 9))))))
        texts.append("".join(part + (" ", "", "  ", "-", "\u00a0")[int(generator.integers(5))] for part in parts))
    return texts
