"""Charts as inline SVG, without scripts or foreign files."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

__all__ = ["confusion_map", "reliability_diagram", "risk_curve"]

SIZE = 320  # pixels of a chart's inner square
MARGIN = 46
MAP_SIZE = 720
CELLS_MAX = 20_000  # drawn squares; of a thousand intents only the confusions worth seeing
NAMES_MAX = 90  # intents whose names still fit beside the map

Points = Sequence[tuple[float, float]]


def confusion_map(labels: Sequence[str], counts: NDArray[np.int64]) -> str:
    """A heat map of ``counts`` (L, L): rows are true intents, columns predicted ones, dark is often."""
    cell = MAP_SIZE / len(labels)
    named = len(labels) <= NAMES_MAX
    left = 230 if named else MARGIN
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    rows, columns = np.nonzero(counts)
    order = np.argsort(-shares[rows, columns], kind="stable")[:CELLS_MAX]
    squares = [
        _square(left, cell, (int(row), int(column)), shares[row, column], _told(labels, counts, row, column))
        for row, column in zip(rows[order], columns[order], strict=True)
    ]
    names = [
        f'<text x="{left - 6}" y="{MARGIN + (at + 0.8) * cell:.1f}" text-anchor="end" font-size="{min(cell, 11):.1f}">'
        f"{escape(label)}</text>"
        for at, label in enumerate(labels if named else [])
    ]
    frame = f'<rect x="{left}" y="{MARGIN}" width="{MAP_SIZE}" height="{MAP_SIZE}" class="frame"/>'
    titles = _text(left + MAP_SIZE / 2, MARGIN - 14, "predicted intent (same order as the rows)")
    return _svg(left + MAP_SIZE + 10, MAP_SIZE + MARGIN + 10, [frame, *squares, *names, titles])


def _told(labels: Sequence[str], counts: NDArray[np.int64], row: int, column: int) -> str:
    verb = "found" if row == column else f"taken for {labels[column]}"
    return f"{labels[row]}: {counts[row, column]} {verb}"


def _square(left: float, cell: float, at: tuple[int, int], share: float, told: str) -> str:
    row, column = at
    colour = "#1d6fa5" if row == column else "#c0392b"
    return (
        f'<rect x="{left + column * cell:.1f}" y="{MARGIN + row * cell:.1f}" width="{cell:.2f}" height="{cell:.2f}" '
        f'fill="{colour}" fill-opacity="{max(0.08, min(1.0, share)):.2f}"><title>{escape(told)}</title></rect>'
    )


def reliability_diagram(bins: Sequence[tuple[float, float, float]]) -> str:
    """What was promised (confidence) against what was kept (accuracy); a dot's size is its share of the texts."""
    dots = [
        f'<circle cx="{_x(confidence):.1f}" cy="{_y(found):.1f}" r="{3 + 22 * share**0.5:.1f}" class="dot">'
        f"<title>confidence {confidence:.2f}, accuracy {found:.2f}, {share:.1%} of the texts</title></circle>"
        for confidence, found, share in bins
    ]
    ideal = f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" class="ideal"/>'
    return _chart("confidence", "accuracy", [ideal, *dots], 1.0)


def risk_curve(points: Points) -> str:
    """The share of wrong answers if only the most confident texts are answered by the model."""
    top = max(0.01, max(risk for _, risk in points) * 1.1)
    path = " ".join(f"{_x(coverage):.1f},{_y(risk / top):.1f}" for coverage, risk in points)
    return _chart(
        "share of texts answered", "share of answers wrong", [f'<polyline points="{path}" class="curve"/>'], top
    )


def _x(share: float) -> float:
    return MARGIN + share * SIZE


def _y(share: float) -> float:
    return MARGIN / 2 + (1.0 - share) * SIZE


def _chart(across: str, up: str, shapes: Sequence[str], top: float) -> str:
    frame = f'<rect x="{_x(0)}" y="{_y(1)}" width="{SIZE}" height="{SIZE}" class="frame"/>'
    ticks = []
    for at in (0.0, 0.25, 0.5, 0.75, 1.0):
        ticks.append(_text(_x(at), _y(0) + 15, f"{at:g}"))
        ticks.append(
            f'<text x="{_x(0) - 5:.1f}" y="{_y(at) + 4:.1f}" text-anchor="end" font-size="11">{at * top:.3g}</text>'
        )
    middle = _y(0.5)
    name = (
        f'<text x="12" y="{middle:.1f}" text-anchor="middle" font-size="12" transform="rotate(-90 12 {middle:.1f})">'
        f"{escape(up)}</text>"
    )
    return _svg(
        SIZE + 2 * MARGIN, SIZE + 1.5 * MARGIN, [frame, *ticks, *shapes, _text(_x(0.5), _y(0) + 34, across), name]
    )


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="12">{escape(text)}</text>'


def _svg(width: float, height: float, shapes: Sequence[str]) -> str:
    inside = "\n".join(shapes)
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img">\n{inside}\n</svg>'
