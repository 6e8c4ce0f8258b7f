"""Errors over HTTP: application/problem+json (RFC 9457), each with the fields that are wrong."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.ingest.domain.rejection import FieldError, Rejected
from services.ingest.domain.types import Area
from shared.errors import Reason
from shared.process.problem import PROBLEM_MEDIA_TYPE, problem_document

__all__ = ["Problem", "Unknown", "problem_of", "unrouted"]

_STATUS_OF = {
    Reason.EMPTY: HTTPStatus.BAD_REQUEST,
    Reason.NOT_UTF8: HTTPStatus.BAD_REQUEST,
    Reason.NOT_JSON: HTTPStatus.BAD_REQUEST,
    Reason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class Problem(Exception):
    """A request that is answered with an error. ``detail`` says the fix; ``headers`` go with the answer."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or (FieldError("", detail),)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        errors = [{"path": error.path, "message": error.message} for error in self.errors]
        body = problem_document(self.status, self.detail, errors)
        return Response(body, self.status.value, media_type=PROBLEM_MEDIA_TYPE, headers=self.headers)


class Unknown(Problem):
    """Of a sender who is not known: without a valid key, signature or token."""


def problem_of(rejected: Rejected) -> Problem:
    """The answer to a body that was refused."""
    status = _STATUS_OF.get(rejected.reason, HTTPStatus.UNPROCESSABLE_ENTITY)
    first = rejected.errors[0]
    detail = f"{first.path}: {first.message}" if first.path else first.message
    return Problem(status, detail, errors=rejected.errors)


def unrouted(error: Exception) -> Problem:
    """The answer to a path or method that nobody here takes."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    headers = error.headers if isinstance(error, HTTPException) else None
    return Problem(status, _ROUTING_DETAIL.get(status, status.phrase), headers=headers)


_ROUTING_DETAIL = {
    HTTPStatus.NOT_FOUND: "unknown path; events are posted to " + ", ".join(f"/v1/{area}" for area in Area),
    HTTPStatus.METHOD_NOT_ALLOWED: "only POST is possible here",
}
