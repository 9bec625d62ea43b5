"""A framework of skills: imported from CASE, listed, found, exported, and what credentials attest of it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.cli import cli
from tests.api.test_import_documents import problems, sent, server
from tests.documents.test_case import BASE, a_link, a_package, an_item
from tests.importers import Server, prepared
from tests.servers import eventually

__all__ = ["server"]

KNOTS = an_item("knots", fullStatement="Ties knots safely", humanCodingScheme="K", CFItemType="Competency")
BOWLINE = an_item("bowline", fullStatement="Noue un nœud de chaise, à la hâte", language="fr")
PACKAGE = a_package(KNOTS, BOWLINE, associations=[a_link("knots", "ropes"), a_link("bowline", "knots")])
NAMES = ["skills.example-bowline", "skills.example-knots"]


def listed(server: Server, **query: Any) -> list[str]:
    """Ids of the skills that a list gives."""
    response = server.client.get("/v1/skills", params=query)
    assert response.status_code == 200, response.text
    return [skill["id"] for skill in response.json()["items"]]


def served(server: Server, job: Any) -> Any:
    """An import that succeeded, once its release is served."""
    assert job["state"] == "succeeded", job
    eventually(lambda: server.client.get("/v1/skills").json()["release"]["number"] >= (job.get("release") or 0))
    return job


def imported(server: Server, package: Any, **options: str) -> Any:
    return served(server, sent(server, json.dumps(package), name="ropes", **options))


def test_a_framework_is_imported_from_a_broken_item_to_an_answer(server: Server) -> None:
    broken = a_package(KNOTS, an_item("bowline", fullStatement=None), associations=PACKAGE["CFAssociations"])
    refused = sent(server, json.dumps(broken), name="ropes")
    assert (refused["state"], refused["kind"], refused["format"]) == ("failed", "skills", "case"), refused
    (problem,) = problems(server, refused)
    assert problem == {"row": 3, "place": "/CFItems/1/fullStatement", "found": "nothing", "expected": "a text"}
    back = server.client.get(f"/v1/admin/imports/{refused['number']}/rejected").json()
    assert [item["identifier"] for item in back["CFItems"]] == ["bowline"]

    assert imported(server, PACKAGE, dry_run="true")["counts"]["added"] == 2
    assert listed(server) == []
    job = imported(server, PACKAGE, source="decree-12", confidence="medium")
    assert job["counts"]["added"] == 2
    assert server.client.get("/v1/releases").json()["items"][0]["collections"]["ropes"]["skills"] == 2
    bowline, knots = server.client.get("/v1/skills").json()["items"]
    assert knots == {
        "id": "skills.example-knots", "uri": f"{BASE}/knots", "label": "Ties knots safely", "code": "K",
        "kind": "Competency", "framework": "Rope Work", "framework_uri": f"{BASE}/ropes", "language": "en",
        "confidence": "medium", "sources": [{"source": "decree-12", "locator": f"{BASE}/knots"}], "broader": [],
        "evidence": [],
    }  # fmt: skip
    assert (bowline["broader"], bowline["language"]) == ([knots["uri"]], "fr")


@pytest.fixture
def skilled(server: Server) -> Server:
    """A server that has the framework."""
    imported(server, PACKAGE)
    return server


def test_skills_are_found(skilled: Server) -> None:
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({}, NAMES),
        ({"q": "knot"}, NAMES[1:]),
        ({"q": "SAFELY ties"}, NAMES[1:]),
        ({"q": "hate chai"}, NAMES[:1]),
        ({"q": "not"}, []),
        ({"q": "%"}, []),
        ({"framework": "Rope Work"}, NAMES),
        ({"framework": f"{BASE}/ropes", "q": "noue"}, NAMES[:1]),
        ({"framework": "Sails"}, []),
        ({"uri": f"{BASE}/knots"}, NAMES[1:]),
        ({"collection": "ropes", "limit": 1}, NAMES[:1]),
        ({"after": NAMES[0]}, NAMES[1:]),
        ({"collection": "data"}, []),
        ({"release": 1}, []),
    ]
    for query, found in asked:
        assert listed(skilled, **query) == found, query


def test_what_changes_is_told_and_can_be_taken_back(skilled: Server) -> None:
    before = skilled.client.get("/v1/skills").json()
    assert imported(skilled, PACKAGE)["counts"]["unchanged"] == 2
    renamed = a_package({**KNOTS, "fullStatement": "Ties any knot"}, an_item("splice"))
    job = imported(skilled, renamed)
    differences = skilled.client.get(f"/v1/admin/imports/{job['number']}/diff").json()["items"]
    assert [(item["section"], item["id"], item["change"]) for item in differences] == [
        ("skills", NAMES[0], "removed"), ("skills", NAMES[1], "changed"), ("skills", "skills.example-splice", "added"),
    ]  # fmt: skip
    assert (differences[1]["before"]["label"], differences[1]["after"]["label"]) == (
        "Ties knots safely", "Ties any knot",
    )  # fmt: skip
    assert listed(skilled, q="any") == NAMES[1:]
    told = skilled.client.get("/v1/changes", params={"since": job["release"] - 1, "sections": "skills"}).json()
    assert [(item["id"], item["change"]) for item in told["items"]] == [
        (item["id"], item["change"]) for item in differences
    ]

    undone = skilled.client.post(f"/v1/admin/imports/{job['number']}/undo").json()
    served(skilled, {**job, "release": undone["release"]})
    after = skilled.client.get("/v1/skills").json()
    assert after["items"] == before["items"]
    assert listed(skilled, q="safely") == NAMES[1:]
    assert listed(skilled, release=job["release"]) == [NAMES[1], "skills.example-splice"]


def test_exports_can_be_imported_again(skilled: Server) -> None:
    items = skilled.client.get("/v1/skills").json()["items"]
    lines = skilled.client.get("/v1/export/skills").text
    assert [json.loads(line)["code"] for line in lines.splitlines()[1:]] == ["K"]
    table = skilled.client.get("/v1/export/skills?format=csv").text
    assert [row["uri"] for row in csv.DictReader(io.StringIO(table))] == [item["uri"] for item in items]
    columns = pq.read_table(io.BytesIO(skilled.client.get("/v1/export/skills?format=parquet").content))
    assert columns["label"].to_pylist() == [item["label"] for item in items]
    for content, kind in ((lines, "application/x-ndjson"), (table, "text/csv")):
        again = skilled.client.post(
            "/v1/admin/imports?name=ropes", content=content.encode(), headers={"Content-Type": kind}
        )
        job = skilled.finished(again)
        assert (job["kind"], job["counts"]["unchanged"], "release" in job) == ("skills", 2, False), job


def test_the_command_imports_the_same(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(empty_database)
    monkeypatch.setenv("DATABASE_URL", empty_database)
    file = tmp_path / "ropes.json"
    file.write_text(json.dumps(a_package(KNOTS, {**BOWLINE, "uri": None})))
    told = CliRunner().invoke(cli, ["import", str(file), "--name", "ropes"])
    assert (told.exit_code, "ropes.json row 3, /CFItems/1/uri: found nothing, expected a text." in told.output) == (
        1, True,
    )  # fmt: skip
    file.write_text(json.dumps(PACKAGE))
    for words in ("Release 2 is active: 2 accepted, 2 added.", "Nothing changed: 2 accepted, 2 unchanged."):
        told = CliRunner().invoke(cli, ["import", str(file), "--name", "ropes"])
        assert (told.exit_code, words in told.output) == (0, True), told.output


def test_a_collection_of_skills_stays_one(skilled: Server) -> None:
    line = json.dumps({"id": "a", "confidence": "low", "credential": {"title": "A"}})
    headers = {"Content-Type": "application/x-ndjson"}
    job = skilled.finished(skilled.client.post("/v1/admin/imports?name=ropes", content=line, headers=headers))
    assert (job["state"], job["failure"]) == ("failed", "The collection 'ropes' holds skills.")
    other = skilled.finished(
        skilled.client.post("/v1/admin/imports?name=other", content=skilled.client.get("/v1/export/skills").text,
                            headers=headers)
    )  # fmt: skip
    assert (other["state"], other["problems"]) == ("failed", 2)
    assert "which another collection has" in problems(skilled, other)[0]["found"]


def test_what_is_wrong_with_a_line_is_told(server: Server) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"uri": ""}, "/uri"),
        ({"uri": "x" * 1_001}, "/uri"),
        ({"label": " "}, "/label"),
        ({"framework": "é" * 1_001}, "/framework"),
        ({"broader": "x"}, "/broader"),
        ({"valid_from": "2024-01-02", "valid_to": "2024-01-01"}, "/valid_to"),
        ({"confidence": "high"}, "/confidence"),
        ({"level": 1}, "/level"),
    ]
    line = {"id": "a", "confidence": "low", "uri": f"{BASE}/a", "label": "A"}
    content = "".join(json.dumps({**line, "id": f"a{n}", **changed}) + "\n" for n, (changed, _) in enumerate(wrong))
    headers = {"Content-Type": "application/x-ndjson"}
    job = server.finished(server.client.post("/v1/admin/imports?name=ropes", content=content, headers=headers))
    assert [(problem["row"], problem["place"]) for problem in problems(server, job)] == [
        (row, place) for row, (_, place) in enumerate(wrong, start=1)
    ]


def test_credentials_are_found_by_what_they_attest(server: Server) -> None:
    def attesting(skill: str, **query: Any) -> list[str]:
        found = server.client.get("/v1/credentials", params={"skill": f"{BASE}/{skill}", "fields": "id", **query})
        return [item["id"] for item in found.json()["items"]]

    def line(name: str, *skills: str) -> str:
        told = [{"label": skill, "uri": f"{BASE}/{skill}"} for skill in skills] + [{"label": "without an address"}]
        return json.dumps({"id": name, "confidence": "low", "credential": {"title": name, "skills": told}}) + "\n"

    def catalogue(*lines: str) -> Any:
        headers = {"Content-Type": "application/x-ndjson"}
        response = server.client.post("/v1/admin/imports?name=courses", content="".join(lines), headers=headers)
        return served(server, server.finished(response))

    first = catalogue(line("a", "knots", "knots"), line("b", "knots", "bowline"), line("c"))
    assert (attesting("knots"), attesting("bowline"), attesting("c")) == (["a", "b"], ["b"], [])
    assert attesting("knots", q="a") == ["a"]
    second = catalogue(line("a", "bowline"), line("b", "knots", "bowline"))
    assert (attesting("knots"), attesting("bowline")) == (["b"], ["a", "b"])
    assert attesting("knots", release=first["release"]) == ["a", "b"]
    undone = server.client.post(f"/v1/admin/imports/{second['number']}/undo").json()
    served(server, {**second, "release": undone["release"]})
    assert (attesting("knots"), attesting("bowline")) == (["a", "b"], ["b"])
