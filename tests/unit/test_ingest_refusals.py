"""What the door refuses: a dead letter that names the field, is the same each time and repeats nothing."""

from typing import Any

import orjson
import pytest

from services.ingest.domain.admission import HEADERS_KEPT_MAX, RECORD_AGE_MS_MAX
from services.ingest.domain.rejection import REFUSED_PARTS_MAX
from shared.errors import Reason
from tests.support import hostile
from tests.support.channel_payloads import whatsapp, whatsapp_text
from tests.support.channels import Result, json_of
from tests.support.ingest_builders import NOW_MS, Record, body, put, put_body, refused


@pytest.mark.parametrize("record", hostile.one_of_each(), ids=lambda record: record.label.replace(" ", "-"))
def test_a_hostile_record_is_refused_with_its_reason_and_path_or_admitted(record: hostile.Record) -> None:
    passed = put(Record(record.value, tuple(record.headers)))

    if record.reason is None:
        assert (len(passed.admitted), passed.refused) == (1, [])
    else:
        assert passed.admitted == []
        (refusal,) = passed.refused
        assert (refusal.letter.reason, refusal.letter.path) == (record.reason, record.path)


NESTED: list[tuple[str, dict[str, Any], str]] = [
    ("usher.agent.signed_on.v1", {"skills": {"cards": 9}}, "skills.cards"),
    ("usher.agent.signed_on.v1", {"skills": None}, "skills"),
    ("usher.agent.signed_on.v1", {"capacity": {}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 0}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 2**63}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "costs": {"chat": 0}}}, "capacity.costs.chat"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "costs": {"fax": 1}}}, "capacity.costs.fax"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "exclusive": ["voice", "fax"]}}, "capacity.exclusive[1]"),
    ("usher.agent.signed_on.v1", {"presence": "offline"}, "presence"),
    ("usher.agent.signed_on.v1", {"lease_seconds": 0}, "lease_seconds"),
    ("usher.agent.presence_changed.v1", {"presence": "away"}, "presence"),
    ("usher.offer.answered.v1", {"answer": "yes"}, "answer"),
    ("usher.assignment.ended.v1", {"outcome": "done"}, "outcome"),
    ("usher.assignment.ended.v1", {"transfer": {"skills": {"cards": "2"}}}, "transfer.skills.cards"),
    ("usher.assignment.ended.v1", {"wrap_up_seconds": -1}, "wrap_up_seconds"),
    ("usher.contact.outcome_reported.v1", {"by": "agent"}, "by"),
    ("usher.contact.outcome_reported.v1", {"context": {"slots": []}}, "context.slots"),
    ("usher.contact.outcome_reported.v1", {"context": {"tried": ["a", 2]}}, "context.tried[1]"),
    ("usher.contact.reply_sent.v1", {"public": "true"}, "public"),
    ("usher.contact.pending_changed.v1", {"pending": None}, "pending"),
    ("usher.conversation.ended.v1", {"reason": "bored"}, "reason"),
    ("usher.contact.commanded.v1", {"command": "delete"}, "command"),
    ("usher.contact.commanded.v1", {"command": "assign"}, "agent_id"),
    ("usher.contact.commanded.v1", {"seconds": None}, "seconds"),
]


@pytest.mark.parametrize(("kind", "changes", "path"), NESTED)
def test_a_wrong_field_is_named_by_its_path(kind: str, changes: dict[str, Any], path: str) -> None:
    assert refused(body(kind, **changes)) == (Reason.INVALID, path)


@pytest.mark.parametrize("number", [b"1e999", b"123456789012345678901234567890", b"-9223372036854775809"])
def test_free_slots_hold_only_numbers_that_every_reader_can_hold(number: bytes) -> None:
    document = orjson.dumps(body("usher.contact.outcome_reported.v1", context={"slots": {"a": ["N"]}}))

    (refusal,) = put(Record(document.replace(b'"N"', number))).refused

    assert (refusal.letter.reason, refusal.letter.path) == (Reason.INVALID, "context.slots")


def test_a_body_that_grows_beyond_all_bounds_when_it_is_written_is_refused() -> None:
    numbers = b"[" + b",".join([b"1e15"] * 50_000) + b"]"
    document = orjson.dumps(body("usher.contact.outcome_reported.v1", context={"slots": {"a": "N"}}))

    (refusal,) = put(Record(document.replace(b'"N"', numbers))).refused

    assert refusal.letter.reason is Reason.TOO_LARGE


def test_a_dead_letter_has_the_same_id_each_time_and_another_for_each_record() -> None:
    first = put(Record(b"{", offset=7)).refused[0].letter
    again = put(Record(b"{", offset=7)).refused[0].letter
    next_one = put(Record(b"{", offset=8)).refused[0].letter

    assert first == again
    assert first.id != next_one.id


def test_a_dead_letter_names_the_workspace_only_where_it_is_readable() -> None:
    wrong_field = put_body(body(channel="fax")).refused[0].letter
    wrong_type = put_body({**body(), "type": "x"}).refused[0].letter
    wrong_workspace = put_body(body(workspace="Not A Workspace")).refused[0].letter
    not_json = put(Record(b"{")).refused[0].letter

    assert (wrong_field.workspace, wrong_type.workspace) == ("acme", "acme")
    assert (wrong_workspace.workspace, not_json.workspace) == (None, None)


def test_what_is_said_about_a_refusal_repeats_no_value_of_the_sender() -> None:
    secret = "4929-1234-5678-9012"
    for field in ("channel", "conversation_id", "text", "occurred_at", "public", "language", "attributes", "routing"):
        for value in (secret, [secret], {secret: secret}, f"{secret}\x1f" * 300):
            for refusal in put_body(body(**{field: value})).refused:
                assert secret not in refusal.letter.detail


@pytest.mark.parametrize(
    ("timestamp", "believed"),
    [
        (NOW_MS - RECORD_AGE_MS_MAX - 1, False),
        (NOW_MS - RECORD_AGE_MS_MAX, True),
        (NOW_MS, True),
        (NOW_MS + 1, False),
        (-1, False),
    ],
)
def test_a_producers_clock_is_believed_within_the_retention_and_not_ahead_of_now(
    timestamp: int, believed: bool
) -> None:
    (refusal,) = put(Record(b"[", timestamp=timestamp)).refused

    assert refusal.letter.at_ms == (timestamp if believed else NOW_MS)


def test_of_very_many_headers_of_a_refused_record_the_first_are_kept() -> None:
    headers = tuple((f"h{number}", b"x") for number in range(HEADERS_KEPT_MAX + 1))

    (refusal,) = put(Record(b"[", headers)).refused

    assert list(refusal.headers) == [name for name, _ in headers[:HEADERS_KEPT_MAX]]


def wrong(number: int) -> dict[str, Any]:
    return {**whatsapp_text(number), "id": None}


def test_of_a_record_with_many_wrong_parts_a_bounded_number_is_kept_whatever_its_batch_held() -> None:
    parts = whatsapp(*map(wrong, range(REFUSED_PARTS_MAX + 1)), whatsapp_text(100))
    batch = Result()
    for records in (1, 2):
        json_of("whatsapp_cloud", parts, after=batch)

        assert (len(batch.admitted), len(batch.refused)) == (records, records * REFUSED_PARTS_MAX)


@pytest.mark.parametrize(("parts", "places"), [(1, [None]), (2, [0, 1]), (3, [0, 1, 2])])
def test_a_dead_letter_says_which_part_of_the_payload_it_is_where_there_are_several(
    parts: int, places: list[int | None]
) -> None:
    refused = json_of("whatsapp_cloud", whatsapp(*map(wrong, range(parts)))).refused

    assert [refusal.letter.origin.index for refusal in refused] == places
    assert len({refusal.letter.id for refusal in refused}) == parts
