"""The one list of packages (pyproject.toml) and the lock files that follow it."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS: dict[str, list[Any]] = PROJECT["dependency-groups"]


def normal(name: str) -> str:
    """A distribution's name as registries compare it, without extras and versions."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name)[0]).lower()


def group(name: str) -> set[str]:
    """The members of a dependency group, those of included ones too."""
    found: set[str] = set()
    for member in GROUPS[name]:
        found |= group(member["include-group"]) if isinstance(member, dict) else {normal(member)}
    return found


def locked(name: str) -> dict[str, str]:
    """Package to its versions in a lock file (more than one where they depend on the Python)."""
    found: dict[str, str] = {}
    for package, version in re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE
    ):
        found[normal(package)] = f"{found.get(normal(package), '')} {version}".strip()
    return found
