"""Policies from files and folders, every fault with its file and line."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.policy.document import read_document
from shared.policy.errors import PolicyError, PolicyErrors
from shared.policy.parse import parse_policy
from shared.policy.policy import Policy
from shared.policy.supported import NOT_YET, NotYet

__all__ = ["load_policies", "load_policy"]

SUFFIXES = (".yaml", ".yml", ".json")


def load_policy(path: Path, *, not_yet: Sequence[NotYet] = NOT_YET) -> Policy:
    """The policy of one YAML or JSON file; PolicyErrors name the file, the line, the path and the fix."""
    document = read_document(path)
    try:
        return parse_policy(document.content, not_yet=not_yet)
    except PolicyErrors as refused:
        raise document.placed(refused, path) from None


def load_policies(paths: Iterable[Path], *, not_yet: Sequence[NotYet] = NOT_YET) -> list[Policy]:
    """The policies of files and of all policy files in folders, sorted by workspace; one policy per workspace."""
    faults: list[PolicyError] = []
    found: dict[str, tuple[Policy, Path]] = {}
    for path in _files(paths):
        try:
            policy = load_policy(path, not_yet=not_yet)
        except PolicyErrors as refused:
            faults += refused.errors
            continue
        _, other = found.setdefault(policy.workspace, (policy, path))
        if other != path:
            message = f"{policy.workspace!r} already has a policy in {other}"
            faults.append(PolicyError("workspace", message, "one file per workspace", str(path)))
    if faults:
        raise PolicyErrors(faults)
    return [policy for _, (policy, _) in sorted(found.items())]


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        inside = sorted(item for item in path.iterdir() if item.suffix in SUFFIXES) if path.is_dir() else [path]
        inside = [item for item in inside if not item.name.endswith(".schema.json")]
        if not inside:
            raise _refused(path, "the folder holds no policy", "put .yaml files in it")
        files += [item for item in inside if item not in files]
    return files


def _refused(path: Path, message: str, hint: str) -> PolicyErrors:
    return PolicyErrors([PolicyError("", message, hint, str(path))])
