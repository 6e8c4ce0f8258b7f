"""Figures of a text model as lines for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

PERCENT = 100.0
LISTED_INTENTS = 10
LISTED_CONFUSIONS = 8
LISTED_LABELS = 8
WRONG = (("wrong_deflection_agent", "agent contacts"), ("wrong_deflection_moment_of_truth", "moments of truth"))

Figures = Mapping[str, Any]


def trained(figures: Figures) -> Iterator[str]:
    """What ``usher train`` says."""
    yield f"model {figures['model']} ({figures['model_version']}), {figures['seconds']} s"
    yield (
        f"  {figures['n']} texts, {figures['labels']} intents, {figures['features']} features; "
        f"{figures['duplicates']} duplicates dropped, {len(figures['conflicts'])} texts with two labels"
    )
    yield f"  out of fold: {_quality(figures)}"
    if figures["deflection"] is not None:
        yield f"  {_thresholds(figures['thresholds'])}"
    if figures["test"]:
        test = figures["test"]
        yield f"  test, {test['n']} texts: {_quality(test)}; {test['overlap']} of them were in the training"
    yield from _intents(figures)
    yield from _confusions(figures)


def evaluated(figures: Figures) -> Iterator[str]:
    """What ``usher evaluate`` says."""
    yield f"{figures['n']} texts: {_quality(figures)}; {figures['microseconds_per_text']:.0f} us per text"
    if figures["unknown_labels"]:
        yield f"labels that the model does not know: {', '.join(figures['unknown_labels'][:LISTED_LABELS])}"
    yield from _tiers(figures)
    yield from _intents(figures)
    yield from _confusions(figures)


def _tiers(figures: Figures) -> Iterator[str]:
    if not figures["tier_confusion"]:
        return
    yield f"tiers          {'self_service':>14}{'bot':>8}{'agent':>8}"
    for need in ("self_service", "bot", "agent", "moment_of_truth"):
        got = figures["tier_confusion"].get(need)
        if got:
            yield f"  {need:15}{got.get('self_service', 0):12}{got.get('bot', 0):8}{got.get('agent', 0):8}"
    if figures["worst_deflections"]:
        yield "kept from an agent whom they needed, the worst first"
    for row in figures["worst_deflections"]:
        taken = f"{row['intent']} taken for {row['predicted']} ({row['confidence']:.2f})"
        yield f"  row {row['row']}: {taken}, {row['tier']}"
        yield f"      {' '.join(row['text'].split())}"


def _quality(figures: Figures) -> str:
    line = f"accuracy {figures['accuracy']:.3f}, macro F1 {figures['macro_f1']:.3f}"
    line += f", calibration error {figures['ece']:.3f}"
    if figures["deflection"] is None:
        return line
    wrong = [f"{PERCENT * figures[key]:.2f} % of {name} wrongly" for key, name in WRONG if figures[key] is not None]
    return f"{line}; deflects {PERCENT * figures['deflection']:.1f} %: {', '.join(wrong)}"


def _thresholds(limits: Figures) -> str:
    if not limits["proven"]:
        return "thresholds: none; every contact goes to an agent"
    return (
        f"thresholds: P(agent) <= {limits['agent_probability']:.5f}, confidence >= {limits['confidence']:.2f}; "
        f"the risk holds with {PERCENT * limits['sureness']:.0f} % sureness"
    )


def _intents(figures: Figures) -> Iterator[str]:
    yield "weakest intents"
    for row in figures["per_intent"][:LISTED_INTENTS]:
        yield (
            f"  F1 {row['f1']:.2f}, recall {row['recall']:.2f}, precision {row['precision']:.2f}: "
            f"{row['intent']} ({row['examples']})"
        )


def _confusions(figures: Figures) -> Iterator[str]:
    if figures["confusions"]:
        yield "most frequent confusions"
    for confusion in figures["confusions"][:LISTED_CONFUSIONS]:
        yield f"  {confusion['count']} x {confusion['intent']} taken for {confusion['predicted']}"
        for sample in confusion["samples"][:1]:
            yield f"      {' '.join(sample.split())}"
