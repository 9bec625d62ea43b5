"""Each format with worked expectations: what a sample says is what is understood, and where it stands."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.documents.ctdl import Ctdl
from app.documents.elm import CONTEXT, Elm
from app.documents.eu_vocabularies import ECTS, SNB
from app.documents.linked_data import Addresses
from app.documents.opening import open_document
from app.documents.reading.result import ReadCredential, ReadDocument
from app.domain.credential import Credential, Identifier, Issuer, Skill
from app.domain.credits import CreditAmount
from app.domain.dataset import CatalogueEntry
from app.domain.errors import UnreadableDocument
from app.domain.levels import LevelReference
from app.domain.rules import Decision, Grant
from app.domain.validity import DayRange
from tests.documents.issuing import a_record
from tests.documents.reading import RULES, named, read, unaccounted

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJuYW1lIjoiSmFuZSJ9.x"


def one(document: Any) -> ReadCredential:
    (only,) = read(document).credentials
    return only


def where(read_one: ReadCredential, attribute: str) -> list[str]:
    return [found.pointer for found in read_one.found if found.attribute == attribute]


def unknown(result: ReadDocument) -> dict[str, str | None]:
    return {part.pointer: part.written for part in result.unknown}


def a_badge(achievement: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:x", "type": ["Profile"], "name": "Apiary"},
        "credentialSubject": {
            "id": "did:holder",
            "achievement": {
                "id": "https://x.example/bees",
                "type": ["Achievement"],
                "name": "Bees",
                **(achievement or {}),
            },
        },
        **more,
    }


def a_european(specification: dict[str, Any], **more: Any) -> dict[str, Any]:
    claim = {"id": "urn:1", "type": "LearningAchievement", "specifiedBy": {"title": {"en": "Bees"}, **specification}}
    return {
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialSubject": {"type": "Person", "fullName": {"en": "Ada"}, "hasClaim": {**claim, **more}},
    }


def a_concept(address: str) -> dict[str, Any]:
    return {"id": address, "type": "Concept"}


def test_the_sample_micro_credential_of_elm() -> None:
    read_one = one(named("elm", "Sample-MC-Annex1-unsigned.jsonld"))
    told, root = read_one.credential, "/credentialSubject/hasClaim/specifiedBy"
    assert told.title == "Digital micro-credential creation"
    assert told.issuer == Issuer(name="University of Zed", country="IE")
    assert told.level == LevelReference(framework="rqf", value="6")
    assert where(read_one, "level") == [f"{root}/nqfLevel", f"{root}/eqfLevel"]
    assert told.credit == CreditAmount(system="ects", amount=Fraction(2))
    assert told.notional_hours == 60
    assert where(read_one, "notional_hours") == [f"{root}/volumeOfLearning"]
    assert (told.assessed, told.proctored, told.identity_verified) == (True, False, False)
    assert (told.language, told.delivery) == ("en", ("blended",))
    skill = Skill(
        uri="http://data.europa.eu/esco/skill/5fd5c985-eaaa-47aa-8314-62359c54505a", label="develop digital content"
    )
    assert skill in told.skills
    assert f"{root}/learningOutcome/1/relatedESCOSkill" in where(read_one, "skills")
    assert "field" in read_one.not_given  # it names two that have nothing in common
    assert "awarded_on" in read_one.not_given


def test_a_certificate_of_participation_claims_no_assessment() -> None:
    result = read(named("elm", "Sample-CertOfPart-unsigned.jsonld"))
    (only,) = result.credentials
    assert only.credential.title == "EDC Updates Webinar"
    assert only.credential.assessed is None
    assert only.credential.notional_hours == 2
    volume = "/credentialSubject/hasClaim/specifiedBy/volumeOfLearning"
    assert unknown(result)[volume] == "P2M"  # two months of calendar time are no hours of learning


@pytest.mark.parametrize(
    ("specification", "attribute", "value"),
    [
        ({"volumeOfLearning": "PT37H30M"}, "notional_hours", Fraction(75, 2)),
        ({"volumeOfLearning": "P1W"}, "notional_hours", None),
        ({"volumeOfLearning": "60 hours"}, "notional_hours", None),
        ({"volumeOfLearning": "PT"}, "notional_hours", None),
        ({"eqfLevel": a_concept(f"{SNB}eqf/5")}, "level", LevelReference(framework="eqf", value="5")),
        ({"eqfLevel": a_concept(f"{SNB}eqf/9")}, "level", None),
        ({"thematicArea": [a_concept(f"{SNB}isced-f/{n}") for n in ("0613", "0612")]}, "field", "061"),
        ({"language": a_concept("http://publications.europa.eu/resource/authority/language/FIN")}, "language", "fi"),
        (
            {"creditPoint": {"framework": a_concept(ECTS), "point": "2.5"}},
            "credit",
            CreditAmount(system="ects", amount=Fraction(5, 2)),
        ),
        ({"creditPoint": {"point": "3"}}, "credit", None),
        (
            {"accreditation": {"accreditingAgent": {"legalName": {"en": "QA body"}}}},
            "quality_assured_by",
            ("QA body",),
        ),
    ],
)  # fmt: skip
def test_what_a_specification_says_for_certain_is_read_and_the_rest_is_told(
    specification: dict[str, Any], attribute: str, value: Any
) -> None:
    result = read(a_european(specification))
    (only,) = result.credentials
    assert getattr(only.credential, attribute) == value
    assert (attribute in only.not_given) == (value is None)
    assert bool(result.unknown) == (value is None)


def a_credit(point: str, address: str = ECTS) -> dict[str, Any]:
    return {"framework": a_concept(address), "point": point}


@pytest.mark.parametrize(
    ("credits", "value"),
    [
        ([a_credit("2"), a_credit("2")], CreditAmount(system="ects", amount=Fraction(2))),
        ([a_credit("2"), a_credit("5")], None),
        ([a_credit("2"), a_credit("5"), a_credit("2")], None),
        (
            [a_credit("2"), a_credit("50", "https://p.example/v1/credit-systems/nz-credit")],
            CreditAmount(system="ects", amount=Fraction(2)),
        ),
    ],
)
def test_between_figures_that_contradict_each_other_none_is_chosen(credits: list[Any], value: Any) -> None:
    document = a_european({"creditPoint": credits})
    result = read(document)
    (only,) = result.credentials
    assert only.credential.credit == value
    assert ("credit" in only.not_given) == (value is None)
    assert unaccounted(document, result) == []


def test_a_document_with_references_reads_like_one_that_nests_them() -> None:
    flat = read(named("edc", "credFlatten.jsonld"))
    (only,) = flat.credentials
    assert only.credential.title == "some kind of learning achievement"
    assert only.credential.issuer.country == "FR"


def test_what_we_write_in_elm_we_read_back() -> None:
    credential = Credential(
        title="Bees",
        issuer=Issuer(name="Apiary", country="FI"),
        level=LevelReference(framework="scqf", value="7"),
        credit=CreditAmount(system="nz-credit", amount=Fraction(15)),
        notional_hours=Fraction(150),
        field="0821",
        language="fi",
        delivery=("online",),
        identifiers=(Identifier(scheme="ctid", value="ce-1"),),
        skills=(Skill(label="brood"),),
        url="https://x.example/bees",
    )
    node = Elm(RULES, Addresses("https://p.example")).credential(
        CatalogueEntry(id="bees", credential=credential, confidence="high"), "5"
    )
    assert one({"@context": CONTEXT, **node}).credential == credential
    assert [c.credential for c in read({"@context": CONTEXT, "@graph": [node, node]}).credentials] == [credential] * 2


def test_the_complete_sample_of_open_badges_3() -> None:
    document = named("1edtech-validator", "ob30/complete.json")
    result = read(document)
    (only,) = result.credentials
    told = only.credential
    assert (result.format, result.version, result.recognised_by) == (
        "open_badge",
        "3.0.3",
        "the type OpenBadgeCredential",
    )
    assert (told.title, told.kind) == ("1EdTech University Degree", "degree")
    assert told.issuer == Issuer(name="1EdTech University", country="US")
    assert Identifier(scheme="open-badge", value="https://1edtech.edu/achievements/degree") in told.identifiers
    assert told.expires_on == date(2030, 1, 1)
    assert told.credit is None
    credits = "/credentialSubject/achievement/creditsAvailable"
    assert unknown(result)[credits] == "36"  # a number without a unit
    assert {"/credentialSubject/creditsEarned", "/credentialSubject/result"} <= set(result.withheld)


@pytest.mark.parametrize(
    ("alignment", "level"),
    [
        ({"targetFramework": "European Qualifications Framework", "targetCode": "6", "targetName": "Level 6"}, "6"),
        ({"targetFramework": "EQF", "targetName": "EQF level 6"}, "6"),
        ({"targetName": "EQF level 6"}, "6"),
        ({"targetUrl": "http://data.europa.eu/snb/eqf/6", "targetName": "Niveau 6"}, "6"),
        ({"targetFramework": "EQF", "targetCode": "9", "targetName": "nine"}, None),
        ({"targetFramework": "EQF", "targetName": "between level 5 and 6"}, None),
        ({"targetFramework": "Course levels", "targetCode": "6", "targetName": "Level 6"}, None),
    ],
)
def test_an_alignment_is_a_level_only_when_it_names_a_framework_and_its_level(
    alignment: dict[str, Any], level: str | None
) -> None:
    document = a_badge({"alignment": [{"type": ["Alignment"], "targetType": "ext:Level", **alignment}]})
    expected = LevelReference(framework="eqf", value=level) if level else None
    assert one(document).credential.level == expected
    assert bool(read(document).unknown) == (expected is None)


def test_skills_of_esco_and_case_are_skills() -> None:
    alignments = [
        {"targetName": "brood", "targetUrl": "https://x.example/1", "targetType": "CFItem"},
        {"targetName": "honey", "targetUrl": "http://data.europa.eu/esco/skill/2", "targetType": "ext:Other"},
    ]
    skills = one(a_badge({"alignment": alignments})).credential.skills
    assert [skill.label for skill in skills] == ["brood", "honey"]


def test_dutch_badges_say_ects_language_level_and_study_load() -> None:
    three = one(a_badge({"ECTS": 2.5, "inLanguage": "nl_NL"})).credential
    assert (three.credit, three.language) == (CreditAmount(system="ects", amount=Fraction(5, 2)), "nl")
    two = one(
        {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "recipient": {"type": "email", "identity": "ada@x.example", "hashed": False},
            "issuedOn": "2021-05-06T10:00:00+02:00",
            "expires": "2031-05-06",
            "badge": {
                "type": "BadgeClass",
                "id": "https://x.example/b",
                "name": "Bees",
                "issuer": {"type": "Issuer", "name": "Hogeschool"},
                "extensions:EQFExtension": {"type": ["Extension", "extensions:EQFExtension"], "EQF": 6},
                "extensions:StudyLoadExtension": {"type": ["Extension"], "StudyLoad": 84},
                "extensions:LanguageExtension": {"type": ["Extension"], "Language": "en_EN"},
            },
        }
    )
    told = two.credential
    assert told.level == LevelReference(framework="eqf", value="6")
    assert (told.notional_hours, told.language) == (84, "en")
    assert (told.awarded_on, told.expires_on) == (date(2021, 5, 6), date(2031, 5, 6))
    assert told.issuer.name == "Hogeschool"
    assert where(two, "level") == ["/badge/extensions:EQFExtension/EQF"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-06", date(2024, 5, 6)),
        ("2024-05-06T00:00:00Z", date(2024, 5, 6)),
        ("2024-05-06T23:00:00+01:00", date(2024, 5, 6)),
        ("2024-05-06T23:00:00Z", DayRange(min=date(2024, 5, 6), max=date(2024, 5, 7))),
        ("2024-05-06T09:00:00Z", DayRange(min=date(2024, 5, 5), max=date(2024, 5, 6))),
        ("6 May 2024", None),
        ("2024-02-30", None),
    ],
)
def test_the_day_of_an_award_is_where_it_was_made(written: str, day: date | DayRange | None) -> None:
    assert one(a_badge(awardedDate=written)).credential.awarded_on == day


def test_the_day_from_which_a_document_is_valid_is_not_the_day_of_the_award() -> None:
    assert one(a_badge(validFrom="2024-05-06T00:00:00Z")).credential.awarded_on is None


def test_a_learner_record_is_as_many_documents_as_it_holds() -> None:
    document = named("1edtech-validator", "clr20/complex.json")
    record, *inside = [read(held.content) for held in open_document(document)]
    assert (record.format, record.credentials) == ("clr", ())
    assert unaccounted(document, record) == []
    aside = {part.pointer: part.because for part in record.set_aside}
    assert aside["/credentialSubject/verifiableCredential/5"] == "A credential of its own, which is told by itself."
    assert [result.format for result in inside] == ["open_badge"] * 6
    (first,) = inside[0].credentials
    assert (first.credential.title, first.credential.kind) == ("Nurse Assistant 1 Program with Licensure", "diploma")
    assert first.pointer == "/credentialSubject/achievement"


def test_nothing_of_a_signed_credential_in_a_record_is_told_with_the_record() -> None:
    record = a_record(TOKEN, {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{TOKEN}"})
    result = read(record)
    assert unaccounted(record, result) == []
    assert TOKEN[:20] not in repr(result)


def test_a_learner_record_without_credentials_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="found no credential, expected at least one"):
        read(a_record())


def test_endorsements_are_told_to_be_no_credentials() -> None:
    result = read(a_badge({"endorsement": [{"type": "EndorsementCredential"}]}, endorsementJwt=[TOKEN]))
    reasons = {part.pointer: part.because for part in result.set_aside if part.term.startswith("endorsement")}
    said = "It is no credential of the holder, and was not looked at."
    assert reasons == {"/credentialSubject/achievement/endorsement": said, "/endorsementJwt": said}
    assert TOKEN[:20] not in repr(result)


def test_ctdl_credentials_and_learning_opportunities() -> None:
    several = one(named("ctdl", "CredentialWithMultipleLanguages_Api_output.json"))
    assert several.credential.title == "Bachelor of Science in Accounting"
    assert several.credential.kind == "degree"
    assert several.credential.identifiers == (
        Identifier(scheme="ctid", value="ce-cef8a76d-f168-0513-8fac-0b8dc60ef853"),
    )
    assert several.credential.quality_assured_by == ("Some Accreditation Body",)
    assert where(several, "quality_assured_by")[0] == "/@graph/1/ceterms:name/en"
    course = one(named("ctdl", "LearningOpportunityEnvelope.json"))
    assert course.credential.title == "Insurance Studies Certificate"
    assert course.pointer == "/decoded_resource/@graph/0"


def a_profile(**more: Any) -> dict[str, Any]:
    unit = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "creditUnit:SemesterHour"}
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@graph": [
            {
                "@id": "https://x.example/resources/ce-1",
                "@type": "ceterms:TransferValueProfile",
                "ceterms:name": {"en": "Bees for credit"},
                "ceterms:ownedBy": ["_:body"],
                "ceterms:transferValueFrom": ["_:course", "https://x.example/resources/ce-2"],
                "ceterms:transferValue": [
                    {"@type": "ceterms:ValueProfile", "ceterms:creditUnitType": [unit], "schema:value": 3.0}
                ],
                "ceterms:startDate": "2024-01-01",
                "ceterms:endDate": "2026-12-31",
                **more,
            },
            {"@id": "_:body", "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "Uni"}},
            {"@id": "_:course", "@type": "ceterms:Course", "ceterms:name": {"en": "Bees"}},
        ],
    }


def test_a_transfer_value_profile_is_a_decision() -> None:
    result = read(a_profile())
    (decision,) = result.decisions
    assert result.credentials == ()
    assert decision.recogniser.name == "Uni"
    assert decision.credentials == ("Bees", "https://x.example/resources/ce-2")
    assert decision.credit == CreditAmount(system="us-semester-credit", amount=Fraction(3))
    assert (decision.valid_from, decision.last_day) == (date(2024, 1, 1), date(2026, 12, 31))


def test_a_transfer_value_in_an_unknown_unit_is_told_and_not_guessed() -> None:
    unit = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "creditUnit:DegreeCredit"}
    value = {"ceterms:creditUnitType": [unit], "schema:minValue": 2, "schema:maxValue": 4}
    result = read(a_profile(**{"ceterms:transferValue": [value]}))
    assert result.decisions[0].credit is None
    assert "/@graph/0/ceterms:transferValue/0" in unknown(result)


def test_a_credential_of_an_unknown_type_says_what_it_is_and_nothing_of_its_holder() -> None:
    document = named("edc", "credNoType.jsonld")
    result = read(document)
    (only,) = result.credentials
    assert (result.format, result.version) == ("verifiable_credential", "1.1")
    assert only.credential.title == "AlumniCredential"
    assert result.withheld == ("/credentialSubject/alumniOf",)
    named_after_its_holder = {
        "type": ["VerifiableCredential", "Diploma"],
        "name": "Ada",
        "credentialSubject": {"x": "Ada"},
    }
    assert "Ada" not in repr(read(named_after_its_holder))


def self_issued() -> list[dict[str, Any]]:
    """Credentials that a person issued to herself, in each way that names her."""
    ada = {"id": "did:ada", "name": "Ada", "legalName": {"en": "Ada"}}
    claim = {"type": "LearningAchievement", "title": {"en": "Bees"}}
    badge = a_badge()
    badge["credentialSubject"] |= ada
    european = {**a_european({}), "credentialSubject": {**ada, "type": "Person", "hasClaim": claim}}
    plain = {"type": ["VerifiableCredential", "Diploma"], "credentialSubject": {**ada, "degree": "Bees"}}
    return [{**document, "issuer": issuer} for document in (badge, european, plain) for issuer in ("did:ada", ada)]


@pytest.mark.parametrize("document", self_issued())
def test_who_issues_to_herself_stays_unnamed(document: dict[str, Any]) -> None:
    result = read(document)
    assert "Ada" not in repr(result)
    assert unaccounted(document, result) == []
    assert result.credentials[0].credential.issuer.name is None


def test_the_items_of_a_case_framework_are_skills() -> None:
    package = {
        "CFDocument": {"identifier": "1", "title": "Standards"},
        "CFItems": [
            {"identifier": "2", "uri": "https://x.example/2", "fullStatement": "Keeps bees.", "CFItemType": "Skill"},
            {"identifier": "3", "fullStatement": "Feeds bees.", "stings": True},
            {"identifier": "4"},
        ],
    }
    result = read(package)
    assert (result.format, result.recognised_by) == ("case", "the term CFItems")
    assert result.skills == (Skill(uri="https://x.example/2", label="Keeps bees."), Skill(label="Feeds bees."))
    assert [found.pointer for found in result.found][:2] == ["/CFItems/0/fullStatement", "/CFItems/0/uri"]
    assert unknown(result) == {"/CFItems/1/stings": "true", "/CFItems/2": '{"identifier": "4"}'}


def test_what_we_write_in_ctdl_we_read_back() -> None:
    bees = Credential(id="bees", title="Bees", issuer=Issuer(name="Apiary", country="XF"))
    decision = Decision(
        id="d",
        credentials=("bees",),
        recogniser="uni",
        purposes=("credit_transfer",),
        status="conditional",
        basis="decision",
        binding=True,
        statement="It counts.",
        credit=Grant(meaning="range", min=Fraction(2), max=Fraction(5, 2), system="ects"),
        valid_from=date(2024, 1, 1),
        valid_to=date(2025, 1, 1),
        confidence="high",
    )
    writer = Ctdl(RULES, Addresses("https://p.example"), date(2024, 6, 1))
    entry = CatalogueEntry(id="bees", credential=bees, confidence="high")
    nodes = [*writer.decision(decision, [bees]), *writer.surroundings(decision, [entry])]
    (back,) = read({"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": nodes}).decisions
    assert (back.recogniser.name, back.credentials, back.statement) == ("Uni", ("Bees",), "It counts.")
    assert back.credit == CreditAmount(system="ects", min=Fraction(2), max=Fraction(5, 2))
    assert (back.valid_from, back.last_day, back.status) == (date(2024, 1, 1), date(2024, 12, 31), "lifeCycle:Active")
