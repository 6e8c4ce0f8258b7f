"""A customer without an id gets a keyed hash of their handle: the same for one person, and nobody can read it."""

import re
import unicodedata
from collections.abc import Mapping

from services.ingest.domain.macs import mac
from services.ingest.domain.phones import after_exit_code, international
from shared.folding import plain

__all__ = ["Pseudonyms", "is_withheld", "needs_region", "normalised"]

PHONE_CHANNELS = frozenset({"voice", "sms"})  # every handle made of digits is a telephone number there
EXIT_CODE_CHANNELS = PHONE_CHANNELS | {"messaging"}  # what begins with 00 comes from abroad there, else it may be an id
DIALLED_LENGTH_MAX = 64  # characters; what is longer was never dialled
NATIONAL_DIGITS_MIN = 7  # of a telephone number; shorter ones are extensions and short codes, the same everywhere

_HEX_DIGITS = 32  # of the HMAC-SHA256: 128 bits, no collision in any deployment
_NORMAL = re.compile(r"\+(?!52|54|55)[1-9][0-9]{6,14}")  # E.164 already: nothing to do but for those of two forms
_DIALLED = re.compile(
    r"\+?[0-9(][0-9 ().\-/\u2010-\u2015]{4,}(?:\s*(?:;ext=|ext\.?|extension|x|#|,,?)\s*[0-9]{1,7}#?)?"
    r"(?:;phone-context=\+?[0-9a-z.\-]+)?"
)
_NOT_DIAL = re.compile(r"[^0-9+]")
_SCHEME = re.compile(r"(tel|sms|whatsapp|sips?|mailto):")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>[^<>]*")  # Ana <ana@example.com>, and SIP's with parameters behind
# WhatsApp's own ids of persons, with or without their device; those of groups and hidden numbers are none.
_WHATSAPP = re.compile(r"([1-9][0-9]{6,14})(?:[.:_][0-9]+)*@(?:s\.whatsapp\.net|c\.us)")
_CARRIER = re.compile(r"0xx(?=[0-9)])")  # Brazil: where the digits of a carrier would stand
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What telephone networks say instead of the number of a caller who withholds it; as digits, Twilio's own.
_WITHHELD = frozenset(
    {
        "anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld",
        "anonymous@anonymous.invalid", "266696687", "7378742833", "2562533", "8656696", "86282452253",
    }
)  # fmt: skip


def is_withheld(handle: str, channel: str) -> bool:
    """Whether the handle says that nobody is known, by its blanks or in a network's words: such are not all one."""
    return not handle.strip() or (channel in PHONE_CHANNELS and normalised(handle).lstrip("+") in _WITHHELD)


def normalised(handle: str, channel: str = "", region: str = "") -> str:
    """One spelling per handle: addresses without case, telephone numbers in E.164, provider ids as they are.

    What may be a telephone number is one on a channel of telephones, after a scheme of theirs, with a plus or 00.
    National numbers are read as dialled in ``region``; without one, or where it can be no number, only separators go.
    """
    text = handle.strip().lower() if handle.isascii() else _folded(handle)
    scheme = ""
    if ">" in text and (named := _NAMED.fullmatch(text)):
        text = named[1].strip()
    if ":" in text:
        text, scheme = _without_scheme(text)
    text = _unwrapped(text)
    if _NORMAL.fullmatch(text) or len(text) > DIALLED_LENGTH_MAX or not _DIALLED.fullmatch(text):
        return text
    number = None
    if text.startswith("00") and (not region or channel in EXIT_CODE_CHANNELS):
        number = after_exit_code(text, region)
    elif text.startswith(("+", "00")) or scheme or channel in PHONE_CHANNELS:
        number = international(text, region)
    return number or _NOT_DIAL.sub("", text)


def needs_region(handle: str, channel: str) -> bool:
    """Whether the handle is a telephone number that nobody can read who does not know the country it is dialled in."""
    if "+" in handle:  # as most numbers are written
        return False
    dialled = channel in PHONE_CHANNELS or (":" in handle and _SCHEME.match(handle.strip().lower()) is not None)
    if not dialled or is_withheld(handle, channel):
        return False
    read = normalised(handle, channel)
    return read.isdecimal() and len(read) >= NATIONAL_DIGITS_MIN


def _folded(handle: str) -> str:
    """Letters and digits of any script in their plain form, without marks that are not seen."""
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain(handle))
    return digits.strip().casefold()


def _unwrapped(text: str) -> str:
    """A number without what providers and people write around it."""
    if "@" in text:
        found = _WHATSAPP.fullmatch(text)
        return f"+{found[1]}" if found else text
    if text.startswith(("(+", "(00")):
        text = text[1:].replace(")", "", 1)  # (+34) 600 112 233
    if text.startswith("+"):
        text = text.partition(";phone-context=")[0]  # says nothing of a number in full
    return _CARRIER.sub("0", text) if "0xx" in text else text


def _without_scheme(text: str) -> tuple[str, str]:
    """``tel:+34600123456`` without ``tel:``, and the scheme if it is one of telephones."""
    match = _SCHEME.match(text)
    if match is None:
        return text, ""
    scheme, rest = match[1], text[match.end() :]
    if scheme == "mailto":
        return rest.partition("?")[0], ""
    if scheme == "whatsapp" and rest[:1].isdigit():
        return f"+{rest}", scheme
    if scheme in ("sip", "sips"):
        address = rest.partition(";")[0]
        user = address.partition("@")[0]
        return (user, scheme) if len(user) <= DIALLED_LENGTH_MAX and _DIALLED.fullmatch(user) else (address, "")
    return rest, scheme


class Pseudonyms:
    """Keyed hashes (HMAC-SHA256) under the deployment's own key; another key gives other pseudonyms.

    ``regions`` are the countries, by workspace, in which national telephone numbers are dialled.
    """

    def __init__(self, key: bytes, regions: Mapping[str, str] | None = None) -> None:
        self._key = key
        self._regions = regions or {}

    def use(self, regions: Mapping[str, str]) -> None:
        """From now on national numbers are read as dialled in these countries, by workspace."""
        self._regions = regions

    def customer(self, workspace: str, handle: str, channel: str = "", scope: str = "") -> str:
        """``customer_id`` of a handle: 32 hexadecimal digits, different in each workspace.

        ``scope``: whose ids the handle is one of, where other providers may give the same id to somebody else;
        telephone numbers and addresses are everywhere the same.
        """
        text = normalised(handle, channel, self._regions.get(workspace, ""))
        if scope and text[:1] != "+" and not _ADDRESS.fullmatch(text):
            return self._hash(workspace, scope, text)
        return self._hash(workspace, text)

    def lacks_region(self, workspace: str, handle: str, channel: str) -> bool:
        """Whether a number would be read if the workspace had a region: until then each spelling is a customer."""
        return workspace not in self._regions and needs_region(handle, channel)

    def nobody(self, workspace: str, source: str, conversation_id: str) -> str:
        """``customer_id`` of a caller who withholds their number: of this conversation alone."""
        return self._hash(workspace, source, "", conversation_id)

    def conversation(self, workspace: str, source: str, *parts: str) -> str:
        """``conversation_id`` of a thread that is somebody's number, address or id: 32 hexadecimal digits."""
        return self._hash("conversation", workspace, source, *(normalised(part) for part in parts))

    def _hash(self, *parts: str) -> str:
        return mac(self._key, "\x1f".join(parts).encode("utf-8", "surrogatepass")).hex()[:_HEX_DIGITS]
