"""YAML files read as they look (no surprising booleans, no silent repeats); what is wrong with its line."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from shared.policy.errors import PolicyError, PolicyErrors
from shared.policy.faults import loc_of

__all__ = ["Document", "read_document"]

FILE_BYTES_MAX = 1024 * 1024  # far beyond any file that a person keeps


class _WrongKey(yaml.YAMLError):
    """A key that YAML would accept and nobody can mean: no plain value, or twice in one mapping."""

    def __init__(self, message: str, hint: str, line: int) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's plain values: only true and false are booleans, dates and 12:30 are texts, 010 is no number."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; a key that stands twice is refused."""
        self.flatten_mapping(node)
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if isinstance(key, list | dict):
                raise _WrongKey("a key is a list or a mapping", "keys are names", line)
            if key in seen:
                raise _WrongKey(f"the key {key!r} stands twice in one mapping", "remove one", line)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


_DIGITS = list("-+.0123456789")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+)([eE][-+]?[0-9]+)?")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), _DIGITS)
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(_FLOAT.pattern + "$"), _DIGITS)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<$"), ["<"])


class Document(NamedTuple):
    """What a file holds, and its text."""

    content: Any
    text: str

    def placed(self, refused: PolicyErrors, path: Path) -> PolicyErrors:
        """The same faults with file and line, in the order of the file."""
        lines = _Lines(self.text)
        placed = [fault._replace(file=str(path), line=lines.of(fault.path)) for fault in refused.errors]
        return PolicyErrors(sorted(placed, key=lambda fault: (fault.line, fault.path)))


def read_document(path: Path) -> Document:
    """The content of a YAML or JSON file. PolicyErrors: one, with file and line, when it is none."""
    text = _text(path)
    return Document(_document(text, path), text)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise _refused(path, f"is larger than {FILE_BYTES_MAX} bytes", "split it, or look for pasted data")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(path, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except OSError as error:
        raise _refused(path, error.strerror or "cannot be read", "give the path of a file that can be read") from None


def _document(text: str, path: Path) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except _WrongKey as error:
        raise _refused(path, str(error), error.hint, error.line) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _refused(path, f"is not YAML: {error.problem}", "check indentation and quotes", line) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _refused(path, f"is not YAML: {first}", "plain text without control characters") from None


def _refused(path: Path, message: str, hint: str, line: int = 0) -> PolicyErrors:
    return PolicyErrors([PolicyError("", message, hint, str(path), line)])


class _Lines:
    """Where the paths of a document stand in its text; read again only when there is a fault to show."""

    def __init__(self, text: str) -> None:
        self._root = yaml.compose(text, Loader=_Loader)

    def of(self, path: str) -> int:
        """Line of the path, or of its nearest part that exists; from 1."""
        node, line = self._root, 1
        for part in loc_of(path):
            found = self._child(node, part)
            if found is None:
                break
            node, line = found
        return line

    @staticmethod
    def _child(node: Any, part: str | int) -> tuple[Any, int] | None:
        if isinstance(part, int):
            if not isinstance(node, yaml.SequenceNode) or part >= len(node.value):
                return None
            return node.value[part], node.value[part].start_mark.line + 1
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        return next(((value, key.start_mark.line + 1) for key, value in pairs if key.value == part), None)
