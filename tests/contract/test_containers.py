"""The container files say what the code means: linters, the compose schema, and our own rules of meaning."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic import SecretStr, ValidationError

from services.ingest.domain.sources_file import SourcesError
from services.ingest.settings import EXAMPLE_KEYS, IngestSettings, load_sources, pseudonym_key
from shared.errors import Fatal
from shared.process.settings import CommonSettings, LaneSettings
from tests.support.requirements import PROJECT, ROOT

BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"ingest": IngestSettings, "router": LaneSettings, "sla": LaneSettings}
COMMANDS = {"migrate", "topics", "policies"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / arguments[0]), *arguments[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_the_dockerfile_passes_its_linter() -> None:
    done = run("hadolint", "deploy/docker/Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_is_waited_for_can_say_that_it_is_ready(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES, f"{name} waits for {other}, which does not exist"
        condition = how["condition"]
        if condition == "service_healthy":
            assert "healthcheck" in SERVICES[other], f"{name} waits for the health of {other}, which has no check"
        else:
            assert condition == "service_completed_successfully"
            assert other in COMMANDS, f"{other} never completes"


@pytest.mark.parametrize("name", [*OURS, *COMMANDS])
def test_every_environment_name_is_a_field_of_the_settings(name: str) -> None:
    fields = {f"USHER_{field.upper()}" for field in OURS.get(name, CommonSettings).model_fields}
    assert set(SERVICES[name]["environment"]) <= fields


@pytest.mark.parametrize("name", SERVICES)
def test_every_mounted_file_exists(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists(), f"{name} mounts {source}"
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", [*OURS, *COMMANDS])
def test_what_we_build_runs_without_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert (ROOT / service["build"]["dockerfile"]).is_file()


def test_the_proxy_has_no_rights_either_and_asks_the_port_that_ingest_has() -> None:
    proxy, ingest = SERVICES["proxy"], SERVICES["ingest"]["environment"]
    assert (proxy["read_only"], proxy["cap_drop"], proxy["user"].split(":")[0] != "0") == (True, ["ALL"], True)
    told = (ROOT / "deploy/nginx/compose.conf").read_text()
    assert f"set $usher_door ingest:{ingest['USHER_HTTP_PORT']};" in told
    (port,) = proxy["ports"]
    assert f"listen {port.rpartition(':')[2]};" in told


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_takes_the_whole_machine(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    heap = re.search(r"-Xmx(\d+)g", str(SERVICES[name].get("environment", {}).get("KAFKA_HEAP_OPTS", "")))
    assert heap is None or int(heap[1]) * 2 <= int(limits["memory"].removesuffix("g")), "no room beside the heap"


@pytest.mark.parametrize("name", SERVICES)
def test_no_health_check_starts_a_java_every_few_seconds(name: str) -> None:
    assert ".sh" not in " ".join(SERVICES[name].get("healthcheck", {}).get("test", []))


@pytest.mark.parametrize("name", OURS)
def test_a_service_can_be_scaled_and_every_replica_is_found(name: str) -> None:
    """A fixed name or a port of the machine could be had once only; the door's stands in front (test_nginx.py)."""
    assert "container_name" not in SERVICES[name]
    assert "USHER_INSTANCE" not in SERVICES[name]["environment"]
    assert "ports" not in SERVICES[name]


def environment_of(name: str, values: dict[str, str]) -> dict[str, str]:
    """The variables of a service as compose makes them from an .env file."""

    def filled(match: re.Match[str]) -> str:
        variable, _, default = match[1].partition(":")
        return values.get(variable) or default.removeprefix("-")

    return {key: re.sub(r"\$\{([^}]*)\}", filled, str(text)) for key, text in SERVICES[name]["environment"].items()}


def example() -> dict[str, str]:
    lines = (ROOT / "deploy/docker/example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("name", [*OURS, *COMMANDS])
def test_the_example_works_as_it_is_and_its_secrets_only_where_it_says_local(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = OURS.get(name, CommonSettings)
    for variable, value in environment_of(name, example()).items():
        monkeypatch.setenv(variable, value)
    assert settings().is_local
    if name == "ingest":
        assert pseudonym_key(IngestSettings())

    for variable, value in environment_of(name, example() | {"USHER_ENVIRONMENT": ""}).items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match=r"USHER_P\w+ is still the example's, which everybody knows"):
        settings()

    for variable, value in environment_of(
        name, {"USHER_POSTGRES_PASSWORD": "good-words", "USHER_PSEUDONYM_KEY": "x" * 32}
    ).items():
        monkeypatch.setenv(variable, value)
    assert not settings().is_local


def test_a_key_of_the_example_is_refused_where_it_is_not_local() -> None:
    file = str(ROOT / "deploy/sources/compose.yaml")
    digests = {digest.hex() for digest in load_sources(file).credentials}
    assert digests == EXAMPLE_KEYS
    with pytest.raises(SourcesError, match=r"the key demo is that of an example.*usher keys revoke acme demo"):
        load_sources(file, local=False)


def test_the_built_in_pseudonym_key_is_refused_where_it_is_not_local() -> None:
    built_in = pseudonym_key(IngestSettings(environment="local")).decode()
    with pytest.raises(Fatal, match="USHER_PSEUDONYM_KEY"):
        pseudonym_key(IngestSettings(pseudonym_key=SecretStr(built_in)))


def test_the_health_of_an_image_is_its_life_and_not_that_of_its_database() -> None:
    text = (ROOT / "deploy/docker/Dockerfile").read_text()
    (check,) = re.findall(r"^HEALTHCHECK .*", text, re.MULTILINE)
    assert "/livez" in check
    assert {"/livez", "/readyz"} >= set(re.findall(r"/\w+z\b", text + str(COMPOSE)))


def test_code_images_and_chart_are_of_one_version() -> None:
    """Every build labels an image with the version of its code; one that is told another fails."""
    chart = yaml.safe_load((ROOT / "deploy/helm/usher/Chart.yaml").read_text())
    said = run("python", "-m", "shared.process.version").stdout.strip()
    assert chart["appVersion"] == said == PROJECT["project"]["version"]

    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text()
    assert re.findall(r'image\.version="([^"]+)"', dockerfile) == ["${VERSION}"]
    assert re.findall(r"^ARG VERSION=(.*)$", dockerfile, re.MULTILINE) == [said]
    (check,) = re.findall(r"^RUN (test .*shared\.process\.version.*)$", dockerfile, re.MULTILINE)
    path = f"{BIN}:{os.environ['PATH']}"
    for version, fits in ((said, True), ("unknown", False), ("9.9.9", False), ("", False)):
        done = subprocess.run(
            ["sh", "-c", check],
            cwd=ROOT,
            env={**os.environ, "VERSION": version, "PATH": path},
            check=False,
        )
        assert (done.returncode == 0) is fits, version


@pytest.mark.parametrize("name", [*OURS, *COMMANDS])
def test_compose_labels_an_image_with_the_commit_only_where_somebody_knows_it(name: str) -> None:
    arguments = SERVICES[name]["build"]["args"]
    assert arguments == {"SERVICE": "cli" if name in COMMANDS else name, "COMMIT": "${USHER_COMMIT:-}"}
    assert 'ARG COMMIT=""\n' in (ROOT / "deploy/docker/Dockerfile").read_text()


def test_make_tells_compose_the_commit_unless_files_were_changed_or_added_since(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text('#!/bin/sh\necho "$@: $USHER_COMMIT"\n')
    (tmp_path / "docker").chmod(0o755)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    shutil.copy(ROOT / "Makefile", checkout)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]

    def answer(*command: str) -> str:
        return subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()

    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "all")):
        answer("git", *words)
    assert (
        answer("make", "--no-print-directory", "images", "ARGS=sla")
        == f"compose build sla: {answer('git', 'rev-parse', 'HEAD')}"
    )
    (checkout / "added.py").touch()
    assert answer("make", "--no-print-directory", "images") == "compose build:", "an image holds whatever lies there"
    (checkout / "added.py").unlink()
    (checkout / "Makefile").write_text((checkout / "Makefile").read_text() + "# changed\n")
    assert answer("make", "--no-print-directory", "images") == "compose build:"


def test_every_image_is_pinned_and_every_secret_comes_from_outside() -> None:
    for name, service in SERVICES.items():
        image = service["image"]
        assert image.startswith("usher-") or re.search(r":v?\d+\.\d+", image), f"{name}: {image}"
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|_KEY$", variable):
                assert "${" in str(value), f"{name}: {variable} stands in the file"
            if variable.endswith("_DSN"):  # a word of an .env file would have to be quoted in it, which nobody does
                assert (urlsplit(value).password, "$" in value) == (None, False), f"{name}: {variable} holds a secret"


def test_the_dockerfile_copies_only_what_exists_and_runs_as_nobody() -> None:
    text = (ROOT / "deploy/docker/Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE):
        if "${SERVICE}" in source:
            assert all((ROOT / source.replace("${SERVICE}", service)).exists() for service in OURS)
        else:
            assert (ROOT / source).exists(), source
    stages = text.split("\nFROM ")[1:]
    assert all("USER 10001" in stage for stage in stages if "AS service" in stage or "AS cli" in stage)


def test_prometheus_finds_every_replica_of_every_service_by_its_name() -> None:
    scrape = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    (config,) = [config for job in scrape for config in job["dns_sd_configs"]]
    port = SERVICES["router"]["environment"]["USHER_METRICS_PORT"]
    assert (sorted(config["names"]), config["type"], config["port"]) == (sorted(OURS), "A", int(port))


def test_the_sources_of_compose_serve_the_workspaces_of_the_demo_policies() -> None:
    sources = yaml.safe_load((ROOT / "deploy/sources/compose.yaml").read_text())
    policies = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "deploy/policies/demo").glob("*.yaml"))]
    assert set(sources["workspaces"]) == {policy["workspace"] for policy in policies}
