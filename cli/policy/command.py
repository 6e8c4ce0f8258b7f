"""``usher policy``: check, apply, show, diff, roll back and shadow policies."""

import argparse
import re
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy import shadow as policy_shadow
from cli.policy.apply import WAIT_SECONDS, apply, loaded, roll_back, summary
from cli.policy.diff import changes
from cli.policy.in_force import (
    active_versions,
    settings_in_force,
    version_of,
)
from cli.policy.models import model_faults
from cli.policy.rules import label_doubts, rules_document, rules_text
from cli.policy.staff import skill_warnings
from cli.seconds import add_wait
from cli.subcommands import add_action, run_action
from shared.contract.ids import WORKSPACE_PATTERN
from shared.policy import Policy, PolicyError, PolicyErrors, parse_policy
from shared.policy.doubts import doubts
from shared.policy.load import load_policies
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["configure", "run"]

Answer = TypeVar("Answer")

VERSIONS_MAX = 999_999_999
_VERSION = re.compile(rf"({WORKSPACE_PATTERN})(?:@(\d{{1,9}}))?")


def configure(parser: argparse.ArgumentParser) -> None:
    """The subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = add_action(commands, "check", _check, "find every fault of policy files; exit 1 if there is one")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="policy file or folder")
    applying = add_action(commands, "apply", apply, "put policies in force and wait until they are")
    applying.add_argument("files", nargs="+", type=Path, metavar="FILE", help="policy file or folder")
    applying.add_argument("--if-none", action="store_true", help="only where a workspace has no policy yet")
    show = add_action(commands, "show", _show, "the policies in force, or one of them in full")
    show.add_argument("workspace", nargs="?", help="show this workspace's policy (default: list all)")
    show.add_argument("--version", type=_number, metavar="N", help="an earlier version")
    diff = add_action(commands, "diff", _diff, "what differs between two policies; exit 1 if anything does")
    for name in ("before", "after"):
        diff.add_argument(name, metavar=name.upper(), help="a file, WORKSPACE (in force) or WORKSPACE@VERSION")
    rollback = add_action(commands, "rollback", roll_back, "put an earlier version in force again, as a new version")
    rollback.add_argument("workspace")
    rollback.add_argument("--to", type=_number, metavar="N", help="the version to return to (default: the one before)")
    rules = add_action(commands, "rules", _rules, "alerts for Prometheus, with each queue's own targets as thresholds")
    rules.add_argument("files", nargs="+", type=Path, metavar="FILE", help="policy file or folder")
    shadow = add_action(commands, "shadow", policy_shadow.run, "what a policy would decide otherwise, without acting")
    policy_shadow.configure(shadow)
    for waiting in (applying, rollback):
        add_wait(waiting, WAIT_SECONDS)


def _rules(args: argparse.Namespace) -> int:
    try:
        policies = load_policies(args.files)
    except PolicyErrors as refused:
        raise UsageError(str(refused)) from None
    settings = settings_in_force()
    for doubt in label_doubts(policies, settings.metrics_workspaces_max, settings.named_workspaces):
        say(f"warning: {doubt}")
    if args.json:
        result(rules_document(policies))
    else:
        write(*rules_text(policies).splitlines())
    return EXIT_OK


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage or input)."""
    return run_action(args)


def _check(args: argparse.Namespace) -> int:
    _refuse_unreadable(args.files)
    policies: list[Policy] = []
    faults: Sequence[PolicyError] = ()
    try:
        policies = load_policies(args.files)
        faults = model_faults(policies)
    except PolicyErrors as refused:
        faults = refused.errors
    warnings = [] if faults else [*_doubted(policies), *skill_warnings(policies)]
    if args.json:
        findings = {"errors": faults, "warnings": warnings}
        result({"valid": not faults, **{key: [each._asdict() for each in found] for key, found in findings.items()}})
    else:
        for fault in faults:
            write(str(fault))
        for policy in () if faults else policies:
            write(f"valid: workspace {policy.workspace}, {len(policy.queues)} queues, hash {policy.hash[:16]}")
        for warning in warnings:
            write(f"warning: {warning}")
    return EXIT_NO if faults else EXIT_OK


def _doubted(policies: Sequence[Policy]) -> list[PolicyError]:
    """What the policies say and hardly mean, each with its workspace."""
    found = [(policy.workspace, each) for policy in policies for each in doubts(policy)]
    return [each._replace(message=f"{workspace}: {each.message}") for workspace, each in found]


def _refuse_unreadable(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            if not path.is_dir():
                path.open("rb").close()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}; give a policy file or a folder of them") from None


def _show(args: argparse.Namespace) -> int:
    if args.workspace is None:
        if args.version is not None:
            raise UsageError("show --version: name the workspace too")
        return _list(args.json)
    version = _ask(lambda settings: version_of(settings, args.workspace, args.version))
    if args.json:
        result({**summary(version), "policy": version.document})
    else:
        write(f"# workspace {version.workspace}, version {version.number}, since {rfc3339(version.activated_ms)}")
        written = yaml.safe_dump(_in_order(version.document), sort_keys=False, allow_unicode=True, width=120)
        write(*written.rstrip().split("\n"))
    return EXIT_OK


def _in_order(document: dict[str, Any]) -> dict[str, Any]:
    """The keys in the order of the policy file; the database keeps none."""
    try:
        return parse_policy(document, not_yet=()).document()
    except PolicyErrors:  # made by another version of Usher: shown as it is
        return document


def _list(as_json: bool) -> int:
    versions = _ask(active_versions).values()
    if as_json:
        result([summary(version) for version in versions])
    for version in () if as_json else versions:
        since = rfc3339(version.activated_ms)
        write(f"{version.workspace}: version {version.number} since {since}, hash {version.hash[:16]}")
    return EXIT_OK


def _diff(args: argparse.Namespace) -> int:
    found = changes(_document(args.before), _document(args.after))
    if args.json:
        result({"changes": [change._asdict() for change in found]})
    for change in () if args.json else found:
        write(str(change))
    return EXIT_NO if found else EXIT_OK


def _document(name: str) -> dict[str, Any]:
    """The normalised document of a file, or of a version in the database."""
    if Path(name).exists():
        return loaded([Path(name)])[0].document()
    version = _VERSION.fullmatch(name)
    if version is None:
        raise UsageError(f"{name}: no such file, and not WORKSPACE or WORKSPACE@VERSION")
    number = int(version[2]) if version[2] else None
    return _ask(lambda settings: version_of(settings, version[1], number)).document


def _ask(question: Callable[[CommonSettings], Coroutine[Any, Any, Answer]]) -> Answer:
    return run_loop(question(settings_in_force()))


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(VERSIONS_MAX)) else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a version")
    return number
