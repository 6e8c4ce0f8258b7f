"""What a dead letter of a webhook keeps beside its payload, so that the same adapter can read it again."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Payload, Reading, Why
from services.ingest.domain.channels.form import read_form
from services.ingest.domain.cloudevents import NO_ATTRIBUTES
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.sources import Source
from services.ingest.domain.way import Way
from services.ingest.domain.webhook import Request, WebhookDoor
from shared.errors import Reason
from tests.support.channel_payloads import multipart
from tests.support.ingest_builders import KEY


def test_a_refused_part_of_a_form_keeps_its_content_type_so_that_a_replay_can_read_it() -> None:
    """What came by webhook goes to the source's topic; there the adapter needs what the form's parts are split by."""
    body, content_type = multipart({"from": "ana@example.com", "bad": "1"}, [])

    def read(payload: Payload) -> Reading:
        said = read_form(payload).needed("bad")
        return Reading([Rejected(Reason.INVALID, "bad", said), Ignored(Why.EDIT)])

    source = Source("faxes", Adapter("fax", read, "email", media_types=frozenset()), Way("faxes", "acme"))
    headers = {"content-type": content_type, "authorization": "Bearer secret", "x-signature": "00"}
    request = Request(body, headers, (), "", NO_ATTRIBUTES)

    (refusal,) = WebhookDoor(Normaliser(Pseudonyms(KEY))).take(source, source.way, request, 0).refused

    assert refusal.headers == {"content-type": content_type}, "and neither secrets nor signatures"
