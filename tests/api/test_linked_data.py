"""JSON-LD over HTTP: every decision and credential of the real data, whole and one at a time."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.documents.ctdl import TYPES
from app.domain.credential import CredentialKind
from app.main import create_app
from app.settings import Settings
from tests.api.test_export import listed
from tests.documents.shapes import ctdl_schema, edc_context, faults, lacking, usable

LINKED = {"Accept": "application/ld+json"}
TEXTS = ("title", "altLabel", "category", "prefLabel", "legalName", "noteLiteral")
"""Terms below which stand languages."""


def exported(client: TestClient, section: str, vocabulary: str) -> dict[str, Any]:
    response = client.get(f"/v1/export/{section}", params={"format": vocabulary})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/ld+json"
    document: dict[str, Any] = json.loads(response.content)
    return document


@pytest.fixture(scope="module")
def in_ctdl(service: TestClient) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = exported(service, "decisions", "ctdl")["@graph"]
    return nodes


def test_every_decision_but_refusals_is_there_once(service: TestClient, in_ctdl: list[dict[str, Any]]) -> None:
    decisions = listed(service, "/v1/decisions")
    said = [f"/v1/decisions/{item['id']}" for item in decisions if item["status"] != "not_recognised"]
    kinds = ("ceterms:TransferValueProfile", "ceterms:RecognizeAction")
    assert [node["@id"] for node in in_ctdl if node["@type"] in kinds] == said
    assert len(said) < len(decisions)
    assert "Refusals are left out" in json.dumps(in_ctdl[0])


def test_every_agreement_on_credit_holds_its_profile(service: TestClient, in_ctdl: list[dict[str, Any]]) -> None:
    agreed = [
        f"/v1/decisions/{item['id']}"
        for item in listed(service, "/v1/decisions")
        if item["basis"] == "agreement"
        and item["status"] != "not_recognised"
        and {"credit_transfer", "stacking"} & set(item["purposes"])
    ]
    found = [node for node in in_ctdl if node["@type"] == "ceterms:TransferAgreement"]
    assert [node["ceterms:hasTransferValueProfile"] for node in found] == [[name] for name in agreed]


def test_nothing_points_into_the_void(in_ctdl: list[dict[str, Any]]) -> None:
    known = {node["@id"] for node in in_ctdl}
    for node in in_ctdl:
        for key, values in node.items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, str) and value.startswith("/v1/") and key != "@id":
                    assert value in known or key == "ceterms:supersedes", f"{node['@id']} {key}"


def test_profiles_keep_to_the_published_schema_as_far_as_it_goes(in_ctdl: list[dict[str, Any]]) -> None:
    """The schema cannot be used whole, in three ways that are told here so that a newer one is noticed.

    It refers to definitions that it does not have, some of which stand outside of ``definitions``. It asks for a ctid
    and two descriptions of methods that no decision of ours has, and none is made up. The rest is checked.
    """
    schema = ctdl_schema()
    assert lacking(schema) == {
        "ceterms:Place",
        "ceterms:alignmentDate",
        "ceterms:alignmentType",
        "ceterms:codedNotation",
        "ceterms:exactDuration",
        "ceterms:framework",
        "ceterms:frameworkName",
        "ceterms:maximumDuration",
        "ceterms:minimumDuration",
        "ceterms:ownedBy",
        "ceterms:targetAssessment",
        "ceterms:targetCredential",
        "ceterms:targetLearningOpportunity",
        "ceterms:targetNode",
        "ceterms:targetNodeDescription",
        "ceterms:targetNodeName",
        "ceterms:targetProvidedBy",
        "ceterms:teaches",
        "ceterms:transferValueType",
        "ceterms:weight",
        "schema:QuantitativeValue",
    }
    ungiven = {"ceterms:ctid", "ceterms:assessmentMethodDescription", "ceterms:learningMethodDescription"}
    assert ungiven < set(schema["definitions"]["ceterms:TransferValueProfile"]["required"])
    validator = usable(schema, ungiven)
    profiles = [node for node in in_ctdl if node["@type"] == "ceterms:TransferValueProfile"]
    assert profiles
    for profile in profiles:
        assert [error.message for error in validator.iter_errors(profile)] == [], profile["@id"]
    assert list(validator.iter_errors({**profiles[0], "ceterms:name": "no language"}))


def test_every_credential_is_there_in_both_vocabularies_and_keeps_to_the_shapes_of_elm(service: TestClient) -> None:
    ids = [f"/v1/credentials/{item['id']}" for item in listed(service, "/v1/credentials")]
    document = exported(service, "credentials", "elm")
    _, *nodes = document["@graph"]
    assert [node["id"] for node in nodes] == ids
    assert faults(document) == []
    _, *others = exported(service, "credentials", "ctdl")["@graph"]
    assert [node["@id"] for node in others if not node["@id"].endswith("#issuer")] == ids


def test_every_term_of_an_elm_document_is_one_of_the_context(service: TestClient) -> None:
    """Others would silently go when it is read as triples."""

    def terms(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {key for key in part if not key.startswith(("@", "http"))}
            return own.union(*(terms(value) for key, value in part.items() if key not in TEXTS))
        return set().union(*(terms(value) for value in part)) if isinstance(part, list) else set()

    used = terms(exported(service, "credentials", "elm")["@graph"])
    assert used - set(edc_context()) == {"id", "type"}


def test_a_profile_that_is_given_alone_is_the_same_as_in_the_file(
    service: TestClient, in_ctdl: list[dict[str, Any]]
) -> None:
    profile = next(node for node in in_ctdl if node["@type"] == "ceterms:TransferValueProfile")
    response = service.get(profile["@id"], headers=LINKED)
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["vary"].startswith("Accept,")
    assert response.json()["@graph"][0] == profile
    assert service.get(profile["@id"], params={"format": "ctdl"}).content == response.content


def test_one_address_gives_each_caller_the_form_that_it_asks_for(service: TestClient) -> None:
    address = "/v1/credentials/fr-rncp-34776"
    forms = {
        "*/*": "application/json",
        "application/ld+json": "application/ld+json",
        "application/json, application/ld+json;q=0.5": "application/json",
        "text/turtle, application/ld+json;q=0.9, */*;q=0.1": "application/ld+json",
        "application/ld+json;q=0": "application/json",
        "application/ld+json;q=much": "application/json",
    }
    for _ in range(2):
        assert {
            accept: service.get(address, headers={"Accept": accept}).headers["content-type"] for accept in forms
        } == forms
    assert service.get(address).headers["vary"].startswith("Accept,")
    tag = service.get(address, headers=LINKED).headers["etag"]
    assert service.get(address, headers={**LINKED, "If-None-Match": tag}).status_code == 304
    assert service.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_refusal_has_no_form_in_ctdl(service: TestClient) -> None:
    refused = next(item["id"] for item in listed(service, "/v1/decisions") if item["status"] == "not_recognised")
    response = service.get(f"/v1/decisions/{refused}", headers=LINKED)
    assert (response.status_code, response.json()["type"]) == (406, "/problems/not-expressible")
    assert service.get(f"/v1/decisions/{refused}").status_code == 200


def test_a_section_without_a_vocabulary_is_told(service: TestClient) -> None:
    for section, vocabulary, expected in (
        ("rules", "ctdl", "credentials or decisions"),
        ("decisions", "elm", "credentials"),
    ):
        response = service.get(f"/v1/export/{section}", params={"format": vocabulary})
        assert response.status_code == 422
        assert response.json()["detail"] == f"Found {vocabulary} for {section}, expected {expected}."


def test_what_is_not_there_is_told_in_every_form(service: TestClient) -> None:
    for address in ("/v1/credentials/none", "/v1/decisions/none"):
        assert service.get(address, headers=LINKED).status_code == 404


def test_addresses_begin_with_the_public_one(exland: TestClient) -> None:
    settings: Settings = exland.app.state.settings  # type: ignore[attr-defined]
    app = create_app(settings.model_copy(update={"public_url": "https://p.example/"}))
    with TestClient(app) as client:
        document = client.get("/v1/credentials/xf-beekeeping", headers=LINKED).json()
        assert document["id"] == "https://p.example/v1/credentials/xf-beekeeping"
        assert document["identifier"] == [{"type": "Identifier", "schemeName": "ctid", "notation": "ce-0000"}]


def test_every_kind_of_credential_has_a_class_or_is_told_to_have_none() -> None:
    assert set(CredentialKind.__args__) - set(TYPES) == {"qualification", "prior_learning", "other"}  # type: ignore[attr-defined]
