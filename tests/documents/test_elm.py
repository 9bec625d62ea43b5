"""Credentials in the European Learning Model, checked against its published shapes."""

from fractions import Fraction
from typing import Any

import pytest

from app.documents import eu_vocabularies as eu
from app.documents.elm import CONTEXT, Elm
from app.documents.linked_data import Addresses
from app.domain.credential import Credential, Identifier, Issuer, Skill
from app.domain.credits import CreditAmount, Range
from app.domain.dataset import CatalogueEntry
from app.domain.levels import Framework, Level, LevelReference
from app.domain.sources import Citation, Source
from tests.documents.shapes import faults
from tests.factories import a_system, rules_of
from tests.vectors import folder

RULES = rules_of(
    credit_systems=(a_system("ects"), a_system("xf-point")),
    frameworks=(
        Framework(
            id="xf-qf", name="Exland framework", jurisdiction="XF", levels=(Level(value="4"),), confidence="high"
        ),
    ),
    sources=(Source(id="page", title="Page", url="https://x.example/page"),),
)
FULL = Credential(
    title="Bees",
    aliases=("Bienen", "Abeilles"),
    issuer=Issuer(name="Apiary Ltd", country="GB-SCT", accredited_by=("SQA",)),
    identifiers=(Identifier(scheme="ctid", value="ce-1"),),
    level=LevelReference(framework="scqf", value="7"),
    credit=CreditAmount(system="ects", amount=Fraction(5, 2)),
    notional_hours=Fraction(125, 2),
    field="0821",
    language="fr-CA",
    delivery=("online", "online_platform", "workshop"),
    kind="micro_credential",
    url="https://x.example/bees",
    skills=(Skill(label="keep bees", uri=f"{eu.ESCO_SKILL}1"), Skill(label="brood", uri="https://s.example/2")),
    assessed=True,
    graded=False,
    quality_assured_by=(),
    schemes=("xf-scheme",),
    duration_weeks=Fraction(6),
)


def written(credential: Credential, eqf: str | None = None) -> dict[str, Any]:
    entry = CatalogueEntry(id="bees", credential=credential, confidence="high", sources=(Citation(source="page"),))
    return {"@context": CONTEXT, **Elm(RULES, Addresses("https://p.example")).credential(entry, eqf)}


def notes(node: dict[str, Any]) -> list[str]:
    return [note["noteLiteral"]["en"] for note in node.get("additionalNote", [])]


def test_all_that_a_credential_can_say_keeps_to_the_published_shapes() -> None:
    node = written(FULL, "5")
    assert faults(node) == []
    assert node["type"] == "Qualification"
    assert node["eqfLevel"]["id"] == "http://data.europa.eu/snb/eqf/5"
    assert node["nqfLevel"]["id"] == "http://data.europa.eu/snb/qdr/c_326c93a5"
    assert node["thematicArea"]["id"] == "http://data.europa.eu/snb/isced-f/0821"
    assert node["creditPoint"]["point"] == "2.5"
    assert node["creditPoint"]["framework"]["id"] == eu.ECTS
    assert node["volumeOfLearning"] == "PT62H30M"
    assert node["language"]["id"].endswith("/FRA")
    assert [mode["id"] for mode in node["mode"]] == [eu.ONLINE]
    assert node["awardingOpportunity"]["awardingBody"]["location"]["address"]["countryCode"]["id"].endswith("/GBR")
    assert notes(node) == [
        "Learning outcomes were assessed.",
        "No mark or grade was given.",
        "Quality-assured by no body.",
        "Awarded under: xf-scheme.",
        "The issuer is accredited by: SQA.",
        "Taught as: workshop.",
        "It takes 6 weeks.",
    ]


def test_a_title_alone_keeps_to_the_shapes_and_says_nothing_more() -> None:
    node = written(Credential(title="Bees"))
    assert faults(node) == []
    assert set(node) == {"@context", "id", "type", "title", "supplementaryDocument"}
    assert node["type"] == "LearningAchievementSpecification"
    assert node["title"] == {"und": "Bees"}


def test_the_shapes_are_really_asked() -> None:
    node = written(Credential(title="Bees"))
    del node["title"]
    assert len(faults(node)) == 1


def test_without_a_country_the_awarding_body_is_no_organisation_as_that_needs_an_address() -> None:
    node = written(Credential(title="Bees", issuer=Issuer(name="Apiary Ltd")))
    assert faults(node) == []
    assert node["awardingOpportunity"]["awardingBody"]["type"] == "Agent"


@pytest.mark.parametrize(
    ("given", "note"),
    [
        (
            {"credit": CreditAmount(system="ects", min=Fraction(3), max=Fraction(4))},
            "Credit: at least 3 and at most 4, in ects.",
        ),
        ({"notional_hours": Range(min=Fraction(20))}, "Hours of learning: at least 20."),
        ({"level": LevelReference(framework="xf-qf", value="4")}, "Level 4 of Exland framework."),
        ({"level": LevelReference(framework="scqf", min="6", max="7")}, "Level 6 to 7 of scqf."),
    ],
)
def test_what_elm_cannot_hold_is_told_in_words_and_never_as_one_figure(given: dict[str, Any], note: str) -> None:
    node = written(Credential(title="Bees", **given))
    assert notes(node) == [note]
    assert not {"creditPoint", "volumeOfLearning", "nqfLevel", "eqfLevel"} & set(node)


def test_a_unit_of_one_country_points_to_our_own_description_of_it() -> None:
    node = written(Credential(title="Bees", credit=CreditAmount(system="xf-point", amount=Fraction(1, 3))))
    assert faults(node) == []
    assert node["creditPoint"]["framework"]["id"] == "https://p.example/v1/credit-systems/xf-point"
    assert node["creditPoint"]["point"] == "1/3"


def test_every_address_of_a_level_or_field_is_one_that_the_vocabularies_hold() -> None:
    lists = folder("elm") / "xsd/loq/cv"
    levels = (lists / "nqf.xsd").read_text(encoding="utf-8")
    fields = (lists / "isced-f.xsd").read_text(encoding="utf-8")
    assert len(eu.NATIONAL_LEVELS) == len(set(eu.NATIONAL_LEVELS.values())) > 300
    assert [address for address in eu.NATIONAL_LEVELS.values() if f'"{address}"' not in levels] == []
    codes = [
        code for code in (f"{n:0{width}}" for width in (2, 3, 4) for n in range(10**width)) if eu.field_address(code)
    ]
    assert len(codes) == fields.count("<xs:enumeration") == 220
    assert [code for code in codes if f'"{eu.field_address(code)}"' not in fields] == []
    eqf = (lists / "eqf.xsd").read_text(encoding="utf-8")
    assert all(f'"{eu.eqf_address(str(level))}"' in eqf for level in range(1, 9))
    assert eu.eqf_address("9") is None


def test_an_address_reads_back_as_what_it_was_written_for() -> None:
    assert all(eu.level_at(address) == level for level, address in eu.NATIONAL_LEVELS.items())
    assert eu.country_at(eu.country_address("FI") or "") == "FI"
    assert eu.language_at(eu.language_address("de-AT") or "") == "de"
    assert eu.field_at(eu.field_address("0613") or "") == "0613"
    assert eu.country_at("http://elsewhere.example/FIN") is None
