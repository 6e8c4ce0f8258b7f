"""The demo's crew against the demo's crowd, through the door and the router, on virtual time."""

import heapq
import json
from random import Random

import pytest
import yaml

from cli.demo.crowd import come_by, crew_size, is_peak
from cli.demo.people import Answer, Crew, Pace
from cli.demo.samples import first_message
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_UPDATES
from shared.policy import parse_policy
from shared.times import rfc3339
from tests.support.documents import ROOT, Story
from tests.support.router_builders import body_of

RATE, WORKSPACES = 6.0, 2
TICK_MS = 250
FEW = 6  # two seconds' customers
AREAS = {AGENT_ACTIVITY: "agent-activity", CONTACT_UPDATES: "contact-updates"}


class Evening:
    """One workspace of the demo, without its text model: who waits, tick by tick."""

    def __init__(self, workspace: str) -> None:
        document = yaml.safe_load((ROOT / f"deploy/policies/demo/{workspace}.yaml").read_text())
        self._workspace = workspace
        document["classification"].pop("model", None)
        self.story = Story()
        self.story.begin(yaml.safe_dump(document))
        self._chance = Random(20)
        self._crew = Crew(parse_policy(document), crew_size(RATE, WORKSPACES), Pace(), self._chance)
        self._pending: list[tuple[int, int, Answer]] = []
        self._numbers = 0
        self._heard = len(self.story.router.events)
        self._start_ms = self.story.router.now_ms
        self._plan(self._crew.sign_on(self._start_ms))

    def waiting(self) -> int:
        """Contacts in a queue, now."""
        return sum(contact.state == "queued" for contact in self.story.router.engine.book.contacts.values())

    def play_until(self, seconds: float, *, peaks: bool) -> None:
        """The demo goes on until so many seconds after its start."""
        router = self.story.router
        while router.now_ms < self._start_ms + seconds * 1000:
            at_ms = router.now_ms + TICK_MS
            came = (router.now_ms - self._start_ms) / 1000, (at_ms - self._start_ms) / 1000
            before, after = (int(come_by(at, RATE / WORKSPACES, peaks=peaks)) for at in came)
            for number in range(before, after):
                self._say("contacts", first_message(self._workspace, number, at_ms, self._chance).body, at_ms)
            while self._pending and self._pending[0][0] <= at_ms:
                _, _, answer = heapq.heappop(self._pending)
                if answer.still():
                    self._say(AREAS[answer.topic], answer.body, at_ms)
            router.now_ms = at_ms
            router.alive()
            self._listen()

    def _say(self, area: str, body: dict[str, object], at_ms: int) -> None:
        self.story.post(area, json.dumps(body | {"occurred_at": rfc3339(at_ms)}))
        self._listen()

    def _listen(self) -> None:
        told, self._heard = self.story.router.events[self._heard :], len(self.story.router.events)
        for event in told:
            self._plan(self._crew.on_event(event.type, body_of(event)))

    def _plan(self, answers: list[Answer]) -> None:
        for answer in answers:
            self._numbers += 1
            at_ms = self.story.router.now_ms + round(answer.after_seconds * 1000)
            heapq.heappush(self._pending, (at_ms, self._numbers, answer))


@pytest.mark.parametrize("workspace", ["acme", "globex"])
def test_in_an_even_flow_nearly_nobody_waits(workspace: str) -> None:
    evening = Evening(workspace)
    evening.play_until(90, peaks=False)
    assert evening.waiting() <= FEW


@pytest.mark.parametrize("workspace", ["acme", "globex"])
def test_peaks_make_more_wait_and_each_is_got_over_before_the_next(workspace: str) -> None:
    evening, crowded = Evening(workspace), []
    for minute in range(3):
        evening.play_until(60 * minute + 40, peaks=True)
        crowded.append(evening.waiting())
        evening.play_until(60 * minute + 90, peaks=True)
        assert evening.waiting() <= FEW, f"the peak of minute {minute} is not got over"
    assert max(crowded) > FEW, f"no peak is felt: {crowded}"


@pytest.mark.parametrize(("seconds", "peak"), [(29.9, False), (35.0, True), (40.1, False), (95.0, True)])
def test_peaks_come_once_a_minute(seconds: float, peak: bool) -> None:
    assert is_peak(seconds) == peak
