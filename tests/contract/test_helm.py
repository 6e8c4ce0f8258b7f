"""The Helm chart: what it renders over a matrix of values is safe, complete, and says what the settings mean."""

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.acl import document
from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.process.settings import CommonSettings, secret_fields
from tests.support.helm import (
    CHART,
    EXAMPLES,
    HELM,
    ROOT,
    SAMPLE,
    VARIANTS,
    helm,
    merged,
    of_kind,
    pods,
    rendered,
    strimzi_rules,
    template,
)

SETTINGS = {"ingest": IngestSettings, "router": RouterSettings, "sla": SlaSettings}
REACH, EYES = VARIANTS["reach"][1], VARIANTS["eyes"][1]
needs_helm = pytest.mark.skipif(HELM is None, reason="no helm here: make setup-tests fetches it for Linux on x86-64")


@needs_helm
@pytest.mark.parametrize("values", SAMPLE)
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
    assert pod["enableServiceLinks"] is False, f"{name}: a service called usher-x would become a variable USHER_X_PORT"
    assert pod["securityContext"]["runAsNonRoot"] is True, name
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
    assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
    for resource in ("memory", "ephemeral-storage"):
        assert container["resources"]["limits"][resource] and container["resources"]["requests"][resource], name
    assert container["resources"]["requests"]["cpu"], name


def _check_mounts(name: str, pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert volumes == set(mounts), name
    for entry in container["env"]:
        if entry.get("value", "").startswith("/"):
            assert any(f"{entry['value']}/".startswith(f"{path}/") for path in mounts.values()), (name, entry)


def _check_environment(name: str, pod: dict[str, Any]) -> None:
    settings = SETTINGS.get(name.removeprefix("u-"), IngestSettings)
    known = {f"USHER_{field.upper()}" for field in settings.model_fields}
    known |= {f"USHER_{field.upper()}_FILE" for field in secret_fields(settings)}
    names = [entry["name"] for entry in pod["containers"][0]["env"]]
    assert len(names) == len(set(names)), f"{name}: the API server refuses a variable that stands there twice"
    for entry in pod["containers"][0]["env"]:
        assert entry["name"] in known, f"{name}: {entry['name']} is no setting"
        secret = re.search(r"PASSWORD$|_KEY$|_SECRET$", entry["name"].removesuffix("TLS_KEY"))
        assert not secret or "valueFrom" in entry, f"{name}: {entry['name']} stands in the open"


@needs_helm
@pytest.mark.parametrize("security", VARIANTS["security"])
@pytest.mark.parametrize("service", SETTINGS)
def test_a_process_can_start_with_what_it_is_given_and_logs_in_as_itself(
    security: dict[str, Any], service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment of a pod, with every mounted secret's file in place, is a valid configuration."""
    pod = dict(pods(rendered(merged(security, REACH))))[f"u-{service}"]
    paths = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    for volume in pod["volumes"]:
        for item in volume.get("secret", {}).get("items", []):
            place = tmp_path / paths[volume["name"]].lstrip("/") / item["path"]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{volume['secret']['secretName']}/{item['key']}-of-some-length")
    for entry in pod["containers"][0]["env"]:
        reference = entry.get("valueFrom", {}).get("secretKeyRef", {})
        value = entry.get("value", f"{reference.get('name')}/{reference.get('key')}")
        monkeypatch.setenv(entry["name"], re.sub(r"(^|=)/etc/", rf"\1{tmp_path}/etc/", value))
    settings = SETTINGS[service]()
    assert (
        f"//usher-postgres-{service}%2Fusername:usher-postgres-{service}%2Fpassword"
        in settings.postgres_dsn.get_secret_value()
    )
    if settings.kafka_security_protocol.startswith("SASL"):
        told = (settings.kafka_sasl_username, settings.kafka_sasl_password.get_secret_value())
        if settings.kafka_sasl_mechanism == "OAUTHBEARER":
            told = (settings.kafka_oauth_client_id, settings.kafka_oauth_client_secret.get_secret_value())
        secret = f"usher-kafka-{service}"
        assert told[0] in {f"{secret}/username", f"usher-{service}"}
        assert told[1] == f"{secret}/password-of-some-length"
    for file in (settings.kafka_ssl_ca_file, settings.kafka_ssl_cert_file, settings.kafka_ssl_key_file):
        assert not file or Path(file).is_file()


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
    documents = rendered({})
    hooks = {name: job["metadata"]["annotations"] for name, job in of_kind(documents, "Job").items()}
    assert {name: note["helm.sh/hook"] for name, note in hooks.items()} == {
        "migrate": "pre-install,pre-upgrade",
        "topics": "pre-install,pre-upgrade",
    }
    weights = {name: int(note["helm.sh/hook-weight"]) for name, note in hooks.items()}
    policy = of_kind(documents, "NetworkPolicy")["jobs"]["metadata"]["annotations"]
    assert policy["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert int(policy["helm.sh/hook-weight"]) < weights["migrate"] < weights["topics"]


@needs_helm
@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"kafka": {"bootstrapServers": ""}}, "bootstrapServers"),
        ({"kafka": {"bootstrap": "x:1"}}, "bootstrap"),
        ({"kafka": {"saslMechanism": "OAUTHBEARER"}}, "kafka.oauth.tokenUrl"),
        ({"services": {"router": {"replica": 3}}}, "replica"),
        ({"services": {"router": {"env": {"PARTITIONS": "3"}}}}, "PARTITIONS"),
        ({"services": {"router": {"env": {"USHER_POSTGRES_PASSWORD": "x"}}}}, "USHER_POSTGRES_PASSWORD"),
        ({"services": {"router": {"env": {"USHER_PARTITIONS": "3"}}}}, "services.router.env.USHER_PARTITIONS"),
        ({"services": {"sla": {"env": {"USHER_DRAIN_SECONDS_MAX": "26"}}}}, "terminationGracePeriodSeconds"),
        ({"postgres": {"sslMode": "on"}}, "sslMode"),
        ({"image": {"digests": {"router": "latest"}}}, "digest"),
        ({"ingress": {"enabled": True}}, "ingress.host"),
    ],
)
def test_values_that_mean_nothing_are_refused_by_name(values: dict[str, Any], complaint: str) -> None:
    done = template(values)
    assert done.returncode != 0 and complaint in done.stderr


@needs_helm
def test_the_linter_has_no_complaint_about_the_chart_with_the_production_example() -> None:
    done = helm("lint", str(CHART), "--strict", "-f", str(EXAMPLES / "production.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@needs_helm
def test_scaling_never_goes_beyond_the_partitions_nor_below_what_was_asked_for() -> None:
    values = {
        "keda": {"enabled": True, "maxReplicas": 50},
        "kafka": {"partitions": 8},
        "services": {"sla": {"replicas": 9}},
    }
    documents = rendered(values)
    scaled = {name: each["spec"] for name, each in of_kind(documents, "ScaledObject").items()}
    assert {name: (spec["minReplicaCount"], spec["maxReplicaCount"]) for name, spec in scaled.items()} == {
        "ingest": (2, 8),
        "router": (2, 8),
        "sla": (9, 9),
    }
    assert all("replicas" not in each["spec"] for each in of_kind(documents, "Deployment").values())


@needs_helm
def test_without_keda_the_door_alone_is_scaled_by_its_cpu() -> None:
    documents = rendered({"hpa": {"enabled": True}})
    (scaler,) = of_kind(documents, "HorizontalPodAutoscaler").values()
    assert scaler["spec"]["scaleTargetRef"]["name"] == "u-ingest"
    fixed = {name for name, each in of_kind(documents, "Deployment").items() if "replicas" in each["spec"]}
    assert fixed == {"router", "sla"}


@needs_helm
@pytest.mark.parametrize(
    ("security", "sasl", "tls", "parameters"),
    [
        (0, "scram_sha512", "enable", {"username", "password"}),
        (1, None, None, None),
        (2, None, "enable", {"ca", "cert", "key"}),
        (3, "oauthbearer", "enable", {"username", "password", "oauthTokenEndpointUri", "scopes"}),
        (4, "plaintext", "enable", {"username", "password", "ca", "cert", "key"}),
    ],
)
def test_keda_asks_the_brokers_as_the_service_that_it_scales(
    security: int, sasl: str | None, tls: str | None, parameters: set[str] | None
) -> None:
    documents = rendered(merged(VARIANTS["security"][security], {"keda": {"enabled": True}}))
    logins = of_kind(documents, "TriggerAuthentication")
    for service in ("router", "sla"):
        (trigger,) = of_kind(documents, "ScaledObject")[service]["spec"]["triggers"]
        assert (trigger["metadata"].get("sasl"), trigger["metadata"].get("tls")) == (sasl, tls)
        if parameters is None:
            assert "authenticationRef" not in trigger and not logins
            continue
        login = logins[trigger["authenticationRef"]["name"].removeprefix("u-")]["spec"]
        secrets, variables = login.get("secretTargetRef", []), login.get("env", [])
        assert {each["parameter"] for each in [*secrets, *variables]} == parameters
        assert {each["name"] for each in secrets} <= {f"usher-kafka-{service}", "ca"}
        scaled = dict(pods(documents))[f"u-{service}"]["containers"][0]["env"]
        assert {each["name"] for each in variables} <= {entry["name"] for entry in scaled}


@needs_helm
def test_prometheus_gets_the_rules_that_were_tested_and_the_labels_that_they_expect() -> None:
    documents = rendered(EYES)
    (rule,) = of_kind(documents, "PrometheusRule").values()
    files = [yaml.safe_load((ROOT / f"deploy/prometheus/{name}.yml").read_text()) for name in ("alerts", "recording")]
    assert rule["spec"]["groups"] == [group for file in files for group in file["groups"]]

    (monitor,) = of_kind(documents, "PodMonitor").values()
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    labels = {"job", "instance", "namespace", "pod", "container", "endpoint"}  # of the operator, for a PodMonitor
    for step in endpoint["relabelings"]:
        if step.get("action") == "labeldrop":
            labels -= {label for label in labels if re.fullmatch(step["regex"], label)}
    told_apart = labels - {"namespace"}  # the same for every replica of a release
    dropped = {
        label.strip()
        for group in files[1]["groups"]
        for each in group["rules"]
        for found in re.findall(r"max without \(([^)]*)\)", each["expr"])
        for label in found.split(",")
    }
    assert told_apart == dropped
    (job,) = [step["replacement"] for step in endpoint["relabelings"] if step.get("targetLabel") == "job"]
    asked = {job for path in ("alerts.yml", "recording.yml") for job in _jobs(path)}
    assert asked == {job}


def _jobs(name: str) -> list[str]:
    return re.findall(r'job="([^"]*)"', (ROOT / "deploy/prometheus" / name).read_text())


@needs_helm
def test_what_is_not_allowed_is_forbidden_and_what_is_needed_is_allowed() -> None:
    policies = {name: each["spec"] for name, each in of_kind(rendered(REACH), "NetworkPolicy").items()}
    assert set(policies) == {"ingest", "router", "sla", "jobs"}
    doors = {
        name: {port["port"] for rule in policy["ingress"] for port in rule["ports"]}
        for name, policy in policies.items()
    }
    assert doors == {"ingest": {9100, 8080, 2525}, "router": {9100}, "sla": {9100}, "jobs": set()}
    for policy in policies.values():
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        ways = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
        assert {53, 9093, 5432} <= ways

    mail = of_kind(rendered(REACH), "Service")["smtp"]["spec"]
    (container,) = dict(pods(rendered(REACH)))["u-ingest"]["containers"]
    assert mail["ports"][0]["targetPort"] in {port["name"] for port in container["ports"]}


@needs_helm
def test_who_may_connect_and_whereto_can_be_narrowed() -> None:
    team = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "some"}}}]
    narrow = {"doorFrom": team, "smtpFrom": team, "metricsFrom": team, "dnsTo": team, "kafkaTo": [], "postgresTo": []}
    issuer = [{"to": team, "ports": [{"port": 443}]}]
    policy = of_kind(rendered(merged(REACH, {"networkPolicy": {**narrow, "extraTo": issuer}})), "NetworkPolicy")
    spec = policy["ingest"]["spec"]
    assert all(rule["from"] == team for rule in spec["ingress"]) and len(spec["ingress"]) == 3
    assert [rule["to"] for rule in spec["egress"]] == [team, team] and spec["egress"][1] == issuer[0]


def test_the_rules_of_the_strimzi_example_are_those_that_the_command_prints() -> None:
    users = strimzi_rules()
    assert set(users) == {"usher-ingest", "usher-router", "usher-sla", "usher-operator"}
    told = document(CommonSettings(), "usher-{service}", "*")
    assert sorted(map(str, chain(*users.values()))) == sorted(map(str, told))


def test_the_examples_fit_together() -> None:
    """The production values name what the examples of Kafka and PostgreSQL make."""
    values = yaml.safe_load((EXAMPLES / "production.yaml").read_text())
    users = set(strimzi_rules())
    assert {login["kafkaUsername"] for login in values["credentials"].values()} == users
    assert {login["kafka"] for login in values["credentials"].values()} == users  # Strimzi's secret has the user's name
    database = yaml.safe_load((EXAMPLES / "cloudnativepg.yaml").read_text())
    roles = {role["passwordSecret"]["name"] for role in database["spec"]["managed"]["roles"]}
    roles.add(database["spec"]["bootstrap"]["initdb"]["secret"]["name"])
    assert {login["postgres"] for login in values["credentials"].values()} == roles


def test_every_value_has_its_place_in_the_schema() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(values) <= set(schema["properties"])
    assert schema["additionalProperties"] is False
