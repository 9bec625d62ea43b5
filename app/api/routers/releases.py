"""Releases for those who decide which one is served."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from app.api.dependencies import Releases, Session, today
from app.api.importing import CONFLICT, DifferenceList, StatementDifference
from app.api.numbers import WholeNumber
from app.api.problems import CLOSED, PROBLEMS
from app.api.responses import private
from app.api.schemas import EARLIEST, Closed
from app.api.security import ADMIN, needs
from app.domain.access import Caller
from app.domain.errors import UnreadableQuestion
from app.services.activating import activate, roll_back
from app.services.cases import failing_cases
from app.services.changing import Impact, impacts
from app.services.importing.jobs import differences_between
from app.store import releases as store

router = APIRouter(prefix=f"{ADMIN}/releases", tags=["Imports"], responses={**PROBLEMS, **CLOSED})

Releaser = Annotated[Caller, needs("release")]
Number = Annotated[WholeNumber, Path(ge=1, le=2**31 - 1, description="Number of the release.", examples=[1])]


class ReasonQuery(Closed):
    """Why."""

    reason: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="Why it is done, kept in the record. With a reason a release is activated although cases fail.",
    )


class Served(BaseModel):
    """Which release is served."""

    release: int = Field(description="The release that is served now.")
    activated: int = Field(
        description="The release that was asked for. Another is served where one had to be made of it and of the "
        "collections that changed meanwhile."
    )


class CasesAndImpact(BaseModel):
    """What activating a release would change."""

    active: int = Field(description="The release that is served now.")
    release: int = Field(description="The release asked about.")
    as_of: date = Field(description="Day of the answers.")
    cases: int = Field(description="How many worked cases came with its framework data.")
    failing: list[str] = Field(description="Worked cases that say otherwise than it, in a sentence each.")
    changed: list[str] = Field(description="Worked cases of either that hold in one and fail in the other.")
    items: list[Impact] = Field(description="Answers for credentials of the catalogue that differ.")
    next: str | None = Field(
        default=None, description="Give this as ?after= to read on. A page may be empty although others follow."
    )


class ImpactQuery(Closed):
    """Which answers."""

    as_of: date | None = Field(default=None, ge=EARLIEST, description="Day of the answers. Without it: today (UTC).")
    after: str = Field(default="", max_length=200, description="Read on behind this credential.")
    limit: WholeNumber = Field(default=25, ge=1, le=200, description="Credentials to look at for this page.")


class DifferenceQuery(Closed):
    """From which release."""

    old: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="The release before. Without it: the active."
    )
    after: str = Field(default="", max_length=300, description="Cursor to read on.")
    limit: WholeNumber = Field(default=200, ge=1, le=1_000, description="Most differences on a page.")


@router.post(
    "/{number}/activate",
    response_model=Served,
    responses=CONFLICT,
    summary="Serve a release",
    description="Worked cases that came with its framework data are asked first. Where collections changed since a "
    "draft was made, a release of both is made and served; where other framework data was activated, this is refused.",
)
async def activation(
    request: Request, number: Number, query: Annotated[ReasonQuery, Query()], caller: Releaser
) -> Response:
    """What is served."""
    served = await activate(request.app.state.engine, caller, number, reason=query.reason)
    return private(Served, Served(release=served, activated=number))


@router.post("/rollback", response_model=Served, responses=CONFLICT, summary="Serve what was served before")
async def rollback(request: Request, query: Annotated[ReasonQuery, Query()], caller: Releaser) -> Response:
    """What is served; done again it leads further back."""
    served = await roll_back(request.app.state.engine, caller, reason=query.reason)
    return private(Served, Served(release=served, activated=served))


@router.get("/{number}/impact", response_model=CasesAndImpact, summary="What serving a release would change")
async def impact(
    number: Number, query: Annotated[ImpactQuery, Query()], session: Session, releases: Releases, caller: Releaser
) -> Response:
    """Worked cases and a page of answers that change."""
    old, new = await releases.get(), await releases.get(number)
    day = query.as_of or today()
    cases = await store.find_cases(session, number)
    others = [case for case in await store.find_cases(session, old.release.number) if case not in cases]
    failing = await failing_cases(session, new, cases)
    before = {*await failing_cases(session, old, [*cases, *others])}
    after = {*failing, *await failing_cases(session, new, others)}
    items, following = await impacts(
        session, old, new, as_of=day, jurisdictions=(), purposes=(), after=query.after, limit=query.limit
    )
    told: dict[str, Any] = {"active": old.release.number, "release": number, "as_of": day, "cases": len(cases)}
    page = CasesAndImpact(**told, failing=failing, changed=sorted(before ^ after), items=items, next=following)
    return private(CasesAndImpact, page)


@router.get("/{number}/diff", response_model=DifferenceList, summary="Statements that differ from another release")
async def diff(
    number: Number,
    query: Annotated[DifferenceQuery, Query()],
    session: Session,
    releases: Releases,
    caller: Releaser,
) -> Response:
    """A page of differences."""
    old, new = await releases.get(query.old), await releases.get(number)
    try:
        found, following = await differences_between(
            session, old.release.number, new.release.number, after=query.after, limit=query.limit
        )
    except ValueError:
        text = f"Found {query.after[:100]!r}, expected a cursor as `next` gives it."
        raise UnreadableQuestion(text, "/after") from None
    items = [StatementDifference(**item._asdict()) for item in found]
    page = DifferenceList(old=old.release.number, new=new.release.number, items=items, next=following)
    return private(DifferenceList, page)
