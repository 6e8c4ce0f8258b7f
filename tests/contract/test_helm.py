"""The Helm chart: what it renders over a matrix of values is safe, complete, and says what the settings mean."""

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.acl import document
from deploy.local.java import cache_folder
from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.process.settings import CommonSettings, secret_fields

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/usher"
EXAMPLES = ROOT / "deploy/helm/examples"
HELM = shutil.which("helm") or shutil.which("helm", path=str(cache_folder() / "bin"))
KUBERNETES = "1.31.0"
SETTINGS = {"ingest": IngestSettings, "router": RouterSettings, "sla": SlaSettings}
REQUIRED = {"kafka": {"bootstrapServers": "broker:9093"}, "postgres": {"host": "database"}}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "security": [
        {},
        {"kafka": {"securityProtocol": "PLAINTEXT"}, "postgres": {"sslMode": "disable"}},
        {"kafka": {"securityProtocol": "SSL", "ca": {"secret": "ca"}}, "postgres": {"ca": {"secret": "ca"}}},
    ],
    "scale": [{}, {"keda": {"enabled": True}}],
    "reach": [
        {"networkPolicy": {"enabled": False}, "podDisruptionBudget": {"enabled": False}},
        {"ingress": {"enabled": True, "host": "c.example.com", "tlsSecret": "tls"}, "jobs": {"topics": False}},
    ],
    "eyes": [
        {},
        {
            "podMonitor": {"enabled": True, "labels": {"release": "p"}},
            "prometheusRule": {"enabled": True},
            "image": {"registry": "r.example.com/x/", "digests": {"router": "sha256:" + "0" * 64}},
            "nodeSelector": {"disk": "fast"},
            "tolerations": [{"key": "a", "operator": "Exists"}],
            "podLabels": {"team": "care"},
            "podAnnotations": {"note": "yes"},
            "priorityClassName": "high",
            "sources": {"files": {"secret": "files"}},
        },
    ],
}
needs_helm = pytest.mark.skipif(HELM is None, reason="no helm here: `make test-platform` builds it from its Go module")


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """Dictionaries over each other, as helm merges values."""
    result: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def helm(*arguments: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(HELM), *arguments, *(["--values", "-"] if values is not None else [])]
    environment = {**os.environ, "HELM_CACHE_HOME": "/nonexistent", "HOME": "/nonexistent"}
    return subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    done = helm("template", "u", str(CHART), "--kube-version", KUBERNETES, values=merged(REQUIRED, values))
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def pods(documents: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Name and specification of everything that runs."""
    return [
        (document["metadata"]["name"], document["spec"]["template"]["spec"])
        for document in documents
        if document["kind"] in {"Deployment", "Job"}
    ]


MATRIX = [merged(*parts) for parts in itertools.product(*VARIANTS.values())]


@needs_helm
@pytest.mark.parametrize("values", MATRIX)
def test_whatever_is_chosen_everything_runs_without_rights_and_reads_what_exists(values: dict[str, Any]) -> None:
    documents = rendered(values)
    names = [(document["kind"], document["metadata"]["name"]) for document in documents]
    assert len(names) == len(set(names))
    running = pods(documents)
    assert {"u-ingest", "u-router", "u-sla", "u-migrate"} <= {name for name, _ in running}
    for name, pod in running:
        _check_rights(name, pod)
        _check_mounts(name, pod)
        _check_environment(name, pod)


def _check_rights(name: str, pod: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False, name
    assert pod["securityContext"]["runAsNonRoot"] is True, name
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
    assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
    assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"], name


def _check_mounts(name: str, pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert volumes == set(mounts), name
    for entry in container["env"]:
        if entry.get("value", "").startswith("/etc/usher/"):
            assert any(entry["value"].startswith(f"{path}/") for path in mounts.values()), (name, entry)


def _check_environment(name: str, pod: dict[str, Any]) -> None:
    settings = SETTINGS.get(name.removeprefix("u-"), IngestSettings)
    known = {f"USHER_{field.upper()}" for field in settings.model_fields}
    known |= {f"USHER_{field.upper()}_FILE" for field in secret_fields(settings)} | {"POSTGRES_USER"}
    for entry in pod["containers"][0]["env"]:
        assert entry["name"] in known, f"{name}: {entry['name']} is no setting"
        secret = re.search(r"PASSWORD$|_KEY$|_SECRET$", entry["name"])
        assert not secret or "valueFrom" in entry, f"{name}: {entry['name']} stands in the open"


@needs_helm
def test_services_have_probes_that_an_outage_elsewhere_does_not_trip() -> None:
    for name, pod in pods(rendered({})):
        if name.removeprefix("u-") in SETTINGS:
            (container,) = pod["containers"]
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
            assert container["startupProbe"]["httpGet"]["path"] == "/livez"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
            drain = (
                CommonSettings.model_fields.get("drain_seconds_max")
                or SETTINGS["router"].model_fields["drain_seconds_max"]
            )
            assert pod["terminationGracePeriodSeconds"] > drain.default


@needs_helm
def test_the_schema_and_the_topics_are_ready_before_anything_new_runs() -> None:
    hooks = {
        document["metadata"]["name"]: document["metadata"]["annotations"]
        for document in rendered({})
        if document["kind"] == "Job"
    }
    assert {name: note["helm.sh/hook"] for name, note in hooks.items()} == {
        "u-migrate": "pre-install,pre-upgrade",
        "u-topics": "pre-install,pre-upgrade",
    }
    assert int(hooks["u-migrate"]["helm.sh/hook-weight"]) < int(hooks["u-topics"]["helm.sh/hook-weight"])


@needs_helm
@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"kafka": {"bootstrapServers": ""}}, "bootstrapServers"),
        ({"kafka": {"bootstrap": "x:1"}}, "bootstrap"),
        ({"services": {"router": {"replica": 3}}}, "replica"),
        ({"services": {"router": {"env": {"PARTITIONS": "3"}}}}, "PARTITIONS"),
        ({"postgres": {"sslMode": "on"}}, "sslMode"),
        ({"image": {"digests": {"router": "latest"}}}, "digest"),
        ({"ingress": {"enabled": True}}, "ingress.host"),
    ],
)
def test_values_that_mean_nothing_are_refused_by_name(values: dict[str, Any], complaint: str) -> None:
    done = helm("template", "u", str(CHART), "--kube-version", KUBERNETES, values=merged(REQUIRED, values))
    assert done.returncode != 0 and complaint in done.stderr


@needs_helm
def test_the_linter_has_no_complaint_about_the_chart_with_the_production_example() -> None:
    done = helm("lint", str(CHART), "--strict", "-f", str(EXAMPLES / "production.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@needs_helm
def test_scaling_never_goes_beyond_the_partitions() -> None:
    values = {"keda": {"enabled": True, "maxReplicas": 50}, "kafka": {"partitions": 8}}
    scaled = [document for document in rendered(values) if document["kind"] == "ScaledObject"]
    assert {document["spec"]["maxReplicaCount"] for document in scaled} == {8}
    assert all("replicas" not in document["spec"] for document in rendered(values) if document["kind"] == "Deployment")


def test_the_rules_of_the_strimzi_example_are_those_that_the_command_prints() -> None:
    examples = list(yaml.safe_load_all((EXAMPLES / "strimzi.yaml").read_text()))
    users = {each["metadata"]["name"]: each for each in examples if each["kind"] == "KafkaUser"}
    assert users
    for name, user in users.items():
        told = {
            (rule["resource"], rule["name"], rule["pattern"], rule["operation"])
            for rule in document("", "usher-{service}", "*")
            if rule["principal"] == f"User:{name}"
        }
        assert {
            (
                acl["resource"]["type"],
                acl["resource"]["name"],
                "prefixed" if acl["resource"].get("patternType") == "prefix" else "literal",
                re.sub(r"(?<!^)(?=[A-Z])", "_", operation).upper(),
            )
            for acl in user["spec"]["authorization"]["acls"]
            for operation in acl["operations"]
        } == told


def test_every_value_has_its_place_in_the_schema() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(values) <= set(schema["properties"])
    assert schema["additionalProperties"] is False
