"""How amounts, levels, shares and attributes are said on a printed report."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from fractions import Fraction

from app.documents.linked_data import written_out
from app.documents.printed.names import Names, begun, spoken
from app.domain.credential import Credential, Issuer
from app.domain.credits import CreditAmount, Range
from app.domain.levels import LevelReference
from app.domain.programmes import Programme
from app.domain.report import OutcomeCredit, OutcomeLevel
from app.domain.rules import Share
from app.domain.validity import DayRange

_DESCRIBED = {
    "/credential": Credential, "/credential/issuer": Issuer, "/credential/level": LevelReference,
    "/credential/credit": CreditAmount, "/programme": Programme,
}  # fmt: skip
"""The classes whose fields a pointer into a question can name."""

_METHODS = {
    "decision": "the figure of a decision", "rule": "the figure of a rule", "same_unit": "in the same unit",
    "equivalence": "worked out by a published equivalence", "notional_hours": "worked out by hours of learning",
}  # fmt: skip
_LEVELS = {
    "stated": "stated by the text", "own_level": "the credential's own level",
    "comparison": "a comparison of levels, which recognises nothing",
}  # fmt: skip


def interval(low: Fraction | None, high: Fraction | None) -> str:
    """An interval of exact numbers.

    >>> interval(Fraction(5, 2), Fraction(3)), interval(Fraction(4), Fraction(4)), interval(None, Fraction(12))
    ('2.5 to 3', '4', 'up to 12')
    """
    if low is None:
        return "an amount that is not told" if high is None else f"up to {written_out(high)}"
    if high is None:
        return f"at least {written_out(low)}"
    return written_out(low) if low == high else f"{written_out(low)} to {written_out(high)}"


def hours(amount: Fraction | Range) -> str:
    """Hours of learning."""
    low, high = (amount.min, amount.max) if isinstance(amount, Range) else (amount, amount)
    return f"{interval(low, high)} hours of learning"


def credit_stated(credit: CreditAmount, names: Names) -> str:
    """Credit as an issuer states it."""
    return f"{interval(credit.interval.min, credit.interval.max)} {names.unit(credit.system)}"


def credit_given(credit: OutcomeCredit, names: Names) -> str:
    """Credit that an answer gives: what the figure means, the interval and its unit."""
    unit = names.unit(credit.system) if credit.system else "credit"
    low, high = (credit.min, credit.max) if credit.amount is None else (credit.amount, credit.amount)
    told = f"{interval(low, high)} {unit}"
    if credit.meaning == "not_published":
        told = f"credit without a published figure ({unit})" if credit.system else "credit without a published figure"
    elif credit.meaning == "zero":
        told = f"no credit (0 {unit})"
    elif credit.meaning == "indicative":
        told = f"for comparison only: {told}; how much of it counts is decided by somebody else"
    elif credit.meaning == "own_size":
        told = f"{told}, the credential's own size"
    if credit.per:
        told += f" per {spoken(credit.per)}"
    if credit.division:
        told += f" ({spoken(credit.division)} division)"
    return told


def credit_details(credit: OutcomeCredit) -> str:
    """Where the figure comes from, and what stands beside it."""
    told = [_METHODS[credit.method]]
    if credit.path:
        told.append("by way of " + ", then ".join(step.by for step in credit.path))
    if credit.hours is not None and (credit.hours.min is not None or credit.hours.max is not None):
        told.append(hours(credit.hours))
    if credit.bookable is not None:
        told.append(f"safe to expect: {written_out(credit.bookable)}")
    if credit.rounding:
        told.append(credit.rounding)
    return "; ".join(told) + "." + (f" {credit.text}" if credit.text else "")


def level_given(level: OutcomeLevel, names: Names) -> str:
    """Level that an answer gives, how it was found, and the weakest link of the way."""
    name = names.framework(level.framework)
    if not level.levels:
        told = f"no level of {name} corresponds"
    elif len(level.levels) == 1:
        told = f"level {level.levels[0]} of {name}"
    else:
        told = f"levels {level.levels[0]} to {level.levels[-1]} of {name}"
    told += f" ({_LEVELS[level.method]}"
    told += f"; weakest link: {spoken(level.strength)})" if level.strength else ")"
    return told + (f". {level.text}" if level.text else "")


def level_stated(level: LevelReference, names: Names) -> str:
    """Level as an issuer states it."""
    if level.value is not None:
        return f"level {level.value} of {names.framework(level.framework)}"
    span = " ".join(filter(None, (level.min and f"from {level.min}", level.max and f"to {level.max}")))
    return f"levels {span} of {names.framework(level.framework)}"


def share_given(share: Share) -> str:
    """Share of a programme."""
    if share.about is not None:
        told = f"about {_percent(share.about)}"
    elif share.max is None and share.min is None:
        return share.text or ""
    elif share.max is None:
        told = f"at least {_percent(share.min)}"
    elif share.min is None:
        told = f"at most {_percent(share.max)}"
    else:
        told = f"{_percent(share.min)} to {_percent(share.max)}"
    return f"{told} of the {spoken(share.of)}" + (f". {share.text}" if share.text else "")


def _percent(share: Fraction | None) -> str:
    assert share is not None
    return f"{written_out(share * 100)} %"


def in_force(valid_from: date | None, last_day: date | None) -> str | None:
    """Since when and until when something holds; None where neither is recorded."""
    told = [f"from {valid_from}" if valid_from else "", f"to {last_day} (the last day)" if last_day else ""]
    return " ".join(filter(None, told)) or None


def days(value: date | DayRange) -> str:
    """A day, or the days of which it is one."""
    if isinstance(value, date):
        return value.isoformat()
    return f"a day from {value.min} to {value.max}"


def attribute(pointer: str, names: Names) -> str:
    """An attribute that a pointer into the question names, with what it is.

    The words are those of the documentation, so that who fills it in knows what is meant.
    """
    parent, _, name = pointer.rpartition("/")
    for part in fields(_DESCRIBED[parent]) if parent in _DESCRIBED else ():
        if part.name == name:
            return f"{short_attribute(pointer)}: {part.metadata['description']}"
    if parent in ("/holder", "/programme/features", "/credential/features"):
        return f"{spoken(parent.split('/')[1])}: {names.fact(name)}"
    return short_attribute(pointer)


def short_attribute(pointer: str) -> str:
    """The name alone: ``/credential/issuer/country`` is the country of the issuer.

    >>> short_attribute("/credential/issuer/country"), short_attribute("/credential/assessed")
    ('issuer country', 'assessed')
    """
    parts = [part for part in pointer.strip("/").split("/") if part not in ("credential", "features")]
    return " ".join(spoken(part) for part in parts)


def told_credential(credential: Credential, names: Names) -> Iterator[tuple[str, str, str | None]]:
    """Every attribute that is known of a credential: its name, its value, and an address of more."""
    yield "Title", credential.title, None
    issuer = credential.issuer
    if issuer.name:
        yield "Issuer", issuer.name, None
    if issuer.kind:
        yield "Kind of issuer", spoken(issuer.kind), None
    if issuer.country:
        yield "Country of the issuer", names.place(issuer.country).text, None
    if issuer.accredited_by is not None:
        yield "Issuer accredited by", _listed(map(names.body, issuer.accredited_by)), None
    if credential.id:
        yield "Entry of the catalogue", credential.id, credential.url
    elif credential.url:
        yield "Public page", credential.url, credential.url
    if credential.level:
        yield "Level", level_stated(credential.level, names), None
    if credential.credit:
        yield "Credit stated by the issuer", credit_stated(credential.credit, names), None
    if credential.notional_hours is not None:
        yield "Hours stated", hours(credential.notional_hours), None
    for name in ("assessed", "proctored", "identity_verified", "graded", "credit_bearing"):
        value = getattr(credential, name)
        if value is not None:
            yield begun(spoken(name)), "yes" if value else "no", None
    if credential.quality_assured_by is not None:
        yield "Quality-assured by", _listed(map(names.body, credential.quality_assured_by)), None
    if credential.schemes is not None:
        yield "Schemes", _listed(map(names.scheme, credential.schemes)), None
    if credential.registers is not None:
        yield "Registers", _listed(credential.registers), None
    for name in ("kind", "field", "language"):
        value = getattr(credential, name)
        if value is not None:
            yield begun(spoken(name)), spoken(value), None
    for name in ("delivery", "digital_formats"):
        values = getattr(credential, name)
        if values is not None:
            yield begun(spoken(name)), _listed(map(spoken, values)), None
    if credential.duration_weeks is not None:
        yield "Duration", f"{written_out(credential.duration_weeks)} weeks", None
    if credential.awarded_on is not None:
        yield "Awarded on", days(credential.awarded_on), None
    if credential.expires_on is not None:
        yield "No longer counts from", credential.expires_on.isoformat(), None
    if credential.skills:
        yield "Skills", _listed(skill.label for skill in credential.skills), None
    if credential.identifiers:
        yield "Identifiers", _listed(f"{one.scheme}: {one.value}" for one in credential.identifiers), None
    if credential.aliases:
        yield "Also known as", _listed(credential.aliases), None
    for name, fact in sorted(credential.features.items()):
        yield begun(names.fact(name)), fact if isinstance(fact, str) else "yes" if fact else "no", None


def _listed(values: Iterable[str]) -> str:
    return "; ".join(values) or "none"
