"""Writes what integrators read of the events: schemas, examples, the field reference, AsyncAPI.

``python -m tests.contract.events.write`` keeps the examples that are still right; with ``release VERSION`` it freezes
schemas and examples as those of a released version, which no later one of the same major version may break.
"""

import shutil
import sys
from pathlib import Path

import orjson
import yaml
from jsonschema import Draft202012Validator

from shared.process.version import VERSION
from tests.contract.events.asyncapi import asyncapi
from tests.contract.events.catalogue import described
from tests.contract.events.payloads import FILE, made, read, written
from tests.contract.events.reference import pages
from tests.support.documents import DOCS

__all__ = ["RELEASED", "SCHEMAS", "documents"]

SCHEMAS = DOCS / "schemas"
RELEASED = SCHEMAS / "released"
_INDENTED = orjson.OPT_INDENT_2


class _Plain(yaml.SafeDumper):
    """No anchors: other languages' readers take them apart differently."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def documents(payloads: bytes) -> dict[Path, bytes]:
    """Every generated file with its content; ``payloads`` are those of the file of examples."""
    events, examples = described(), read(payloads)
    found = {SCHEMAS / event.file: orjson.dumps(event.schema, option=_INDENTED) + b"\n" for event in events}
    for name, page in pages(events, examples).items():
        found[DOCS / "reference" / name] = page.encode()
    text = yaml.dump(
        asyncapi(events, examples, VERSION),
        Dumper=_Plain,
        sort_keys=False,
        allow_unicode=True,
        width=150,
        default_flow_style=None,
    )
    found[DOCS / "asyncapi.yaml"] = text.encode()
    return found


def _kept() -> bytes:
    """The examples of the file where they are still right, and new ones."""
    old = read(FILE.read_bytes()) if FILE.exists() else {}
    right = {
        (event.direction, event.type)
        for event in described()
        if (event.direction, event.type) in old
        and Draft202012Validator(event.schema).is_valid(old[event.direction, event.type].body)
    }
    if right == {(event.direction, event.type) for event in described()}:
        return written(old.values())
    return written({**made(), **{name: old[name] for name in right}}.values())


def main(arguments: list[str]) -> int:
    """Write all; 0."""
    payloads = _kept()
    found = {FILE: payloads, **documents(payloads)}
    for path, content in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for folder in ("inbound", "canonical", "outbound", "hand-off"):
        for path in (SCHEMAS / folder).glob("*.json"):
            if path not in found:
                path.unlink()
    if arguments[:1] == ["release"]:
        target = RELEASED / arguments[1]
        for folder in ("inbound", "canonical", "outbound", "hand-off"):
            shutil.copytree(SCHEMAS / folder, target / folder, dirs_exist_ok=True)
        shutil.copy(FILE, target / FILE.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
