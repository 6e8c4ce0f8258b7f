"""usher status: what facts mean, one screen of them, and what the health port of a process says."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.main import main
from cli.status.command import group_names
from cli.status.facts import COLUMNS, ROWS, Facts, Lane, Oldest, Replica, duration, notes, problems, ranges, screen
from cli.status.http import look
from shared.postgres import meaning
from shared.process.metrics import LaneMetrics, registry_for
from shared.process.settings import CommonSettings
from tests.support.documents import DOCS, blocks

READY = Replica(service="router", url="http://h:1", version="1.0", ready=True, owned=2)
SLA = replace(READY, service="sla")
LANES = tuple(
    Lane(service=service, partition=number, owner=f"{service}-1", lag=0)
    for service in ("router", "sla")
    for number in (0, 1)
)
WELL = Facts(place="here", version="1.0", whole=True, partitions=2, replicas=(READY, SLA), lanes=LANES, waiting=0)


def changed(lane: Lane, **more: object) -> Facts:
    return replace(WELL, lanes=tuple(replace(each, **more) if each == lane else each for each in LANES))


def test_the_consumer_groups_are_those_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CommonSettings(topic_prefix="acme.")
    doors = ("contacts", "agent-activity", "contact-updates")
    usual = {"acme.usher.router": "router", "acme.usher.sla": "sla"}
    assert group_names(settings) == usual | {f"acme.usher.ingest.{door}": "ingest" for door in doors}

    for service in ("ROUTER", "SLA", "INGEST"):
        monkeypatch.setenv(f"USHER_{service}_GROUP", f"blue.{service.lower()}")
    named = {"blue.router": "router", "blue.sla": "sla"}
    assert group_names(settings) == named | {f"blue.ingest.{door}": "ingest" for door in doors}


def test_a_deployment_that_is_well_says_so() -> None:
    assert (problems(WELL), notes(WELL)) == ([], [])
    assert screen(WELL) == [
        "usher 1.0  here",
        "router   1 of 1 ready  1.0  lag 0",
        "sla      1 of 1 ready  1.0  lag 0",
        "lanes    router 0-1: router-1",
        "lanes    sla 0-1: sla-1",
        "waiting  nobody",
        "ok       nothing is wrong",
    ]


def test_the_doors_of_a_local_stack_stand_on_the_screen() -> None:
    doors = ("http://127.0.0.1:8080", "smtp://127.0.0.1:2525")
    assert screen(replace(WELL, doors=doors))[1] == "doors    http://127.0.0.1:8080  smtp://127.0.0.1:2525"


def test_the_lag_of_ingest_is_known_without_any_of_its_processes() -> None:
    assert screen(replace(WELL, door_lag=12))[1] == "ingest   lag 12"
    door = replace(READY, service="ingest", lag=4)
    assert screen(replace(WELL, door_lag=12, replicas=(door, READY, SLA)))[1] == "ingest   1 of 1 ready  1.0  lag 12"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(WELL, replicas=(replace(READY, ready=None), SLA)), "router does not answer at http://h:1"),
        (replace(WELL, replicas=(replace(READY, ready=False, said=("waits",)), SLA)), "router is not ready: waits"),
        (replace(WELL, replicas=(replace(READY, ready=False), SLA)), "router is not ready: it says not why"),
        (replace(WELL, replicas=(READY, replace(SLA, closed=(1,)))), "sla: partition 1 is closed: usher lane accept"),
        (replace(WELL, replicas=(replace(READY, owned=1), SLA)), "router: only 1 of 2 partitions have an owner"),
        (replace(WELL, lanes=LANES[:3]), "sla: nobody ever owned partition 1"),
        (
            changed(LANES[3], lag=7, behind_seconds=3720.0),
            "sla: partition 1 stands still, 7 records behind, the first for 1 h 2 min",
        ),
        (replace(WELL, faults=("Kafka: no broker",)), "Kafka: no broker"),
        (replace(WELL, deserted=("ingest",)), "ingest: no process reads its topics"),
    ],
)  # fmt: skip
def test_each_kind_of_trouble_is_named_on_the_screen(facts: Facts, said: str) -> None:
    assert any(problem.startswith(said) for problem in problems(facts))
    assert any(line.startswith("PROBLEM") and line[9:].startswith(said[:60]) for line in screen(facts))
    assert "ok       nothing is wrong" not in screen(facts)


def test_a_lag_that_is_being_worked_off_and_partitions_of_unknown_replicas_are_no_trouble() -> None:
    assert problems(changed(LANES[0], lag=5000, behind_seconds=2.0)) == []
    assert problems(replace(WELL, whole=False, replicas=())) == []
    assert problems(replace(WELL, partitions=None, lanes=())) == []


def test_a_database_that_does_not_answer_is_said_in_words() -> None:
    assert str(meaning(TimeoutError())) == "PostgreSQL: TimeoutError: no answer in time"


def test_of_a_database_that_cannot_be_asked_nothing_else_is_said() -> None:
    facts = replace(WELL, whole=False, replicas=(), waiting=None, lanes=(), faults=("PostgreSQL: no answer in time",))
    assert problems(facts) == ["PostgreSQL: no answer in time"]
    assert problems(replace(facts, waiting=0))[1:] == [
        f"{service}: nobody ever owned partition 0-1" for service in ("router", "sla")
    ]


def test_notes_tell_of_letters_versions_and_what_processes_note() -> None:
    facts = replace(WELL, version="1.1", letters={"router": 2}, replicas=(replace(READY, notes=("a deadline",)), SLA))

    assert problems(facts) == []
    assert notes(facts) == [
        "router: a deadline",
        "versions differ: this command is 1.1, there are 1.0, 1.1",
        "refused inputs that nobody has judged: router 2 (usher dlq list)",
    ]


def test_the_oldest_and_the_worst_partition_are_named() -> None:
    oldest = Oldest(contact_id="c-1", workspace="acme", queue="billing", seconds=192)
    lines = screen(replace(changed(LANES[1], lag=9), waiting=12, oldest=oldest))

    assert "waiting  12, the oldest for 3 min 12 s in acme/billing" in lines
    assert "         c-1" in lines
    assert "router   1 of 1 ready  1.0  lag 9 (most in partition 1: 9)" in lines
    assert "sla      1 of 1 ready  1.0  lag ?" in screen(changed(LANES[3], lag=None))


def test_the_screen_on_the_operators_page_is_what_the_command_prints() -> None:
    (shown,) = [block.text for block in blocks(DOCS / "operators.md") if block.text.startswith("usher 0.1.0")]
    ready = partial(Replica, url="http://127.0.0.1:1", version="0.1.0", ready=True)
    owners = {"router": ("host-1:4711",) * 4, "sla": ("host-1:4713",) * 2 + ("host-1:4714",) * 2}
    lanes = [
        Lane(service=service, partition=number, owner=owner, lag=3 if (service, number) == ("router", 2) else 0)
        for service, all_of_them in owners.items()
        for number, owner in enumerate(all_of_them)
    ]
    oldest = Oldest(contact_id="ff371479-afdd-5858-990d-23b53825d918", workspace="acme", queue="billing", seconds=192)
    services = (("ingest", 0), ("router", 4), ("sla", 2), ("sla", 2))
    facts = Facts(
        place="local stack in /opt/usher/.local", version="0.1.0", whole=True, partitions=4, lanes=tuple(lanes),
        replicas=tuple(ready(service=service, owned=owned) for service, owned in services),
        doors=("http://127.0.0.1:8080",), door_lag=0, waiting=12, oldest=oldest, letters={"router": 2},
    )  # fmt: skip
    assert screen(facts) == shown.splitlines()


TEXTS = st.text("ab c", max_size=200)
REPLICAS = st.builds(
    Replica,
    service=st.sampled_from(["router", "sla", "ingest", "process"]),
    url=TEXTS,
    version=TEXTS,
    ready=st.sampled_from([True, False, None]),
    said=st.lists(TEXTS, max_size=5).map(tuple),
    notes=st.lists(TEXTS, max_size=5).map(tuple),
    closed=st.lists(st.integers(0, 511), max_size=5).map(tuple),
)
LANE = st.builds(
    Lane,
    service=st.sampled_from(["router", "sla"]),
    partition=st.integers(0, 511),
    owner=TEXTS,
    lag=st.none() | st.integers(0, 10**9),
    behind_seconds=st.floats(0, 1e6),
)


@given(st.lists(REPLICAS, max_size=20), st.lists(LANE, max_size=40), st.none() | st.integers(1, 512))
def test_whatever_is_found_fits_one_screen_and_trouble_is_on_it(
    replicas: list[Replica], lanes: list[Lane], partitions: int | None
) -> None:
    facts = replace(WELL, replicas=tuple(replicas), lanes=tuple(lanes), partitions=partitions)
    lines = screen(facts)

    assert len(lines) <= ROWS and all(len(line) <= COLUMNS for line in lines)
    assert any(line.startswith("PROBLEM") for line in lines) == bool(problems(facts))
    whole = screen(facts, None)
    cut = [(said, shown) for said, shown in zip(whole, lines, strict=True) if said != shown]
    assert all(len(said) > COLUMNS and said.startswith(shown[:-1]) for said, shown in cut), "a program gets every word"


@given(st.sets(st.integers(0, 60)))
def test_ranges_name_each_number_once(numbers: set[int]) -> None:
    told: list[int] = []
    for part in filter(None, ranges(numbers).split(",")):
        first, _, last = part.partition("-")
        told += range(int(first), int(last or first) + 1)
    assert told == sorted(numbers)


def test_durations_are_said_in_two_units() -> None:
    assert [duration(each) for each in (-1, 59.9, 60, 7500, 100_000)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "2 h 5 min",
        "1 d 3 h",
    ]


@pytest.fixture
def port() -> Iterator[str]:
    """A process that is not ready, with the metrics of a real registry."""
    from prometheus_client import generate_latest  # noqa: PLC0415

    registry = registry_for("sla", "2.3")
    metrics = LaneMetrics(registry, "sla")
    metrics.owned_partitions.set(3)
    metrics.lag(0, 4)
    metrics.lag(1, 6)
    metrics.closed(0, closed=False)
    metrics.closed(2, closed=True)
    pages = {"/readyz": (503, b"partition 2 opens\nnote: a deadline\n"), "/metrics": (200, generate_latest(registry))}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["", "/", "/metrics"])
def test_a_process_says_by_its_port_who_it_is_and_how_it_is(port: str, path: str) -> None:
    assert look(port + path) == Replica(
        service="sla", url=port, version="2.3", ready=False, said=("partition 2 opens",), notes=("a deadline",),
        lag=10, owned=3, closed=(2,),
    )  # fmt: skip


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "file:///etc/passwd", "http://[", "http://a b/"])
def test_what_is_no_process_does_not_answer(url: str) -> None:
    assert look(url, "router") == Replica(service="router", url=url.rstrip("/"))


def test_where_nothing_runs_the_exit_code_is_1_and_the_way_out_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path))
    for name in ("USHER_KAFKA_BOOTSTRAP_SERVERS", "USHER_POSTGRES_DSN"):
        monkeypatch.delenv(name, raising=False)
    for words in (["status"], ["status", "--json"]):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 1
    out = capsys.readouterr().out
    assert "usher up" in json.loads(out[out.index("{") :])["problems"][0]
    assert "PROBLEM  no local stack runs" in out
