"""Answers as they go over the wire, and the deadline of a connection."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.process.deadline import Deadline
from shared.process.exchange import Exchange, answer
from shared.process.requests import Head


def test_an_answer_says_its_length_unless_it_has_no_body() -> None:
    assert answer(200, [(b"X", b"y")], b"abc") == b"HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 3\r\n\r\nabc"
    assert answer(200, [(b"content-length", b"3")], b"abc", head=True).endswith(b"content-length: 3\r\n\r\n")
    assert answer(204, [], b"") == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_an_answer_says_once_that_the_connection_ends() -> None:
    assert answer(400, [], b"", close=True).count(b"connection: close") == 1
    assert answer(400, [(b"connection", b"close")], b"", close=True).count(b"connection: close") == 1


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b"])
def test_a_header_never_begins_another_line(value: bytes) -> None:
    with pytest.raises(ValueError, match="end of a line"):
        answer(200, [(b"x", value)], b"")


class Timers:
    """A loop whose time stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.made = 0
        self.pending: list[tuple[float, Callable[[], None], Any]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, work: Callable[[], None]) -> asyncio.TimerHandle:
        self.made += 1
        loop = asyncio.new_event_loop()
        loop.close()
        handle = asyncio.TimerHandle(when, work, (), loop)
        self.pending.append((when, work, handle))
        return handle

    def pass_until(self, when: float) -> None:
        while due := sorted((at, index) for index, (at, _, _) in enumerate(self.pending) if at <= when):
            at, index = due[0]
            _, work, handle = self.pending.pop(index)
            self.now = at
            if not handle.cancelled():
                work()
        self.now = when


def test_a_deadline_that_moves_away_costs_one_timer_and_is_still_kept() -> None:
    timers, heard = Timers(), []
    deadline = Deadline(timers, lambda what: heard.append((what, timers.now)))  # type: ignore[arg-type]
    for _ in range(1000):
        deadline.set("header", 10.0)
        deadline.set("")
        deadline.set("idle", 5.0)
        timers.pass_until(timers.now + 0.001)
    assert timers.made <= 3
    idle_since = timers.now - 0.001
    timers.pass_until(100.0)
    assert heard == [("idle", pytest.approx(idle_since + 5.0))]


def test_a_deadline_that_comes_nearer_is_kept_and_what_is_not_awaited_is_never_late() -> None:
    timers, heard = Timers(), []
    deadline = Deadline(timers, lambda what: heard.append((what, timers.now)))  # type: ignore[arg-type]
    deadline.set("body", 11.0)
    deadline.set("idle", 5.0)
    timers.pass_until(6.0)
    assert heard == [("idle", 5.0)]
    deadline.set("body", 11.0)
    deadline.set("")
    timers.pass_until(50.0)
    deadline.set("body", 11.0)
    deadline.stop()
    timers.pass_until(90.0)
    assert heard == [("idle", 5.0)]


@pytest.mark.parametrize(("target", "path"), [(b"/v1%2Fa%2fb", "/v1%2Fa%2fb"), (b"/v1/%41%252F", "/v1/A%2F")])
def test_an_escaped_slash_parts_no_path(target: bytes, path: str) -> None:
    made = Exchange(None, Head("POST", target, "1.1", [], True, False))  # type: ignore[arg-type]
    scope = made.scope({"type": "http"})
    assert (scope["path"], scope["raw_path"]) == (path, target)
