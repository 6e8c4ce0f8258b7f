"""No secret of the sources file, and no key of a request, stands in a log, a metric, a page or an answer."""

import hmac
import time
from base64 import b64encode
from pathlib import Path

import httpx
import orjson
import pytest
from slack_sdk.signature import SignatureVerifier

from deploy.local.broker import KafkaBroker
from services.ingest.settings import IngestSettings
from shared.contract.topics import CHANNELS, all_topics
from shared.kafka import ensure_topics
from tests.support import ingest
from tests.support.channel_payloads import SAMPLES, VOICE
from tests.support.in_process import until
from tests.support.ingest_process import environment, metrics_url, ready_file
from tests.support.service_process import ServiceProcess

CANARY = "canary"  # in every secret
KEY = f"{CANARY}-api-key-of-the-office"
SECRETS: dict[str, dict[str, str]] = {
    "whatsapp_cloud": {"app_secret": f"{CANARY}-wa", "verify_token": f"{CANARY}-verify"},
    "slack": {"signing_secret": f"{CANARY}-slack"},
    "telegram": {"secret_token": f"{CANARY}-telegram"},
    "twilio_voice": {"auth_token": f"{CANARY}-twilio"},
    "email_mime": {"bearer": f"{CANARY}-bearer"},
    "postmark": {"basic": f"user:{CANARY}-basic"},
    "web_chat": {"visitor_key": f"{CANARY}-visitor-key-that-is-long-enough"},
    "mailgun": {"signing_key": f"{CANARY}-mailgun"},
}


def sources(folder: Path) -> str:
    """A sources file whose every secret is a file of its own."""
    lines = [f"workspaces: {{acme: {{api_keys: [{{name: office, sha256: {ingest.sha256(KEY)}, may: [contacts]}}]}}}}"]
    lines.append("sources:")
    for adapter, secrets in SECRETS.items():
        for name, secret in secrets.items():
            (folder / f"{adapter}.{name}").write_text(secret)
        named = ", ".join(f'{name}: "file:{folder / f"{adapter}.{name}"}"' for name in secrets)
        lines.append(f"  {adapter.replace('_', '-')}: {{workspace: acme, adapter: {adapter}, secrets: {{{named}}}}}")
    return "\n".join(lines) + "\n"


def headers_of(adapter: str, body: bytes) -> dict[str, str]:
    """What its provider sends with the secret."""
    at = str(int(time.time()))
    match adapter:
        case "whatsapp_cloud":
            signature = hmac.new(f"{CANARY}-wa".encode(), body, "sha256").hexdigest()
            return {"X-Hub-Signature-256": f"sha256={signature}"}
        case "slack":
            signed = SignatureVerifier(f"{CANARY}-slack").generate_signature(timestamp=at, body=body)
            return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": str(signed)}
        case "telegram":
            return {"X-Telegram-Bot-Api-Secret-Token": f"{CANARY}-telegram"}
        case "email_mime":
            return {"Authorization": f"Bearer {CANARY}-bearer"}
        case "postmark":
            return {"Authorization": "Basic " + b64encode(f"user:{CANARY}-basic".encode()).decode()}
    return {"Authorization": f"Bearer {CANARY}-of-nobody", "X-Site-Key": f"{CANARY}-site"}


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    file = tmp_path / "sources.yaml"
    file.write_text(sources(tmp_path))
    made = ingest.settings_for(
        kafka.bootstrap, database, topic_prefix, sources_file=str(file), ready_file=str(tmp_path / "ready.json")
    )
    await ensure_topics(made, all_topics((*CHANNELS, *(name.replace("_", "-") for name in SECRETS))))
    return made


async def asked(url: str) -> list[httpx.Response]:
    """Right and wrong requests of every kind, each with a secret in it."""
    answers = []
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        for adapter in SECRETS:
            sample, path = SAMPLES[adapter], f"/v1/webhooks/{adapter.replace('_', '-')}"
            for body in (sample.body, b"{", "ñ".encode() + sample.body):
                headers = {**headers_of(adapter, body), "Content-Type": sample.content_type}
                answers.append(await client.post(path, content=body, headers=headers))
        for key in (KEY, f"{CANARY}-wrong"):
            for document in ({}, {"channel": 5}, [key]):
                answers.append(
                    await client.post("/v1/contacts", json=document, headers={"Authorization": f"Bearer {key}"})
                )
        challenge = {"hub.mode": "subscribe", "hub.verify_token": f"{CANARY}-verify", "hub.challenge": "1"}
        answers.append(await client.get("/v1/webhooks/whatsapp-cloud", params=challenge))
        answers.append(await client.post(f"/v1/webhooks/twilio-voice?token={CANARY}-in-a-query", data=VOICE))
        answers.append(await client.get(f"/v1/{CANARY}-in-a-path"))
    return answers


def faulty(file: Path) -> None:
    """A source more, whose secret stands in the file itself."""
    source = f"{{workspace: acme, adapter: twilio, secrets: {{auth_token: {CANARY}-inline}}}}"
    file.write_text(f"{file.read_text()}  odd: {source}\n")


async def test_no_secret_stands_in_a_log_a_metric_a_page_or_an_answer(settings: IngestSettings, tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    more = {"USHER_LOG_LEVEL": "DEBUG", "USHER_SOURCES_POLL_SECONDS": "0.1"}
    running = await ServiceProcess.start("ingest", {**environment(settings), **more}, log)
    try:
        url = await metrics_url(settings)
        answers = await asked(ready_file(settings)["ingest_url"])
        statuses = {answer.status_code for answer in answers}
        faulty(Path(settings.sources_file))

        async def told() -> bool:
            return "sources" in log.read_text() and "odd" in log.read_text()

        await until(told)
        async with httpx.AsyncClient(base_url=url.removesuffix("/metrics")) as client:
            pages = [(await client.get(f"/{name}")).text for name in ("metrics", "readyz", "livez")]
    finally:
        await running.kill()
    said = [log.read_text(), (tmp_path / "ready.json").read_text(), *pages]
    said += [f"{answer.status_code} {answer.headers} {answer.text}" for answer in answers]
    assert {200, 400, 401, 404, 422} <= statuses
    assert len(orjson.loads(log.read_text().splitlines()[0])) > 1
    assert [text for text in said if CANARY in text] == []
