"""Which of the served languages a text is in; texts that say too little stay unnamed."""

import copy
import lzma
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import numpy as np

__all__ = ["LanguageReader", "LanguageTables"]

CHARACTERS_MAX = 2000  # of a text that are read; the rest rarely changes the language
WORDS_MIN = 3  # fewer say too little
PROBABILITY_MIN = 0.8  # below, the customer's or the channel's language is the better guess

_WORD = re.compile(r"[^\W\d_]+")


class LanguageReader:
    """py3langid, restricted to some languages. Deterministic, no I/O."""

    def __init__(self, tags: dict[str, str], identifier: Any) -> None:
        """``tags`` by code; ``identifier`` knows these codes alone, None when there is nothing to choose between."""
        self._tags = tags
        self._identifier = identifier

    def read(self, text: str) -> str | None:
        """The tag of the text's language, or None when it cannot be told."""
        if self._identifier is None:
            return None
        start = text[:CHARACTERS_MAX]
        if sum(1 for _ in _WORD.finditer(start)) < WORDS_MIN:
            return None
        code, probability = self._identifier.classify(start)
        return self._tags[code] if probability >= PROBABILITY_MIN else None


class LanguageTables:
    """py3langid's tables, unpacked from its file when a new language is asked for (a second, 120 MB of temporary files
    for a moment). Of its 142 languages only those asked for stay in memory, and of its states none: that table, 40 MB,
    stays in a file, of which memory holds what texts lead to.
    """

    def __init__(self) -> None:
        self._whole: Any = None
        self._known: frozenset[str] = frozenset()

    def readers(self, sets: Collection[tuple[str, ...]]) -> list[LanguageReader]:
        """A reader for each set of tags (``en``, ``pt-BR``) or codes; languages that py3langid has not are left out."""
        tags = [_tags(languages) for languages in sets]
        wanted = self._known.union(*tags)
        if wanted != self._known:
            self._whole, self._known = _opened(wanted, self._whole), wanted
        return [LanguageReader(each, self._restricted(each)) for each in tags]

    def _restricted(self, tags: dict[str, str]) -> Any:
        known = [code for code in tags if self._whole is not None and code in self._whole.nb_classes]
        if len(known) < 2:
            return None
        part = copy.copy(self._whole)  # shares the tables of letters, which are the most of it
        part.set_languages(known)
        return part


def _tags(languages: Iterable[str]) -> dict[str, str]:
    """Tag by code; of two tags of one language the first."""
    found: dict[str, str] = {}
    for tag in sorted(languages):
        found.setdefault(tag.partition("-")[0].lower(), tag)
    return found


def _opened(codes: Collection[str], before: Any) -> Any:
    """An identifier with these languages' columns alone; it decides as py3langid's own does, restricted to them.

    Its states are those of the identifier ``before``, if there is one: they are the same for all languages.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    with TemporaryDirectory() as name:
        folder = Path(name)
        _unpack(MODEL_DIR / MODEL_FILE, folder)
        every = np.load(folder / "classes.npy").tolist()
        at = [place for place, code in enumerate(every) if code in codes]
        return LanguageIdentifier(
            np.ascontiguousarray(np.load(folder / "ptc.npy", mmap_mode="r")[:, at]),
            np.load(folder / "pc.npy")[at],
            [every[place] for place in at],
            before.tk_nextmove if before else _mapped(folder / "nextmove.npy"),
            before.tk_output if before else memoryview(np.load(folder / "out_feat.npy")),
            norm_probs=True,
            tk_row=before.tk_row if before else memoryview(np.load(folder / "nextmove_row.npy")),
        )


def _mapped(table: Path) -> memoryview:
    """The table in its file, which stays for as long as this does, although its name goes."""
    return memoryview(np.load(table, mmap_mode="r"))


def _unpack(packed: Path, folder: Path) -> None:
    """Each table of py3langid's model as a file of its own."""
    together = folder / "model.npz"
    with lzma.open(packed) as source, together.open("wb") as target:
        shutil.copyfileobj(source, target)
    with ZipFile(together) as tables:
        tables.extractall(folder)
