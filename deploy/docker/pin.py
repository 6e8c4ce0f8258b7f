"""Pins the images of others by their digest: a tag may be another image tomorrow.

``python3 -m deploy.docker.pin`` asks the registries (crane, skopeo or docker, whichever is there) and writes the digest
behind each tag into the files: anew each time, so whoever changes a tag calls it, and whoever wants what was mended
under the same tag. ``--check`` asks nobody: 1 if an image stands there without a digest. All are written or none.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = ("deploy/docker/Dockerfile", "docker-compose.yml", "deploy/helm/examples/cloudnativepg.yaml")
OURS = "usher-"  # built from this very checkout
REFERENCE = re.compile(r"(?P<where>^ARG PYTHON=|^ *image: |^ *imageName: )(?P<tag>[^@\s]+)(?P<digest>@\S+)?$", re.M)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ASK_SECONDS_MAX = 60.0
ASKING = {
    "crane": ["digest", "{}"],
    "skopeo": ["inspect", "--no-tags", "--format", "{{{{.Digest}}}}", "docker://{}"],
    "docker": ["buildx", "imagetools", "inspect", "--format", "{{{{.Manifest.Digest}}}}", "{}"],
}


def main(arguments: list[str], root: Path = ROOT) -> int:
    """0, 1 if an image is not or cannot be pinned, 2 for a wrong call or where no tool can ask a registry."""
    if arguments == ["--check"]:
        return _check(root)
    tool = next(filter(shutil.which, ASKING), None)
    if arguments or tool is None:
        what = "usage: pin.py [--check]" if arguments else "no tool to ask a registry with: install crane or skopeo"
        sys.stderr.write(f"{what}\n")
        return 2
    try:
        pinned = {file: _pinned((root / file).read_text(), tool) for file in FILES}
    except RuntimeError as problem:
        sys.stderr.write(f"nothing is changed: {problem}\n")
        return 1
    for file, text in pinned.items():
        (root / file).write_text(text)
    return _check(root)


def _pinned(text: str, tool: str) -> str:
    """The text with the digest behind each tag."""

    def told(found: re.Match[str]) -> str:
        return found[0] if _is_ours(found) else f"{found['where']}{found['tag']}@{_digest(found['tag'], tool)}"

    return REFERENCE.sub(told, text)


def _is_ours(found: re.Match[str]) -> bool:
    return found["tag"].startswith(OURS)


def _digest(tag: str, tool: str) -> str:
    """What the registry says. RuntimeError with its last words, or where it says no digest."""
    command = [tool, *(word.format(tag) for word in ASKING[tool])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{tag}: no answer of the registry in {ASK_SECONDS_MAX:.0f} s") from None
    digest = done.stdout.strip()
    if done.returncode != 0 or not DIGEST.fullmatch(digest):
        raise RuntimeError(f"{tag}: {(done.stderr or digest).strip()[-300:] or 'no digest'}")
    return digest


def _check(root: Path) -> int:
    """One line for each image that stands there by its tag alone."""
    loose = [
        f"{file}: {found['tag']} has no digest: make pin-images"
        for file in FILES
        for found in REFERENCE.finditer((root / file).read_text())
        if not _is_ours(found) and not DIGEST.fullmatch((found["digest"] or "").removeprefix("@"))
    ]
    sys.stdout.writelines(f"{line}\n" for line in loose)
    return 1 if loose else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
