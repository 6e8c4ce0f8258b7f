"""Cases of first and next responses that other systems got wrong; numbers are of the collection."""

import pytest

from services.sla.domain.clock import Kind
from services.sla.domain.contact import Contact
from services.sla.domain.promises import promises_of
from shared.policy.parse import parse_policy
from tests.support.sla_story import Story, instant, policy_of


def promised(**within: str) -> dict:
    return policy_of({"orders": {"targets": {kind: {"within": each} for kind, each in within.items()}}})


def answered(policy: dict, channel: str = "email") -> Story:
    """Arrived at 9, taken at 9:05, answered at 9:10."""
    story = Story(policy, channel=channel).arrives("2026-06-11T09:00").at("2026-06-11T09:05", "assigned", agent_id="a1")
    return story.at("2026-06-11T09:10", "reply_sent", by="agent", agent_id="a1", public=True)


def test_case_34_the_human_clock_starts_at_the_hand_off_and_a_bots_reply_does_not_stop_it() -> None:
    story = Story(promised(first_response="10m")).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:00", "sent_to_bot", bot="default")
    story.at("2026-06-11T09:01", "reply_sent", by="bot", public=True)
    story.at("2026-06-11T09:30", "escalated", from_tier="bot", reason="escalated").at("2026-06-11T09:30", "queued")
    story.at("2026-06-11T09:31", "reply_sent", by="bot", public=True)
    story.at("2026-06-11T09:33", "assigned", agent_id="a1")
    story.at("2026-06-11T09:37", "reply_sent", by="agent", agent_id="a1", public=True).play()
    assert story.told("first_response") == [("started", "2026-06-11T09:30:00"), ("met", "2026-06-11T09:37:00")]
    assert story.last("first_response", "met", "elapsed_seconds") == 420
    assert story.last("first_response", "met", "agent_id") == "a1"


def test_case_35_weeks_with_a_bot_are_no_part_of_the_first_response() -> None:
    story = Story(promised(first_response="10h")).at("2025-12-12T16:20:14", "received")
    story.at("2025-12-12T16:20:14", "sent_to_bot", bot="default")
    story.at("2025-12-12T16:20:17", "reply_sent", by="bot", public=True)
    story.at("2025-12-26T22:25:45", "message_added", sender="customer")
    story.at("2025-12-26T22:25:45", "escalated", from_tier="bot", reason="escalated").at(
        "2025-12-26T22:25:45", "queued"
    )
    story.at("2025-12-27T07:36:53", "reply_sent", by="agent", public=True).play()
    assert story.last("first_response", "met", "elapsed_seconds") == 33_068


def test_case_36_a_resolve_ends_the_next_response_and_no_breach_follows() -> None:
    story = answered(promised(next_response="1h")).at("2026-06-11T10:00", "message_added", sender="customer")
    story.at("2026-06-11T10:20", "closed", agent_id="a1").play(until="2026-06-12T00:00")
    assert story.told("next_response") == [("started", "2026-06-11T10:00:00"), ("cancelled", "2026-06-11T10:20:00")]


def test_case_37_a_late_answer_does_not_hide_the_miss_and_is_late_for_ever_by_the_same() -> None:
    story = Story(promised(first_response="1h")).arrives("2026-06-11T09:00")
    for looked_at in ("2026-06-11T10:30", "2026-06-11T11:00"):
        story.play(until=looked_at)
        assert story.told("first_response")[1:] == [("breached", "2026-06-11T10:00:00")]
    story.at("2026-06-11T11:30", "reply_sent", by="agent", public=True).play(until="2026-06-20T00:00")
    assert [name for name, _ in story.told("first_response")] == ["started", "breached", "ended_late"]
    assert story.last("first_response", "ended_late", "lateness_seconds") == 90 * 60
    assert story.runner.results() == {("first_response", "breached"): 1}


def test_case_38_an_internal_note_is_no_answer() -> None:
    story = Story(promised(first_response="1h")).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "reply_sent", by="agent", public=False).play()
    assert [name for name, _ in story.told("first_response")] == ["started"]


def test_case_38_what_a_customer_writes_through_the_portal_is_a_message() -> None:
    story = answered(promised(next_response="1h"))
    story.at("2026-06-11T10:00", "message_added", sender="customer", source="portal").play()
    assert story.told("next_response") == [("started", "2026-06-11T10:00:00")]


def test_case_39_a_contact_that_notes_opened_starts_at_the_customers_first_message() -> None:
    story = Story(promised(next_response="1h", first_response="2h"))
    # Notes open no contact; a task that people opened is received when they did, and a customer's message follows.
    story.arrives("2026-06-11T09:00").at("2026-06-11T09:30", "reply_sent", by="agent", public=False)
    story.at("2026-06-11T09:40", "reply_sent", by="agent", public=True)
    story.at("2026-06-11T10:00", "message_added", sender="system").at(
        "2026-06-11T11:00", "message_added", sender="customer"
    )
    assert story.play().told("next_response") == [("started", "2026-06-11T11:00:00")]


@pytest.mark.parametrize("kind", ["resolution", "first_response"])
def test_case_40_a_target_that_is_applied_later_counts_from_creation(kind: str) -> None:
    before = promised(handling="9h")  # the contact is known, and nothing of this kind was promised
    story = Story(before, promised(handling="9h", **{kind: "4h"}) | {"apply_to_open": True})
    story.arrives("2026-06-11T09:00").activate("2026-06-11T11:00", 2).play()
    assert story.last(kind, "started", "started_at")[:19] == "2026-06-11T09:00:00"
    assert story.due(kind) == "2026-06-11T13:00:00"


def test_case_40_a_queue_that_promises_more_counts_from_creation_too() -> None:
    story = Story(policy_of({"first": {}, "second": {"targets": {"resolution": {"within": "4h"}}}}))
    story.arrives("2026-06-11T09:00", "first").at("2026-06-11T11:00", "queued", queue="second").play()
    assert story.due("resolution") == "2026-06-11T13:00:00"


def test_case_41_a_close_without_an_answer_decides_the_first_response() -> None:
    story = Story(promised(first_response="1h")).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:20", "closed", agent_id="a1").play(until="2026-06-12T00:00")
    assert story.told("first_response")[1:] == [("cancelled", "2026-06-11T09:20:00")]
    late = Story(promised(first_response="1h")).arrives("2026-06-11T09:00").at("2026-06-11T10:20", "closed").play()
    assert late.told("first_response")[1:] == [("breached", "2026-06-11T10:00:00")]


def test_case_42_of_two_messages_at_one_instant_the_customers_is_the_first() -> None:
    story = answered(promised(next_response="1h"))
    story.at("2026-06-11T10:00", "reply_sent", by="agent", public=True)
    story.at("2026-06-11T10:00", "message_added", sender="customer").play(until="2026-06-12T00:00")
    assert story.told("next_response") == []
    story = answered(promised(next_response="1h")).at("2026-06-11T10:00", "message_added", sender="customer")
    story.at("2026-06-11T10:00", "reply_sent", by="agent", public=True).play()
    assert story.told("next_response")[-1] == ("met", "2026-06-11T10:00:00")


def test_case_43_the_role_at_the_time_of_writing_counts() -> None:
    story = answered(promised(next_response="1h")).at("2026-06-11T10:00", "message_added", sender="customer", **PERSON)
    story.at("2026-06-11T10:30", "message_added", sender="agent", **PERSON)
    story.at("2026-06-11T11:00", "message_added", sender="customer", **PERSON).play()
    assert [name for name, _ in story.told("next_response")] == ["started", "met", "started"]


PERSON = {"customer_id": "fedcba9876543210fedcba9876543210"}


@pytest.mark.parametrize("answer_first", [True, False])
def test_case_44_an_answer_and_pending_in_one_step_is_an_answer_and_then_a_pause(answer_first: bool) -> None:
    both = {"first_response": {"within": "1h", "pause_on": ["pending"]}, "resolution": {"within": "4h"}}
    story = Story(policy_of({"orders": {"targets": both}})).arrives("2026-06-11T09:00")
    steps = [("reply_sent", {"by": "agent", "public": True}), ("pending_changed", {"pending": True})]
    for kind, fields in steps if answer_first else steps[::-1]:
        story.at("2026-06-11T09:10", kind, **fields)
    story.play()
    assert story.told("first_response")[-1] == ("met", "2026-06-11T09:10:00")
    assert story.last("first_response", "met", "elapsed_seconds") == 600
    assert story.told("resolution")[-1] == ("paused", "2026-06-11T09:10:00")


def test_case_45_before_the_first_answer_only_the_first_response_runs() -> None:
    story = Story(promised(first_response="2h", next_response="30m")).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "message_added", sender="customer")
    story.at("2026-06-11T10:00", "reply_sent", by="agent", public=True)
    story.at("2026-06-11T10:05", "message_added", sender="customer").play()
    assert story.told("next_response") == [("started", "2026-06-11T10:05:00")]


ZAMMAD = policy_of(
    {
        "orders": {
            "targets": {
                kind: {"within": f"{minutes}m", "calendar": "office"}
                for kind, minutes in (("first_response", 60), ("next_response", 120), ("resolution", 180))
            }
        }
    },
    {"mon-fri": ["08:00-18:00"]},
)


def test_case_46_due_times_and_times_used_of_a_day_in_office_hours() -> None:
    story = Story(ZAMMAD).arrives("2013-03-21T09:30")
    story.at("2013-03-21T10:00", "reply_sent", by="agent", public=True)
    story.at("2013-03-21T12:05", "message_added", sender="customer").at("2013-03-21T13:00", "closed").play()
    due = {body["kind"]: body["due_at"][11:16] for name, body in story.bodies() if name == "started"}
    assert due == {"first_response": "10:30", "resolution": "12:30", "next_response": "14:05"}
    target = promises_of(parse_policy(ZAMMAD), 1).of(Kind.NEXT_RESPONSE, CONTACT, "orders")
    assert target is not None
    assert target.due_ms(instant("2013-03-21T09:30")) == instant("2013-03-21T11:30")
    assert story.last("first_response", "met", "elapsed_seconds") == 30 * 60
    assert story.last("resolution", "ended_late", "elapsed_seconds") == 210 * 60
    assert story.last("resolution", "ended_late", "lateness_seconds") == 30 * 60
    late = (
        Story(ZAMMAD).arrives("2013-03-21T09:30").at("2013-03-21T14:00", "reply_sent", by="agent", public=True).play()
    )
    assert late.last("first_response", "ended_late", "elapsed_seconds") == 270 * 60
    assert late.last("first_response", "ended_late", "lateness_seconds") == 210 * 60


CONTACT = Contact(contact_id="c1", workspace="acme", channel="email")


def berlin(within: str) -> dict:
    both = {"within": within, "calendar": "office", "pause_on": ["pending"]}
    targets = {"first_response": both, "resolution": both}
    return policy_of({"orders": {"targets": targets}}, {"mon-fri": ["09:00-18:00"]}, timezone="Europe/Berlin")


def test_case_47_both_targets_leave_out_the_time_of_waiting_for_the_customer() -> None:
    story = Story(berlin("4h")).arrives("2013-06-04T09:00")
    story.at("2013-06-04T10:00", "pending_changed", pending=True)
    story.at("2013-06-04T10:30", "pending_changed", pending=False)
    story.at("2013-06-04T10:45", "reply_sent", by="agent", public=True).at("2013-06-04T12:00", "closed").play()
    assert story.last("first_response", "met", "elapsed_seconds") == 75 * 60
    assert story.last("resolution", "met", "elapsed_seconds") == 150 * 60


def test_case_48_two_pauses_move_the_due_time_by_both() -> None:
    story = Story(berlin("120m")).arrives("2013-06-04T09:00")
    for begin, end in (("09:30", "09:45"), ("10:00", "10:30")):
        story.at(f"2013-06-04T{begin}", "pending_changed", pending=True)
        story.at(f"2013-06-04T{end}", "pending_changed", pending=False)
    assert story.play().due("resolution") == "2013-06-04T11:45:00"


def test_case_21_a_clock_whose_work_is_done_before_it_ever_opened_is_met_with_no_time() -> None:
    target = {"first_response": {"within": "1h", "calendar": "office"}}
    policy = policy_of({"orders": {"targets": target}}, {"mon-fri": ["00:00-24:00"]}, timezone="America/New_York")
    story = Story(policy).arrives("2023-10-16T01:29")  # Sunday evening in New York
    story.at("2023-10-16T01:33", "reply_sent", by="agent", public=True).play()
    assert [name for name, _ in story.told("first_response")] == ["started", "met"]
    assert story.last("first_response", "met", "elapsed_seconds") == 0


def test_on_voice_the_first_response_is_the_answered_call() -> None:
    story = Story(promised(first_response="20s"), channel="voice").arrives("2026-06-11T09:00:00")
    story.at("2026-06-11T09:00:12", "assigned", agent_id="a1").play()
    assert story.told("first_response")[-1] == ("met", "2026-06-11T09:00:12")


def test_a_contained_contact_had_its_first_response_from_whoever_contained_it() -> None:
    story = Story(promised(first_response="10m")).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:00", "sent_to_bot").at("2026-06-11T09:40", "contained").play()
    assert [name for name, _ in story.told("first_response")] == ["started", "met"]


def test_only_the_first_human_reply_after_the_first_hand_off_counts() -> None:
    story = answered(promised(first_response="30m")).at("2026-06-11T09:20", "transferred")
    story.at("2026-06-11T09:20", "queued", entered_at="2026-06-11T09:00").play(until="2026-06-12T00:00")
    assert [name for name, _ in story.told("first_response")] == ["started", "met"]


def test_the_next_response_runs_from_the_oldest_message_that_nobody_answered() -> None:
    story = answered(promised(next_response="1h")).at("2026-06-11T10:00", "message_added", sender="customer")
    story.at("2026-06-11T10:50", "message_added", sender="customer").play(until="2026-06-11T11:10")
    assert story.told("next_response") == [("started", "2026-06-11T10:00:00"), ("breached", "2026-06-11T11:00:00")]
    story.at("2026-06-11T11:20", "reply_sent", by="agent", public=True)
    story.at("2026-06-11T11:30", "message_added", sender="customer").play()
    assert [name for name, _ in story.told("next_response")[2:]] == ["ended_late", "started"]


@pytest.mark.parametrize(
    ("what", "fields", "fact"),
    [
        ("reply_sent", {"by": "bot", "public": True}, "met"),
        ("message_added", {"sender": "bot"}, "met"),
        ("contained", {}, "met"),
        ("escalated", {"reason": "escalated"}, "met"),
        ("escalated", {"reason": "timeout"}, "cancelled"),
        ("abandoned", {}, "cancelled"),
    ],
)
def test_a_bots_response_is_its_first_reply_or_its_outcome(what: str, fields: dict, fact: str) -> None:
    story = Story(promised(bot_response="30s")).at("2026-06-11T09:00:00", "received")
    story.at("2026-06-11T09:00:01", "sent_to_bot", bot="default").at("2026-06-11T09:00:21", what, **fields).play()
    assert story.told("bot_response") == [("started", "2026-06-11T09:00:01"), (fact, "2026-06-11T09:00:21")]


def test_a_self_service_response_runs_from_arrival_to_the_articles() -> None:
    story = Story(promised(self_service_response="5s")).at("2026-06-11T09:00:00", "received")
    story.at("2026-06-11T09:00:02", "classified", tier="self_service")
    story.at("2026-06-11T09:00:03", "sent_to_self_service", articles=[]).play()
    assert story.told("self_service_response") == [("started", "2026-06-11T09:00:00"), ("met", "2026-06-11T09:00:03")]
    agent = Story(promised(self_service_response="5s")).at("2026-06-11T09:00:00", "received")
    agent.at("2026-06-11T09:00:02", "classified", tier="agent").at("2026-06-11T09:00:03", "queued").play()
    assert agent.told("self_service_response") == []


def test_articles_are_promised_to_nobody_who_waits_for_a_person_already() -> None:
    story = Story(promised(self_service_response="5s")).at("2026-06-11T09:00:00", "received")
    story.at("2026-06-11T09:00:02", "queued").at("2026-06-11T09:00:03", "classified", tier="self_service").play()
    assert story.told("self_service_response") == []


def asked_first(*policies: dict) -> Story:
    """A bot had to ask what the customer means; the answer, three minutes later, is one for self-service."""
    story = Story(*policies).at("2026-06-11T09:00:00", "received").at("2026-06-11T09:00:01", "classified", tier="bot")
    story.at("2026-06-11T09:00:01", "sent_to_bot", bot="default", purpose="clarify")
    story.at("2026-06-11T09:03:00", "message_added", sender="customer")
    return story.at("2026-06-11T09:03:00", "classified", tier="self_service")


def test_articles_for_whom_a_bot_had_to_ask_first_are_due_from_the_answer_on_and_not_from_the_arrival() -> None:
    story = asked_first(promised(self_service_response="5s"))
    story.at("2026-06-11T09:03:02", "sent_to_self_service", articles=[]).play(until="2026-06-11T10:00")
    assert story.told("self_service_response") == [("started", "2026-06-11T09:03:00"), ("met", "2026-06-11T09:03:02")]
    late = asked_first(promised(self_service_response="5s")).play(until="2026-06-11T10:00")
    assert late.told("self_service_response")[1] == ("breached", "2026-06-11T09:03:05")


def test_articles_that_a_later_policy_promises_count_from_the_answer_too() -> None:
    story = asked_first(promised(resolution="1d"), promised(self_service_response="5m") | {"apply_to_open": True})
    story.activate("2026-06-11T09:04", 2).at("2026-06-11T09:05", "sent_to_self_service", articles=[]).play()
    assert story.told("self_service_response") == [("started", "2026-06-11T09:03:00"), ("met", "2026-06-11T09:05:00")]


def test_a_bot_whose_question_was_answered_owes_nothing_to_whoever_reads_articles_meanwhile() -> None:
    story = asked_first(promised(bot_response="10m"))
    story.at("2026-06-11T09:03", "sent_to_self_service", articles=[]).play(until="2026-06-11T12:00")
    assert story.told("bot_response") == [("started", "2026-06-11T09:00:01"), ("met", "2026-06-11T09:03:00")]


@pytest.mark.parametrize(("hold", "due"), [("bot", "10:02:59"), ("self_service", "10:27:00"), ("both", "10:29:59")])
def test_whoever_is_sent_from_a_bot_to_self_service_waits_for_an_article_and_for_no_bot(hold: str, due: str) -> None:
    holds = ["bot", "self_service"] if hold == "both" else [hold]
    target = {"resolution": {"within": "1h", "pause_on": holds}}
    story = asked_first(policy_of({"orders": {"targets": target}}))
    story.at("2026-06-11T09:03:00", "sent_to_self_service", articles=[])
    story.at("2026-06-11T09:30:00", "escalated", reason="escalated").at("2026-06-11T09:30:00", "queued").play()
    assert story.due("resolution") == f"2026-06-11T{due}"


def test_handling_runs_from_the_assignment_to_the_close_and_not_while_the_customer_is_awaited() -> None:
    story = answered(promised(handling="30m")).at("2026-06-11T09:10", "pending_changed", pending=True)
    story.at("2026-06-11T10:00", "message_added", sender="customer").at("2026-06-11T10:20", "closed", agent_id="a1")
    story.play()
    assert [name for name, _ in story.told("handling")] == ["started", "paused", "resumed", "met"]
    assert story.last("handling", "met", "elapsed_seconds") == 25 * 60


def test_whoever_gives_a_contact_back_does_not_handle_it_any_more_and_the_next_one_does() -> None:
    story = answered(promised(handling="30m")).at("2026-06-11T09:20", "transferred")
    story.at("2026-06-11T09:20", "queued").at("2026-06-11T09:30", "assigned", agent_id="a2").play(
        until="2026-06-11T11:00"
    )
    assert [name for name, _ in story.told("handling")] == ["started", "cancelled", "started", "breached"]


def test_a_wait_after_an_assignment_starts_at_the_re_entry_and_talk_is_no_wait() -> None:
    story = Story(promised(time_to_answer="20s")).arrives("2026-06-11T09:00:00", target_seconds=20)
    story.at("2026-06-11T09:00:05", "assigned", agent_id="a1").at("2026-06-11T09:10:00", "transferred")
    began = {"wait_started_at": "2026-06-11T09:10:00", "due_at": "2026-06-11T09:10:20Z", "waited_before_seconds": 5.0}
    story.at("2026-06-11T09:10:00", "queued", entered_at="2026-06-11T09:00:00", **began)
    story.at("2026-06-11T09:10:08", "assigned", agent_id="a2").play()
    assert story.told("time_to_answer") == [
        ("started", "2026-06-11T09:00:00"),
        ("met", "2026-06-11T09:00:05"),
        ("started", "2026-06-11T09:10:00"),
        ("met", "2026-06-11T09:10:08"),
    ]
    assert story.runner.total("wait_sum", "orders", "email", "answered") == 13


def test_a_message_during_wrap_up_is_answered_in_the_episode_that_it_opens() -> None:
    story = answered(promised(next_response="1h")).at("2026-06-11T09:20", "wrapping")
    story.at("2026-06-11T09:21", "message_added", sender="customer", state="wrapping").play()
    assert story.told("next_response") == []


def test_a_message_that_a_former_queue_left_unanswered_is_the_oldest_one_in_the_new_queue_too() -> None:
    queues = {"orders": {"targets": {"resolution": {"within": "9h"}}}}
    queues["cards"] = {"targets": {"next_response": {"within": "10m"}}}
    story = answered(policy_of(queues)).at("2026-06-11T09:12", "message_added", sender="customer")
    story.at("2026-06-11T09:15", "transferred").at("2026-06-11T09:15", "queued", queue="cards")
    story.at("2026-06-11T09:18", "message_added", sender="customer").play(until="2026-06-11T12:00")
    assert story.told("next_response") == [("started", "2026-06-11T09:12:00"), ("breached", "2026-06-11T09:22:00")]


def test_who_owes_an_answer_owes_the_handling_too_and_a_later_policy_promises_both_from_their_beginnings() -> None:
    open_too = promised(handling="30m", next_response="30m") | {"apply_to_open": True}
    story = Story(promised(resolution="1d"), open_too).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", "assigned", agent_id="a1")
    story.at("2026-06-11T09:10", "reply_sent", by="agent", agent_id="a1", public=True)
    story.at("2026-06-11T09:12", "message_added", sender="customer").activate("2026-06-11T09:15", 2).play()
    assert story.told("handling") == [("started", "2026-06-11T09:05:00")]
    assert story.told("next_response") == [("started", "2026-06-11T09:12:00")]


def test_what_is_owed_or_waited_for_no_more_leaves_nothing_behind_in_tens_of_thousands_of_rows() -> None:
    queue = {"next_response": {"within": "1h"}, "resolution": {"within": "9h", "pause_on": ["pending"]}}
    story = answered(policy_of({"orders": {"targets": queue}})).at("2026-06-11T09:12", "pending_changed", pending=True)
    awaited = story.play().runner.database.contacts["c1"]
    story.at("2026-06-11T09:20", "message_added", sender="customer")
    story.at("2026-06-11T09:30", "reply_sent", by="agent", agent_id="a1", public=True)
    over = story.at("2026-06-11T09:40", "transferred").play().runner.database.contacts["c1"]
    assert [key in awaited for key in ("owed", "holds")] == [True, True]
    assert [key in over for key in ("owed", "holds")] == [False, False]
