"""An API server of Kubernetes with its etcd and nothing behind it: what it accepts is stored, and no pod ever runs.

Both are built from their Go modules, pinned with hashes by ``apiserver/go.mod`` and ``go.sum``; that takes long, once.
``python -m tests.platform.cluster`` builds them.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.local.java import cache_folder
from deploy.local.ports import free_port
from tests.platform.tools import ends, find

MODULE = Path(__file__).with_name("apiserver")
BUILD_SECONDS_MAX = 7200.0
START_SECONDS_MAX = 120.0
TOKEN = "of-this-test-alone"
NAMES = {"server": "etcd", "kube-apiserver": "kube-apiserver"}  # what go calls the programs, and what they are


def folder() -> Path:
    """Where the programs of exactly these modules lie."""
    digest = hashlib.sha256((MODULE / "go.mod").read_bytes() + (MODULE / "go.sum").read_bytes())
    return cache_folder() / f"cluster-{digest.hexdigest()[:12]}"


def build() -> Path:
    """The folder of etcd and kube-apiserver, built if they were not. RuntimeError says why not."""
    target = folder()
    if target.is_dir():
        return target
    if shutil.which("go") is None:
        raise RuntimeError("no Go found to build the API server with: install Go")
    sys.stderr.write("building etcd and kube-apiserver from their modules: this takes long, once\n")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false"}
    command = ["nice", "go", "build", f"-ldflags=-s -w {_version()}", "-o", f"{partial}/", "tool"]
    done = subprocess.run(
        command, cwd=MODULE, env=environment, stderr=subprocess.PIPE, text=True, timeout=BUILD_SECONDS_MAX, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"go build failed: {done.stderr[-1000:]}")
    for built, name in NAMES.items():
        (partial / built).rename(partial / name)
    partial.rename(target)
    return target


def _version() -> str:
    """A release is told its version when it is linked; the server tells helm, and charts ask for one."""
    found = re.search(r"k8s\.io/kubernetes (v1\.(\d+)\.\d+)", (MODULE / "go.mod").read_text())
    assert found is not None
    told = {"gitVersion": found[1], "gitMajor": "1", "gitMinor": found[2]}
    return " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in told.items())


class Cluster:
    """A running API server, asked by kubectl and helm as its administrator."""

    def __init__(self, config: Path) -> None:
        self._config = config

    def call(self, program: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl or helm against it, with this on its standard input."""
        environment = {**os.environ, "KUBECONFIG": str(self._config), "HOME": str(self._config.parent)}
        command = [str(find(program)), *arguments]
        return subprocess.run(
            command, env=environment, input=text, capture_output=True, text=True, timeout=300, check=False
        )

    def get(self, *arguments: str) -> dict[str, Any]:
        """What ``kubectl get`` finds."""
        done = self.call("kubectl", "get", *arguments, "--output", "json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@contextlib.contextmanager
def running(place: Path) -> Iterator[Cluster]:
    """A cluster whose data lie in ``place``; its processes end with the block."""
    programs, store, port = build(), free_port(), free_port()
    url = f"http://127.0.0.1:{store}"
    peers = f"http://127.0.0.1:{free_port()}"
    (place / "tokens.csv").write_text(f"{TOKEN},admin,admin,system:masters\n")
    key = place / "accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            _process(
                place / "etcd.log", programs / "etcd", f"--data-dir={place / 'etcd'}", "--unsafe-no-fsync",
                f"--listen-client-urls={url}", f"--advertise-client-urls={url}", f"--listen-peer-urls={peers}",
                f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
            )
        )  # fmt: skip
        server = stack.enter_context(
            _process(
                place / "apiserver.log", programs / "kube-apiserver", f"--etcd-servers={url}",
                "--bind-address=127.0.0.1", f"--secure-port={port}", f"--cert-dir={place / 'certificates'}",
                "--authorization-mode=RBAC", f"--token-auth-file={place / 'tokens.csv'}",
                "--service-account-issuer=https://kubernetes.example.com",
                f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
                # Nothing behind it makes the accounts that this would wait for.
                "--disable-admission-plugins=ServiceAccount",
            )
        )  # fmt: skip
        cluster = Cluster(_kubeconfig(place, port))
        _until_ready(cluster, server, place / "apiserver.log")
        yield cluster


def _kubeconfig(place: Path, port: int) -> Path:
    file = place / "kubeconfig"
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "insecure-skip-tls-verify": True,
    }  # its own certificate, on loopback
    document = {
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
    }  # fmt: skip
    file.write_text(json.dumps(document))
    file.chmod(0o600)
    return file


def _until_ready(cluster: Cluster, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while cluster.call("kubectl", "get", "--raw", "/readyz").returncode != 0:
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the API server does not serve: {log.read_text()[-2000:]}")
        time.sleep(0.5)


@contextlib.contextmanager
def _process(log: Path, program: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen([str(program), *arguments], stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(ends(build))
