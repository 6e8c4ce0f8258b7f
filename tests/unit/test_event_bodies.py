"""The JSON of an event: what every contact's event holds, and what its type adds."""

import msgspec
import pytest

from services.router.domain import bodies, events

HEAD = events.Head("acme", "c-1", 2, "queued", "chat", "chat", "thread-1", "ana", "2026-01-01T00:00:00.000Z", "cause")
PLAIN = msgspec.to_builtins(HEAD)


@pytest.mark.parametrize(
    ("extra", "added"),
    [
        (None, {}),
        (b"{}", {}),
        (b'{"intent":"refund"}', {"intent": "refund"}),
        (bodies.Received("m-1", 1), {"message_id": "m-1", "episode": 1}),
        (bodies.Received("\u00fc" * 5000, 1), {"message_id": "\u00fc" * 5000, "episode": 1}),
        (bodies.Offered.__base__(), {}),
    ],
)
def test_a_body_holds_the_fields_of_both_parts(extra, added):
    long, short = events.join(HEAD, extra), events.join(HEAD, None)
    assert msgspec.json.decode(long) == {**PLAIN, **added}
    assert msgspec.json.decode(short) == PLAIN  # whatever was joined before
