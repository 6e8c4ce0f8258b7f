"""Adds a key to the text of a sources file and takes one out; every other character stays, comments too."""

from typing import Any

import yaml

__all__ = ["CannotEdit", "with_key", "without_key"]


class CannotEdit(Exception):
    """The file is written in a way that this edit does not master; the message says where."""


def with_key(text: str, workspace: str, name: str, sha256: str, may: list[str]) -> str:
    """The text with one more key. CannotEdit if that would change anything else, or the text is no sources file."""
    key = {"name": name, "sha256": sha256, "may": may}
    wanted = yaml.safe_load(text) or {}
    try:
        keys = wanted.setdefault("workspaces", {})
        wanted["workspaces"] = keys = keys or {}
        entry = keys[workspace] = keys.get(workspace) or {}
        entry["api_keys"] = [*(entry.get("api_keys") or []), key]
    except (AttributeError, TypeError):
        raise CannotEdit("workspaces: is no mapping of names to what they have") from None
    flow = f"{{name: {name}, sha256: {sha256}, may: [{', '.join(may)}]}}"
    return _checked(_added(text, workspace, flow), wanted)


def without_key(text: str, workspace: str, name: str) -> str:
    """The text without the key of this name. KeyError if there is none; CannotEdit as above."""
    wanted = yaml.safe_load(text) or {}
    try:
        entry = wanted["workspaces"][workspace]
        kept = [key for key in entry["api_keys"] if key["name"] != name]
    except (KeyError, TypeError):
        raise KeyError(name) from None
    if len(kept) == len(entry["api_keys"]):
        raise KeyError(name)
    entry["api_keys"] = kept
    space = _below(_below(yaml.compose(text), "workspaces"), workspace)
    keys = _below(space, "api_keys")
    if len(keys.value) == 1 and not keys.flow_style:
        heading = next(key for key, _ in space.value if key.value == "api_keys").end_mark.index
        colon = text.index(":", heading) + 1
        return _checked(text[:colon] + " []" + _removed(text, keys, 0)[colon:], wanted)
    for index in reversed(range(len(keys.value))):
        if _below(keys.value[index], "name").value == name:
            text = _removed(text, keys, index)
            keys.value.pop(index)
    return _checked(text, wanted)


def _checked(text: str, wanted: dict[str, Any]) -> str:
    """The text, if it says what it should: order of keys aside, nothing else has changed."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        found = None
    if _by_name(found) != _by_name(wanted):
        raise CannotEdit("the way that its api_keys are written is not understood")
    return text


def _by_name(document: Any) -> Any:
    if not isinstance(document, dict) or not isinstance(document.get("workspaces"), dict):
        return document
    spaces = {
        name: {**entry, "api_keys": sorted(entry["api_keys"] or [], key=lambda key: str(key["name"]))}
        if isinstance(entry, dict) and "api_keys" in entry
        else entry
        for name, entry in document["workspaces"].items()
    }
    return {**document, "workspaces": spaces}


def _added(text: str, workspace: str, key: str) -> str:
    root = yaml.compose(text)
    if root is None:
        return f"{text.rstrip()}\nworkspaces:\n  {workspace}:\n    api_keys: [{key}]\n".lstrip()
    spaces = _below(root, "workspaces")
    if _is_empty(spaces):
        return _put(text, root, "workspaces", spaces, f"{{{workspace}: {{api_keys: [{key}]}}}}")
    space = _below(spaces, workspace)
    if _is_empty(space):
        return _put(text, spaces, workspace, space, f"{{api_keys: [{key}]}}")
    keys = _below(space, "api_keys")
    if _is_empty(keys):
        return _put(text, space, "api_keys", keys, f"[{key}]")
    last = keys.value[-1]
    if keys.flow_style:
        return text[: last.end_mark.index] + f", {key}" + text[last.end_mark.index :]
    start = keys.start_mark  # of the first dash
    return text[: start.index] + f"- {key}\n{' ' * start.column}" + text[start.index :]


def _put(text: str, parent: yaml.Node, name: str, old: yaml.Node | None, value: str) -> str:
    """``name: value`` in a mapping: in place of an empty value, else before the first entry."""
    if old is not None:
        start, end = old.start_mark.index, old.end_mark.index
        gap = "" if text[start - 1 : start] in (" ", "\n") and end > start else " "
        return text[:start] + gap + value + text[end:]
    start = parent.start_mark
    if getattr(parent, "flow_style", False):
        following = ", " if parent.value else ""
        return text[: start.index + 1] + f"{name}: {value}{following}" + text[start.index + 1 :]
    return text[: start.index] + f"{name}: {value}\n{' ' * start.column}" + text[start.index :]


def _removed(text: str, keys: yaml.Node, index: int) -> str:
    items = keys.value
    start, end = items[index].start_mark.index, items[index].end_mark.index
    if getattr(keys, "flow_style", False):
        if index + 1 < len(items):
            return text[:start] + text[items[index + 1].start_mark.index :]
        if index:
            return text[: items[index - 1].end_mark.index] + text[end:]
        return text[:start] + text[end:].lstrip(" ,")
    dash = text.rindex("-", 0, start)
    line = text.rindex("\n", 0, dash) + 1
    rest = text.find("\n", _content_end(items[index]))
    return text[:line] + (text[rest + 1 :] if rest >= 0 else "")


def _content_end(node: yaml.Node) -> int:
    """Where the last word of a node ends; a block's own mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _content_end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _below(node: Any, name: str) -> Any:
    """The value of a name in a mapping; None if there is none."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _is_empty(node: Any) -> bool:
    return node is None or not node.value or (isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"))
