"""Whom a proxy names is the client, exactly where uvicorn's own middleware says so."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.process.forwarded import Forwarded

NAMES = st.sampled_from([b"host", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded"])
VALUES = st.sampled_from([b"", b"https", b"http", b"ftp", b"10.1.2.3", b"10.1.2.3, 127.0.0.1", b"[::1]:80", b"\xff, ,"])
CLIENTS = st.sampled_from([None, ("127.0.0.1", 4711), ("10.0.0.9", 80), ("::1", 9)])


async def _said(application, headers, client):
    seen = []

    async def remember(scope, receive, send):
        seen.append((scope["client"], scope["scheme"]))

    scope = {"type": "http", "scheme": "http", "client": client, "headers": headers}
    await application(remember)(scope, None, None)
    return seen


@given(st.lists(st.tuples(NAMES, VALUES), max_size=4), CLIENTS, st.sampled_from(["127.0.0.1", "*", "10.0.0.0/8"]))
def test_it_believes_whom_uvicorn_believes(headers, client, trusted):
    ours = asyncio.run(_said(lambda application: Forwarded(application, trusted), headers, client))
    theirs = asyncio.run(_said(lambda application: ProxyHeadersMiddleware(application, trusted), headers, client))
    assert ours == theirs
