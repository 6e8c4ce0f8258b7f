"""The broker's security settings, as FastStream's consumers take them."""

from typing import Any

from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512

from shared.kafka.security import ssl_context, token_provider
from shared.process.settings import CommonSettings

__all__ = ["security"]

_WITH_PASSWORD = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def security(settings: CommonSettings) -> dict[str, Any]:
    """The broker's security settings in the words of FastStream; nothing for a broker without protection."""
    protocol = settings.kafka_security_protocol
    if protocol == "PLAINTEXT":
        return {}
    context = ssl_context(settings) if protocol.endswith("SSL") else None
    if not protocol.startswith("SASL"):
        return {"security": BaseSecurity(context, use_ssl=True)}
    with_ssl = context is not None
    if settings.kafka_sasl_mechanism == "OAUTHBEARER":
        return {
            "security": SASLOAuthBearer(context, use_ssl=with_ssl),
            "sasl_oauth_token_provider": token_provider(settings),
        }
    kind = _WITH_PASSWORD[settings.kafka_sasl_mechanism]
    password = settings.kafka_sasl_password.get_secret_value()
    return {"security": kind(settings.kafka_sasl_username, password, context, use_ssl=with_ssl)}
