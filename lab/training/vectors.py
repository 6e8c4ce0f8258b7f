"""What words mean: the vectors that the package wordllama ships (MIT), read as data. Nothing of it runs, nothing is
downloaded, and a finished model does without it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from os.path import isfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.router.model.text import WORD_PATTERN, normalise

__all__ = ["PACKAGE", "WordVectors", "surfaces", "word_vectors"]

PACKAGE = "wordllama"
TABLE = "wordllama/weights/l2_supercat_256.safetensors"
TOKENIZER = "wordllama/tokenizers/l2_supercat_tokenizer_config.json"
TENSOR = "embedding.weight"
WORD_START = "\u2581"  # how the tokenizer writes the space before a word
LETTERS_MIN = 2  # of a word that training texts need not hold

Vectors = NDArray[np.float32]

_WORD = re.compile(WORD_PATTERN)


class WordVectors:
    """A vector for any word, made of its tokens; near each other for words that are used alike."""

    def __init__(self, table: Vectors, tokenizer: Any) -> None:
        """``table`` (tokens, D)."""
        self._table = table
        self._tokenizer = tokenizer
        whole = sorted(token[1:] for token in tokenizer.get_vocab() if token.startswith(WORD_START))
        plain = (word for word in whole if len(word) >= LETTERS_MIN and word.isalpha() and word.islower())
        self.common = {normalise(word): word for word in plain}
        """Words that are one token, folded, with how they are written."""

    @property
    def dimensions(self) -> int:
        """D."""
        return int(self._table.shape[1])

    def of(self, words: Sequence[str]) -> Vectors:
        """The vectors (n, D) of n words as they are written: the sums of those of their tokens."""
        found = np.zeros((len(words), self.dimensions), np.float32)
        for at, encoding in enumerate(self._tokenizer.encode_batch(list(words), add_special_tokens=False)):
            found[at] = self._table[encoding.ids].sum(axis=0)
        return found


def surfaces(texts: Iterable[str]) -> dict[str, str]:
    """Each folded word of the texts with how it is most often written, in lower case; of equals the first."""
    written = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    ordered = sorted(written, key=lambda word: (written[word], word))
    return {normalise(word): word for word in ordered}


@cache
def word_vectors() -> WordVectors | None:
    """The vectors of the package; None where it, or a version of it that has these files, is not installed."""
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    files = [str(package.locate_file(name)) for name in (TABLE, TOKENIZER)]
    if not all(map(isfile, files)):
        return None
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    table = load_file(files[0])[TENSOR].astype(np.float32)
    tokenizer = Tokenizer.from_file(files[1])
    return WordVectors(table, tokenizer)
