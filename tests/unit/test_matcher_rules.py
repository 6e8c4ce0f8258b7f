"""What the matcher promises, one behaviour at a time."""

import pytest

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.ledger import Ledger
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Waiting
from tests.support.matcher_builders import contact, fill, need, seat


@pytest.fixture
def matcher():
    return Matcher()


def test_who_left_is_counted_no_more_among_those_who_ask_the_same(matcher):
    fill(matcher, contact("a"), contact("b"), contact("other", need(("de", 1))))
    waiting = []
    for gone in ("a", "b"):
        matcher.leave(gone)
        waiting.append((matcher.waiting_count("q", need(("en", 1))), len(matcher.strands())))
    assert waiting == [(1, 2), (0, 1)]


# --- which contact ---


def test_free_agent_gets_the_most_urgent_contact(matcher):
    fill(matcher, contact("slow", target=60), contact("urgent", entered=5, target=20), seat("a"))
    match = matcher.contact_for("a", 10)
    assert (match.contact_id, match.key, match.due, match.late) == ("urgent", 25, 25, False)


def test_a_contact_that_can_still_be_met_comes_before_one_that_is_late(matcher):
    fill(matcher, contact("late", entered=0), contact("met", entered=15), seat("a"))
    assert matcher.contact_for("a", 30).contact_id == "met"


def test_a_late_contact_is_due_again_after_late_factor_targets(matcher):
    fill(matcher, contact("late", entered=0, target=20, late_factor=5), contact("new", entered=90), seat("a"))
    assert matcher.contact_for("a", 95).contact_id == "late"


def test_the_late_cap_brings_a_long_target_back_sooner(matcher):
    fill(matcher, contact("mail", target=3600, late_cap=60), seat("a"))
    match = matcher.contact_for("a", 3601)
    assert (match.late, match.key) == (True, 3660)


def test_lateness_is_judged_without_the_boost(matcher):
    fill(matcher, contact("vip", entered=0, target=20, boost=15), seat("a"))
    match = matcher.contact_for("a", 10)
    assert (match.key, match.due, match.late) == (5, 20, False)


def test_a_contact_due_at_this_very_moment_is_not_late(matcher):
    fill(matcher, contact("c"), seat("a"))
    assert not matcher.contact_for("a", 20).late
    assert matcher.contact_for("a", 20.001).late


def test_equal_keys_go_by_age_and_then_by_contact_id(matcher):
    fill(matcher, contact("z", entered=0, target=30), contact("y", entered=10), contact("x", entered=10), seat("a"))
    assert matcher.contact_for("a", 10).contact_id == "z"
    matcher.leave("z")
    assert matcher.contact_for("a", 10).contact_id == "x"


def test_the_runner_up_is_who_would_be_taken_otherwise_of_whatever_requirement(matcher):
    spanish = need(("es", 1))
    fill(
        matcher,
        contact("e1"),
        contact("e2", entered=1),
        contact("s1", spanish, entered=2),
        seat("a", {"en": 1, "es": 1}),
    )
    match = matcher.contact_for("a", 3)
    assert (match.contact_id, match.runner_up_contact, match.runner_up_key) == ("e1", "e2", 21)
    matcher.leave("e2")
    match = matcher.contact_for("a", 3)
    assert (match.runner_up_contact, match.runner_up_key) == ("s1", 22)
    assert match.requirements_compared == 2


def test_the_runner_up_agent_is_the_next_whatever_their_profile(matcher):
    fill(matcher, seat("a1"), seat("a2", idle_since=1), seat("both", {"en": 3, "es": 1}), contact("c"))
    assert (matcher.agent_for("c", 5).agent_id, matcher.agent_for("c", 5).runner_up_agent) == ("a1", "a2")
    matcher.unseat("a2")
    assert matcher.agent_for("c", 5).runner_up_agent == "both"


def test_an_agent_is_not_given_a_contact_that_bars_them_or_is_kept_for_another(matcher):
    fill(matcher, contact("declined", barred=frozenset({"a"})), contact("own", entered=1, only_agent="b"), seat("a"))
    assert matcher.contact_for("a", 2) is None
    fill(matcher, contact("other", entered=2))
    assert matcher.contact_for("a", 3).contact_id == "other"


def test_an_agent_is_given_the_contact_kept_for_them_when_it_is_most_urgent(matcher):
    fill(matcher, contact("own", entered=1, only_agent="a"), contact("other", entered=2), seat("a"))
    assert matcher.contact_for("a", 3).contact_id == "own"


def test_replacing_a_contact_keeps_its_place_and_opens_it_to_others(matcher):
    fill(matcher, contact("old", need(("es", 5)), entered=0), contact("young", entered=5), seat("a"))
    assert matcher.contact_for("a", 6).contact_id == "young"
    fill(matcher, contact("old", entered=0))
    assert matcher.contact_for("a", 6).contact_id == "old"


# --- which agent ---


def test_only_agents_with_skill_level_and_open_channel_are_chosen(matcher):
    spanish = need(("es", 3))
    fill(matcher, contact("c", spanish), seat("low", {"es": 2}), seat("chat", {"es": 5}, channels={"chat"}))
    assert matcher.agent_for("c", 0) is None
    fill(matcher, seat("able", {"es": 3}))
    match = matcher.agent_for("c", 0)
    assert (match.agent_id, match.agents_considered, match.excluded) == ("able", 1, {"unskilled": 2})


def test_requirements_combine_all_any_and_not(matcher):
    asked = need(("en", 1), any_of=((("cards", 2), ("loans", 1)),), without=("trainee",))
    fill(matcher, contact("c", asked), seat("none", {"en": 1}), seat("trainee", {"en": 1, "loans": 1, "trainee": 1}))
    assert matcher.agent_for("c", 0) is None
    fill(matcher, seat("able", {"en": 1, "loans": 1}))
    assert matcher.agent_for("c", 0).agent_id == "able"


def test_the_least_scarce_agent_is_taken_before_the_longest_idle(matcher):
    fill(matcher, contact("c"), seat("bilingual", {"en": 3, "es": 3}, idle_since=0), seat("english", idle_since=50))
    match = matcher.agent_for("c", 60)
    assert (match.agent_id, match.runner_up_agent) == ("english", "bilingual")
    assert match.agent_cost == 0 and match.runner_up_cost == 1.0


def test_the_rarer_the_other_skill_the_dearer_the_agent(matcher):
    fill(matcher, *(seat(f"german{n}", {"en": 1, "de": 1}) for n in range(5)), seat("basque", {"en": 1, "eu": 1}, -50))
    fill(matcher, contact("c"))
    match = matcher.agent_for("c", 0)
    assert (match.agent_id, match.runner_up_agent) == ("german0", "german1"), "basque has been idle longest"
    assert match.agent_cost == match.runner_up_cost == pytest.approx(0.2)


def test_agents_who_are_nearly_as_scarce_take_turns_and_one_who_is_scarcer_does_not():
    matcher = Matcher(Limits(fairness=0.3))
    fill(matcher, *(seat(f"french{n}", {"en": 1, "fr": 1}, idle_since=20) for n in range(5)))
    fill(matcher, *(seat(f"german{n}", {"en": 1, "de": 1}, idle_since=10) for n in range(4)))
    fill(matcher, seat("basque", {"en": 1, "eu": 1}, idle_since=0), contact("c"))
    match = matcher.agent_for("c", 60)
    assert (match.agent_id, match.agent_cost) == ("german0", 0.25), "a fifth is less, but in the same step of 0.3"


def test_with_very_many_profiles_the_agent_with_the_fewest_abilities_is_taken():
    matcher = Matcher(Limits(few_profiles=2))
    skills = ({"en": 1, "de": 1, "es": 1}, {"en": 1, "fr": 1}, {"en": 2, "fr": 1, "it": 1})
    fill(matcher, *(seat(f"a{number}", each) for number, each in enumerate(skills)), contact("c"))
    match = matcher.agent_for("c", 0)
    assert (match.agent_id, match.agent_cost) == ("a1", 1.0)


@pytest.mark.parametrize(
    ("order", "chosen"),
    [
        ("scarcity", "plain"),
        ("longest_idle", "rested"),
        ("least_loaded", "light"),
        ("round_robin", "turn"),
        ("best_skill", "expert"),
    ],
)
def test_each_agent_order_takes_its_own_agent(matcher, order, chosen):
    both = {"en": 1, "es": 1}
    fill(
        matcher,
        seat("plain", {"en": 1}, idle_since=9, load=0.5, last_offered=9),
        seat("rested", both, idle_since=2, load=0.5, last_offered=9),
        seat("light", both, idle_since=9, load=0.25, last_offered=9),
        seat("turn", both, idle_since=9, load=0.5, last_offered=1),
        seat("expert", {"en": 5, "es": 1}, idle_since=9, load=0.5, last_offered=9),
        contact("c", agent_order=order),
    )
    assert matcher.agent_for("c", 10).agent_id == chosen


def test_whoever_has_nothing_to_do_comes_before_the_longest_idle_of_those_at_work(matcher):
    fill(matcher, seat("at work", load=0.25, idle_since=1), seat("free", idle_since=9))
    fill(matcher, contact("c", agent_order="longest_idle"))
    assert matcher.agent_for("c", 10).agent_id == "free"


@pytest.mark.parametrize("comes", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_the_runner_up_is_the_same_in_whatever_order_agents_came(matcher, comes):
    fill(matcher, *(seat(name, idle_since=ord(name)) for name in comes), contact("d"))
    match = matcher.agent_for("d", 200)
    assert (match.agent_id, match.runner_up_agent) == ("a", "b")


def test_a_preference_comes_before_every_order_but_bars_nobody(matcher):
    fill(matcher, seat("english"), seat("spanish", {"en": 1, "es": 3}, idle_since=9))
    fill(matcher, contact("c", prefer=(("es", 3),)), contact("d", prefer=(("fr", 1),)))
    assert matcher.agent_for("c", 10).agent_id == "spanish"
    assert matcher.agent_for("d", 10).agent_id == "english"


def test_barred_agents_are_passed_over_and_counted(matcher):
    fill(matcher, seat("a"), seat("b", idle_since=5), contact("c", barred=frozenset({"a", "gone"})))
    match = matcher.agent_for("c", 6)
    assert (match.agent_id, match.excluded) == ("b", {"declined": 1})


def test_agents_who_are_asked_at_the_same_time_are_told_from_those_who_declined(matcher):
    barred, asked = frozenset({"a", "b", "gone"}), frozenset({"b"})
    fill(matcher, seat("a"), seat("b"), seat("c", idle_since=5), contact("x", barred=barred, asked=asked))
    match = matcher.agent_for("x", 6)
    assert (match.agent_id, match.excluded) == ("c", {"declined": 1, "asked": 1})


def test_a_contact_for_one_agent_finds_only_that_agent(matcher):
    fill(matcher, seat("a"), contact("c", only_agent="b"))
    assert matcher.agent_for("c", 0) is None
    fill(matcher, seat("b"))
    assert matcher.agent_for("c", 0).agent_id == "b"


def test_asking_pairs_nobody(matcher):
    fill(matcher, seat("a"), contact("c"))
    assert matcher.agent_for("c", 0) == matcher.agent_for("c", 0)
    assert matcher.contact_for("a", 0) == matcher.contact_for("a", 0)
    assert len(matcher) == 1


def test_who_is_not_there_is_a_key_error_but_may_leave(matcher):
    matcher.leave("c")
    matcher.unseat("a")
    for ask in (
        lambda: matcher.agent_for("c", 0),
        lambda: matcher.contact_for("a", 0),
        lambda: matcher.place("c", 0),
    ):
        with pytest.raises(KeyError):
            ask()


# --- what people ask ---


def competing(_):
    return True


def test_position_counts_who_is_ahead_in_the_queue_and_competes(matcher):
    fill(matcher, contact("a", entered=0), contact("b", need(("es", 1)), entered=1), contact("c", entered=2))
    fill(matcher, Waiting(contact_id="x", queue="other", requirement=need(("en", 1)), entered=0, target=1))
    assert [matcher.ahead(each, 5, competing) for each in "abc"] == [0, 1, 2]
    assert [matcher.ahead(each, 20.5, competing) for each in "abc"] == [2, 0, 1]
    assert [matcher.ahead(each, 20.5, lambda _: False) for each in "abc"] == [1, 0, 0]
    assert [matcher.place(each, 20.5).ahead for each in "abc"] == [1, 0, 0]
    matcher.leave("c")
    assert matcher.ahead("a", 20.5, competing) == 1


def test_a_position_in_a_queue_that_was_empty_is_told_without_a_look_at_the_others(matcher, monkeypatch):
    fill(matcher, *(contact(f"c{number}") for number in range(9)))
    assert matcher.place("c8", 0).ahead == 8
    looks = []
    before = Ledger.__init__
    monkeypatch.setattr(
        Ledger, "__init__", lambda self, members: before(self, looks.append(list(members)) or looks[-1])
    )
    for number in range(3):
        fill(matcher, Waiting(contact_id=f"x{number}", queue="rare", requirement=need(("en", 1)), entered=0, target=1))
        assert matcher.place(f"x{number}", 0).ahead == 0
        matcher.leave(f"x{number}")
    assert looks == [[]]


def test_queues_are_counted(matcher):
    fill(matcher, contact("a", entered=3), contact("b", entered=1))
    assert (matcher.queues(), matcher.waiting_count("q")) == (["q"], 2)
    matcher.leave("b")
    matcher.leave("a")
    assert (matcher.queues(), matcher.waiting_count("q")) == ([], 0)


def test_time_may_be_whole_milliseconds(matcher):
    start = 1_750_000_000_000
    fill(matcher, contact("c", entered=start, target=20_000, late_factor=5), seat("a", idle_since=start))
    match = matcher.contact_for("a", start + 20_001)
    assert (match.key, match.due) == (start + 100_000, start + 20_000)
