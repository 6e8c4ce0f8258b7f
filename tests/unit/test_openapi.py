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
from services.ingest.examples import EXAMPLES, WEBHOOKS
from services.ingest.openapi import openapi
from tests.support.ingest_http import ALL_RIGHTS, HEADERS, Log, api_of, client_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES_MAX = 60  # of an operation; some seconds in all

SOURCES = {"shop": {"workspace": "acme", "adapter": "standard_webhooks"}, "wa": {"workspace": "acme", "adapter": "x"}}

schema = schemathesis.openapi.from_asgi("/openapi.json", api_of(Log(), SOURCES).app)


@schema.parametrize()
@settings(max_examples=EXAMPLES_MAX, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_is_sent_is_answered_as_the_description_says(case: Any) -> None:
    if case.operation.path.endswith("{source}"):
        given = str(case.path_parameters.get("source"))
        case.path_parameters["source"] = (given, "chat", "shop", "wa")[len(given) % 4]
    case.call_and_validate(checks=CHECKS, headers=ALL_RIGHTS)


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
async def test_every_example_is_taken_where_the_description_shows_it(kind: str) -> None:
    document = openapi("1")
    for area in [area for area in Area if kind in AREAS[area]]:
        responses = document["paths"][f"/v1/{area}"]["post"]["responses"]
        answer = responses["202"]["content"]["application/json"]["schema"]
        async with client_of(Log()) as client:
            response = await client.post(f"/v1/{area}", json=EXAMPLES[kind], headers=ALL_RIGHTS)
            refused = await client.post(f"/v1/{area}", json=EXAMPLES[kind], headers=HEADERS)
        assert response.status_code == 202, response.text
        assert faults(document, answer, response.json()) == []
        assert refused.status_code == (202 if area is Area.CONTACTS else 403)


def faults(document: Any, schema: Any, value: Any) -> list[str]:
    """What a schema of the document says is wrong with a value."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]


def test_every_body_has_examples_that_fit_their_schema_and_every_answer_with_a_body_has_one() -> None:
    document = openapi("1")
    for path, item in document["paths"].items():
        for body in item.get("post", {}).get("requestBody", {}).get("content", {}).values():
            for name, example in body.get("examples", {}).items():
                assert faults(document, body["schema"], example["value"]) == [], (path, name)
            assert body["schema"] == {} or body["examples"], path
    answers = [one["content"] for one in document["components"]["responses"].values()]
    answers += [document["paths"][f"/v1/{area}"]["post"]["responses"]["202"]["content"] for area in Area]
    for (content,) in (each.values() for each in answers):
        assert faults(document, content["schema"], content["example"]) == []


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
async def test_a_cloudevent_in_one_document_is_described_as_it_is_taken(kind: str) -> None:
    """The data of each type, without the type itself; another type's data fit no schema and are refused."""
    document = openapi("1")
    data = {name: value for name, value in EXAMPLES[kind].items() if name != "type"}
    event = {"specversion": "1.0", "id": "1", "source": "/crm", "type": kind, "data": data}
    less = {**event, "data": {}}
    for area in [area for area in Area if kind in AREAS[area]]:
        bodies = document["paths"][f"/v1/{area}"]["post"]["requestBody"]["content"]
        described = bodies["application/cloudevents+json"]["schema"]
        assert (faults(document, described, event), bool(faults(document, described, less))) == ([], True)
        headers = {**ALL_RIGHTS, "Content-Type": "application/cloudevents+json"}
        async with client_of(Log()) as client:
            statuses = [
                (await client.post(f"/v1/{area}", json=one, headers=headers)).status_code for one in (event, less)
            ]
        assert statuses == [202, 422]


async def test_what_the_webhooks_examples_show_is_taken() -> None:
    async with client_of(Log(), SOURCES) as client:
        answers = [
            await client.post(f"/v1/webhooks/{source}", json=example)
            for source, example in zip(("chat", "shop"), WEBHOOKS.values(), strict=True)
        ]
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_the_description_is_served_without_a_key() -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=api_of(Log()).app), base_url="http://ingest"
    ) as client:
        response = await client.get("/openapi.json")
    assert response.status_code == 200
    document = response.json()
    assert document["openapi"] == "3.1.0"
    assert {f"/v1/{area}" for area in Area} < document["paths"].keys()
