"""The token of a web chat's visitor: a JSON Web Token (RFC 7519) in the Authorization header."""

import json
from base64 import b64decode

from services.ingest.domain.channels.adapter import Payload

__all__ = ["claims_of", "segment", "token_of"]

TOKEN_LENGTH_MAX = 4096  # characters; a visitor has a name and an address


def claims_of(payload: Payload) -> dict[str, object]:
    """What a visitor's token says, believed only after its scheme accepted it; empty without a token."""
    try:
        claims = json.loads(segment(token_of(payload).split(".")[1]))
    except (ValueError, IndexError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def token_of(payload: Payload) -> str:
    """The bearer token, "" without one."""
    kind, _, token = payload.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if kind.lower() == "bearer" and len(token) <= TOKEN_LENGTH_MAX else ""


def segment(text: str) -> bytes:
    """One part of a token, out of its Base64. ValueError if it is none."""
    return b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
