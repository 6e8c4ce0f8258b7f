"""A customer without an id gets a keyed hash of their handle: the same for one person, and nobody can read it."""

import hmac
import re
import unicodedata

__all__ = ["Pseudonyms", "normalised"]

_HEX_DIGITS = 32  # of the HMAC-SHA256: 128 bits, no collision in any deployment
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{4,}")
_NOT_DIAL = re.compile(r"[^0-9+]")
_SCHEMES = ("tel:", "sip:", "sips:", "mailto:", "whatsapp:", "sms:")


def normalised(handle: str) -> str:
    """One spelling per address: no scheme, no case, no spaces or dashes in a telephone number."""
    text = handle.strip().lower() if handle.isascii() else unicodedata.normalize("NFKC", handle).strip().casefold()
    for scheme in _SCHEMES:
        text = text.removeprefix(scheme)
    return _NOT_DIAL.sub("", text) if _PHONE.fullmatch(text) else text


class Pseudonyms:
    """Keyed hashes (HMAC-SHA256) under the deployment's own key; another key gives other pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def customer(self, workspace: str, handle: str) -> str:
        """``customer_id`` of a handle: 32 hexadecimal digits, different in each workspace."""
        message = f"{workspace}\x1f{normalised(handle)}".encode()
        return hmac.digest(self._key, message, "sha256").hex()[:_HEX_DIGITS]
