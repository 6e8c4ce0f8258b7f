"""Which licences a package that we hand on may have, and which one it has."""

import re
from importlib.metadata import metadata

__all__ = ["allowed", "told"]

# Permissive ones, and MPL-2.0, whose files we hand on as they are.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Python-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# What older packages write in place of an SPDX identifier. "BSD" without a number is one of the permissive ones.
CALLED = {
    "3-Clause BSD License": "BSD-3-Clause", "Apache License 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause", "ISC License (ISCL)": "ISC", "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}  # fmt: skip


def told(package: str) -> str:
    """What an installed package says: an SPDX expression, else the names of its classifiers, else its own words."""
    known = metadata(package)
    if expression := known.get("License-Expression"):
        return str(expression)
    classifiers = [line.split(" :: ") for line in known.get_all("Classifier", []) if line.startswith("License ::")]
    names = [words[-1] for words in classifiers if words[-1] != "OSI Approved"]
    return ";".join(names) or str(known.get("License", "unknown"))


def allowed(licence: str) -> bool:
    """Whether an SPDX expression, or a list of names with ``;`` between them, asks for nothing but what is allowed.

    Of ``A OR B`` one is enough; of ``A AND B``, and of a list, each must be.
    """
    text = licence.strip()
    if text in CALLED or text in ALLOWED:
        return True
    if text.startswith("(") and _closes(text) == len(text) - 1:
        return allowed(text[1:-1])
    for word, enough in ((r" OR ", any), (r" AND |;", all)):
        parts = _split(text, word)
        if len(parts) > 1:
            return enough(map(allowed, parts))
    return False


def _closes(text: str) -> int:
    """Where the bracket that opens the text is closed."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return place
    return -1


def _split(text: str, word: str) -> list[str]:
    """The parts between a word that stands outside of every bracket."""
    parts, start = [], 0
    for found in re.finditer(word, text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]
