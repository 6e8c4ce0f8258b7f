"""Requests as each provider sends and signs them, every one with a message id of its own."""

import time
from hashlib import sha256
from hmac import digest
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from services.ingest.domain.channels.registry import NAMES, find
from tests.support.channel_payloads import MAILGUN, SAMPLES
from tests.unit.test_channels_signatures import CASES, WHSEC

__all__ = ["SECRETS", "request", "sources"]

PUBLIC_URL = "https://hooks.example.com"
TOKEN = "a" * 50  # of the sample of Mailgun
SECRETS = {"BENCH_SECRET": "secret", "BENCH_WHSEC": WHSEC}  # the environment of ingest
# Of each sample, what must differ for it to be another message.
_MARKS = {
    "canonical": '"message_id":"m"', "standard_webhooks": '"message_id":"m"', "twilio": "SM1", "twilio_voice": "CA1",
    "twilio_conversations": "IM1", "whatsapp_cloud": "wamid.1", "messenger": "m_1", "instagram": "m_1",
    "mailgun": "m2%40", "sendgrid": "m2@", "postmark": "m2@", "email_mime": "answer-2@",
    "slack": "1769851800.000200", "telegram": '"message_id":7', "zendesk": "35436", "intercom": "403918330",
    "chatwoot": '"id":55', "asterisk": "1769851800.41", "web_chat": '"id":"1"', "x": "954491830116155396",
}  # fmt: skip
_NEXT = {'"message_id":"m"': '"message_id":"m{}"', '"message_id":7': '"message_id":{}', '"id":55': '"id":{}',
         '"id":"1"': '"id":"{}"', "1769851800.000200": "{}.000200", "m2%40": "m{}%40", "m2@": "m{}@",
         "answer-2@": "answer-{}@", "1769851800.41": "{}.41"}  # fmt: skip


_FIRST = ("app_secret", "signing_secret", "bearer")  # of the secrets that an adapter may have


def sources() -> str:
    """A sources file with every adapter under its own name."""
    lines = ["sources:"]
    for name in NAMES:
        adapter = find(name)
        assert adapter is not None
        secret = "BENCH_WHSEC" if name == "standard_webhooks" else "BENCH_SECRET"
        admits = next((one for one in (*_FIRST, *adapter.secrets) if one in adapter.secrets), "")
        more = f"secrets: {{{admits}: env:{secret}}}" if name != "web_chat" else "site_key: secret"
        lines.append(f"  {name}: {{workspace: acme, adapter: {name}, public_url: '{PUBLIC_URL}', {more}}}")
    return "\n".join(lines).replace(f"adapter: canonical, public_url: '{PUBLIC_URL}'", "adapter: canonical") + "\n"


def request(name: str, number: int) -> bytes:
    """One whole HTTP request to the source of an adapter."""
    sample, mark, at = SAMPLES[name], _MARKS[name], int(time.time())
    body = sample.body.replace(mark.encode(), _NEXT.get(mark, mark[:2] + "{}").format(10_000_000 + number).encode())
    if name == "mailgun":
        body = _mailgun(body, number, at)
    headers = {"content-type": sample.content_type, **_signature(name, body, at)}
    lines = [f"POST /v1/webhooks/{name} HTTP/1.1", "host: localhost", f"content-length: {len(body)}"]
    lines += [f"{key}: {value}" for key, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _signature(name: str, body: bytes, at: int) -> dict[str, str]:
    adapter = find(name)
    assert adapter is not None
    if name == "web_chat":
        return {"x-site-key": "secret"}
    if "credentials" in adapter.schemes and name != "chatwoot":
        return {"authorization": "Bearer secret"}
    (scheme, *_) = adapter.schemes
    if scheme == "twilio":
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signed = RequestValidator("secret").compute_signature(f"{PUBLIC_URL}/v1/webhooks/{name}", fields)
        return {"x-twilio-signature": str(signed)}
    return {} if scheme == "mailgun" else CASES[scheme][3](body, at)


def _mailgun(body: bytes, number: int, at: int) -> bytes:
    """Mailgun signs in the form itself, and takes each token once."""
    token = sha256(str(number).encode()).hexdigest()[:50]
    signature = digest(b"secret", f"{at}{token}".encode(), "sha256").hex()
    replaced = body.replace(TOKEN.encode(), token.encode()).replace(
        f"timestamp={MAILGUN['timestamp']}".encode(), f"timestamp={at}".encode()
    )
    return replaced.replace(b"signature=" + b"0" * 64, f"signature={signature}".encode())
