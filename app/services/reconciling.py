"""Reconciliation: a spreadsheet's titles to credentials of the catalogue, and columns about them back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credential import Credential
from app.domain.credits import CreditAmount
from app.domain.dataset import CatalogueEntry
from app.domain.evaluation import evaluate, facts_of
from app.domain.report import Outcome, Question
from app.domain.rules import PURPOSES, Purpose
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.services.searching import Vocabulary, terms_of
from app.store import catalogue
from app.store.catalogue import Hit, Wanted
from app.store.search import Term

MOST_CANDIDATES = 50
"""Most candidates for one query."""
MOST_LOOKED_AT = 200
"""Most credentials that are compared with one query."""
SURE = 85
"""Least score of a candidate that is taken to be the one meant, when nothing else comes near."""
AHEAD = 5
"""By how much it must lead."""

ROOT_TYPE = "credential"

Value = str | int | float | date


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A property that a candidate should, or must, have."""

    property_id: str
    values: tuple[str, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One query."""

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    kind: str | None = None
    """Kind of credential wanted, or None for any."""
    limit: int = 10
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A credential that may be meant; the score is made of the features and of nothing else."""

    entry: CatalogueEntry
    score: float
    """0 to 100."""
    features: Mapping[str, float | bool]
    match: bool


@dataclass(frozen=True)
class Property:
    """Something that can be asked of a credential."""

    id: str
    name: str
    description: str
    read: Callable[[CatalogueEntry], Sequence[Value]] | None = None
    """Its values, when they stand in the catalogue; those that need the rules are worked out."""


def _some(*values: Value | None) -> list[Value]:
    return [value for value in values if value is not None]


PROPERTIES: Mapping[str, Property] = {
    known.id: known
    for known in (
        Property("title", "Title", "Title of the credential", lambda e: [e.credential.title]),
        Property("issuer", "Issuer", "Who awards it", lambda e: _some(e.credential.issuer.name)),
        Property(
            "issuer_country", "Country of the issuer", "ISO 3166 code", lambda e: _some(e.credential.issuer.country)
        ),
        Property("kind", "Kind", "Kind of credential", lambda e: _some(e.credential.kind)),
        Property("field", "Field of study", "ISCED-F 2013 code", lambda e: _some(e.credential.field)),
        Property("language", "Language of instruction", "Language tag", lambda e: _some(e.credential.language)),
        Property("url", "Page", "Public page", lambda e: _some(e.credential.url)),
        Property(
            "identifier",
            "Identifier",
            "Identifiers and addresses elsewhere",
            lambda e: [*(known.value for known in e.credential.identifiers), *e.credential.same_as],
        ),
        Property("skill", "Skill", "Skills that it attests", lambda e: [skill.label for skill in e.credential.skills]),
        Property("eqf_level", "EQF level", "Levels of the European framework that published tables give"),
        Property("hours", "Hours of learning", "Stated, or those that its credit stands for; least and most"),
        Property("credit", "Credit", "Its size in the unit of the setting `system` (ECTS unless told); least and most"),
        Property(
            "recognition",
            "Recognition",
            "What the place of the setting `jurisdiction` says, for the purpose of the setting `purpose`",
        ),
    )
}
"""What can be asked, by id. ``recognised:IE`` and ``credit:ects`` are short for the last two with their setting."""


async def reconcile(session: AsyncSession, vocabulary: Vocabulary, rules: RuleSet, asked: Asked) -> list[Candidate]:
    """Credentials that a query may mean, the best first; an id or an identifier finds its credential."""
    release = rules.release.number
    entries: dict[str, CatalogueEntry] = {}
    for name in (*asked.ids, *asked.names):
        known = await catalogue.find_credential(session, release, name)
        found = [known] if known else await catalogue.find_identified(session, release, name)
        entries |= {entry.id: entry for entry in found}
    pinned = frozenset(entries)
    for name in asked.names:
        hits = await _hits(session, vocabulary, release, name, Wanted(kind=asked.kind))
        best = sorted(hits, key=lambda hit: (-max(similarity(name, n) for n in hit.names), hit.credential))
        keys = [hit.key for hit in best[: asked.limit + 10]]
        entries |= {entry.id: entry for entry in await catalogue.get_entries(session, keys)}
    scored = [
        candidate
        for entry in entries.values()
        if asked.kind in (None, entry.credential.kind)
        if (candidate := _scored(entry, asked, entry.id in pinned)) is not None
    ]
    scored.sort(key=lambda candidate: (-candidate.score, candidate.entry.id))
    return _with_match(scored)[: asked.limit]


async def _hits(session: AsyncSession, vocabulary: Vocabulary, release: int, name: str, wanted: Wanted) -> list[Hit]:
    """Credentials with all the words of a name; else with those words of it that anything has; else with any."""
    terms, _ = terms_of(name, vocabulary)
    known = [term for term in terms if any(vocabulary.has(word) for word in term.spellings)]
    title = fold(name)
    tries: list[list[Term]] = [terms, known, [Term(tuple(word for term in known for word in term.spellings))]]
    for attempt in tries:
        if attempt and all(term.spellings for term in attempt):
            hits = await catalogue.find_hits(session, release, wanted, attempt, title, most=MOST_LOOKED_AT)
            if hits:
                return hits
    return []


def similarity(one: str, other: str) -> float:
    """How alike two titles are, 0 to 100, whatever the order of their words."""
    first, second = fold(one), fold(other)
    return max(fuzz.token_sort_ratio(first, second), fuzz.ratio(first.replace(" ", ""), second.replace(" ", "")))


def _scored(entry: CatalogueEntry, asked: Asked, pinned: bool) -> Candidate | None:
    """A candidate with its score, or None when it lacks something required.

    The score is the similarity of the names (100 for an id), or three quarters of it and a quarter of how far the
    conditions are met.
    """
    names = (entry.credential.title, *entry.credential.aliases)
    alike = 100.0 if pinned else max((similarity(told, name) for told in asked.names for name in names), default=0.0)
    features: dict[str, float | bool] = {"name_similarity": round(alike, 2), "id_match": pinned}
    met = []
    for condition in asked.conditions:
        share = _meets(entry, condition)
        if condition.required and share < 100:
            return None
        features[condition.property_id] = round(share, 2)
        met.append(share)
    score = alike if not met else 0.75 * alike + 0.25 * sum(met) / len(met)
    if not asked.names and not pinned:
        score = sum(met) / len(met) if met else 0.0
    return Candidate(entry=entry, score=round(score, 2), features=features, match=False)


def _meets(entry: CatalogueEntry, condition: Condition) -> float:
    """How far an entry meets a condition, 0 to 100."""
    known = PROPERTIES.get(condition.property_id)
    values = [str(value) for value in known.read(entry)] if known and known.read else []
    shares = [max((similarity(told, value) for value in values), default=0.0) for told in condition.values]
    if not shares:
        return 0.0
    if condition.quantifier == "none":
        return 100.0 if max(shares) < 100 else 0.0
    return min(shares) if condition.quantifier == "all" else max(shares)


def _with_match(candidates: list[Candidate]) -> list[Candidate]:
    """The first is taken to be the one meant when its score is high and no other comes near."""
    if not candidates or candidates[0].score < SURE:
        return candidates
    if len(candidates) > 1 and candidates[1].score > candidates[0].score - AHEAD:
        return candidates
    return [replace(candidates[0], match=True), *candidates[1:]]


# Columns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that is asked for."""

    id: str
    """As the caller names it."""
    property_id: str
    setting: Mapping[str, str]


def column_of(name: str, settings: Mapping[str, str]) -> Column | None:
    """The column that a property id means, or None when there is none of that name."""
    base, _, short = name.partition(":")
    if base == "recognised" and short:
        return Column(id=name, property_id="recognition", setting={**settings, "jurisdiction": short})
    if base == "credit" and short:
        return Column(id=name, property_id="credit", setting={**settings, "system": short})
    return Column(id=name, property_id=name, setting=settings) if name in PROPERTIES else None


async def extend(
    session: AsyncSession, rules: RuleSet, ids: Iterable[str], columns: Sequence[Column], as_of: date
) -> dict[str, dict[str, list[Value]]]:
    """The values of columns for credentials, by id and column; an id that nobody knows has none."""
    rows: dict[str, dict[str, list[Value]]] = {}
    for name in ids:
        entry = await catalogue.find_credential(session, rules.release.number, name)
        rows[name] = {
            column.id: [] if entry is None else await _values(session, rules, entry, column, as_of)
            for column in columns
        }
    return rows


async def _values(
    session: AsyncSession, rules: RuleSet, entry: CatalogueEntry, column: Column, as_of: date
) -> list[Value]:
    known = PROPERTIES[column.property_id]
    if known.read is not None:
        return list(known.read(entry))
    credential = replace(entry.credential, id=entry.id)
    facts = facts_of(Question(credential=credential, as_of=as_of), rules)
    if column.property_id == "eqf_level":
        level = None if credential.level is None else rules.levels.convert(credential.level, "eqf", as_of)
        return list(level.levels) if level else []
    if column.property_id == "hours":
        return _ends(facts.notional_hours())
    if column.property_id == "credit":
        return _ends(facts.volume(column.setting.get("system", "ects")))
    outcome = await _outcome(session, rules, credential, column.setting, as_of)
    return [] if outcome is None else [_told(outcome)]


def _ends(interval: object) -> list[Value]:
    ends = [getattr(interval, name, None) for name in ("min", "max")]
    numbers = [float(end) for end in ends if isinstance(end, Fraction)]
    return list(dict.fromkeys(int(number) if number.is_integer() else round(number, 4) for number in numbers))


async def _outcome(
    session: AsyncSession, rules: RuleSet, credential: Credential, setting: Mapping[str, str], as_of: date
) -> Outcome | None:
    place = setting.get("jurisdiction", "")
    purpose = setting.get("purpose", "credit_transfer")
    if place not in rules.places.by_code or purpose not in PURPOSES:
        return None
    wanted: Purpose = purpose
    decisions = await catalogue.find_decisions(session, rules.release.number, credential.id or "")
    question = Question(credential=credential, as_of=as_of, jurisdictions=(place,), purposes=(wanted,))
    return evaluate(question, rules, decisions).outcomes[0]


def _told(outcome: Outcome) -> str:
    """An outcome in a cell: its status, and its credit where it gives a figure."""
    credit = outcome.credit
    if credit is None or credit.system is None or credit.meaning in ("not_published", "zero"):
        return outcome.status
    amount = CreditAmount(system=credit.system, amount=credit.amount, min=credit.min, max=credit.max)
    return f"{outcome.status}: {_figure(amount)}"


def _figure(credit: CreditAmount) -> str:
    span = credit.interval
    ends = [str(end) for end in (span.min, span.max) if end is not None]
    lead = "up to " if span.min is None else "at least " if span.max is None else ""
    return f"{lead}{' to '.join(dict.fromkeys(ends))} {credit.system}"
