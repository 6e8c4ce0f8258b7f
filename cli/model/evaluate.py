"""``usher evaluate``: a text model measured on labelled texts."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.model.measured import evaluated
from cli.model.page_output import check_report, write_report
from cli.model.table_input import read_examples, read_tiers
from cli.output import UsageError, result, write, write_csv
from lab.training.data import Example
from lab.training.judge import Judgement, judge
from services.router.model.directory import read_model
from services.router.model.errors import ModelRefused
from services.router.model.text_model import TextModel
from services.router.model.tiers import IntentTier

COLUMNS = ("row", "label", "predicted", "confidence", "tier")
CONFIDENCE_DIGITS = 6


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of contracts and a few more."""
    parser.add_argument("model", metavar="MODEL_DIR", type=Path)
    parser.add_argument("data", metavar="DATA.csv", help="one row per text, with a header")
    parser.add_argument("--text", metavar="COL", help="the column of the text (default: text)")
    parser.add_argument("--label", metavar="COL", help="the column of the intent (default: label, intent or category)")
    parser.add_argument("--tiers", metavar="FILE", help="CSV: what each intent truly needs (default: as trained)")
    parser.add_argument(
        "--predictions", metavar="FILE.csv", type=Path, help="write row, label, predicted, confidence, tier"
    )
    parser.add_argument("--report", metavar="FILE.html", type=Path, help="a page with confusions, calibration and risk")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Measure and report; 0 also for a poor model."""
    check_report(arguments.report)
    model = open_model(arguments.model)
    examples = read_examples(arguments.data, arguments.text, arguments.label)
    if len({example.label for example in examples}) < 2:
        raise UsageError(f"{arguments.data}: row {examples[0].row}: all rows have one label; give at least two intents")
    tiers = _tiers(arguments, model, examples)
    judgement = judge(model, examples, tiers)
    rows = list(_rows(examples, judgement))
    document = dict(judgement.figures)
    if arguments.predictions:
        _write(arguments.predictions, rows)
        document["predictions"] = rows
    if arguments.report:
        write_report(arguments.report, judgement.outcome, document)
    if arguments.json:
        result(document)
    else:
        write(*evaluated(document))
    return 0


def open_model(folder: Path) -> TextModel:
    """The model in a directory; raises UsageError with the file that is wrong."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a directory; give one that usher train has made")
    try:
        return read_model(folder)
    except ModelRefused as error:
        raise UsageError(f"{folder}/{error}") from None


def _tiers(arguments: argparse.Namespace, model: TextModel, examples: list[Example]) -> dict[str, IntentTier] | None:
    if not arguments.tiers:
        return None
    tiers = read_tiers(arguments.tiers)
    needed = {example.label for example in examples}
    if model.manifest.tiers is None:
        needed |= set(model.labels)
    missing = sorted(needed - set(tiers))
    if missing:
        raise UsageError(f"{arguments.tiers}: has no row for the intent {missing[0]!r}; add its tier")
    return tiers


def _rows(examples: list[Example], judgement: Judgement) -> Iterator[dict[str, Any]]:
    outcome = judgement.outcome
    for at, example in enumerate(examples):
        yield {
            "row": example.row,
            "label": example.label,
            "predicted": outcome.labels[outcome.predicted[at]],
            "confidence": round(float(outcome.confidence[at]), CONFIDENCE_DIGITS),
            "tier": judgement.tiers[at],
        }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)], file)
    except OSError as error:
        raise UsageError(f"--predictions {path}: cannot be written ({error.strerror})") from None
