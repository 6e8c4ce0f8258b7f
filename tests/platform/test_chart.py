"""The whole matrix of the chart's values against Kubernetes' schemas and checkov's rules. `make test-platform`."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.platform.environment import tools
from tests.support.helm import CHART, EXAMPLES, HELM, MATRIX, helm, merged, rendered

VERSIONS = ("1.27", "1.36")  # the oldest that Chart.yaml allows, and the newest that was looked at
OPERATORS = {"PodMonitor", "PrometheusRule", "ScaledObject", "TriggerAuthentication"}  # no part of Kubernetes
# Checks of checkov that the chart fails on purpose: why.
ACCEPTED = {
    "CKV_K8S_11": "no limit of CPU: a throttled owner of a partition misses its heartbeats and looks dead",
    "CKV_K8S_15": "IfNotPresent: releases are never pushed twice, and a node must start while the registry is away",
    "CKV_K8S_35": "of a login only the user name is an environment variable; passwords and keys are files",
    "CKV_K8S_43": "digests are the installer's to give (image.digests); the registry is theirs too",
}


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """Every different document of the whole matrix."""
    assert HELM is not None, "no helm here: make setup-tests fetches it for Linux on x86-64"
    different = {json.dumps(document, sort_keys=True) for values in MATRIX for document in rendered(values)}
    return [json.loads(text) for text in sorted(different)]


@pytest.mark.parametrize("values", [{}, {"keda": {"enabled": True}}, {"hpa": {"enabled": True}}])
def test_the_linter_has_no_complaint(values: dict[str, Any]) -> None:
    production = yaml.safe_load((EXAMPLES / "production.yaml").read_text())
    done = helm("lint", str(CHART), "--strict", values=merged(production, values))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_every_document_is_valid_in_the_oldest_and_the_newest_kubernetes(
    version: str, documents: list[dict[str, Any]], tmp_path: Path
) -> None:
    known = [document for document in documents if document["kind"] not in OPERATORS]
    assert {"Deployment", "Job", "NetworkPolicy", "HorizontalPodAutoscaler", "Ingress"} <= {d["kind"] for d in known}
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(known))
    command = [str(tools("platform") / "kubernetes-validate"), "--strict", "--kubernetes-version", version, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_checkov_finds_nothing_that_has_no_written_reason(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(documents))
    command = [str(tools("platform") / "checkov"), "--directory", str(tmp_path), "--framework", "kubernetes"]
    command += ["--output", "json", "--compact", "--quiet", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    report = json.loads(done.stdout)
    report = report[0] if isinstance(report, list) else report
    found = {
        each["check_id"]: f"{each['check_name']}: {each['resource']}" for each in report["results"]["failed_checks"]
    }
    assert report["summary"]["parsing_errors"] == 0 and report["summary"]["passed"] > len(documents)
    assert {name: what for name, what in found.items() if name not in ACCEPTED} == {}
    assert set(ACCEPTED) <= set(found), "a reason that nothing needs any more"
