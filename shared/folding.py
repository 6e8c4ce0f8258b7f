"""What two spellings of one text have in common: handles, patterns, words and the text model all read texts through
these functions, so that what one of them sees is what all of them see.
"""

import re
import unicodedata

__all__ = ["fold", "plain", "unaccented", "unseen"]

# Combining accents, and marks that surround or strike through a letter.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
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
        # Small capitals and letters of phonetics are written for ordinary ones.
        **dict(
            zip(
                "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c"
                "\u1d20\u1d21\u028f\u1d22\u0251\u0261",
                "abcdefghijklmnoprstuvwyzag",
                strict=True,
            )
        ),
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
