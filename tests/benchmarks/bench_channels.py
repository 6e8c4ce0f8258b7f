"""Milliseconds of each adapter: a typical payload, and the largest bodies (256 KiB), typical and hostile.

A payload of one message is held against the goal of 5 ms; a batch of many messages takes what its messages take.
"""

import argparse
import base64
import logging
import sys
import time
from urllib.parse import urlencode

import orjson

from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import (
    FORM,
    MAILGUN,
    POSTMARK,
    SAMPLES,
    SLACK,
    SLACK_EVENT,
    SMS,
    TELEGRAM_MESSAGE,
    multipart,
    whatsapp,
    whatsapp_text,
)
from tests.support.channels import put
from tests.unit.test_channels_anything import BLOCKS

LARGEST = 256 * 1024
GOAL_MS = 5.0
ANOTHER = urlencode(SMS).encode()
HEAD = b"From: Ana <ana@example.com>\r\nMessage-ID: <a@b>\r\nSubject: x\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
PARTS = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nHello\r\n--q\r\nContent-Type: image/png\r\n"


def large() -> dict[str, tuple[str, bytes, str]]:
    """name -> (adapter, body near the limit, content type)."""
    picture = base64.encodebytes(b"x" * 185_000)
    form = multipart({"from": "a@b.c", "text": "x" * 100_000}, [("a", "a.png", "image/png", b"y" * 120_000)])
    long = {**TELEGRAM_MESSAGE, "text": "x" * 250_000}
    files = [{**POSTMARK["Attachments"][0], "Content": "A" * 240_000}]
    return {
        "mail, plain": ("email_mime", HEAD + b"\r\n" + b"Hello there, this is text.\r\n" * 9000, ""),
        "mail, HTML": (
            "email_mime",
            HTML + b"<p>Hi <b>x</b></p>\r\n" * 12_000,
            "",
        ),
        "mail, a picture": (
            "email_mime",
            HEAD + PARTS + b"Content-Transfer-Encoding: base64\r\n\r\n" + picture + b"\r\n--q--\r\n",
            "",
        ),
        "mailgun, HTML": ("mailgun", urlencode({**MAILGUN, "body-html": "<p>x</p>" * 9000}).encode(), FORM),
        "sendgrid, a picture": ("sendgrid", *form),
        "postmark, a picture": ("postmark", orjson.dumps({**POSTMARK, "Attachments": files}), ""),
        "twilio, a long text": ("twilio", urlencode({**SMS, "Body": "x" * 250_000}).encode(), FORM),
        "telegram, a long text": ("telegram", orjson.dumps({"update_id": 1, "message": long}), ""),
        "slack, a long text": (
            "slack",
            orjson.dumps({**SLACK, "event": {**SLACK_EVENT, "text": "a & <b|c> " * 24_000}}),
            "",
        ),
    }


def milliseconds(adapter: str, body: bytes, content_type: str, rounds: int) -> float:
    """CPU of the best of some rounds, each after another request, so that nothing is remembered of the one before."""
    best = float("inf")
    for _ in range(rounds):
        put("twilio", ANOTHER, FORM)
        begin = time.process_time()
        put(adapter, body, content_type)
        best = min(best, time.process_time() - begin)
    return best * 1000


def measured(rounds: int) -> dict[str, dict[str, float]]:
    """Everything that is measured, in milliseconds."""
    typical = {
        name: milliseconds(name, sample.body, sample.content_type, rounds * 20) for name, sample in SAMPLES.items()
    }
    largest = {name: milliseconds(*one, rounds) for name, one in large().items()}
    hostile = {}
    for block, make in BLOCKS.items():
        body = make(LARGEST)[:LARGEST]
        kinds = ("", "multipart/form-data; boundary=XX")
        worst = max((milliseconds(name, body, kind, rounds), name) for name in NAMES for kind in kinds)
        hostile[f"{block}: {worst[1]}"] = worst[0]
    messages = 1500
    batch = milliseconds("whatsapp_cloud", orjson.dumps(whatsapp(*map(whatsapp_text, range(messages)))), "", rounds)
    return {
        "typical": typical,
        "largest": largest,
        "hostile": hostile,
        "batch": {"one of its messages": batch / messages},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    found = measured(args.rounds)
    if args.json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    for part, values in found.items():
        print(part)
        for name, value in sorted(values.items(), key=lambda one: -one[1]):
            mark = f"  over the goal of {GOAL_MS:.0f}" if part == "largest" and value > GOAL_MS else ""
            shown = f"{value * 1000:8.0f} us" if part == "typical" else f"{value:8.3f} ms"
            print(f"  {shown}  {name}{mark}")


if __name__ == "__main__":
    main()
