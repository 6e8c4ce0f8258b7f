"""The SMTP door over a log that does as it is told: who is let in, what is answered when, and its bounds."""

import asyncio
import smtplib
import ssl
import subprocess
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import orjson
import pytest
import structlog
from prometheus_client import CollectorRegistry

from services.ingest.domain.channels.adapter import Payload, Reading
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.mime import parse_letter
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.sources_file import SourcesError, read_sources
from services.ingest.domain.webhook import WebhookDoor
from services.ingest.gather import Gatherer, Publisher
from services.ingest.metrics import IngestMetrics
from services.ingest.sense import Sense
from services.ingest.settings import IngestSettings
from services.ingest.smtp import LINE_BYTES_MAX, MailDoor
from services.ingest.wire import RecordWriter
from shared.contract.inputs import MessageReceived
from shared.errors import Reason
from shared.process.failpoints import Failpoints
from shared.process.service import listen
from tests.support.channel_payloads import LETTER
from tests.support.ingest_builders import KEY
from tests.support.ingest_http import PATIENT, Log

SECONDS_MAX = 60.0  # on a machine that is slow and busy

ANA, HELP, SALES = "ana@example.com", "help@shop.example.net", "sales@shop.example.net"
SOURCES = {
    "sources": {
        "help": {"adapter": "email_mime", "workspace": "acme", "addresses": ["Help@shop.example.net"]},
        "sales": {"adapter": "email_mime", "workspace": "acme", "addresses": [SALES, "@sales.example.net"]},
    }
}


def sources(document: Any = None) -> Any:
    return read_sources(document or SOURCES, lambda name: name, with_channels=True)


def picky(payload: Payload) -> Reading:
    """An adapter that reads no letter of Ana's."""
    if b"ana@example.com" in payload.body:
        raise Rejected(Reason.INVALID, "From", "not from her")
    return Reading([letter_item(payload, parse_letter(payload.body))])


def with_picky(*names: str) -> Any:
    """The sources, those of these names with an adapter that may refuse what others read."""
    found = sources()
    for name in names:
        source = found.by_name[name]
        found.by_name[name] = source._replace(adapter=source.adapter._replace(read=picky))
    return found


@asynccontextmanager
async def door(log: Log, given: Any = None, **bounds: Any) -> AsyncIterator[int]:
    """A door on a free port."""
    settings = IngestSettings(environment="local", **{**PATIENT, **bounds})
    publisher = Publisher(Gatherer(log, RecordWriter(lambda _: 0)), log.keep, log.take)
    sense = Sense(structlog.get_logger(), IngestMetrics(CollectorRegistry()), Failpoints("", ()))
    mail = MailDoor(settings, given or sources(), WebhookDoor(Normaliser(Pseudonyms(KEY))), publisher, sense)
    sock, stopping = listen("127.0.0.1", 0), asyncio.Event()
    serving = asyncio.ensure_future(mail.serve(sock, stopping))
    try:
        yield sock.getsockname()[1]
    finally:
        stopping.set()
        await serving


async def send(port: int, *recipients: str, letter: bytes = LETTER, sender: str = ANA) -> Any:
    """What the server said: refused recipients of a message that was taken, or the error."""

    def talk() -> Any:
        with smtplib.SMTP("127.0.0.1", port, timeout=SECONDS_MAX) as client:
            try:
                return client.sendmail(sender, list(recipients), letter)
            except smtplib.SMTPException as error:
                return error

    return await asyncio.to_thread(talk)


def messages(log: Log) -> list[MessageReceived]:
    return [msgspec.json.decode(one.value, type=MessageReceived) for batch in log.batches for one in batch]


async def test_mail_for_an_address_of_ours_is_a_contact_of_its_source() -> None:
    log = Log()
    async with door(log) as port:
        assert await send(port, HELP.upper()) == {}
        assert await send(port, "anybody@sales.example.net") == {}
    first, second = messages(log)
    assert (first.source, first.workspace, first.channel, first.text) == (
        "help",
        "acme",
        "email",
        "¿Dónde está mi paquete?",
    )
    assert second.source == "sales"


async def test_a_letter_says_for_whom_it_came_whatever_its_heads_say() -> None:
    log = Log()
    async with door(log) as port:
        assert await send(port, "orders@sales.example.net", HELP, SALES) == {}
    assert {one.source: one.to for one in messages(log)} == {"help": HELP, "sales": "orders@sales.example.net"}


async def test_other_recipients_hear_550_and_the_message_goes_to_those_that_are_ours() -> None:
    log = Log()
    async with door(log) as port:
        refused = await send(port, "nobody@shop.example.net", HELP)
        assert refused["nobody@shop.example.net"][0] == 550
        error = await send(port, "nobody@shop.example.net")
        assert isinstance(error, smtplib.SMTPRecipientsRefused)
    assert [one.source for one in messages(log)] == ["help"]


async def test_one_message_to_two_sources_is_one_contact_of_each_and_a_repeat_is_none() -> None:
    log = Log()
    async with door(log) as port:
        for _ in range(2):
            assert await send(port, HELP, SALES, HELP) == {}
    assert sorted(one.source for one in messages(log)) == ["help", "sales"]


@pytest.mark.parametrize("refusing", ["help", "sales"])
async def test_what_one_source_refuses_and_another_takes_is_taken_and_kept_once(refusing: str) -> None:
    log, taking = Log(), {"help": "sales", "sales": "help"}[refusing]
    async with door(log, with_picky(refusing)) as port:
        for _ in range(2):
            assert await send(port, HELP, SALES) == {}
    assert [one.source for one in messages(log)] == [taking]
    assert {(one.letter.origin.source, one.letter.reason, one.letter.path) for one in log.dead} == {
        (refusing, "invalid", "From")
    }
    assert len({one.letter.id for one in log.dead}) == 1, "a repeat keeps nothing twice"
    assert log.dead[0].letter.payload.endswith(LETTER.partition(b"\r\n\r\n")[2])


async def test_what_is_too_large_to_be_kept_for_one_source_is_refused_for_all() -> None:
    log, letter = Log(), LETTER + b"and more of it\r\n" * 80_000
    async with door(log, with_picky("help"), smtp_message_bytes_max=2 * len(letter)) as port:
        assert (await send(port, HELP, SALES, letter=letter)).smtp_code == 554
        assert await send(port, SALES, letter=letter) == {}
    assert (len(log.batches), log.dead) == (1, [])


async def test_a_letter_without_an_id_is_the_same_for_whichever_of_its_recipients_it_comes_again() -> None:
    log, letter = Log(), LETTER.replace(b"Message-ID: <answer-2@example.com>\r\n", b"")
    first, second = "a@sales.example.net", "b@sales.example.net"
    async with door(log) as port:
        for recipients in ((first, second), (second, first), (second,)):
            assert await send(port, *recipients, letter=letter) == {}
    assert len({one.event_id for one in messages(log)}) == 1


async def test_what_every_source_refuses_is_refused_and_no_source_has_it() -> None:
    log = Log()
    async with door(log, with_picky("help", "sales")) as port:
        error = await send(port, HELP, SALES)
    assert (error.smtp_code, log.batches, log.dead) == (554, [], [])


async def test_a_message_that_one_source_takes_comes_again_when_the_refusal_could_not_be_kept() -> None:
    log = Log()
    async with door(log, with_picky("help")) as port:
        log.failing = True
        assert (await send(port, HELP, SALES)).smtp_code == 451
        log.failing = False
        assert await send(port, HELP, SALES) == {}
    assert [one.source for one in messages(log)] == ["sales"]


async def test_without_kafkas_acknowledgement_the_sender_keeps_its_message_and_sends_it_again() -> None:
    log = Log()
    log.failing = True
    async with door(log, http_ack_seconds_max=0.2) as port:
        error = await send(port, HELP)
        assert error.smtp_code == 451
        log.failing = False
        log.open.clear()
        error = await send(port, HELP)
        assert error.smtp_code == 451, "no answer in time is no acknowledgement"
    log.open.set()
    async with door(log) as port:
        assert await send(port, HELP) == {}


async def test_a_letter_may_be_larger_than_a_request_because_what_is_attached_is_not_kept() -> None:
    log = Log()
    attached = b"JVBERi0xLjQK\r\n" * 30_000
    async with door(log) as port:
        assert await send(port, HELP, letter=LETTER.replace(b"JVBERi0xLjQK\r\n", attached)) == {}
    (message,) = messages(log)
    assert [one.name for one in message.attachments] == ["factura.pdf"]


async def test_a_letter_whose_words_stand_in_one_long_line_is_taken_up_to_a_bound() -> None:
    """Who refuses it tells its author that it cannot be delivered; other mail servers take it."""
    log = Log()
    heads = b"From: ana@example.com\r\nMessage-ID: <one-line@example.com>\r\nContent-Type: text/html\r\n\r\n"
    html = b"<i></i>" * 2000 + b"Where is it?"
    async with door(log) as port:
        assert await send(port, HELP, letter=b"%b%b\r\n" % (heads, html)) == {}
    (message,) = messages(log)
    assert message.text == "Where is it?"


async def test_a_bounce_and_an_automatic_reply_are_taken_and_are_no_contacts() -> None:
    log = Log()
    async with door(log) as port:
        assert await send(port, HELP, sender="") == {}
        assert await send(port, HELP, letter=b"Auto-Submitted: auto-replied\r\n" + LETTER) == {}
    assert log.batches == []


async def test_a_message_that_is_none_is_refused_for_good_with_the_reason() -> None:
    async with door(Log()) as port:
        error = await send(port, HELP, letter=b"From: ana@example.com\r\n" + b"X: y\r\n" * 1000 + b"\r\nText\r\n")
    assert error.smtp_code == 554
    assert b"a head of more than" in error.smtp_error


async def test_a_letter_that_names_nobody_is_of_whom_the_envelope_says() -> None:
    log = Log()
    async with door(log) as port:
        assert await send(port, HELP, letter=b"Subject: from whom?\r\n\r\nText\r\n") == {}
    assert orjson.loads(log.batches[0][0].value)["party"]["handle"] == ANA


@pytest.mark.parametrize(
    ("bounds", "code", "recipients", "letter"),
    [
        ({"smtp_message_bytes_max": 2048}, 552, (HELP,), LETTER + b"x" * 4096),
        ({"smtp_recipients_max": 1}, 452, (HELP, SALES), LETTER),
        ({}, 500, (HELP,), LETTER + b"x" * (LINE_BYTES_MAX + 1)),
    ],
)
async def test_each_bound_has_its_answer(bounds: Any, code: int, recipients: tuple[str, ...], letter: bytes) -> None:
    async with door(Log(), **bounds) as port:
        said = await send(port, *recipients, letter=letter)
    found = said[SALES][0] if isinstance(said, dict) else said.smtp_code
    assert found == code


async def test_more_connections_than_allowed_hear_421_and_their_end_makes_room() -> None:
    async with door(Log(), smtp_connections_max=1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.readline()).startswith(b"220")
        other, second = await asyncio.open_connection("127.0.0.1", port)
        assert (await other.readline()).startswith(b"421")
        second.close()
        writer.write(b"QUIT\r\n")
        assert (await reader.readline()).startswith(b"221")
        writer.close()
        assert await send(port, HELP) == {}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ZeroDivisionError("ana@example.com wrote this"), "the adapter raised ZeroDivisionError at "),
        (asyncio.CancelledError(), "the adapter raised CancelledError at "),
        (None, "the adapter returned a value of type NoneType, and no Reading"),
    ],
)
async def test_a_fault_of_our_own_keeps_the_message_with_its_sender_and_is_in_the_log(
    fault: BaseException | None, told: str
) -> None:
    def broken(payload: Payload) -> Reading:
        if fault is not None:
            raise fault
        return cast("Reading", None)

    found = sources()
    help_ = found.by_name["help"]
    found.by_name["help"] = help_._replace(adapter=help_.adapter._replace(read=broken))
    with structlog.testing.capture_logs() as lines:
        async with door(Log(), found) as port:
            error = await send(port, HELP)

    assert error.smtp_code == 451
    (line,) = [line for line in lines if line["event"] == "a message could not be taken"]
    assert line["log_level"] == "error"
    written = "".join(traceback.format_exception(line["exc_info"]))
    assert told in written and "ana@example.com" not in written, "an error may quote a customer"


async def heard_by_who_says_no_more(seconds_max: float) -> bytes:
    """What a sender hears who stops in the middle of a letter, until the door cuts the connection."""
    async with door(Log(), smtp_command_seconds_max=seconds_max) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@shop.example.net>\r\nDATA\r\nSubject: slow\r\n"
        )
        said = await asyncio.wait_for(reader.read(), SECONDS_MAX)
        writer.close()
    return said


async def test_who_says_nothing_is_cut() -> None:
    said = b""
    for seconds_max in (0.1, 1.0, 10.0):  # a machine that stands still meanwhile cuts before the letter begins
        if b"354" not in said:
            said = await heard_by_who_says_no_more(seconds_max)
    assert b"354" in said


async def test_with_a_certificate_there_is_starttls(tmp_path: Path, certificate: Callable[[Path], Path]) -> None:
    path, log = certificate(tmp_path), Log()
    async with door(log, smtp_tls_cert=str(path)) as port:

        def talk() -> None:
            with smtplib.SMTP("localhost", port, timeout=SECONDS_MAX) as client:
                client.starttls(context=ssl.create_default_context(cafile=str(path)))
                client.sendmail(ANA, [HELP], LETTER)

        await asyncio.to_thread(talk)
    assert len(messages(log)) == 1


@pytest.fixture
def certificate() -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "tls.pem"
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            str(path),
            "-out",
            "-",
            *names,
        ]
        made = subprocess.run(command, capture_output=True, check=True).stdout
        path.write_bytes(path.read_bytes() + made)
        return path

    return make


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"adapter": "slack", "workspace": "acme", "addresses": [HELP]}, "sources.a.addresses"),
        ({"adapter": "email_mime", "workspace": "acme", "addresses": ["help"]}, "sources.a.addresses[0]"),
        ({"adapter": "email_mime", "workspace": "acme", "addresses": [HELP, HELP.upper()]}, "sources.a.addresses[1]"),
    ],
)
def test_a_wrong_address_in_the_sources_file_is_named(document: Any, path: str) -> None:
    with pytest.raises(SourcesError) as refused:
        sources({"sources": {"a": document}})
    assert path in [error.path for error in refused.value.errors]
