"""Laws after any sequence of inputs: repeats change nothing, batches may be cut anywhere, restarts are invisible."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.state.book import Book
from services.router.domain.states import AssignmentState, ContactState, Presence
from shared.contract import inputs
from tests.support.capacity_checker import capacity_violations
from tests.support.documented import undocumented
from tests.support.history_checker import false_history
from tests.support.memory_store import in_order
from tests.support.router_builders import START_MS, Router, body_of
from tests.support.router_script import Move, Player, _fewer, _policy, fast, played, script, scripts


def check_book(book: Book) -> None:
    """Capacity, presence, one owner per contact, nobody waits beside an idle agent who could help, no orphan."""
    assert book.orphans() == 0
    for workspace in book.workspaces.values():
        for agent in workspace.agents.values():
            assert 0 <= workspace.capacities.room(agent).load <= agent.ceiling
            offers = [book.offers[key] for key in workspace.asked.get(agent.agent_id, ())]
            work = [book.assignments[key] for key in workspace.working.get(agent.agent_id, ())]
            hosted = [book.contacts[key] for key in workspace.hosting.get(agent.agent_id, ())]
            idle = [item for item in work if item.state is AssignmentState.IDLE]
            channels = [item.channel for item in (*offers, *work, *hosted) if item not in idle]
            assert agent.held == {channel: channels.count(channel) for channel in channels}
            assert (agent.asked, agent.active + agent.wrapping + len(idle)) == (len(offers), len(work) + len(hosted))
            assert workspace.capacities.allow(agent) or not offers
            assert agent.presence is Presence.AVAILABLE or not agent.asked
        for contact in book.contacts.values():
            if contact.state is ContactState.QUEUED and contact.workspace == workspace.name:
                assert workspace.matcher.agent_for(contact.contact_id, book.clock_ms) is None
        open_ids = {key for keys in workspace.customers.values() for key in keys}
        assert open_ids == {key for key, contact in book.contacts.items() if contact.workspace == workspace.name}
    for contact in book.contacts.values():
        assert (contact.state is ContactState.OFFERED) == bool(contact.offers)
        assert (contact.state in (ContactState.ASSIGNED, ContactState.WRAPPING)) == bool(contact.assignment_id)


@fast
@given(scripts)
def test_invariants_hold_after_every_move(script: list[Move]) -> None:
    player = Player()
    for move in script:
        player.play(move)
        check_book(player.router.engine.book)
        player.router.check_rows()
    versions: dict[str, int] = {}
    ended: set[str] = set()
    for event in player.router.events:
        if not event.type.startswith("usher.contact."):
            continue
        assert event.subject not in ended, "nothing follows a terminal event"
        body = body_of(event)
        assert body["version"] == versions.get(event.subject, 0) + 1
        versions[event.subject] = body["version"]
        if body["state"] in ("closed", "contained", "abandoned", "cancelled", "expired"):
            ended.add(event.subject)
    assert ended == set(player.router.store.outcomes)
    assert _over_capacity(player) == []
    assert undocumented(player.router.events) == []


@fast
@given(scripts)
def test_an_end_is_told_with_the_offers_that_it_takes_back_and_with_nothing_else(script: list[Move]) -> None:
    assert false_history(played(script).router.events) == []


def test_no_end_tells_of_a_queue_that_the_contact_never_waited_in_over_long_scripts() -> None:
    faults, ends = [], 0
    for seed in range(60):
        events = played(script(seed, 120)).router.events
        faults += false_history(events)
        ends += sum(event.type == "usher.contact.offer_rescinded.v1" for event in events)
    assert faults == []
    assert ends > 50, "the scripts must reach what they are for"


def test_hanging_up_on_an_offer_of_a_queue_that_a_policy_removed_tells_of_no_other_queue() -> None:
    router = Router(_policy)
    router.sign_on("a1")
    router.contact("c1", queue="orders", channel="voice")
    router.activate(_fewer)
    told = router.hang_up()
    assert [event.type for event in told if event.type.startswith("usher.contact.")] == [
        "usher.contact.offer_rescinded.v1",
        "usher.contact.abandoned.v1",
    ]
    assert body_of(told[-2] if told[-1].type.startswith("usher.agent.") else told[-1])["queue"] == "orders"


def _over_capacity(player: Player) -> list[str]:
    """S4, by the checker that knows the log alone."""
    units: dict[tuple[str, str], int] = {}
    for record in player.records:
        if record.type == "usher.agent.signed_on.v1":
            said = msgspec.json.decode(record.value, type=inputs.AgentSignedOn)
            key = (said.workspace, said.agent_id)
            units[key] = max(units.get(key, 0), said.capacity.units)
    return capacity_violations(((event.type, body_of(event)) for event in player.router.events), units)


@fast
@given(scripts, st.data())
def test_a_restart_at_any_point_changes_no_later_decision(script: list[Move], data: st.DataObject) -> None:
    straight = played(script)
    interrupted = Player()
    restarts = data.draw(st.sets(st.integers(0, len(script) - 1), max_size=4))
    for number, move in enumerate(script):
        if number in restarts:
            interrupted.router.restart()
        interrupted.play(move)
    assert interrupted.router.events == straight.router.events
    assert interrupted.router.dead == straight.router.dead
    assert rows_of(interrupted.router) == rows_of(straight.router)


@fast
@given(scripts)
def test_saying_everything_twice_changes_nothing(script: list[Move]) -> None:
    straight = played(script)
    twice = Router(_policy)
    for record in straight.records:
        _run_until(twice, record.at_ms)
        twice.batch([record])
        twice.batch([msgspec.structs.replace(record, offset=record.offset + 100_000)])
    _run_until(twice, straight.router.now_ms)
    assert twice.events == straight.router.events


@fast
@given(scripts, st.data())
def test_a_door_that_reads_anew_from_any_earlier_place_changes_nothing(script: list[Move], data: st.DataObject) -> None:
    """What it does after a crash: also what was refused the first time is not judged again."""
    straight = played(script)
    records, other = straight.records, Router(_policy)
    crashes = data.draw(st.sets(st.integers(0, len(records)), max_size=4))
    for number, record in enumerate(records):
        _run_until(other, record.at_ms)
        other.batch([record])
        if number in crashes:
            first = data.draw(st.integers(0, number))
            read = [each for each in records[first : number + 1] if each.type != inputs.INGEST_ALIVE]
            places = range((number + 1) * 100_000, (number + 2) * 100_000)
            anew = zip(read, places, strict=False)
            other.batch([msgspec.structs.replace(each, offset=place, at_ms=record.at_ms) for each, place in anew])
    _run_until(other, straight.router.now_ms)
    assert other.events == straight.router.events
    assert other.dead == straight.router.dead


def rows_of(router: Router) -> Any:
    rows = router.store.rows()
    return in_order(rows), rows.policies, router.store.aliases, router.store.merges


def _run_until(router: Router, at_ms: int) -> None:
    router.now_ms = at_ms
    router.batch([], at_ms)


@fast
@given(scripts, st.data())
def test_batches_may_be_cut_anywhere(script: list[Move], data: st.DataObject) -> None:
    straight = played(script)
    records = straight.records
    cuts = sorted(data.draw(st.sets(st.integers(0, len(records)), max_size=40)))
    other = Router(_policy)
    for begin, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        other.batch(records[begin:end], records[end - 1].at_ms if end > begin else 0)
    _run_until(other, straight.router.now_ms)
    assert other.events == straight.router.events
    assert other.dead == straight.router.dead
    # All rows but the first, the clock: a deadline that changed nothing is not written down by itself.
    assert rows_of(other)[1:] == rows_of(straight.router)[1:]


def test_the_laws_hold_over_long_scripts_in_which_agents_are_held_back_for_protected_queues() -> None:
    held = sum(_held_back_in_a_long_script(seed) for seed in range(60))
    assert held > 50, "the scripts must reach what they are for"


def _held_back_in_a_long_script(seed: int) -> int:
    """After how many of the moves somebody was held back; every law is checked on the way."""
    moves = script(seed, 120)
    straight, interrupted, held = Player(), Player(), 0
    for number, move in enumerate(moves):
        straight.play(move)
        check_book(straight.router.engine.book)
        held += _is_anybody_held_back(straight.router.engine.book)
        if number % 5 == seed % 5:
            interrupted.router.restart()
        interrupted.play(move)
        assert interrupted.router.events == straight.router.events
    assert rows_of(interrupted.router) == rows_of(straight.router)
    records, cut = straight.records, Router(_policy)
    for begin in range(0, len(records), 7):
        twice = (
            (record, msgspec.structs.replace(record, offset=record.offset + 100_000))
            for record in records[begin : begin + 7]
        )
        cut.batch([record for pair in twice for record in pair])
    _run_until(cut, straight.router.now_ms)
    assert cut.events == straight.router.events
    return held


def _is_anybody_held_back(book: Book) -> bool:
    waiting = [contact for contact in book.contacts.values() if contact.state is ContactState.QUEUED]
    return any(
        workspace.matcher.holds_back(agent_id, workspace.standing(contact).need.requirement)
        for workspace in book.workspaces.values()
        for agent_id in workspace.open
        for contact in waiting
    )


def test_a_deadline_before_a_record_fires_before_it_wherever_the_batch_is_cut() -> None:
    whole, parts = Router(_policy), Router(_policy)
    for router in (whole, parts):
        router.sign_on("a1")
        router.contact("c1")
        router.now_ms += 30_000
    whole_records = [whole.record(whole.message("c2")), whole.record(whole.message("c3"))]
    whole.batch(whole_records)
    for record in whole_records:
        parts.batch([record])
    assert parts.events == whole.events
    assert any(event.type == "usher.contact.offer_expired.v1" for event in whole.events)
    assert whole.events[-1].at_ms == START_MS + 30_000
