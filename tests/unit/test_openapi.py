"""The HTTP API's own description: what it shows is taken, and what schemathesis makes of it is answered as it says."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.ingest.domain.types import AREAS, EVENT_TYPES, Area
from services.ingest.examples import EXAMPLES
from services.ingest.openapi import openapi
from tests.support.ingest_http import HEADERS, Log, api_of, client_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES_MAX = 60  # of an operation; some seconds in all

schema = schemathesis.openapi.from_asgi("/openapi.json", api_of(Log()).app)


@schema.parametrize()
@settings(max_examples=EXAMPLES_MAX, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_is_sent_is_answered_as_the_description_says(case: Any) -> None:
    known = case.operation.path.endswith("{source}") and len(str(case.path_parameters.get("source"))) % 2
    if known:
        case.path_parameters["source"] = "chat"
    case.call_and_validate(checks=CHECKS, headers=HEADERS)


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
async def test_every_example_is_taken_where_the_description_shows_it(kind: str) -> None:
    areas = [area for area in Area if kind in AREAS[area]]
    async with client_of(Log()) as client:
        for area in areas:
            response = await client.post(f"/v1/{area}", json=EXAMPLES[kind])
            allowed = area is Area.CONTACTS  # the key of these tests may post nothing else
            assert response.status_code == (202 if allowed else 403), response.text


def test_every_example_fits_its_schema_and_no_other_of_its_path() -> None:
    document = openapi("1")
    for path, item in document["paths"].items():
        content = item.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        body = content["application/json"]
        validator = Draft202012Validator({**body["schema"], "components": document["components"]})
        for name, example in body["examples"].items():
            assert [error.message for error in validator.iter_errors(example["value"])] == [], (path, name)


async def test_the_description_is_served_without_a_key() -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=api_of(Log()).app), base_url="http://ingest"
    ) as client:
        response = await client.get("/openapi.json")
    assert response.status_code == 200
    document = response.json()
    assert document["openapi"] == "3.1.0"
    assert {f"/v1/{area}" for area in Area} < document["paths"].keys()
