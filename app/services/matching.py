"""Finds what people mean by a name: the catalogue entry of a described credential, the body of a named recogniser."""

import re
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credential import Credential
from app.domain.recognisers import Recogniser
from app.domain.report import AskedRecogniser, Reading
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.services.naming import names_of
from app.store import catalogue

_REMARK = re.compile(r"\s*[,;:(\[–—]")
"""What begins a remark behind a title."""

NAME_SCORE = 90
"""Least similarity, 0 to 100, at which another spelling of a name is taken to be the same body."""
MOST_ISSUERS = 500
"""Where a name fits more issuers than these, it names none of them ("University")."""
TITLE_SCORE = 92
"""Least similarity at which another spelling of a title is taken to be the same credential of the same issuer."""


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


async def match_credential(session: AsyncSession, rules: RuleSet, credential: Credential) -> tuple[str, Reading] | None:
    """The catalogue id that a described credential clearly means, and why; None when none is clear.

    First an equal title or alias, then an equal one before a remark ("Title, remark"), then a nearly equal one, or one
    that only adds or lacks a word such as "course"; always by an issuer that may be the same, under any name that the
    data knows of it. Where no issuer is told the title must name it: many courses share a title.
    """
    release = rules.release.number
    names = names_of(rules)
    title = fold(credential.title)
    told = fold(credential.issuer.name or "")
    issuers = await names.issuers_like(session, rules.same_as.get(told, {told}) if told else {title})
    if len(issuers) > MOST_ISSUERS:
        return None
    theirs = sorted(issuers)
    bare = fold(_REMARK.split(credential.title)[0])
    for name in dict.fromkeys((title, bare) if told else (title,)):
        fitting = await catalogue.find_named(session, release, name, theirs)
        if fitting:
            return _only_entry(fitting, "title and issuer are those of a catalogue entry")
    if not told:
        return None
    titles = await names.titles(session, issuers)
    bare_keys, scores = titles.but_for_generic_words(title), titles.near(title, TITLE_SCORE)
    entries = await catalogue.find_ids(session, release, sorted({*bare_keys, *scores}))
    plain = {entry for key, entry in entries.items() if key in bare_keys}
    if len(plain) == 1:
        return _only_entry(plain, "title and issuer are those of a catalogue entry, but for a generic word")
    top = max((scores[key] for key in entries if key in scores), default=0)
    leading = {entry for key, entry in entries.items() if scores.get(key) == top}
    return _only_entry(leading, f"the title is nearly that of a catalogue entry ({top:.0f} of 100)")


def _only_entry(entries: Collection[str], because: str) -> tuple[str, Reading] | None:
    if len(entries) != 1:
        return None
    (entry,) = entries
    return entry, Reading(attribute="/credential/id", value=entry, because=because)
