"""HMACs (RFC 2104) under keys that come again and again: what of one depends on its key alone is made once."""

from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.hmac import HMAC

__all__ = ["Digest", "mac"]

KEYS_KEPT_MAX = 4096  # some 500 bytes each: secrets of sources, and the deployment's own

Digest = Literal["sha256", "sha1"]
_DIGESTS = {"sha256": SHA256, "sha1": SHA1}


def mac(key: bytes, content: bytes, digest: Digest = "sha256") -> bytes:
    """The HMAC of the content."""
    hashed = _keyed(key, digest).copy()
    hashed.update(content)
    return hashed.finalize()


@lru_cache(maxsize=KEYS_KEPT_MAX)
def _keyed(key: bytes, digest: Digest) -> HMAC:
    return HMAC(key, _DIGESTS[digest]())
