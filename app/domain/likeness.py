"""Which credentials no rule of a release can tell apart: they get the same answer.

A catalogue holds millions of credentials, and rules ask little of them: kind, place, level, size, a few words in the
title. Two that agree in all that any rule asks need to be judged only once.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.domain.credential import Credential
from app.domain.criteria import Criterion
from app.domain.ruleset import RuleSet
from app.domain.text import PhraseIndex, fold
from app.domain.understanding import PHRASES, says_more_than_phrases


@dataclass(frozen=True)
class Interest:
    """What the rules of a release ask of titles, issuers, fields and ids."""

    phrases: PhraseIndex
    issuers: frozenset[str]
    """Folded names of issuers that some rule names, or that are bodies of the release."""
    fields: tuple[str, ...]
    """ISCED-F codes, or beginnings of such."""
    credentials: frozenset[str]
    """Ids of the catalogue."""


def interest_of(rules: RuleSet) -> Interest:
    """What the rules of a release ask."""
    criteria = list(_criteria(rules.data.rules))
    asked = (words for criterion in criteria for words in criterion.title)
    named = [fold(name) for criterion in criteria if criterion.issuer for name in criterion.issuer.name]
    return Interest(
        phrases=PhraseIndex((*PHRASES, *asked, *rules.phrases)),
        issuers=frozenset(named) | rules.same_as.keys(),
        fields=tuple(sorted({code for criterion in criteria for code in criterion.field})),
        credentials=frozenset(name for criterion in criteria for name in criterion.credentials),
    )


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
    """What the rules can see of a credential; None when its title says something that must be read each time.

    Two credentials with the same likeness get the same outcomes from the same rules on the same day, as far as no
    decision speaks of one of them.
    """
    title = fold(credential.title)
    if says_more_than_phrases(title):
        return None
    issuer = credential.issuer
    name = None if issuer.name is None else fold(issuer.name)
    field = credential.field
    return (
        interest.phrases.inside(title),
        tuple(interest.phrases.inside(fold(alias)) for alias in credential.aliases),
        name if name is None or name in interest.issuers else "*",
        issuer.kind,
        issuer.country,
        issuer.accredited_by,
        None if field is None else tuple(code for code in interest.fields if field.startswith(code)),
        credential.id if credential.id in interest.credentials else None,
        credential.level,
        credential.credit,
        credential.notional_hours,
        credential.assessed,
        credential.proctored,
        credential.identity_verified,
        credential.graded,
        credential.credit_bearing,
        credential.quality_assured_by,
        credential.schemes,
        credential.registers,
        credential.kind,
        credential.delivery,
        credential.duration_weeks,
        credential.digital_formats,
        credential.awarded_on,
        tuple(sorted(credential.features.items())),
    )
