"""A typical payload of each provider becomes the contact that a person would make of it."""

import pytest

from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import SAMPLES
from tests.support.channels import found, put, put_sample


def test_every_adapter_has_a_sample() -> None:
    assert set(SAMPLES) == set(NAMES)


@pytest.mark.parametrize("adapter", NAMES)
def test_the_fields_of_a_sample_arrive(adapter: str) -> None:
    sample = SAMPLES[adapter]
    event = put_sample(adapter, sample).event()

    assert {name: found(event, name) for name in sample.wanted} == sample.wanted
    assert event.workspace == "acme"
    assert event.source == "source"
    assert event.party.customer_id


@pytest.mark.parametrize("adapter", NAMES)
def test_a_sample_without_its_content_type_is_read_all_the_same(adapter: str) -> None:
    sample = SAMPLES[adapter]
    assert put(adapter, sample.body).event() == put_sample(adapter, sample).event()


@pytest.mark.parametrize("adapter", NAMES)
def test_no_handle_stands_in_the_ids_that_are_on_the_log(adapter: str) -> None:
    event = put_sample(adapter, SAMPLES[adapter]).event()
    for handle in ("600123456", "ana@example.com", "PSID-1"):
        assert handle not in event.conversation_id
        assert handle not in event.message_id


@pytest.mark.parametrize("adapter", sorted(set(NAMES) - {"canonical"}))
def test_a_topic_of_any_source_takes_canonical_events_too(adapter: str) -> None:
    assert put(adapter, SAMPLES["canonical"].body).event().text == "Where is my parcel?"
