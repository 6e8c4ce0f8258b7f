"""The options of ``usher train``."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of contracts and a few more."""
    _configure_learning(parser)
    _configure_measures(parser)


def _configure_learning(parser: argparse.ArgumentParser) -> None:
    """From what, how, and where the model is put."""
    parser.add_argument(
        "data", metavar="DATA.csv", nargs="+", help="one row per text, with a header; a folder stands for its *.csv"
    )
    parser.add_argument("--text", metavar="COL", help="the column of the text (default: text)")
    parser.add_argument("--label", metavar="COL", help="the column of the intent (default: label, intent or category)")
    parser.add_argument(
        "--tiers", metavar="FILE", help="CSV: intent, tier, moment_of_truth ...; thresholds are fitted to it"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="where the model is put (default: model-<content hash>)"
    )
    parser.add_argument(
        "--compact", action="store_true", help="weights as bytes: a tenth of the size, almost the same answers"
    )
    parser.add_argument(
        "--balanced", action="store_true", help="intents count alike, however many texts each has in the data"
    )
    parser.add_argument(
        "--quick", action="store_true", help="support vector machines alone: a quarter of the time, a little less exact"
    )
    parser.add_argument(
        "--folds",
        metavar="N",
        type=int,
        choices=range(3, 6),
        help="3 to 5: more judge the model more fairly (default: 5 of up to 5,000 texts, else 3)",
    )
    parser.add_argument(
        "--drop-rare", action="store_true", help="leave out intents with too few different texts, and say which"
    )
    parser.add_argument(
        "--calibrate", metavar="FILE", help="one of the data, of texts as customers send them: they tell how sure to be"
    )
    parser.add_argument("--encoder", metavar="DIR", type=Path, help="a sentence encoder: model.onnx and tokenizer.json")


def _configure_measures(parser: argparse.ArgumentParser) -> None:
    """By what the model is judged, and how that is told."""
    parser.add_argument("--test", metavar="FILE", help="labelled texts to measure the finished model on")
    parser.add_argument(
        "--holdout", metavar="SHARE", type=float, help="keep a share (0.05 to 0.5) of the texts for the measure"
    )
    parser.add_argument(
        "--risk-agent", metavar="SHARE", type=float, help="agent contacts that may be deflected (default: 0.015)"
    )
    parser.add_argument(
        "--risk-moment", metavar="SHARE", type=float, help="moments of truth that may be deflected (default: 0.005)"
    )
    parser.add_argument("--report", metavar="FILE.html", type=Path, help="a page with confusions, calibration and risk")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
