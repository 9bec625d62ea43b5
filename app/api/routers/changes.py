"""What changed, for those who keep copies or answers of ours."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, Field

from app.api.days import Day
from app.api.dependencies import Releases, Session, today
from app.api.negotiation import JSON_LD
from app.api.numbers import WholeNumber
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import EARLIEST, MAX_ASKED, Closed, split
from app.domain.errors import UnreadableQuestion
from app.domain.report import ReleaseReference
from app.domain.rules import Purpose
from app.services.changing import Impact, impacts
from app.services.exporting import as_lines, as_parquet, as_table
from app.services.linked_data import VOCABULARIES, as_linked_data
from app.store import changes
from app.store.changes import TABLES

router = APIRouter(prefix="/v1", tags=["Changes"], responses=PROBLEMS)

Section = Literal[
    "rules", "decisions", "credentials", "skills", "sources", "jurisdictions", "recognisers", "registers", "frameworks",
    "level_links", "credit_systems", "credit_readings", "equivalences", "schemes", "appeal_routes", "terms",
    "circumstances",
]  # fmt: skip

_NAMES = frozenset(TABLES)


class ChangesQuery(Closed):
    """Which changes."""

    since: str = Field(
        default="0",
        max_length=40,
        description="Number of the release that you know, or a moment (2026-11-01T00:00:00Z): changes behind it are "
        "told. Without it: everything since the first.",
        examples=["0"],
    )
    sections: Annotated[list[Section], BeforeValidator(split)] = Field(
        default=["rules", "decisions", "credentials"], min_length=1, description="Of which kinds of statements."
    )
    after: str = Field(default="", max_length=300, description="Cursor to read on.")
    limit: WholeNumber = Field(default=1000, ge=1, le=10_000, description="Most changes on a page.")
    bodies: bool = Field(default=False, description="Tell the statements themselves, before and after.")


class ChangeItem(BaseModel):
    """A statement that came, changed or went."""

    release: int = Field(description="Release with which it did.")
    section: str = Field(description="Kind of statement.")
    id: str = Field(description="Its id.")
    change: Literal["added", "changed", "removed"] = Field(description="What happened to it.")
    before: dict[str, Any] | None = Field(default=None, description="How it stood before, when asked for.")
    after: dict[str, Any] | None = Field(default=None, description="How it stands since, when asked for.")


class ChangeList(BaseModel):
    """A page of changes."""

    release: ReleaseReference = Field(description="The active state, up to which changes are told.")
    items: list[ChangeItem] = Field(description="Changes, the oldest first.")
    next: str | None = Field(default=None, description="Give this as ?after= to read on; absent on the last page.")


@router.get("/changes", response_model=ChangeList, summary="Every change of rules, decisions and credentials")
async def list_changes(query: Annotated[ChangesQuery, Query()], session: Session, releases: Releases) -> Response:
    """A page of changes."""
    rules = await releases.get()
    since = await _release_known(query.since, session)
    found = await changes.list_changes(
        session,
        tuple(dict.fromkeys(query.sections)),
        since=since,
        until=rules.release.number,
        after=_cursor(query.after),
        limit=query.limit + 1,
    )
    items = []
    for change in found[: query.limit]:
        item = ChangeItem(release=change.release, section=change.section, id=change.id, change=change.kind)
        if query.bodies:
            item.before = await changes.find_body(session, change.section, change.id, change.release - 1)
            item.after = await changes.find_body(session, change.section, change.id, change.release)
        items.append(item)
    last = items[-1] if len(found) > query.limit else None
    following = f"{last.release} {last.section} {last.id}" if last else None
    page = ChangeList(release=rules.release, items=items, next=following)
    return answer(ChangeList, page)


async def _release_known(since: str, session: Session) -> int:
    """The release that a number or a moment stands for."""
    if since.isascii() and since.isdigit() and len(since) < 10:
        return int(since)
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        text = f"Found {since!r}, expected the number of a release or a moment such as 2026-11-01T00:00:00Z."
        raise UnreadableQuestion(text, "/since") from None
    return await changes.find_release_before(session, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _cursor(after: str) -> tuple[int, str, str] | None:
    if not after:
        return None
    release, _, rest = after.partition(" ")
    section, _, name = rest.partition(" ")
    if not (release.isascii() and release.isdigit() and len(release) < 10) or section not in _NAMES or not name:
        raise UnreadableQuestion(f"Found {after!r}, expected a cursor as `next` gives it.", "/after")
    return int(release), section, name


class ExportQuery(Closed):
    """Which state, in which form."""

    format: Literal["ndjson", "csv", "parquet", "elm", "ctdl"] = Field(
        default="ndjson",
        description="Lines of JSON, CSV or Parquet; credentials also as JSON-LD in the European Learning Model (elm), "
        "credentials and decisions also as JSON-LD in CTDL (ctdl).",
    )
    release: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="State of the data. Without it: the active one."
    )


_FORMS = {
    "ndjson": (as_lines, "application/x-ndjson"),
    "csv": (as_table, "text/csv; charset=utf-8"),
    "parquet": (as_parquet, "application/vnd.apache.parquet"),
}


@router.get(
    "/export/{section}",
    summary="All statements of a kind, as a file",
    description="One consistent state, streamed. Lines of JSON hold the statements as they are; CSV and Parquet have a "
    "column for each field, with JSON where a field has parts of its own. Linked data says what its vocabulary has a "
    "term for; the statements as they are stand in the other forms.",
    responses={
        200: {
            "description": "The file.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string", "description": "The file."}}
                for _, kind in _FORMS.values()
            }
            | {JSON_LD: {"schema": {"type": "object", "description": "A document of linked data."}}},
        }
    },
    response_class=Response,
)
async def export(
    request: Request,
    section: Annotated[Section, Path(description="Kind of statements.", examples=["decisions"])],
    query: Annotated[ExportQuery, Query()],
    releases: Releases,
) -> Response:
    """A file, piece by piece."""
    rules = await releases.get(query.release)
    engine, name = request.app.state.engine, f"passerelle-{section}-{rules.release.number}.{query.format}"
    if query.format == "elm" or query.format == "ctdl":
        if query.format not in VOCABULARIES.get(section, ()):
            having = " or ".join(part for part, known in VOCABULARIES.items() if query.format in known)
            raise UnreadableQuestion(f"Found {query.format} for {section}, expected {having}.", "/format")
        public_url = request.app.state.settings.public_url
        parts, kind = as_linked_data(engine, rules, section, query.format, public_url, today()), JSON_LD
        name = f"{name}.jsonld"
    else:
        write, kind = _FORMS[query.format]
        parts = write(engine, section, rules.release.number)
    return StreamingResponse(parts, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class ImpactQuery(Closed):
    """Which answers."""

    to: WholeNumber = Field(ge=1, le=2**31 - 1, description="The later release.", examples=[1])
    jurisdictions: Annotated[list[str], BeforeValidator(split)] = Field(
        default_factory=list, max_length=MAX_ASKED, description="Only in these places."
    )
    purposes: Annotated[list[Purpose], BeforeValidator(split)] = Field(
        default_factory=list, description="Only for these purposes."
    )
    as_of: Day | None = Field(default=None, ge=EARLIEST, description="Day of the answers. Without it: today (UTC).")
    after: str = Field(default="", max_length=200, description="Read on behind this credential.")
    limit: WholeNumber = Field(default=25, ge=1, le=200, description="Credentials to look at for this page.")


class ImpactList(BaseModel):
    """Answers that change from one release to another."""

    before: ReleaseReference = Field(description="The earlier state.")
    after: ReleaseReference = Field(description="The later state.")
    as_of: date = Field(description="Day of the answers.")
    items: list[Impact] = Field(description="Answers that differ, in the order of credentials, places and purposes.")
    next: str | None = Field(
        default=None,
        description="Give this as ?after= to read on. A page may be empty although others follow.",
    )


@router.get(
    "/releases/{number}/impact",
    response_model=ImpactList,
    summary="Which answers for credentials of the catalogue change between two releases",
)
async def impact(
    number: Annotated[WholeNumber, Path(ge=1, le=2**31 - 1, description="The earlier release.", examples=[1])],
    query: Annotated[ImpactQuery, Query()],
    session: Session,
    releases: Releases,
) -> Response:
    """A page of changed answers."""
    old, new = await releases.get(number), await releases.get(query.to)
    day = query.as_of or today()
    items, following = await impacts(
        session,
        old,
        new,
        as_of=day,
        jurisdictions=query.jurisdictions,
        purposes=query.purposes,
        after=query.after,
        limit=query.limit,
    )
    page = ImpactList(before=old.release, after=new.release, as_of=day, items=items, next=following)
    return answer(ImpactList, page)
