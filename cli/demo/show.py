"""The demo at work: customers come at a rate, people and machines answer, the account is kept and shown."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

from rich.console import Console
from rich.live import Live

from cli.demo import view
from cli.demo.account import Account
from cli.demo.crowd import come_by, crew_size, is_peak
from cli.demo.kafka import Listener, Speaker
from cli.demo.people import Answer, Crew, Pace
from cli.demo.samples import Sample, explanation, first_message, follow_up, hang_up
from cli.output import say
from shared.clock import monotonic, now_ms
from shared.contract.topics import CONTACT_EVENTS, CONTACT_UPDATES, DEAD_LETTERS, SLA_EVENTS, channel_topic
from shared.policy import Policy

__all__ = ["Show"]

SEED = 20
QUIET_SECONDS = 1.5  # at the end: no record for so long means that all effects of the last contact are known
SETTLE_SECONDS_MAX = 8.0
REFRESH_SECONDS = 0.25
WRITES_AGAIN = 0.08
HANGS_UP = 0.05
EXPLAIN_SECONDS = (2.0, 6.0)
VAGUE_MAX = 10_000  # customers who may be asked; they are few, and each is forgotten when routed
LEAVES_TRIAGE = {f"usher.contact.{what}.v1" for what in ("sent_to_self_service", "sent_to_bot", "queued")}
HANG_UP_SECONDS = (2.0, 15.0)


class Show:
    """One run. Use as ``async with Show(...) as show: await show.run(seconds)``; then read ``show.account``."""

    def __init__(
        self, bootstrap: str, policies: Sequence[Policy], rate: float, *, quiet: bool, peak: bool = False
    ) -> None:
        """``peak``: once a minute more customers come than the crew can serve in time."""
        self.account = Account()
        self._rate = rate
        self._peak = peak
        self._quiet = quiet
        self._chance = Random(SEED)
        size, agents = crew_size(rate, len(policies)), Random(SEED + 1)  # whoever answers when: customers say the same
        self._crews = {policy.workspace: Crew(policy, size, Pace(), agents) for policy in policies}
        self._speaker = Speaker(bootstrap)
        self._listener = Listener(bootstrap, CONTACT_EVENTS, SLA_EVENTS, DEAD_LETTERS)
        self._vague: dict[str, Sample] = {}  # by conversation, what a customer may be asked about
        self._heard_at = monotonic()
        self._rates = _Rate()

    async def __aenter__(self) -> "Show":
        await asyncio.gather(self._speaker.start(), self._listener.start())
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(self._speaker.stop(), self._listener.stop())

    async def run(self, seconds: float | None) -> None:
        """Traffic for so long (None: until cancelled), then a moment for its last effects."""
        for crew in self._crews.values():
            for answer in crew.sign_on(now_ms()):
                await self._speaker.say(answer.topic, answer.body)
        helpers = [asyncio.ensure_future(work) for work in (self._listen(), self._speaker.run(), self._show())]
        try:
            traffic = asyncio.ensure_future(self._customers(seconds))
            done, _ = await asyncio.wait([traffic, *helpers], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await self._speaker.flush()
            await self._settle()
        finally:
            traffic.cancel()
            for task in helpers:
                task.cancel()
            await asyncio.gather(traffic, *helpers, return_exceptions=True)

    async def _customers(self, seconds: float | None) -> None:
        started, sent = monotonic(), 0
        while seconds is None or monotonic() - started < seconds:
            seconds_in = monotonic() - started
            self.account.peak = self._peak and is_peak(seconds_in)
            due = int(come_by(seconds_in, self._rate, peaks=self._peak)) + 1
            while sent < due:
                await self._customer(sent)
                sent += 1
            await asyncio.sleep(min(0.5 / self._rate, 0.1))

    async def _customer(self, number: int) -> None:
        workspace = list(self._crews)[number % len(self._crews)]
        sample = first_message(workspace, number, now_ms(), self._chance)
        topic = channel_topic(sample.channel)
        await self._speaker.say(topic, sample.body)
        if explanation(sample, 0) is not None and len(self._vague) < VAGUE_MAX:
            self._vague[sample.body["conversation_id"]] = sample
            return
        roll = self._chance.random()
        if roll < WRITES_AGAIN and sample.channel != "voice":
            again = follow_up(sample, now_ms(), self._chance)
            self._speaker.later([Answer(self._chance.uniform(0.5, 3.0), topic, again.body)])
        elif roll < WRITES_AGAIN + HANGS_UP and sample.channel in {"voice", "chat"}:
            gone = hang_up(sample, now_ms())
            self._speaker.later([Answer(self._chance.uniform(*HANG_UP_SECONDS), CONTACT_UPDATES, gone)])

    async def _listen(self) -> None:
        async for record in self._listener.heard():
            self._heard_at = monotonic()
            if record.topic == CONTACT_EVENTS:
                self.account.on_event(record.kind, record.body, record.logged_ms)
                crew = self._crews.get(record.body["workspace"])
                if crew is not None:
                    self._speaker.later(crew.on_event(record.kind, record.body))
                    self._explain(record.kind, record.body)
            elif record.topic == SLA_EVENTS:
                self.account.on_sla_event(record.kind, record.body)
            else:
                self.account.on_dead_letter(record.body)

    def _explain(self, kind: str, body: dict[str, Any]) -> None:
        """A customer whom a bot asks what they mean writes again."""
        sample = self._vague.pop(body["conversation_id"], None) if kind in LEAVES_TRIAGE else None
        if sample is not None and body.get("purpose") == "clarify":
            answer = explanation(sample, now_ms())
            assert answer is not None, "only who can explain themselves is kept"
            seconds = self._chance.uniform(*EXPLAIN_SECONDS)
            self._speaker.later([Answer(seconds, channel_topic(answer.channel), answer.body)])

    async def _settle(self) -> None:
        """Wait until the log is quiet, or long enough: people go on working, so it may never be."""
        until = monotonic() + SETTLE_SECONDS_MAX
        while monotonic() < until and monotonic() - self._heard_at < QUIET_SECONDS:
            await asyncio.sleep(0.1)

    async def _show(self) -> None:
        started = monotonic()
        if self._quiet or not sys.stdout.isatty():
            while True:
                await asyncio.sleep(1.0)
                say(view.line(self.account, monotonic() - started, self._rates.of(self.account.records)))
        async with _live() as live:
            while True:
                live.update(view.screen(self.account, now_ms(), self._rates.of(self.account.records)), refresh=True)
                await asyncio.sleep(REFRESH_SECONDS)


@contextlib.asynccontextmanager
async def _live() -> AsyncIterator[Live]:
    with Live(console=Console(), auto_refresh=False, screen=False) as live:
        yield live


class _Rate:
    """Records per second over the last few looks."""

    def __init__(self) -> None:
        self._at, self._count, self._rate = monotonic(), 0, 0.0

    def of(self, count: int) -> float:
        seconds = monotonic() - self._at
        if seconds >= 1.0:
            self._rate = (count - self._count) / seconds
            self._at, self._count = monotonic(), count
        return self._rate
