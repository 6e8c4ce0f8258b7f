"""The report of a training or an evaluation as one self-contained page."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from lab.training import measure
from lab.training.charts import confusion_map, reliability_diagram, risk_curve

__all__ = ["page"]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1020px; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; } th, td { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #ddd; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.frame { fill: none; stroke: #999; } .ideal { stroke: #999; stroke-dasharray: 4 4; }
.dot { fill: #1d6fa5; fill-opacity: .6; } .curve { fill: none; stroke: #c0392b; stroke-width: 2; }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; } .sample { color: #555; } .warning { color: #a33; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

Figures = Mapping[str, Any]


def page(outcome: measure.Outcome, figures: Figures) -> str:
    """HTML of the whole report; ``figures`` is the JSON document of ``usher train`` or ``usher evaluate``."""
    body = "\n".join(_sections(outcome, figures))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f"<title>Text model {escape(figures['model_version'])}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _sections(outcome: measure.Outcome, figures: Figures) -> Iterator[str]:
    yield f"<h1>Text model {escape(figures['model_version'])}</h1>"
    yield "<p>No text was judged by a model that had seen it, unless the table says so.</p>"
    yield _table(("", _title(figures), "test"), _overview(figures))
    yield from (f'<p class="warning">{escape(line)}</p>' for line in figures.get("warnings", ()))
    yield '<div class="charts">'
    yield f"<div><h2>Calibration</h2>{reliability_diagram(measure.reliability(outcome))}</div>"
    yield f"<div><h2>Risk and coverage</h2>{risk_curve(measure.risk_coverage(outcome))}</div>"
    yield "</div>"
    yield "<h2>Worst confusions</h2>"
    yield _table(("intent", "taken for", "times", "samples"), map(_confusion, figures["confusions"]))
    yield "<h2>Confusion map</h2>"
    yield confusion_map(outcome.labels, _counts(outcome))
    yield "<h2>Intents, weakest first</h2>"
    yield _table(("intent", "F1", "recall", "precision", "examples"), map(_intent, figures["per_intent"]))


def _title(figures: Figures) -> str:
    return "out of fold" if "test" in figures else "measured"


def _counts(outcome: measure.Outcome) -> Any:
    size = len(outcome.labels)
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (outcome.targets, outcome.predicted), 1)
    return counts


def _overview(figures: Figures) -> Iterator[Sequence[str]]:
    test = figures.get("test") or {}
    for name, key in (
        ("texts", "n"),
        ("accuracy", "accuracy"),
        ("macro F1", "macro_f1"),
        ("calibration error (ECE)", "ece"),
        ("deflection", "deflection"),
        ("wrong deflection of agent contacts", "wrong_deflection_agent"),
        ("wrong deflection of moments of truth", "wrong_deflection_moment_of_truth"),
        ("of these texts in the training", "overlap"),
    ):
        yield name, _cell(figures.get(key)), _cell(test.get(key))
    if "thresholds" not in figures:
        return
    limits = figures["thresholds"]
    line = f"P(agent) <= {limits['agent_probability']:.5f}, confidence >= {limits['confidence']:.2f}"
    yield "thresholds", escape(line if limits["proven"] else "none was shown to be safe"), ""


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _confusion(entry: Figures) -> Sequence[str]:
    samples = "<br>".join(f'<span class="sample">{escape(sample)}</span>' for sample in entry["samples"])
    return escape(entry["intent"]), escape(entry["predicted"]), str(entry["count"]), samples


def _intent(row: Figures) -> Sequence[str]:
    return escape(row["intent"]), *(f"{row[key]:.3f}" for key in ("f1", "recall", "precision")), str(row["examples"])


def _table(header: Sequence[str], rows: Any) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"
