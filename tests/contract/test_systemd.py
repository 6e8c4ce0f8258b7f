"""The units of deploy/systemd: valid, hardened, and of one mind with the settings and exit codes of the services."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.process.service import EXIT_FAILURE, EXIT_USAGE, OPEN_FILES, SHUTDOWN_SECONDS_MAX
from shared.process.settings import CommonSettings, secret_fields

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = {
    "usher-ingest.service": IngestSettings,
    "usher-router@.service": RouterSettings,
    "usher-sla@.service": SlaSettings,
}
ALL = {**SERVICES, "usher-migrate.service": CommonSettings}
EXPOSURE_MAX = 1.5  # of 10; what is left is the network and the system's own files, which they read
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze (Debian: apt install systemd)")
REFUSES_WRITABLE_CODE = """
import ctypes, mmap, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    sys.exit(77)
import services.ingest.app, services.router.app, services.sla.app
import asyncio, numpy, re2, uvloop
assert (numpy.ones((99, 99)) @ numpy.ones((99, 99))).sum() == 99.0**3
assert re2.search("b+", "abbc")
uvloop.run(asyncio.sleep(0))
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
except PermissionError:
    sys.exit(0)
sys.exit("the kernel lets it have memory that is both writable and code")
"""


def settings_of(name: str) -> dict[str, list[str]]:
    """Each setting of a unit with its values, in order."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", (UNITS / name).read_text(), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def variables_of(name: str) -> dict[str, str]:
    return dict(value.split("=", 1) for value in settings_of(name)["Environment"])


@needs_systemd
def test_every_unit_is_valid(tmp_path: Path) -> None:
    for file in UNITS.iterdir():
        if file.suffix in {".service", ".target"}:
            text = (
                file.read_text()
                .replace("/opt/usher/bin/python", "/bin/true")
                .replace("/opt/usher/bin/usher", "/bin/true")
            )
            (tmp_path / file.name).write_text(text)
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run([str(ANALYZE), "verify", "--man=no", *names], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", ALL)
def test_a_service_is_exposed_no_more_than_its_work_asks_for(name: str) -> None:
    threshold = f"--threshold={EXPOSURE_MAX * 10:.0f}"
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=true", threshold, str(UNITS / name)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level" in done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_started_again_after_a_failure_and_not_with_settings_that_cannot_work(name: str) -> None:
    unit = settings_of(name)
    assert (unit["Restart"], unit["StartLimitIntervalSec"]) == (["on-failure"], ["0"])
    assert unit["RestartPreventExitStatus"] == [str(EXIT_USAGE)]
    assert EXIT_FAILURE != EXIT_USAGE
    patience = SERVICES[name].model_fields["drain_seconds_max"].default + SHUTDOWN_SECONDS_MAX
    assert int(unit["TimeoutStopSec"][0].removesuffix("s")) > patience
    assert unit["LimitNOFILE"] == [str(OPEN_FILES)]


@pytest.mark.parametrize("name", ALL)
def test_every_variable_is_a_setting_and_every_secret_a_credential_of_the_unit(name: str) -> None:
    fields, secrets = ALL[name].model_fields, secret_fields(ALL[name])
    credentials = dict(value.split(":") for value in settings_of(name)["LoadCredential"])
    for variable, value in variables_of(name).items():
        field = variable.removeprefix("USHER_").lower()
        assert field in fields or field.removesuffix("_file") in secrets, variable
        if field.removesuffix("_file") in secrets:
            assert value.removeprefix("%d/") in credentials, f"{variable} names no credential"
    assert all(path.startswith("/etc/usher/secrets/") for path in credentials.values())
    shared = re.findall(r"^(USHER_\w+)=", (UNITS / "usher.env").read_text(), re.MULTILINE)
    assert shared
    assert {name.removeprefix("USHER_").lower() for name in shared} <= set(CommonSettings.model_fields)


def test_processes_of_one_machine_share_no_port_and_nginx_finds_the_door() -> None:
    ports = [
        variables_of(name)["USHER_METRICS_PORT"].replace("%i", replica)
        for name in SERVICES
        for replica in (["1", "2", "9"] if "@" in name else [""])
    ]
    assert len(set(ports)) == len(ports)
    door = variables_of("usher-ingest.service")["USHER_HTTP_PORT"]
    assert f"server 127.0.0.1:{door};" in (ROOT / "deploy/nginx/usher.conf").read_text()


def test_the_services_need_no_memory_that_is_writable_and_code() -> None:
    """MemoryDenyWriteExecute, by the kernel's own means."""
    done = subprocess.run(
        [sys.executable, "-c", REFUSES_WRITABLE_CODE], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE (Linux 6.3 and later have)")
    assert done.returncode == 0, done.stderr
