"""Imports: send a file, see what is wrong with it, stop it, take it back."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError

from app.api.dependencies import Session
from app.api.importing import (
    BODY,
    CONFLICT,
    FILE,
    DifferenceList,
    DifferenceQuery,
    ImportItem,
    ImportList,
    ImportParameters,
    ImportQuery,
    ImportReport,
    ImportUrlRequest,
    ListQuery,
    ReportQuery,
    RowProblem,
    StatementDifference,
    UndoneImport,
    item_of,
)
from app.api.numbers import WholeNumber
from app.api.problems import CLOSED, PROBLEMS
from app.api.received import receive, receive_json
from app.api.responses import private
from app.api.schemas import Nothing
from app.api.security import ADMIN, needs
from app.domain.access import Caller
from app.domain.errors import OtherRequest, UnreadableQuestion
from app.services.importing.jobs import (
    REJECTED_SUFFIXES,
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
from app.services.importing.requests import add_fetch, add_import
from app.store.database import open_session
from app.store.jobs import FINISHED, Job

PATH = f"{ADMIN}/imports"
Q = TypeVar("Q", bound=ImportQuery)

router = APIRouter(prefix=ADMIN, tags=["Imports"], responses={**PROBLEMS, **CLOSED})

Importer = Annotated[Caller, needs("import")]
Number = Annotated[WholeNumber, Path(ge=1, le=2**31 - 1, description="Number of the import.", examples=[1])]


@router.post(
    "/imports",
    response_model=ImportItem,
    status_code=202,
    summary="Send a catalogue, decisions, skills or framework data to be imported",
    description="Send the file in a form (field `file`) or as the body itself, or its address (`url`) as JSON. The "
    "answer comes at once with an import to follow at `Location`. A catalogue, decisions and skills become a "
    "collection: CSV, XLSX or Parquet with the columns of our export, lines of JSON, or documents in CTDL, ELM, Open "
    "Badges or CASE; all of it is applied at once, as a release that is served. Framework data (a YAML file, or a zip "
    "archive of a data folder) becomes a draft: activate it when you have looked at it. "
    "Send an `Idempotency-Key`, and a repeated request gives the same import.",
    responses={202: {"headers": {"Location": {"schema": {"type": "string"}, "description": "Where to follow it."}}}},
    openapi_extra={"requestBody": BODY},
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
    given = query.model_dump(exclude_unset=True)
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() == "application/json":
        told = await receive_json(request, settings.max_body_bytes)
        return _told(await _from_address(request, caller, {**given, **told}, idempotency_key))
    received = await receive(request, settings.imports_dir, settings.max_import_bytes)
    job = None
    try:
        options = _options(ImportQuery, {**given, **received.options})
        if options.format is None and received.format is not None:
            options.format = received.format
        key = _key(idempotency_key, f"{received.checksum} {options.model_dump_json()}")
        job = await find_known(engine, caller, key) if key else None
        if job is None:
            job = await add_import(engine, received.path, received.name, options.wish(), caller=caller, key=key)
        _check_request(job, key)
    finally:
        if job is None or FilePath(job.file).name != received.path.name:
            await asyncio.to_thread(received.path.unlink, True)
    return _told(job)


async def _from_address(request: Request, caller: Caller, given: dict[str, Any], word: str | None) -> Job:
    """The import of what stands at an address."""
    if "url" not in given:
        text = (
            "Found JSON without 'url', expected the address of a file. A file itself is sent in a form, or with a type "
            "of its own such as application/ld+json."
        )
        raise UnreadableQuestion(text, "/url")
    if not request.app.state.settings.fetching:
        raise UnreadableQuestion("No address is asked for here (FETCHING is off), expected the file itself.", "/url")
    options = _options(ImportUrlRequest, given)
    key = _key(word, options.model_dump_json())
    engine = request.app.state.engine
    job = await find_known(engine, caller, key) if key else None
    if job is None:
        job = await add_fetch(engine, options.url, options.wish(), caller=caller, key=key)
    _check_request(job, key)
    return job


def _key(word: str | None, request: str) -> tuple[str, str] | None:
    """What the caller calls the request, and the checksum of it."""
    return None if word is None else (word, hashlib.sha256(request.encode()).hexdigest())


def _check_request(job: Job, key: tuple[str, str] | None) -> None:
    """Raise OtherRequest where the job under this key began with another request."""
    if key is not None and job.request_checksum != key[1]:
        raise OtherRequest(key[0])


def _told(job: Job) -> Response:
    answer = private(ImportItem, item_of(job), status=202)
    answer.headers["Location"] = f"{PATH}/{job.number}"
    return answer


def _options(shape: type[Q], given: dict[str, Any]) -> Q:
    given.pop("file", None)
    try:
        return shape.model_validate({name: value for name, value in given.items() if value != ""})
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
            "content": {kind: {"schema": FILE} for kind in dict.fromkeys(REJECTED_TYPES.values())},
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

    name = f"rejected-{number}.{REJECTED_SUFFIXES.get(job.format, job.format)}"
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
