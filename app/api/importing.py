"""Shapes of imports: how something shall be imported, and what is told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from app.api.examples import IMPORT_EXAMPLES, IMPORT_FORM_EXAMPLES, IMPORT_URL_EXAMPLES
from app.api.numbers import WholeNumber
from app.api.one_way import read_one_way
from app.api.problems import Problem as ProblemResponse
from app.api.received import MULTIPART
from app.api.schemas import Closed
from app.domain.sources import Confidence
from app.services.addresses import MAX_ADDRESS
from app.services.importing.requests import DatedBy, Wish
from app.services.importing.understanding import Format
from app.store.jobs import Job, Kind, State

T = TypeVar("T")
OrNothing = Annotated[T | None, BeforeValidator(lambda value: value or None)]
"""A value that is absent where the job has an empty one."""


_MAPPING = (
    "For tables: by columns of the file the column that each is, as a JSON object; empty: none. For "
    "documents of linked data: by what the file calls a body, a unit of credit or a credential (address, CTID or "
    "name), its id here; and under `score` and `percent` the id of the fact that least scores are a test of."
)


class _Options(Closed):
    """What is said of a file in one word each."""

    kind: Kind | None = Field(default=None, description="What it holds. Without it: what the file plainly is.")
    name: str | None = Field(
        default=None,
        max_length=100,
        description="Collection that a catalogue, decisions or skills become; what it held before and the file does "
        "not, goes.",
    )
    format: Format | None = Field(default=None, description="Its format. Without it: what the file plainly is.")
    dry_run: bool = Field(default=False, description="Only tell what would happen.")
    on_error: Literal["abort", "skip"] = Field(
        default="abort", description="What a row that cannot be imported does: stop all, or stay out alone."
    )
    source: str | None = Field(
        default=None,
        max_length=200,
        description="For documents of linked data: id of the source that the statements cite, with the address of "
        "each. Without it they cite none.",
    )
    confidence: Confidence = Field(
        default="low",
        description="For documents of linked data: how sure you are of it; more than low needs a `source`.",
    )
    dated_by: DatedBy = Field(
        default="question",
        description="For transfer values in CTDL: whether their dates are compared with the day asked about, or with "
        "the day of the award.",
    )


class ImportQuery(_Options):
    """How a file shall be imported."""

    mapping: dict[str, str] = Field(default_factory=dict, description=_MAPPING)

    @field_validator("mapping", mode="before")
    @classmethod
    def _out_of_json(cls, value: Any) -> Any:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str):
            try:
                return read_one_way(value)
            except ValueError:
                raise ValueError('a JSON object such as {"Course name": "title"}') from None
        return value

    def wish(self) -> Wish:
        """The same in the words of the service."""
        return Wish(
            kind=self.kind, collection=self.name, format=self.format, dry_run=self.dry_run, on_error=self.on_error,
            mapping=self.mapping, source=self.source, confidence=self.confidence, dated_by=self.dated_by,
        )  # fmt: skip


class ImportUrlRequest(ImportQuery):
    """The address of a file that shall be fetched and imported."""

    url: str = Field(
        max_length=MAX_ADDRESS,
        description="Address of the file: https, at a public host. It is fetched before the import begins.",
    )


class ImportParameters(_Options):
    """The same options where they stand in the address."""

    mapping: str | None = Field(default=None, max_length=20_000, description=_MAPPING)


class ImportItem(BaseModel):
    """An import and what became of it."""

    number: int = Field(description="Number of the import.")
    kind: OrNothing[Kind] = Field(
        default=None, description="What the file holds; absent while it is fetched and you did not say it."
    )
    collection: str = Field(description="The collection that it becomes; `data` for framework data.")
    state: State = Field(
        description="fetching: its file is fetched; queued, running; succeeded; failed: nothing was applied; "
        "cancelled; undone: taken back."
    )
    dry_run: bool = Field(description="Whether it only tells what would happen.")
    on_error: Literal["abort", "skip"] = Field(description="What a row that cannot be imported does.")
    format: OrNothing[str] = Field(default=None, description="Format of the file; absent until it is known.")
    mapping: Mapping[str, str] = Field(description="What names in the file stand for: columns, bodies, units.")
    options: Mapping[str, str] = Field(
        default_factory=dict, description="Further options that were given: source, confidence, dated_by."
    )
    url: str | None = Field(default=None, description="Address from which the file is fetched.")
    reached: str | None = Field(default=None, description="The address that gave it, after redirects.")
    file_name: OrNothing[str] = Field(default=None, description="What the file is called.")
    bytes: int = Field(description="Size of the file in bytes; while it is fetched, how much of it is there.")
    checksum: OrNothing[str] = Field(default=None, description="SHA-256 of the file; absent while it is fetched.")
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
    row: int = Field(
        description="Line, row of the table, or thing that a document describes, counted from 1; the head of a table "
        "is row 1."
    )
    place: str = Field(
        description="The column, or a JSON pointer into the line or the document; empty: the row as a whole."
    )
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

    before: WholeNumber | None = Field(default=None, ge=1, le=2**31 - 1, description="Only imports with lower numbers.")
    limit: WholeNumber = Field(default=50, ge=1, le=500, description="Most imports on a page.")


class ReportQuery(Closed):
    """Which problems."""

    after: WholeNumber = Field(default=0, ge=0, le=2**62, description="Cursor to read on.")
    limit: WholeNumber = Field(default=500, ge=1, le=10_000, description="Most problems on a page.")


class DifferenceQuery(Closed):
    """Which differences."""

    after: str = Field(default="", max_length=300, description="Cursor to read on.")
    limit: WholeNumber = Field(default=200, ge=1, le=1_000, description="Most differences on a page.")


def item_of(job: Job) -> ImportItem:
    """A job as it is told."""
    return ImportItem.model_validate(job, from_attributes=True)


CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemResponse, "description": "It does not fit to what happened meanwhile; the problem says what."}
}
"""What a route may answer that changes what was imported."""

FORM = {
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
"""A file in a form, as the documentation describes it."""
FILE = {"type": "string", "format": "binary", "description": "The file; the options then stand in the address."}
BODY = {
    "required": True,
    "content": {
        MULTIPART: {"schema": FORM, "examples": IMPORT_FORM_EXAMPLES},
        "application/json": {
            "schema": {"$ref": "#/components/schemas/ImportUrlRequest"}, "examples": IMPORT_URL_EXAMPLES
        },
        **{kind: {"schema": FILE, "examples": examples} for kind, examples in IMPORT_EXAMPLES.items()},
    },
}  # fmt: skip
"""The bodies that are taken."""
