"""Every error as an RFC 9457 problem: what is wrong, and where in the request."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from traceback import format_tb
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from app.api.responses import NO_GUESSING
from app.api.spool import TooLarge
from app.domain.access import without_secrets
from app.domain.errors import (
    Busy,
    Conflict,
    FailingCases,
    Fault,
    IdentityProviderAway,
    NoConversion,
    NotAllowed,
    NotAuthenticated,
    NotConfigured,
    NotExpressible,
    NotInstalled,
    NotReady,
    OtherRequest,
    UnknownDocument,
    UnknownReference,
    UnknownRelease,
    UnopenedDocument,
    UnreadableDocument,
    UnreadableQuestion,
)
from app.logs import REQUEST_ID
from app.store.database import first_line, is_away

MEDIA_TYPE = "application/problem+json"

FAULTS: dict[type[Fault], tuple[int, str]] = {
    UnknownReference: (422, "unknown-reference"),
    UnknownRelease: (404, "unknown-release"),
    NotReady: (503, "not-ready"),
    NoConversion: (422, "no-conversion"),
    UnreadableQuestion: (422, "unreadable-question"),
    NotExpressible: (406, "not-expressible"),
    UnopenedDocument: (422, "unopened-document"),
    UnknownDocument: (422, "unknown-document"),
    UnreadableDocument: (422, "unreadable-document"),
    NotInstalled: (501, "not-installed"),
    NotConfigured: (406, "not-configured"),
    Busy: (503, "busy"),
    Conflict: (409, "conflict"),
    FailingCases: (409, "failing-cases"),
    OtherRequest: (422, "other-request"),
    TooLarge: (413, "body-too-large"),
    NotAuthenticated: (401, "not-authenticated"),
    NotAllowed: (403, "not-allowed"),
    IdentityProviderAway: (503, "identity-provider-away"),
}
"""The one table that turns a fault into a status."""

RETRY = {"Retry-After": "2"}
"""What a problem that passes by itself says: come back after two seconds."""

log = logging.getLogger(__name__)


class ProblemDetail(BaseModel):
    """One thing that is wrong in a request."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body, or /name of a parameter.")
    found: Any = Field(default=None, description="What was found there.")
    expected: str = Field(description="What was expected.")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(json_schema_extra={"description": "RFC 9457 problem details."})

    type: str = Field(description="Kind of problem: a stable name after /problems/.")
    title: str = Field(description="The kind in words.")
    status: int = Field(description="HTTP status code.")
    detail: str = Field(description="What is wrong, in a sentence.")
    pointer: str | None = Field(default=None, description="JSON pointer to the offending field.")
    known: list[str] | None = Field(default=None, description="The nearest known codes, when one is unknown.")
    errors: list[ProblemDetail] | None = Field(default=None, description="All faults of the request together.")
    request_id: str | None = Field(default=None, description="Id of the request, which the service's log names too.")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "The request makes no sense; the problem says where and why."},
    405: {"model": Problem, "description": "This address does not take this method."},
    413: {"model": Problem, "description": "The body is too large."},
    404: {"model": Problem, "description": "There is no such thing; the problem says what was looked for."},
    503: {"model": Problem, "description": "No framework data has been loaded, or the database is away."},
}

NOT_INSTALLED: dict[int | str, dict[str, Any]] = {
    501: {"model": Problem, "description": "This installation was made without the reading of documents."},
}
"""What addresses that take documents answer besides."""

CLOSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "Nobody knows who asks: no key or token, or none that is good."},
    403: {"model": Problem, "description": "The caller may not; the problem names the scope that is missing."},
    429: {"model": Problem, "description": "Too many requests; `Retry-After` tells when to ask again."},
}
"""What addresses that are not open answer besides."""


def describe(
    status: int,
    kind: str,
    detail: str,
    *,
    pointer: str | None = None,
    known: Iterable[str] = (),
    errors: Iterable[ProblemDetail] = (),
) -> Problem:
    """A problem in words, without keys that somebody put in the wrong place."""
    return Problem(
        type=f"/problems/{kind}",
        title=kind.replace("-", " ").capitalize(),
        status=status,
        detail=without_secrets(detail),
        pointer=pointer or None,
        known=list(known) or None,
        errors=list(errors) or None,
    )


def respond(told: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as a response."""
    told = told.model_copy(update={"request_id": REQUEST_ID.get(None)})
    content = told.model_dump(mode="json", exclude_none=True)
    return JSONResponse(
        content, status_code=told.status, media_type=MEDIA_TYPE, headers={**NO_GUESSING, **(headers or {})}
    )


def problem(status: int, kind: str, detail: str, *, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem response."""
    return respond(describe(status, kind, detail), headers)


def describe_fault(error: Fault) -> Problem:
    """A fault of the domain or of a service in words."""
    status, kind = FAULTS[type(error)]
    known = error.near if isinstance(error, UnknownReference) else ()
    if isinstance(error, UnknownReference) and error.pointer == "":
        status = 404
    return describe(status, kind, str(error), pointer=error.pointer, known=known)


def describe_invalid(items: Iterable[Mapping[str, Any]], body: Any) -> Problem:
    """What the validator says of a request that does not have the right shape, in words."""
    errors = [_detail(dict(item), body) for item in items]
    first = errors[0]
    found = "nothing" if first.found is None else repr(first.found)
    text = f"{first.pointer or 'The body'}: found {found}, expected {first.expected}."
    if len(errors) > 1:
        text += f" And {len(errors) - 1} more."
    return describe(422, "invalid-request", text, pointer=first.pointer, errors=errors)


async def on_fault(request: Request, error: Exception) -> JSONResponse:
    """A fault of the domain or of a service."""
    assert isinstance(error, Fault)
    return respond_to(error)


def respond_to(fault: Fault) -> JSONResponse:
    """A fault of the domain or of a service as a response."""
    told = describe_fault(fault)
    if isinstance(fault, NotAuthenticated | NotAllowed):
        return respond(told, challenge(fault))
    wait = {"Retry-After": "60"} if isinstance(fault, IdentityProviderAway) else RETRY
    return respond(told, wait if told.status == 503 else None)


def challenge(fault: NotAuthenticated | NotAllowed) -> dict[str, str]:
    """The header that says how to do better (RFC 6750 section 3)."""
    realm = 'Bearer realm="passerelle"'
    if isinstance(fault, NotAllowed):
        return {"WWW-Authenticate": f'{realm}, error="insufficient_scope", scope="{fault.scope}"'}
    return {"WWW-Authenticate": f'{realm}, error="invalid_token"' if fault.presented else realm}


async def on_invalid(request: Request, error: Exception) -> JSONResponse:
    """A request that does not have the right shape."""
    assert isinstance(error, RequestValidationError)
    return respond(describe_invalid(error.errors(), error.body))


_EXPECTED = {
    "missing": "this key",
    "extra_forbidden": "no such key",
    "unexpected_keyword_argument": "no such key",
    "fraction_parsing": 'a number such as "5", "2.5" or "1/3"',
    "json_invalid": "valid JSON",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_attributes_type": "an object, sent as application/json",
}


def _detail(item: dict[str, Any], body: Any) -> ProblemDetail:
    where, *location = item["loc"]
    pointer = _pointer_in(location, body) if where == "body" else "/" + "/".join(str(part) for part in location)
    kind = item["type"]
    expected = _EXPECTED.get(kind, item["msg"].removeprefix("Input should be ").removeprefix("Value error, "))
    if kind == "missing":
        name = str(location[-1]) if location else "a body"
        expected = f"'{name}'"
    found = None if kind == "missing" else item.get("input")
    if kind == "json_invalid":
        found = f"broken text ({item.get('ctx', {}).get('error', 'unreadable')})"
    if isinstance(found, dict | list):
        found = "an object" if isinstance(found, dict) else "a list"
    elif isinstance(found, str):
        found = without_secrets(found)[:200]
    elif isinstance(found, bytes):
        found = "plain text"
    elif not isinstance(found, int | float | None):
        found = type(found).__name__
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        found = f"the key '{location[-1]}'"
    return ProblemDetail(pointer=pointer, found=found, expected=expected)


def _pointer_in(location: Iterable[int | str], body: Any) -> str:
    """A pointer along the parts of the location that the body really has, and the last one that it lacks."""
    parts, here = [], body
    location = list(location)
    for n, part in enumerate(location):
        inside = (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside:
            here = here[part]
            parts.append(part)
        elif n == len(location) - 1 and isinstance(here, dict) and not str(part).startswith(("Fraction", "fraction")):
            parts.append(part)
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """An address that does not exist, or a method that it does not take."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # the one reason: a body that cannot be parsed, such as one nested too deeply
        return problem(422, "invalid-request", "The body cannot be read, expected valid JSON.")
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != phrase else f"{phrase}: {request.method} {request.url.path}"
    kind = phrase.casefold().replace(" ", "-")
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(_methods(request) or [headers["Allow"]])
    return problem(error.status_code, kind, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """All methods that an address takes; the router tells those of one route only (RFC 9110 section 15.5.6)."""
    return sorted(method.upper() for method in request.app.openapi()["paths"].get(request.url.path, ()))


async def on_database(request: Request, error: Exception) -> JSONResponse:
    """A database that is away, one that is not prepared yet, or a statement that is wrong."""
    if isinstance(error, NoConnection) or (isinstance(error, DBAPIError) and is_away(error)):
        log.warning("database is away: %s", first_line(error))
        return problem(503, "database-away", "The database cannot be reached now; try again.", headers=RETRY)
    if not request.app.state.rulesets.is_ready:  # tables may be missing, which is no fault of the statement
        return respond_to(NotReady())
    where = "".join(format_tb(error.__traceback__))  # without the statement, and the values that a detail may tell
    log.error("a statement is wrong: %s\n%s", first_line(error), where)
    return _internal_error()


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """Anything else is a fault of ours; what went wrong goes to the server's log, not to the caller."""
    response = _internal_error()
    response.headers["X-Request-ID"] = REQUEST_ID.get("")  # this answer is made outside of all that adds headers
    return response


def _internal_error() -> JSONResponse:
    return problem(500, "internal-error", "Something went wrong on our side.")


def with_media_type(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with problems under their own media type."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                for kind in ("application/json", "text/event-stream") if status >= "400" else ():
                    if kind in content:
                        content[MEDIA_TYPE] = content.pop(kind)
    return document


def install(app: FastAPI) -> None:
    """Answer every error of this app with a problem."""
    for fault in FAULTS:
        app.add_exception_handler(fault, on_fault)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(DBAPIError, on_database)
    app.add_exception_handler(NoConnection, on_database)
    app.add_exception_handler(Exception, on_bug)
