"""What the documents say is so: examples are run, tables are compared with the code, links lead somewhere."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from services.ingest.domain.acknowledgement import acknowledgement
from services.ingest.domain.channels.registry import NAMES
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.types import EVENT_TYPES
from services.ingest.openapi import openapi
from services.ingest.problem import problem_of
from services.router.domain.published import PUBLISHED
from services.router.domain.states import TERMINAL
from services.sla.domain.clock import Fact
from shared.contract.topics import AGENT_OFFERS
from shared.policy.kinds import SPANS
from shared.policy.supported import NOT_YET
from shared.policy.targets import Target, TargetWhen
from tests.support.documents import DOCS, ROOT, Story, blocks, differences, tables

PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "channels").glob("*.md"))]
INTEGRATORS = DOCS / "integrators.md"


IN_WORDS = {"usher.contact.pending_changed.v1", "usher.assignment.wrapped_up.v1"}
"""Types of input whose fields integrators.md only names; every other one has an example there."""


def test_every_example_for_integrators_does_what_the_page_says() -> None:
    story, wrong, answer, shown = Story(), [], "", set()
    for block in blocks(INTEGRATORS):
        where = f"integrators.md:{block.line}"
        match (block.language, *block.words):
            case ("yaml", "policy"):
                story.begin(block.text)
            case ("json", "in", area):
                posted = story.post(area, block.text)
                answer = json.dumps(acknowledgement(posted))
                shown.add(posted.type)
                assert story.router.dead == [], f"{where}: {story.router.dead}"
            case ("json", "refused", area):
                with pytest.raises(Rejected) as refused:
                    story.post(area, block.text)
                answer = bytes(problem_of(refused.value).response().body).decode()
            case ("json", "answer" | "problem"):
                wrong += [f"{where}: {said}" for said in differences(json.loads(block.text), json.loads(answer))]
            case ("json", "out", kind, *rest):
                found = story.published(kind, rest[1] if rest else "")
                assert found, f"{where}: no {kind} came of it, but {[event.type for event in story.told]}"
                wrong += [f"{where}: {said}" for said in differences(json.loads(block.text), found[0])]
            case _:
                assert block.language != "json", f"{where}: an example that nothing runs"
    assert wrong == []
    silent = {kind for kind in EVENT_TYPES if kind not in INTEGRATORS.read_text()}
    assert silent == set(), "types that the page does not name"
    assert set(EVENT_TYPES) - shown == IN_WORDS, "types without an example"


def sentence(beginning: str, page: Path = INTEGRATORS) -> str:
    """Of a page, from these words to the next full stop that ends a sentence."""
    words = " ".join(page.read_text().split())
    assert words.count(beginning) == 1, beginning
    return beginning + words.partition(beginning)[2].partition(". ")[0]


def test_integrators_read_of_every_event_that_a_desktop_and_a_watcher_of_promises_hear() -> None:
    heard = {
        kind.removesuffix(".v1").rpartition(".")[2] for kind, one in PUBLISHED.items() if AGENT_OFFERS in one.copies
    }
    desktop = sentence("`usher.agent-offers.v1` has all that a desktop needs")
    in_other_words = {str(end) for end in TERMINAL} | {"message_added"}
    assert "messages that came meanwhile, and the end of a contact" in desktop
    assert {name for name in heard - in_other_words if name.removeprefix("offer_") not in desktop} == set()

    watcher = sentence("`usher.sla-events.v1` tells what became of each promise")
    assert {fact.split(".")[2] for fact in map(str, Fact)} == set(re.findall(r"`((?:clock|risk)_\w+)`", watcher))

    ends = sentence("Nothing ever follows a contact's terminal event")
    assert set(re.findall(r"`(\w+)`", ends)) == {str(end) for end in TERMINAL}


def test_the_page_about_promises_names_every_field_of_a_target_and_of_its_conditions() -> None:
    has = sentence("A target has `within`", DOCS / "sla.md")
    takes = sentence("`when` takes `queue`", DOCS / "sla.md").partition(";")[0]
    assert f"`objective` ({Target.model_fields['objective'].default} unless said)" in has
    assert set(re.findall(r"`(\w+)`", has)) - {"time_to_answer", "handling"} == fields(Target)
    assert set(re.findall(r"`(\w+)`", takes)) - {"when"} == fields(TargetWhen)


def fields(kind: type[BaseModel]) -> set[str]:
    """As the policy's file writes them."""
    return {field.alias or name for name, field in kind.model_fields.items()}


def test_every_status_of_the_door_has_a_row_that_says_what_to_do() -> None:
    (rows,) = [rows for rows in tables(INTEGRATORS.read_text()) if rows[0][0] == "400"]
    statuses = [status for row in rows for status in row[0].split(", ")]
    assert sorted(statuses) == sorted(openapi("1")["components"]["responses"])


def test_the_command_for_integrators_says_of_the_examples_what_the_page_says(tmp_path: Path) -> None:
    script, shown = ((block.language, block.text) for block in blocks(INTEGRATORS)[-2:])
    assert (script[0], shown[0]) == ("sh", "text")
    usher = tmp_path / "usher"
    usher.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from cli.main import main; main()" "$@"\n')
    usher.chmod(0o755)
    command = f"exec 2>&1\n{script[1]}".replace(".venv/bin/usher", str(usher))
    done = subprocess.run(
        ["sh", "-eu", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == shown[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def test_what_is_not_there_yet_is_said_as_long_as_it_is_not_there() -> None:
    page = (ROOT / "README.md").read_text().partition("## Not there yet")[2]

    assert ("Adapters for providers" in page) == (set(NAMES) == {"canonical"})
    assert ("supported.py" in page) == bool(NOT_YET)
    assert ("Kubernetes manifests" in page) == (not (ROOT / "deploy" / "helm").exists())


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_the_page_about_promises_shows_the_table_of_kinds() -> None:
    def cell(words: tuple[str, ...], joint: str) -> str:
        return joint.join(words) or "-"

    rows = [
        f"| `{kind}` | {cell(span.starts, '; ')} | {cell(span.ends, '; ')} | {cell(span.drops, '; ')}"
        f" | {cell(span.pauses, ', ')} | {cell(span.may_pause, ', ')} |"
        for kind, span in SPANS.items()
    ]
    page = (DOCS / "sla.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
