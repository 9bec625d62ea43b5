"""Answers as JSON with a strong ETag."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter

from app.api.negotiation import JSON_LD

BY_ACCEPT = "Accept, Accept-Encoding, Origin"
"""What answers vary by that can be had as JSON and as linked data."""
PLAINLY = "Accept-Encoding, Origin"
"""What all others vary by."""
NO_GUESSING = {"X-Content-Type-Options": "nosniff"}
"""The header that keeps browsers from guessing the kind of an answer."""


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def as_json(shape: Any, content: Any) -> bytes:
    """The content as JSON. Keys whose value is unknown are left out."""
    return _adapter(shape).dump_json(content, exclude_none=True)


def answer(shape: Any, content: Any, vary: str = PLAINLY) -> Response:
    """The content as a response in JSON; ``vary`` names what else the same address answers otherwise by."""
    return tagged(as_json(shape, content), vary=vary)


def private(shape: Any, content: Any, status: int = 200) -> Response:
    """The content as JSON for this caller alone: nobody on the way keeps it."""
    body = _adapter(shape).dump_json(content, exclude_none=True)
    return Response(body, status, media_type="application/json", headers={"Cache-Control": "no-store", **NO_GUESSING})


def picked(shape: Any, content: Any, fields: Sequence[str]) -> Response:
    """The same with only some fields of each of its ``items``, named with dots between their parts."""
    body = _adapter(shape).dump_python(content, mode="json", exclude_none=True)
    body["items"] = [_only(item, [name.split(".") for name in fields]) for item in body["items"]]
    return tagged(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def linked(document: dict[str, Any]) -> Response:
    """A document of linked data."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return tagged(body, JSON_LD, BY_ACCEPT)


def _only(item: dict[str, Any], ways: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The parts of an object that are reached by these ways; one that leads nowhere leaves nothing."""
    kept: dict[str, Any] = {}
    for name in dict.fromkeys(way[0] for way in ways):
        below = [way[1:] for way in ways if way[0] == name]
        if name in item:
            whole = [] in [list(way) for way in below] or not isinstance(item[name], dict)
            kept[name] = item[name] if whole else _only(item[name], [way for way in below if way])
    return kept


def tagged(
    body: bytes, media_type: str = "application/json", vary: str = PLAINLY, more: Mapping[str, str] | None = None
) -> Response:
    """A body as a response with a strong ETag."""
    headers = {name.decode(): value.decode() for name, value in headers_of(body, media_type, vary)}
    return Response(body, media_type=media_type, headers={**headers, **(more or {})})


def headers_of(body: bytes, media_type: str = "application/json", vary: str = PLAINLY) -> list[tuple[bytes, bytes]]:
    """The headers of a body that may be kept. The ETag is the SHA-256 of the bytes: the same in every process."""
    etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()
    return [(b"etag", etag), *_constant_headers(media_type, vary), (b"content-length", b"%d" % len(body))]


@lru_cache(maxsize=64)
def _constant_headers(media_type: str, vary: str) -> Sequence[tuple[bytes, bytes]]:
    empty = Response(media_type=media_type, headers={"Cache-Control": "no-cache", "Vary": vary, **NO_GUESSING})
    return tuple(pair for pair in empty.raw_headers if pair[0] != b"content-length")


def unkept(body: bytes, media_type: str, more: Mapping[str, str] | None = None) -> Response:
    """A body for this caller alone: nobody on the way keeps it."""
    headers = {"Cache-Control": "no-store", "Vary": BY_ACCEPT, **NO_GUESSING, **(more or {})}
    return Response(body, media_type=media_type, headers=headers)


def page_headers(policy: str) -> dict[str, str]:
    """The headers of a page that needs nothing but itself."""
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
