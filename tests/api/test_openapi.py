"""The documentation that people use without a manual."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from app.api.examples import RECOGNITION_EXAMPLES
from app.domain.access import SCOPES
from tests.conftest import key_for


@pytest.fixture(scope="module")
def document(exland: TestClient) -> dict[str, Any]:
    body: dict[str, Any] = exland.get("/openapi.json").json()
    return body


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_every_operation_and_parameter_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{name}: {parameter['name']}"


def test_errors_are_documented_as_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], f"{name} {status}"


def test_every_field_is_described(document: dict[str, Any]) -> None:
    bare = [
        f"{name}.{key}"
        for name, schema in document["components"]["schemas"].items()
        for key, field in schema.get("properties", {}).items()
        if not field.get("description") and name not in ("HTTPValidationError", "ValidationError")
    ]
    assert bare == []


def test_every_question_has_worked_examples(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/recognition"]["post"]["requestBody"]["content"]["application/json"]
    assert len(body["examples"]) >= 3
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["required"] and parameter["name"] != "question":
                assert parameter["schema"].get("examples"), f"{name}: {parameter['name']}"


def test_every_example_of_a_parameter_gets_an_answer(service: TestClient, document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        examples = {
            (parameter["in"], parameter["name"]): parameter["schema"].get("examples", [])
            for parameter in methods.get("get", {}).get("parameters", [])
        }
        first = {key: values[0] for key, values in examples.items() if values}
        for key, values in examples.items():
            for value in values:
                asked = {**first, key: value}
                address = path.format(**{name: asked[place, name] for place, name in asked if place == "path"})
                query = {name: asked[place, name] for place, name in asked if place == "query"}
                headers = keys_for(service, methods["get"])
                response = service.get(address, params=query, headers=headers)
                assert response.status_code == 200, f"{address} {query}: {response.text}"


def keys_for(client: TestClient, operation: dict[str, Any]) -> dict[str, str]:
    """Headers with a key for what an operation needs; none where it is open."""
    return key_for(client, *SCOPES) if operation.get("security") else {}


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every address, media type and description of a body that can be sent."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                yield path, kind, body


def test_every_example_of_a_body_gets_an_answer(service: TestClient, document: dict[str, Any]) -> None:
    for path, kind, body in bodies(document):
        if body["schema"].get("format") == "binary":  # JSON cannot hold one; tests of their own send them
            continue
        assert body.get("examples"), f"{path} {kind}"
        for example in body["examples"].values():
            value = example["value"]
            sent = (
                {"json": value} if kind == "application/json"
                else {"files": {"file": value.get("file") or ("", b"")},
                      "data": {k: v for k, v in value.items() if k != "file"}}
                if kind == "multipart/form-data"
                else {"data": value} if kind == "application/x-www-form-urlencoded"
                else {"content": value, "headers": {"Content-Type": kind}}
            )  # fmt: skip
            headers = sent.pop("headers", {}) | keys_for(service, document["paths"][path]["post"])
            response = service.post(path, **sent, headers=headers, params=example.get("x-query"))
            assert response.status_code in (200, 201, 202), f"{path} {example['summary']}: {response.text}"
            faults = [line for line in response.text.splitlines() if '"problem":{' in line]
            assert kind == "application/json" or not faults, faults


@pytest.mark.parametrize("name", RECOGNITION_EXAMPLES)
def test_every_example_gets_an_answer_with_sources(service: TestClient, name: str) -> None:
    response = service.post("/v1/recognition", json=RECOGNITION_EXAMPLES[name]["value"])
    assert response.status_code == 200, response.json()
    for outcome in response.json()["outcomes"]:
        assert outcome["status"] != "undetermined", outcome
        assert outcome["sources"] or outcome["status"] == "no_information"


def outcomes(service: TestClient, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    body = service.post("/v1/recognition", json=RECOGNITION_EXAMPLES[name]["value"]).json()
    return {(outcome["jurisdiction"], outcome["purpose"]): outcome for outcome in body["outcomes"]}


def test_the_dutch_course_gets_credit_level_and_a_decider_in_ireland(service: TestClient) -> None:
    outcome = outcomes(service, "dutch-course-in-ireland")["IE", "credit_transfer"]
    assert outcome["status"] == "discretionary"
    assert (outcome["credit"]["amount"], outcome["credit"]["system"]) == ("5", "ects")
    assert outcome["level"]["framework"] == "nfq"
    assert outcome["decided_by"]


def test_the_google_certificate_is_advised_on_in_the_usa_and_weighs_nothing_in_scotland(service: TestClient) -> None:
    found = outcomes(service, "google-certificate-us-and-scotland")
    usa, scotland = found["US", "credit_transfer"], found["GB-SCT", "credit_transfer"]
    assert (usa["status"], usa["basis"], usa["binding"]) == ("conditional", "recommendation", False)
    assert usa["credit"]["system"] == "us-semester-credit"
    assert scotland["status"] == "discretionary"
    assert "credit" not in scotland


def test_a_badge_of_attendance_is_recognised_nowhere(service: TestClient) -> None:
    found = outcomes(service, "badge-of-attendance")
    assert {outcome["status"] for outcome in found.values()} <= {"not_recognised", "discretionary", "no_information"}
    refused = found["GB-SCT", "register"]
    assert refused["status"] == "not_recognised"
    assert any("assess" in c["text"].casefold() for c in refused["conditions"] if c["state"] == "failed")


def test_the_pinned_day_gives_the_limits_of_that_day(service: TestClient) -> None:
    outcome = outcomes(service, "pinned-day")["NZ", "register"]
    assert outcome["status"] == "not_recognised"
    assert "5" in outcome["statement"]


def test_no_request_that_fits_the_document_breaks_the_service(exland: TestClient) -> None:
    document = schemathesis.openapi.from_dict(exland.get("/openapi.json").json())
    for operation in document.get_all_operations():
        _check(operation.ok(), exland, keys_for(exland, operation.ok().definition.raw))


def _check(operation: Any, client: TestClient, headers: dict[str, str]) -> None:
    """Send requests that fit the document: nothing breaks, and every status is a documented one."""

    @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def send(case: Any) -> None:
        sent: dict[str, Any] = {}
        if case.media_type == "application/json":
            sent = {"json": case.body}
        elif case.media_type == "multipart/form-data":
            sent = {"files": {n: value if isinstance(value, bytes) else str(value) for n, value in case.body.items()}}
        elif isinstance(case.body, bytes):
            sent = {"content": case.body, "headers": {"Content-Type": case.media_type}}
        sent["headers"] = {**headers, **sent.get("headers", {})}
        response = client.request(operation.method, case.formatted_path, params=case.query, **sent)
        assert response.status_code < 500, response.text
        documented = operation.definition.raw["responses"]
        assert str(response.status_code) in documented, response.text
        kind = response.headers["content-type"].partition(";")[0]
        assert kind in documented[str(response.status_code)]["content"], response.text

    send()
