"""The framework data itself: places, frameworks, credit systems, schemes, rules, authorities, sources, releases."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from app.api.days import Day
from app.api.dependencies import Releases, Session, today
from app.api.numbers import WholeNumber
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import Closed, Nothing, Page, PageQuery, ReleaseQuery, StatementId, cut
from app.domain.appeals import AppealRoute
from app.domain.circumstances import Circumstance
from app.domain.credits import CreditReading, CreditSystem, Equivalence
from app.domain.errors import UnknownReference, unknown
from app.domain.jurisdictions import Jurisdiction
from app.domain.labels import Term
from app.domain.levels import Framework, LevelLink
from app.domain.recognisers import Recogniser, Register
from app.domain.rules import Purpose, Rule
from app.domain.ruleset import RuleSet
from app.domain.schemes import Scheme
from app.domain.sources import Source
from app.services.listing import all_releases
from app.services.reference import PlacePage, get_statement, list_statements, place_page

router = APIRouter(prefix="/v1", tags=["Reference"], responses=PROBLEMS)


class PlaceFilter(PageQuery):
    """Which statements."""

    jurisdiction: str | None = Field(default=None, max_length=10, description="Code of the place.")
    in_force_on: Day | None = Field(default=None, description="Only those that hold on this day.")


class RuleFilter(PlaceFilter):
    """Which rules."""

    purpose: Purpose | None = Field(default=None, description="Purpose that they speak of.")
    recogniser: str | None = Field(default=None, max_length=200, description="Id of the body whose own rules they are.")


class DayQuery(ReleaseQuery):
    """Which day."""

    as_of: Day | None = Field(default=None, description="Day for which memberships are told. Without it: today (UTC).")


def _page(shape: Any, rules: RuleSet, found: list[Any], query: PageQuery) -> Response:
    """The part of a list that the query asks for."""
    behind = [item for item in found if item.id > query.after]
    return answer(Page[shape], cut(Page[shape], rules, behind, query.limit))


def _section(path: str, section: str, shape: Any, what: str, example: str, *, dated: bool = True) -> None:
    """Two routes for a section of the data: its list, and one statement by its id."""
    filters = PlaceFilter if dated else PageQuery

    async def listing(query: Annotated[Any, Query()], releases: Releases) -> Response:
        rules = await releases.get(query.release)
        wanted = {"jurisdiction": query.jurisdiction, "holds_on": query.in_force_on} if dated else {}
        return _page(shape, rules, list_statements(rules, section, **wanted), query)

    listing.__annotations__["query"] = Annotated[filters, Query()]

    async def single(
        statement_id: Annotated[StatementId, Path(examples=[example])],
        query: Annotated[ReleaseQuery, Query()],
        releases: Releases,
    ) -> Response:
        rules = await releases.get(query.release)
        return answer(shape, get_statement(rules, section, statement_id))

    name = path.strip("/").replace("-", "_")
    router.add_api_route(path, listing, name=name, response_model=Page[shape], summary=what)
    one = f"One of: {what[0].lower()}{what[1:]}"
    router.add_api_route(f"{path}/{{statement_id}}", single, name=f"{name}_one", response_model=shape, summary=one)


_section("/frameworks", "frameworks", Framework, "Qualifications frameworks with their levels", "nlqf")
_section("/credit-systems", "credit_systems", CreditSystem, "Units of credit and their notional hours", "ects")
_section(
    "/credit-readings", "credit_readings", CreditReading, "National readings of a credit in hours", "nl-ects-28-hours"
)
_section("/equivalences", "equivalences", Equivalence, "Published links between units of credit", "gb-uk-credit-ects")
_section(
    "/level-links",
    "level_links",
    LevelLink,
    "Published tables between levels of two frameworks",
    "nl-nlqf-eqf",
    dated=False,
)
_section("/schemes", "schemes", Scheme, "Schemes for micro-credentials with their limits", "nz-micro-credential")
_section(
    "/recognisers", "recognisers", Recogniser, "All bodies: authorities, institutions, services, employers", "nzqa"
)
_section("/registers", "registers", Register, "Public registers and what an entry means", "nz-register")
_section(
    "/circumstances",
    "circumstances",
    Circumstance,
    "Further facts that rules ask for",
    "us_ace_recommendation",
    dated=False,
)
_section("/appeal-routes", "appeal_routes", AppealRoute, "Who hears an appeal or a complaint", "gb-eng-oia")
_section(
    "/terms", "terms", Term, "What statuses and purposes are called in several languages", "conditional", dated=False
)
_section("/sources", "sources", Source, "Sources that statements cite", "nl-npuls-pilot", dated=False)


@router.get("/rules", response_model=Page[Rule], summary="Recognition rules")
async def rules_list(query: Annotated[RuleFilter, Query()], releases: Releases) -> Response:
    """A page of rules."""
    rules = await releases.get(query.release)
    found = list_statements(
        rules,
        "rules",
        jurisdiction=query.jurisdiction,
        holds_on=query.in_force_on,
        purpose=query.purpose,
        recogniser=query.recogniser,
    )
    return _page(Rule, rules, found, query)


@router.get("/rules/{statement_id}", response_model=Rule, summary="One recognition rule")
async def rule(
    statement_id: Annotated[StatementId, Path(examples=["nz-listing"])],
    query: Annotated[ReleaseQuery, Query()],
    releases: Releases,
) -> Response:
    """One rule."""
    rules = await releases.get(query.release)
    return answer(Rule, get_statement(rules, "rules", statement_id))


@router.get(
    "/authorities",
    response_model=Page[Recogniser],
    summary="Authorities: bodies that speak for their whole place, with their succession",
)
async def authorities(query: Annotated[PlaceFilter, Query()], releases: Releases) -> Response:
    """A page of authorities."""
    rules = await releases.get(query.release)
    wanted = {"jurisdiction": query.jurisdiction, "holds_on": query.in_force_on}
    return _page(Recogniser, rules, list_statements(rules, "recognisers", is_authority=True, **wanted), query)


@router.get("/jurisdictions", response_model=Page[Jurisdiction], summary="Places of which something is recorded")
async def jurisdictions(query: Annotated[PageQuery, Query()], releases: Releases) -> Response:
    """A page of places."""
    rules = await releases.get(query.release)
    return _page(Jurisdiction, rules, list_statements(rules, "jurisdictions"), query)


@router.get("/jurisdictions/{code}", response_model=PlacePage, summary="Everything known about a place, on one page")
async def jurisdiction(
    code: Annotated[str, Path(max_length=10, description="Code of the place.", examples=["NL", "GB-SCT", "EU"])],
    query: Annotated[DayQuery, Query()],
    releases: Releases,
) -> Response:
    """One place."""
    rules = await releases.get(query.release)
    return answer(PlacePage, place_page(rules, code, query.as_of or today()))


class ReleaseItem(BaseModel):
    """A release."""

    number: int = Field(description="Number, counted up from 1.")
    checksum: str = Field(description="SHA-256 of its statements.")
    created_at: datetime = Field(description="When it was stored.")
    counts: dict[str, int] = Field(description="How many statements of each kind the data folder gave it.")
    collections: dict[str, dict[str, Any]] = Field(
        description="Imported catalogues that it holds besides: by name their checksum and number of statements."
    )
    active: bool = Field(description="Whether it is the one that is served.")


class ReleaseList(Closed):
    """All releases."""

    items: list[ReleaseItem] = Field(description="Releases, the newest first.")


@router.get("/releases", response_model=ReleaseList, summary="States of the data: every release")
async def releases_list(nothing: Annotated[Nothing, Query()], session: Session) -> Response:
    """All releases."""
    items = [ReleaseItem.model_validate(item, from_attributes=True) for item in await all_releases(session)]
    return answer(ReleaseList, ReleaseList(items=items))


@router.get("/releases/{number}", response_model=ReleaseItem, summary="One release")
async def release(
    number: Annotated[WholeNumber, Path(ge=0, le=2**31 - 1, description="Number of the release.", examples=[1])],
    nothing: Annotated[Nothing, Query()],
    session: Session,
) -> Response:
    """One release."""
    items = {item.number: item for item in await all_releases(session)}
    if number not in items:
        raise _no_release(number, items)
    return answer(ReleaseItem, ReleaseItem.model_validate(items[number], from_attributes=True))


def _no_release(number: int, known: dict[int, Any]) -> UnknownReference:
    return unknown("release", str(number), [str(n) for n in known])
