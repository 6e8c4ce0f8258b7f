"""Whatever is sent to the HTTP surface: an answer of the contract, never a fault of ours."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.types import AREAS, Area
from tests.support.ingest_builders import BODIES, OCCURRED_AT
from tests.support.ingest_http import ALL_RIGHTS, Log, client_of

STATUSES = {200, 202, 400, 401, 403, 404, 405, 413, 415, 422}
PATHS = st.sampled_from(
    ["/v1/contacts", "/v1/agent-activity", "/v1/contact-updates", "/v1/webhooks/chat", "/v1/webhooks/%00", "/v1/x", "/"]
)
VALUES = st.binary(max_size=30).map(lambda value: value.replace(b"\n", b"").replace(b"\r", b"").replace(b"\x00", b""))
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"ce-type", b"ce-id", b"ce-time", b"traceparent", b"content-encoding", b"authorization", b"x"]
        ),
        VALUES | st.sampled_from([kind.encode() for kind in BODIES]),
    ),
    max_size=3,
)
CONTENT_TYPES = st.sampled_from(
    ["application/json", "application/cloudevents+json", "text/plain", "application/json;x"]
)
DOCUMENTS = st.builds(
    lambda kind, changes: orjson.dumps({"type": kind, **BODIES[kind], **changes}),
    st.sampled_from(sorted(BODIES)),
    st.dictionaries(
        st.sampled_from(["workspace", "type", "channel", "from", "occurred_at", "skills", "data", "specversion"]),
        st.none() | st.booleans() | st.integers(-10, 2**60) | st.text(max_size=9) | st.lists(st.integers(0, 9)),
        max_size=3,
    ),
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., httpx.Response]]:
    """The whole surface, made once: to make it costs more than many answers; by a key that may do everything."""
    loop, client = asyncio.new_event_loop(), client_of(Log())
    client.headers.update(ALL_RIGHTS)
    yield lambda *request, **more: loop.run_until_complete(client.request(*request, **more))
    loop.run_until_complete(client.aclose())
    loop.close()


@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]),
    path=PATHS,
    headers=HEADERS,
    content_type=CONTENT_TYPES,
    content=DOCUMENTS | st.binary(max_size=60),
)
@settings(max_examples=400, deadline=None)
def test_every_request_is_answered_as_the_contract_says(
    ask: Callable[..., httpx.Response], method: str, path: str, headers: Any, content_type: str, content: bytes
) -> None:
    response = ask(method, path, content=content, headers=[*headers, (b"content-type", content_type.encode())])

    assert response.status_code in STATUSES
    if response.status_code == 202:
        assert response.json().keys() <= {"event_id", "contact_id", "episode", "earlier_contact_id"}
        assert response.json()["event_id"]
    elif response.status_code != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
        assert response.json()["errors"]


# ---- what is taken, said in odd ways, and what is not ----

GOOD = {"channel": "web", "conversation_id": "c", "message_id": "m", "from": {"handle": "ana"}}
WHOLE = orjson.dumps(GOOD)
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("content", "status", "path"),
    [
        (
            b'{"channel": "fax", ' + WHOLE[1:],
            202,
            "",
        ),  # of a key that stands twice the last counts, as in RFC 8259's readers
        (WHOLE[:-1] + b', "channel": "fax"}', 422, "channel"),
        (WHOLE[:-1] + b', "workspace": "acme", "workspace": "globex"}', 403, ""),
        (WHOLE[:-1] + b', "text": NaN}', 400, ""),
        (WHOLE[:-1] + b', "x": -Infinity}', 400, ""),
        (WHOLE[:-1] + b', "text": "\\u0000"}', 422, "text"),
        (WHOLE[:-1] + b', "x": ["\\ud800"]}', 422, "x[0]"),
        (WHOLE[:-1] + b', "text": "a\x00b"}', 400, ""),
        (WHOLE[:-1] + b', "text": "\xff"}', 400, ""),
        (WHOLE[:-1] + b', "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 422, ""),
        (WHOLE[:-1] + b', "x": ' + b"9" * 6000 + b"}", 422, "x"),
        (WHOLE + WHOLE, 400, ""),
        (b"\xef\xbb\xbf" + WHOLE, 400, ""),
        (b'"' + b"a" * 1000 + b'"', 422, ""),
    ],
    ids=lambda value: repr(value)[-60:],
)
def test_hostile_json_is_taken_or_refused_at_its_path(
    ask: Callable[..., httpx.Response], content: bytes, status: int, path: str
) -> None:
    answer = ask("POST", "/v1/contacts", content=content, headers=JSON)
    assert answer.status_code == status, answer.text
    if status != 202:
        assert path in [error["path"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_another_workspace_is_refused_in_every_event(ask: Callable[..., httpx.Response], kind: str) -> None:
    (area,) = [area for area in Area if kind in AREAS[area]][:1]
    body = {"type": kind, "occurred_at": OCCURRED_AT, **BODIES[kind]}
    assert ask("POST", f"/v1/{area}", json={**body, "workspace": "acme"}).status_code == 202
    assert ask("POST", f"/v1/{area}", json={**body, "workspace": "globex"}).status_code == 403
