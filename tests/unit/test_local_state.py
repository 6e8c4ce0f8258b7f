"""The local stack's state folder: one owner, parts that belong together, and a wipe that touches nothing else."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from deploy.local.errors import SetupError
from deploy.local.state import StateFolder, check_together, kafka_identity, postgres_identity, state_folder


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / ".local")
    (folder.kafka / "log").mkdir(parents=True)
    (folder.kafka / "log" / "meta.properties").write_text("version=1\ncluster.id=first\n")
    (folder.postgres / "data").mkdir(parents=True)
    (folder.postgres / "server.json").write_text('{"password": "secret", "port": 1}')
    return folder


def test_named_folder_wins_over_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "elsewhere"))

    assert state_folder() == tmp_path / "elsewhere"


def test_folder_is_in_the_repository_around_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("USHER_LOCAL_DIR", raising=False)
    (tmp_path / "services" / "deep").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "services" / "deep")

    assert state_folder() == tmp_path / ".local"


def test_second_owner_is_refused_with_the_way_out(state: StateFolder) -> None:
    with state.claim():
        assert state.owner() == os.getpid()
        with pytest.raises(SetupError, match=f"process {os.getpid()}.*usher down"), state.claim():
            raise AssertionError("two owners")
    assert state.owner() is None


def test_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match="USHER_LOCAL_DIR"), StateFolder(tmp_path / "file" / "below").claim():
        raise AssertionError("a file was taken for a folder")


async def test_leftover_processes_are_waited_for(state: StateFolder) -> None:
    assert await state.leftovers_gone(0)
    with state.processes_lock.open("w") as process:
        fcntl.flock(process, fcntl.LOCK_SH)
        assert not await state.leftovers_gone(0)
    assert await state.leftovers_gone(0)


def test_log_and_database_that_worked_together_pass(state: StateFolder) -> None:
    check_together(state, kafka=True, postgres=True)
    state.remember(kafka=kafka_identity(state), postgres=postgres_identity(state))

    check_together(state, kafka=True, postgres=True)


@pytest.mark.parametrize(
    ("file", "text", "fate"),
    [
        ("kafka/log/meta.properties", "version=1\ncluster.id=second\n", "replaced"),
        ("kafka/log/meta.properties", "\n", "deleted or damaged"),
        ("postgres/server.json", '{"password": "another", "port": 1}', "replaced"),
        ("postgres/server.json", "{", "deleted or damaged"),
    ],
)
def test_parts_of_different_stacks_are_refused_with_the_fix(
    state: StateFolder, file: str, text: str, fate: str
) -> None:
    state.remember(kafka=kafka_identity(state), postgres=postgres_identity(state))
    (state.path / file).write_text(text)

    with pytest.raises(SetupError, match=f"{file.partition('/')[0]} was {fate}.*usher down --wipe"):
        check_together(state, kafka=True, postgres=True)
    check_together(state, kafka=False, postgres=False)


def test_damaged_memory_is_explained(state: StateFolder) -> None:
    state.memory_file.write_text("[1")

    with pytest.raises(SetupError, match="memory.json cannot be read: usher down --wipe"):
        state.recall()


def test_memory_keeps_what_other_starts_learnt(state: StateFolder) -> None:
    state.remember(partitions=4)
    state.remember(kafka="first")

    assert state.recall() == {"partitions": 4, "kafka": "first"}


def test_stack_file_is_for_this_user_only(state: StateFolder) -> None:
    state.write_stack({"api_key": "secret"})

    assert state.read_stack() == {"api_key": "secret"}
    assert state.stack_file.stat().st_mode & 0o077 == 0


def test_wipe_deletes_the_data_and_nothing_else(state: StateFolder) -> None:
    state.remember(partitions=4)
    (state.path / "notes.txt").write_text("mine")

    state.wipe()

    assert [file.name for file in state.path.iterdir()] == ["notes.txt"]


def test_clean_forgets_processes_and_keeps_data(state: StateFolder) -> None:
    state.write_stack({})
    state.ready.mkdir()
    (state.ready / "ingest-1.json").write_text(json.dumps({}))

    state.clean()

    assert not state.stack_file.exists()
    assert not list(state.ready.iterdir())
    assert (state.kafka / "log" / "meta.properties").exists()


@pytest.mark.parametrize(("name", "is_file"), [("logs", True), ("ready", True), ("stack.json", False)])
def test_what_stands_in_the_way_is_named_and_wiped(state: StateFolder, name: str, is_file: bool) -> None:
    path = state.path / name
    path.touch() if is_file else path.mkdir()

    with pytest.raises(SetupError, match=rf"{name} .*(--wipe|USHER_LOCAL_DIR)"):
        state.clean()

    state.wipe()
    state.clean()
    assert state.ready.is_dir()


def test_a_file_in_the_place_of_the_folder_is_explained_and_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "local").touch()
    state = StateFolder(tmp_path / "local")

    with pytest.raises(SetupError, match="USHER_LOCAL_DIR"):
        state.make_logs()
    state.forget_stack()


@pytest.mark.parametrize("text", ["[1]", '"x"', "7", '{"partitions": "x"}'])
def test_memory_of_another_shape_is_explained(state: StateFolder, text: str) -> None:
    state.memory_file.write_text(text)

    with pytest.raises(SetupError, match="--wipe"):
        state.recall()
