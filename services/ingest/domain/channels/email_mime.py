"""Mail as it is: a message of RFC 5322 as the body of the request or record."""

from services.ingest.domain.channels.adapter import Adapter, Payload, Reading
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.mime import parse_letter

__all__ = ["ADAPTER"]


def read(payload: Payload) -> Reading:
    """The letter."""
    return Reading([letter_item(payload, parse_letter(payload.body, payload.bytes_max))])


ADAPTER = Adapter(
    name="email_mime",
    read=read,
    channel="email",
    schemes=("credentials",),
    secrets=frozenset({"bearer", "basic"}),
    media_types=frozenset({"message/rfc822", "message/global", "application/octet-stream", "text/plain"}),
)
