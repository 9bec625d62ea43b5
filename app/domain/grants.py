"""What an outcome gives: credit and level, as a ruling states them or worked out, with the steps that led there."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from app.domain.credits import CreditAmount, CreditResult, Range
from app.domain.facts import Facts
from app.domain.levels import LevelReference
from app.domain.report import OutcomeCredit, OutcomeLevel, Step
from app.domain.rules import Decision, Grant, LevelGrant, Purpose, Rule, Ruling
from app.domain.ruleset import RuleSet
from app.domain.sources import Citation, Confidence

_STUDY = frozenset({"credit_transfer", "stacking", "register", "admission"})


@dataclass
class Used:
    """Steps, citations and confidences gathered while an outcome is put together."""

    steps: list[Step]
    citations: list[Citation] = field(default_factory=list)
    confidences: list[Confidence] = field(default_factory=list)

    def ruling(self, ruling: Ruling) -> None:
        """A ruling that the outcome rests on."""
        self.citations += ruling.sources
        self.confidences.append(ruling.confidence)

    def conversion(self, text: str, by: str | None, sources: tuple[Citation, ...], confidence: Confidence) -> None:
        """A step by which credit or a level was worked out."""
        self.steps.append(Step(text=text, by=by, sources=sources))
        self.citations += sources
        self.confidences.append(confidence)


def granted_credit(ruling: Ruling, facts: Facts, rules: RuleSet, used: Used) -> OutcomeCredit | None:
    """The credit that a ruling gives, with the hours that it stands for."""
    grant = ruling.credit
    if grant is None:
        return None
    if grant.meaning == "own_size":
        return _own_size(grant, ruling, facts, used)
    if grant.meaning == "zero":
        grant = Grant(meaning="zero", amount=Fraction(0), system=grant.system, text=grant.text)
    amount = grant.amount if grant.meaning in ("exact", "zero") else None
    hours = None
    if grant.system is not None and grant.meaning not in ("zero", "not_published"):
        places = rules.places.chain(rules.place_of(ruling), facts.as_of)
        stated = CreditAmount(system=grant.system, amount=amount, min=grant.min, max=grant.max)
        result = rules.credits.hours(stated, facts.as_of, places)
        hours = Range(min=result.min, max=result.max) if result else None
    return OutcomeCredit(
        meaning=grant.meaning,
        amount=amount,
        min=grant.min,
        max=grant.max,
        system=grant.system,
        per=grant.per,
        division=grant.division,
        text=grant.text,
        method="decision" if isinstance(ruling, Decision) else "rule",
        hours=hours,
    )


def _own_size(grant: Grant, ruling: Ruling, facts: Facts, used: Used) -> OutcomeCredit:
    """The credential's own size in the unit of the ruling, by the body's own figures first."""
    assert grant.system is not None
    recogniser = ruling.recogniser if isinstance(ruling, Rule | Decision) else None
    result = facts.converted(grant.system, recogniser=recogniser)
    if result is None:
        text = grant.text or "The size of the credential is not known, or no published conversion leads to this unit."
        return OutcomeCredit(meaning="not_published", system=grant.system, text=text, method="rule")
    return _outcome_credit("own_size", result, facts, used, grant)


def indicative_credit(place: str, purpose: Purpose, facts: Facts, rules: RuleSet, used: Used) -> OutcomeCredit | None:
    """What the credential's size would be in the place's own unit, where the ruling gives no figure."""
    known = rules.places.by_code.get(place)
    if purpose not in ("credit_transfer", "stacking"):
        return None
    units = (rules.places.by_code.get(code) for code in rules.places.chain(place, facts.as_of))
    system = next((unit.credit_system for unit in units if unit and unit.credit_system), None)
    if system is None or known is None:
        return None
    result = facts.converted(system, rules.places.chain(place, facts.as_of))
    return None if result is None else _outcome_credit("indicative", result, facts, used, None)


def _outcome_credit(
    meaning: Literal["own_size", "indicative"], result: CreditResult, facts: Facts, used: Used, grant: Grant | None
) -> OutcomeCredit:
    exact = result.min is not None and result.min == result.max
    span = f"{result.min}" if exact else f"{result.min} to {result.max}"
    way = " then ".join(f"{step.by}" for step in result.path) or "no conversion needed"
    used.conversion(
        f"Its size is {span} {result.system} ({way}); {result.rounding}.",
        result.path[0].by if result.path else None,
        result.sources,
        result.confidence,
    )
    return OutcomeCredit(
        meaning=meaning,
        amount=result.min if exact else None,
        min=None if exact else result.min,
        max=None if exact else result.max,
        system=result.system,
        per=grant.per if grant else None,
        division=grant.division if grant else None,
        text=grant.text if grant else "The receiving body decides how much of it counts.",
        method=result.method,
        bookable=result.bookable,
        rounding=result.rounding,
        path=result.path,
        hours=facts.notional_hours(),
    )


def granted_level(grant: LevelGrant | None, facts: Facts, used: Used) -> OutcomeLevel | None:
    """The level that a ruling gives: the one it states, or the credential's own in its framework."""
    if grant is None:
        return None
    if grant.own:
        return _converted_level(grant.framework, "own_level", facts, used, grant.text)
    reference = LevelReference(framework=grant.framework, value=grant.value, min=grant.min, max=grant.max)
    levels = facts.levels.values(reference)
    return OutcomeLevel(framework=grant.framework, levels=levels, method="stated", text=grant.text)


def comparable_level(place: str, purpose: Purpose, facts: Facts, rules: RuleSet, used: Used) -> OutcomeLevel | None:
    """The credential's level in the place's framework, for orientation only."""
    chain = (rules.places.by_code.get(code) for code in rules.places.chain(place, facts.as_of))
    framework = next((known.framework for known in chain if known and known.framework), None)
    if framework is None or purpose not in _STUDY:
        return None
    return _converted_level(framework, "comparison", facts, used, "A comparison of levels; it recognises nothing.")


def _converted_level(
    framework: str, method: Literal["own_level", "comparison"], facts: Facts, used: Used, text: str | None
) -> OutcomeLevel | None:
    if facts.credential.level is None:
        return None
    result = facts.levels.convert(facts.credential.level, framework, facts.as_of)
    if result is None:
        return None
    levels = ", ".join(result.levels) or "no level corresponds"
    way = " then ".join(step.link for step in result.path) or "the same framework"
    used.conversion(
        f"Its level in {framework}: {levels} ({way}; {result.strength}).",
        result.path[0].link if result.path else None,
        result.sources,
        result.confidence,
    )
    return OutcomeLevel(
        framework=framework,
        levels=result.levels,
        method=method,
        strength=result.strength,
        path=result.path,
        text=text,
    )
