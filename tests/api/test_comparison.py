"""Answers side by side."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

PATH = "/v1/recognition/compare"
PILOT = {"title": "Bees", "schemes": ["xf-pilot"], "assessed": True, "credit": {"amount": "5", "system": "xf-point"}}
PLAIN = {"title": "Wasps", "schemes": []}
ASKED = {"jurisdictions": ["XF", "XG"], "purposes": ["credit_transfer"], "as_of": "2024-09-01"}


def test_a_row_for_every_place_and_an_answer_for_every_credential(exland: TestClient) -> None:
    body = {**ASKED, "credentials": [PILOT, PLAIN]}
    table = exland.post(PATH, json=body).json()
    assert [(row["jurisdiction"], [a["status"] for a in row["answers"]], row["alike"]) for row in table["rows"]] == [
        ("XF", ["recognised", "discretionary"], False),
        ("XG", ["no_information", "no_information"], True),
    ]
    assert table["rows"][0]["answers"][0]["credit"]["amount"] == "5"


def test_each_answer_is_that_of_its_own_report(exland: TestClient) -> None:
    table = exland.post(PATH, json={**ASKED, "credentials": [PILOT, {"id": "xf-beekeeping"}]}).json()
    for n, credential in enumerate(table["credentials"]):
        report = exland.get(credential["permalink"]).json()
        assert report["credential"] == credential["credential"]
        statuses = [outcome["status"] for outcome in report["outcomes"]]
        assert statuses == [row["answers"][n]["status"] for row in table["rows"]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"credentials": []}, "at least 1"),
        ({"credentials": [PLAIN]}, "jurisdictions or recognisers"),
        ({"credentials": [PLAIN] * 20, "jurisdictions": ["XF"] * 60}, "at most 720 answers"),
        ({"credentials": [{**PLAIN, "notional_hours": "1e9"}], "jurisdictions": ["XF"]}, "written out"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_told(exland: TestClient, body: dict[str, Any], words: str) -> None:
    response = exland.post(PATH, json=body)
    assert response.status_code == 422
    assert words in str(response.json())


def test_a_fault_names_the_credential_that_has_it(exland: TestClient) -> None:
    wrong = {**PLAIN, "credit": {"amount": "5", "system": "xf-pont"}}
    problem = exland.post(PATH, json={**ASKED, "credentials": [PLAIN, wrong]}).json()
    assert problem["pointer"] == "/credentials/1/credit/system"
