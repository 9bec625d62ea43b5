"""Many questions in one request."""

import asyncio
import csv
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.api.asking import report_on
from app.api.dependencies import Releases
from app.api.examples import BATCH_EXAMPLES, LINES_EXAMPLES, TABLE_EXAMPLES
from app.api.numbers import WholeNumber
from app.api.one_way import read_one_way
from app.api.problems import PROBLEMS, Problem, describe, describe_fault, describe_invalid
from app.api.question_table import question_of, read_header, rows_of, written
from app.api.schemas import Closed, RecognitionRequest
from app.api.spool import spooled
from app.domain.errors import Fault, UnreadableQuestion
from app.domain.report import ReleaseReference, Report
from app.domain.ruleset import RuleSet
from app.services.documents import DocumentReport
from app.store.database import open_session

router = APIRouter(prefix="/v1", tags=["Recognition"], responses=PROBLEMS)

PATH = "/v1/recognition/batch"
LONGEST_NAME = 200
"""Most characters of a caller's name for a question."""
MAX_ITEMS = 1_000
"""Most questions in a JSON array; a stream of lines has no such limit."""
MAX_JSON_BYTES = 8_388_608
"""Largest JSON array."""
MAX_LINE_BYTES = 262_144
"""Longest line of a stream."""
PARCEL_BYTES, PARCEL_SECONDS = 65_536, 0.1
"""Lines are sent when they are so many bytes, or waited so long for more."""
JSON, LINES, CSV = "application/json", "application/x-ndjson", "text/csv"

log = logging.getLogger(__name__)


class BatchItem(RecognitionRequest):
    """One question of a batch, with a name of the caller's."""

    id: str | None = Field(
        default=None,
        max_length=LONGEST_NAME,
        description="A name of your own, given back with the answer. Else its position.",
    )


class BatchAnswer(BaseModel):
    """The answer to one question, or what is wrong with it."""

    id: str = Field(description="The question's own name, or its position, counted from 0.")
    report: DocumentReport | Report | None = Field(default=None, description="The answer.")
    problem: Problem | None = Field(default=None, description="What is wrong with the question.")


class BatchAnswers(BaseModel):
    """The answers to a batch, in its order."""

    release: ReleaseReference = Field(description="The one state of the data that all answers rest on.")
    answers: list[BatchAnswer] = Field(description="An answer or a problem for every question.")


class BatchQuery(Closed):
    """How a batch is answered."""

    release: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="State of the data for all. Without it: the active one."
    )
    answers: Literal["json", "ndjson", "csv"] | None = Field(
        default=None, description="Form of the answers. Without it: JSON for a JSON array, else a JSON object a line."
    )


_ANSWER = TypeAdapter(BatchAnswer)
_ITEM = TypeAdapter(BatchItem)

_BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "array",
                "maxItems": MAX_ITEMS,
                "items": {"$ref": "#/components/schemas/BatchItem"},
                "title": "Batch",
                "description": f"At most {MAX_ITEMS} questions.",
            },
            "examples": BATCH_EXAMPLES,
        },
        LINES: {
            "schema": {"type": "string", "description": "A question as a JSON object on every line."},
            "examples": LINES_EXAMPLES,
        },
        CSV: {
            "schema": {"type": "string", "description": "A question on every row; the columns are in the guide."},
            "examples": TABLE_EXAMPLES,
        },
    },
}

_STREAMS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            LINES: {"schema": {"type": "string", "description": "An answer or a problem as a JSON object a line."}},
            CSV: {"schema": {"type": "string", "description": "A row for each outcome, or for a problem."}},
        }
    }
}
"""What is answered besides JSON."""


@router.post(
    "/recognition/batch",
    response_model=BatchAnswers,
    summary="Many questions at once, answered in their order",
    description=f"Send a JSON array of up to {MAX_ITEMS} questions, or any number as lines of JSON "
    "(`application/x-ndjson`) or rows of CSV (`text/csv`). Each question has its own options and gets its own report "
    "or its own problem; a question that makes no sense breaks no other. All answers rest on one release. Lines and "
    "rows are answered as a stream, with little memory on either side.",
    openapi_extra={"requestBody": _BODY},
    responses=_STREAMS,
)
async def recognise_batch(request: Request, query: Annotated[BatchQuery, Query()], releases: Releases) -> Response:
    """Answer many questions."""
    rules = await releases.get(query.release)
    sent = request.headers.get("content-type", JSON).partition(";")[0].strip().casefold()
    if sent not in (JSON, LINES, CSV):
        text = f"Found a body of type {sent!r}, expected {JSON}, {LINES} or {CSV}."
        raise UnreadableQuestion(text, "/header/content-type")
    form = query.answers or ("json" if sent == JSON else "ndjson")
    items = _spooled_items(request, sent)
    first = await anext(items)  # what is wrong with the body as a whole is told with a status of its own
    answers = _answers(request, rules, _chained(first, items), in_json=form != "csv")
    answered = await anext(answers, None)  # so is a database that is away from the beginning
    answers = _led_by(answered, answers)
    if form == "json":
        return StreamingResponse(_as_json(rules, answers), media_type=JSON)
    if form == "csv":
        return StreamingResponse(_as_csv(answers), media_type=f"{CSV}; charset=utf-8")
    return StreamingResponse(_as_lines(answers), media_type=LINES)


Told = BatchAnswer | bytes
"""An answer, or one that is JSON already."""
Item = tuple[str, Any]
"""The position of a question and its body: a mapping, or a Problem when it could not even be read."""


async def _chained(first: Item | None, rest: AsyncIterator[Item | None]) -> AsyncIterator[Item]:
    if first is not None:
        yield first
    async for item in rest:
        if item is not None:
            yield item


async def _led_by(first: Told | None, rest: AsyncIterator[Told]) -> AsyncIterator[Told]:
    if first is not None:
        yield first
    async for answer in rest:
        yield answer


async def _spooled_items(request: Request, sent: str) -> AsyncIterator[Item | None]:
    """The questions in their order. First of all None, when the body as a whole is sound and empty."""
    most = MAX_JSON_BYTES if sent == JSON else request.app.state.settings.max_batch_bytes
    async with spooled(request, most) as file:
        items = {JSON: _in_array, LINES: _in_lines, CSV: _in_table}[sent](file)
        yield next(items, None)
        for item in items:
            yield item


def _in_array(file: IO[bytes]) -> Iterator[Item]:
    try:
        items = read_one_way(file.read())
    except ValueError as error:
        raise UnreadableQuestion(f"The body cannot be read, expected a JSON array: {error}.") from None
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        found = f"{len(items)} questions" if isinstance(items, list) else type(items).__name__
        text = f"Found {found}, expected a JSON array of at most {MAX_ITEMS}; send more as lines ({LINES})."
        raise UnreadableQuestion(text)
    for n, item in enumerate(items):
        yield str(n), item


def _in_lines(file: IO[bytes]) -> Iterator[Item]:
    n = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield str(n), describe(422, "invalid-request", f"Line {n + 1} is longer than {MAX_LINE_BYTES} bytes.")
        elif line.strip():
            try:
                yield str(n), read_one_way(line)
            except ValueError as error:
                yield str(n), describe(422, "invalid-request", f"Line {n + 1} is no JSON: {error}.")
        else:
            continue
        n += 1


def _in_table(file: IO[bytes]) -> Iterator[Item]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    rows = csv.DictReader(text, strict=True)
    try:
        read_header(rows.fieldnames)
    except csv.Error as error:
        raise UnreadableQuestion(f"The first line is no CSV: {error}.", "/0") from None
    n = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield str(n), describe(422, "invalid-request", f"Line {rows.line_num} is no CSV: {error}.")
        else:
            yield str(n), question_of(row)
        n += 1
    text.detach()


async def _answers(
    request: Request, rules: RuleSet, items: AsyncIterator[Item], *, in_json: bool
) -> AsyncIterator[Told]:
    """Each question answered in turn; others get their turn in between."""
    state, public_url = request.app.state, request.app.state.settings.public_url
    async with open_session(state.engine) as session:
        async for position, item in items:
            name = item.get("id") if isinstance(item, dict) else None
            name = position if name is None else str(name).encode(errors="replace").decode()
            credential_id, options = _by_id(item) if in_json else (None, b"")
            try:
                if credential_id is not None:
                    known = await state.known_queries.answer(options, credential_id, state.engine, rules, public_url)
                    if known is not None:
                        yield b"".join((b'{"id":', json.dumps(name).encode(), b',"report":', known, b"}"))
                        continue
                if isinstance(item, Problem):
                    yield BatchAnswer(id=name, problem=item)
                    continue
                question = _ITEM.validate_python(item)
                if question.release not in (None, rules.release.number):
                    raise UnreadableQuestion("A batch has one release: give it as ?release=.", "/release")
                report = await report_on(question, session, rules, public_url, state.documents)
                if credential_id is not None:
                    state.known_queries.learn(options, question, rules)
                yield BatchAnswer(id=name, report=report)
            except ValidationError as error:
                faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
                yield BatchAnswer(id=name, problem=describe_invalid(faults, item))
            except Fault as fault:
                yield BatchAnswer(id=name, problem=describe_fault(fault))
            await asyncio.sleep(0)


def _by_id(item: Any) -> tuple[str | None, bytes]:
    """The catalogue id that a question asks about, when it says nothing else of the credential; and its options."""
    told = item.get("credential") if isinstance(item, dict) else None
    if not isinstance(told, dict) or told.keys() != {"id"} or not isinstance(told["id"], str):
        return None, b""
    name = item.get("id", "")
    if not isinstance(name, str) or not name.isascii() or len(name) > LONGEST_NAME:
        return None, b""
    options = {key: value for key, value in item.items() if key not in ("id", "credential")}
    return told["id"], json.dumps(options, sort_keys=True).encode()


def _line(answer: Told) -> bytes:
    return answer if isinstance(answer, bytes) else _ANSWER.dump_json(answer, exclude_none=True)


async def _as_json(rules: RuleSet, answers: AsyncIterator[Told]) -> AsyncIterator[bytes]:
    yield b'{"release":' + TypeAdapter(ReleaseReference).dump_json(rules.release) + b',"answers":['
    before = b""
    async for answer in answers:
        yield before + _line(answer)
        before = b","
    yield b"]}"


async def _as_lines(answers: AsyncIterator[Told]) -> AsyncIterator[bytes]:
    """Lines, sent some at a time: as many as fit a parcel, or as came in a moment."""
    lines: list[bytes] = []
    size, since = 0, time.monotonic()
    async for answer in answers:
        lines.append(_line(answer) + b"\n")
        size += len(lines[-1])
        if size >= PARCEL_BYTES or time.monotonic() - since >= PARCEL_SECONDS:
            yield b"".join(lines)
            lines, size, since = [], 0, time.monotonic()
            await asyncio.sleep(0)  # others get their turn
    yield b"".join(lines)


async def _as_csv(answers: AsyncIterator[Told]) -> AsyncIterator[bytes]:
    yield written((), head=True)
    async for answer in answers:
        assert isinstance(answer, BatchAnswer)
        if answer.report is not None:
            yield written(rows_of(answer.id, answer.report))
        else:
            yield written([{"id": answer.id, "problem": answer.problem.detail if answer.problem else ""}])
