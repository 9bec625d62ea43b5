"""The reconciliation API, against the specification's own schemas and examples."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests import vectors

VERSIONS = {"0.2": "/reconcile", "1.0-draft": "/reconcile/draft"}
BEES = "xf-beekeeping"


def ask(client: TestClient, queries: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    vectors.check("0.2", "reconciliation-result-batch", response.json())
    body: dict[str, Any] = response.json()
    return body


def one(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = ask(client, {"q": query})["q"]["result"]
    return result


def match(client: TestClient, *conditions: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    response = client.post("/reconcile/draft/match", json={"queries": [{"conditions": list(conditions), **more}]})
    assert response.status_code == 200, response.text
    vectors.check("1.0-draft", "reconciliation-result-batch", response.json())
    candidates: list[dict[str, Any]] = response.json()["results"][0]["candidates"]
    return candidates


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_is_of_its_version(exland: TestClient, version: str) -> None:
    response = exland.get(VERSIONS[version], headers={"Origin": "https://sheet.example"})
    vectors.check(version, "manifest", response.json())
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_title_finds_its_credential_and_is_sure(exland: TestClient) -> None:
    (found,) = one(exland, query="Beekeeping in Practice")
    assert (found["id"], found["match"], found["score"]) == (BEES, True, 100.0)
    (found,) = match(exland, {"matchType": "name", "propertyValue": "Beekeping in practise"})
    assert found["id"] == BEES
    assert 85 < found["score"] < 100


def test_an_id_and_a_name_elsewhere_find_it_too(exland: TestClient) -> None:
    assert one(exland, query=BEES)[0]["id"] == BEES
    assert one(exland, query="https://apiary.example/bees")[0]["features"][1] == {"id": "id_match", "value": True}
    assert match(exland, {"matchType": "id", "propertyValue": "ce-0000"})[0]["score"] == 100.0


def test_the_score_is_made_of_its_features(exland: TestClient) -> None:
    issuer = {"pid": "issuer", "v": "Apiary"}
    (found,) = one(exland, query="Beekeeping", properties=[issuer])
    features = {feature["id"]: feature["value"] for feature in found["features"]}
    assert found["score"] == pytest.approx(0.75 * features["name_similarity"] + 0.25 * features["issuer"], abs=0.02)


def test_what_is_required_and_lacking_is_no_candidate(exland: TestClient) -> None:
    name = {"matchType": "name", "propertyValue": "Beekeeping"}

    def country(code: str, **more: Any) -> dict[str, Any]:
        return {"matchType": "property", "propertyId": "issuer_country", "propertyValue": code, **more}

    assert match(exland, name, country("XG", required=True))
    assert match(exland, name, country("XF", required=True)) == []
    assert match(exland, name, country("XF"))[0]["score"] < 100
    assert match(exland, name, country("XF", required=True, matchQuantifier="none"))


def test_types_are_strict(exland: TestClient) -> None:
    assert one(exland, query="Beekeeping", type="professional_certificate")
    assert one(exland, query="Beekeeping", type="credential")
    assert one(exland, query="Beekeeping", type="badge") == []
    assert one(exland, query="Beekeeping", type="person") == []


def test_nothing_alike_is_no_candidate_or_no_match(exland: TestClient) -> None:
    assert not any(found["match"] for found in one(exland, query="Deep sea diving"))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_specifications_valid_queries_are_answered(service: TestClient, version: str) -> None:
    asked = 0
    for name, body in vectors.examples(
        vectors.folder("reconciliation") / version / "examples" / "reconciliation-query-batch" / "valid"
    ):
        if version == "0.2":
            response = service.post("/reconcile", data={"queries": json.dumps(body)})
        else:
            response = service.post("/reconcile/draft/match", json=body)
        assert response.status_code == 200, f"{name}: {response.text}"
        vectors.check(version, "reconciliation-result-batch", response.json())
        asked += 1
    assert asked


@pytest.mark.parametrize("version", VERSIONS)
def test_the_specifications_invalid_queries_are_refused(service: TestClient, version: str) -> None:
    asked = 0
    for name, body in vectors.examples(
        vectors.folder("reconciliation") / version / "examples" / "reconciliation-query-batch" / "invalid"
    ):
        if version == "0.2":
            response = service.post("/reconcile", data={"queries": json.dumps(body)})
        else:
            response = service.post("/reconcile/draft/match", json=body)
        assert 400 <= response.status_code < 500, f"{name}: {response.text}"
        assert response.headers["content-type"] == "application/problem+json"
        asked += 1
    assert asked


COLUMNS = ["title", "issuer", "hours", "credit:xf-point", "recognised:XF", "eqf_level"]


def test_a_spreadsheet_gets_columns(exland: TestClient) -> None:
    asked = {"ids": [BEES, "nobody"], "properties": [{"id": name} for name in COLUMNS]}
    old = exland.post("/reconcile", data={"extend": json.dumps(asked)}).json()
    vectors.check("0.2", "data-extension-response", old)
    row = old["rows"][BEES]
    assert row["title"] == [{"str": "Beekeeping in Practice"}]
    assert row["hours"] == [{"int": 100}]
    assert row["credit:xf-point"] == [{"float": 3.3333}, {"int": 4}]
    assert row["recognised:XF"][0]["str"].startswith("conditional")
    assert row["eqf_level"] == []
    assert all(cells == [] for cells in old["rows"]["nobody"].values())
    new = exland.post("/reconcile/draft/extend", json=asked).json()
    vectors.check("1.0-draft", "data-extension-response", new)
    assert {p["id"]: p["values"] for p in new["rows"][0]["properties"]} == row


def test_settings_name_place_purpose_and_unit(exland: TestClient) -> None:
    properties = [
        {"id": "recognition", "settings": {"jurisdiction": "XF", "purpose": "register"}},
        {"id": "credit", "settings": {"system": "xg-unit"}},
    ]
    asked = {"ids": [BEES], "properties": properties}
    table = exland.post("/reconcile", data={"extend": json.dumps(asked)}).json()
    assert [column["name"] for column in table["meta"]] == ["Recognition: XF", "Credit: xg-unit"]
    assert table["rows"][BEES]["credit"] == [{"int": 10}]


def test_a_column_that_there_is_not_is_told(exland: TestClient) -> None:
    asked = {"ids": [BEES], "properties": [{"id": "title"}, {"id": "colour"}]}
    problem = exland.post("/reconcile/draft/extend", json=asked)
    assert problem.status_code == 422
    assert "recognised:PLACE" in problem.json()["detail"]


@pytest.mark.parametrize(("version", "kind"), [(version, kind) for version in VERSIONS for kind in ("entity", "type", "property")])  # fmt: skip # noqa: E501
def test_suggestions_are_of_their_version(exland: TestClient, version: str, kind: str) -> None:
    schema = {"entity": "entities", "type": "types", "property": "properties"}[kind]
    prefix = {"entity": "beek", "type": "prof", "property": "iss"}[kind]
    body = exland.get(f"{VERSIONS[version]}/suggest/{kind}", params={"prefix": prefix}).json()
    vectors.check(version, f"suggest-{schema}-response", body)
    assert body["result"]
    assert exland.get(f"{VERSIONS[version]}/suggest/{kind}", params={"prefix": "zzqq"}).json()["result"] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_columns_are_proposed(exland: TestClient, version: str) -> None:
    body = exland.get(f"{VERSIONS[version]}/extend/propose", params={"type": "credential"}).json()
    vectors.check(version, "data-extension-property-proposal", body)
    assert "recognised:XF" in {item["id"] for item in body["properties"]}


def test_a_preview_shows_the_credential_and_no_markup_of_its_own(exland: TestClient) -> None:
    page = exland.get("/reconcile/preview", params={"id": BEES})
    assert page.headers["content-type"].startswith("text/html")
    assert "Beekeeping in Practice" in page.text
    assert exland.get("/reconcile/preview", params={"id": "<script>"}).status_code == 404


@pytest.mark.parametrize("path", ["/reconcile/preview", "/reconcile/draft/preview"])
def test_a_preview_can_be_shown_in_a_frame_and_runs_nothing(exland: TestClient, path: str) -> None:
    told = exland.get(path, params={"id": BEES}).headers.get_list("content-security-policy")
    assert told == ["default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_leads_to_the_preview(exland: TestClient, version: str) -> None:
    address = exland.get(VERSIONS[version]).json()["preview"]["url"]
    assert "Beekeeping in Practice" in exland.get(address.replace("{{id}}", BEES)).text


def test_too_many_queries_are_refused(exland: TestClient) -> None:
    many = {str(n): {"query": "Bees"} for n in range(101)}
    assert exland.post("/reconcile", data={"queries": json.dumps(many)}).status_code == 413
    assert exland.post("/reconcile", data={"nothing": "x"}).status_code == 422
    assert exland.get("/reconcile", params={"queries": "{"}).status_code == 422
