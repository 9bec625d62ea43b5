"""Items of CASE frameworks as listed skills."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.documents import graphs
from app.documents.graphs import Thing
from app.documents.reading.statements import Said, Saying, Unsaid, read_thing
from app.documents.things import format_of_document, read_things, survey, write_things
from app.domain.dataset import ListedSkill
from app.domain.sources import Citation
from tests.factories import exland

BASE = "https://skills.example"


def link(name: str) -> dict[str, Any]:
    return {"title": name, "identifier": name, "uri": f"{BASE}/{name}"}


def an_item(name: str, **more: Any) -> dict[str, Any]:
    return {"identifier": name, "uri": f"{BASE}/{name}", "fullStatement": f"Does {name}.", **more}


def a_link(origin: str, destination: str, kind: str = "isChildOf") -> dict[str, Any]:
    ends = {"originNodeURI": link(origin), "destinationNodeURI": link(destination)}
    return {"identifier": f"{origin}-{destination}", "associationType": kind, **ends}


def a_package(*items: Any, associations: Any = (), **more: Any) -> dict[str, Any]:
    document = {**link("ropes"), "title": "Rope Work", "creator": "School", "language": "en-GB"}
    return {"CFDocument": document, "CFItems": list(items), "CFAssociations": list(associations), **more}


def read(path: Path, package: Any, **saying: Any) -> list[Said | list[tuple[str, str, str]]]:
    """What the items of a package say, or what is wrong with them."""
    file = path / "case.json"
    file.write_text(json.dumps(package))
    found: list[Said | list[tuple[str, str, str]]] = []
    for _, thing in read_things(file, "case", "skills"):
        assert isinstance(thing, Thing)
        try:
            found.append(read_thing("case", "skills", thing, exland(), Saying(**saying)))
        except Unsaid as fault:
            found.append(fault.problems)
    return found


def skills(path: Path, package: Any, **saying: Any) -> list[ListedSkill]:
    found = []
    for said in read(path, package, **saying):
        assert isinstance(said, Said), said
        assert isinstance(said.statement, ListedSkill)
        found.append(said.statement)
    return found


def test_an_item_is_a_skill_of_its_framework(tmp_path: Path) -> None:
    item = an_item(
        "bowline", humanCodingScheme="K.2", CFItemType="Skill", language="de", statusStartDate="2024-09-01",
        statusEndDate="2026-09-01", notes=None,
    )  # fmt: skip
    package = a_package(
        an_item("knots"), item, associations=[a_link("knots", "ropes"), a_link("bowline", "knots")],
        CFDefinitions={"CFItemTypes": [link("Skill")]}, CFRubrics=[link("rubric")],
    )  # fmt: skip
    top, skill = skills(tmp_path, package, source="decree-12", confidence="high")
    assert skill == ListedSkill(
        id="skills.example-bowline", uri=f"{BASE}/bowline", label="Does bowline.", code="K.2", kind="Skill",
        framework="Rope Work", framework_uri=f"{BASE}/ropes", broader=(f"{BASE}/knots",), language="de",
        valid_from=date(2024, 9, 1), valid_to=date(2026, 9, 1), confidence="high",
        sources=(Citation(source="decree-12", locator=f"{BASE}/bowline"),),
    )  # fmt: skip
    assert (top.broader, top.language, top.valid_to) == ((), "en", None)


def test_only_being_a_child_of_a_skill_is_being_a_part_of_it(tmp_path: Path) -> None:
    associations = [
        a_link("b", "a", "precedes"), a_link("b", "c"), a_link("a", "b"), a_link("b", "a"), a_link("b", "a"),
        {"associationType": "isChildOf", "originNodeURI": "b", "destinationNodeURI": f"{BASE}/d"},
    ]  # fmt: skip
    a, b = skills(tmp_path, a_package(an_item("a"), an_item("b"), associations=associations))
    assert (a.broader, b.broader) == ((f"{BASE}/b",), (f"{BASE}/c", f"{BASE}/a"))


@pytest.mark.parametrize("target", [{"identifier": "d"}, f"{BASE}/d", {"uri": 5}])
def test_a_broader_item_without_an_address_is_told_with_its_place(tmp_path: Path, target: Any) -> None:
    association = {"associationType": "isChildOf", "originNodeURI": link("a"), "destinationNodeURI": target}
    (found,) = read(tmp_path, a_package(an_item("a"), associations=[association]))
    place = "/CFAssociations/0/destinationNodeURI"
    assert found == [(place, repr(target), "a link with the uri of the broader item")]


def test_items_without_their_document_name_it_themselves(tmp_path: Path) -> None:
    (skill,) = skills(tmp_path, {"CFItems": [an_item("a", CFDocumentURI=link("ropes"))]})
    assert (skill.framework, skill.framework_uri, skill.language) == ("ropes", f"{BASE}/ropes", None)


def test_every_package_of_a_list_has_its_own_document(tmp_path: Path) -> None:
    other = {**a_package(an_item("b")), "CFDocument": {**link("sails"), "title": "Sails"}}
    found = skills(tmp_path, [a_package(an_item("a")), other])
    assert [(skill.uri, skill.framework) for skill in found] == [(f"{BASE}/a", "Rope Work"), (f"{BASE}/b", "Sails")]


def test_an_address_can_be_given_an_id_by_the_sender(tmp_path: Path) -> None:
    (skill,) = skills(tmp_path, a_package(an_item("a")), names={f"{BASE}/a": "knots"})
    assert skill.id == "knots"


@pytest.mark.parametrize(
    ("item", "problems"),
    [
        ({"identifier": "1"}, [("uri", "nothing", "a text"), ("fullStatement", "nothing", "a text")]),
        (an_item("1", uri=["x"]), []),
        (an_item("1", uri={"title": "x"}), [("uri", "{'title': 'x'}", "a text")]),
        (an_item("1", fullStatement="  "), [("fullStatement", "'  '", "a text")]),
        (an_item("1", fullStatement=5), [("fullStatement", "5", "a text")]),
        (an_item("1", statusEndDate="soon"), [("statusEndDate", "'soon'", "a day such as 2024-09-01")]),
        (an_item("1", statusStartDate=20), [("statusStartDate", "20", "a day such as 2024-09-01")]),
        (an_item("1", statusStartDate="", language=5, CFItemType=[], humanCodingScheme={}), []),
    ],
)
def test_what_is_wrong_with_an_item_is_told_with_its_place(tmp_path: Path, item: Any, problems: Any) -> None:
    (_, found) = read(tmp_path, a_package(an_item("0"), item))
    expected = [(f"/CFItems/1/{term}", seen, wanted) for term, seen, wanted in problems]
    assert (found if isinstance(found, list) else []) == expected


def test_an_item_that_is_too_much_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MAX_PARTS", 100)
    file = tmp_path / "case.json"
    file.write_text(json.dumps(a_package(an_item("a", notes=[1] * 200), an_item("b"))))
    assert [isinstance(thing, Thing) for _, thing in read_things(file, "case", "skills")] == [False, True]


def test_refused_items_are_given_back_as_a_package(tmp_path: Path) -> None:
    package = a_package(an_item("a"), an_item("b"), associations=[a_link("a", "ropes"), a_link("b", "a")])
    file, out = tmp_path / "case.json", tmp_path / "rejected.json"
    file.write_text(json.dumps(package))
    with out.open("wb") as to:
        write_things(file, "case", {3}, to)  # the document is the first thing
    assert format_of_document(out.read_bytes()) == "case"
    assert survey(out, "case") == {"skills": 1, "credentials": 0, "decisions": 0}
    assert json.loads(out.read_text()) == a_package(an_item("b"), associations=[a_link("b", "a")])
