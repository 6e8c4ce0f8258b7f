"""Signatures by a key pair: whoever verifies holds a public key and can sign nothing."""

from base64 import b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

__all__ = ["ed25519_signed", "p256_signed"]


def ed25519_signed(public_key: str, signed: bytes, given: str) -> bool:
    """Ed25519 (RFC 8032); key and signature in Base64."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key + "=="))  # some write it without its padding
        key.verify(b64decode(given), signed)
    except (ValueError, InvalidSignature):
        return False
    return True


def p256_signed(public_key: str, signed: bytes, given: str) -> bool:
    """ECDSA over SHA-256. ``public_key``: Base64 of its DER form, as the provider shows it, or the same as PEM."""
    packed = "".join(line for line in public_key.splitlines() if not line.startswith("-----"))
    try:
        key = load_der_public_key(b64decode(packed))
        if not isinstance(key, EllipticCurvePublicKey):
            return False
        key.verify(b64decode(given), signed, ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
