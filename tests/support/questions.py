"""What rules, alerts and dashboards ask of Prometheus."""

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.grafana.boards import BOARDS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = re.compile(r"\b(?:usher|process|python)[a-z0-9_]*(?::[a-z0-9_]+)*\b")
PARTS = ("_bucket", "_count", "_sum")


def rules(file: str) -> list[dict[str, Any]]:
    """The rules of a file in deploy/prometheus, without their groups."""
    document = yaml.safe_load((DEPLOY / "prometheus" / file).read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[tuple[str, str]]:
    """(panel, question) of every dashboard, with its variables filled in."""
    return [
        (f"{board.uid}: {panel.title}", question.replace("$workspace", ".*").replace("$queue", ".*"))
        for board in BOARDS
        for panel in board.panels
        for _, question in panel.questions
    ]


def metrics_of(question: str) -> set[str]:
    """The names of series that a question asks for."""
    bare = re.sub(r'"[^"]*"', "", question)
    return set(NAME.findall(bare))


def family(name: str, known: set[str]) -> str:
    """The metric that a series belongs to: a histogram has three kinds."""
    for part in PARTS:
        if name.endswith(part) and name.removesuffix(part) in known:
            return name.removesuffix(part)
    return name
