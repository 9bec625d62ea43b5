"""Imports: send a file, see what is wrong with it, stop it, take it back."""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, ValidationError, field_validator

from app.api.dependencies import Session
from app.api.examples import IMPORT_EXAMPLES, IMPORT_FORM_EXAMPLES
from app.api.problems import CLOSED, PROBLEMS
from app.api.problems import Problem as ProblemResponse
from app.api.received import MULTIPART, receive
from app.api.responses import private
from app.api.schemas import Closed, Nothing
from app.api.security import ADMIN, needs
from app.domain.access import Caller
from app.domain.errors import OtherRequest
from app.services.importing.jobs import (
    REJECTED_TYPES,
    cancel,
    differences_of,
    find_known,
    get_job,
    list_jobs,
    list_problems,
    undo,
    write_rejects,
)
from app.services.importing.requests import Format, Wish, add_import
from app.store.database import open_session
from app.store.jobs import FINISHED, Job, Kind, State

PATH = f"{ADMIN}/imports"
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemResponse, "description": "It does not fit to what happened meanwhile; the problem says what."}
}

router = APIRouter(prefix=ADMIN, tags=["Imports"], responses={**PROBLEMS, **CLOSED})

Importer = Annotated[Caller, needs("import")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the import.", examples=[1])]


class ImportQuery(Closed):
    """How a file shall be imported."""

    kind: Kind | None = Field(default=None, description="What it holds. Without it: what the file plainly is.")
    name: str | None = Field(
        default=None,
        max_length=100,
        description="Collection that a catalogue or decisions become; what it held before and the file does not, goes.",
    )
    format: Format | None = Field(default=None, description="Its format. Without it: what the file plainly is.")
    dry_run: bool = Field(default=False, description="Only tell what would happen.")
    on_error: Literal["abort", "skip"] = Field(
        default="abort", description="What a row that cannot be imported does: stop all, or stay out alone."
    )
    mapping: dict[str, str] = Field(
        default_factory=dict,
        description="For tables: by columns of the file the column that each is, as a JSON object; empty: none.",
    )

    @field_validator("mapping", mode="before")
    @classmethod
    def _out_of_json(cls, value: Any) -> Any:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str):
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                raise ValueError('a JSON object such as {"Course name": "title"}') from None
        return value

    def wish(self) -> Wish:
        """The same in the words of the service."""
        return Wish(
            kind=self.kind, collection=self.name, format=self.format, dry_run=self.dry_run, on_error=self.on_error,
            mapping=self.mapping,
        )  # fmt: skip


class ImportParameters(Closed):
    """The same options where they stand in the address."""

    kind: Kind | None = Field(default=None, description=ImportQuery.model_fields["kind"].description)
    name: str | None = Field(default=None, max_length=100, description=ImportQuery.model_fields["name"].description)
    format: Format | None = Field(default=None, description=ImportQuery.model_fields["format"].description)
    dry_run: bool = Field(default=False, description=ImportQuery.model_fields["dry_run"].description)
    on_error: Literal["abort", "skip"] = Field(
        default="abort", description=ImportQuery.model_fields["on_error"].description
    )
    mapping: str | None = Field(
        default=None, max_length=20_000, description=ImportQuery.model_fields["mapping"].description
    )


class ImportItem(BaseModel):
    """An import and what became of it."""

    number: int = Field(description="Number of the import.")
    kind: Kind = Field(description="What the file holds.")
    collection: str = Field(description="The collection that it becomes; `data` for framework data.")
    state: State = Field(
        description="queued, running; succeeded; failed: nothing was applied; cancelled; undone: taken back."
    )
    dry_run: bool = Field(description="Whether it only tells what would happen.")
    on_error: Literal["abort", "skip"] = Field(description="What a row that cannot be imported does.")
    format: str = Field(description="Format of the file.")
    mapping: Mapping[str, str] = Field(description="Columns of the file, and which each is.")
    file_name: str = Field(description="What the sender calls the file.")
    bytes: int = Field(description="Size of the file in bytes.")
    checksum: str = Field(description="SHA-256 of the file.")
    who: str = Field(description="Id of whoever sent it.")
    created_at: datetime = Field(description="When it was sent.")
    started_at: datetime | None = Field(default=None, description="When work on it began.")
    finished_at: datetime | None = Field(default=None, description="When it was finished.")
    rows: int | None = Field(default=None, description="About how many rows the file has, where it tells.")
    counts: Mapping[str, int] = Field(
        description="Rows read, accepted and rejected so far; at the end also statements added, changed, removed and "
        "unchanged. For framework data: statements by section."
    )
    problems: int = Field(description="How much is wrong with its rows: see the report.")
    release: int | None = Field(default=None, description="The release that it made; for framework data a draft.")
    failure: str | None = Field(default=None, description="Why it failed.")


class ImportList(BaseModel):
    """A page of imports."""

    items: list[ImportItem] = Field(description="Imports, the newest first.")
    next: int | None = Field(default=None, description="Give this as ?before= to read on; absent on the last page.")


class UndoneImport(BaseModel):
    """An import that was taken back."""

    job: ImportItem = Field(description="The import.")
    release: int | None = Field(
        default=None, description="The release that is served now; absent when it was a draft that was never served."
    )


class RowProblem(BaseModel):
    """Something that is wrong with a row."""

    file: str | None = Field(default=None, description="The file in the archive.")
    row: int = Field(description="Line, or row of the table, counted from 1; the head of a table is row 1.")
    place: str = Field(description="The column, or a JSON pointer into the line; empty: the row as a whole.")
    found: str = Field(description="What was found there.")
    expected: str = Field(description="What was expected.")


class ImportReport(BaseModel):
    """A page of what is wrong with an import."""

    items: list[RowProblem] = Field(description="Problems in the order in which they were found.")
    next: int | None = Field(default=None, description="Give this as ?after= to read on; absent on the last page.")


class StatementDifference(BaseModel):
    """A statement that came, changed or went."""

    section: str = Field(description="Kind of statement.")
    id: str = Field(description="Its id.")
    change: Literal["added", "changed", "removed"] = Field(description="What happened to it.")
    before: dict[str, Any] | None = Field(default=None, description="How it stood before.")
    after: dict[str, Any] | None = Field(default=None, description="How it stands then.")


class DifferenceList(BaseModel):
    """A page of what changes from one release to another."""

    old: int | None = Field(default=None, description="The release before; absent when no release was made.")
    new: int | None = Field(default=None, description="The release that was made.")
    items: list[StatementDifference] = Field(description="Differences in the order of sections and ids.")
    next: str | None = Field(default=None, description="Give this as ?after= to read on; absent on the last page.")


class ListQuery(Closed):
    """Which imports."""

    before: int | None = Field(default=None, ge=1, le=2**31 - 1, description="Only imports with lower numbers.")
    limit: int = Field(default=50, ge=1, le=500, description="Most imports on a page.")


class ReportQuery(Closed):
    """Which problems."""

    after: int = Field(default=0, ge=0, le=2**62, description="Cursor to read on.")
    limit: int = Field(default=500, ge=1, le=10_000, description="Most problems on a page.")


class DifferenceQuery(Closed):
    """Which differences."""

    after: str = Field(default="", max_length=300, description="Cursor to read on.")
    limit: int = Field(default=200, ge=1, le=1_000, description="Most differences on a page.")


_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The file."},
        **{
            name: {"type": "string", "description": field.description}
            for name, field in ImportQuery.model_fields.items()
        },
    },
}
_FILE = {"type": "string", "format": "binary", "description": "The file; the options then stand in the address."}
_BODY = {
    "required": True,
    "content": {
        MULTIPART: {"schema": _FORM, "examples": IMPORT_FORM_EXAMPLES},
        **{kind: {"schema": _FILE, "examples": examples} for kind, examples in IMPORT_EXAMPLES.items()},
    },
}


def item_of(job: Job) -> ImportItem:
    """A job as it is told."""
    return ImportItem.model_validate(job, from_attributes=True)


@router.post(
    "/imports",
    response_model=ImportItem,
    status_code=202,
    summary="Send a catalogue, decisions or framework data to be imported",
    description="Send the file in a form (field `file`) or as the body itself. The answer comes at once with an "
    "import to follow at `Location`. A catalogue and decisions become a collection: CSV, XLSX or Parquet with the "
    "columns of our export, or lines of JSON; all of it is applied at once, as a release that is served. Framework "
    "data (a YAML file, or a zip archive of a data folder) becomes a draft: activate it when you have looked at it. "
    "Send an `Idempotency-Key`, and a repeated request gives the same import.",
    responses={202: {"headers": {"Location": {"schema": {"type": "string"}, "description": "Where to follow it."}}}},
    openapi_extra={"requestBody": _BODY},
)
async def send(
    request: Request,
    query: Annotated[ImportParameters, Query()],
    caller: Importer,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, description="A word of yours for this request, new for each."),
    ] = None,
) -> Response:
    """The import."""
    settings, engine = request.app.state.settings, request.app.state.engine
    received = await receive(request, settings.imports_dir, settings.max_import_bytes)
    job = None
    try:
        options = _options({**query.model_dump(exclude_unset=True), **received.options})
        if options.format is None and received.format is not None:
            options.format = received.format  # type: ignore[assignment]
        told = f"{received.checksum} {options.model_dump_json()}"
        key = idempotency_key and (idempotency_key, hashlib.sha256(told.encode()).hexdigest())
        job = await find_known(engine, caller, key) if key else None
        if job is None:
            job = await add_import(engine, received.path, received.name, options.wish(), caller=caller, key=key or None)
        if key and job.request_checksum != key[1]:
            raise OtherRequest(key[0])
    finally:
        if job is None or FilePath(job.file).name != received.path.name:
            await asyncio.to_thread(received.path.unlink, True)
    answer = private(ImportItem, item_of(job), status=202)
    answer.headers["Location"] = f"{PATH}/{job.number}"
    return answer


def _options(given: dict[str, Any]) -> ImportQuery:
    given.pop("file", None)
    try:
        return ImportQuery.model_validate({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        items = [{**detail, "loc": ("body", *detail["loc"])} for detail in error.errors(include_context=False)]
        raise RequestValidationError(items, body=given) from None


@router.get("/imports", response_model=ImportList, summary="All imports")
async def listing(query: Annotated[ListQuery, Query()], session: Session, caller: Importer) -> Response:
    """A page of imports."""
    found = await list_jobs(session, before=query.before, limit=query.limit + 1)
    items = [item_of(job) for job in found[: query.limit]]
    return private(ImportList, ImportList(items=items, next=items[-1].number if len(found) > query.limit else None))


@router.get("/imports/{number}", response_model=ImportItem, summary="One import")
async def one(number: Number, nothing: Annotated[Nothing, Query()], session: Session, caller: Importer) -> Response:
    """The import as it stands."""
    return private(ImportItem, item_of(await get_job(session, number)))


async def _known(number: Number, session: Session) -> Job:
    return await get_job(session, number)


@router.get(
    "/imports/{number}/events",
    response_class=EventSourceResponse,
    summary="How an import goes on, as server-sent events",
    description="An event `import` with the import whenever it changed; the last one when it is finished.",
)
async def events(
    request: Request,
    number: Number,
    nothing: Annotated[Nothing, Query()],
    caller: Importer,
    job: Annotated[Job, Depends(_known)],
) -> AsyncIterator[ServerSentEvent]:
    """Events until the import is finished."""
    before = None
    while True:
        item = item_of(job)
        if item != before:
            yield ServerSentEvent(data=item, event="import")
        if job.state in FINISHED:
            return
        before = item
        await asyncio.sleep(0.5)
        async with open_session(request.app.state.engine) as session:
            job = await get_job(session, number)


@router.get("/imports/{number}/report", response_model=ImportReport, summary="Everything that is wrong with its rows")
async def report(
    number: Number, query: Annotated[ReportQuery, Query()], session: Session, caller: Importer
) -> Response:
    """A page of problems."""
    await get_job(session, number)
    found = await list_problems(session, number, after=query.after, limit=query.limit + 1)
    items = [RowProblem.model_validate(problem, from_attributes=True) for _, problem in found[: query.limit]]
    following = found[query.limit - 1][0] if len(found) > query.limit else None
    return private(ImportReport, ImportReport(items=items, next=following))


@router.get(
    "/imports/{number}/rejected",
    summary="The rejected rows, in the format that was sent",
    description="With the same head: mend them, and send them again.",
    response_class=Response,
    responses={
        **CONFLICT,
        200: {
            "description": "The rows.",
            "content": {kind: {"schema": _FILE} for kind in dict.fromkeys(REJECTED_TYPES.values())},
        },
    },
)
async def rejected(
    number: Number, nothing: Annotated[Nothing, Query()], session: Session, caller: Importer
) -> Response:
    """A file."""
    job = await get_job(session, number)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when all of it was sent
    try:
        await write_rejects(session, job, file)
    except BaseException:
        file.close()
        raise

    async def parts() -> AsyncIterator[bytes]:
        with file:
            while part := await asyncio.to_thread(file.read, 1 << 20):
                yield part

    name = f"rejected-{number}.{job.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(parts(), media_type=REJECTED_TYPES[job.format], headers=headers)


@router.get("/imports/{number}/diff", response_model=DifferenceList, summary="What an import added, changed, removed")
async def diff(
    number: Number, query: Annotated[DifferenceQuery, Query()], session: Session, caller: Importer
) -> Response:
    """A page of differences."""
    job = await get_job(session, number)
    old, found, following = await differences_of(session, job, after=query.after, limit=query.limit)
    items = [StatementDifference(**item._asdict()) for item in found]
    return private(DifferenceList, DifferenceList(old=old, new=job.release, items=items, next=following))


@router.post("/imports/{number}/cancel", response_model=ImportItem, responses=CONFLICT, summary="Stop an import")
async def stop(request: Request, number: Number, nothing: Annotated[Nothing, Query()], caller: Importer) -> Response:
    """The import; one that is worked on stops within seconds."""
    return private(ImportItem, item_of(await cancel(request.app.state.engine, caller, number)))


@router.post(
    "/imports/{number}/undo",
    response_model=UndoneImport,
    responses=CONFLICT,
    summary="Take an import back",
    description="Makes and serves a release that is what is served now, with that one collection, or the framework "
    "data, as it was before. Refused when a later import touched the same.",
)
async def take_back(
    request: Request, number: Number, nothing: Annotated[Nothing, Query()], caller: Annotated[Caller, needs("release")]
) -> Response:
    """The import and the new release."""
    job, release = await undo(request.app.state.engine, caller, number)
    return private(UndoneImport, UndoneImport(job=item_of(job), release=release))
