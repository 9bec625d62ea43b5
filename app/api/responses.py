"""Answers as JSON with a strong ETag."""

import hashlib
from functools import cache
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def answer(request: Request, shape: Any, content: Any) -> Response:
    """The content as JSON; 304 without a body when the caller holds the same bytes already.

    Keys whose value is unknown are left out. The ETag is the SHA-256 of the bytes, so it is the same in every process.
    """
    body = _adapter(shape).dump_json(content, exclude_none=True)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.method == "GET" and _holds(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _holds(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this ETag (weak comparison, RFC 9110 section 13.1.2)."""
    if header is None:
        return False
    held = [part.strip().removeprefix("W/") for part in header.split(",")]
    return etag in held or "*" in held
