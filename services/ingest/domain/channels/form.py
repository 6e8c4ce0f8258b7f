"""Forms as providers post them: urlencoded, multipart, or a JSON object of texts (on a topic)."""

import re
from io import BytesIO
from typing import NamedTuple
from urllib.parse import parse_qsl

from python_multipart import multipart
from python_multipart.exceptions import FormParserError

from services.ingest.domain.channels.adapter import Payload, missing
from services.ingest.domain.reading import BODY_BYTES_MAX, read_object
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["FORM", "FORMS", "File", "Form", "read_form"]

FORM = frozenset({"application/x-www-form-urlencoded"})
FORMS = FORM | {"multipart/form-data"}
FIELDS_MAX = 300  # of one form; Twilio and Mailgun send some tens
_PARAMETER = re.compile(r'boundary="?([^";,]+)')
_BOUNDARY = re.compile(rb"--([0-9A-Za-z'()+_,\-./:=? ]{1,70})\r\n")


class File(NamedTuple):
    """One file of a multipart form."""

    field: str
    name: str
    content_type: str
    content: bytes


class Form(NamedTuple):
    """Fields by name (the last of a repeated one) and files, in order."""

    fields: dict[str, str]
    files: list[File]

    def get(self, name: str) -> str:
        """The field's text, "" where it is absent."""
        return self.fields.get(name, "")

    def needed(self, name: str) -> str:
        """The field's text; Rejected without one."""
        found = self.fields.get(name, "")
        if not found:
            raise missing(name)
        return found


def read_form(payload: Payload) -> Form:
    """The form of a payload. Rejected: empty, too large, or no form."""
    body = payload.body
    if not body.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send a form")
    if len(body) > BODY_BYTES_MAX:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(body)} bytes; at most {BODY_BYTES_MAX} are accepted")
    if body.startswith(b"--") or payload.content_type() == "multipart/form-data":
        return _multipart(payload)
    if body.lstrip().startswith(b"{"):
        return _object(body)
    return _urlencoded(body)


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except UnicodeDecodeError as error:
        raise Rejected(Reason.NOT_UTF8, "", f"not UTF-8 at byte {error.start}") from None
    except ValueError:
        raise Rejected(Reason.INVALID, "", f"a form of more than {FIELDS_MAX} fields") from None
    return Form(dict(pairs), [])


def _object(body: bytes) -> Form:
    fields = {}
    for name, value in read_object(body).items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            fields[name] = str(value)
        elif value is not None:
            raise Rejected(Reason.INVALID, name, "must be a string")
    return Form(fields, [])


def _boundary(payload: Payload) -> str:
    """The content type with its boundary: of the headers, else of the first line (a topic may keep no content type)."""
    content_type = payload.headers.get("content-type", "")
    if "boundary=" not in content_type:
        found = _BOUNDARY.match(payload.body)
        content_type = f'multipart/form-data; boundary="{found[1].decode()}"' if found else ""
    named = _PARAMETER.search(content_type)
    if named is None:
        raise Rejected(Reason.INVALID, "", "a multipart body without its boundary")
    if payload.body.count(b"--" + named[1].strip().encode("latin-1", "replace")) > FIELDS_MAX:
        raise Rejected(Reason.INVALID, "", f"a form of more than {FIELDS_MAX} fields")
    return content_type


def _multipart(payload: Payload) -> Form:
    content_type = _boundary(payload)
    fields: dict[str, str] = {}
    files: list[File] = []

    def on_field(field: multipart.Field) -> None:
        name = (field.field_name or b"").decode(errors="replace")
        if len(fields) < FIELDS_MAX:
            fields[name] = (field.value or b"").decode(errors="replace")

    def on_file(file: multipart.File) -> None:
        file.file_object.seek(0)
        name = (file.field_name or b"").decode(errors="replace")
        kind = getattr(file, "content_type", None) or ""
        if len(files) < FIELDS_MAX:
            files.append(File(name, (file.file_name or b"").decode(errors="replace"), kind, file.file_object.read()))

    try:
        multipart.parse_form(
            {"Content-Type": content_type.encode("latin-1", "replace")}, BytesIO(payload.body), on_field, on_file
        )
    except (FormParserError, ValueError):
        raise Rejected(Reason.INVALID, "", "no multipart form") from None
    return Form(fields, files)
