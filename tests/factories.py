"""Objects with sound defaults, so that a test names only what it is about."""

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from app.datasets.reader import read_files
from app.domain.credential import Credential, Issuer
from app.domain.credits import CreditAmount, CreditSystem, Equivalence, Range
from app.domain.dataset import Dataset, merged
from app.domain.evaluation import evaluate
from app.domain.jurisdictions import Jurisdiction
from app.domain.report import AskedRecogniser, Outcome, Question, ReleaseReference
from app.domain.rules import Decision, Rule
from app.domain.ruleset import RuleSet

EXLAND = Path(__file__).parent / "data"
DAY = date(2024, 9, 1)


def fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def a_credential(**given: Any) -> Credential:
    issuer = Issuer(**given.pop("issuer", {"country": "XF"}))
    if isinstance(credit := given.pop("credit", None), tuple):
        given["credit"] = CreditAmount(amount=Fraction(credit[0]), system=credit[1])
    return Credential(**{"title": "Beekeeping", "issuer": issuer, **given})


def a_rule(**given: Any) -> Rule:
    return Rule(
        **{
            "id": "a-rule",
            "jurisdiction": "XF",
            "purposes": ("credit_transfer",),
            "status": "recognised",
            "basis": "law",
            "binding": True,
            "statement": "It counts.",
            "confidence": "high",
            **given,
        }
    )


def a_system(system: str, hours: tuple[Any, Any] | None = None, step: Any = None) -> CreditSystem:
    interval = Range(min=fraction(hours[0]), max=fraction(hours[1])) if hours else None
    return CreditSystem(
        id=system, name=system, jurisdiction="WORLD", hours=interval, step=fraction(step), confidence="high"
    )


def an_equivalence(name: str, amount: Any, system: str, equals: Any, other: str, **given: Any) -> Equivalence:
    low, high = equals if isinstance(equals, tuple) else (equals, equals)
    return Equivalence(
        **{
            "id": name,
            "amount": Fraction(amount),
            "system": system,
            "equals": CreditAmount(system=other, min=fraction(low), max=fraction(high)),
            "basis": "agreement",
            "confidence": "high",
            **given,
        }
    )


def rules_of(*rules: Rule, **sections: Any) -> RuleSet:
    """A release with these rules and, unless given, the one place XF."""
    places = (Jurisdiction(id="XF", name="Exland", kind="country", confidence="high"),)
    data = Dataset(**{"jurisdictions": places, "rules": rules, **sections})
    return RuleSet(ReleaseReference(number=1, checksum="0"), data)


@cache
def exland() -> RuleSet:
    """The invented place of tests/data."""
    return RuleSet(
        ReleaseReference(number=1, checksum="0"), merged(f.dataset for f in read_files([EXLAND / "frameworks"]))
    )


def ask(
    rules: RuleSet,
    credential: Credential | None = None,
    *,
    place: str = "XF",
    purpose: str = "credit_transfer",
    on: date = DAY,
    by: str | None = None,
    decisions: tuple[Decision, ...] = (),
    **more: Any,
) -> Outcome:
    """The one outcome for a place and a purpose."""
    asked = ()
    if by is not None:
        body = rules.recognisers.get(by)
        asked = (AskedRecogniser(name=by, id=by if body else None, kind=body.kind if body else None, country=place),)
    question = Question(
        credential=credential or a_credential(),
        as_of=on,
        jurisdictions=(place,),
        purposes=(purpose,),  # type: ignore[arg-type]
        recognisers=asked,
        **more,
    )
    (outcome,) = evaluate(question, rules, decisions).outcomes
    return outcome
