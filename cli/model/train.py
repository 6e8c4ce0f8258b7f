"""``usher train``: a text model from labelled texts, with an honest report."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from cli.model.measured import trained
from cli.model.page_output import check_report, write_report
from cli.model.progress import progress_bar
from cli.model.table_input import read_all_examples, read_examples, read_tiers
from cli.model.train_options import configure
from cli.output import UsageError, result, say, write
from lab.training.data import Data, Example, few, folds_for, overlap, prepare, split, without_rare
from lab.training.errors import TrainingRefused
from services.router.model.errors import ModelRefused
from services.router.model.tiers import IntentTier
from shared.clock import monotonic

if TYPE_CHECKING:
    from lab.training.build import Built
    from lab.training.recipe import Encoding, Recipe
    from lab.training.vectors import WordVectors

__all__ = ["configure", "run"]

HOLDOUT_PARTS_MIN = 2
HOLDOUT_PARTS_MAX = 20


def run(arguments: argparse.Namespace) -> int:
    """Train, save, measure, report; 0 when a model stands at its place."""
    try:
        return _run(arguments)
    except TrainingRefused as error:
        text = str(error)
        raise UsageError(text if text.startswith("--") else f"{' '.join(arguments.data)}: {text}") from None
    except ModelRefused as error:
        raise UsageError(str(error)) from None


def _run(arguments: argparse.Namespace) -> int:
    if find_spec("sklearn") is None:
        raise UsageError("training needs scikit-learn: install the extra usher[train]")
    from lab.training.build import build
    from lab.training.save import check_target, save

    started = monotonic()
    check_target(arguments.out)
    check_report(arguments.report)
    examples = read_all_examples(arguments.data, arguments.text, arguments.label)
    examples, dropped = without_rare(examples) if arguments.drop_rare else (examples, {})
    train, test = _parts(arguments, examples)
    if arguments.drop_rare:
        train, more = without_rare(train)  # what --holdout took may leave too few
        dropped = {**dropped, **more}
    _tell_dropped(dropped)
    data = prepare(train)
    tiers = _tiers(arguments, data.labels)
    recipe = _recipe(arguments, data, tiers)
    with progress_bar(len(recipe.learners), recipe.folds, arguments.encoder is not None) as progress:
        built = build(data, replace(recipe, encoding=_encoding(arguments, data, progress)), progress)
        place, model = save(built, arguments.out)
    document = {
        "model": str(place),
        "model_version": model.version,
        **_figures(built),
        "test": _tested(model, data, test),
        "dropped": dropped,
        "seconds": round(monotonic() - started, 1),
    }
    if arguments.report:
        write_report(arguments.report, built.outcome, document)
    for line in document["warnings"]:
        say(f"usher train: warning: {line}")
    if arguments.json:
        result(document)
    else:
        write(*trained(document))
    return 0


def _texts_of(arguments: argparse.Namespace) -> frozenset[str]:
    if arguments.calibrate is None:
        return frozenset()
    examples = read_examples(arguments.calibrate, arguments.text, arguments.label)
    return frozenset(example.text for example in examples)


def _tell_dropped(dropped: Mapping[str, int]) -> None:
    if dropped:
        named = ", ".join(f"{label} ({count})" for label, count in dropped.items())
        say(f"usher train: --drop-rare leaves out {len(dropped)} intents with {sum(dropped.values())} texts: {named}")


def _parts(arguments: argparse.Namespace, examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """What is learned from, and what the finished model is measured on (perhaps nothing)."""
    if arguments.test and arguments.holdout is not None:
        raise UsageError("--test and --holdout exclude each other; give one")
    if arguments.test:
        return examples, read_examples(arguments.test, arguments.text, arguments.label)
    if arguments.holdout is None:
        return examples, []
    if not 1 / HOLDOUT_PARTS_MAX <= arguments.holdout <= 1 / HOLDOUT_PARTS_MIN:
        raise UsageError(f"--holdout {arguments.holdout:g}: give a share from 0.05 to 0.5")
    data = prepare(examples)
    part = split(data.targets, round(1 / arguments.holdout), seed=1)
    kept = [
        Example(text, data.labels[at], row) for text, at, row in zip(data.texts, data.targets, data.rows, strict=True)
    ]
    return (
        [example for example, at in zip(kept, part, strict=True) if at],
        [example for example, at in zip(kept, part, strict=True) if not at],
    )


def _tiers(arguments: argparse.Namespace, labels: Sequence[str]) -> dict[str, IntentTier] | None:
    if not arguments.tiers:
        return None
    tiers = read_tiers(arguments.tiers)
    missing = [label for label in labels if label not in tiers]
    if missing:
        raise UsageError(f"{arguments.tiers}: has no row for the intent {missing[0]!r}; add its tier")
    return tiers


def _recipe(arguments: argparse.Namespace, data: Data, tiers: Mapping[str, IntentTier] | None) -> "Recipe":
    """All but what an encoder says of the texts, which takes its time."""
    from lab.training.recipe import Recipe
    from lab.training.risk import Risk

    stated = {"agent": arguments.risk_agent, "moment": arguments.risk_moment}
    given = {name: share for name, share in stated.items() if share is not None}
    for name, share in given.items():
        if not 0.0 < share < 1.0:
            raise UsageError(f"--risk-{name} {share:g}: give a share between 0 and 1")
    if given and tiers is None:
        raise UsageError("--risk-agent and --risk-moment need --tiers FILE")
    vectors = None if arguments.quick else _vectors()
    return Recipe(
        tiers=tiers,
        risk=Risk(**given, stated=bool(given)),
        compact=arguments.compact,
        balanced=arguments.balanced,
        quick=arguments.quick or (vectors is not None and not few(len(data.texts))),
        calibrate=_texts_of(arguments),
        folds=arguments.folds or folds_for(len(data.texts)),
        vectors=vectors,
    )


def _vectors() -> "WordVectors | None":
    from lab.training.vectors import word_vectors

    found = word_vectors()
    if found is None:
        say("usher train: without word vectors, of which few English texts profit: install the extra usher[train]; it")
        say("leaves wordllama out where that would have to be compiled: there, pip install wordllama")
    return found


def _encoding(arguments: argparse.Namespace, data: Data, progress: Callable[[str], None]) -> "Encoding | None":
    if arguments.encoder is None:
        return None
    from lab.training.encode import encode

    progress("encoding texts")
    return encode(arguments.encoder, data.texts)


def _figures(built: "Built") -> dict[str, Any]:
    from lab.training import measure

    data, fit = built.data, built.fit
    return {
        **built.metrics,
        "labels": len(data.labels),
        "duplicates": data.duplicates,
        "empty": data.empty,
        "conflicts": [list(rows) for rows in data.conflicts],
        "features": len(built.vocabulary.idf),
        "temperature": built.temperature,
        "shares": built.shares,
        "thresholds": {
            "agent_probability": built.thresholds.agent_probability,
            "confidence": built.thresholds.confidence,
            "proven": built.thresholds.proven,
            "sureness": fit.sureness if fit else None,
            "refused": fit.refused if fit else None,
        },
        "per_intent": measure.per_intent(built.outcome),
        "confusions": measure.confusions_as_json(measure.confusions(built.outcome), data.texts),
        "warnings": built.warnings,
    }


def _tested(model: Any, data: Data, test: Sequence[Example]) -> dict[str, Any] | None:
    """Figures on texts that training has not seen, and how many of them it has seen after all."""
    if not test:
        return None
    from lab.training.judge import judge

    seen = overlap(data.texts, [example.text for example in test])
    return {"overlap": seen, **judge(model, test, None).figures}
