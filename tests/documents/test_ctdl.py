"""Decisions and credentials in CTDL: what is said, and what is not made up."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.documents.ctdl import Ctdl, can_say
from app.documents.linked_data import Addresses
from app.domain.credential import Credential, Identifier, Issuer
from app.domain.dataset import CatalogueEntry
from app.domain.recognisers import Recogniser
from app.domain.rules import Condition, Decision, Grant
from app.domain.sources import Citation, Source
from tests.factories import a_system, rules_of

SOURCES = (Source(id="page", title="Page", url="https://x.example/page"), Source(id="letter", title="A letter"))
RULES = rules_of(
    sources=SOURCES,
    recognisers=(Recogniser(id="uni", name="Uni", kind="university", jurisdiction="XF", confidence="high"),),
    credit_systems=(a_system("ects"), a_system("us-semester-credit")),
)
BEES = Credential(id="bees", title="Bees", issuer=Issuer(name="Apiary Ltd", country="XF"))


def a_decision(**given: Any) -> Decision:
    return Decision(
        **{
            "id": "d",
            "credentials": ("bees",),
            "recogniser": "uni",
            "purposes": ("credit_transfer",),
            "status": "recognised",
            "basis": "decision",
            "binding": True,
            "statement": "It counts.",
            "confidence": "high",
            "sources": (Citation(source="letter"), Citation(source="page")),
            **given,
        }
    )


def written(on: str = "2024-06-01", public_url: str = "https://p.example", **given: Any) -> dict[str, Any]:
    return nodes(on, public_url, **given)[0]


def nodes(on: str = "2024-06-01", public_url: str = "https://p.example", **given: Any) -> list[dict[str, Any]]:
    return Ctdl(RULES, Addresses(public_url), date.fromisoformat(on)).decision(a_decision(**given), [BEES])


def value(**grant: Any) -> dict[str, Any]:
    (profile,) = written(credit=Grant(**grant))["ceterms:transferValue"]
    return profile  # type: ignore[no-any-return]


def test_a_decision_on_credit_is_a_transfer_value_profile() -> None:
    profile = written(valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1))
    assert profile["@type"] == "ceterms:TransferValueProfile"
    assert profile["@id"] == "https://p.example/v1/decisions/d"
    assert profile["ceterms:ownedBy"] == profile["ceterms:recognizedBy"] == ["https://p.example/v1/recognisers/uni"]
    assert profile["ceterms:transferValueFrom"] == ["https://p.example/v1/credentials/bees"]
    assert (profile["ceterms:startDate"], profile["ceterms:endDate"]) == ("2024-01-01", "2024-12-31")
    assert profile["ceterms:subjectWebpage"] == "https://x.example/page"


def test_without_a_public_address_ours_are_relative() -> None:
    assert written(public_url="")["@id"] == "/v1/decisions/d"


def test_no_ctid_is_made_up_and_a_real_one_is_given() -> None:
    assert "ceterms:ctid" not in written()
    writer = Ctdl(RULES, Addresses(), date(2024, 6, 1))
    told = Credential(id="bees", title="Bees", identifiers=(Identifier(scheme="ctid", value="ce-1"),))
    entries = [CatalogueEntry(id="bees", credential=credential, confidence="high") for credential in (BEES, told)]
    without, _ = writer.credential(entries[0])
    (with_one,) = writer.credential(entries[1])
    assert "ceterms:ctid" not in without
    assert with_one["ceterms:ctid"] == "ce-1"


@pytest.mark.parametrize(
    ("on", "dates", "status"),
    [
        ("2024-06-01", {"valid_to": date(2025, 1, 1)}, "lifeCycle:Active"),
        ("2025-01-01", {"valid_to": date(2025, 1, 1)}, "lifeCycle:Ceased"),
        ("2023-12-31", {"valid_from": date(2024, 1, 1)}, None),
        ("2025-01-01", {"valid_to": date(2025, 1, 1), "dated_by": "award"}, None),
    ],
)
def test_it_is_active_ceased_or_neither(on: str, dates: dict[str, Any], status: str | None) -> None:
    told = written(on, **dates).get("ceterms:lifeCycleStatusType")
    assert (told and told["ceterms:targetNode"]) == status


@pytest.mark.parametrize(
    ("grant", "figures"),
    [
        ({"meaning": "exact", "amount": Fraction(5, 2)}, {"schema:value": 2.5}),
        ({"meaning": "exact", "amount": Fraction(3)}, {"schema:value": 3}),
        ({"meaning": "up_to", "max": Fraction(4)}, {"schema:maxValue": 4}),
        ({"meaning": "at_least", "min": Fraction(2)}, {"schema:minValue": 2}),
        ({"meaning": "range", "min": Fraction(2), "max": Fraction(4)}, {"schema:minValue": 2, "schema:maxValue": 4}),
        ({"meaning": "zero"}, {"schema:value": 0}),
        ({"meaning": "exact", "amount": Fraction(10, 3)}, {"schema:description": {"en": "value: 10/3."}}),
        ({"meaning": "own_size"}, {"schema:description": {"en": "The credential's own size."}}),
    ],
)
def test_each_kind_of_credit_has_its_own_figures(grant: dict[str, Any], figures: dict[str, Any]) -> None:
    told = value(system="ects", **grant)
    assert {key: told[key] for key in told if key.startswith("schema:")} == figures


def test_credit_that_is_not_published_has_no_value() -> None:
    told = written(credit=Grant(meaning="not_published", system="ects"))
    assert "ceterms:transferValue" not in told
    assert "No amount of credit is published." in told["ceterms:description"]["en"]


def test_a_unit_that_the_vocabulary_lacks_points_to_our_own_description_of_it() -> None:
    units = [
        value(meaning="exact", amount=Fraction(3), system=system)["ceterms:creditUnitType"][0]["ceterms:targetNode"]
        for system in ("us-semester-credit", "ects")
    ]
    assert units == ["creditUnit:SemesterHour", "https://p.example/v1/credit-systems/ects"]


def test_reservations_stand_in_the_description() -> None:
    told = written(
        status="discretionary",
        decided_by="the dean",
        conditions=(Condition(text="A grade of C.", on="holder"),),
        note="Ask first.",
    )
    expected = "It counts. Decided case by case by the dean. Condition: A grade of C. Ask first."
    assert told["ceterms:description"] == {"en": expected}


def test_a_published_agreement_holds_its_profile() -> None:
    profile, agreement = nodes(basis="agreement", programme="Farming")
    assert agreement["@type"] == "ceterms:TransferAgreement"
    assert agreement["ceterms:hasTransferValueProfile"] == [profile["@id"]]
    assert agreement["ceterms:receivingOrganization"] == profile["ceterms:ownedBy"]
    assert agreement["ceterms:sendingOrganization"] == ["https://p.example/v1/credentials/bees#issuer"]
    assert agreement["ceterms:receivingProgram"] == profile["ceterms:transferValueFor"]


def test_what_transfers_nothing_is_no_transfer_value() -> None:
    (action,) = nodes(purposes=("register",), basis="agreement")
    assert action["@type"] == "ceterms:RecognizeAction"
    assert action["ceterms:object"] == ["https://p.example/v1/credentials/bees"]


def test_a_refusal_cannot_be_said() -> None:
    assert not can_say(a_decision(status="not_recognised"))
    assert can_say(a_decision(status="discretionary"))
