"""Whatever is sent to the HTTP surface: an answer of the contract, never a fault of ours."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.ingest_builders import BODIES
from tests.support.ingest_http import Log, client_of

STATUSES = {202, 400, 401, 403, 404, 405, 413, 415, 422}
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
    """The whole surface, made once: to make it costs more than many answers."""
    loop, client = asyncio.new_event_loop(), client_of(Log())
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
        assert set(response.json()) == {"event_id"}
    else:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
        assert response.json()["errors"]
