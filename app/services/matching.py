"""Finds what people mean by a name: the catalogue entry of a described credential, the body of a named recogniser."""

import re
from collections.abc import Collection, Iterator
from heapq import nlargest

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credential import Credential, Identifier
from app.domain.dataset import CatalogueEntry
from app.domain.recognisers import Recogniser
from app.domain.report import AskedRecogniser, CatalogueMatch
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.services.naming import names_of
from app.store import catalogue, folded_names
from app.store.catalogue import Wanted

_REMARK = re.compile(r"\s*[,;:(\[–—]")
"""What begins a remark behind a title."""

NAME_SCORE = 90
"""Least similarity, 0 to 100, at which another spelling of a name is taken to be the same body."""
MOST_ISSUERS = 500
"""Where a name fits more issuers than these, it names none of them ("University")."""
TITLE_SCORE = 92
"""Least score at which a described credential is taken to be one of the catalogue, unless the question says another."""
TOLD_SCORE = 60
"""Least score at which an entry is worth telling of though it is not taken."""
BUT_FOR_A_WORD, WITHIN, UNNAMED = 95, 95, 92
"""Scores of a title that is equal but for a remark or a generic word, of an issuer whose name is in the other or has
the other in it, and of an entry that names no issuer."""
_ROUNDED = 0.005
"""What a score may lack for its last digit: what is told is what is compared."""
MOST_COMPARED = 500
"""Most entries, the nearest ones, of which is asked whether the release has them."""
MOST_IDENTIFIERS = 20
"""Most identifiers of a credential that are looked for."""


Matched = tuple[CatalogueMatch, CatalogueEntry]
"""How an entry of the catalogue fits, and the entry."""


def find_recogniser(name: str, rules: RuleSet, country: str | None = None) -> Recogniser | None:
    """The body that a name or id means, or None when none is clearly meant.

    An id, a name or an alias in any spelling of case, accents and punctuation; else what stands before a comma
    ("University, Department"); else the one body whose name is nearly the same. Where several fit, one in the given
    country is taken, and none when that does not settle it.
    """
    names = names_of(rules)
    fitting = names.recognisers([fold(name)])
    if not fitting:
        before, _, inside = name.partition("(")
        fitting = names.recognisers({fold(before), fold(inside)} - {""})
    if not fitting and "," in name:
        fitting = [body for body in [find_recogniser(name.rpartition(",")[0], rules, country)] if body is not None]
    if not fitting:
        fitting = names.recognisers_like(fold(name), NAME_SCORE)
    return _only(fitting, country)


def _only(bodies: list[Recogniser], country: str | None) -> Recogniser | None:
    if len(bodies) > 1 and country is not None:
        bodies = [body for body in bodies if body.jurisdiction.partition("-")[0] == country.partition("-")[0]]
    return bodies[0] if len(bodies) == 1 else None


def asked_recogniser(asked: AskedRecogniser, rules: RuleSet) -> AskedRecogniser:
    """The recogniser of a question with what the data knows of it."""
    body = rules.recognisers.get(asked.id or "") or find_recogniser(asked.name, rules, asked.country)
    if body is None:
        return asked
    return AskedRecogniser(name=body.name, id=body.id, kind=body.kind, country=body.jurisdiction)


async def match_credential(
    session: AsyncSession,
    rules: RuleSet,
    credential: Credential,
    threshold: float | None = None,
    *,
    told_from: float = 100,
) -> Matched | None:
    """The one entry of the catalogue that a described credential comes nearest to; None when none or several do.

    First by an identifier that both have. Then an equal title or alias, then an equal one before a remark ("Title,
    remark"), then the nearest one, or one that only adds or lacks a word such as "course"; always by an issuer that may
    be the same, under any name that the data knows of it. Where no issuer is told the title must name it: many courses
    share a title. It is taken when its score reaches the threshold; a title that is less alike is told from the score
    ``told_from``.
    """
    least = TITLE_SCORE if threshold is None else threshold
    found = await _by_identifier(session, rules, credential, least)
    return found or await _by_title(session, rules, credential, least, min(least, told_from))


async def _by_identifier(
    session: AsyncSession, rules: RuleSet, credential: Credential, threshold: float
) -> Matched | None:
    """An entry with the same identifier. Anybody can write one down: where both name an issuer, it must be the same."""
    for identifier in _identifiers(credential):
        wanted = Wanted(identifier=identifier.value)
        entries = await catalogue.list_credentials(session, rules.release.number, wanted, after="", limit=2)
        fitting = [entry for entry in entries if _has(entry, identifier)]
        if len(fitting) == 1:
            issuer_score = _issuer_score(credential.issuer.name, fitting[0], rules)
            because = f"the identifier {identifier.value} is that of the entry"
            return _match(fitting[0], threshold, because, identifier=identifier.value, issuer_score=issuer_score)
    return None


def _identifiers(credential: Credential) -> Iterator[Identifier]:
    yield from credential.identifiers[:MOST_IDENTIFIERS]
    for address in credential.same_as[:MOST_IDENTIFIERS]:
        yield Identifier(scheme="uri", value=address)


def _has(entry: CatalogueEntry, identifier: Identifier) -> bool:
    """Whether an entry has an identifier of the same system, or one that is the same in all systems: an address."""
    known = {(fold(own.scheme), own.value) for own in entry.credential.identifiers}
    return ":" in identifier.value or (fold(identifier.scheme), identifier.value) in known


async def _by_title(
    session: AsyncSession, rules: RuleSet, credential: Credential, threshold: float, told_from: float
) -> Matched | None:
    release = rules.release.number
    names = names_of(rules)
    title = fold(credential.title)
    told = fold(credential.issuer.name or "")
    issuers = await names.issuers_like(session, rules.same_as.get(told, {told}) if told else {title})
    if len(issuers) > MOST_ISSUERS:
        return None
    theirs = sorted(issuers)
    bare = fold(_REMARK.split(credential.title)[0])

    async def match(ids: Collection[str], score: float, because: str) -> Matched | None:
        entry = await catalogue.find_credential(session, release, next(iter(ids))) if len(ids) == 1 else None
        if entry is None:
            return None
        issuer_score = _issuer_score(credential.issuer.name, entry, rules)
        return _match(entry, threshold, because, title_score=score, issuer_score=issuer_score)

    for name in dict.fromkeys((title, bare) if told else (title,)):
        fitting = await folded_names.find_named(session, release, name, theirs)
        if fitting:
            score = 100 if name == title else BUT_FOR_A_WORD
            return await match(fitting, score, "title and issuer are those of a catalogue entry")
    if not told:
        return None
    titles = await names.titles(session, issuers)
    bare_keys, scores = titles.but_for_generic_words(title), titles.near(title, told_from - _ROUNDED)
    nearest = nlargest(MOST_COMPARED, scores, key=scores.__getitem__)
    entries = await folded_names.find_ids(session, release, sorted({*bare_keys, *nearest}))
    plain = {entry for key, entry in entries.items() if key in bare_keys}
    if len(plain) == 1:
        because = "title and issuer are those of a catalogue entry, but for a generic word"
        return await match(plain, BUT_FOR_A_WORD, because)
    top = max((scores[key] for key in entries if key in scores), default=0.0)
    leading = {entry for key, entry in entries.items() if scores.get(key) == top}
    return await match(leading, top, f"the title is nearly that of a catalogue entry ({top:.0f} of 100)")


def _issuer_score(name: str | None, entry: CatalogueEntry, rules: RuleSet) -> float | None:
    """How well the issuer that a question names fits that of an entry; None when it names none."""
    told, known = fold(name or ""), fold(entry.credential.issuer.name or "")
    if not told:
        return None
    if not known:
        return UNNAMED
    spellings = rules.same_as.get(told, frozenset()) | {told}
    if known in spellings:
        return 100
    if any(f" {one} " in f" {known} " or f" {known} " in f" {one} " for one in spellings):
        return WITHIN
    return max(round(fuzz.token_sort_ratio(one, known), 2) for one in spellings)


def _match(
    entry: CatalogueEntry, threshold: float, because: str, *, issuer_score: float | None,
    title_score: float | None = None, identifier: str | None = None,
) -> Matched:  # fmt: skip
    parts = [part for part in (title_score, issuer_score) if part is not None] or [100.0]
    score = round(min(parts), 2)
    match = CatalogueMatch(
        id=entry.id,
        title=entry.credential.title,
        issuer=entry.credential.issuer.name,
        score=score,
        identifier=identifier,
        title_score=None if title_score is None else round(title_score, 2),
        issuer_score=issuer_score,
        threshold=threshold,
        taken=score >= threshold,
        because=because,
    )
    return match, entry
