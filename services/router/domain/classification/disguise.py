r"""Words written so that a filter would not see them: *su1c1de*, *k!ll*, *h e l p*, *k\*ll*, an emoji or a look-alike
letter of another script in the middle.
"""

import re
from collections.abc import Sequence

__all__ = ["undisguised"]

CHARACTERS_MAX = 2000  # of a text that is looked at: as far as a text model reads
SPACED_MIN = 3  # single letters in a row that are one word: fewer are initials
VOWELS = "aeiou"
_LETTERS = str.maketrans("034578@$\u20ac", "oeastbase")
_AMBIGUOUS = "1!|"
_EITHER = {one: str.maketrans(_AMBIGUOUS, one * len(_AMBIGUOUS)) for one in "il"}
_SIGN = re.compile(r"[0134578@$!|*\u20ac]")
# Between letters: no part of words, of addresses, or of ways of writing (*and/or*, *don't*, *e-mail*).
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s.,:;?'\"()/&#%+*\-@$!|\u20ac]+(?=[^\W\d_])")
_SPACED = re.compile(rf"(?<!\w)[^\W\d_](?:[ ._\-*]{{1,2}}[^\W\d_](?!\w)){{{SPACED_MIN - 1},}}")
_BETWEEN = re.compile(r"[ ._\-*]")
_MASKED = re.compile(r"[^\W\d_]+\*[^\W\d_]{2,}")
_ENDS = ".,:;?!'\"()"
_TWINS = str.maketrans("абсԁеһіјӏорԛѕԝхуαεικνορτυχ", "abcdehijlopqswxyaeikvoptux")
"""Cyrillic and Greek letters that look like Latin ones."""
_TWIN_SCRIPTS = re.compile("[\u0370-\u052f]")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"\w+")


def undisguised(folded: str, words: Sequence[str]) -> tuple[str, ...]:
    """What a folded text, cut into ``words``, may say under its disguise, () where it wears none; two readings where a
    sign may be *i* or *l*. Linear in its length, up to CHARACTERS_MAX.
    """
    is_spaced, has_signs = _is_spaced(words), _SIGN.search(folded) is not None
    if folded.isascii() and not is_spaced and not has_signs:
        return ()
    folded = folded[:CHARACTERS_MAX]
    found = folded if folded.isascii() else _INSIDE.sub("", folded)
    if _TWIN_SCRIPTS.search(found):
        found = _WORD.sub(_in_one_script, found)
    if is_spaced:
        found = _SPACED.sub(lambda letters: _BETWEEN.sub("", letters[0]), found)
    readings = dict.fromkeys(_respelt(found) if has_signs else (found,))
    readings.pop(folded, None)
    return tuple(readings)


def _in_one_script(word: re.Match[str]) -> str:
    """A word of two scripts in the Latin one; *QR-код* written as one word is among them, so only as a reading."""
    found = word[0]
    mixed = _LATIN.search(found) and _TWIN_SCRIPTS.search(found)
    return found.translate(_TWINS) if mixed else found


def _is_spaced(words: Sequence[str]) -> bool:
    """Whether so many single letters follow each other that they are a word."""
    row = 0
    for word in words:
        row = row + 1 if len(word) == 1 else 0
        if row >= SPACED_MIN:
            return True
    return False


def _respelt(text: str) -> tuple[str, ...]:
    words = text.split(" ")
    worn = [at for at, word in enumerate(words) if _SIGN.search(word) and not word.isdigit()]
    for at in worn:
        words[at] = _spelt(words[at])
    found = " ".join(words)
    if not any(sign in words[at] for at in worn for sign in _AMBIGUOUS):
        return (found,)
    return tuple(" ".join(_with(one, words, worn)) for one in "il")


def _spelt(word: str) -> str:
    """A word with letters for its signs, if it has as many letters as signs at least; addresses stay what they are."""
    core = word.strip(_ENDS)
    if _MASKED.fullmatch(core):
        return " ".join(core.replace("*", vowel) for vowel in VOWELS)
    signs = len(_SIGN.findall(core))
    if not 0 < 2 * signs <= len(core) or ("@" in core and "." in core):
        return word
    return core.translate(_LETTERS)


def _with(one: str, words: Sequence[str], worn: Sequence[int]) -> list[str]:
    found = list(words)
    for at in worn:
        if not found[at].strip(_ENDS).isdigit():
            found[at] = found[at].translate(_EITHER[one])
    return found
