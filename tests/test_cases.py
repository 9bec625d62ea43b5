"""Worked cases in YAML, asked over HTTP of the service with the real data. A failing one prints the explanation."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.services.cases import EXPECTED_KEYS, KEYS

FOLDER = Path(__file__).parent / "cases"


def _cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.load(path.read_text(), Loader=yaml.BaseLoader):
            for expected in case["expect"]:
                name = f"{path.stem}: {case['name']} [{expected.get('as_of')}]"
                yield pytest.param(case, expected, id=name.replace("::", ":"))


@pytest.mark.parametrize(("case", "expected"), list(_cases()))
def test_case(service: TestClient, case: dict[str, Any], expected: dict[str, Any]) -> None:
    case, expected = _typed(case), _typed(expected)
    assert set(case) <= KEYS, f"unknown keys in the case: {set(case) - KEYS}"
    assert set(expected) <= EXPECTED_KEYS, f"unknown keys in the expectation: {set(expected) - EXPECTED_KEYS}"
    assert case.get("source"), "a case names its source"
    if "convert" in case:
        _check_conversion(service, "/v1/convert/credits", case["convert"], expected)
    elif "convert_level" in case:
        _check_conversion(service, "/v1/convert/levels", case["convert_level"], expected)
    else:
        _check_recognition(service, case, expected)


def _typed(value: Any) -> Any:
    """Text that says true or false as truth values; everything else stays text, as in the data."""
    if isinstance(value, dict):
        return {key: _typed(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_typed(below) for below in value]
    return {"true": True, "false": False, "null": None}.get(value, value)


def _check_conversion(service: TestClient, path: str, query: dict[str, Any], expected: dict[str, Any]) -> None:
    response = service.get(path, params={**query, "as_of": expected["as_of"]})
    body = response.json()
    if "problem" in expected:
        assert body.get("type") == f"/problems/{expected['problem']}", body
        return
    assert response.status_code == 200, body
    result = body["result"]
    for key in ("min", "max", "bookable"):
        if key in expected:
            assert Fraction(result[key]) == Fraction(expected[key]), f"{key}: {json.dumps(result, indent=1)}"
    for key in ("method", "levels", "strength", "confidence"):
        if key in expected:
            assert result[key] == expected[key], f"{key}: {json.dumps(result, indent=1)}"


def _check_recognition(service: TestClient, case: dict[str, Any], expected: dict[str, Any]) -> None:
    body = {key: case[key] for key in ("credential", "programme", "holder", "recognisers") if key in case}
    purpose = expected.get("purpose", case.get("purpose"))
    assert purpose, "a case names its purpose"
    if places := [expected["jurisdiction"]] if "jurisdiction" in expected else case.get("jurisdictions"):
        body["jurisdictions"] = places
    response = service.post("/v1/recognition", json={**body, "purposes": [purpose], "as_of": expected["as_of"]})
    report = response.json()
    assert response.status_code == 200, report
    outcomes = [
        outcome
        for outcome in report["outcomes"]
        if expected.get("recogniser") in (None, (outcome.get("recogniser") or {}).get("id"))
    ]
    assert len(outcomes) == 1, "the expectation must pick one outcome"
    outcome = outcomes[0]
    told = json.dumps({"outcome": outcome, "credential": report["credential"]}, indent=1, ensure_ascii=False)
    assert outcome["status"] == expected["status"], f"\n{told}"
    for key in ("credit", "level", "share"):
        for name, value in (expected.get(key) or {}).items():
            found = (outcome.get(key) or {}).get(name)
            assert _same(found, value), f"{key}.{name}: found {found!r}, expected {value!r}\n{told}"
    for key in ("confidence", "basis", "form", "valid_from", "valid_to", "last_day"):
        if key in expected:
            assert outcome.get(key) == expected[key], f"{key}\n{told}"
    named = {step.get("by") for step in outcome["explanation"]} | {r["by"] for r in outcome["recognisers"]}
    for rule in expected.get("because", []):
        assert rule in named, f"{rule} is not named\n{told}"
    for pointer in expected.get("missing", []):
        assert pointer in outcome["missing"], f"{pointer} is not missing\n{told}"
    for source in expected.get("sources", []):
        assert source in outcome["sources"], f"{source} is not cited\n{told}"
    for words in expected.get("conditions", []):
        assert any(words.casefold() in c["text"].casefold() for c in outcome["conditions"]), f"{words}\n{told}"
    if "decided_by" in expected:
        assert expected["decided_by"].casefold() in (outcome.get("decided_by") or "").casefold(), told


def _same(found: Any, expected: Any) -> bool:
    if found == expected:
        return True
    try:
        return Fraction(found) == Fraction(expected)
    except (TypeError, ValueError):
        return False
