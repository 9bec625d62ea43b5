"""Which credentials a question cannot tell apart: they get the same answer.

A catalogue holds millions of credentials, and the rules of a place ask little of them: a kind, a level, a size, a few
words in the title. Two that agree in all that any of these rules asks need to be judged only once.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.domain.credential import Credential
from app.domain.criteria import Criterion
from app.domain.report import Question
from app.domain.rules import PURPOSES, Rule
from app.domain.ruleset import RuleSet
from app.domain.text import PhraseIndex, fold
from app.domain.understanding import PHRASES, says_more_than_phrases

_PLAIN = (
    "assessed", "proctored", "identity_verified", "graded", "credit_bearing", "quality_assured_by", "schemes",
    "registers", "duration_weeks", "awarded_on",
)  # fmt: skip
"""Attributes that are compared as they are, where some rule asks for them."""
_LISTED = ("delivery", "digital_formats")
"""Attributes of which only the values that some rule names are told apart."""
_OTHER_NAMES = {"quality_assured": "quality_assured_by", "awarded": "awarded_on"}
"""Attributes that a part of a criterion asks for by another name."""
_BY_PLACE = frozenset({"country", "abroad", "schemes", "volume", "notional_hours"})
"""Parts of criteria for which the issuer's place matters."""


@dataclass(frozen=True)
class Asked:
    """What one rule asks of credentials, or several together."""

    attributes: frozenset[str] = frozenset()
    """Parts of its criteria, those of tests on the issuer among them."""
    values: frozenset[str] = frozenset()
    """Kinds of credential and issuer, ways of delivery and digital forms that it names."""
    issuers: frozenset[str] = frozenset()
    """Folded names of issuers."""
    fields: frozenset[str] = frozenset()
    """ISCED-F codes, or beginnings of such."""
    credentials: frozenset[str] = frozenset()
    """Ids of the catalogue."""
    features: frozenset[str] = frozenset()
    """Further facts."""


@dataclass(frozen=True)
class Asking:
    """What the rules of a release ask, worked out once."""

    by_rule: Mapping[str, Asked]
    phrases: PhraseIndex
    """Phrases that may stand in a title and matter to some rule."""
    read: frozenset[str]
    """Those from which something is read."""


def asking_of(rules: RuleSet) -> Asking:
    """What the rules of a release ask."""
    words = [phrase for criterion in _criteria(rules.data.rules) for phrase in criterion.title]
    read = (*PHRASES, *rules.phrases)
    by_rule = {rule.id: _asked_by(rule) for rule in rules.data.rules}
    return Asking(by_rule, PhraseIndex((*read, *words)), frozenset(fold(phrase) for phrase in read))


def _asked_by(rule: Rule) -> Asked:
    criteria = list(_criteria(rule))
    tests = [criterion.issuer for criterion in criteria if criterion.issuer]
    of_issuers = {part.name for test in tests for part in fields(test) if getattr(test, part.name) not in (None, ())}
    kinds = {kind for test in tests for kind in test.kind}
    return Asked(
        attributes=frozenset({name for criterion in criteria for name, _ in criterion.parts} | of_issuers),
        values=frozenset(kinds.union(*((*c.kind, *c.delivery, *c.digital_formats) for c in criteria))),
        issuers=frozenset(fold(name) for test in tests for name in test.name),
        fields=frozenset(code for criterion in criteria for code in criterion.field),
        credentials=frozenset(name for criterion in criteria for name in criterion.credentials),
        features=frozenset(test.fact for criterion in criteria for test in criterion.circumstances),
    )


@dataclass(frozen=True)
class Interest:
    """What the rules that bear on a question ask of credentials, arranged for comparing."""

    asking: Asking
    plain: tuple[str, ...]
    """Attributes compared as they are."""
    listed: tuple[str, ...]
    """Attributes of which only some values matter."""
    place: bool
    """Whether the issuer's place matters even for a credential of unknown size."""
    accreditation: bool
    """Whether it matters who accredits the issuer."""
    issuers: frozenset[str]
    """Folded names of issuers that some rule names, and their other names."""
    values: frozenset[str]
    fields: tuple[str, ...]
    credentials: frozenset[str]
    features: frozenset[str]


def interest_of(question: Question, rules: RuleSet, asking: Asking) -> Interest:
    """What the rules that bear on a question ask, whatever the credential."""
    bearing = [asking.by_rule[rule.id] for rule in _bearing_on(question, rules)]

    def joined(name: str) -> frozenset[str]:
        return frozenset().union(*(getattr(asked, name) for asked in bearing))

    attributes, named = joined("attributes"), joined("issuers")
    attributes |= {_OTHER_NAMES[name] for name in attributes & _OTHER_NAMES.keys()}
    named = named.union(*(rules.same_as.get(name, ()) for name in named))
    named |= {name for name, same in rules.same_as.items() if named and not same.isdisjoint(named)}
    return Interest(
        asking=asking,
        plain=tuple(name for name in _PLAIN if name in attributes),
        listed=tuple(name for name in _LISTED if name in attributes),
        place=not _BY_PLACE.isdisjoint(attributes),
        accreditation="accredited_by" in attributes,
        issuers=named,
        values=joined("values"),
        fields=tuple(sorted(joined("fields"))),
        credentials=joined("credentials"),
        features=joined("features"),
    )


def _bearing_on(question: Question, rules: RuleSet) -> Iterable[Rule]:
    """The rules of the places and purposes asked about; all, where bodies or no places are named."""
    if question.recognisers or not question.jurisdictions:
        return rules.data.rules
    places = {code for place in question.jurisdictions for code in rules.places.chain(place, question.as_of)}
    purposes = set(question.purposes or PURPOSES)
    found = (rule for place in sorted(places) for rule in rules.rules_by_place.get(place, ()))
    return [rule for rule in found if not purposes.isdisjoint(rule.purposes)]


def _criteria(thing: Any) -> Iterator[Criterion]:
    """Every criterion in something, nested ones included."""
    if isinstance(thing, tuple):
        for part in thing:
            yield from _criteria(part)
    elif is_dataclass(thing):
        if isinstance(thing, Criterion):
            yield thing
        for field in fields(thing):
            yield from _criteria(getattr(thing, field.name))


def likeness(credential: Credential, interest: Interest) -> Hashable | None:
    """What a question's rules can see of a credential; None when its title says something that must be read each time.

    Two credentials with the same likeness get the same outcomes for the same question, as far as no decision speaks of
    one of them. Where something may be read from a title, all that was told is seen: what is read depends on it.
    """
    title = fold(credential.title)
    if says_more_than_phrases(title):
        return None
    asking = interest.asking
    said = asking.phrases.inside(title)
    issuer, credit, hours = credential.issuer, credential.credit, credential.notional_hours
    sized = credit is not None or hours is not None
    seen: tuple[Hashable, ...] = (
        credential.level,
        credit,
        hours,
        issuer.country if sized or interest.place else None,
        _name(issuer.name, interest.issuers) if interest.issuers else None,
        issuer.accredited_by if interest.accreditation else None,
        _field(credential.field, interest.fields) if interest.fields else None,
        credential.id if credential.id in interest.credentials else None,
        tuple(asking.phrases.inside(fold(alias)) for alias in credential.aliases) if credential.aliases else None,
        said,
    )
    if not said.isdisjoint(asking.read):
        told = tuple(getattr(credential, name) for name in (*_PLAIN, *_LISTED))
        return seen, issuer.kind, credential.kind, told, tuple(sorted(credential.features.items()))
    return (
        seen,
        _masked(issuer.kind, interest.values),
        _masked(credential.kind, interest.values),
        tuple(getattr(credential, name) for name in interest.plain),
        tuple(_all_masked(getattr(credential, name), interest.values) for name in interest.listed),
        tuple(sorted((name, value) for name, value in credential.features.items() if name in interest.features)),
    )


def _masked(value: str | None, told_apart: Collection[str]) -> str | None:
    """A value that some rule names, or a star for any other."""
    return value if value is None or value in told_apart else "*"


def _all_masked(values: tuple[str, ...] | None, told_apart: Collection[str]) -> frozenset[str | None] | None:
    return None if values is None else frozenset(_masked(value, told_apart) for value in values)


def _name(name: str | None, told_apart: Collection[str]) -> str | None:
    return None if name is None else _masked(fold(name), told_apart)


def _field(field: str | None, codes: tuple[str, ...]) -> tuple[str, ...] | None:
    """The codes that a field lies in, or that lie in it."""
    return None if field is None else tuple(code for code in codes if field.startswith(code) or code.startswith(field))
