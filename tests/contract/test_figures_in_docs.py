"""Numbers that the documents tell are those of the code: whoever changes a bound is told which sentence to change."""

from collections.abc import Iterable

import pytest

from deploy.local.install import PYTHON_MIN
from deploy.local.java import JAVA_VERSION_MIN
from lab.shadow.differences import EXAMPLES_MAX, Kind
from lab.shadow.follow import SETTLE_MS
from lab.training.risk import Risk
from services.ingest.broker import kafka as ingest_broker
from services.ingest.domain import reading, rejection, signatures
from services.ingest.domain.channels import node, parts
from services.ingest.domain.normalise import CANONICAL_BYTES_MAX
from services.ingest.reload import SETTLED_SECONDS
from services.ingest.retention import TOKENS_KEPT_MS
from services.ingest.settings import IngestSettings
from services.ingest.smtp import LINE_BYTES_MAX
from services.ingest.unpack.kafka import BATCH_BYTES_MAX
from services.router import intent_mix, watching
from services.router.domain import forecast
from services.router.domain.classification import clauses, intent
from services.router.domain.classification.signs import NEAR_WORDS
from services.router.domain.customers import journey, repeats, shared
from services.router.domain.insight import at_risk, calibration
from services.router.domain.lifecycle import intake
from services.router.domain.lifecycle.standstill import STILL_MS
from services.router.domain.matcher.guard import DEBT_MAX
from services.router.domain.rules import queue_rules
from services.router.domain.state.identity import ALIASES_MAX
from services.router.domain.state.personal import HEARD_CHARACTERS_MAX
from services.router.lookup.moment import MOMENT_SECONDS_MAX
from services.router.model import language, text
from services.router.model.features import TEXTS_AT_ONCE
from services.sla import kafka as sla_kafka
from services.sla import pace
from services.sla.domain import hours, risks
from services.sla.domain.stretches import REPORT_MS_MAX
from services.sla.domain.timeline import MOMENTS_MAX
from services.sla.settings import SlaSettings
from shared import postgres
from shared.contract.ids import ERA_DAYS
from shared.contract.inputs import ALIVE_MS
from shared.kafka.input import SLICE_RECORDS_MAX
from shared.lane import publisher, service, upkeep, worker
from shared.lane import time as lane_time
from shared.lane.arrivals import GATHER_DUE_MS_MAX
from shared.lane.store import FORGET_ROWS_MAX
from shared.policy.classification import CLARIFY_SECONDS, Clarify
from shared.policy.fields import LEVEL_MAX
from shared.policy.handling import Offers
from shared.process.bounds import DAYS_MAX
from shared.process.settings import LaneSettings
from shared.times import DAY_MS
from tests.run import CORES_MIN, WORKERS
from tests.support.documents import DOCS

KIB = 1024
MIB = 1024 * KIB
MINUTE_MS = 60_000
WORDS = {2: "two", 3: "three", 5: "five", 8: "eight", 10: "ten"}
INGEST, LANE, SLA = (
    {name: field.default for name, field in kind.model_fields.items()}
    for kind in (IngestSettings, LaneSettings, SlaSettings)
)
LATENESS_MS = SLA["watermark_lateness_ms"]
NOTED_MS = worker.NOTE_EVERY_SECONDS * 1000


def share(value: float) -> str:
    """A share as the pages write it: ``.35``, ``.5``."""
    return f"{value:g}".removeprefix("0")


SAID: dict[str, list[str]] = {
    "../README.md": [f"They need Python {'.'.join(map(str, PYTHON_MIN))}, Java {JAVA_VERSION_MIN} (or newer ones)"],
    "contributors.md": [
        f"runs {WORDS[WORKERS]} processes of tests side by side ({WORDS[CORES_MIN]} where memory is short)"
    ],
    "operators.md": [
        f"once a second look {SETTLED_SECONDS} s later has seen the same",
        f"a retention at most {DAYS_MAX:,} days",
        f"and is at most {GATHER_DUE_MS_MAX} until that is told",
        f"more partitions than its {WORDS[service.CONNECTIONS_MAX]} connections serve at once",
        f"`open_contacts` (over {shared.OPEN_MAX} at once), `handles` (over {shared.HANDLES_A_DAY_MAX} in a day)",
        f"`open_contacts`: over {shared.OPEN_MAX} contacts of the id are open",
        f"`handles`: over {shared.HANDLES_A_DAY_MAX} handles came with the id within a day",
        f"A customer has at most {ALIASES_MAX} aliases",
        f"whose latest contact was settled within {repeats.WINDOW_MS // DAY_MS} days",
        f"of the last {intent_mix.WINDOW_TEXTS:,} to {2 * intent_mix.WINDOW_TEXTS:,} such intents",
        f"once there are {intent_mix.TEXTS_PER_INTENT_MIN} per intent",
        f"looks at it again every {worker.CLOSED_SECONDS:.0f} seconds",
        f"the journey: {journey.CONTACTS_MAX} contacts of {journey.AGE_MS_MAX // DAY_MS} days",
        f"Ingest says on the router's log every {ALIVE_MS // 1000} s that it is there",
        f"Where it says nothing for more than {STILL_MS // 1000} s",
        f"An offer that expired in the first {STILL_MS // 1000} s",
        f"kept for them for `offers.keep_for` ({Offers().keep_for_seconds:.0f} s unless said",
        f"takes the allowance off; {DEBT_MAX:.0f} is the most",
        f"After {WORDS[forecast.FADE_MS // MINUTE_MS]} minutes without a contact half of the debt is forgiven",
        f"`in_time` ({risks.AHEAD_SECONDS:.0f} s or a quarter of the target ahead)",
        f"What goes on is shown up to {REPORT_MS_MAX // 1000} s ago",
        f"over {reading.BODY_BYTES_MAX // KIB} KiB, or over {CANONICAL_BYTES_MAX // KIB} KiB once normalised",
        f"a compressed batch over {BATCH_BYTES_MAX // MIB} MiB unpacked",
        f"a lone surrogate in more than {reading.PATH_BYTES_MAX // KIB} KiB",
        f"percentiles within {(hours.STEP - 1) / 2:.0%}".replace("%", " %"),
        f"at most {EXAMPLES_MAX}, {WORDS[EXAMPLES_MAX // len(Kind)]} of a kind",
        f"It is {WORDS[SETTLE_MS // 1000]} seconds behind",
    ],
    "upgrade.md": [
        f"| `router_end` | {intake.EARLY_END_MS // MINUTE_MS} minutes | at most {intake.EARLY_ENDS_MAX:,} in",
        f"at most {FORGET_ROWS_MAX:,} of a table and partition",
        f"Eras last {ERA_DAYS:,} days",
        f"the {journey.AGE_MS_MAX // DAY_MS} days of a journey",
    ],
    "lane.md": [
        f"poll <= {LANE['batch_records_max']} records, gather <= {LANE['gather_ms']} ms"
        f" (sla: {SLA['batch_records_max']:,} and {SLA['gather_ms']} ms, {GATHER_DUE_MS_MAX} just after a due time)",
        f"After {WORDS[int(publisher.OWNERSHIP_SECONDS_MAX)]} seconds without a commit the publisher",
        f"slices of {SLICE_RECORDS_MAX}:",
        f"statement {postgres.STATEMENT_MS_MAX // 1000} s, lock {postgres.LOCK_MS_MAX // 1000} s,",
        f"at most every {worker.NOTE_APART_SECONDS * 1000:.0f} ms; {WORDS[round(1 / worker.NOTE_EVERY_SECONDS)]} times",
        f"at most {ingest_broker.COMMIT_APART_SECONDS * 1000:.0f} ms later"
        f" ({ingest_broker.COMMIT_EVERY_SECONDS} s while it reads whole batches",
        f"it looks again {pace.LOOK_DUE_SECONDS * 1000:.0f} ms after each look",
        f"{WORDS[round(1 / pace.LOOK_EVERY_SECONDS)]} looks a second are enough",
        f"nothing was taken of it for {sla_kafka.UNREAD_SECONDS_MAX:.0f} s",
        f"makes up for as much as it is, {LATENESS_MS} ms by default",
        # Looked at ten times a second, and renewed once it reaches too little ahead: at the first look after that.
        f"renewed every {-(-lane_time.NOTE_AGAIN_MS // NOTED_MS) * NOTED_MS:.0f} ms on a quiet partition",
        f"beyond the lateness, {lane_time.AHEAD_MS - LATENESS_MS} ms with both as they are",
    ],
    "sla.md": [f"at most {MOMENTS_MAX} moments in order of time"],
    "integrators.md": [
        f"at most {reading.BODY_BYTES_MAX // KIB} KiB of UTF-8, with at most {reading.OBJECTS_MAX:,} objects and lists"
        f" and {reading.MEMBERS_MAX:,} members",
        f"Skills have levels 1 to {LEVEL_MAX}",
        f"the last {HEARD_CHARACTERS_MAX} characters that they wrote before",
        f"An end is remembered for {intake.EARLY_END_MS // MINUTE_MS} minutes (the latest of a conversation, at most"
        f" {intake.EARLY_ENDS_MAX:,} in a partition)",
        f"default `{{channels: [{', '.join(Clarify().channels)}], wait: {CLARIFY_SECONDS / 60:.0f}m}}`",
        f"over {INGEST['http_headers_max']} headers or {INGEST['http_header_bytes_max'] // KIB} KiB of them",
        f"the body is over {reading.BODY_BYTES_MAX // KIB} KiB",
    ],
    "forecast.md": [
        f"At most {forecast.STRANDS_MAX} strands of a queue are remembered",
        f"above {share(at_risk.RAISED_ABOVE)} it is at risk, below {share(at_risk.CLEARED_BELOW)} it is so no more",
        f"pieces of {at_risk.PIECE_CONTACTS:,} contacts",
        f"At most {calibration.OPEN_MAX:,} are followed at once in a partition",
        f"It may take {watching.SHARE_MAX:.0%} of a core".replace("%", " %"),
    ],
    "text-model.md": [
        f"the first {text.CHARACTERS_MAX:,} characters",
        f"{TEXTS_AT_ONCE} texts at a time",
        f"at most {clauses.CLAUSES_MAX} of {clauses.WORDS_MIN} words or more",
        f"more than {clauses.CLAUSE_PROBABILITY[False]} on intents for agents, or if nothing has"
        f" {clauses.CLAUSE_CONFIDENCE} in it; any other with more than {clauses.CLAUSE_PROBABILITY[True]}",
        f"(under {intent.MOMENT_SURE} of the whole, {intent.MOMENT_CLAUSE_SURE} of a clause)",
        f"near `c` ({NEAR_WORDS} words)",
        f"a probability of {language.PROBABILITY_MIN};",
        f"after the last {HEARD_CHARACTERS_MAX} characters that the customer wrote",
        f"at most {Risk().agent:.1%} of contacts for agents (`--risk-agent`) and"
        f" {Risk().moment:.1%} of moments of truth".replace("%", " %"),
    ],
    "channels/README.md": [
        f"After {rejection.REFUSED_PARTS_MAX} of one request no more are kept",
        f"Behind {node.WRONG_MAX} wrong ones",
        f"more than {node.ITEMS_MAX:,} entries in all",
        f"may differ by {signatures.TOLERANCE_MS // MINUTE_MS} minutes",
        f"more than {reading.OBJECTS_MAX:,} objects and lists, or {reading.MEMBERS_MAX:,} members of objects",
        f"names the paths, at most {node.UNREAD_MAX}",
    ],
    "channels/write-your-own.md": [f"of all lists of a payload {node.ITEMS_MAX:,} entries at most"],
    "channels/email_mime.md": [
        f"a line of more than {LINE_BYTES_MAX // KIB} KiB",
        f"larger than a dead letter keeps ({rejection.PAYLOAD_BYTES_MAX // MIB} MiB)",
        f"has more than {parts.PARTS_MAX}, or more than {parts.DEPTH_MAX} within each other",
    ],
    "channels/mailgun.md": [
        f"the time that is signed is good for {WORDS[signatures.TOLERANCE_MS // MINUTE_MS]} minutes",
    ],
}

IN_WORDS = {
    "a minute (operators.md: a shadow's transaction)": (MOMENT_SECONDS_MAX, 60.0),
    "a quarter of a second (lane.md: how far ahead it is said that nothing falls due)": (lane_time.AHEAD_MS, 250),
    "more than a second (lane.md: Delay)": (publisher.LATE_MS, 1000),
    "after a second without one (lane.md: the outbox is emptied)": (upkeep.TIDY_SECONDS, 1.0),
    "once a second (lane.md: notes of the sla service)": (worker.NOTE_SELDOM_SECONDS, 1.0),
    "for half a second (lane.md: looks while something is due)": (pace.SOON_SECONDS, 0.5),
    "idle in transaction 1 s (lane.md)": (postgres.IDLE_TRANSACTION_MS_MAX, 1000),
    "once a minute (upgrade.md: old rows)": (upkeep.FORGET_EVERY_SECONDS, 60.0),
    "once a second (upgrade.md: while a call reaches its bound)": (upkeep.FORGET_MORE_SECONDS, 1.0),
    "for an hour (mailgun.md, upgrade.md: tokens)": (TOKENS_KEPT_MS, 60 * MINUTE_MS),
    "from more than a second before (integrators.md: an end)": (intake.END_EARLY_MS_MAX, 1000),
    "a quarter of an hour (forecast.md: how an observation fades)": (forecast.MEMORY_SECONDS, 900.0),
    "after five minutes or more (forecast.md: who came)": (forecast.AWAY_SECONDS, 300.0),
    "full fortieths, at least a second, at most a minute (forecast.md)": (
        (queue_rules.LOOKS, queue_rules.LOOK_MS_MIN, queue_rules.LOOK_MS_MAX),
        (40, 1000, MINUTE_MS),
    ),
    "once a second (forecast.md: every waiting contact is looked at)": (watching.LOOK_SECONDS, 1.0),
    "at least three words (text-model.md: the language)": (language.WORDS_MIN, 3),
    "or a quarter of the target (operators.md, forecast.md)": (risks.AHEAD_SHARE, 0.25),
}
"""Sentences that tell a number in words: (the code's, what the words mean)."""


def missing(page: str, sentences: Iterable[str]) -> list[str]:
    """Those that do not stand on the page, wherever its lines are broken."""
    words = " ".join((DOCS / page).read_text().split())
    return [sentence for sentence in sentences if sentence not in words]


@pytest.mark.parametrize("page", SAID)
def test_a_page_tells_the_numbers_of_the_code(page: str) -> None:
    assert missing(page, SAID[page]) == [], f"docs/{page} says otherwise, or in other words"


def test_a_number_told_in_words_is_that_of_the_code() -> None:
    assert {said: real for said, (real, meant) in IN_WORDS.items() if real != meant} == {}


def test_a_sentence_that_is_not_so_is_named() -> None:
    assert missing("lane.md", ["slices of 101:", "slices of 100:"]) == ["slices of 101:"]
