"""Badges towards an award: what is not genuine counts for nothing, and what may be counts with that said."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.documents.verification.trust import TrustList
from app.services.documents import Documents
from tests.api.test_documents import BADGE, SIGNED, use
from tests.documents.issuing import ED25519, OB3, a_badge, a_record, did_key, signed

AWARD = {"jurisdiction": "XF", "recogniser": "xf-college", "credit": {"amount": "10", "system": "xf-point"}}
DESCRIBED = {"title": "Beekeeping", "issuer": {"name": "Apiary"}}


def ask(client: TestClient, *credentials: Any, **award: Any) -> Any:
    """The answer of the service for credentials under the names a, b, c."""
    brought = [{"ref": ref, "credential": one} for ref, one in zip("abc", credentials, strict=False)]
    body = {"credentials": brought, "award": {**AWARD, **award}, "as_of": "2023-06-01"}
    return client.post("/v1/stacking", json=body)


def stack(client: TestClient, *credentials: Any, **award: Any) -> dict[str, Any]:
    response = ask(client, *credentials, **award)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result


def piece(result: dict[str, Any]) -> dict[str, Any]:
    (found,) = result["pieces"]
    return dict(found)


def test_a_genuine_badge_of_a_known_issuer_counts_as_its_description_does(
    exland: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = TrustList(
        title="Schools", publisher="Ministry", url="https://ministry.example", read_on=date(2023, 1, 1),
        means="May teach.", issuers={did_key(ED25519): "Apiary"},
    )  # fmt: skip
    use(monkeypatch, exland, Documents(None, [known]))
    shown, described = stack(exland, {"document": SIGNED}), stack(exland, DESCRIBED)
    verification = piece(shown)["verification"]
    assert verification["genuine"] == "passed"
    assert {**shown, "pieces": [{**piece(shown), "verification": None}]} == {
        **described, "pieces": [{**piece(described), "verification": None}],
    }  # fmt: skip
    assert (piece(shown)["state"], shown["total"]) == ("counts", {"min": "3", "max": "3"})


RECORD = a_record(BADGE, issuer="https://publisher.example", validFrom="2022-06-01T00:00:00Z")
OPEN = {
    "of an issuer that no list names": (SIGNED, "passed", "trust: No list of issuers"),
    "not signed": (BADGE, "unknown", "proof: It is not signed."),
    "in the record of another publisher": (RECORD, "unknown", "proof: It is not established by its issuer"),
}


@pytest.mark.parametrize("case", OPEN)
def test_a_badge_that_may_be_genuine_counts_if_its_issuer_confirms_it(exland: TestClient, case: str) -> None:
    document, genuine, reason = OPEN[case]
    result = stack(exland, {"document": document})
    brings = piece(result)
    assert (brings["state"], brings["status"], result["total"]["min"]) == ("counts", "conditional", "3")
    assert brings["verification"]["genuine"] == genuine
    assert brings["because"][-1].startswith("It counts if its issuer confirms that the document is genuine")
    assert reason in brings["because"][-1]
    assert result["notes"][-1] == "These count only if their issuers confirm the documents that show them: a."


FAILED = {
    "altered": ({**SIGNED, "name": "Bee"}, "proof: The eddsa-rdfc-2022 proof does not hold"),
    "run out": (signed({**BADGE, "validUntil": "2023-01-01T00:00:00Z"}), "validity: It was valid until 2023-01-01"),
}


@pytest.mark.parametrize("award", [{}, {"within_years": 1, "level_at_least": {"framework": "xfq", "value": "4"}}])
@pytest.mark.parametrize("case", FAILED)
def test_a_badge_that_is_not_genuine_counts_for_nothing_and_says_why(
    exland: TestClient, case: str, award: dict[str, Any]
) -> None:
    document, reason = FAILED[case]
    result = stack(exland, {"document": document}, **award)
    brings = piece(result)
    assert (brings["state"], brings["status"], result["total"]) == (
        "does_not_count", "not_recognised", {"min": "0", "max": "0"},
    )  # fmt: skip
    assert "credit" not in brings
    assert brings["verification"]["genuine"] == "failed"
    assert brings["because"][0].startswith("The document that shows it is not genuine or not in force.")
    assert reason in brings["because"][0]
    assert not any("confirm" in note for note in result["notes"])


def test_documents_and_descriptions_add_up_and_the_same_credential_counts_once(exland: TestClient) -> None:
    other = {"title": "Wasps", "schemes": ["xf-pilot"], "assessed": True, "issuer": {"country": "XF"},
             "credit": {"amount": "4", "system": "xf-point"}}  # fmt: skip
    result = stack(exland, {"document": SIGNED}, DESCRIBED, other)
    states = [brings["state"] for brings in result["pieces"]]
    assert sorted(states[:2]) == ["counts", "left_out"]
    assert "verification" not in result["pieces"][1]


def test_what_tells_of_a_document_is_kept_by_nobody_on_the_way(exland: TestClient) -> None:
    assert ask(exland, {"document": SIGNED}).headers["Cache-Control"] == "no-store"
    assert "ETag" in ask(exland, DESCRIBED).headers


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("no document", "text of an unknown format"),
        ({"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": [SIGNED, SIGNED]}, "Found 2"),
        (a_record(SIGNED, BADGE), "Found 2 credentials in the document, expected one"),
        ({"type": "Nonsense"}, "the type Nonsense"),
    ],
)
def test_a_document_that_cannot_be_read_or_shows_several_is_refused_with_its_place(
    exland: TestClient, document: Any, reason: str
) -> None:
    response = ask(exland, DESCRIBED, {"document": document})
    assert (response.status_code, response.json()["pointer"]) == (422, "/credentials/1/credential/document")
    assert reason in response.json()["detail"]


def test_a_document_may_hold_words_that_look_like_numbers_and_a_description_may_not(exland: TestClient) -> None:
    badge = a_badge(name="1e3", validFrom="2022-06-01T00:00:00Z")
    assert ask(exland, {"document": badge}).status_code == 200
    huge = {**DESCRIBED, "credit": {"amount": "1e3", "system": "xf-point"}}
    assert ask(exland, {"document": badge}, huge).status_code == 422


def test_there_is_a_bound_on_documents(exland: TestClient) -> None:
    brought = [{"ref": str(n), "credential": {"document": "x"}} for n in range(21)]
    response = exland.post("/v1/stacking", json={"credentials": brought, "award": AWARD})
    assert response.status_code == 422
    assert "at most 20 documents" in response.text
