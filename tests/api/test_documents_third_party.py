"""Documents of other projects, handed in as they lie."""

import json
from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.services.documents import Documents
from tests.api.test_documents import PATH, use
from tests.documents.third_party import CLR20, EXAMPLES, EXPECTED, HOLDS, VECTORS
from tests.vectors import folder

FOLDERS = ("1edtech-validator", "w3c-vc-di-eddsa", "edc", "elm", "ctdl")
QUERY = {"jurisdictions": "IE", "purposes": "credit_transfer", "as_of": "2026-11-28"}

NO_CREDENTIAL = {
    "endorsement-valid.json": "an endorsement, which is no credential of a learner",
}
"""Signed documents that describe nothing that is read, and what is said of that."""


@pytest.fixture
def offline(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The service with the real data, which has the units of these documents, and with fetching switched off."""
    use(monkeypatch, service, Documents(None))
    return service


@pytest.mark.parametrize(
    "file", [name for name, expected in EXPECTED.items() if expected == HOLDS and ": " not in name]
)
def test_what_is_signed_and_holds_is_read_and_answered(offline: TestClient, file: str) -> None:
    folder(file.partition("/")[0])
    response = offline.post(PATH, params=QUERY, content=(VECTORS / file).read_bytes())
    assert response.status_code == 200, response.text
    documents = response.json()["documents"]
    for told in documents:
        steps = {step["name"]: step["result"] for step in told["verification"]["steps"]}
        assert steps["proof"] == ("could_not_be_checked" if EXAMPLES in json.dumps(told["verification"]) else "passed")
        for credential in told["credentials"]:
            assert credential["report"]["outcomes"], credential.get("problem")
    assert len(documents) == (2 if file.startswith(CLR20) else 1)
    why = next((reason for end, reason in NO_CREDENTIAL.items() if file.endswith(end)), None)
    assert bool(documents[-1]["credentials"]) == (why is None)
    assert why is None or why in documents[-1]["problem"]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_file_breaks_the_service(offline: TestClient, name: str) -> None:
    statuses: Counter[int] = Counter()
    for path in sorted(folder(name).rglob("*")):
        if not path.is_file():
            continue
        ways: list[dict[str, Any]] = [
            {"params": QUERY, "content": path.read_bytes()},
            {"data": QUERY, "files": {"file": (path.name, path.read_bytes())}},
        ]
        told = [offline.post(PATH, **way) for way in ways]
        statuses.update(response.status_code for response in told)
        assert {response.status_code for response in told} < {200, 413, 422}, path
        if told[0].status_code == 200:
            assert told[0].json() == told[1].json(), path
    assert statuses[200], statuses
