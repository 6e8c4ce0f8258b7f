"""Who is kept from a person although they need one: safeguards by category and language, traps, and the starter model's
tiers on the texts that it was not trained on. Prints tables and, with --json, a document.
"""

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from services.router.domain.classification.classify import classify, classify_predicted, compile_policy
from services.router.domain.classification.clauses import predicted
from services.router.domain.classification.record import Classification, MessageFacts
from services.router.model.folders import STARTER_FOLDER
from services.router.model.golden import open_model
from services.router.model.text_model import TextModel
from shared.policy import parse_policy
from shared.policy.load import load_policy

STARTER = STARTER_FOLDER.parent
DEMO = STARTER.parent / "policies" / "demo"
LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "nl")
CATEGORIES = {
    "danger": {"danger"},
    "self_harm": {"self_harm"},
    "crime_law": {"legal", "regulator", "fraud", "crime"},
    "vulnerable": {"vulnerable"},
}
ORDINARY = {"none": "ordinary", "lookalike": "lookalikes"}
SAFEGUARDS = set().union(*CATEGORIES.values())
PLAIN = {
    "workspace": "plain",
    "languages": ["en", "es", "de"],
    "queues": {"q": {}},
    "classification": {"model": "starter"},
}

TRAPS_WRONG_MAX = 0.01  # of traps that may get a machine
MODEL_MICROSECONDS_MAX = 250  # of one text
BATCH = 100  # texts that the router classifies together
ROUNDS = 3  # the quickest counts: other work on the machine only ever adds time

Classify = Callable[[str], Classification]


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a file of the starter data; ``train`` are all training texts."""
    paths = [STARTER / "train.csv", *sorted((STARTER / "train").glob("*.csv"))] if name == "train" else [STARTER / name]
    found: list[dict[str, str]] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    return found


def classifiers() -> dict[str, Classify]:
    """The starter model alone, and with the patterns of the demo's policies."""
    model = open_model(STARTER_FOLDER)
    policies = {"plain": parse_policy(PLAIN, not_yet=())}
    policies |= {path.stem: load_policy(path, not_yet=()) for path in sorted(DEMO.glob("*.yaml"))}
    compiled = {name: compile_policy(each, model.intents(), model.limits()) for name, each in policies.items()}
    return {
        name: lambda text, using=using: classify(MessageFacts(channel="chat", text=text), using, model)
        for name, using in compiled.items()
    }


def safeguards(said: Classify) -> dict[str, dict[str, float]]:
    """By category and language the share of texts that a safeguard of any kind sends to an agent; ``ordinary`` are
    texts that need none: false alarms; ``lookalikes`` those of them with words of danger (*fire stick*).
    """
    found: Counter[tuple[str, str]] = Counter()
    texts: Counter[tuple[str, str]] = Counter()
    for row in rows("safeguards.csv"):
        key = (ORDINARY.get(row["category"], row["category"]), row["language"])
        texts[key] += 1
        found[key] += not SAFEGUARDS.isdisjoint(said(row["text"]).signals)
    return {
        category: {
            tag: round(found[category, tag] / texts[category, tag], 3) for tag in LANGUAGES if texts[category, tag]
        }
        for category in (*CATEGORIES, *ORDINARY.values())
    }


def trap_sets() -> dict[str, list[str]]:
    """Matters for a person inside routine words, by how they were used: lists and texts were mended with all sets in
    view but those called ``fresh``; what of those got a machine was told and not mended.
    """
    sets = {"first": [row["text"] for row in rows("traps.csv")]}
    for row in rows("traps-2.csv"):
        sets.setdefault(row["split"], []).append(row["text"])
    return sets


def traps(said: Classify) -> dict[str, dict[str, Any]]:
    """By set of traps how many there are, and those that got a machine."""
    found = {}
    for name, texts in trap_sets().items():
        wrong = [text for text in texts if said(text).tier != "agent"]
        found[name] = {"n": len(texts), "wrong": len(wrong), "share": round(len(wrong) / len(texts), 4), "texts": wrong}
    return found


def confusion(said: Classify) -> dict[str, dict[str, int]]:
    """Tiers that the held-out texts need (rows) and get (columns)."""
    needs = {
        row["intent"]: "moment_of_truth" if row["moment_of_truth"] == "1" else row["tier"] for row in rows("tiers.csv")
    }
    found: dict[str, Counter[str]] = {}
    for row in rows("heldout.csv"):
        found.setdefault(needs[row["intent"]], Counter())[said(row["text"]).tier] += 1
    return {need: dict(got) for need, got in found.items()}


def ordinary(said: Classify) -> dict[str, dict[str, float]]:
    """By language how many ordinary texts there are of each tier, and what share of them no agent reads."""
    texts: Counter[tuple[str, str]] = Counter()
    served: Counter[tuple[str, str]] = Counter()
    for row in rows("ordinary.csv"):
        key = (row["language"], row["tier"])
        texts[key] += 1
        served[key] += said(row["text"]).tier != "agent"
    return {f"{tag} {tier}": {"n": n, "served": round(served[tag, tier] / n, 3)} for (tag, tier), n in texts.items()}


def microseconds() -> dict[str, float]:
    """CPU of one held-out text: what the model alone says of it, and the whole decision, never seen before, alone and
    as the router makes it, in batches.
    """
    texts = [row["text"] for row in rows("heldout.csv")]
    model = open_model(STARTER_FOLDER)
    return {
        "model": _quickest(lambda: _each(lambda text: model.predict([text], frozenset())), texts),
        "decision": _quickest(lambda: _each(classifiers()["plain"]), texts),
        "decision_in_batches": _quickest(lambda: _in_batches(model), texts),
    }


def _each(asked: Callable[[str], object]) -> Callable[[list[str]], object]:
    return lambda texts: [asked(text) for text in texts]


def _in_batches(model: TextModel) -> Callable[[list[str]], object]:
    """The model is asked once for a batch, then each text is decided."""
    using = compile_policy(parse_policy(PLAIN, not_yet=()), model.intents(), model.limits())

    def decided(texts: list[str]) -> None:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            told = predicted(model, batch, using.agent_intents, using.limits.agent_probability)
            for text, said in zip(batch, told, strict=True):
                classify_predicted(MessageFacts(channel="chat", text=text), using, said, None, model.version)

    return decided


def _quickest(made: Callable[[], Callable[[list[str]], object]], texts: list[str]) -> float:
    found = []
    for _ in range(ROUNDS):
        asked = made()
        started = time.process_time()
        asked(texts)
        found.append((time.process_time() - started) / len(texts) * 1e6)
    return round(min(found), 1)


def measure() -> dict[str, Any]:
    """All of it, by policy where patterns may matter."""
    every = classifiers()
    return {
        "safeguards": safeguards(every["plain"]),
        "policies": {
            name: {"traps": traps(said), "tiers": confusion(said), "ordinary": ordinary(said)}
            for name, said in every.items()
        },
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Tables for a person."""
    yield f"{'safeguards':14}" + "".join(f"{tag:>7}" for tag in LANGUAGES)
    for category, shares in found["safeguards"].items():
        yield f"{category:14}" + "".join(f"{shares[tag]:7.2f}" for tag in LANGUAGES if tag in shares)
    for name, said in found["policies"].items():
        for kind, wrong in said["traps"].items():
            share = f"{wrong['wrong']} of {wrong['n']} get a machine ({100 * wrong['share']:.1f} %)"
            yield f"{name}: traps, {kind}: {share}, goal <= {100 * TRAPS_WRONG_MAX:g} %"
            yield from (f"    {text}" for text in wrong["texts"])
        for need, got in said["tiers"].items():
            total = sum(got.values())
            shares = ", ".join(f"{got.get(tier, 0)} {tier}" for tier in ("self_service", "bot", "agent"))
            yield f"  need {need:16} {shares}; deflected {100 * (total - got.get('agent', 0)) / total:.1f} %"
        for kind, each in said["ordinary"].items():
            yield f"  ordinary, {kind:16} {each['n']} texts, {100 * each['served']:.0f} % without an agent"
    spent = found["microseconds"]
    alone = f"one text: model {spent['model']} us, goal <= {MODEL_MICROSECONDS_MAX}; decision {spent['decision']} us"
    yield f"{alone}, in batches of {BATCH} {spent['decision_in_batches']} us"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    found = {**measure(), "microseconds": microseconds()}
    text = json.dumps(found) if parser.parse_args().json else "\n".join(lines(found))
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
