"""Documents of linked data as rows of an import: what is in them, with what is around, in bounded memory."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents import graphs
from app.documents.ctdl import Ctdl
from app.documents.elm import Elm
from app.documents.graphs import Graph, Thing, stream
from app.documents.linked_data import Addresses
from app.documents.reading.statements import Saying, ThingFormat, Unsaid, read_thing
from app.documents.things import format_of_document, read_things, survey, write_things
from app.documents.unreadable import UnreadableFile, UnreadableRow
from app.domain.credential import Credential, Issuer, Skill
from app.domain.credits import CreditAmount
from app.domain.dataset import CatalogueEntry
from app.domain.levels import LevelReference
from app.domain.recognisers import Recogniser
from app.domain.rules import Decision, Grant
from app.domain.ruleset import RuleSet
from tests.factories import exland
from tests.vectors import folder

CTDL = "https://credreg.net/ctdl/schema/context/json"
BASE = "https://credentialengineregistry.org/resources"
COURSE = "ce-11111111-1111-4111-8111-111111111111"
PROFILE = "ce-22222222-2222-4222-8222-222222222222"
SCORE = "The credit is recommended for those who score 50 or more."


def a_unit(name: str = "creditUnit:SemesterHour") -> dict[str, Any]:
    return {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": name}


def a_profile(**more: Any) -> dict[str, Any]:
    """A transfer value of the University of Exland for three credits, given for an examination."""
    value = {"@type": "ceterms:ValueProfile", "schema:value": 3, "ceterms:creditUnitType": [a_unit()]}
    profile = {
        "@id": f"{BASE}/{PROFILE}",
        "@type": "ceterms:TransferValueProfile",
        "ceterms:ctid": PROFILE,
        "ceterms:name": {"en": "Sociology"},
        "ceterms:ownedBy": ["_:body"],
        "ceterms:startDate": "2018-12-01",
        "ceterms:endDate": "2023-11-30",
        "ceterms:transferValue": [value],
        "ceterms:transferValueFrom": ["_:exam"],
        **more,
    }
    return {name: told for name, told in profile.items() if told is not None}


BODY = {"@id": "_:body", "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "University of Exland"}}
EXAM = {
    "@id": "_:exam",
    "@type": "ceterms:AssessmentProfile",
    "ceterms:name": {"en": "Sociology Exam"},
    "ceterms:description": {"en": "A hundred questions."},
    "ceterms:ownedBy": ["_:board"],
}
BOARD = {"@id": "_:board", "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "Board"}}
AROUND = [BODY, EXAM, BOARD]


def written(path: Path, *nodes: Any, **more: Any) -> Path:
    file = path / "document.json"
    file.write_text(json.dumps({"@context": CTDL, "@graph": list(nodes), **more}))
    return file


def said(file: Path, form: ThingFormat, section: str, saying: Saying | None = None) -> list[Any]:
    """The statements of a file, or what is missing to make each."""
    found: list[Any] = []
    for number, thing in read_things(file, form, section):
        assert isinstance(thing, Thing), (number, thing)
        try:
            found.append(read_thing(form, section, thing, exland(), saying or Saying()).statement)
        except Unsaid as unsaid:
            found.append(unsaid.problems)
    return found


def the_decision(path: Path, saying: Saying | None = None, /, **more: Any) -> Any:
    (found,) = said(written(path, a_profile(**more), *AROUND), "ctdl", "decisions", saying)
    return found


NAMES = {"creditUnit:SemesterHour": "xf-point"}


def test_a_transfer_value_becomes_a_decision_with_its_days_and_its_least_score(tmp_path: Path) -> None:
    saying = Saying(names={**NAMES, "score": "final_score"}, source="decree-12", confidence="medium", dated_by="award")
    found = the_decision(tmp_path, saying, **{"ceterms:description": {"en": SCORE}})
    assert (found.id, found.recogniser, found.purposes) == (PROFILE, "xf-university", ("credit_transfer",))
    assert (found.valid_from, found.valid_to, found.dated_by) == (date(2018, 12, 1), date(2023, 12, 1), "award")
    assert (found.credit.meaning, found.credit.amount, found.credit.system) == ("exact", Fraction(3), "xf-point")
    assert (found.status, found.basis, found.binding) == ("conditional", "decision", False)
    (condition,) = found.conditions
    assert (condition.text, condition.on) == (SCORE, "holder")
    (test,) = condition.criterion.circumstances
    assert (test.fact, test.at_least) == ("final_score", 50)
    ((source,), (exam,)) = found.sources, found.credentials
    assert (source.source, source.locator, found.confidence) == ("decree-12", f"{BASE}/{PROFILE}", "medium")
    assert exam.startswith("Sociology-Exam-")


def test_what_is_described_beside_a_transfer_value_is_the_credential_that_the_decision_names(tmp_path: Path) -> None:
    file = written(tmp_path, a_profile(), *AROUND)
    assert survey(file, "ctdl") == {"credentials": 1, "decisions": 1}
    (entry,) = said(file, "ctdl", "credentials")
    (decision,) = said(file, "ctdl", "decisions", Saying(names=NAMES))
    assert (entry.credential.title, entry.credential.issuer.name) == ("Sociology Exam", "Board")
    assert decision.credentials == (entry.id,)


def test_the_same_words_are_the_same_credential_whatever_their_names_in_the_document(tmp_path: Path) -> None:
    twin = {**EXAM, "@id": "_:twin", "ceterms:ownedBy": ["_:other"]}
    other = {**BOARD, "@id": "_:other"}
    second = {**a_profile(), "@id": f"{BASE}/{COURSE}", "ceterms:ctid": COURSE, "ceterms:transferValueFrom": ["_:twin"]}
    file = written(tmp_path, a_profile(), *AROUND, second, twin, other)
    (entry,) = said(file, "ctdl", "credentials")
    assert {found.credentials for found in said(file, "ctdl", "decisions", Saying(names=NAMES))} == {(entry.id,)}
    stranger = {**other, "ceterms:name": {"en": "Another Board"}}
    assert len(said(written(tmp_path, a_profile(), *AROUND, second, twin, stranger), "ctdl", "credentials")) == 2


@pytest.mark.parametrize(
    ("more", "place", "found"),
    [
        ({"ceterms:ownedBy": None}, "/@graph/0/ceterms:ownedBy", "nothing"),
        ({"ceterms:ownedBy": [f"{BASE}/{COURSE}"]}, "/@graph/0/ceterms:ownedBy/0", repr(f"{BASE}/{COURSE}")),
        ({"ceterms:transferValue": None}, "/@graph/0/ceterms:transferValue", "nothing"),
        (
            {"ceterms:transferValue": [{"schema:value": 3, "ceterms:creditUnitType": [a_unit("creditUnit:Degree")]}]},
            "/@graph/0/ceterms:transferValue/0/ceterms:creditUnitType/0/ceterms:targetNode",
            "the unit 'creditUnit:Degree'",
        ),
        (
            {"ceterms:transferValue": [{"schema:value": n, "ceterms:creditUnitType": [a_unit()]} for n in (3, 4)]},
            "/@graph/0/ceterms:transferValue/1",
            "2 values",
        ),
        ({"ceterms:transferValueFrom": []}, "/@graph/0/ceterms:transferValueFrom", "nothing"),
        ({"ceterms:endDate": "next year"}, "/@graph/0/ceterms:endDate", "'next year'"),
        (
            {"ceterms:endDate": None, "ceterms:lifeCycleStatusType": a_unit("lifeCycle:Ceased")},
            "/@graph/0/ceterms:lifeCycleStatusType",
            "the status 'Ceased'",
        ),
        ({"ceterms:name": None}, "/@graph/0/ceterms:name", "no name"),
    ],
)
def test_a_transfer_value_that_does_not_say_enough_is_no_decision(
    tmp_path: Path, more: dict[str, Any], place: str, found: str
) -> None:
    problems = the_decision(tmp_path, Saying(names=NAMES), **more)
    assert [(where, what) for where, what, _ in problems] == [(place, found)]


def test_the_sender_says_what_names_stand_for(tmp_path: Path) -> None:
    unit = {"schema:value": 3, "ceterms:creditUnitType": [a_unit("creditUnit:DegreeCredit")]}
    names = {
        "ce-9c1c2d37-e525-43a3-9cea-97f076b2fe38": "xf-college",
        "creditUnit:DegreeCredit": "xg-unit",
        "Sociology Exam": "xf-exam",
    }
    more = {"ceterms:ownedBy": [f"{BASE}/ce-9c1c2d37-e525-43a3-9cea-97f076b2fe38"], "ceterms:transferValue": [unit]}
    found = the_decision(tmp_path, Saying(names=names), **more)
    assert (found.recogniser, found.credit.system, found.credentials) == ("xf-college", "xg-unit", ("xf-exam",))


def test_without_any_words_a_transfer_value_depends_on_nothing(tmp_path: Path) -> None:
    found = the_decision(tmp_path, Saying(names=NAMES))
    assert (found.status, found.conditions, found.statement) == ("recognised", (), "Sociology")


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("Credit is recommended for candidates scoring 50 and above.", 50),
        ("Minimum Passing Score: 70%", 70),
        ("The Minimum Passing Score for this learning opportunity is 70%.", 70),
        ("A score of at least 4.5.", Fraction(9, 2)),
        ("A score of 3 or higher. Those with a score of 4 or higher get more.", None),
        ("Take 50 minutes and above all read.", None),
    ],
)
def test_a_least_score_is_tested_only_where_the_words_are_plain(
    tmp_path: Path, text: str, least: Fraction | None
) -> None:
    names = {**NAMES, "score": "final_score", "percent": "final_score"}
    condition = {"@type": "ceterms:ConditionProfile", "ceterms:description": {"en": text}}
    exam = {**EXAM, "ceterms:requires": [condition]}
    (found,) = said(written(tmp_path, a_profile(), BODY, exam, BOARD), "ctdl", "decisions", Saying(names=names))
    (told,) = found.conditions
    assert told.text == text
    assert (told.criterion and told.criterion.circumstances[0].at_least) == least


def test_what_a_credit_recommendation_service_says_depends_on_who_receives_it(tmp_path: Path) -> None:
    service = Recogniser(
        id="xf-service", name="Service", kind="credit_recommendation_service", jurisdiction="XF", confidence="low"
    )
    rules = RuleSet(exland().release, replace(exland().data, recognisers=(service,)))
    file = written(tmp_path, a_profile(), {**BODY, "ceterms:name": "Service"}, EXAM)
    ((_, thing),) = read_things(file, "ctdl", "decisions")
    assert isinstance(thing, Thing)
    found: Any = read_thing("ctdl", "decisions", thing, rules, Saying(names=NAMES)).statement
    assert (found.basis, found.status, [c.on for c in found.conditions]) == (
        "recommendation", "conditional", ["recogniser"],
    )  # fmt: skip


BEES = Credential(
    id="bees", title="Bees", issuer=Issuer(name="Bee School", country="XF"),
    credit=CreditAmount(system="xf-point", amount=Fraction("2.5")),
    notional_hours=Fraction(75, 2), level=LevelReference(framework="eqf", value="5"),
    skills=(Skill(label="Keep bees", uri="https://skills.example/bees"),), kind="course",
)  # fmt: skip


def test_what_we_write_in_elm_is_the_same_credential_when_it_is_imported(tmp_path: Path) -> None:
    entry = CatalogueEntry(id="bees", credential=BEES, confidence="low")
    file = tmp_path / "bees.jsonld"
    node = Elm(exland(), Addresses("https://p.example")).credential(entry, "5")
    file.write_text(json.dumps({"@context": "http://data.europa.eu/snb/model/context/edc-ap", "@graph": [node]}))
    (found,) = said(file, "elm", "credentials")
    told = found.credential
    assert (found.id, told.title, told.level, told.credit) == ("bees", "Bees", BEES.level, BEES.credit)
    assert (told.notional_hours, told.skills) == (BEES.notional_hours, BEES.skills)


grants = st.one_of(
    st.builds(
        lambda amount, system: Grant(meaning="exact", amount=amount, system=system),
        st.decimals("0", "400", places=2).map(Fraction), st.sampled_from(["xf-point", "xg-unit"]),
    ),
    st.builds(
        lambda least, more: Grant(meaning="range", min=least, max=least + more, system="xf-point"),
        st.integers(1, 9).map(Fraction), st.integers(0, 9).map(Fraction),
    ),
    st.builds(lambda most: Grant(meaning="up_to", max=most, system="xf-point"), st.integers(1, 9).map(Fraction)),
)  # fmt: skip
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(grant=grants, first=days, last=st.none() | days, dated_by=st.sampled_from(["question", "award"]),
       agreed=st.booleans())  # fmt: skip
def test_what_we_write_in_ctdl_is_the_same_decision_when_it_is_imported(
    tmp_path: Path, grant: Grant, first: date, last: date | None, dated_by: Any, agreed: bool
) -> None:
    decision = Decision(
        id="d", credentials=("bees",), recogniser="xf-university", purposes=("credit_transfer",), status="recognised",
        basis="agreement" if agreed else "decision", binding=False, statement="It counts.", credit=grant,
        programme="Zoology", valid_from=min(first, last or first), dated_by=dated_by, confidence="low",
        valid_to=None if last is None else max(first, last), supersedes=("earlier",),
    )  # fmt: skip
    writer = Ctdl(exland(), Addresses("https://p.example"), date(2024, 6, 1))
    entry = CatalogueEntry(id="bees", credential=BEES, confidence="low")
    nodes = [*writer.decision(decision, [BEES]), *writer.surroundings(decision, [entry])]
    (back,) = said(written(tmp_path, *nodes), "ctdl", "decisions")
    if last is not None and last == first:
        return  # a decision that holds on no day cannot be told by its last day
    same = ("id", "credentials", "recogniser", "purposes", "basis", "programme", "valid_from", "valid_to", "dated_by",
            "supersedes", "credit")  # fmt: skip
    assert {name: getattr(back, name) for name in same} == {name: getattr(decision, name) for name in same}
    assert (back.status, back.binding) == ("conditional", False)


def test_achievements_become_credentials_of_whoever_lists_or_made_them(tmp_path: Path) -> None:
    knots = {"id": "https://b.example/a/1", "type": ["Achievement"], "name": "Knots"}
    made = {"type": "Achievement", "name": "Bends", "creator": {"id": "x", "type": "Profile", "name": "Bend School"}}
    profile = {
        "@context": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "achievements": [knots, made],
        "id": "https://b.example",
        "type": "Profile",
        "name": "Harbour School",
    }
    file = tmp_path / "a.json"
    documents: list[tuple[Any, list[str | None]]] = [
        (profile, ["Harbour School", "Bend School"]), ([knots, made], [None, "Bend School"]),
    ]  # fmt: skip
    for document, issuers in documents:
        file.write_text(json.dumps(document))
        found = said(file, "open_badge", "credentials")
        assert [entry.credential.issuer.name for entry in found] == issuers
        assert [entry.credential.title for entry in found] == ["Knots", "Bends"]
        assert found[0].id == "b.example-a-1"
        assert found[1].id.startswith("Bends-")


def test_of_a_document_of_a_holder_only_what_it_describes_is_taken() -> None:
    name = "JSON-LD Examples (ELM v3)/Sample-MC-Annex1-unsigned.jsonld"
    (entry,) = said(folder("elm/Credentials") / name, "elm", "credentials")
    told = entry.credential
    assert told.title == "Digital micro-credential creation"
    assert (told.credit.system, told.level.framework) == ("ects", "rqf")
    assert (told.awarded_on, told.expires_on, told.assessed, told.identity_verified) == (None, None, None, None)
    assert "Andromeda" not in repr(entry)


@pytest.mark.parametrize("name", ["Sample-MC-Annex1-unsigned.jsonld", "Sample-MC-Annex1-unsigned-uploadable.json"])
def test_a_document_in_a_wrapper_is_the_same(name: str) -> None:
    (entry,) = said(folder("elm/Credentials") / "JSON-LD Examples (ELM v3)" / name, "elm", "credentials")
    assert entry.id.startswith("Digital-micro-credential-creation-")


@pytest.mark.parametrize(
    ("file", "ids"),
    [
        ("CredentialEnvelope.json", ["ce-14525aea-57c5-4f5a-8f1c-bdc95c7f8b9b"]),
        ("LearningOpportunityEnvelope.json", ["ce-0b6f0c2f-01b9-4776-b861-894b78f81eda"]),
        ("AssessmentEnvelope.json", ["ce-474460bb-617c-4181-8bb5-94cca3e2dde7"]),
        ("Credential_PublishDetailedRecord_API_output.json", ["ce-509682bb-658e-4eb6-87f2-ebff5d5e0aec"]),
    ],
)
def test_documents_of_the_credential_registry_are_credentials(file: str, ids: list[str]) -> None:
    path = folder("ctdl") / file
    assert format_of_document(path.read_bytes()[:65_536]) == "ctdl"
    assert [entry.id for entry in said(path, "ctdl", "credentials")] == ids


LINE = b'{"id": "k", "confidence": "low", "credential": {"title": "x", "url": "https://w3id.org/openbadges"}}\n'


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (b'{"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": [', "ctdl"),
        (b'\xef\xbb\xbf[\n {"type": ["Achievement"],', "open_badge"),
        (b'{\n "type": "Qualification", "@context": "http://data.europa.eu/snb/model', "elm"),
        (b'{"CFDocument": {', "case"),
        (LINE, None),
        (b"id,title\n", None),
        (b"{}", None),
    ],
)
def test_the_format_is_seen_in_the_beginning(text: bytes, form: str | None) -> None:
    assert format_of_document(text) == form


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,", '{"@graph": [{"@id": "a"}', "12", '{"a": 1} x', '{"a": NaN}', '{"@graph": [' + "[" * 9_000],
)
def test_broken_json_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(UnreadableFile):
        list(stream(file))


def test_a_thing_that_is_too_much_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MAX_PARTS", 100)
    deep: Any = {}
    for _ in range(70):
        deep = {"a": deep}
    file = tmp_path / "x.json"
    many, double = json.dumps({"@id": "a", "b": [1] * 200}), '{"@id": "c", "@id": "d"}'
    file.write_text(f'{{"@graph": [{many}, {json.dumps(deep)}, {double}, {{"@id": "e"}}]}}')
    found = [node for _, node in stream(file)]
    assert [isinstance(node, UnreadableRow) for node in found] == [True, True, True, False, False]


def test_a_body_that_lists_all_that_it_offers_does_not_bring_it_along(tmp_path: Path) -> None:
    courses = [
        {
            "@id": f"https://x.example/{n}",
            "@type": "ceterms:Course",
            "ceterms:name": f"C{n}",
            "ceterms:ownedBy": "https://x.example",
        }
        for n in range(60)
    ]
    body = {"@id": "https://x.example", "@type": "ceterms:CredentialOrganization", "ceterms:name": "X",
            "ceterms:offers": [course["@id"] for course in courses], "ceterms:owns": [courses[0]["@id"]]}  # fmt: skip
    for _, thing in read_things(written(tmp_path, *courses, body), "ctdl", "credentials"):
        assert isinstance(thing, Thing)
        assert [node["@id"] for node in thing.nodes[1:]] == ["https://x.example"]


names_of_nodes = st.sampled_from(["_:a", "_:b", "https://x.example/c", "https://x.example/d"])
values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-9, 9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
nodes = st.fixed_dictionaries(
    {
        "@id": names_of_nodes,
        "@type": st.sampled_from(["ceterms:Course", "ceterms:Place", "ceterms:TransferValueProfile"]),
    },
    optional={
        "ceterms:name": st.text(),
        "ceterms:ownedBy": names_of_nodes,
        "ceterms:transferValueFrom": st.lists(names_of_nodes),
        "x": values,
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(nodes, max_size=6))
def test_a_stream_gives_what_a_decoder_gives_each_at_its_place(tmp_path: Path, graph: list[dict[str, Any]]) -> None:
    file = written(tmp_path, *graph)
    document = json.loads(file.read_text())
    for pointer, node in stream(file):
        found = document
        for part in pointer.split("/")[1:]:
            found = found[int(part) if isinstance(found, list) else part]
        assert node == {key: value for key, value in found.items() if key != "@graph"}
    graph_of = Graph(file, lambda _, node: "ceterms:Course" in node.get("@type", ""), lambda _: ())
    for number, thing in graph_of.things():
        assert isinstance(thing, Thing)
        assert thing.nodes[0] == ([*document["@graph"], {"@context": CTDL}])[number - 1]
        assert len(set(thing.pointers)) == len(thing.pointers)
    graph_of.close()


def test_refused_things_are_given_back_with_what_is_around_them(tmp_path: Path) -> None:
    bad = {**a_profile(), "@id": "https://x.example/p", "ceterms:transferValue": None}
    file = written(tmp_path, a_profile(), bad, *AROUND)
    out = tmp_path / "rejected.jsonld"
    with out.open("wb") as to:
        write_things(file, "ctdl", {2}, to)
    back = json.loads(out.read_text())
    assert back["@context"] == CTDL
    assert [node["@id"] for node in back["@graph"]] == ["https://x.example/p", "_:body", "_:exam", "_:board"]
    assert survey(out, "ctdl") == {"credentials": 1, "decisions": 1}
