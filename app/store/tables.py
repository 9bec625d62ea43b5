"""The tables. Columns are what is searched by; ``body`` is the whole statement, only read back.

Every statement is versioned by release: it belongs to the releases from ``since`` up to, not including, ``until``.
So a statement that does not change is stored once, an old release can be read as it was, and the difference between
two releases is a query. Rows are added and closed, never rewritten.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel import Field, SQLModel

CURATED = "data"
"""The collection of what stands in the data folder; imported catalogues are collections of their own."""


class ReleaseRow(SQLModel, table=True):
    """One immutable, numbered, checksummed state of the data."""

    __tablename__ = "releases"

    number: int = Field(primary_key=True)
    checksum: str = Field(max_length=64)
    """SHA-256 of the statements, those of all collections included."""
    data_checksum: str = Field(max_length=64)
    """SHA-256 of the statements of the data folder."""
    files_checksum: str = Field(max_length=64, index=True)
    """SHA-256 of the files that it was read from, to know quickly that nothing changed."""
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    """Statements of the data folder, by section."""
    collections: dict[str, dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """Imported catalogues that it holds besides: by name their checksum and number of statements."""
    based_on: int | None = Field(default=None, foreign_key="releases.number")
    """The release that was active when it was made; it holds what that holds, but for its own change."""
    imported: bool = False
    """Whether its framework data was imported, rather than read from the data folder."""
    cases: str | None = Field(default=None, max_length=64, foreign_key="case_sets.checksum")
    """The worked cases that came with its framework data."""


class CaseSetRow(SQLModel, table=True):
    """Worked cases that came with framework data, to be asked before it is activated."""

    __tablename__ = "case_sets"

    checksum: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the cases."""
    cases: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class ActivationRow(SQLModel, table=True):
    """One time that a release was activated, by whom and why."""

    __tablename__ = "activations"

    pk: int | None = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="releases.number")
    previous: int | None = Field(default=None, foreign_key="activations.pk")
    """The activation that taking this one back leads to."""
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    who: str = Field(max_length=200)
    reason: str | None = None
    """Why it was activated although worked cases fail, or taken back."""


class ActiveReleaseRow(SQLModel, table=True):
    """The one release that is served: a single row."""

    __tablename__ = "active_release"
    __table_args__ = (CheckConstraint("id = 1", name="only_one_row"),)

    id: int = Field(default=1, primary_key=True)
    number: int = Field(foreign_key="releases.number")
    activation: int = Field(foreign_key="activations.pk")


class StatementRow(SQLModel):
    """What every table of statements has."""

    section: ClassVar[str]

    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(max_length=200, index=True)
    since: int = Field(foreign_key="releases.number", index=True)
    until: int | None = Field(default=None, foreign_key="releases.number", index=True)
    body: dict[str, Any] = Field(sa_type=JSON)


class DatedRow(StatementRow):
    """A statement with a period and a confidence."""

    valid_from: date | None = None
    valid_to: date | None = None
    confidence: str = Field(max_length=6)


class SourceRow(StatementRow, table=True):
    __tablename__ = "sources"
    section: ClassVar[str] = "sources"
    title: str
    publisher: str | None = None
    url: str | None = None


class JurisdictionRow(DatedRow, table=True):
    __tablename__ = "jurisdictions"
    section: ClassVar[str] = "jurisdictions"
    name: str
    kind: str = Field(max_length=20)


class RecogniserRow(DatedRow, table=True):
    __tablename__ = "recognisers"
    section: ClassVar[str] = "recognisers"
    name: str
    kind: str = Field(max_length=40, index=True)
    jurisdiction: str = Field(max_length=10, index=True)
    url: str | None = None


class RegisterRow(DatedRow, table=True):
    __tablename__ = "registers"
    section: ClassVar[str] = "registers"
    name: str
    jurisdiction: str = Field(max_length=10, index=True)
    url: str | None = None


class FrameworkRow(DatedRow, table=True):
    __tablename__ = "frameworks"
    section: ClassVar[str] = "frameworks"
    name: str
    jurisdiction: str = Field(max_length=10, index=True)


class LevelRow(SQLModel, table=True):
    """A level of a framework, in the framework's order."""

    __tablename__ = "levels"
    framework_pk: int = Field(
        sa_column=Column(Integer, ForeignKey("frameworks.pk", ondelete="CASCADE"), primary_key=True)
    )
    position: int = Field(primary_key=True)
    framework: str = Field(max_length=200, index=True)
    value: str = Field(max_length=40)
    title: str | None = None


class LevelLinkRow(DatedRow, table=True):
    __tablename__ = "level_links"
    section: ClassVar[str] = "level_links"
    framework: str = Field(max_length=200, index=True)
    to_framework: str = Field(max_length=200, index=True)
    strength: str = Field(max_length=20)


class LevelPairRow(SQLModel, table=True):
    """One line of a level link: a level on the left and one that it corresponds to, or none."""

    __tablename__ = "level_pairs"
    link_pk: int = Field(sa_column=Column(Integer, ForeignKey("level_links.pk", ondelete="CASCADE"), primary_key=True))
    position: int = Field(primary_key=True)
    level: str = Field(max_length=40)
    to_level: str | None = Field(default=None, max_length=40)


class CreditSystemRow(DatedRow, table=True):
    __tablename__ = "credit_systems"
    section: ClassVar[str] = "credit_systems"
    name: str
    jurisdiction: str = Field(max_length=10, index=True)


class CreditReadingRow(DatedRow, table=True):
    __tablename__ = "credit_readings"
    section: ClassVar[str] = "credit_readings"
    system: str = Field(max_length=200, index=True)
    jurisdiction: str = Field(max_length=10, index=True)
    recogniser: str | None = Field(default=None, max_length=200)


class EquivalenceRow(DatedRow, table=True):
    __tablename__ = "equivalences"
    section: ClassVar[str] = "equivalences"
    system: str = Field(max_length=200, index=True)
    to_system: str = Field(max_length=200, index=True)
    jurisdiction: str | None = Field(default=None, max_length=10)
    recogniser: str | None = Field(default=None, max_length=200)
    basis: str = Field(max_length=20)


class SchemeRow(DatedRow, table=True):
    __tablename__ = "schemes"
    section: ClassVar[str] = "schemes"
    name: str
    jurisdiction: str = Field(max_length=10, index=True)
    status: str = Field(max_length=20)
    authority: str | None = Field(default=None, max_length=200)


class AppealRouteRow(DatedRow, table=True):
    __tablename__ = "appeal_routes"
    section: ClassVar[str] = "appeal_routes"
    jurisdiction: str = Field(max_length=10, index=True)
    recogniser: str | None = Field(default=None, max_length=200)


class TermRow(StatementRow, table=True):
    __tablename__ = "terms"
    section: ClassVar[str] = "terms"
    kind: str = Field(max_length=20)
    name: str


class CircumstanceRow(StatementRow, table=True):
    __tablename__ = "circumstances"
    section: ClassVar[str] = "circumstances"
    on: str = Field(max_length=20)
    type: str = Field(max_length=20)


class RuleRow(DatedRow, table=True):
    __tablename__ = "rules"
    section: ClassVar[str] = "rules"
    jurisdiction: str = Field(max_length=10, index=True)
    recogniser: str | None = Field(default=None, max_length=200, index=True)
    scheme: str | None = Field(default=None, max_length=200)
    status: str = Field(max_length=20)
    otherwise: str = Field(max_length=20)
    basis: str = Field(max_length=30)
    binding: bool


class CredentialRow(DatedRow, table=True):
    """A credential. Its EQF levels and hours are worked out when it is written, to be searched by."""

    __tablename__ = "credentials"
    __table_args__ = (Index("credentials_by_id_and_release", "id", "since"),)
    section: ClassVar[str] = "credentials"
    collection: str = Field(default=CURATED, max_length=100, index=True)
    title: str
    issuer: str | None = Field(default=None)
    issuer_country: str | None = Field(default=None, max_length=10, index=True)
    kind: str | None = Field(default=None, max_length=40, index=True)
    framework: str | None = Field(default=None, max_length=200, index=True)
    eqf_min: int | None = None
    eqf_max: int | None = None
    hours_min: float | None = None
    hours_max: float | None = None
    field: str | None = Field(default=None, max_length=4, index=True)
    language: str | None = Field(default=None, max_length=35, index=True)
    names: list[str] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    """Its folded titles and aliases once more, for those who have the row at hand."""


_BY_KEY = {"sqlite_with_rowid": False}
"""Rows below a credential or decision, derived from it in the same transaction and never deleted: they lie together by
its key, and are not checked against it row by row, which would take a fifth of the time of an import."""


class CredentialIdentifierRow(SQLModel, table=True):
    """A name under which another system knows a credential, same-as links included."""

    __tablename__ = "credential_identifiers"
    __table_args__ = _BY_KEY
    credential_pk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    position: int = Field(primary_key=True)
    scheme: str = Field(max_length=200)
    value: str = Field(max_length=1000, index=True)


class CredentialDeliveryRow(SQLModel, table=True):
    """A way in which a credential is taught."""

    __tablename__ = "credential_deliveries"
    __table_args__ = _BY_KEY
    credential_pk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    delivery: str = Field(max_length=20, primary_key=True)


class CredentialSkillRow(SQLModel, table=True):
    """The address of a skill that a credential attests."""

    __tablename__ = "credential_skills"
    __table_args__ = _BY_KEY
    credential_pk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    skill: str = Field(max_length=1000, primary_key=True, index=True)


class CredentialWordRow(SQLModel, table=True):
    """A word that stands in some title, alias or issuer: what a query is corrected against."""

    __tablename__ = "credential_words"
    __table_args__ = _BY_KEY
    word: str = Field(primary_key=True, max_length=100)


class CredentialNameRow(SQLModel, table=True):
    """A title or alias of a credential, folded, to find it by."""

    __tablename__ = "credential_names"
    __table_args__ = (Index("ix_credential_names_issuer", "issuer", "name", "credential_pk"), _BY_KEY)
    credential_pk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    position: int = Field(primary_key=True)
    name: str = Field(index=True)
    issuer: str | None = None


class DecisionRow(DatedRow, table=True):
    __tablename__ = "decisions"
    section: ClassVar[str] = "decisions"
    collection: str = Field(default=CURATED, max_length=100, index=True)
    recogniser: str = Field(max_length=200, index=True)
    jurisdiction: str | None = Field(default=None, max_length=10, index=True)
    status: str = Field(max_length=20)
    basis: str = Field(max_length=30)
    binding: bool
    programme: str | None = None


class DecisionCredentialRow(SQLModel, table=True):
    """A credential that a decision speaks of."""

    __tablename__ = "decision_credentials"
    __table_args__ = _BY_KEY
    decision_pk: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    credential: str = Field(max_length=200, primary_key=True, index=True)


class SkillRow(DatedRow, table=True):
    """A skill of a framework of skills."""

    __tablename__ = "skills"
    section: ClassVar[str] = "skills"
    collection: str = Field(default=CURATED, max_length=100, index=True)
    uri: str = Field(max_length=1000, index=True)
    framework: str | None = Field(default=None, max_length=1000, index=True)
    framework_uri: str | None = Field(default=None, max_length=1000, index=True)
    words: str
    """Its folded label, with a blank before each word."""


class ApiKeyRow(SQLModel, table=True):
    """A key to what is not open to everybody. Kept when it was revoked, so that the audit log stays readable."""

    __tablename__ = "api_keys"
    id: str = Field(max_length=12, primary_key=True)
    digest: str = Field(max_length=64)
    """SHA-256 of the whole key; the key itself is nowhere."""
    name: str = Field(max_length=200)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_by: str = Field(max_length=600)
    expires_on: date | None = None
    last_used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class AuditRow(SQLModel, table=True):
    """An act, or a refused attempt at one. Triggers of the database refuse to change or delete rows."""

    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    caller: str = Field(max_length=600, index=True)
    name: str = Field(max_length=200)
    address: str = Field(max_length=100)
    act: str = Field(max_length=100, index=True)
    target: str = Field(max_length=300)
    before: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    after: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


STATEMENT_TABLES: tuple[type[StatementRow], ...] = (
    SourceRow, JurisdictionRow, RecogniserRow, RegisterRow, FrameworkRow, LevelLinkRow, CreditSystemRow,
    CreditReadingRow, EquivalenceRow, SchemeRow, AppealRouteRow, TermRow, CircumstanceRow,
    RuleRow, CredentialRow, DecisionRow, SkillRow,
)  # fmt: skip
"""The tables of statements, one for every section of a dataset."""


def table_of(table: type[SQLModel]) -> Table:
    """The table itself, to insert plain rows and to give it other names."""
    plain: Table = table.__table__  # type: ignore[attr-defined]
    return plain


def columns_of(table: type[SQLModel]) -> ReadOnlyColumnCollection[str, Column[Any]]:
    """The columns of a table, to query plain values instead of building objects."""
    return table_of(table).c
