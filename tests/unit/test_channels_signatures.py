"""Who signed: the vendors' own libraries sign and the door accepts; a bit flips and it refuses, and never raises."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from services.ingest.domain.channels.adapter import Payload, SourceFacts
from services.ingest.domain.signatures import SCHEMES, TOLERANCE_MS, is_signed

NOW = 1_769_851_800
NOW_MS = NOW * 1000
FACTS = SourceFacts("source", frozenset(), "", lambda *parts: "0" * 32)
URL = "https://hooks.example.com/v1/webhooks/source"
EC_KEY = generate_private_key(SECP256R1())
EC_PUBLIC = b64encode(EC_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
ED_KEY = Ed25519PrivateKey.generate()
ED_PUBLIC = "whpk_" + b64encode(ED_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
JSON_BODY = b'{"test": 2432232314, "text": "\xc3\xb1"}'
FIELDS = {"CallSid": "CA1", "From": "+14158675309", "Digits": "1234", "Empty": "", "Body": "a b&c ñ"}
FORM = "application/x-www-form-urlencoded"
FORM_BODY = urlencode(FIELDS).encode()


def _sign(secret: str, content: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), content, digest).digest()


def slack(body: bytes, at: int) -> dict[str, str]:
    signature = SignatureVerifier("secret").generate_signature(timestamp=str(at), body=body)
    assert signature is not None
    return {"x-slack-signature": signature, "x-slack-request-timestamp": str(at)}


def standard(body: bytes, at: int) -> dict[str, str]:
    signature = Webhook(WHSEC).sign("msg_1", datetime.fromtimestamp(at, UTC), body.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": f"v1,AAAA v9,x {signature}"}


def standard_ed25519(body: bytes, at: int) -> dict[str, str]:
    signature = b64encode(ED_KEY.sign(b"msg_1." + str(at).encode() + b"." + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": f"v1a,{signature}"}


def twilio(_: bytes, at: int) -> dict[str, str]:
    return {"x-twilio-signature": RequestValidator("secret").compute_signature(URL, FIELDS)}


def sendgrid(body: bytes, at: int) -> dict[str, str]:
    signature = EC_KEY.sign(str(at).encode() + body, ECDSA(SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": str(at),
    }


def zendesk(body: bytes, at: int) -> dict[str, str]:
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "x-zendesk-webhook-signature": b64encode(_sign("secret", stamp.encode() + body)).decode(),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }


def chatwoot(body: bytes, at: int) -> dict[str, str]:
    signature = _sign("secret", str(at).encode() + b"." + body).hex()
    return {"x-chatwoot-signature": f"sha256={signature}", "x-chatwoot-timestamp": str(at)}


def visitor(body: bytes, at: int) -> dict[str, str]:
    token = jwt.encode({"sub": "v1", "exp": at + 300, "iat": at}, "secret", algorithm="HS256")
    return {"authorization": f"Bearer {token}"}


Signer = Callable[[bytes, int], dict[str, str]]
# scheme -> (secrets, body, signer, whether it covers the body, whether it covers a time)
CASES: dict[str, tuple[str, dict[str, tuple[str, ...]], bytes, Signer, bool, bool]] = {
    "standard_webhooks": ("standard_webhooks", {"signing_secret": ("whsec_AAAA", WHSEC)}, JSON_BODY, standard, True,
                          True),
    "standard_webhooks v1a": ("standard_webhooks", {"signing_secret": (WHSEC, ED_PUBLIC)}, JSON_BODY,
                              standard_ed25519, True, True),
    "twilio": ("twilio", {"auth_token": ("old", "secret")}, FORM_BODY, twilio, True, False),
    "meta": ("meta", {"app_secret": ("old", "secret")}, JSON_BODY,
             lambda body, _: {"x-hub-signature-256": "sha256=" + _sign("secret", body).hex()}, True, False),
    "slack": ("slack", {"signing_secret": ("old", "secret")}, JSON_BODY, slack, True, True),
    "sendgrid": ("sendgrid", {"public_key": ("nonsense", EC_PUBLIC)}, JSON_BODY, sendgrid, True, True),
    "telegram": ("telegram", {"secret_token": ("old", "secret")}, JSON_BODY,
                 lambda *_: {"x-telegram-bot-api-secret-token": "secret"}, False, False),
    "zendesk": ("zendesk", {"signing_secret": ("old", "secret")}, JSON_BODY, zendesk, True, True),
    "intercom": ("intercom", {"client_secret": ("old", "secret")}, JSON_BODY,
                 lambda body, _: {"x-hub-signature": "sha1=" + _sign("secret", body, "sha1").hex()}, True, False),
    "chatwoot": ("chatwoot", {"signing_secret": ("old", "secret")}, JSON_BODY, chatwoot, True, True),
    "x": ("x", {"app_secret": ("old", "secret")}, JSON_BODY,
          lambda body, _: {"x-twitter-webhooks-signature": "sha256=" + b64encode(_sign("secret", body)).decode()}, True,
          False),
    "bearer": ("credentials", {"bearer": ("old", "secret")}, JSON_BODY,
               lambda *_: {"authorization": "Bearer secret"}, False, False),
    "basic": ("credentials", {"basic": ("u:old", "u:secret")}, JSON_BODY,
              lambda *_: {"authorization": "Basic " + b64encode(b"u:secret").decode()}, False, False),
    "visitor": ("visitor", {"visitor_key": ("old", "secret")}, JSON_BODY, visitor, False, False),
}  # fmt: skip


def payload(body: bytes, headers: dict[str, str], **changes: Any) -> Payload:
    kind = FORM if body == FORM_BODY else "application/json"
    return Payload(body, FACTS, {"content-type": kind, **headers}, url=URL)._replace(**changes)


def accepts(case: str, body: bytes, headers: dict[str, str], now_ms: int = NOW_MS, **changes: Any) -> bool:
    scheme, secrets, *_ = CASES[case]
    return is_signed([scheme], payload(body, headers, **changes), secrets, now_ms) is True


def test_every_scheme_is_signed_here() -> None:
    assert {case[0] for case in CASES.values()} | {"mailgun"} == set(SCHEMES)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("case", CASES)
def test_what_the_provider_signed_is_accepted_with_either_secret_and_with_no_other(case: str) -> None:
    scheme, secrets, body, sign, *_ = CASES[case]
    headers = sign(body, NOW)

    for order in (1, -1):  # the one that signs stands behind another, and before it
        rotated = {name: tuple(values)[::order] for name, values in secrets.items()}
        assert is_signed([scheme], payload(body, headers), rotated, NOW_MS)
    others = dict.fromkeys(secrets, ("another",))
    assert is_signed([scheme], payload(body, headers), others, NOW_MS) is False
    assert is_signed([scheme], payload(body, headers), {}, NOW_MS) is None
    assert not accepts(case, body, {})


@pytest.mark.parametrize("case", [name for name, case in CASES.items() if case[4]])
def test_a_body_with_one_bit_flipped_is_refused(case: str) -> None:
    body, sign = CASES[case][2:4]
    headers = sign(body, NOW)

    for at in range(0, len(body), 3):
        forged = bytearray(body)
        forged[at] ^= 1
        request = payload(body, headers)._replace(body=bytes(forged))  # with the content type of the body as it was
        assert not is_signed([CASES[case][0]], request, CASES[case][1], NOW_MS)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("case", CASES)
def test_a_header_with_one_character_changed_is_refused(case: str) -> None:
    body, sign = CASES[case][2:4]
    headers = sign(body, NOW)
    for name, value in headers.items():
        at = len(value) - (10 if len(value) > 20 else 2)  # the last digit of Base64 has bits that count for nothing
        changed = value[:at] + ("1" if value[at] != "1" else "2") + value[at + 1 :]
        assert not accepts(case, body, {**headers, name: changed}), name


@pytest.mark.parametrize("case", [name for name, case in CASES.items() if case[5]])
def test_a_signed_time_is_good_for_five_minutes_either_way(case: str) -> None:
    body, sign = CASES[case][2:4]
    headers = sign(body, NOW)

    for distance in (-TOLERANCE_MS, 0, TOLERANCE_MS):
        assert accepts(case, body, headers, NOW_MS + distance)
    for distance in (-TOLERANCE_MS - 1, TOLERANCE_MS + 1):
        assert not accepts(case, body, headers, NOW_MS + distance)


GARBAGE = st.text(max_size=60) | st.sampled_from(
    [
        "",
        " ",
        ",",
        "v1,",
        "v1a,A",
        "v1 v1 v1",
        "sha256=",
        "Bearer",
        "Bearer a.b.c",
        "Basic ===",
        "9" * 400,
        "-1",
        "1e9",
        "\udc80",
    ]
)


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_hostile_headers_are_refused_and_raise_nothing(case: str, data: st.DataObject) -> None:
    body, sign = CASES[case][2:4]
    names = list(sign(body, NOW)) if case != "visitor" else ["authorization"]
    headers = {name: data.draw(GARBAGE) for name in names}
    hostile = data.draw(st.binary(max_size=60))

    assert not accepts(case, hostile, headers)
    assert not accepts(case, hostile, headers, url=data.draw(GARBAGE), query=[("bodySHA256", data.draw(GARBAGE))])


@pytest.mark.parametrize("secret", ["whsec_MTIzNDU2Nzg5MDEyMzQ1Ng==", "MTIzNDU2Nzg5MDEyMzQ1Ng==", "c2VjcmV0IQ=="])
def test_a_secret_of_the_standard_is_known_with_its_padding_and_without(secret: str) -> None:
    """The standard's own library signs under both; a secret that is no Base64 stays the key itself."""

    def taken(written: str, signer: Webhook) -> bool | None:
        signature = signer.sign("msg_1", datetime.fromtimestamp(NOW, UTC), JSON_BODY.decode())
        request = payload(JSON_BODY, {**standard(JSON_BODY, NOW), "webhook-signature": signature})
        return is_signed(["standard_webhooks"], request, {"signing_secret": (written,)}, NOW_MS)

    for written in (secret, secret.rstrip("=")):
        assert taken(written, Webhook(secret))
        assert taken(written, Webhook(written.removeprefix("whsec_").encode())) is not written.endswith("=")
    signed = payload(JSON_BODY, standard_ed25519(JSON_BODY, NOW))
    assert is_signed(["standard_webhooks"], signed, {"signing_secret": (ED_PUBLIC.rstrip("="),)}, NOW_MS)


# ---- published examples ----


def test_the_example_of_the_standards_libraries_is_accepted() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    request = payload(b'{"test": 2432232314}', headers)
    assert is_signed(["standard_webhooks"], request, {"signing_secret": (WHSEC,)}, 1_614_265_330_000)


def test_the_example_of_slacks_documentation_is_accepted() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    secrets = {"signing_secret": ("8f742231b10e8888abcd99yyyzzz85a5",)}
    assert is_signed(["slack"], payload(body, headers), secrets, 1_531_420_618_000)


@pytest.mark.parametrize("port", ["", ":443"])
def test_the_example_of_twilios_library_is_accepted(port: str) -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    request = Payload(
        urlencode(fields).encode(),
        FACTS,
        {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
        url=f"https://mycompany.com{port}/myapp.php?foo=1&bar=2",
    )
    assert is_signed(["twilio"], request, {"auth_token": ("12345",)}, NOW_MS)


def test_twilio_signs_json_by_its_hash_in_the_query() -> None:
    digest = hashlib.sha256(JSON_BODY).hexdigest()
    url = f"{URL}?bodySHA256={digest}"
    signature = RequestValidator("secret").compute_signature(url, {})
    request = payload(JSON_BODY, {"x-twilio-signature": signature}, url=url, query=[("bodySHA256", digest)])

    assert is_signed(["twilio"], request, {"auth_token": ("secret",)}, NOW_MS)
    assert not is_signed(["twilio"], request._replace(body=JSON_BODY + b" "), {"auth_token": ("secret",)}, NOW_MS)


def test_a_body_that_is_no_form_needs_its_hash() -> None:
    signature = RequestValidator("secret").compute_signature(URL, {})
    request = payload(JSON_BODY, {"x-twilio-signature": signature}, url=URL)
    assert not is_signed(["twilio"], request, {"auth_token": ("secret",)}, NOW_MS)


@pytest.mark.parametrize(
    ("settings", "algorithm"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA256"),
        ("algorithm=hmac_sha256", "HMAC_SHA256"),
        ("key=webhooks_sharedkey_1", None),
        ("algorithm=HMAC_SHA1", "HMAC_SHA1"),
    ],
)
def test_a_webhook_rule_of_twilio_signs_with_its_shared_key_and_algorithm(settings: str, algorithm: str | None) -> None:
    """The vendor's validator signs; the shared key is one of the secrets."""
    fields, url = {"Body": "Hola", "From": "+34600123456"}, f"{URL}?bodySHA256=of-no-form"
    signature = RequestValidator("shared").compute_signature(url, fields, algorithm)
    named = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings, "content-type": FORM}
    request = Payload(urlencode(fields).encode(), FACTS, named, [("bodySHA256", "of-no-form")], url)
    secrets = {"auth_token": ("token", "shared")}

    assert RequestValidator("shared").validate(url, fields, signature, algorithm)
    assert is_signed(["twilio"], request, secrets, NOW_MS)
    assert not is_signed(["twilio"], request._replace(body=request.body + b"x"), secrets, NOW_MS)
    unknown = {**named, "x-twilio-webhooks-signature-settings": "algorithm=HMAC_MD5"}
    assert not is_signed(["twilio"], request._replace(headers=unknown), secrets, NOW_MS)


def test_a_field_that_comes_twice_is_signed_as_twilio_does() -> None:
    class Fields(dict[str, Any]):
        def getall(self, name: str) -> list[str]:
            return ["b", "a", "a"]

    signature = RequestValidator("secret").compute_signature(URL, Fields({"MediaUrl": None}))
    request = Payload(b"MediaUrl=b&MediaUrl=a&MediaUrl=a", FACTS, {"x-twilio-signature": signature}, url=URL)
    assert is_signed(["twilio"], request, {"auth_token": ("secret",)}, NOW_MS)


def test_mailgun_signs_its_time_and_token() -> None:
    token = "b" * 50
    signature = _sign("key", f"{NOW}{token}".encode()).hex()
    fields = {"timestamp": str(NOW), "token": token, "signature": signature, "body-plain": "x"}

    def signed(now_ms: int = NOW_MS, **changes: str) -> Any:
        body = urlencode({**fields, **changes}).encode()
        return is_signed(["mailgun"], Payload(body, FACTS), {"signing_key": ("old", "key")}, now_ms)

    assert signed()
    for changes in ({"token": "c" * 50}, {"signature": "0" * 64}, {"timestamp": str(NOW + 1)}, {"token": ""}):
        assert not signed(**changes)
    assert not signed(NOW_MS + TOLERANCE_MS + 1000)
    of_nothing = _sign("key", str(NOW).encode()).hex()
    assert not signed(token="", signature=of_nothing)  # without a token the door could not take it once only


def test_a_standard_webhook_without_an_id_is_refused_though_it_is_signed() -> None:
    def headers(message_id: str) -> dict[str, str]:
        signature = Webhook(WHSEC).sign(message_id, datetime.fromtimestamp(NOW, UTC), JSON_BODY.decode())
        return {"webhook-id": message_id, "webhook-timestamp": str(NOW), "webhook-signature": signature}

    assert accepts("standard_webhooks", JSON_BODY, headers("msg_1"))
    assert not accepts("standard_webhooks", JSON_BODY, headers(""))


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256"])
def test_a_visitors_token_of_another_algorithm_or_time_is_refused(algorithm: str) -> None:
    key = "secret-of-some-length-that-is-enough-for-any-of-them-0123456789abcd"

    def accepted(claims: dict[str, Any], header_alg: str = "HS256") -> bool:
        def segment(value: Any) -> str:
            return b64encode(json.dumps(value).encode(), b"-_").decode().rstrip("=")

        head = f"{segment({'alg': header_alg})}.{segment(claims)}"
        token = f"{head}.{b64encode(_sign(key, head.encode()), b'-_').decode().rstrip('=')}"
        request = payload(b"{}", {"authorization": f"Bearer {token}"})
        return is_signed(["visitor"], request, {"visitor_key": (key,)}, NOW_MS) is True

    good = {"sub": "v", "exp": NOW + 60}
    assert accepted(good)
    assert not accepted(good, algorithm)
    for wrong in (
        {"exp": NOW + 60},
        {"sub": "v"},
        {"sub": "v", "exp": NOW},
        {"sub": "v", "exp": "x"},
        *({**good, begin: NOW + TOLERANCE_MS // 1000 + 1} for begin in ("nbf", "iat")),
    ):
        assert not accepted(wrong)
    assert all(accepted({**good, begin: NOW + TOLERANCE_MS // 1000}) for begin in ("nbf", "iat"))


def test_time_is_not_read_from_the_clock() -> None:
    """The schemes are pure: the same request is judged by the time that is given."""
    headers = slack(JSON_BODY, NOW)
    assert abs(time.time() - NOW) > 300
    assert accepts("slack", JSON_BODY, headers)
