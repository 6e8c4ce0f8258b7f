"""What an operator is told of sums that do not agree with the topic of the sla service."""

import orjson

from cli.lane.sums import disagreeing, told, unknown_to
from shared.contract.records import Record


def fact(seq: int, name: str, queue: str = "orders") -> Record:
    body = {
        "workspace": "acme",
        "kind": "time_to_answer",
        "target": "20s",
        "queue": queue,
        "channel": "voice",
        "at": "never read",
    }
    return Record(seq, 0, f"usher.sla.clock_{name}.v1", f"id-{seq}", orjson.dumps(body), seq)


def test_a_fact_that_stands_on_the_topic_twice_under_one_number_counts_once() -> None:
    sums = told([fact(1, "started"), fact(2, "breached"), fact(2, "breached"), fact(3, "met"), fact(4, "warned")])
    assert sums == {
        ("decided", "acme", "time_to_answer", "20s", "orders", "breached"): 1,
        ("breached", "acme", "time_to_answer", "20s", "orders", "voice"): 1,
        ("decided", "acme", "time_to_answer", "20s", "orders", "met"): 1,
    }


def test_each_sum_that_differs_is_named_as_the_metrics_page_names_it() -> None:
    counted = {
        ("decided", "acme", "time_to_answer", "20s", "orders", "breached"): 1.0,
        ("breached", "acme", "time_to_answer", "20s", "orders", "voice"): 3.0,
        ("waited", "acme", "orders", "voice", "answered"): 7.5,
    }
    assert disagreeing(counted, told([fact(1, "breached")])) == [
        'usher_sla_breaches_total{workspace="acme",kind="time_to_answer",target="20s",queue="orders",channel="voice"}:'
        " 3 are counted, the topic tells of 1"
    ]
    assert disagreeing({}, {}) == []


def test_what_lies_behind_the_last_known_number_is_told_where_the_rest_is_gone() -> None:
    assert unknown_to(told([fact(8, "met"), fact(9, "met")]), 7) == [
        'usher_sla_clocks_total{workspace="acme",kind="time_to_answer",target="20s",queue="orders",result="met"}:'
        " the topic tells of 2 more, behind 7, than are counted"
    ]
