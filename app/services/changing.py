"""What changed between two states of the data, and which answers change with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.described import described
from app.domain.evaluation import evaluate
from app.domain.jurisdictions import WORLD
from app.domain.report import Outcome, OutcomeCredit, OutcomeLevel, Question
from app.domain.rules import PURPOSES, Decision, Purpose, Share, Status
from app.domain.ruleset import RuleSet
from app.store import catalogue, changes
from app.store.catalogue import Wanted

_STRUCTURE = frozenset(
    {"jurisdictions", "recognisers", "frameworks", "level_links", "credit_systems", "credit_readings", "equivalences",
     "schemes", "circumstances"}
)  # fmt: skip
"""Sections of which any statement may bear on the answers of any place."""


@described
@dataclass(frozen=True, kw_only=True)
class ImpactedAnswer:
    """What an answer says in one of the two states."""

    status: Status
    """The answer."""
    credit: OutcomeCredit | None = None
    """Credit."""
    share: Share | None = None
    """Share of a programme."""
    level: OutcomeLevel | None = None
    """Level."""
    because: tuple[str, ...] = ()
    """Ids of the rules and decisions that decided."""


@described
@dataclass(frozen=True, kw_only=True)
class Impact:
    """An answer that changes for a credential of the catalogue."""

    credential: str
    """Id of the credential."""
    title: str
    """Its title."""
    jurisdiction: str
    """Code of the place."""
    purpose: Purpose
    """What it should count for."""
    before: ImpactedAnswer | None = None
    """What was said; absent when the credential was not there."""
    after: ImpactedAnswer | None = None
    """What is said now; absent when the credential is gone."""


@dataclass(frozen=True)
class Reach:
    """The places, purposes and credentials that the changes between two releases can touch at all."""

    places: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    credentials: frozenset[str]
    """Credentials that changed themselves, or a decision on them: asked about in every place."""


async def reach_of(session: AsyncSession, old: RuleSet, new: RuleSet) -> Reach:
    """What the changes between two releases can touch: a rule its place and those within, all else everything."""
    first, last = sorted((old.release.number, new.release.number))
    found = await changes.list_changes(session, tuple(changes.TABLES), since=first, until=last)
    names = {section: {change.id for change in found if change.section == section} for section in changes.TABLES}
    credentials = set(names["credentials"])
    for name in names["decisions"]:
        for release in (first, last):
            decision = await catalogue.find_decision(session, release, name)
            credentials.update(decision.credentials if decision else ())
    everywhere = sorted({*old.places_with_rules, *new.places_with_rules})
    if any(names[section] for section in _STRUCTURE):
        return Reach(tuple(everywhere), PURPOSES, frozenset(credentials))
    rules = [rule for data in (old.data, new.data) for rule in data.rules if rule.id in names["rules"]]
    touched = {rule.jurisdiction for rule in rules}
    places = [place for place in everywhere if any(_within(place, wider, old, new) for wider in touched)]
    purposes = tuple(purpose for purpose in PURPOSES if any(purpose in rule.purposes for rule in rules))
    return Reach(tuple(places), purposes, frozenset(credentials))


def _within(place: str, wider: str, *rulesets: RuleSet) -> bool:
    """Whether a place ever lies in a wider one, on any day."""
    if wider in (place, WORLD):
        return True
    known = [rules.places.by_code[place] for rules in rulesets if place in rules.places.by_code]
    regions = {membership.region for one in known for membership in one.member_of}
    return any(_within(region, wider, *rulesets) for region in regions)


async def impacts(
    session: AsyncSession,
    old: RuleSet,
    new: RuleSet,
    *,
    as_of: date,
    jurisdictions: Sequence[str],
    purposes: Sequence[Purpose],
    after: str,
    limit: int,
) -> tuple[list[Impact], str | None]:
    """Answers that change from one release to another, over the next ``limit`` credentials, and a cursor to go on.

    A page may be empty although others follow: the cursor tells.
    """
    reach = await reach_of(session, old, new)
    if not reach.credentials and not reach.places:
        return [], None
    pages = [
        await catalogue.list_credentials(session, rules.release.number, Wanted(), after=after, limit=limit + 1)
        for rules in (old, new)
    ]
    ids = sorted({entry.id for page in pages for entry in page})
    following = ids[limit - 1] if len(ids) > limit else None
    here = ids[:limit]
    found: list[Impact] = []
    for name in here:
        places: Iterable[str] = reach.places
        wanted: Sequence[Purpose] = reach.purposes
        if name in reach.credentials:
            places, wanted = sorted({*old.places_with_rules, *new.places_with_rules}), PURPOSES
        asked = tuple(place for place in places if not jurisdictions or place in jurisdictions)
        asked_for = tuple(purpose for purpose in wanted if not purposes or purpose in purposes)
        if not asked or not asked_for:
            continue
        entries = [next((entry for entry in page if entry.id == name), None) for page in pages]
        answers = [
            {} if entry is None else await _answers(session, rules, entry, asked, asked_for, as_of)
            for rules, entry in zip((old, new), entries, strict=True)
        ]
        title = next(entry.credential.title for entry in reversed(entries) if entry is not None)
        for key in sorted({*answers[0], *answers[1]}):
            before, later = answers[0].get(key), answers[1].get(key)
            if before != later:
                found.append(
                    Impact(
                        credential=name, title=title, jurisdiction=key[0], purpose=key[1], before=before, after=later
                    )
                )
    return found, following


async def _answers(
    session: AsyncSession,
    rules: RuleSet,
    entry: CatalogueEntry,
    places: tuple[str, ...],
    purposes: tuple[Purpose, ...],
    as_of: date,
) -> dict[tuple[str, Purpose], ImpactedAnswer]:
    decisions: list[Decision] = await catalogue.find_decisions(session, rules.release.number, entry.id)
    credential = replace(entry.credential, id=entry.id)
    question = Question(credential=credential, as_of=as_of, jurisdictions=places, purposes=purposes)
    return {(o.jurisdiction, o.purpose): _answer(o) for o in evaluate(question, rules, decisions).outcomes}


def _answer(outcome: Outcome) -> ImpactedAnswer:
    return ImpactedAnswer(
        status=outcome.status,
        credit=outcome.credit,
        share=outcome.share,
        level=outcome.level,
        because=outcome.because,
    )
