"""What two spellings of one text have in common: handles, patterns, words and the text model all read texts through
these functions, so that what one of them sees is what all of them see.
"""

import re
import unicodedata

__all__ = ["fold", "plain", "unaccented", "unseen"]

_MARKS = re.compile("[\u0300-\u036f]+")  # combining accents
# Format characters (soft hyphens, zero-width spaces and joiners, marks of direction), variation selectors, and fillers
# of other scripts that nobody sees. Ranges, since a category would have to be asked for each character.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0001-\U000e007f\U000e0100-\U000e01ef]+"
)
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bb\u02bc\u02b9\u00b4\u0060\u2032\u275b\u275c\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u275d\u275e\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u00df": "ss",
        "\u0131": "i",
        "\u0142": "l",
    }
)


def unseen(text: str) -> str:
    """The text without characters that nobody sees."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def plain(text: str) -> str:
    """Compatibility forms unified (full-width letters, ligatures, no-break spaces: NFKC), nothing unseen left."""
    return text if text.isascii() else unicodedata.normalize("NFKC", unseen(text))


def unaccented(text: str) -> str:
    """Without accents on Latin letters, curly quotes and long dashes; case and spaces stay."""
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_QUOTES)))
    return unicodedata.normalize("NFC", bare).translate(_QUOTES)


def fold(text: str) -> str:
    """The text as patterns, words and models see it: lower case, without accents, plain quotes, one space wherever
    there are spaces or line breaks (``¿Dónde  está?`` -> ``¿donde esta?``). Folding twice changes nothing.
    """
    if not text.isascii():
        text = unaccented(plain(text).lower())
    return " ".join(text.lower().split())
