"""Pictures of the dashboards without Grafana: their panels drawn as SVG from a Prometheus' answers.

``python -m deploy.grafana.preview http://127.0.0.1:9090 FOLDER [--minutes N]`` writes one page a dashboard, and a PNG
of each where a headless Chromium is. They are previews: Grafana draws the same data in its own way.
"""

import argparse
import html
import json
import math
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deploy.grafana.boards import SOON
from deploy.grafana.generate import FOLDER

Line = tuple[str, list[tuple[float, float]]]

WIDTH, HEIGHT, LEFT, BOTTOM = 560, 190, 56, 20
LINES_MAX = 8  # of a panel; a picture holds no more
STEPS = 120  # points of a line
RATE_SECONDS_MIN = 20  # four scrapes of compose, five and more of the local stack
COLORS = ("#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0")
STYLE = """
body{background:#111217;color:#ccccdc;font:14px sans-serif;margin:16px;width:1180px}
h1{font-size:20px;margin:0 0 4px} p{margin:0 0 12px;color:#8e8ea0}
main{display:flex;flex-wrap:wrap;gap:10px} section{background:#181b1f;border:1px solid #2c3235;padding:8px;width:566px}
section.n{width:266px} h2{font-size:14px;margin:0} small{color:#8e8ea0} b{font-size:34px;color:#7eb26d}
.l{font-size:11px;display:flex;flex-wrap:wrap;gap:2px 10px;color:#9fa7b3;min-height:15px}
text{fill:#8e8ea0;font-size:10px}
"""


def main() -> int:
    """Exit 0; 1 without a Chromium, after the pages are written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prometheus")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    end = time.time()
    span = (end - args.minutes * 60, end)
    for file in sorted(FOLDER.glob("*.json")):
        board = json.loads(file.read_text())
        page = args.folder / f"{file.stem}.html"
        page.write_text(_page(board, args.prometheus, span))
        if not _picture(page):
            sys.stderr.write("no Chromium here: pages only (Debian: apt install chromium)\n")
            return 1
        page.unlink()
    return 0


def _picture(page: Path) -> bool:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return False
    text = page.read_text()
    numbers, charts = text.count("<section class"), text.count("<svg")
    height = 90 + math.ceil(numbers / 4) * 112 + math.ceil(charts / 2) * 268
    picture, address = page.absolute().with_suffix(".png"), page.absolute().as_uri()
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--window-size=1212,{height}", f"--screenshot={picture}", address]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def _page(board: dict[str, Any], prometheus: str, span: tuple[float, float]) -> str:
    panels = "".join(_panel(panel, prometheus, span) for panel in board["panels"])
    about = f"{html.escape(board['description'])} A preview from a live run, not drawn by Grafana."
    head = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><h1>{html.escape(board['title'])}</h1>"
    return f"{head}<p>{about}</p><main>{panels}</main>"


def _panel(panel: dict[str, Any], prometheus: str, span: tuple[float, float]) -> str:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    found = [line for target in panel["targets"] for line in _lines(target, prometheus, span)]
    lines = sorted(found, key=lambda line: -max(value for _, value in line[1]))[:LINES_MAX]
    head = f"<h2>{html.escape(panel['title'])}</h2><small>{html.escape(panel['description'])}</small>"
    if panel["type"] == "stat":
        last = lines[0][1][-1][1] if lines and lines[0][1] else math.nan
        return f"<section class=n>{head}<div><b>{_number(last, unit)}</b></div></section>"
    names = "".join(
        f"<span><span style='color:{COLORS[at]}'>&#9632;</span> {html.escape(name)}</span>"
        for at, (name, _) in enumerate(lines)
    )
    return f"<section>{head}{_chart(lines, unit, span)}<div class=l>{names}</div></section>"


def _lines(target: dict[str, Any], prometheus: str, span: tuple[float, float]) -> Iterator[Line]:
    step = (span[1] - span[0]) / STEPS
    question = filled_in(target["expr"], rate_seconds=max(RATE_SECONDS_MIN, math.ceil(step)))
    query = {"query": question, "start": span[0], "end": span[1], "step": step}
    with urllib.request.urlopen(
        f"{prometheus}/api/v1/query_range?{urllib.parse.urlencode(query)}", timeout=30
    ) as answer:
        found = json.load(answer)["data"]["result"]
    for series in found:
        name = target["legendFormat"]
        for label, value in series["metric"].items():
            name = name.replace("{{" + label + "}}", value)
        points = [(float(at), float(value)) for at, value in series["values"] if math.isfinite(float(value))]
        if points:
            yield " ".join(word for word in name.split() if not word.startswith("{{")), points


def filled_in(question: str, *, rate_seconds: int) -> str:
    """A panel's question with Grafana's variables as Prometheus takes it: every workspace and queue."""
    filled = question.replace("$workspace", ".*").replace("$queue", ".*")
    return filled.replace(SOON, f"{rate_seconds}s")


def _chart(lines: Sequence[Line], unit: str, span: tuple[float, float]) -> str:
    top = max((value for _, points in lines for _, value in points), default=1.0) or 1.0
    top = 1.0 if unit == "percentunit" and top < 1.01 else top * 1.1

    def place(at: float, value: float) -> str:
        x = LEFT + (at - span[0]) / (span[1] - span[0]) * (WIDTH - LEFT)
        return f"{x:.1f},{(HEIGHT - BOTTOM) * (1 - value / top) + 6:.1f}"

    grid = "".join(
        f"<line x1={LEFT} x2={WIDTH} y1={y} y2={y} stroke=#2c3235 />"
        f"<text x=0 y={y + 4}>{_number(top * share, unit)}</text>"
        for share in (0.0, 0.5, 1.0)
        for y in [(HEIGHT - BOTTOM) * (1 - share) + 6]
    )
    drawn = "".join(
        f"<polyline fill=none stroke={COLORS[at]} stroke-width=1.5"
        f" points='{' '.join(place(*point) for point in points)}' />"
        for at, (_, points) in enumerate(lines)
    )
    return f"<svg width={WIDTH} height={HEIGHT}>{grid}{drawn}</svg>"


def _number(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "-"
    if unit == "percentunit":
        return f"{value:.0%}"
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    if unit == "s":
        return f"{_short(value * 1000)} ms" if value < 1 else f"{value:.1f} s"
    return _short(value) + ("/s" if unit == "ops" else "")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
