"""The tables of imports: jobs, what is wrong with their files, and rows that wait to be applied."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, String, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.store.tables import CredentialRow, DecisionRow, SkillRow, columns_of

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""A key of 64 bits that grows: on SQLite every integer is one."""


class ImportJobRow(SQLModel, table=True):
    """One file that somebody sent to be imported, and what became of it."""

    __tablename__ = "import_jobs"
    __table_args__ = (UniqueConstraint("who", "idempotency_key", name="import_jobs_once"),)

    number: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    collection: str = Field(max_length=100)
    state: str = Field(max_length=12, index=True)
    dry_run: bool
    on_error: str = Field(max_length=10)
    format: str = Field(max_length=10)
    mapping: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    options: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    """What the sender says of a document of linked data: its source, how sure they are."""
    url: str | None = None
    """The address that the file is fetched from."""
    reached: str | None = None
    """The address that gave it, after redirects."""
    file: str
    """Where the file lies; empty until it was fetched."""
    file_name: str
    """What the sender calls it."""
    bytes: int = Field(sa_column=Column(BIG, nullable=False))
    checksum: str = Field(max_length=64)
    """SHA-256 of the file."""
    who: str = Field(max_length=200)
    who_name: str = Field(max_length=200)
    address: str = Field(max_length=200)
    idempotency_key: str | None = Field(default=None, max_length=255)
    request_checksum: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    rows: int | None = None
    """About how many rows the file has; None where nobody can tell before reading it."""
    row: int = 0
    """The last row of the file that was read and kept."""
    digest: str = Field(default="", max_length=64)
    """Checksum of what was kept so far."""
    ground: str = Field(default="", max_length=64)
    """Checksum of the framework data against which the rows were checked."""
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    problems: int = 0
    release: int | None = Field(default=None, foreign_key="releases.number")
    """The release that it made."""
    failure: str | None = None
    """Why it failed, in a sentence."""
    cancelling: bool = False
    """Whether somebody asked to stop it."""
    runner: str | None = Field(default=None, max_length=100)
    """The process that works on it."""
    lease_until: float | None = None
    """Until when (seconds since 1970) nobody else may take it over."""
    attempts: int = 0
    """How often it was taken since it last got further, without those who left it to others in order."""


class ImportProblemRow(SQLModel, table=True):
    """Something that is wrong with a row of an imported file."""

    __tablename__ = "import_problems"

    pk: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True))
    job: int = Field(foreign_key="import_jobs.number", index=True)
    file: str | None = None
    """The file within an archive."""
    row: int
    place: str
    """The column, or the JSON pointer, within the row."""
    found: str
    expected: str


def _staged(name: str, table: type[SQLModel], *more: Column[Any]) -> Table:
    """A table of rows that wait: the key says job and row, and the other columns are those of the table."""
    own = [column for column in columns_of(table) if column.name not in ("pk", "since", "until", "collection")]
    return Table(
        name,
        SQLModel.metadata,
        Column("pk", BIG, primary_key=True, autoincrement=False),
        *(Column(column.name, column.type, nullable=column.nullable) for column in own),
        *more,
    )


STAGED_CREDENTIALS = _staged(
    "staged_credentials",
    CredentialRow,
    Column("name_of_issuer", String, nullable=True),
    Column("identifiers", JSON, nullable=False),
    Column("deliveries", JSON, nullable=False),
    Column("skills", JSON, nullable=True),
    Column("words", Text, nullable=False),
)
STAGED_DECISIONS = _staged("staged_decisions", DecisionRow, Column("credentials", JSON, nullable=False))
STAGED_SKILLS = _staged("staged_skills", SkillRow)
STAGED_WORDS = Table(
    "staged_words",
    SQLModel.metadata,
    Column("job", Integer, primary_key=True),
    Column("word", String(100), primary_key=True),
)


def staged_keys(job: int) -> tuple[int, int]:
    """The keys of a job's waiting rows: from the first up to, not including, the second; its row 0 has the first."""
    return job << 32, (job + 1) << 32
