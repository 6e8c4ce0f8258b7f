"""The chart, rendered by a real helm, over a matrix of values."""

import functools
import itertools
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.platform.tools import find

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/usher"
EXAMPLES = ROOT / "deploy/helm/examples"
HELM = find("helm")
KUBERNETES = "1.36.0"
REQUIRED = {"kafka": {"bootstrapServers": "broker:9093"}, "postgres": {"host": "database"}}
USERS = {name: {"kafkaUsername": f"usher-{name}"} for name in ("ingest", "router", "sla", "operator")}
MUTUAL = {"clientCertificate": {"enabled": True}, "ca": {"secret": "ca"}}
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "security": [
        {},
        {"kafka": {"securityProtocol": "PLAINTEXT"}, "postgres": {"sslMode": "disable"}},
        {"kafka": {"securityProtocol": "SSL", **MUTUAL}, "postgres": {"ca": {"secret": "ca"}}},
        {
            "kafka": {
                "saslMechanism": "OAUTHBEARER",
                "oauth": {"tokenUrl": "https://issuer.example.com/t", "scope": "k"},
            }
        },
        {"kafka": {"saslMechanism": "PLAIN", **MUTUAL}, "credentials": USERS},
    ],
    "scale": [{"hpa": {"enabled": True}}, {"keda": {"enabled": True}}],
    "reach": [
        {"networkPolicy": {"enabled": False}, "podDisruptionBudget": {"enabled": False}, "jobs": {"topics": False}},
        {
            "ingress": {"enabled": True, "host": "c.example.com", "tlsSecret": "tls"},
            "smtp": {"enabled": True, "tlsSecret": "mail", "service": {"type": "LoadBalancer"}},
        },
    ],
    "eyes": [
        {"topologySpread": {"enabled": False}, "preStopSeconds": 0},
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
            "models": {"claim": "models"},
        },
    ],
}


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """Dictionaries over each other, as helm merges values."""
    result: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


MATRIX = [merged(*parts) for parts in itertools.product(*VARIANTS.values())]
# Each security with something, and every three of the other choices with each other.
SAMPLE = [
    merged(
        *(options[row // step % len(options)] for step, options in zip((1, 1, 2, 4), VARIANTS.values(), strict=True))
    )
    for row in range(8)
]


def helm(*arguments: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm; ``values`` go over the chart's own."""
    command = [str(HELM), *arguments, *(["--values", "-"] if values is not None else [])]
    environment = {**os.environ, "HELM_CACHE_HOME": "/nonexistent", "HOME": "/nonexistent"}
    return subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def template(values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The chart with what it requires and these values."""
    return helm(
        "template",
        "u",
        str(CHART),
        "--namespace",
        "usher",
        "--kube-version",
        KUBERNETES,
        values=merged(REQUIRED, values),
    )


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    """What the chart makes of these values; each kind of values is rendered once."""
    return list(yaml.load_all(_text(json.dumps(values)), yaml.CSafeLoader))


@functools.cache
def _text(values: str) -> str:
    done = template(json.loads(values))
    assert done.returncode == 0, done.stderr
    return done.stdout


def strimzi_rules() -> dict[str, list[dict[str, str]]]:
    """The rules of every user of the Strimzi example, in the words of ``usher acl print --json``."""
    users = [
        each for each in yaml.safe_load_all((EXAMPLES / "strimzi.yaml").read_text()) if each["kind"] == "KafkaUser"
    ]
    return {
        user["metadata"]["name"]: [
            {
                "principal": f"User:{user['metadata']['name']}",
                "host": "*",
                "resource": acl["resource"]["type"],
                "name": acl["resource"]["name"],
                "pattern": "prefixed" if acl["resource"].get("patternType") == "prefix" else "literal",
                "operation": re.sub(r"(?<!^)(?=[A-Z])", "_", operation).upper(),
            }
            for acl in user["spec"]["authorization"]["acls"]
            for operation in acl["operations"]
        ]
        for user in users
    }


def pods(documents: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Name and specification of everything that runs."""
    return [
        (document["metadata"]["name"], document["spec"]["template"]["spec"])
        for document in documents
        if document["kind"] in {"Deployment", "Job"}
    ]


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Everything of a kind, by its name without the release's."""
    return {
        document["metadata"]["name"].removeprefix("u").removeprefix("-"): document
        for document in documents
        if document["kind"] == kind
    }
