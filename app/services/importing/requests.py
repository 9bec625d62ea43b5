"""Takes files in to be imported: what they are, and the job that each becomes."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.documents.columns import column_for
from app.documents.rows import UnreadableFile, format_of, read_rows
from app.domain.access import Caller
from app.domain.errors import UnreadableQuestion
from app.services.importing.chunks import SECTIONS
from app.store import jobs
from app.store.database import open_session, open_writing
from app.store.jobs import Job, Kind
from app.store.tables import CURATED

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)

_TABLES = ("ndjson", "csv", "xlsx", "parquet")
OnError = Literal["abort", "skip"]
Format = Literal["ndjson", "csv", "xlsx", "parquet", "yaml", "zip"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a file shall be imported; what is None is seen from the file."""

    kind: Kind | None = None
    collection: str | None = None
    format: Format | None = None
    dry_run: bool = False
    on_error: OnError = "abort"
    mapping: Mapping[str, str] = field(default_factory=dict)
    """By columns of the file the column that each is; empty where it is none."""


async def add_import(
    engine: AsyncEngine, file: Path, file_name: str, wish: Wish, *, caller: Caller, key: tuple[str, str] | None = None
) -> Job:
    """Make a file a job that waits. ``key`` is what the caller calls the request, and the checksum of it.

    The same key of the same caller gives the job that there is. Raises UnreadableQuestion where it is not plain what
    the file is, or it needs a name.
    """
    form, kind = await asyncio.to_thread(_understood, file, file_name, wish)
    collection = CURATED if kind == "framework" else _checked_name(wish.collection)
    place, checksum, rows, size = await asyncio.to_thread(_measured, file, form)
    try:
        async with open_writing(engine) as session:
            number = await jobs.add_job(
                session, kind=kind, collection=collection, dry_run=wish.dry_run, on_error=wish.on_error, format=form,
                mapping=dict(wish.mapping), file=place, file_name=file_name[:300], checksum=checksum,
                bytes=size, rows=rows,
                who=caller.id, who_name=caller.name[:200], address=caller.address[:200],
                idempotency_key=key and key[0], request_checksum=key and key[1],
            )  # fmt: skip
            job = await jobs.find_job(session, number)
    except IntegrityError:
        if key is None:
            raise
        async with open_session(engine) as session:
            job = await jobs.find_job_by_key(session, caller.id, key[0])
    assert job is not None
    return job


def _checked_name(name: str | None) -> str:
    if name is None:
        raise UnreadableQuestion("A catalogue or decisions need the name of the collection that they become.", "/name")
    if _NAME.fullmatch(name) is None or name == CURATED:
        text = (
            f"Found the name {name[:100]!r}, expected up to 100 letters, digits, points and hyphens, not {CURATED!r}."
        )
        raise UnreadableQuestion(text, "/name")
    return name


def _understood(file: Path, file_name: str, wish: Wish) -> tuple[Format, Kind]:
    """The format and the kind of a file."""
    with file.open("rb") as content:
        beginning = content.read(65_536)
    suffix = Path(file_name).suffix.casefold()
    form: Format | None = wish.format or ("yaml" if suffix in (".yaml", ".yml") else format_of(file_name, beginning))
    if form is None and beginning.startswith(b"PK"):
        form = "zip"
    if form is None:
        known = ", ".join((*_TABLES, "yaml", "zip"))
        raise UnreadableQuestion(f"It is not plain which format {file_name[:100]!r} has. Expected {known}.", "/format")
    is_table = form in _TABLES
    kind = wish.kind or (_kind_of_table(file, form, beginning) if is_table else "framework")
    if kind is None:
        text = "It is not plain whether these are credentials or decisions. Expected kind 'catalogue' or 'decisions'."
        raise UnreadableQuestion(text, "/kind")
    if is_table == (kind == "framework"):
        expected = "YAML or a zip archive of YAML" if kind == "framework" else ", ".join(_TABLES)
        raise UnreadableQuestion(f"Found {form} for {kind}, expected {expected}.", "/format")
    return form, kind


def _kind_of_table(file: Path, form: Format, beginning: bytes) -> Kind | None:
    """Credentials have titles, decisions have recognisers; None where neither is seen in the first row."""
    if form == "ndjson":
        try:
            first = json.loads(beginning.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0])
        except (ValueError, RecursionError):
            return None
        names = set(first) if isinstance(first, dict) else set()
        return "catalogue" if "credential" in names else "decisions" if "recogniser" in names else None
    for kind, mark in (("catalogue", "title"), ("decisions", "recogniser")):
        if form == "csv":
            head = re.split(r"[,;\t]", beginning.partition(b"\n")[0].decode(errors="replace"))
            if any(column_for(SECTIONS[kind], name.strip(' "\r\ufeff')) == mark for name in head):
                return kind  # type: ignore[return-value]
            continue
        try:
            next(read_rows(file, form, SECTIONS[kind], {}), None)  # type: ignore[arg-type]
        except UnreadableFile:
            continue
        return kind  # type: ignore[return-value]
    return None


def _measured(file: Path, form: Format) -> tuple[str, str, int | None, int]:
    """Where a file lies, its checksum, about how many rows it has, and its bytes."""
    digest, lines, size = hashlib.sha256(), 0, 0
    with file.open("rb") as text:
        while part := text.read(1 << 20):
            digest.update(part)
            size += len(part)
            lines += part.count(b"\n")
    rows: int | None = lines if form in ("ndjson", "csv") else None
    if form == "parquet":
        try:
            rows = pq.ParquetFile(file).metadata.num_rows
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            rows = None
    return str(file.absolute()), digest.hexdigest(), rows, size
