"""What is posted to a known path goes straight to it; everything else is answered by the routes."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.ingest.direct import Direct


async def _said(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path} {request.path_params}")


async def _wrong(_: Request) -> Response:
    raise ValueError("a fault of ours")


async def _broken(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}", 500)


def client(*, raises: bool = False) -> httpx.AsyncClient:
    direct = Direct(Starlette(), {"/v1/contacts": _said, "/v1/wrong": _wrong}, _said, _broken)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=direct, raise_app_exceptions=raises), base_url="http://x"
    )


async def test_a_post_to_a_known_path_and_to_a_source_is_handed_over() -> None:
    async with client() as asking:
        answers = [(await asking.post(path)).text for path in ("/v1/contacts?a=b", "/v1/webhooks/help%20me")]
    assert answers == ["/v1/contacts {}", "/v1/webhooks/help me {'source': 'help me'}"]


@pytest.mark.parametrize(
    "path", ["/v1/contacts/", "/v1//contacts", "/v1/webhooks/", "/v1/webhooks/a/b", "/v1/webhooks/a%2Fb"]
)
async def test_a_path_that_only_looks_like_one_is_answered_by_the_routes(path: str) -> None:
    async with client() as asking:
        assert (await asking.post(path)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
async def test_another_method_is_answered_by_the_routes(method: str) -> None:
    async with client() as asking:
        assert (await asking.request(method, "/v1/contacts")).status_code == 404  # these routes know no path at all


async def test_a_fault_of_ours_is_answered_and_reaches_the_servers_log() -> None:
    async with client() as asking:
        answer = await asking.post("/v1/wrong")
    assert (answer.status_code, answer.text) == (500, "a fault of ours")
    async with client(raises=True) as asking:
        with pytest.raises(ValueError, match="a fault of ours"):
            await asking.post("/v1/wrong")
