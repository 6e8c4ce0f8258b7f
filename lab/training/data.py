"""Labelled texts made ready to learn from: duplicates dropped, contradictions found, small intents refused."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.training.errors import TrainingRefused
from services.router.model.manifest import LABELS_MAX
from services.router.model.text import normalise

__all__ = [
    "EXAMPLES_MIN",
    "EXAMPLES_WISE",
    "FOLDS",
    "Data",
    "Example",
    "few",
    "folds_for",
    "overlap",
    "prepare",
    "split",
    "without_rare",
]

EXAMPLES_MIN = 5  # of an intent; with fewer, three folds leave nothing to learn from
EXAMPLES_WISE = 20  # below, accuracy of an intent falls quickly
FOLDS = 3
FOLDS_OF_FEW = 5  # where texts are few, models of two thirds of them know clearly less than the last one
FEW_MAX = 5000  # texts


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text; ``row`` counts from 1 in its file, the header included. ``file``: its name, where there are
    several.
    """

    text: str
    label: str
    row: int
    file: str = ""

    @property
    def place(self) -> int | str:
        """Where it stands: the row, with the file's name where there are several."""
        return f"{self.file}:{self.row}" if self.file else self.row


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Texts with ``targets`` (n,), indices into the sorted ``labels``; and what was found on the way.

    ``conflicts`` are places of rows with one text and two labels; both stay, for the doubt is real.
    """

    texts: tuple[str, ...]
    targets: NDArray[np.int64]
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    duplicates: int
    empty: int
    conflicts: tuple[tuple[int | str, int | str], ...]
    sha256: str

    @property
    def counts(self) -> dict[str, int]:
        """Examples of each label."""
        return dict(zip(self.labels, np.bincount(self.targets, minlength=len(self.labels)).tolist(), strict=True))


def key(text: str) -> str:
    """Texts with the same key are the same text to the model."""
    return " ".join(normalise(text).split())


def without_rare(examples: Sequence[Example]) -> tuple[list[Example], dict[str, int]]:
    """The examples of intents with enough different texts, and of each intent left out how many it has."""
    different: dict[str, set[str]] = {}
    for example in examples:
        same = key(example.text)
        different.setdefault(example.label, set()).update([same] if same else [])
    rare = {label: len(texts) for label, texts in sorted(different.items()) if len(texts) < EXAMPLES_MIN}
    return [example for example in examples if example.label not in rare], rare


def prepare(examples: Sequence[Example]) -> Data:
    """The data without empty texts and repetitions; raises TrainingRefused when too little is left."""
    seen: set[tuple[str, str]] = set()
    first: dict[str, Example] = {}
    kept: list[Example] = []
    conflicts: list[tuple[int | str, int | str]] = []
    empty = 0
    for example in examples:
        same = key(example.text)
        if not same:
            empty += 1
        elif (same, example.label) not in seen:
            seen.add((same, example.label))
            if first.setdefault(same, example) is not example:
                conflicts.append((first[same].place, example.place))
            kept.append(example)
    labels = tuple(sorted({example.label for example in kept}))
    _refuse(labels, Counter(example.label for example in kept), len(examples))
    index = {label: at for at, label in enumerate(labels)}
    return Data(
        texts=tuple(example.text for example in kept),
        targets=np.array([index[example.label] for example in kept], np.int64),
        labels=labels,
        rows=tuple(example.row for example in kept),
        duplicates=len(examples) - empty - len(kept),
        empty=empty,
        conflicts=tuple(conflicts),
        sha256=_hash(kept),
    )


def _refuse(labels: tuple[str, ...], counts: Counter[str], rows: int) -> None:
    if not labels:
        raise TrainingRefused(f"no text is left of {rows} rows; give texts with words in them")
    if len(labels) < 2:
        raise TrainingRefused(f"there is one label, {labels[0]!r}; give at least two intents to tell apart")
    if len(labels) > LABELS_MAX:
        raise TrainingRefused(f"there are {len(labels)} labels; at most {LABELS_MAX}: is this the label column?")
    few = [f"{label!r} has {counts[label]}" for label in labels if counts[label] < EXAMPLES_MIN]
    if few:
        more = f" and {len(few) - 3} more" if len(few) > 3 else ""
        raise TrainingRefused(
            f"too few different examples: {', '.join(few[:3])}{more}; each intent needs {EXAMPLES_MIN}, better "
            f"{EXAMPLES_WISE}: add examples or drop the intent"
        )


def _hash(examples: Iterable[Example]) -> str:
    total = hashlib.sha256()
    for example in examples:
        for part in (example.text, example.label):
            content = part.encode("utf-8", "surrogatepass")
            total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def overlap(train: Iterable[str], test: Iterable[str]) -> int:
    """How many test texts the training has seen."""
    known = {key(text) for text in train}
    return sum(key(text) in known for text in test)


def few(texts: int) -> bool:
    """Whether so many texts are few: then more is tried, for it costs little."""
    return texts <= FEW_MAX


def folds_for(texts: int) -> int:
    """How many parts so many texts are judged in, where nobody says."""
    return FOLDS_OF_FEW if few(texts) else FOLDS


def split(targets: NDArray[np.int64], parts: int, seed: int = 0) -> NDArray[np.int64]:
    """The part (n,) of each text, 0 to parts - 1: every label is spread evenly; the same seed, the same split."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(targets))
    order = order[np.argsort(targets[order], kind="stable")]
    part = np.empty(len(targets), np.int64)
    part[order] = np.arange(len(targets)) % parts
    return part
