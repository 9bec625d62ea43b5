"""Somebody hands in a learner record: which credentials in it are genuine, and where does each count?"""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.test_documents import BADGE, PATH, QUESTION, SIGNED, in_zip, outcome_of
from tests.documents.issuing import ED25519, P256, a_record, did_key, method_of, private, signed, token

FIRST, SECOND, THIRD, FOURTH = (f"credential {n} of the record" for n in (1, 2, 3, 4))

PUBLISHER = did_key(P256)
OWN = {**BADGE, "issuer": {**BADGE["issuer"], "id": PUBLISHER}}
"""A credential of the publisher, without a proof."""
ALTERED = {**SIGNED, "name": "Bee"}
"""One that is not what its issuer signed."""
TOKEN = token({**BADGE, "iss": did_key(ED25519)}, private(ED25519), "EdDSA", kid=method_of(ED25519))


def record_of(*inside: Any, **changes: Any) -> dict[str, Any]:
    """A record that another body than the issuer of the badge publishes and signs."""
    return signed(
        a_record(*inside, issuer=PUBLISHER, validFrom="2022-06-01T00:00:00Z", **changes), "ecdsa-jcs-2019", P256
    )


def told_of(client: TestClient, record: Any) -> dict[str, dict[str, Any]]:
    """What is told of each document, by where it stands."""
    response = client.post(PATH, json={"document": record, **QUESTION})
    assert response.status_code == 200, response.text
    return {told["where"]: told for told in response.json()["documents"]}


def test_each_credential_of_a_record_has_its_own_verification_and_answer(exland: TestClient) -> None:
    told = told_of(exland, record_of(SIGNED, ALTERED, BADGE, OWN))
    genuine = {where: document["verification"]["genuine"] for where, document in told.items()}
    assert genuine == {
        "the document": "passed", FIRST: "passed", SECOND: "failed", THIRD: "unknown", FOURTH: "passed",
    }  # fmt: skip
    assert (told["the document"]["format"], told["the document"]["credentials"]) == ("clr", [])
    assert told[FIRST]["format"] == "open_badge"
    outcomes = {where: outcome_of(told[where]) for where in (FIRST, SECOND, THIRD, FOURTH)}
    assert [outcome["status"] for outcome in outcomes.values()] == [
        "conditional", "not_recognised", "conditional", "conditional",
    ]  # fmt: skip
    assert "the document is not what was signed" in outcomes[SECOND]["statement"]
    assert "vouched for by the publisher of the record only" in outcomes[THIRD]["conditions"][0]["text"]
    assert "No list of issuers" in outcomes[FOURTH]["conditions"][0]["text"]


def test_one_that_its_issuer_signed_is_answered_as_if_it_were_handed_in_alone(exland: TestClient) -> None:
    alone = told_of(exland, SIGNED)["the document"]
    for inside in (SIGNED, TOKEN):
        told = told_of(exland, record_of(inside))[FIRST]
        assert told["credentials"][0]["report"] == alone["credentials"][0]["report"]
    assert told_of(exland, record_of(SIGNED))[FIRST] == {**alone, "where": FIRST}


def test_a_record_that_was_altered_takes_with_it_what_rests_on_its_proof(exland: TestClient) -> None:
    told = told_of(exland, {**record_of(SIGNED, BADGE, OWN), "name": "Another"})
    statuses = {where: outcome_of(told[where])["status"] for where in (FIRST, SECOND, THIRD)}
    assert statuses == {FIRST: "conditional", SECOND: "not_recognised", THIRD: "not_recognised"}


def test_one_that_cannot_be_opened_leaves_the_others_their_answers(exland: TestClient) -> None:
    told = told_of(exland, record_of(SIGNED, f"{TOKEN}~x~"))
    assert outcome_of(told[FIRST])["status"] == "conditional"
    assert "selective disclosure" in told[SECOND]["problem"]
    assert (told[SECOND]["credentials"], told[SECOND]["verification"]["genuine"]) == ([], "unknown")


def test_records_in_an_archive_are_told_with_their_place(exland: TestClient) -> None:
    content = in_zip(json.dumps(record_of(SIGNED)), json.dumps(record_of(OWN)))
    query = {"jurisdictions": "XF"}
    answer = exland.post(PATH, params=query, content=content, headers={"Content-Type": "application/zip"}).json()
    assert [told["where"] for told in answer["documents"]] == [
        "file 1 of the archive", f"file 1 of the archive, {FIRST}",
        "file 2 of the archive", f"file 2 of the archive, {FIRST}",
    ]  # fmt: skip


def test_a_record_of_one_credential_may_stand_in_a_question(exland: TestClient) -> None:
    asked = {"credential": {"document": record_of(BADGE)}, **QUESTION}
    answer = exland.post("/v1/recognition", json=asked)
    assert answer.status_code == 200, answer.text
    document = answer.json()["document"]
    assert (document["where"], document["verification"]["genuine"]) == (FIRST, "unknown")
    two = exland.post("/v1/recognition", json={**asked, "credential": {"document": record_of(SIGNED, OWN)}})
    assert (two.status_code, "Found 2 credentials" in two.json()["detail"]) == (422, True)


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_record_is_printed_with_each_credential_in_it(exland: TestClient, form: str) -> None:
    body = {"document": record_of(SIGNED, BADGE), **QUESTION}
    printed = exland.post(f"{PATH}?format={form}", json=body)
    assert printed.status_code == 200
    if form == "html":
        assert FIRST in printed.text
        assert "vouched for by the publisher of the record only" in printed.text
