"""The images, built from the Dockerfile as it is, hold what they run, and run on real servers. `make test-image`."""

import asyncio
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.broker import KafkaBroker
from deploy.local.ports import free_port
from shared.process.version import VERSION
from tests.platform import images
from tests.support.requirements import group, locked, normal

SERVICES = ("ingest", "router", "sla")
UNWANTED = {"gcc", "cc", "g++", "make", "ld", "pip", "pip3", "git", "curl", "wget", "pytest", "ruff", "mypy"}
STOP_SECONDS_MAX = 15  # of docker-compose.yml; Kubernetes gives 30
KEY = "compose-demo-key-acme"  # of deploy/sources/compose.yaml
CONTACT = {
    "channel": "chat", "conversation_id": "c-1", "message_id": "m-1", "from": {"handle": "ana@example.com"},
    "text": "where is my order",
}  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the images are built from."""
    return images.snapshot(tmp_path_factory.mktemp("snapshot"))


@pytest.fixture(scope="module")
def built(snapshot: Path) -> dict[str, str]:
    """Every image, by name."""
    images.make_bases()
    return {name: images.build(name, snapshot) for name in images.TARGETS}


@pytest.fixture(scope="module")
def containers(built: dict[str, str]) -> Iterator[dict[str, images.Container]]:
    """The unpacked root of every image."""
    found = {name: images.Container(image) for name, image in built.items()}
    yield found
    for container in found.values():
        container.remove()


@pytest.mark.parametrize("name", images.TARGETS)
def test_an_image_holds_what_it_runs_and_nothing_else(
    name: str, snapshot: Path, containers: dict[str, images.Container], capsys: pytest.CaptureFixture[str]
) -> None:
    root = containers[name].root
    ours = {str(path.relative_to(root / "app")) for path in (root / "app").rglob("*") if path.is_file()}
    assert {path for path in ours if "__pycache__" not in path} == images.files_of(name, snapshot)
    assert not any(path.startswith("tests/") for path in ours)
    assert name == "cli" or not any(path.startswith(("lab/", "cli/")) for path in ours)

    installed = {normal(path.name.split("-")[0]) for path in (root / "opt/usher").rglob("*.dist-info")}
    asked = group(name) if name in SERVICES else set()
    assert asked <= installed <= set(locked(f"{name}.txt"))

    programs = {
        path.name
        for folder in ("bin", "usr/bin", "usr/local/bin", "opt/usher/bin")
        for path in (root / folder).glob("*")
    }
    assert programs & UNWANTED == set()
    lending = [path for path in _files(root) if path.stat().st_mode & 0o6000]
    assert lending == []
    with capsys.disabled():
        size = sum(path.stat().st_size for path in _files(root))
        packages = sum(path.stat().st_size for path in _files(root / "opt/usher"))
        print(f"\n{name}: {size / 1e6:.0f} MB unpacked, of it packages {packages / 1e6:.0f} MB")


def _files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.parametrize("name", images.TARGETS)
def test_an_image_says_what_it_is(name: str, built: dict[str, str]) -> None:
    config = images.described(built[name])["config"]
    assert config["Labels"]["org.opencontainers.image.revision"] == images.commit()
    assert config["Labels"]["org.opencontainers.image.version"] == VERSION
    assert config["User"] == "10001"
    assert not any(re.match(r"USHER_\w*(PASSWORD|KEY|SECRET|DSN)", entry) for entry in config["Env"])
    if name in SERVICES:
        assert config["Healthcheck"]["Test"][-1].endswith("/livez")
        assert set(config["ExposedPorts"]) == {"9100/tcp", "8080/tcp"}


def test_the_same_commit_makes_the_same_layers(snapshot: Path, built: dict[str, str]) -> None:
    again = images.build("sla", snapshot, "again")
    assert images.described(again)["rootfs"]["diff_ids"] == images.described(built["sla"])["rootfs"]["diff_ids"]


def test_nothing_can_be_written_but_temporary_files_and_no_right_can_be_gained(
    containers: dict[str, images.Container],
) -> None:
    looking = "find / -xdev -writable -not -type l -not -type c"
    rights = "grep -E '^(Uid|CapEff|CapPrm|NoNewPrivs)' /proc/self/status"
    status, text = containers["router"].finish(["sh", "-c", f"{looking}; {rights}; touch /tmp/x"])
    assert status == 0, text
    lines = [line.split() for line in text.splitlines()]
    assert ["Uid:", "10001", "10001", "10001", "10001"] in lines and ["NoNewPrivs:", "1"] in lines
    assert ["CapEff:", "0" * 16] in lines and ["CapPrm:", "0" * 16] in lines
    assert [line for line in lines if line[0].startswith("/")] == [["/tmp"]]


@pytest.mark.parametrize(
    "words", ["--version", "policy check deploy/policies/demo", "topics --help", "simulate --help"]
)
def test_the_command_works_in_its_image(words: str, containers: dict[str, images.Container]) -> None:
    status, text = containers["cli"].entry(*words.split())
    assert status == 0, text


async def test_the_services_serve_real_servers_are_healthy_and_end_cleanly(
    containers: dict[str, images.Container],
    kafka: KafkaBroker,
    database: str,
    topic_prefix: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    common = {
        "USHER_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
        "USHER_POSTGRES_DSN": database,
        "USHER_TOPIC_PREFIX": topic_prefix,
        "USHER_ENVIRONMENT": "local",
    }
    await asyncio.to_thread(_serve, containers, common, capsys)


def _serve(containers: dict[str, images.Container], common: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    sources = (images.ROOT / "deploy/sources/compose.yaml").read_text()
    (containers["ingest"].root / "etc/usher").mkdir(exist_ok=True)
    (containers["ingest"].root / "etc/usher/sources.yaml").write_text(sources)  # as a volume would bring it
    ports = {name: free_port() for name in SERVICES}
    door = free_port()
    for command in ("migrate", "topics"):
        status, text = containers["cli"].entry(command, environment=common)
        assert status == 0, text
    running = {}
    try:
        for name in SERVICES:
            own = {"USHER_METRICS_PORT": str(ports[name])}
            if name == "ingest":
                own |= {"USHER_HTTP_PORT": str(door), "USHER_SOURCES_FILE": "/etc/usher/sources.yaml"}
            running[name] = containers[name].start(environment=common | own)
            seconds = images.seconds_until(lambda name=name: _answers(ports[name], "/readyz", running[name]))
            with capsys.disabled():
                print(f"\n{name}: ready after {seconds:.1f} s")
        status, text = containers["cli"].entry("policy", "apply", "deploy/policies/demo", environment=common)
        assert status == 0, text
        assert _post(door) in (200, 202)
        for name in SERVICES:
            check = [word.replace("9100", str(ports[name])) for word in containers[name].health]
            assert containers[name].finish(check)[0] == 0
        images.seconds_until(lambda: _routed(ports["router"]))
    finally:
        ends = {name: _end(process) for name, process in running.items()}
    assert {name: status for name, (status, _) in ends.items()} == dict.fromkeys(SERVICES, 0), ends


def _answers(port: int, path: str, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, process.communicate()[0]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _post(door: int) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{door}/v1/contacts",
        json.dumps(CONTACT).encode(),
        {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def _routed(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return bool(re.search(r"^usher_contacts_routed_total\{.*\} [1-9]", answer.read().decode(), re.MULTILINE))


def _end(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    try:
        text, _ = process.communicate(timeout=STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        text, _ = process.communicate()
    return process.returncode, text
