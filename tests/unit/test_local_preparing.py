"""Passing faults of servers that are busy do not end a start; lasting ones do, and are said."""

from typing import Any, NamedTuple

import pytest
from aiokafka.errors import (
    InvalidReplicationFactorError,
    KafkaConnectionError,
    NotControllerError,
    RequestTimedOutError,
    TopicAlreadyExistsError,
)

from cli.policy import in_force
from cli.policy.in_force import wait_until_active
from deploy.local import preparing, process
from deploy.local.errors import LocalStackError
from deploy.local.preparing import Again
from deploy.local.process import Command, LeashedProcess
from shared.contract.topics import all_topics
from shared.errors import Fatal, Retryable
from shared.kafka import admin, ensure_topics
from shared.policy import parse_policy
from shared.process.settings import CommonSettings


class Busy:
    """Work that fails some times."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.done = 0

    async def __call__(self) -> str:
        self.done += 1
        if self.faults:
            raise self.faults.pop(0)
        return "made"


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(in_force, "POLL_SECONDS", 0.0)


async def test_what_passes_is_tried_again_and_said_once() -> None:
    said: list[str] = []
    work = Busy(Retryable("no answer"), Retryable("no answer"), Retryable("refused"))
    assert await Again(lambda: True, said.append).until_done(work) == "made"
    assert work.done == 4
    assert said == ["no answer; it is tried again", "refused; it is tried again"]


@pytest.mark.parametrize("alive", [True, False])
async def test_what_does_not_pass_ends_the_start(alive: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "PATIENT_SECONDS_MAX", 0.0 if alive else 180.0)
    work = Busy(Retryable("no answer"))
    with pytest.raises(Retryable, match="no answer"):
        await Again(lambda: alive, lambda _: None).until_done(work)
    with pytest.raises(Fatal, match="wrong"):
        await Again(lambda: True, lambda _: None).until_done(Busy(Fatal("wrong")))
    assert work.done == 1


class Answer(NamedTuple):
    topic_errors: list[tuple[Any, ...]]


class Controller:
    """Kafka's, as aiokafka's client of administrators shows it."""

    fault: Exception | None = None
    code = 0

    def __init__(self, **_: Any) -> None:
        pass

    async def start(self) -> None:
        if self.fault:
            raise self.fault

    async def close(self) -> None:
        pass

    async def list_topics(self) -> list[str]:
        return []

    async def create_topics(self, topics: list[Any], timeout_ms: int) -> Answer:
        assert timeout_ms > 0
        return Answer([(topic.name, self.code if number == 1 else 0, "") for number, topic in enumerate(topics)])

    async def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        whole = {"error_code": 0, "partitions": [{"leader": 1, "error_code": 0}]}
        return [{"topic": name, **whole} for name in names]

    async def describe_configs(self, _: Any) -> list[Any]:
        return []


@pytest.fixture
def controller(monkeypatch: pytest.MonkeyPatch) -> type[Controller]:
    class Ours(Controller):
        pass

    monkeypatch.setattr(admin, "AIOKafkaAdminClient", Ours)
    return Ours


ONE = CommonSettings(partitions=1)


@pytest.mark.parametrize("fault", [TimeoutError(), KafkaConnectionError("away"), ConnectionResetError("reset")])
async def test_a_broker_that_does_not_answer_may_be_asked_again(fault: Exception, controller: type[Controller]) -> None:
    """aiokafka's own patience ends with a plain TimeoutError: a service would have ended over it."""
    controller.fault = fault
    for check in (True, False):
        with pytest.raises(Retryable, match="Kafka at "):
            await ensure_topics(ONE, all_topics(()), check=check)


async def test_a_topic_that_is_not_made_yet_is_not_refused(controller: type[Controller]) -> None:
    second = all_topics(())[1].name
    for passing in (RequestTimedOutError, NotControllerError):
        controller.code = passing.errno
        with pytest.raises(Retryable, match=f"{passing.__name__}.*{second}"):
            await ensure_topics(ONE, all_topics(()))
    controller.code = InvalidReplicationFactorError.errno
    (problem,) = await ensure_topics(ONE, all_topics(()))
    assert problem == (f"{second}: Kafka does not make it: InvalidReplicationFactorError", True)
    controller.code = TopicAlreadyExistsError.errno
    assert await ensure_topics(ONE, all_topics(())) == []


async def test_who_waits_for_a_policy_asks_a_busy_database_again(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = parse_policy({"workspace": "acme", "queues": {"general": {}}})
    there = in_force.Version("acme", 1, policy.hash, 0, policy.document())
    faults = [Retryable("no answer in time")] * 3

    async def active(_: CommonSettings) -> dict[str, in_force.Version]:
        if faults:
            raise faults.pop()
        return {"acme": there}

    monkeypatch.setattr(in_force, "active_versions", active)
    assert await wait_until_active(ONE, [policy], 600.0) == {"acme": there}
    faults.append(Retryable("no answer in time"))
    with pytest.raises(Retryable, match="no answer"):
        await wait_until_active(ONE, [policy], 0.0)


async def test_a_command_that_is_too_slow_is_a_failure_in_words(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeping = Command(arguments=["sleep", "600"], log=tmp_path / "log")
    with pytest.raises(LocalStackError, match=r"sleep did not end within 0.01 s \(see .*log\)"):
        await LeashedProcess.complete(sleeping, 0.01)
    monkeypatch.setattr(process, "START_SECONDS_MAX", 0.0)
    with pytest.raises(LocalStackError, match="sleep did not start within 0 s"):
        await LeashedProcess.start(sleeping)


async def test_a_fault_of_one_part_does_not_hide_behind_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    both = Busy(Retryable("busy"), Retryable("busy"))

    async def migrated(_: str) -> str:
        return await both()

    async def made(*_: Any) -> list[Any]:
        await both()
        return [admin.TopicProblem("usher.x: 3 partitions, expected 4")]

    monkeypatch.setattr(preparing, "migrate", migrated)
    monkeypatch.setattr(preparing, "ensure_topics", made)
    with pytest.raises(LocalStackError, match="3 partitions, expected 4; usher down --wipe"):
        await preparing.make_schema_and_topics(ONE, (), Again(lambda: True, lambda _: None))
    assert both.done == 4
