"""Documents in CTDL, ELM and Open Badges, sent to a real server and fetched from addresses."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import client_for, key_for
from tests.documents.hosting import World
from tests.documents.test_things import AROUND, BASE, PROFILE, SCORE, a_profile, a_unit
from tests.factories import EXLAND
from tests.importers import Server, prepared, serving

CTDL = "https://credreg.net/ctdl/schema/context/json"
DEGREE_CREDIT = {"schema:value": 3, "ceterms:creditUnitType": [a_unit("creditUnit:DegreeCredit")]}
BAD = {**a_profile(), "@id": "https://x.example/bad", "ceterms:ctid": "bad", "ceterms:transferValue": None}


@pytest.fixture
def server(empty_database: str, tmp_path: Path) -> Iterator[Server]:
    key = prepared(empty_database)
    with serving(empty_database, tmp_path / "imports", key) as server:
        yield server


def graph(*nodes: Any) -> str:
    return json.dumps({"@context": CTDL, "@graph": nodes})


def sent(server: Server, content: str, **options: str) -> Any:
    """The import of a body, once it is finished."""
    headers = {"Content-Type": "application/ld+json"}
    return server.finished(server.client.post("/v1/admin/imports", content=content, params=options, headers=headers))


def problems(server: Server, job: Any) -> Any:
    return server.client.get(f"/v1/admin/imports/{job['number']}/report").json()["items"]


def test_transfer_values_live_from_a_bad_one_to_an_answer(server: Server) -> None:
    profile = a_profile(**{"ceterms:transferValue": [DEGREE_CREDIT], "ceterms:description": {"en": SCORE}})
    document = graph(profile, BAD, *AROUND)

    unclear = server.client.post(
        "/v1/admin/imports?name=t", content=document, headers={"Content-Type": "application/ld+json"}
    )
    assert (unclear.status_code, unclear.json()["pointer"]) == (422, "/kind")
    assert "1 credentials and 2 decisions" in unclear.json()["detail"]

    catalogue = sent(server, document, kind="catalogue", name="exams")
    assert (catalogue["state"], catalogue["format"], catalogue["counts"]["added"]) == ("succeeded", "ctdl", 1), (
        catalogue
    )
    refused = sent(server, document, kind="decisions", name="transfer")
    assert (refused["state"], refused["problems"]) == ("failed", 2), refused
    assert [(problem["row"], problem["place"]) for problem in problems(server, refused)] == [
        (1, "/@graph/0/ceterms:transferValue/0/ceterms:creditUnitType/0/ceterms:targetNode"),
        (2, "/@graph/1/ceterms:transferValue"),
    ]
    mapping = json.dumps({"creditUnit:DegreeCredit": "xf-point", "score": "final_score"})
    options = {"kind": "decisions", "name": "transfer", "mapping": mapping, "dated_by": "award"}
    surer = server.client.post(
        "/v1/admin/imports", content=document, params={**options, "confidence": "high"},
        headers={"Content-Type": "application/ld+json"},
    )  # fmt: skip
    assert (surer.status_code, surer.json()["pointer"]) == (422, "/confidence")
    options |= {"source": "decree-12", "confidence": "high"}
    done = sent(server, document, on_error="skip", **options)
    assert (done["state"], done["counts"]["accepted"], done["counts"]["rejected"]) == ("succeeded", 1, 1), done
    assert done["options"] == {"source": "decree-12", "confidence": "high", "dated_by": "award"}
    back = server.client.get(f"/v1/admin/imports/{done['number']}/rejected")
    assert back.headers["content-type"] == "application/ld+json"
    assert back.json()["@graph"][0]["@id"] == "https://x.example/bad"

    for _ in range(400):
        decision = server.client.get(f"/v1/decisions/{PROFILE}")
        if decision.status_code == 200:
            break
    assert decision.json()["sources"] == [{"source": "decree-12", "locator": f"{BASE}/{PROFILE}"}]
    question = {
        "jurisdictions": ["XF"], "purposes": ["credit_transfer"], "recognisers": ["xf-university"],
        "as_of": "2026-11-01",
    }  # fmt: skip
    credential = {"title": "Sociology Exam", "issuer": {"name": "Board"}}
    answers = {
        (day, score): server.client.post(
            "/v1/recognition",
            json={**question, "credential": {**credential, "awarded_on": day}, "holder": {"final_score": score}},
        ).json()
        for day, score in (("2019-05-01", "61"), ("2019-05-01", "40"), ("2024-05-01", "61"))
    }
    assert all("outcomes" in answer for answer in answers.values()), answers
    outcomes = {asked: answer["outcomes"][0] for asked, answer in answers.items()}
    assert outcomes["2019-05-01", "61"]["credit"]["amount"] == "3", outcomes
    assert outcomes["2019-05-01", "61"]["status"] in ("recognised", "conditional")
    assert outcomes["2019-05-01", "40"]["status"] == "not_recognised"
    assert outcomes["2024-05-01", "61"]["status"] == "not_recognised"

    undone = server.client.post(f"/v1/admin/imports/{done['number']}/undo")
    assert undone.json()["job"]["state"] == "undone"


def test_what_we_export_can_be_imported_again(server: Server) -> None:
    for section, form, kind in (("credentials", "elm", "catalogue"), ("decisions", "ctdl", "decisions")):
        exported = server.client.get(f"/v1/export/{section}", params={"format": form})
        assert exported.status_code == 200
        job = sent(server, exported.text, kind=kind, name="again", dry_run="true", on_error="skip")
        assert job["format"] == form, job
        found = {problem["found"] for problem in problems(server, job)}
        assert found, job  # ids that the data folder has are refused for another collection, and nothing else is
        assert all("which another collection has" in told for told in found), found


def test_an_achievement_is_told_with_its_place_in_the_document(server: Server) -> None:
    achievements = [
        {"id": "https://b.example/1", "type": ["Achievement"], "name": "Knots"},
        {"id": "https://b.example/2", "type": ["Achievement"], "name": ""},
        {"id": "https://b.example/3", "type": ["Achievement"], "name": "B" * 2_000},
    ]
    job = sent(server, json.dumps(achievements), name="badges", on_error="skip")
    assert (job["format"], job["kind"], job["counts"]["added"]) == ("open_badge", "catalogue", 1), job
    assert [(problem["row"], problem["place"]) for problem in problems(server, job)] == [(2, "/1"), (3, "/2/name")]


@pytest.fixture
def exland_with_fetching(tmp_path: Path, world: World) -> Iterator[TestClient]:
    for client in client_for(f"sqlite:///{tmp_path}/f.db", EXLAND, import_poll_seconds=0.05):
        app: Any = client.app
        app.state.downloader.fetcher = world.fetcher()
        client.headers.update(key_for(client, "import"))
        yield client


def finished(client: TestClient, response: Any) -> Any:
    assert response.status_code == 202, response.text
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job = client.get(response.headers["location"]).json()
        if job["state"] not in ("fetching", "queued", "running"):
            return job
    raise AssertionError(f"{job} is not finished")


def test_an_address_is_fetched_and_imported(exland_with_fetching: TestClient, world: World) -> None:
    client = exland_with_fetching
    document = {"@context": CTDL, "@graph": [a_profile(), *AROUND]}
    body = {"url": world.publish("/registry.jsonld", document), "name": "exams", "kind": "catalogue", "dry_run": True}
    first = client.post("/v1/admin/imports", json=body, headers={"Idempotency-Key": "once"})
    assert (first.json()["state"], first.json()["url"]) == ("fetching", body["url"])
    assert "checksum" not in first.json()
    again = client.post("/v1/admin/imports", json=body, headers={"Idempotency-Key": "once"})
    assert again.json()["number"] == first.json()["number"]
    other = client.post("/v1/admin/imports", json={**body, "name": "other"}, headers={"Idempotency-Key": "once"})
    assert (other.status_code, other.json()["type"]) == (422, "/problems/other-request")
    job = finished(client, first)
    assert (job["state"], job["format"], job["reached"], job["file_name"]) == (
        "succeeded", "ctdl", body["url"], "registry.jsonld",
    )  # fmt: skip
    assert job["counts"]["added"] == 1
    missing = finished(client, client.post("/v1/admin/imports", json={**body, "url": world.address("/nothing")}))
    assert (missing["state"], "status 404" in missing["failure"]) == ("failed", True)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"url": "http://x.example/a", "name": "x"}, "unreadable-question", "only https is asked"),
        ({"url": "https://10.0.0.1/a", "name": "x"}, "unreadable-question", "does not name a host"),
        ({"url": "https://x.example/a", "name": "a b"}, "unreadable-question", "Found the name"),
        ({"url": "https://x.example/a", "names": "x"}, "invalid-request", "names"),
        ({"@context": CTDL, "@graph": []}, "unreadable-question", "sent in a form, or with a type"),
        ([], "unreadable-question", "no JSON object"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_at_once(
    exland_with_fetching: TestClient, body: Any, kind: str, text: str
) -> None:
    response = exland_with_fetching.post("/v1/admin/imports", json=body)
    assert (response.status_code, response.json()["type"]) == (422, f"/problems/{kind}"), response.text
    assert text in response.text
    assert exland_with_fetching.get("/v1/admin/imports").json()["items"] == []


def test_without_fetching_no_address_is_taken(tmp_path: Path) -> None:
    for client in client_for(f"sqlite:///{tmp_path}/f.db", EXLAND, fetching=False):
        response = client.post(
            "/v1/admin/imports", json={"url": "https://x.example/a", "name": "x"}, headers=key_for(client, "import")
        )
        assert (response.status_code, "FETCHING is off" in response.json()["detail"]) == (422, True)
