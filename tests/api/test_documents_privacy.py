"""Documents are about people: nothing of the holder is stored, logged or told."""

import json
import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.services.answering import memory_of
from app.services.documents import Documents
from tests.api.test_documents import PATH, QUESTION, TEXT, in_png, use
from tests.documents.hosting import World
from tests.documents.issuing import ED25519, P256, a_badge, a_record, did_key, method_of, private, signed, token
from tests.documents.printing import pdf_text

PRIVATE = (
    "Jane Quimby", "jane.quimby@holder.example", "1999-04-05", "iVBORw0KGgoJANE", "did:example:jane-quimby",
    "+49 30 1234567", "sha256$0badcafe", "evidence-of-jane", "92 of 100",
)  # fmt: skip
NAME, MAIL, BORN, IMAGE, DID, PHONE, HASH, EVIDENCE, RESULT = PRIVATE


def a_document(**changes: Any) -> dict[str, Any]:
    """An Open Badges 3.0 credential that says much of its holder."""
    badge = a_badge()
    achievement = badge["credentialSubject"]["achievement"]
    subject = {
        "id": DID,
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "identityHash": HASH, "identityType": "emailAddress", "hashed": True},
            {"type": "IdentityObject", "identityHash": MAIL, "identityType": "emailAddress", "hashed": False},
            {"type": "IdentityObject", "identityHash": NAME, "identityType": "name", "hashed": False},
        ],
        "image": {"id": f"data:image/png;base64,{IMAGE}", "type": "Image"},
        "narrative": f"{NAME} was born on {BORN} and can be called at {PHONE}.",
        "result": [{"type": ["Result"], "value": RESULT}],
        "achievement": achievement,
    }
    evidence = [{"id": f"https://holder.example/{EVIDENCE}", "type": ["Evidence"], "narrative": f"By {NAME}"}]
    return {**badge, "credentialSubject": subject, "evidence": evidence, **changes}


BADGE_2 = {
    "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": f"https://issuer.example/{EVIDENCE}",
    "recipient": {"type": "email", "hashed": False, "identity": MAIL, "name": NAME},
    "badge": {"type": "BadgeClass", "id": "https://issuer.example/bees", "name": "Beekeeping",
              "issuer": {"type": "Issuer", "name": "Apiary"}},
    "issuedOn": "2024-01-01", "narrative": f"{NAME}, {BORN}", "image": f"data:image/png;base64,{IMAGE}",
    "evidence": [{"narrative": RESULT}],
}  # fmt: skip

EUROPEAN = {
    "@context": "http://data.europa.eu/snb/model/context/edc-ap",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "id": "urn:credential:1", "issuer": {"id": "urn:org:1", "type": "Organisation", "legalName": {"en": ["Apiary"]}},
    "validFrom": "2024-01-01T00:00:00Z",
    "displayParameter": {"title": {"en": ["Beekeeping"]}, "individualDisplay": [IMAGE]},
    "credentialSubject": {
        "id": DID, "type": "Person", "fullName": {"en": [NAME]}, "dateOfBirth": f"{BORN}T00:00:00Z",
        "contactPoint": [{"emailAddress": [{"id": f"mailto:{MAIL}"}], "phone": [{"phoneNumber": PHONE}]}],
        "hasClaim": [{"type": "LearningAchievement", "title": {"en": ["Beekeeping"]},
                      "specifiedBy": {"type": "Qualification", "title": {"en": ["Beekeeping"]}}}],
    },
}  # fmt: skip

SELF_ISSUED = signed(
    {**a_document(issuer={"id": did_key(P256), "type": ["Profile"], "name": NAME}), "credentialSubject": {
        **a_document()["credentialSubject"], "id": did_key(P256)}},
    "ecdsa-jcs-2019", P256,
)  # fmt: skip

TOKEN = token({**a_document(), "sub": DID}, private(ED25519), "EdDSA", kid=method_of(ED25519))


def record_of(*inside: Any, holder: str, issuer: str) -> dict[str, Any]:
    """A learner record that says much of its holder."""
    about = {"id": holder, "image": {"id": f"data:image/png;base64,{IMAGE}", "type": "Image"}, "narrative": NAME}
    record = a_record(*inside, issuer=issuer, name=f"Record of {NAME}")
    return {**record, "credentialSubject": {**record["credentialSubject"], **about}}


def unnamed(**changes: Any) -> dict[str, Any]:
    """The same credential without the name of its subject."""
    badge = a_document(**changes)
    return {**badge, "credentialSubject": {**badge["credentialSubject"], "id": None}}


DOCUMENTS: dict[str, Any] = {
    "open_badge": signed(a_document(), "eddsa-jcs-2022"),
    "unsigned": a_document(),
    "altered": {**signed(a_document(), "eddsa-jcs-2022"), "name": "Bees"},
    "broken": {**signed(a_document(), "eddsa-jcs-2022"), "credentialSubject": [NAME, {"achievement": NAME}]},
    "misplaced": a_document(credentialSubject={"id": DID, "achievement": NAME}),
    "token": TOKEN,
    "record": signed(
        record_of(
            signed(a_document(), "eddsa-jcs-2022"),
            a_document(),
            TOKEN,
            f"{TOKEN}~{NAME}~",
            holder=DID,
            issuer=did_key(P256),
        ),
        "ecdsa-jcs-2019",
        P256,
    ),
    "record_of_one": record_of(a_document(), holder=DID, issuer=did_key(P256)),
    "self_published": signed(record_of(unnamed(), holder=did_key(P256), issuer=did_key(P256)), "ecdsa-jcs-2019", P256),
    "version_2": BADGE_2,
    "no_badge": {**BADGE_2, "badge": f"https://issuer.example/{EVIDENCE}"},
    "european": EUROPEAN,
    "self_issued": SELF_ISSUED,
    "nothing": {"name": NAME, "email": MAIL, "born": BORN, "image": IMAGE},
}


def is_silent(text: str, *more: str) -> None:
    for word in (*PRIVATE, *more):
        assert word not in text, word
        assert json.dumps(word)[1:-1] not in text, word


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_of_the_holder_is_in_any_answer_or_log(
    exland: TestClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    document = DOCUMENTS[name]
    more = [did_key(P256)] if name.startswith("self") else []
    text = document if isinstance(document, str) else json.dumps(document)
    asked = {"credential": {"document": document}, **QUESTION}
    responses = [
        exland.post(PATH, json={"document": document, **QUESTION}),
        exland.post(PATH, params={"jurisdictions": "XF"}, content=text),
        exland.post(PATH, files={"file": in_png(text)}, data={"jurisdictions": "XF"}),
        exland.post("/v1/recognition", json=asked),
        exland.post("/v1/recognition/batch", json=[asked, {**asked, "jurisdictions": ["XQ"]}]),
        exland.post("/v1/recognition/batch", content=json.dumps(asked), headers={
            "Content-Type": "application/x-ndjson"}),
        exland.post("/v1/recognition/compare", json={"credentials": [asked["credential"]], "jurisdictions": ["XF"]}),
        exland.post("/v1/stacking", json={"credentials": [{"ref": "a", "credential": asked["credential"]}], "award": {
            "jurisdiction": "XF", "credit": {"amount": "10", "system": "xf-point"}}}),
    ]  # fmt: skip
    for response in responses:
        assert response.status_code in (200, 422)
        is_silent(response.text, *more)
        for credential in _credentials(response.json()) if response.status_code == 200 and "[" in response.text else ():
            is_silent(exland.get(credential["report"]["permalink"]).text, *more)
    is_silent(caplog.text, *more)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_of_the_holder_is_on_a_printed_report(exland: TestClient, name: str) -> None:
    document = DOCUMENTS[name]
    more = [did_key(P256)] if name.startswith("self") else []
    for path, body in ((PATH, {"document": document}), ("/v1/recognition", {"credential": {"document": document}})):
        page = exland.post(f"{path}?format=html", json={**body, **QUESTION})
        is_silent(page.text, *more)
        if page.status_code == 200:
            assert page.headers["cache-control"] == "no-store"
            is_silent(pdf_text(exland.post(f"{path}?format=pdf", json={**body, **QUESTION}).content), *more)


def _credentials(body: Any) -> list[dict[str, Any]]:
    return [one for document in body.get("documents", ()) for one in document["credentials"] if "report" in one]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_of_the_holder_is_in_a_problem(exland: TestClient, name: str) -> None:
    document = DOCUMENTS[name]
    for wrong in (
        {"json": {"document": document, "jurisdictions": "XF"}},
        {"json": {"document": [document]}},
        {"json": {"document": document, "url": f"https://issuer.example/{EVIDENCE}"}},
        {"json": {"url": f"https://127.0.0.1/{EVIDENCE}"}},
        {"data": {"document": json.dumps(document), "as_of": "soon"}, "files": {"file": b""}},
        {"data": {"document": json.dumps(document)}, "files": {"file": b"x"}},
        {"content": json.dumps(document)[:-1], "headers": {"Content-Type": "application/json"}},
    ):
        response = exland.post(PATH, **wrong)  # type: ignore[arg-type]
        assert response.status_code == 422, response.text
        is_silent(response.text)
    for credential in ({"document": document, "title": "Bees"}, {"document": [document]}, {"documnt": document}):
        response = exland.post("/v1/recognition", json={"credential": credential})
        assert response.status_code == 422, response.text
        is_silent(response.text)


def test_nothing_of_the_holder_stays_in_memory(exland: TestClient) -> None:
    for document in DOCUMENTS.values():
        exland.post(PATH, json={"document": document, **QUESTION})
    rules = exland.app.state.rulesets.serving  # type: ignore[attr-defined]
    kept = [shared.report for shared in memory_of(rules)._kept.values()]
    assert kept
    is_silent(repr(kept), did_key(P256))


def test_the_address_of_a_badge_is_neither_told_nor_logged(
    exland: TestClient, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    use(monkeypatch, exland, Documents(world.fetcher()))
    address = world.publish(f"/{EVIDENCE}", TEXT.encode())
    response = exland.post(PATH, json={"url": address, **QUESTION})
    assert response.status_code == 200
    is_silent(response.text)
    missing = exland.post(PATH, json={"url": f"{address}-2", **QUESTION})
    assert (missing.status_code, "status 404" in missing.json()["detail"]) == (422, True)
    is_silent(missing.text)
    is_silent(caplog.text)
