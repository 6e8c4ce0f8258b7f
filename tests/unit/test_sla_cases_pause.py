"""Cases of pausing, reopening, transferring and ending that other systems got wrong; numbers are of the collection."""

import pytest

from tests.support.sla_story import Story, instant, policy_of, resolution

TEN_TO_SIX = {"mon-fri": ["10:00-18:00"]}


@pytest.mark.parametrize(
    ("held_until", "due"),
    [("2026-06-11T16:00:00", "2026-06-11T18:00:00"), ("2026-06-11T16:00:01", "2026-06-12T10:00:01")],
)
def test_case_24_a_hold_of_one_second_more_goes_over_closing_time(held_until: str, due: str) -> None:
    story = Story(resolution("2h", TEN_TO_SIX)).arrives("2026-06-11T15:00")
    story.at("2026-06-11T15:00", "pending_changed", pending=True).at(held_until, "pending_changed", pending=False)
    assert story.play().due("resolution") == due
    assert story.told("resolution")[-1] == ("resumed", held_until)


def test_case_25_a_pause_counts_working_time_only_and_the_customers_message_ends_it() -> None:
    hours = {"open": TEN_TO_SIX, "holidays": ["2026-06-12"]}
    story = Story(resolution("8h", hours)).arrives("2026-06-11T17:30")
    story.at("2026-06-11T17:40", "assigned", agent_id="a1")
    story.at("2026-06-11T17:50", "reply_sent", by="agent", public=True)
    story.at("2026-06-11T17:50", "pending_changed", pending=True)
    story.at("2026-06-15T12:30", "message_added", sender="customer")
    story.at("2026-06-15T13:00", "closed", agent_id="a1").play()
    # 20 minutes on Thursday and 30 on Monday counted; 10 on Thursday and 2 h 30 on Monday did not.
    assert story.last("resolution", "met", "elapsed_seconds") == 3_000
    paused, resumed = story.last("resolution", "paused", "due_at"), story.last("resolution", "resumed", "due_at")
    assert (paused[:19], resumed[:19]) == ("2026-06-15T17:30:00", "2026-06-16T12:10:00"), "9,600 s later in open time"


def test_case_26_a_pause_over_a_weekend_adds_the_working_time_of_the_pause_and_not_two_days() -> None:
    story = Story(resolution("8h", TEN_TO_SIX)).arrives("2026-06-12T10:00")
    story.at("2026-06-12T16:00", "pending_changed", pending=True)
    story.at("2026-06-15T11:00", "pending_changed", pending=False).play()
    assert story.due("resolution") == "2026-06-15T13:00:00", "2 h on Friday and 1 h on Monday"


def test_case_27_a_clock_that_pauses_before_it_is_due_is_not_breached_however_long_the_pause() -> None:
    story = Story(resolution("6s")).arrives("2026-06-11T15:00:00")
    story.at("2026-06-11T15:00:05", "pending_changed", pending=True).play(until="2026-07-30T00:00")
    assert story.told("resolution") == [("started", "2026-06-11T15:00:00"), ("paused", "2026-06-11T15:00:05")]
    assert story.last("resolution", "paused", "waits_for") == ["pending"]
    story.at("2026-08-01T09:00:00", "pending_changed", pending=False).play(until="2026-08-01T09:00:10")
    assert story.told("resolution")[2:] == [("resumed", "2026-08-01T09:00:00"), ("breached", "2026-08-01T09:00:01")]


def test_case_27_a_contact_that_is_created_pending_burns_nothing() -> None:
    story = Story(resolution("6s")).at("2026-06-11T15:00:00", "received")
    story.at("2026-06-11T15:00:00", "pending_changed", pending=True)
    story.at("2026-06-11T15:00:00", "queued").play(until="2026-06-12T00:00")
    assert story.told("resolution") == [("started", "2026-06-11T15:00:00"), ("paused", "2026-06-11T15:00:00")]
    story.at("2026-06-12T08:00:00", "pending_changed", pending=False).play()
    assert story.due("resolution") == "2026-06-12T08:00:06"


def test_case_28_a_new_target_while_pending_is_creation_and_target_and_pause() -> None:
    rules = [{"name": "urgent", "when": {"priority_at_least": "10m"}, "then": {"resolution": {"within": "1h"}}}]
    policy = policy_of({"orders": {"targets": {"resolution": {"within": "4h"}}}}, targets=rules)
    story = Story(policy).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "pending_changed", pending=True)
    story.at("2026-06-11T09:20", "reprioritised", priority_seconds=600.0)
    story.at("2026-06-11T09:40", "pending_changed", pending=False).play()
    assert [name for name, _ in story.told("resolution")] == ["started", "paused", "retargeted", "resumed"]
    assert story.due("resolution") == "2026-06-11T10:30:00"
    before = story.last("resolution", "retargeted", "previous")
    assert (before["target"], before["due_at"][:19]) == ("4h", "2026-06-11T13:00:00")


def test_case_29_the_time_between_solved_and_reopened_does_not_count_because_a_reopening_is_a_new_episode() -> None:
    story = Story(resolution("1h")).arrives("2026-06-11T09:00").at("2026-06-11T09:30", "closed")
    story.play(until="2026-06-15T00:00")
    story.at("2026-06-15T12:00", "received", "c1-episode-2").at("2026-06-15T12:00", "queued", "c1-episode-2")
    story.at("2026-06-15T12:20", "closed", "c1-episode-2").play(until="2026-06-20T00:00")
    assert [name for name, _ in story.told("resolution")] == ["started", "met"]
    assert story.told("resolution", "c1-episode-2")[-1] == ("met", "2026-06-15T12:20:00")
    assert story.last("resolution", "met", "elapsed_seconds") == 1_200


def test_case_30_the_second_teams_own_clock_starts_when_it_gets_the_contact() -> None:
    teams = {
        "one": {"targets": {"time_to_answer": {"within": "2h"}}},
        "two": {"targets": {"time_to_answer": {"within": "1h"}}},
    }
    story = Story(policy_of(teams)).arrives("2026-06-11T09:00", "one", target_seconds=7200)
    story.at("2026-06-11T09:05", "assigned", agent_id="a1").at("2026-06-11T10:30", "transferred")
    began = {"wait_started_at": "2026-06-11T10:30", "due_at": "2026-06-11T11:30:00Z"}
    story.at("2026-06-11T10:30", "queued", queue="two", entered_at="2026-06-11T09:00", **began).play()
    assert story.due("time_to_answer") == "2026-06-11T11:30:00"
    assert story.last("time_to_answer", "started", "started_at")[:19] == "2026-06-11T10:30:00"


def test_case_31_a_bots_answer_days_ago_does_not_make_the_first_response_late() -> None:
    story = Story(policy_of({"orders": {"targets": {"first_response": {"within": "30m"}}}}))
    story.at("2026-06-08T09:00", "received").at("2026-06-08T09:00", "sent_to_bot", bot="default")
    story.at("2026-06-08T09:05", "contained").play(until="2026-06-12T00:00")
    story.at("2026-06-12T14:00", "received", "c2").at("2026-06-12T14:00", "queued", "c2")
    story.at("2026-06-12T14:05", "assigned", "c2").at("2026-06-12T14:10", "reply_sent", "c2", by="agent", public=True)
    story.play()
    assert [name for name, _ in story.told("first_response")] == ["started", "met"]
    assert story.last("first_response", "met", "elapsed_seconds") == 600


@pytest.mark.parametrize("end", ["closed", "contained", "abandoned", "cancelled", "expired"])
def test_case_32_after_any_end_there_is_neither_warning_nor_breach(end: str) -> None:
    warned = {"within": "1h", "warn_at": 0.5}
    kinds = ("time_to_answer", "first_response", "resolution")
    story = Story(policy_of({"orders": {"targets": dict.fromkeys(kinds, warned)}}))
    story.arrives("2026-06-11T09:00", target_seconds=3600).at("2026-06-11T09:10", end).play(until="2026-06-20T00:00")
    assert {name for name, _ in story.bodies()} <= {"started", "met", "cancelled"}
    assert story.runner.database.contacts == {}


def test_case_32_no_reminder_outside_hours() -> None:
    story = Story(resolution("2h", TEN_TO_SIX, warn_at=0.75)).arrives("2026-06-11T17:00")
    story.play(until="2026-06-12T10:29")
    assert [name for name, _ in story.told("resolution")] == ["started"]
    story.play(until="2026-06-12T10:31")
    assert story.told("resolution")[1:] == [("warned", "2026-06-12T10:30:00")]


def test_two_holds_pause_until_both_are_over() -> None:
    story = Story(resolution("1h", pause_on=["pending", "scheduled"])).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "scheduled", until="2026-06-11T10:00:00Z")
    story.at("2026-06-11T09:20", "pending_changed", pending=True)
    story.at("2026-06-11T10:00", "queued", wait_started_at="2026-06-11T10:00", entered_at="2026-06-11T09:00")
    story.at("2026-06-11T10:30", "pending_changed", pending=False).play()
    assert [name for name, _ in story.told("resolution")] == ["started", "paused", "resumed"]
    assert story.due("resolution") == "2026-06-11T11:20:00"


def test_a_resolution_may_be_told_not_to_pause() -> None:
    story = Story(resolution("1h", pause_on=[])).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "pending_changed", pending=True).play(until="2026-06-11T11:00")
    assert story.told("resolution")[1:] == [("breached", "2026-06-11T10:00:00")]


def test_every_pause_and_resume_has_an_event_id_of_its_own() -> None:
    story = Story(resolution("1h")).arrives("2026-06-11T09:00")
    for minute in (10, 20, 30):
        story.at(f"2026-06-11T09:{minute}", "pending_changed", pending=True)
        story.at(f"2026-06-11T09:{minute + 5}", "pending_changed", pending=False)
    story.play()
    assert len({(event.cause_id, event.ordinal) for event in story.runner.events}) == len(story.runner.events) == 7
    assert story.due("resolution") == "2026-06-11T10:15:00"


def test_a_hold_that_starts_after_the_due_time_leaves_the_breach() -> None:
    story = Story(resolution("1h")).arrives("2026-06-11T09:00")
    story.at("2026-06-11T10:00:01", "pending_changed", pending=True).play()
    assert story.told("resolution")[1:] == [("breached", "2026-06-11T10:00:00")]


def test_what_was_used_up_before_a_pause_is_told_as_it_was_though_the_log_names_the_promise_after_it() -> None:
    target = {"first_response": {"within": "10m", "warn_at": 0.5, "pause_on": ["pending"]}}
    story = Story(policy_of({"general": {}, "orders": {"targets": target}})).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:30", "pending_changed", pending=True).at("2026-06-11T10:00", "queued", queue="orders")
    story.play(until="2026-06-11T11:00")
    assert story.told("first_response") == [
        ("started", "2026-06-11T09:00:00"),
        ("warned", "2026-06-11T09:05:00"),
        ("breached", "2026-06-11T09:10:00"),
    ]


@pytest.mark.parametrize(
    ("pending", "until", "warned"),
    [("09:45", "10:15", "09:30"), ("09:30", "10:00", "10:00"), ("09:15", "09:45", "10:00")],
)
def test_a_pause_that_began_after_the_time_of_a_warning_does_not_move_it(pending: str, until: str, warned: str) -> None:
    target = {"first_response": {"within": "1h", "warn_at": 0.5, "pause_on": ["pending"]}}
    story = Story(policy_of({"general": {}, "orders": {"targets": target}})).at("2026-06-11T09:00", "received")
    story.at(f"2026-06-11T{pending}", "pending_changed", pending=True)
    story.at(f"2026-06-11T{until}", "pending_changed", pending=False)
    story.at("2026-06-11T12:00", "queued", queue="orders").at("2026-06-11T12:30", "closed").play()
    assert story.told("first_response")[1:3] == [
        ("warned", f"2026-06-11T{warned}:00"),
        ("breached", "2026-06-11T10:30:00"),
    ]


def test_a_promise_that_is_new_and_used_up_already_is_broken_when_it_is_made() -> None:
    elsewhere = policy_of({"orders": {}, "cards": {"targets": {"resolution": {"within": "1d"}}}})
    story = Story(elsewhere, resolution("10m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.activate("2026-06-11T10:00", 2).play(until="2026-06-11T11:00")
    assert story.told("resolution") == [("started", "2026-06-11T09:00:00"), ("breached", "2026-06-11T10:00:00")]


def test_a_promise_that_is_made_later_counts_nothing_that_it_would_not_have_counted() -> None:
    target = {"resolution": {"within": "1h", "pause_on": ["bot", "pending"]}}
    story = Story(policy_of({"general": {}, "orders": {"targets": target}})).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:00", "sent_to_bot").at("2026-06-11T09:20", "pending_changed", pending=True)
    story.at("2026-06-11T09:50", "pending_changed", pending=False).at("2026-06-11T10:10", "queued", queue="orders")
    story.play()
    assert story.due("resolution") == "2026-06-11T11:10:00", "an hour, and none of the seventy minutes with the bot"


@pytest.mark.parametrize("first", ["sent_to_bot", "sent_to_self_service"])
@pytest.mark.parametrize("applies", [True, False])
def test_a_promise_that_is_made_later_counts_no_time_of_which_no_policy_asked_when_it_was_spent(
    first: str, applies: bool
) -> None:
    before = policy_of({"orders": {}, "cards": {"targets": {"resolution": {"within": "1d"}}}})
    after = resolution("1h", pause_on=["bot", "self_service"]) | {"apply_to_open": applies}
    story = Story(before, after).at("2026-06-11T09:00", "received").at("2026-06-11T09:00", first)
    story.activate("2026-06-11T09:40", 2).at("2026-06-11T10:00", "queued", queue="orders").play()
    if applies:
        assert story.due("resolution") == "2026-06-11T11:00:00"
    else:
        assert story.told("resolution") == [], "it arrived when nobody promised that"


def test_a_pause_after_the_breach_is_no_part_of_what_the_work_took() -> None:
    story = Story(resolution("30m")).arrives("2026-06-11T09:00").at("2026-06-11T10:00", "pending_changed", pending=True)
    story.at("2026-06-11T10:30", "pending_changed", pending=False).at("2026-06-11T10:45", "closed").play()
    assert story.last("resolution", "ended_late", "elapsed_seconds") == 4500, "75 minutes, as in case 47"
    assert story.last("resolution", "ended_late", "lateness_seconds") == 4500


def test_what_is_due_at_closing_time_and_pauses_then_is_due_when_the_customer_is_back_and_not_in_the_pause() -> None:
    hours = {"open": {"mon-fri": ["09:00-17:00"]}}
    target = {"resolution": {"within": "1h", "calendar": "office"}}
    story = Story(policy_of({"orders": {"targets": target}}, hours)).arrives("2026-06-11T16:00")
    story.at("2026-06-11T17:00", "pending_changed", pending=True)
    story.at("2026-06-11T17:10", "pending_changed", pending=False).play(until="2026-06-12T12:00")
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T17:10:00")


def test_an_answer_that_is_promised_in_the_middle_of_a_wait_does_not_count_what_it_would_have_paused_for() -> None:
    target = {"time_to_answer": {"within": "20m", "pause_on": ["pending"]}}
    story = Story(policy_of({"orders": {}, "cards": {"targets": target}})).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", "pending_changed", pending=True)
    story.at("2026-06-11T09:45", "pending_changed", pending=False)
    entry = {"entered_at": "2026-06-11T09:00", "target_seconds": 1200.0}
    story.at("2026-06-11T09:50", "queued", queue="cards", **entry).play(until="2026-06-11T12:00")
    assert story.told("time_to_answer") == [("started", "2026-06-11T09:00:00"), ("breached", "2026-06-11T10:00:00")]


@pytest.mark.parametrize(
    ("rests_from", "becomes"),
    [
        ("2026-06-11T09:10:00", [("paused", "09:10:00"), ("resumed", "10:00:00"), ("breached", "10:00:00")]),
        ("2026-06-11T09:10:01", [("breached", "09:30:00")]),
    ],
)
def test_a_promise_made_in_a_pause_is_used_up_by_then_only_if_it_was_due_before_the_pause(
    rests_from: str, becomes: list[tuple[str, str]]
) -> None:
    made = resolution("10m", pause_on=["pending"]) | {"apply_to_open": True}
    story = Story(policy_of({"orders": {}, "cards": {"targets": {"resolution": {"within": "1d"}}}}), made)
    story.arrives("2026-06-11T09:00").at(rests_from, "pending_changed", pending=True).activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "pending_changed", pending=False).play(until="2026-06-11T12:00")
    assert story.told("resolution")[1:] == [(fact, f"2026-06-11T{at}") for fact, at in becomes]


@pytest.mark.parametrize(("rests_from", "breached"), [("09:10:00", "10:00:00"), ("09:10:01", "09:30:00")])
def test_a_promise_that_becomes_shorter_in_a_pause_is_used_up_only_if_it_was_due_before_the_pause(
    rests_from: str, breached: str
) -> None:
    story = Story(resolution("1h"), resolution("10m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.at(f"2026-06-11T{rests_from}", "pending_changed", pending=True).activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "pending_changed", pending=False).play(until="2026-06-11T12:00")
    assert story.told("resolution")[-1] == ("breached", f"2026-06-11T{breached}")


@pytest.mark.parametrize("reported", [False, True])
def test_a_due_time_that_a_policy_told_stays_though_the_pause_before_it_is_said_later_to_have_been_shorter(
    reported: bool,
) -> None:
    counts_all = resolution("1h", pause_on=[]) | {"apply_to_open": True}
    story = Story(resolution("1h"), counts_all).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "pending_changed", pending=True).activate("2026-06-11T09:30", 2)
    if reported:
        told = instant("2026-06-11T09:40") / 1000
        story.at("2026-06-11T09:20", "pending_changed", pending=False, stamped=told)
    story.play(until="2026-06-11T11:00")
    assert story.told("resolution")[-2:] == [
        ("resumed", "2026-06-11T09:30:00"),
        ("breached", "2026-06-11T10:20:00"),
    ]
