"""The images, really built, and run from their unpacked root as a cluster runs them; without a container engine.

buildah builds with no isolation but a chroot, over a base that debootstrap makes; needs root, Linux and both tools. A
service then runs in a mount namespace of its own: root read-only, /tmp in memory, uid 10001, no capability to be had.
"""

import functools
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.local.java import cache_folder

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = "deploy/docker/Dockerfile"
TARGETS = {"ingest": "service", "router": "router", "sla": "service", "cli": "cli"}
SUITE = "bookworm"  # as the Dockerfile's base; its Python is the oldest that is supported
BASE, BUILDER = "localhost/usher-base", "localhost/usher-builder"
USER = "10001:10001"
BUILD_SECONDS_MAX = 1200.0  # a base and the packages over a slow line, on a busy machine
# Everything but what makes the jail: these three are lost with the change of user, and nothing can be gained again.
BOUNDS = "-all,+sys_chroot,+setuid,+setgid"
JAIL = """
set -e
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs -o size=256m,mode=1777 tmpfs "$1/tmp"
mount -o remount,bind,ro "$1"
root=$1; shift
exec setpriv --no-new-privs --bounding-set "$BOUNDS" chroot --userspec="$USERSPEC" "$root" "$@"
"""


def obstacle() -> str:
    """Why images cannot be built here; empty if they can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "images are built as root on Linux"
    missing = [tool for tool in ("buildah", "debootstrap", "setpriv", "unshare") if shutil.which(tool) is None]
    return f"not found: {', '.join(missing)} (Debian: apt install buildah debootstrap util-linux)" if missing else ""


def folder() -> Path:
    """Where base and images lie between runs."""
    return cache_folder() / "images"


def buildah(*arguments: str) -> str:
    """Run buildah with a store of the project's own; what it printed. RuntimeError with its last words."""
    driver = os.environ.get("STORAGE_DRIVER", "overlay")
    store = ["--root", str(folder() / "store"), "--runroot", str(folder() / "run"), "--storage-driver", driver]
    return run("buildah", *store, *arguments)


def run(*command: str) -> str:
    """Run a command to its end; what it printed. RuntimeError with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS_MAX, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(command[:6])} ...: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout.strip()


def make_bases() -> None:
    """The base of every image, and the same with pip for installing; kept for later runs."""
    if "usher-builder" in buildah("images", "--format", "{{.Name}}"):
        return
    root = folder() / "base"
    shutil.rmtree(root, ignore_errors=True)
    folder().mkdir(parents=True, exist_ok=True)
    alone = ("unshare", "--mount", "--propagation", "private")  # what it mounts in the base goes with it
    run(*alone, "debootstrap", "--variant=minbase", "--include=python3,ca-certificates", SUITE, str(root))
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, str(root), "/")
    buildah("commit", "--quiet", container, BASE)
    install = "apt-get -qq update && apt-get -qq -y --no-install-recommends install python3-pip python3-venv"
    buildah("run", "--isolation", "chroot", container, "sh", "-c", install)
    buildah("commit", "--quiet", "--rm", container, BUILDER)
    shutil.rmtree(root)


def snapshot(place: Path) -> Path:
    """A copy of what git tracks or would track: a checkout may change while images are built from it."""
    for name in run("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    return place


def build(name: str, context: Path, tag: str = "latest") -> str:
    """Build one image from a snapshot; its name. Layers are those of the commit, not of the moment."""
    authorities = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    settings = folder() / "pip.conf"  # pip trusts whom this machine trusts, such as a mirror's own authority
    settings.write_text("[global]\ncert = /run/authorities.pem\n")
    image = f"localhost/usher-{name}:{tag}"
    buildah(
        "build", "--isolation", "chroot", "--layers=false", "--format", "docker", "--timestamp", "0",
        "--volume", f"{settings}:/etc/pip.conf:ro", "--volume", f"{authorities}:/run/authorities.pem:ro",
        "--build-arg", f"PYTHON={BASE}", "--build-arg", f"BUILDER={BUILDER}", "--build-arg", f"SERVICE={name}",
        "--build-arg", f"COMMIT={commit()}",
        "--target", TARGETS[name], "--tag", image, "--file", str(context / DOCKERFILE), str(context),
    )  # fmt: skip
    return image


@functools.cache
def commit() -> str:
    """The commit of this checkout when the first image was built."""
    return run("git", "-C", str(ROOT), "rev-parse", "HEAD")


def described(image: str) -> dict[str, Any]:
    """What the image says of itself: configuration, layers."""
    found: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", image))["Docker"]
    return found


class Container:
    """The root of an image, and processes in it."""

    def __init__(self, image: str) -> None:
        self._id = buildah("from", image)
        self.root = Path(buildah("mount", self._id))
        self._config = described(image)["config"]

    def remove(self) -> None:
        """Give the root back."""
        buildah("rm", self._id)

    def start(
        self, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start what the image starts, as its user, with these arguments in place of its own."""
        words = [*(self._config.get("Entrypoint") or []), *(arguments or self._config.get("Cmd") or [])]
        return self.execute(words, environment)

    def execute(self, words: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start any command in the image, in its working folder and with its variables."""
        assert self._config["User"] == USER.partition(":")[0]
        variables = dict(entry.split("=", 1) for entry in self._config["Env"])
        variables |= {"BOUNDS": BOUNDS, "USERSPEC": USER, **(environment or {})}
        inside = ["sh", "-c", f'cd "{self._config["WorkingDir"]}" && exec "$@"', "sh", *words]
        return subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", JAIL, "jail", str(self.root), *inside],
            env=variables | {"PATH": f"{variables['PATH']}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, words: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run a command in the image to its end: its status, and what it printed."""
        process = self.execute(words, environment)
        text, _ = process.communicate(timeout=120)
        return process.returncode, text

    def entry(self, *arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The same for the image's own command with these arguments."""
        process = self.start(arguments, environment)
        text, _ = process.communicate(timeout=120)
        return process.returncode, text

    @property
    def health(self) -> list[str]:
        """The command of its health check."""
        kind, *words = self._config["Healthcheck"]["Test"]
        assert kind == "CMD"
        return words


def files_of(name: str, context: Path) -> set[str]:
    """What the Dockerfile of a snapshot copies for an image, file by file."""
    text = re.sub(r"\\\n", " ", (context / DOCKERFILE).read_text())
    stages = {
        found[2]: (found[1], found[3])
        for found in re.finditer(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    }
    stage, copied = TARGETS[name], set()
    while stage in stages:
        below, body = stages[stage]
        copied |= set(re.findall(r"^COPY (?!--from)(\S+) \S+$", body, re.MULTILINE))
        stage = below
    there = [str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()]
    paths = [path.replace("${SERVICE}", name) for path in copied]
    return {file for file in there for path in paths if file == path or file.startswith(f"{path}/")}


def seconds_until(check: Any, limit: float = 120.0) -> float:
    """How long it took until ``check()`` was true; TimeoutError after ``limit``."""
    started = time.monotonic()
    while not check():
        if time.monotonic() - started > limit:
            raise TimeoutError("it never was")
        time.sleep(0.05)
    return time.monotonic() - started
