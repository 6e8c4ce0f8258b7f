"""A manifest that vouches for its own bytes: whoever changes one of them is found out."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from services.router.model.errors import ModelRefused

__all__ = ["MANIFEST", "seal", "sha256", "unseal"]

MANIFEST = "manifest.json"

_BLANK = "0" * 64
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"\n}\n\Z')


def sha256(content: bytes) -> str:
    """The hash as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def seal(document: Mapping[str, Any]) -> bytes:
    """The manifest as a file; its last field is the hash of the file with that field blank."""
    blank = json.dumps({**document, "seal": _BLANK}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    content = blank.encode()
    return content[: -len(_BLANK) - 4] + sha256(content).encode() + b'"\n}\n'


def unseal(content: bytes) -> tuple[dict[str, Any], str]:
    """The document and its seal; raises ModelRefused when any byte differs from what was sealed."""
    found = _SEAL.search(content)
    if found is None:
        raise ModelRefused(MANIFEST, "has no seal at its end; train the model again")
    digest = found.group(1).decode()
    if sha256(content[: found.start(1)] + _BLANK.encode() + content[found.end(1) :]) != digest:
        raise ModelRefused(MANIFEST, "was changed after training; restore it or train the model again")
    return _parsed(content), digest


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise ModelRefused(MANIFEST, f"is not JSON ({error})") from None
    if not isinstance(document, dict):
        raise ModelRefused(MANIFEST, "is not a JSON object")
    return document
