"""Errors over HTTP as documents (RFC 9457)."""

from http import HTTPStatus

import orjson

__all__ = ["PROBLEM_MEDIA_TYPE", "problem_document"]

PROBLEM_MEDIA_TYPE = "application/problem+json"


def problem_document(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> bytes:
    """The body of an error (RFC 9457), with the wrong fields; without any, the one message."""
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "errors": errors or [{"path": "", "message": detail}],
        }
    )
