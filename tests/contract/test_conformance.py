"""The conformance corpus for other languages, by our own code: what it says must come of each payload comes of it."""

import orjson
import pytest

from services.ingest.domain.channels.registry import NAMES
from services.ingest.domain.types import EVENT_TYPES
from shared.errors import Reason
from tests.contract.events.corpus import FILE, case, input_of

LINES = [orjson.loads(line) for line in FILE.read_bytes().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["name"])
def test_what_the_corpus_says_comes_of_a_payload(line: dict) -> None:
    assert case(line["name"], line["adapter"], input_of(line)) == line


def test_the_corpus_has_every_type_every_adapter_and_every_reason_that_a_payload_alone_can_have() -> None:
    assert {event["type"] for line in LINES for event in line["events"]} == EVENT_TYPES.keys()
    assert {line["adapter"] for line in LINES if line["events"]} >= set(NAMES)
    reasons = {one["reason"] for line in LINES for one in line["rejected"]}
    needs_more = {Reason.UNKNOWN_WORKSPACE, Reason.UNKNOWN_REFERENCE, Reason.ILLEGAL, Reason.DATABASE}
    assert reasons == set(Reason) - needs_more - {Reason.TOO_LARGE}, "one of 256 KiB would make the file as large"
    assert len({line["name"] for line in LINES}) == len(LINES)
