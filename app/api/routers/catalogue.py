"""The catalogue: real credentials, their issuers, published decisions on them and the programmes these count in."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from app.api.dependencies import Releases, Session, VocabularyOfRelease, today
from app.api.negotiation import JSON_LD, wants_linked_data
from app.api.numbers import WholeNumber, refuse_exponents
from app.api.problems import PROBLEMS, Problem
from app.api.responses import BY_ACCEPT, answer, linked, picked
from app.api.schemas import CredentialId, Item, Page, PageQuery, ReleaseQuery, StatementId, cut, split
from app.domain.credential import CredentialKind, Delivery
from app.domain.credits import CreditAmount
from app.domain.dataset import CatalogueEntry
from app.domain.errors import UnreadableQuestion
from app.domain.report import ReleaseReference
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.services import browsing, linked_data, searching
from app.services.browsing import CredentialPage
from app.services.conversion import find_framework, find_system
from app.services.searching import Match
from app.store.catalogue import Wanted

router = APIRouter(prefix="/v1", tags=["Catalogue"], responses=PROBLEMS)

Facet = Literal["issuer_country", "kind", "framework", "eqf_level", "field", "language", "delivery", "collection"]
Number = Annotated[Fraction, BeforeValidator(refuse_exponents)]


class CredentialFilter(PageQuery):
    """Which credentials."""

    issuer_country: str | None = Field(default=None, max_length=10, description="Code of the issuer's country.")
    kind: CredentialKind | None = Field(default=None, description="Kind of credential.")
    framework: str | None = Field(
        default=None, max_length=200, description="Framework in which its level is stated, by id or name."
    )
    eqf_level_min: WholeNumber | None = Field(
        default=None, ge=1, le=8, description="Its level reaches at least this EQF level."
    )
    eqf_level_max: WholeNumber | None = Field(
        default=None, ge=1, le=8, description="Its level begins at most at this EQF level."
    )
    credit_min: Number | None = Field(
        default=None, ge=0, le=1_000_000, description="Its size reaches at least this much, in `credit_system`."
    )
    credit_max: Number | None = Field(
        default=None, ge=0, le=1_000_000, description="Its size begins at most at this much, in `credit_system`."
    )
    credit_system: str = Field(
        default="hours", max_length=200, description="Unit of the two, by id or name. Without it: hours of learning."
    )
    field: str | None = Field(
        default=None, pattern="^[0-9]{2,4}$", description="ISCED-F 2013 code, or its first two or three digits."
    )
    language: str | None = Field(default=None, max_length=35, description="Language of instruction.")
    delivery: Delivery | None = Field(default=None, description="How it is taught.")
    recognised_in: str | None = Field(
        default=None, max_length=10, description="Code of a place where a published decision on it gives something."
    )
    identifier: str | None = Field(
        default=None, max_length=1000, description="An identifier or address elsewhere: a CTID, a badge's id."
    )
    skill: str | None = Field(default=None, max_length=1000, description="Address of a skill that it attests.")
    collection: str | None = Field(
        default=None, max_length=100, description="Where it was entered from: `data`, or an imported catalogue."
    )


class CredentialQuery(CredentialFilter):
    """Which credentials, and what to tell of them."""

    q: str | None = Field(
        default=None,
        max_length=300,
        description="Words of its title, aliases or issuer, as people type them: in any order, the last one half "
        "typed, accents and case left out, with typing errors. The best matches come first.",
        examples=["google data anal"],
    )
    total: bool = Field(default=False, description="Count them all.")
    facets: Annotated[list[Facet], BeforeValidator(split)] = Field(
        default_factory=list, description="Count them by these, separated by commas."
    )
    fields: Annotated[list[Annotated[str, Field(min_length=1)]], BeforeValidator(split)] = Field(
        default_factory=list,
        max_length=40,
        description="Only these fields of each entry, separated by commas, with dots inside: "
        "`id,credential.title,credential.issuer.name`.",
    )


class FacetCount(BaseModel):
    """How many credentials have a value."""

    value: str = Field(description="The value.")
    count: int = Field(description="How many.")


class _Found(Page[Item], Generic[Item]):
    total: int | None = Field(default=None, description="How many there are in all, when asked for.")
    facets: dict[str, list[FacetCount]] | None = Field(
        default=None, description="How many there are of each value, when asked for, the most frequent first."
    )
    matches: list[Match] | None = Field(default=None, description="With `q`: how well each item fits, in their order.")
    corrected: dict[str, list[str]] | None = Field(
        default=None, description="With `q`: words that nothing has, and those that they were taken for."
    )


class CredentialList(_Found[CatalogueEntry]):
    """A page of credentials."""


class PickedList(_Found[dict[str, Any]]):
    """A page of credentials of which only some fields are told."""


def _wanted(query: CredentialFilter, rules: RuleSet) -> Wanted:
    """The filter in the terms of the store: hours, EQF levels, ids."""
    system = find_system(query.credit_system, rules, "/credit_system")
    return Wanted(
        issuer_country=query.issuer_country,
        kind=query.kind,
        framework=None if query.framework is None else find_framework(query.framework, rules, "/framework"),
        eqf_min=query.eqf_level_min,
        eqf_max=query.eqf_level_max,
        hours_min=_hours(query.credit_min, system, rules, "/credit_min", today())[0],
        hours_max=_hours(query.credit_max, system, rules, "/credit_max", today())[1],
        field=query.field,
        language=query.language,
        delivery=query.delivery,
        decided_in=query.recognised_in,
        identifier=query.identifier,
        skill=query.skill,
        collection=query.collection,
    )


def _hours(
    amount: Fraction | None, system: str, rules: RuleSet, pointer: str, on: date
) -> tuple[float | None, float | None]:
    """The hours that an amount stands for, least and most."""
    if amount is None:
        return None, None
    result = rules.credits.hours(CreditAmount(system=system, amount=amount), on)
    if result is None or result.min is None or result.max is None:
        raise UnreadableQuestion(f"No hours are published for {system}: ask in another unit.", pointer)
    return float(result.min), float(result.max)


@router.get("/credentials", response_model=CredentialList | PickedList, summary="Find credentials of the catalogue")
async def credentials(
    query: Annotated[CredentialQuery, Query()],
    session: Session,
    releases: Releases,
    vocabulary: VocabularyOfRelease,
) -> Response:
    """A page of credentials, found by words, filters or both."""
    rules = await releases.get(query.release)
    wanted = _wanted(query, rules)
    page = CredentialList(release=rules.release, items=[])
    words = None
    if query.q is not None:
        words = await vocabulary.get(session, rules.release.number)
        found = await searching.search_credentials(
            session, words, rules.release.number, query.q, wanted, after=query.after, limit=query.limit
        )
        page.items, page.matches, page.next = list(found.entries), list(found.matches), found.following
        page.corrected = {word: list(near) for word, near in found.corrected.items()} or None
    else:
        entries = await browsing.list_credentials(session, rules, wanted, after=query.after, limit=query.limit)
        page.items = entries[: query.limit]
        page.next = page.items[-1].id if len(entries) > query.limit else None
    if query.total or query.facets:
        page.total, counted = await searching.count(
            session, words, rules.release.number, query.q, wanted, tuple(query.facets)
        )
        page.facets = {
            facet: [FacetCount(value=value, count=count) for value, count in counts]
            for facet, counts in counted.items()
        } or None
    if query.fields:
        return picked(CredentialList, page, query.fields)
    return answer(CredentialList, page)


class SuggestQuery(ReleaseQuery):
    """What was typed so far."""

    q: str = Field(min_length=1, max_length=300, description="What was typed so far.", examples=["micromas"])
    limit: WholeNumber = Field(default=10, ge=1, le=50, description="Most suggestions.")


class Suggestion(BaseModel):
    """A credential that may be meant."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title.")
    issuer: str | None = Field(default=None, description="Who awards it.")
    country: str | None = Field(default=None, description="The issuer's country.")
    score: float = Field(description="How well it fits, 0 to 1.")


class Suggestions(BaseModel):
    """Credentials that may be meant, the best first."""

    release: ReleaseReference = Field(description="State of the data.")
    items: list[Suggestion] = Field(description="The suggestions.")


@router.get("/suggest", response_model=Suggestions, summary="Credentials as one types")
async def suggest(
    query: Annotated[SuggestQuery, Query()],
    session: Session,
    releases: Releases,
    vocabulary: VocabularyOfRelease,
) -> Response:
    """The first few credentials for what was typed so far."""
    rules = await releases.get(query.release)
    number = rules.release.number
    words = await vocabulary.get(session, number)
    found = await searching.search_credentials(session, words, number, query.q, Wanted(), after="", limit=query.limit)
    items = [
        Suggestion(
            id=entry.id,
            title=entry.credential.title,
            issuer=entry.credential.issuer.name,
            country=entry.credential.issuer.country,
            score=match.score,
        )
        for entry, match in zip(found.entries, found.matches, strict=True)
    ]
    return answer(Suggestions, Suggestions(release=rules.release, items=items))


_LINKED: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON_LD: {"schema": {"type": "object", "description": "A document of linked data."}}}},
    406: {"model": Problem, "description": "The format asked for has no term for it."},
}


class OneCredentialQuery(ReleaseQuery):
    """Which state, in which form."""

    format: Literal["json", "elm", "ctdl"] | None = Field(
        default=None,
        description="json, or JSON-LD in the European Learning Model (elm) or CTDL (ctdl). Without it: elm for those "
        "who accept application/ld+json, json for the others.",
    )


@router.get(
    "/credentials/{credential_id}",
    response_model=CredentialPage,
    responses=_LINKED,
    summary="A credential of the catalogue with the decisions on it",
)
async def credential(
    credential_id: CredentialId,
    query: Annotated[OneCredentialQuery, Query()],
    request: Request,
    session: Session,
    releases: Releases,
) -> Response:
    """One credential."""
    rules = await releases.get(query.release)
    form = query.format or ("elm" if wants_linked_data(request.headers.get("accept", "")) else "json")
    if form == "json":
        page = await browsing.credential_page(session, rules, credential_id)
        return answer(CredentialPage, page, BY_ACCEPT)
    public_url = request.app.state.settings.public_url
    return linked(await linked_data.credential_document(session, rules, credential_id, form, public_url, today()))


class DecisionQuery(PageQuery):
    """Which decisions."""

    recogniser: str | None = Field(default=None, max_length=200, description="Id of the body that decided.")
    jurisdiction: str | None = Field(default=None, max_length=10, description="Code of the place.")
    credential: str | None = Field(default=None, max_length=200, description="Id of a credential that they speak of.")
    programme: str | None = Field(default=None, max_length=500, description="Title of the programme, as it stands.")
    status: Literal["recognised", "conditional", "discretionary", "not_recognised"] | None = Field(
        default=None, description="What they give."
    )


@router.get("/decisions", response_model=Page[Decision], summary="Published decisions")
async def decisions(query: Annotated[DecisionQuery, Query()], session: Session, releases: Releases) -> Response:
    """A page of decisions."""
    rules = await releases.get(query.release)
    wanted = query.model_dump(include={"recogniser", "jurisdiction", "credential", "programme", "status"})
    found = await browsing.list_decisions(session, rules, after=query.after, limit=query.limit, **wanted)
    return answer(Page[Decision], cut(Page[Decision], rules, found, query.limit))


class OneDecisionQuery(ReleaseQuery):
    """Which state, in which form."""

    format: Literal["json", "ctdl"] | None = Field(
        default=None,
        description="json, or JSON-LD in CTDL (ctdl). Without it: ctdl for those who accept application/ld+json, json "
        "for the others. CTDL has no term for a refusal.",
    )


@router.get("/decisions/{decision_id}", response_model=Decision, responses=_LINKED, summary="A published decision")
async def decision(
    decision_id: Annotated[StatementId, Path(examples=["us-ace-dec-google-2021"])],
    query: Annotated[OneDecisionQuery, Query()],
    request: Request,
    session: Session,
    releases: Releases,
) -> Response:
    """One decision."""
    rules = await releases.get(query.release)
    form = query.format or ("ctdl" if wants_linked_data(request.headers.get("accept", "")) else "json")
    if form == "json":
        return answer(Decision, await browsing.get_decision(session, rules, decision_id), BY_ACCEPT)
    public_url = request.app.state.settings.public_url
    return linked(await linked_data.decision_document(session, rules, decision_id, public_url, today()))


class IssuerQuery(PageQuery):
    """Which part of the list."""

    after: str = Field(default="", max_length=2000, description="Read on behind this, as `next` gave it.")


class IssuerItem(BaseModel):
    """A body that awards credentials of the catalogue."""

    name: str = Field(description="Its name.")
    country: str | None = Field(default=None, description="Code of its country.")
    credentials: int = Field(description="How many credentials of it there are.")


@router.get("/issuers", response_model=Page[IssuerItem], summary="Bodies that award credentials of the catalogue")
async def issuers(query: Annotated[IssuerQuery, Query()], session: Session, releases: Releases) -> Response:
    """A page of issuers, in the order of their names."""
    rules = await releases.get(query.release)
    found = await browsing.list_issuers(session, rules, after=query.after, limit=query.limit)
    items = [IssuerItem(**item._asdict()) for item in found]
    return answer(Page[IssuerItem], cut(Page[IssuerItem], rules, items, query.limit, lambda item: item.name))


class ProgrammeQuery(PageQuery):
    """Whose programmes."""

    after: str = Field(default="", max_length=2000, description="Read on behind this, as `next` gave it.")
    recogniser: str | None = Field(default=None, max_length=200, description="Id of the body that offers them.")


class ProgrammeItem(BaseModel):
    """A programme into which some credential counts."""

    recogniser: str = Field(description="Id of the body that offers it.")
    programme: str = Field(description="Its title.")
    decisions: int = Field(description="How many decisions speak of it.")


@router.get("/programmes", response_model=Page[ProgrammeItem], summary="Programmes into which credentials count")
async def programmes(query: Annotated[ProgrammeQuery, Query()], session: Session, releases: Releases) -> Response:
    """A page of programmes, in the order of their titles."""
    rules = await releases.get(query.release)
    body, _, title = query.after.partition(" ")  # ids have no blanks
    found = await browsing.list_programmes(session, rules, query.recogniser, after=(title, body), limit=query.limit)
    items = [ProgrammeItem(**item._asdict()) for item in found]
    shape = Page[ProgrammeItem]
    return answer(shape, cut(shape, rules, items, query.limit, lambda item: f"{item.recogniser} {item.programme}"))
