"""Whether a webhook request comes from whom it says: every provider's signature scheme in one table.

A scheme is a pure function over the raw bytes, before anything of them is read. Comparisons take the same time whatever
is right of a signature. Of two secrets (rotation) either is good. Headers are hostile: whatever they hold, the answer
is yes or no.
"""

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

from services.ingest.domain.channels.adapter import Payload, Secrets
from services.ingest.domain.channels.mailgun import content_of, signed_fields
from services.ingest.domain.channels.visitor import claims_of, segment, token_of
from services.ingest.domain.fields import rfc3339_ms
from services.ingest.domain.key_pairs import ed25519_signed, p256_signed
from services.ingest.domain.macs import Digest, mac
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.twilio_signature import twilio_signed

__all__ = ["SCHEMES", "TOLERANCE_MS", "Scheme", "is_signed", "single_use_token"]

TOLERANCE_MS = 5 * 60 * 1000  # a signed time may differ from now by this much either way, by contract
SIGNATURES_MAX = 16  # of one header: rotation needs two
_SECONDS = re.compile(r"[0-9]{1,12}")
_EPOCH_SECOND_MS = 1000
_PUBLIC = "whpk_"  # a secret of Standard Webhooks that is an Ed25519 key

Check = Callable[[Payload, Secrets, int], bool]


class Scheme(NamedTuple):
    """``secrets``: the names of which one must be set for the scheme to hold. ``check(payload, secrets, now_ms)``."""

    secrets: tuple[str, ...]
    check: Check


def is_signed(schemes: Iterable[str], payload: Payload, secrets: Secrets, now_ms: int) -> bool | None:
    """Whether every scheme that has its secrets accepts the request; None where no scheme has any."""
    found = None
    for name in schemes:
        scheme = SCHEMES[name]
        for secret in scheme.secrets:
            if secrets.get(secret):
                if not scheme.check(payload, secrets, now_ms):
                    return False
                found = True
                break
    return found


def _equal(given: str, wanted: Iterable[str]) -> bool:
    """Whether a header is one of some texts; every one is compared, whole."""
    raw = given.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(raw, text.encode("utf-8", "surrogatepass")) for text in wanted]
    return any(matches)


def _timely(text: str, now_ms: int) -> bool:
    return bool(_SECONDS.fullmatch(text)) and abs(int(text) * _EPOCH_SECOND_MS - now_ms) <= TOLERANCE_MS


def _key(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


def _hex(secret: str, content: bytes, digest: Digest = "sha256") -> str:
    return mac(_key(secret), content, digest).hex()


def _base64(secret: str, content: bytes) -> str:
    return _base64_of(_key(secret), content)


def _base64_of(key: bytes, content: bytes) -> str:
    return b64encode(mac(key, content)).decode()


def _raw(header: str) -> bytes:
    """A header's text as the bytes that came: ASGI decodes them as Latin-1."""
    return header.encode("latin-1", "replace")


def _credentials(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    """RFC 6750 and RFC 7617: a bearer token, or a user and password."""
    kind, _, rest = payload.headers.get("authorization", "").partition(" ")
    given = rest.strip()
    wanted = {
        "bearer": secrets.get("bearer", ()),
        "basic": [b64encode(_key(pair)).decode() for pair in secrets.get("basic", ())],
    }
    return bool(given) and _equal(given, wanted.get(kind.lower(), ()))


def _meta(payload: Payload, secrets: Secrets, _: int) -> bool:
    given = payload.headers.get("x-hub-signature-256", "")
    return _equal(given, [f"sha256={_hex(secret, payload.body)}" for secret in secrets["app_secret"]])


def _intercom(payload: Payload, secrets: Secrets, _: int) -> bool:
    given = payload.headers.get("x-hub-signature", "")
    return _equal(given, [f"sha1={_hex(secret, payload.body, 'sha1')}" for secret in secrets["client_secret"]])


def _slack(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    at = payload.headers.get("x-slack-request-timestamp", "")
    given = payload.headers.get("x-slack-signature", "")
    signed = b"v0:" + _raw(at) + b":" + payload.body
    return _equal(given, [f"v0={_hex(secret, signed)}" for secret in secrets["signing_secret"]]) and _timely(at, now_ms)


def _chatwoot(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    at = payload.headers.get("x-chatwoot-timestamp", "")
    given = payload.headers.get("x-chatwoot-signature", "")
    signed = _raw(at) + b"." + payload.body
    wanted = [f"sha256={_hex(secret, signed)}" for secret in secrets["signing_secret"]]
    return _equal(given, wanted) and _timely(at, now_ms)


def _zendesk(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    at = payload.headers.get("x-zendesk-webhook-signature-timestamp", "")
    given = payload.headers.get("x-zendesk-webhook-signature", "")
    try:
        timely = abs(rfc3339_ms(at) - now_ms) <= TOLERANCE_MS
    except ValueError:
        timely = False
    signed = _raw(at) + payload.body
    return _equal(given, [_base64(secret, signed) for secret in secrets["signing_secret"]]) and timely


def _telegram(payload: Payload, secrets: Secrets, _: int) -> bool:
    return _equal(payload.headers.get("x-telegram-bot-api-secret-token", ""), secrets["secret_token"])


def _x(payload: Payload, secrets: Secrets, _: int) -> bool:
    given = payload.headers.get("x-twitter-webhooks-signature", "")
    return _equal(given, [f"sha256={_base64(secret, payload.body)}" for secret in secrets["app_secret"]])


def _twilio(payload: Payload, secrets: Secrets, _: int) -> bool:
    given = payload.headers.get("x-twilio-signature", "")
    return _equal(given, twilio_signed(payload, secrets["auth_token"]))


def _standard_webhooks(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    """Standard Webhooks 1.0: ``v1`` HMAC-SHA256 and ``v1a`` Ed25519 over ``id.timestamp.body``."""
    message_id = payload.headers.get("webhook-id", "")
    at = payload.headers.get("webhook-timestamp", "")
    signed = b".".join((_raw(message_id), _raw(at), payload.body))
    given_keys = secrets["signing_secret"]
    shared = [secret for secret in given_keys if not secret.startswith(_PUBLIC)]
    wanted = [_base64_of(key, signed) for secret in shared for key in _unpacked(secret)]
    found = False
    for one in payload.headers.get("webhook-signature", "").split(" ")[:SIGNATURES_MAX]:
        version, _, given = one.partition(",")
        if version == "v1":
            found |= _equal(given, wanted)
        elif version == "v1a":
            public = [key.removeprefix(_PUBLIC) for key in given_keys if key.startswith(_PUBLIC)]
            found |= any(ed25519_signed(key, signed, given) for key in public)
    return bool(message_id) and _timely(at, now_ms) and found


def _unpacked(secret: str) -> tuple[bytes, ...]:
    """The keys behind a secret: its Base64, by the standard, and itself if that is none or is written unpadded."""
    secret = secret.removeprefix("whsec_")
    lacks = -len(secret) % 4
    try:
        return b64decode(secret + "=" * lacks, validate=True), *([_key(secret)] if lacks else [])
    except ValueError:
        return (_key(secret),)


def _mailgun(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    """Mailgun signs its time and token and not the body: the door must take each token once (single_use_token)."""
    try:
        at, token, signature = signed_fields(payload)
    except Rejected:
        return False
    wanted = [_hex(secret, (at + token).encode("utf-8", "surrogatepass")) for secret in secrets["signing_key"]]
    return _equal(signature, wanted) and bool(token) and _timely(at, now_ms)


def single_use_token(schemes: Iterable[str], payload: Payload) -> tuple[str, bytes]:
    """(what may come once with one content only, the hash of that content); "" where the scheme signs the body itself.

    A form is written anew for each delivery, with another boundary: what counts is what stands in it.
    """
    if "mailgun" not in schemes:
        return "", b""
    digest = sha256()
    for part in content_of(payload):
        digest.update(len(part).to_bytes(8, "big") + part)
    return signed_fields(payload)[1], digest.digest()


def _sendgrid(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    """ECDSA P-256 over time and body, as Twilio SendGrid signs its events."""
    at = payload.headers.get("x-twilio-email-event-webhook-timestamp", "")
    given = payload.headers.get("x-twilio-email-event-webhook-signature", "")
    if not _timely(at, now_ms):
        return False
    signed = _raw(at) + payload.body
    return any(p256_signed(key, signed, given) for key in secrets["public_key"])


def _visitor(payload: Payload, secrets: Secrets, now_ms: int) -> bool:
    """A visitor's token: a JSON Web Token (RFC 7519) signed with HS256, with ``sub`` and ``exp``."""
    head, _, signature = token_of(payload).rpartition(".")
    try:
        header = json.loads(segment(head.partition(".")[0]))
    except (ValueError, RecursionError):
        return False
    claims = claims_of(payload)
    signed_by = [mac(_key(secret), _key(head)) for secret in secrets["visitor_key"]]
    wanted = [b64encode(digest, b"-_").decode().rstrip("=") for digest in signed_by]
    signed = isinstance(header, dict) and header.get("alg") == "HS256" and _equal(signature, wanted)
    return signed and bool(claims.get("sub")) and _within(claims, now_ms)


def _within(claims: Mapping[str, object], now_ms: int) -> bool:
    """RFC 7519: before ``exp``; ``nbf`` and ``iat`` may lie ahead by the tolerance of clocks."""
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or now_ms >= expires * _EPOCH_SECOND_MS:
        return False
    begins = [claims[name] for name in ("nbf", "iat") if name in claims]
    return all(isinstance(at, int | float) and at * _EPOCH_SECOND_MS <= now_ms + TOLERANCE_MS for at in begins)


SCHEMES: Mapping[str, Scheme] = {
    "credentials": Scheme(("bearer", "basic"), _credentials),
    "standard_webhooks": Scheme(("signing_secret",), _standard_webhooks),
    "twilio": Scheme(("auth_token",), _twilio),
    "meta": Scheme(("app_secret",), _meta),
    "slack": Scheme(("signing_secret",), _slack),
    "mailgun": Scheme(("signing_key",), _mailgun),
    "sendgrid": Scheme(("public_key",), _sendgrid),
    "telegram": Scheme(("secret_token",), _telegram),
    "zendesk": Scheme(("signing_secret",), _zendesk),
    "intercom": Scheme(("client_secret",), _intercom),
    "chatwoot": Scheme(("signing_secret",), _chatwoot),
    "x": Scheme(("app_secret",), _x),
    "visitor": Scheme(("visitor_key",), _visitor),
}
"""Every scheme by name; adapters of other packages use these too."""
