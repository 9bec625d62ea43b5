"""Reads the catalogue: credentials, the decisions on them, and listed skills."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry, ListedSkill
from app.domain.described import described
from app.domain.errors import UnknownReference, unknown
from app.domain.report import ReleaseReference
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.sources import Source
from app.domain.text import fold
from app.services.conversion import sources_of
from app.store import catalogue, skills
from app.store.catalogue import IssuerCount, ProgrammeCount, Wanted


@described
@dataclass(frozen=True, kw_only=True)
class CredentialPage:
    """A credential of the catalogue with the decisions on it."""

    release: ReleaseReference
    """State of the data."""
    entry: CatalogueEntry
    """The credential."""
    decisions: tuple[Decision, ...]
    """Published decisions on it, past ones included."""
    sources: tuple[Source, ...]
    """Sources of all that."""


async def credential_page(session: AsyncSession, rules: RuleSet, credential_id: str) -> CredentialPage:
    """A credential and the decisions on it. Raises UnknownReference with the nearest ids."""
    release = rules.release.number
    entry = await catalogue.find_credential(session, release, credential_id)
    if entry is None:
        raise await no_such_credential(session, release, credential_id)
    decisions = await catalogue.find_decisions(session, release, credential_id)
    citations = (*entry.sources, *(citation for decision in decisions for citation in decision.sources))
    return CredentialPage(
        release=rules.release, entry=entry, decisions=tuple(decisions), sources=sources_of(citations, rules)
    )


async def no_such_credential(
    session: AsyncSession, release: int, credential_id: str, pointer: str = ""
) -> UnknownReference:
    """The fault for an id that nobody has imported, with the nearest ids."""
    near = await catalogue.find_near_ids(session, release, "credentials", credential_id)
    return unknown("credential", credential_id, near, pointer)


async def list_credentials(
    session: AsyncSession,
    rules: RuleSet,
    wanted: Wanted,
    *,
    after: str,
    limit: int,
) -> list[CatalogueEntry]:
    """Entries of the catalogue in the order of their ids; one more than the limit when there are more."""
    return await catalogue.list_credentials(session, rules.release.number, wanted, after=after, limit=limit + 1)


async def list_decisions(
    session: AsyncSession, rules: RuleSet, *, after: str, limit: int, **wanted: str | None
) -> list[Decision]:
    """Decisions in the order of their ids; one more than the limit when there are more."""
    return await catalogue.list_decisions(session, rules.release.number, after=after, limit=limit + 1, **wanted)


async def list_issuers(session: AsyncSession, rules: RuleSet, *, after: str, limit: int) -> list[IssuerCount]:
    """Issuers in the order of their names; one more than the limit when there are more."""
    return await catalogue.list_issuer_counts(session, rules.release.number, after=after, limit=limit + 1)


async def list_programmes(
    session: AsyncSession, rules: RuleSet, recogniser: str | None, *, after: tuple[str, str], limit: int
) -> list[ProgrammeCount]:
    """Programmes into which credentials count, in the order of titles and bodies; one more when there are more."""
    return await catalogue.list_programmes(session, rules.release.number, recogniser, after=after, limit=limit + 1)


async def list_skills(
    session: AsyncSession, rules: RuleSet, query: str | None, *, after: str, limit: int, **wanted: str | None
) -> list[ListedSkill]:
    """Skills of published frameworks in the order of their ids; one more than the limit when there are more."""
    words = fold(query or "").split()
    if query is not None and not words:
        return []
    return await skills.list_skills(session, rules.release.number, words, after=after, limit=limit + 1, **wanted)


async def get_decision(session: AsyncSession, rules: RuleSet, decision_id: str) -> Decision:
    """One decision by its id. Raises UnknownReference."""
    decision = await catalogue.find_decision(session, rules.release.number, decision_id)
    if decision is None:
        near = await catalogue.find_near_ids(session, rules.release.number, "decisions", decision_id)
        raise unknown("decision", decision_id, near)
    return decision
