"""Takes in what shall be imported, a file or the address of one, and makes it a job that waits."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.documents.reading.statements import THING_FORMATS
from app.domain.access import Caller
from app.domain.errors import UnreadableQuestion
from app.domain.sources import Confidence
from app.services.addresses import Refused, read_address
from app.services.importing.understanding import Format, Understood, understand
from app.store import jobs
from app.store.database import open_session, open_writing
from app.store.jobs import Job, Kind
from app.store.tables import CURATED

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)

OnError = Literal["abort", "skip"]
DatedBy = Literal["question", "award"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a file shall be imported; what is None is seen from the file."""

    kind: Kind | None = None
    collection: str | None = None
    format: Format | None = None
    dry_run: bool = False
    on_error: OnError = "abort"
    mapping: Mapping[str, str] = field(default_factory=dict)
    """By columns of the file the column that each is, empty where it is none; of a document of linked data, by what it
    calls bodies, units and credentials, their ids here."""
    source: str | None = None
    """Id of the source that statements of such a document cite."""
    confidence: Confidence = "low"
    """How sure whoever sends such a document is of it."""
    dated_by: DatedBy = "question"
    """What the dates of decisions in such a document are compared with."""

    @property
    def options(self) -> Mapping[str, str]:
        """What is said of a document of linked data beyond what is usual."""
        usual = Wish()
        told = {name: getattr(self, name) for name in ("source", "confidence", "dated_by")}
        return {name: value for name, value in told.items() if value != getattr(usual, name)}


async def add_import(
    engine: AsyncEngine, file: Path, file_name: str, wish: Wish, *, caller: Caller, key: tuple[str, str] | None = None
) -> Job:
    """Make a file a job that waits. ``key`` is what the caller calls the request, and the checksum of it.

    The same key of the same caller gives the job that there is. Raises UnreadableQuestion where it is not plain what
    the file is, or it needs a name.
    """
    _check_options(wish)
    found = await asyncio.to_thread(understand, file, file_name, wish.format, wish.kind)
    place = str(await asyncio.to_thread(file.absolute))
    return await _add(engine, wish, caller, key, file=place, file_name=file_name[:300], **described(found, wish))


async def add_fetch(
    engine: AsyncEngine, url: str, wish: Wish, *, caller: Caller, key: tuple[str, str] | None = None
) -> Job:
    """Make an address a job that waits to be fetched. Raises UnreadableQuestion where it is none that may be asked."""
    _check_options(wish)
    try:
        address = read_address(url).address
    except Refused as refusal:
        raise UnreadableQuestion(f"Found {url[:200]!r}: {refusal}. Expected a public https address.", "/url") from None
    collection = CURATED if wish.collection is None else _checked_name(wish.collection)
    return await _add(
        engine, wish, caller, key, state="fetching", url=address, kind=wish.kind or "", collection=collection,
        format=wish.format or "", file="", file_name="", checksum="", bytes=0,
    )  # fmt: skip


def described(found: Understood, wish: Wish) -> dict[str, Any]:
    """What a file is, as a job keeps it. Raises UnreadableQuestion where it needs a name, or options do not fit."""
    if wish.options and found.format not in THING_FORMATS:
        text = f"Found {found.format} with {', '.join(wish.options)}. In {', '.join(THING_FORMATS)} nothing else says "
        raise UnreadableQuestion(f"{text}these; this file says them itself.", f"/{next(iter(wish.options))}")
    return {
        "kind": found.kind,
        "collection": CURATED if found.kind == "framework" else _checked_name(wish.collection),
        "format": found.format,
        "checksum": found.checksum,
        "bytes": found.bytes,
        "rows": found.rows,
    }


async def _add(engine: AsyncEngine, wish: Wish, caller: Caller, key: tuple[str, str] | None, **described: Any) -> Job:
    try:
        async with open_writing(engine) as session:
            number = await jobs.add_job(
                session, dry_run=wish.dry_run, on_error=wish.on_error, mapping=dict(wish.mapping),
                options=dict(wish.options), who=caller.id, who_name=caller.name[:200], address=caller.address[:200],
                idempotency_key=key and key[0], request_checksum=key and key[1], **described,
            )  # fmt: skip
            job = await jobs.find_job(session, number)
    except IntegrityError:
        if key is None:
            raise
        async with open_session(engine) as session:
            job = await jobs.find_job_by_key(session, caller.id, key[0])
    assert job is not None
    return job


def _check_options(wish: Wish) -> None:
    if wish.confidence != "low" and wish.source is None:
        text = f"Found the confidence {wish.confidence!r} without a source, expected 'source': the id of one."
        raise UnreadableQuestion(text, "/confidence")


def _checked_name(name: str | None) -> str:
    if name is None:
        raise UnreadableQuestion(
            "Catalogues, decisions and skills need the name of the collection that they become.", "/name"
        )
    if _NAME.fullmatch(name) is None or name == CURATED:
        text = (
            f"Found the name {name[:100]!r}, expected up to 100 letters, digits, points and hyphens, not {CURATED!r}."
        )
        raise UnreadableQuestion(text, "/name")
    return name
