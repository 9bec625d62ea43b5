"""Takes in a file that is sent to be imported: into the folder of imports, and only so many bytes."""

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import anyio
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from app.api.bodies import Message
from app.api.one_way import read_one_way
from app.api.spool import TooLarge
from app.domain.errors import UnreadableQuestion
from app.services.importing.understanding import MEDIA_TYPES, Format

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Received:
    """A file that was sent."""

    path: Path
    name: str
    """What the sender calls it."""
    checksum: str
    options: Mapping[str, str]
    """Fields of the form beside the file."""
    format: Format | None
    """Its format, where the media type says it."""


async def receive(request: Request, folder: Path, most: int) -> Received:
    """Write the file of a request into the folder. Raises TooLarge and UnreadableQuestion, and then keeps nothing."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told) > most:
        raise TooLarge(most)
    await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
    if kind == MULTIPART:
        return await _of_form(request, folder, most)
    if kind not in MEDIA_TYPES:
        expected = ", ".join((MULTIPART, *MEDIA_TYPES, "application/json"))
        raise UnreadableQuestion(f"Found a body of type {kind!r}, expected {expected}.", "/header/content-type")
    with _new_file(folder) as (path, file):
        digest, size = hashlib.sha256(), 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise TooLarge(most)
            digest.update(part)
            file.write(part)
    form = MEDIA_TYPES[kind]
    return Received(path, f"upload.{form or 'jsonld'}", digest.hexdigest(), {}, form)


async def receive_json(request: Request, most: int) -> dict[str, Any]:
    """The JSON object that a request is. Raises TooLarge and UnreadableQuestion."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise TooLarge(most)
    try:
        told = read_one_way(body)
    except ValueError as error:
        raise UnreadableQuestion(f"The body cannot be read, expected a JSON object: {error}.") from None
    if not isinstance(told, dict):
        raise UnreadableQuestion("Found a body that is no JSON object, expected one with the field 'url'.", "/url")
    return told


async def _of_form(request: Request, folder: Path, most: int) -> Received:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge(most)
        return message

    try:
        form = await Request(request.scope, counted).form(max_files=1, max_fields=20)
    except MultiPartException as error:
        raise UnreadableQuestion(f"The form cannot be read: {error.message}", "/file") from None
    try:
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise UnreadableQuestion("The form has no file, expected a field 'file' with one.", "/file")
        options = {name: value for name, value in form.items() if isinstance(value, str)}
        digest = hashlib.sha256()
        with _new_file(folder) as (path, file):
            while part := await sent.read(1 << 20):
                digest.update(part)
                file.write(part)
        return Received(path, sent.filename or "upload", digest.hexdigest(), options, None)
    finally:
        await form.close()


@contextmanager
def _new_file(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file of a name that nobody has; it goes again when something goes wrong."""
    path = folder / uuid.uuid4().hex
    try:
        with path.open("xb") as file:
            yield path, file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
