"""Finds what people mean by a name: the catalogue entry of a described credential, the body of a named recogniser."""

import re
from collections.abc import Iterable

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credential import Credential
from app.domain.recognisers import Recogniser
from app.domain.report import AskedRecogniser, Reading
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.store import catalogue

_REMARK = re.compile(r"\s*[,;:(\[–—]")
"""What begins a remark behind a title."""

NAME_SCORE = 90
"""Least similarity, 0 to 100, at which another spelling of a name is taken to be the same body."""
TITLE_SCORE = 92
"""Least similarity at which another spelling of a title is taken to be the same credential of the same issuer."""


def find_recogniser(name: str, rules: RuleSet, country: str | None = None) -> Recogniser | None:
    """The body that a name or id means, or None when none is clearly meant.

    An id, a name or an alias in any spelling of case, accents and punctuation; else what stands before a comma
    ("University, Department"); else the one body whose name is nearly the same. Where several fit, one in the given
    country is taken, and none when that does not settle it.
    """
    wanted = fold(name)
    exact = [
        body for body in rules.data.recognisers if wanted in {fold(n) for n in (body.id, body.name, *body.aliases)}
    ]
    if not exact:
        bare = fold(name.partition("(")[0])
        inside = fold(name.partition("(")[2])
        exact = [
            body
            for body in rules.data.recognisers
            if {fold(n) for n in (body.name, *body.aliases)} & ({bare, inside} - {""})
        ]
    if not exact and "," in name:
        exact = [body for body in [find_recogniser(name.rpartition(",")[0], rules, country)] if body is not None]
    if not exact:
        scored = [
            (max(fuzz.token_sort_ratio(wanted, fold(n)) for n in (body.name, *body.aliases)), body)
            for body in rules.data.recognisers
        ]
        best = max((score for score, _ in scored), default=0)
        exact = [body for score, body in scored if score == best and score >= NAME_SCORE]
    return _only(exact, country)


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
    title = fold(credential.title)
    told = fold(credential.issuer.name or "")
    issuer = rules.same_as.get(told, frozenset({told})) if told else frozenset()
    for name in dict.fromkeys((title, *([fold(_REMARK.split(credential.title)[0])] if issuer else ()))):
        candidates = await catalogue.find_names(session, release, name)
        fitting = {entry for _, theirs, entry in candidates if same_issuer(issuer or {title}, theirs)}
        if len(fitting) == 1:
            entry = fitting.pop()
            return entry, _reading(entry, "title and issuer are those of a catalogue entry")
        if fitting:
            return None
    if not issuer:
        return None
    issuers = [name for name in await catalogue.list_issuers(session) if same_issuer(issuer, name)]
    names = await catalogue.find_names_of_issuers(session, release, issuers)
    best: dict[str, float] = {}
    plain = {entry for name, _, entry in names if _differ_by_a_generic_word(title, name)}
    if len(plain) == 1:
        entry = plain.pop()
        return entry, _reading(entry, "title and issuer are those of a catalogue entry, but for a generic word")
    for name, _, entry in names:
        if _numbers(name) != _numbers(title):
            continue  # an edition or version is not a spelling
        best[entry] = max(best.get(entry, 0), _similarity(title, name))
    top = max(best.values(), default=0)
    leading = [entry for entry, score in best.items() if score == top]
    if top < TITLE_SCORE or len(leading) != 1:
        return None
    return leading[0], _reading(leading[0], f"the title is nearly that of a catalogue entry ({top:.0f} of 100)")


def same_issuer(told: Iterable[str], known: str | None) -> bool:
    """Whether any of the names of a body may be that of another, folded: one is in the other, or there is none."""
    if not known:
        return True
    return any(_has_words(name, known) or _has_words(known, name) for name in told)


_GENERIC = frozenset(
    {
        "certificate", "certificates", "certification", "course", "courses", "credential", "exam", "examination",
        "module", "program", "programme", "qualification",
    }
)  # fmt: skip
"""Words behind a title that say only what kind of thing it is."""


def _differ_by_a_generic_word(one: str, other: str) -> bool:
    """Whether two folded titles are the same but for generic words at the end of one of them.

    Of two that each end in such words nothing is said: a course may be part of a certificate of the same name.

    >>> _differ_by_a_generic_word("biology", "biology course")
    True
    """
    bare, bare_other = _without_generic(one), _without_generic(other)
    return bare == bare_other and bare in (one, other) and one != other


def _without_generic(title: str) -> str:
    words = title.split()
    while len(words) > 1 and words[-1] in _GENERIC:
        words.pop()
    return " ".join(words)


def _similarity(one: str, other: str) -> float:
    """How alike two folded titles are, 0 to 100, whatever the order of words and where words are parted."""
    return max(fuzz.token_sort_ratio(one, other), fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")))


def _numbers(text: str) -> set[str]:
    """The words of a folded text that hold a digit: years, versions, parts."""
    return {word for word in text.split() if any(letter.isdigit() for letter in word)}


def _has_words(text: str, part: str) -> bool:
    return f" {part} " in f" {text} "


def _reading(entry: str, because: str) -> Reading:
    return Reading(attribute="/credential/id", value=entry, because=because)
