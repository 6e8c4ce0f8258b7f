"""``usher model``: which text model decides in running routers, and which one only counts; no restart."""

import argparse
from pathlib import Path
from typing import Any

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.apply import WAIT_SECONDS
from cli.policy.in_force import (
    PolicyRefused,
    Version,
    active_versions,
    history,
    publish,
    settings_in_force,
    version_of,
    wait_until_active,
)
from cli.seconds import add_wait
from cli.settings import settings_of
from cli.subcommands import add_action, run_action
from services.router.model.directory import read_manifest
from services.router.model.errors import ModelRefused
from services.router.model.folders import folder_of
from services.router.model.golden import open_model
from services.router.settings import RouterSettings
from shared.policy import Policy, PolicyErrors, parse_policy
from shared.process.loop import run_loop
from shared.times import rfc3339

__all__ = ["configure", "run"]

NOTHING = "no model"


def configure(parser: argparse.ArgumentParser) -> None:
    """The four subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = add_action(commands, "show", _show, "the model that decides in each workspace, and its shadow")
    show.add_argument("workspace", nargs="?", help="this workspace alone")
    reload = add_action(commands, "reload", _reload, "let what a directory holds now decide, or another directory")
    reload.add_argument("workspace")
    reload.add_argument("folder", nargs="?", metavar="DIR", help="a trained model (default: the one that decides)")
    rollback = add_action(commands, "rollback", _rollback, "let the model decide again that decided before")
    rollback.add_argument("workspace")
    shadow = add_action(commands, "shadow", _shadow, "let a candidate answer the same texts and only count")
    shadow.add_argument("workspace")
    which = shadow.add_mutually_exclusive_group(required=True)
    which.add_argument("folder", nargs="?", metavar="DIR", help="a trained model")
    which.add_argument("--stop", action="store_true", help="let the candidate go")
    for waiting in (reload, rollback, shadow):
        add_wait(waiting, WAIT_SECONDS)


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage or input)."""
    return run_action(args)


def _show(args: argparse.Namespace) -> int:
    settings = settings_in_force()
    if args.workspace is None:
        versions = list(run_loop(active_versions(settings)).values())
    else:
        versions = [run_loop(version_of(settings, args.workspace, None))]
    found = [_described(version) for version in versions]
    if args.json:
        result(found)
    for each in () if args.json else found:
        write(f"{each['workspace']}: {_named(each['model'], each['model_version'])}, {_beside(each)}")
    return EXIT_OK


def _described(version: Version) -> dict[str, Any]:
    held, problem = _held(version.model)
    return {
        "workspace": version.workspace,
        "model": version.model,
        "model_version": version.model_version,
        "policy_version": version.number,
        "activated_at": rfc3339(version.activated_ms),
        "shadow": _shadow_of(version),
        "directory_holds": held,
        "directory_problem": problem,
    }


def _held(model: str | None) -> tuple[str | None, str | None]:
    """The version that the directory holds now, as far as this machine sees it, or what is wrong with it."""
    folder = _folder(model) if model else None
    if folder is None or not folder.is_dir():
        return None, None
    try:
        return read_manifest(folder).version, None
    except ModelRefused as refused:
        return None, str(refused)


def _beside(each: dict[str, Any]) -> str:
    parts = [f"policy version {each['policy_version']} since {each['activated_at']}"]
    if each["shadow"]:
        parts.append(f"shadow {each['shadow']}")
    if each["directory_problem"]:
        parts.append(f"its directory cannot be used: {each['directory_problem']}")
    elif each["directory_holds"] not in (None, each["model_version"]):
        parts.append(f"its directory holds {each['directory_holds']} now: usher model reload {each['workspace']}")
    return ", ".join(parts)


def _reload(args: argparse.Namespace) -> int:
    current = run_loop(version_of(settings_in_force(), args.workspace, None))
    name = _name(args.folder) if args.folder else current.model
    if name is None:
        raise UsageError(f"the policy of {args.workspace!r} names no model; give a directory")
    done = _put_in_force(args, current, {"model": name}, _opened(name))
    if done == EXIT_OK and name != current.model:
        say(f"usher model: write `model: {name}` into the policy file too, else its next apply brings the old one back")
    return done


def _rollback(args: argparse.Namespace) -> int:
    current, *earlier = run_loop(history(settings_in_force(), args.workspace))
    usable = (each for each in earlier if each.model is None or each.model_version is not None)
    before = next((each for each in usable if _chosen(each) != _chosen(current)), None)
    if before is None:
        raise UsageError(f"no other model has decided in {args.workspace!r} before")
    return _put_in_force(args, current, {"model": before.model}, before.model_version or "")


def _shadow(args: argparse.Namespace) -> int:
    current = run_loop(version_of(settings_in_force(), args.workspace, None))
    name = None if args.stop else _name(args.folder)
    if name is not None:
        _opened(name)
    return _put_in_force(args, current, {"shadow": name}, current.model_version or "")


def _put_in_force(
    args: argparse.Namespace, current: Version, changes: dict[str, str | None], model_version: str
) -> int:
    policy = _changed(current, changes)
    try:
        version = run_loop(_activate(args, policy, model_version))
    except TimeoutError:
        say(f"usher model: published, but not in force after {args.wait:g} s; is the router running?")
        return EXIT_NO
    except PolicyRefused as refused:
        say(f"usher model: the router has refused it, what decided goes on: {refused}")
        return EXIT_NO
    if args.json:
        result({**_described(version), "changed": version.number != current.number})
    elif version.number == current.number:
        write(f"{version.workspace}: {_named(*_chosen(version))}{_with_shadow(version)} already, nothing changed")
    else:
        before = f"before: {_named(*_chosen(current))}{_with_shadow(current)}"
        write(f"{version.workspace}: {_named(*_chosen(version))}{_with_shadow(version)} from now on; {before}")
    return EXIT_OK


async def _activate(args: argparse.Namespace, policy: Policy, model_version: str) -> Version:
    settings = settings_in_force()
    event_ids = await publish(settings, [policy], model_version)
    active = await wait_until_active(settings, [policy], args.wait, model_version=model_version, event_ids=event_ids)
    return active[policy.workspace]


def _changed(current: Version, changes: dict[str, str | None]) -> Policy:
    """The policy in force with another model or shadow; without a model there is no shadow either."""
    classification = {**current.document.get("classification", {}), **changes}
    if classification.get("model") is None:
        classification["shadow"] = None
    kept = {key: value for key, value in classification.items() if value is not None}
    try:
        return parse_policy({**current.document, "classification": kept})
    except PolicyErrors as refused:
        raise UsageError(f"the policy of {current.workspace}: {refused.errors[0]}") from None


def _name(folder: str) -> str:
    """What the policy calls it: as the router will look for it, or in full where it lies beside the caller."""
    found = _folder(folder)
    if settings_of(RouterSettings).models_dir is None and not Path(folder).is_absolute() and Path(folder) == found:
        return str(found.resolve())
    return folder


def _opened(name: str) -> str:
    """The version of a model that has passed its self-test here; UsageError names the file that is wrong."""
    folder = _folder(name)
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a directory; run this where the router's models lie (USHER_MODELS_DIR)")
    try:
        return open_model(folder).version
    except ModelRefused as refused:
        raise UsageError(f"{folder}/{refused}") from None


def _folder(name: str) -> Path:
    return folder_of(name, settings_of(RouterSettings).models_dir)


def _chosen(version: Version) -> tuple[str | None, str | None]:
    return version.model, version.model_version


def _shadow_of(version: Version) -> str | None:
    name: str | None = version.document.get("classification", {}).get("shadow")
    return name


def _named(model: str | None, version: str | None) -> str:
    return f"{model} {version or '(not usable)'}" if model else NOTHING


def _with_shadow(version: Version) -> str:
    shadow = _shadow_of(version)
    return f" with shadow {shadow}" if shadow else ""
