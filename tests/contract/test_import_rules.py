"""The import contracts are broken by what they forbid: violations planted in a copy of the tree are named, each one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("services", "shared", "lab", "cli", "deploy")
# The environment's own finder adds the real tree to the namespace package `services`.
ONLY_THE_COPY = (
    "import sys; sys.path = ['.'] + [each for each in sys.path if each and 'editable' not in each];"
    "sys.meta_path = [each for each in sys.meta_path if 'editable' not in repr(each).lower()];"
    "from importlinter.cli import lint_imports_command; lint_imports_command()"
)
# file, line that is added to it, the contract that must name it
PLANTED = [
    ("services/router/domain/lifecycle/offers.py", "import yaml", "Domains do no input or output"),
    ("services/router/domain/lifecycle/answers.py", "import logging", "Domains do no input or output"),
    ("services/router/domain/lifecycle/intake.py", "from time import perf_counter", "Domains do no input or output"),
    ("services/router/domain/turn.py", "from shared.clock import now_ms", "Domains do no input or output"),
    ("services/sla/domain/clock.py", "from shared.kafka.output import *", "Domains do no input or output"),
    ("services/sla/domain/book.py", "from shared.policy.load import load_policy", "Domains do no input or output"),
    ("services/router/domain/insight/at_risk.py", "import services.router.postgres", "The router: put together by app"),
    ("services/router/domain/matcher/search.py", "import services.router.domain.turn", "The matcher knows only"),
    ("services/router/watching.py", "import lab.simulation.run", "Services know neither the laboratory"),
    ("services/router/postgres.py", "import services.router.settings", "The router: put together by app"),
    ("services/sla/postgres.py", "import services.sla.kafka", "The sla service: put together by app"),
    ("services/ingest/delivery.py", "import services.ingest.http", "The door: put together by app"),
    ("services/sla/app.py", "import services.ingest.metrics", "Services never import each other"),
    ("shared/errors.py", "import cli.output", "shared knows no service"),
    ("services/router/domain/lifecycle/endings.py", "import services.router.domain.lifecycle.failures", "What happens"),
    ("services/router/domain/states.py", "import services.router.domain.lifecycle.tiers", "The engine: what happens"),
    ("services/router/domain/rules/rules.py", "import services.router.domain.state.rows", "The engine: what happens"),
    ("services/router/domain/forecast.py", "import services.router.domain.state.records", "The engine: what happens"),
    ("services/router/domain/turn.py", "import services.router.domain.insight.drift", "The engine: what happens"),
    ("services/router/domain/insight/drift.py", "import services.router.domain.customers", "The engine: what happens"),
    ("services/sla/domain/clock.py", "import services.sla.domain.book", "The promise: the engine reads"),
    ("services/sla/domain/totals.py", "import services.sla.domain.clockwork", "The promise: the engine reads"),
    ("shared/kafka/output.py", "import shared.lane.publisher", "What is shared: the lane above"),
    ("shared/contract/ids.py", "import shared.process.settings", "What is shared: the lane above"),
    ("shared/lane/worker.py", "from shared.kafka.input import InputLog", "The lane reaches servers"),
    ("shared/lane/upkeep.py", "import shared.postgres", "The lane reaches servers"),
]
# file, line that is added to it, the arrow that closes the circle in its room
CIRCLES = [
    ("services/router/domain/state/records.py", "import services.router.domain.state.book", ".records -> .book"),
    ("services/ingest/domain/way.py", "import services.ingest.domain.normalise", ".way -> .normalise"),
    ("cli/output.py", "import cli.policy.rules", ".output -> .policy"),
    ("lab/shadow/pace.py", "import lab.shadow.follow", ".pace -> .follow"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports prints of a copy in which everything is planted at once."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("*.csv", "*.npz", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, line, _ in (*PLANTED, *CIRCLES):
        path = copy / name
        path.write_text(f"{path.read_text()}\n{line}\n")
    command = [sys.executable, "-c", ONLY_THE_COPY, "--no-cache"]
    environment = {**os.environ, "COLUMNS": "400"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def section(report: str, contract: str) -> str:
    """What is said of a broken contract: its heading with a rule below, up to the next one."""
    parts = re.split(r"^(.+)\n-{3,}\n", report.split("Broken contracts", 1)[1], flags=re.MULTILINE)
    return "".join(text for title, text in zip(parts[1::2], parts[2::2], strict=True) if title.startswith(contract))


@pytest.mark.parametrize(("name", "line", "contract"), PLANTED)
def test_a_planted_import_is_named_by_the_contract_that_forbids_it(
    report: str, name: str, line: str, contract: str
) -> None:
    module = name.removesuffix(".py").replace("/", ".")
    assert module in section(report, contract), f"{line!r} in {name} went unnoticed"


@pytest.mark.parametrize(("name", "line", "arrow"), CIRCLES)
def test_a_planted_circle_is_named_with_its_room_and_the_arrow_that_closes_it(
    report: str, name: str, line: str, arrow: str
) -> None:
    room = str(Path(name).parent).replace("/", ".")
    named = section(report, "No circle").partition(f"No cycles are allowed in {room}.\n")[2].partition("No cycles")[0]
    assert f"- {arrow} (1 import)" in named, f"{line!r} in {name} went unnoticed"
