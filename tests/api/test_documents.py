"""Somebody hands in a badge: is it genuine, and where does it count?"""

import io
import json
import os
import random
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from openbadgeslib import baking

from app.services.documents import Documents
from tests.conftest import EXLAND, client_for
from tests.documents import mutations
from tests.documents.hosting import World
from tests.documents.issuing import ED25519, OB3, a_badge, did_key, method_of, private, signed, token

PATH = "/v1/recognition/document"
QUESTION: dict[str, Any] = {
    "jurisdictions": ["XF"],
    "purposes": ["credit_transfer"],
    "recognisers": ["xf-college"],
    "as_of": "2023-06-01",
}
QUERY = {name: ",".join(value) if isinstance(value, list) else value for name, value in QUESTION.items()}

PIXEL = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\b\4\0\0\0\xb5\x1c\f\2\0\0\0\0IEND\xaeB`\x82"
"""The beginning and the end of an image; nobody looks at what is between."""

BADGE = a_badge(validFrom="2022-06-01T00:00:00Z")
SIGNED = signed(BADGE)
ELSEWHERE = signed(
    {**BADGE, "issuer": {**BADGE["issuer"], "id": "did:web:nobody.example"}},
    verificationMethod="did:web:nobody.example#k",
)
"""A badge whose key would have to be asked for."""
TOKEN = token({**BADGE, "iss": did_key(ED25519), "jti": BADGE["id"]}, private(ED25519), "EdDSA", kid=method_of(ED25519))


def in_png(text: str) -> bytes:
    return bytes(baking.bake_png(PIXEL, text, keyword=baking.ITXT_KEYWORD_OB3))


def in_svg(text: str) -> bytes:
    return f'<svg xmlns:o="{baking.SVG_NS_OB3}"><o:credential><![CDATA[{text}]]></o:credential></svg>'.encode()


def in_zip(*texts: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for n, text in enumerate(texts):
                archive.writestr(f"{n}.json", text)
        return file.getvalue()


TEXT = json.dumps(SIGNED)
FILES: dict[str, bytes] = {
    "application/json": TEXT.encode(),
    "application/ld+json": TEXT.encode(),
    "application/vc": TEXT.encode(),
    "application/jwt": TOKEN.encode(),
    "application/vc+jwt": TOKEN.encode(),
    "text/plain": TOKEN.encode(),
    "image/png": in_png(TEXT),
    "image/svg+xml": in_svg(TEXT),
    "application/zip": in_zip(TEXT),
    "application/octet-stream": in_png(TOKEN),
}
"""A badge in every form in which people hold it, by media type."""


def ask(client: TestClient, document: Any, **question: Any) -> dict[str, Any]:
    """The answer for a document in JSON; of the one credential in it."""
    response = client.post(PATH, json={"document": document, **QUESTION, **question})
    assert response.status_code == 200, response.text
    (told,) = response.json()["documents"]
    return dict(told)


def report_of(told: dict[str, Any]) -> dict[str, Any]:
    (credential,) = told["credentials"]
    return dict(credential["report"])


def outcome_of(told: dict[str, Any]) -> dict[str, Any]:
    (outcome,) = report_of(told)["outcomes"]
    return dict(outcome)


def use(monkeypatch: pytest.MonkeyPatch, client: TestClient, documents: Documents) -> None:
    """Let a running service take in documents in another way."""
    monkeypatch.setitem(client.app.state._state, "documents", documents)  # type: ignore[attr-defined]


@pytest.fixture
def connected(exland: TestClient, world: World, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The service with a client that reaches the invented world."""
    use(monkeypatch, exland, Documents(world.fetcher()))
    return exland


# Ways to hand it in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_answered_as_the_body(exland: TestClient, kind: str) -> None:
    response = exland.post(PATH, params=QUERY, content=FILES[kind], headers={"Content-Type": kind})
    assert response.status_code == 200, response.text
    (told,) = response.json()["documents"]
    assert (told["format"], told["verification"]["genuine"]) == ("open_badge", "passed")
    assert report_of(told)["credential"]["credential"]["title"] == "Beekeeping"
    assert outcome_of(told)["recogniser"]["id"] == "xf-college"


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_answered_in_a_form(exland: TestClient, kind: str) -> None:
    fields = {**QUESTION, "holder": '{"final_score": 80}', "language": "", "url": ""}
    response = exland.post(PATH, data=fields, files={"file": ("badge", FILES[kind], kind)})
    assert response.status_code == 200, response.text
    (told,) = response.json()["documents"]
    assert told["verification"]["genuine"] == "passed"
    assert outcome_of(told)["recogniser"]["id"] == "xf-college"


@pytest.mark.parametrize("text", [TEXT, TOKEN])
def test_a_document_can_be_pasted_into_a_form_or_json(exland: TestClient, text: str) -> None:
    fields = {**QUESTION, "jurisdictions": "XF", "document": text}
    in_form = exland.post(PATH, data=fields, files={"file": ("", b"")})
    assert in_form.status_code == 200, in_form.text
    assert in_form.json()["documents"] == [ask(exland, text)]


@pytest.mark.parametrize("document", [*mutations.DOCUMENTS, mutations.TOKEN])
def test_every_kind_of_proof_is_verified(exland: TestClient, document: Any) -> None:
    told = ask(exland, document, as_of="2026-06-01")
    steps = {step["name"]: step["result"] for step in told["verification"]["steps"]}
    assert (steps["proof"], steps["key_control"], steps["status"]) == ("passed", "passed", "could_not_be_checked")


def test_every_credential_of_a_presentation_and_an_archive_has_its_answer(exland: TestClient) -> None:
    other = signed(a_badge(validUntil="2022-07-01T00:00:00Z", validFrom="2022-06-01T00:00:00Z"))
    presentation = {"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": [SIGNED, other]}
    whole = exland.post(PATH, json={"document": presentation, **QUESTION}).json()["documents"]
    archive = in_zip(TEXT, json.dumps(other))
    zipped = exland.post(PATH, params=QUERY, content=archive, headers={"Content-Type": "application/zip"}).json()
    for told in (whole, zipped["documents"]):
        assert [one["verification"]["genuine"] for one in told] == ["passed", "failed"]
        assert [outcome_of(one)["status"] for one in told] == ["conditional", "not_recognised"]
    assert [one["where"] for one in whole] == ["credential 1 of the presentation", "credential 2 of the presentation"]


def test_the_document_at_an_address_is_asked_for(connected: TestClient, world: World) -> None:
    address = world.publish("/badge.png", in_png(TEXT))
    response = connected.post(PATH, json={"url": address, **QUESTION})
    assert response.status_code == 200, response.text
    assert response.json()["documents"] == [ask(connected, SIGNED)]
    assert [path for _, path, _ in world.asked] == ["/badge.png"]
    in_form = connected.post(PATH, data={**QUESTION, "url": address}, files={"file": ("", b"")})
    assert in_form.json() == response.json()


def test_of_many_credentials_not_everything_is_told_at_once(exland: TestClient) -> None:
    many = {"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": [BADGE] * 6}
    refused = exland.post(PATH, json={"document": many})
    assert (refused.status_code, refused.json()["pointer"]) == (422, "/jurisdictions")
    assert "Found 6 credentials" in refused.json()["detail"]
    assert exland.post(PATH, json={"document": many, "jurisdictions": ["XF"]}).status_code == 200
    assert exland.post(PATH, json={"document": BADGE}).status_code == 200


# Genuine and recognised -------------------------------------------------------------------------------------------


def test_a_genuine_badge_is_answered_as_its_description_is(exland: TestClient) -> None:
    report = report_of(ask(exland, SIGNED))
    described = {"credential": {"title": "Beekeeping", "issuer": {"name": "Apiary"}, "digital_formats": ["open_badge"],
                 "identifiers": [{"scheme": "open-badge", "value": "https://issuer.example/achievements/bees"}]},
                 **QUESTION, "genuineness": {"genuine": "passed"}}  # fmt: skip
    assert report == exland.post("/v1/recognition", json=described).json()
    assert report["outcomes"][0]["status"] == "conditional"
    assert "No list of issuers" in report["outcomes"][0]["warnings"][-1]
    plain = exland.post("/v1/recognition", json={**described, "genuineness": None}).json()
    assert plain["outcomes"][0]["status"] == "recognised"


def test_an_altered_badge_is_recognised_nowhere(exland: TestClient) -> None:
    told = ask(exland, {**SIGNED, "name": "Bee"})
    outcome = outcome_of(told)
    assert (told["verification"]["genuine"], outcome["status"]) == ("failed", "not_recognised")
    assert "the document is not what was signed" in outcome["statement"]
    assert "the document is not what was signed" in outcome["explanation"][-1]["text"]
    assert "credit" not in outcome


def test_an_expired_badge_says_so(exland: TestClient) -> None:
    outcome = outcome_of(ask(exland, signed({**BADGE, "validUntil": "2023-01-01T00:00:00Z"})))
    assert outcome["status"] == "not_recognised"
    assert "It was valid until 2023-01-01, not on 2023-06-01." in outcome["statement"]


def test_a_revoked_badge_says_so(connected: TestClient, world: World) -> None:
    status = {"id": world.address("/revoked"), "type": "1EdTechRevocationList"}
    badge = signed({**BADGE, "credentialStatus": status}, "eddsa-jcs-2022")
    world.publish("/revoked", {"id": status["id"], "issuer": did_key(ED25519), "revokedCredential": []})
    assert outcome_of(ask(connected, badge))["status"] == "conditional"
    world.publish("/revoked", {"id": status["id"], "revokedCredential": [{"id": badge["id"], "revoked": True}]})
    outcome = outcome_of(ask(connected, badge))
    assert outcome["status"] == "not_recognised"
    assert "status: It was revoked." in outcome["statement"]


@pytest.mark.parametrize(("document", "reason"), [(BADGE, "proof: It is not signed."), (ELSEWHERE, "key control: ")])
def test_what_cannot_be_checked_makes_a_yes_depend_on_the_issuer(
    exland: TestClient, monkeypatch: pytest.MonkeyPatch, document: Any, reason: str
) -> None:
    use(monkeypatch, exland, Documents(None))
    told = ask(exland, document)
    outcome = outcome_of(told)
    assert (told["verification"]["genuine"], outcome["status"]) == ("unknown", "conditional")
    assert outcome["conditions"][0]["text"].startswith("Have it confirmed with the issuer")
    assert reason in outcome["conditions"][0]["text"]
    assert outcome["credit"]["amount"] == "3"


def test_the_permalink_of_an_answer_gives_it_again(exland: TestClient) -> None:
    for document in (SIGNED, BADGE, {**SIGNED, "name": "Bee"}):
        report = report_of(ask(exland, document, language="fr", match_threshold=99))
        address = urlsplit(report["permalink"])
        assert exland.get(f"{address.path}?{address.query}").json() == report


# In questions and batches -----------------------------------------------------------------------------------------


def test_questions_and_batches_take_a_document_in_place_of_a_description(exland: TestClient) -> None:
    told = ask(exland, SIGNED)
    asked = {"credential": {"document": SIGNED}, **QUESTION}
    answer = exland.post("/v1/recognition", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    document = answer.json().pop("document")
    (credential,) = told["credentials"]
    assert document == {**told, "credentials": [{name: credential[name] for name in credential if name != "report"}]}
    assert {**answer.json(), "document": None} == {**credential["report"], "document": None}
    batch = exland.post("/v1/recognition/batch", json=[asked, {**asked, "credential": {"document": TOKEN}}]).json()
    assert batch["answers"][0]["report"] == answer.json()
    assert batch["answers"][1]["report"]["document"]["verification"]["genuine"] == "passed"
    lines = exland.post("/v1/recognition/batch", content=json.dumps(asked) + "\n" + json.dumps(
        {"credential": {"document": "no document"}}), headers={"Content-Type": "application/x-ndjson"})  # fmt: skip
    first, second = map(json.loads, lines.text.splitlines())
    assert first["report"] == answer.json()
    assert second["problem"]["type"] == "/problems/unopened-document"
    rows = exland.post("/v1/recognition/batch?answers=csv", json=[asked])
    assert ",conditional," in rows.text


def test_a_question_is_about_one_credential(exland: TestClient) -> None:
    both = {"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": [SIGNED, SIGNED]}
    answer = exland.post("/v1/recognition", json={"credential": {"document": both}, **QUESTION})
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/credential/document")
    assert "Found 2 credentials" in answer.json()["detail"]


def test_a_document_is_compared_with_a_description(exland: TestClient) -> None:
    credentials = [{"document": SIGNED}, {"title": "Beekeeping", "issuer": {"name": "Apiary"}}]
    compared = exland.post("/v1/recognition/compare", json={"credentials": credentials, **QUESTION})
    assert compared.status_code == 200, compared.text
    assert [answer["status"] for answer in compared.json()["rows"][0]["answers"]] == ["conditional", "recognised"]
    wrong = exland.post("/v1/recognition/compare", json={"credentials": [*credentials, {"document": "x"}], **QUESTION})
    assert (wrong.status_code, wrong.json()["pointer"]) == (422, "/credentials/2/document")


def test_who_verified_a_document_elsewhere_can_say_what_came_of_it(exland: TestClient) -> None:
    credential = {"id": "xf-beekeeping"}
    doubts = [{"step": "status", "reason": "It was revoked."}]
    revoked = {"credential": credential, **QUESTION, "genuineness": {"genuine": "failed", "doubts": doubts}}
    for _ in range(2):  # a way of asking that was learnt must not lose it
        batch = exland.post("/v1/recognition/batch", json=[revoked, {"credential": credential, **QUESTION}]).json()
        statuses = [answer["report"]["outcomes"][0]["status"] for answer in batch["answers"]]
        assert statuses == ["not_recognised", "recognised"]
    both = {**revoked, "credential": {"document": SIGNED}}
    assert exland.post("/v1/recognition", json=both).status_code == 422


# The match to the catalogue ---------------------------------------------------------------------------------------


def badge_of(title: str, issuer: str | None, **achievement: Any) -> dict[str, Any]:
    profile = {"id": did_key(ED25519), "type": ["Profile"], **({"name": issuer} if issuer else {})}
    described = {**BADGE["credentialSubject"]["achievement"], "name": title, **achievement}
    return signed({**BADGE, "issuer": profile, "credentialSubject": {
        **BADGE["credentialSubject"], "achievement": described}})  # fmt: skip


CTID = {"otherIdentifier": [{"type": ["IdentifierEntry"], "identifierType": "ctid", "identifier": "ce-0000"}]}


@pytest.mark.parametrize(
    ("title", "issuer", "more", "expected"),
    [
        ("Beekeeping", "Apiary Ltd", {}, (100, 100, 100, True)),
        ("Beekeeping", "Apiary", {}, (95, 100, 95, True)),
        ("Beekeeping, summer", "Apiary Ltd", {}, (95, 95, 100, True)),
        ("Bienenhaltung", "Apiary Ltd", CTID, (100, None, 100, True)),
        ("Bienenhaltung", None, CTID, (100, None, None, True)),
    ],
)
def test_a_match_tells_its_score_and_its_parts(
    exland: TestClient, title: str, issuer: str | None, more: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    (credential,) = ask(exland, badge_of(title, issuer, **more))["credentials"]
    match = credential["match"]
    parts = (match["score"], match.get("title_score"), match.get("issuer_score"), match["taken"])
    assert (match["id"], match["threshold"], parts) == ("xf-beekeeping", 92, expected)
    assert credential["report"]["credential"]["catalogue_id"] == "xf-beekeeping"
    assert match.get("identifier") == ("ce-0000" if more else None)


def test_an_identifier_of_another_issuer_is_told_and_not_taken(exland: TestClient) -> None:
    (credential,) = ask(exland, badge_of("Beekeeping", "Diploma Mill", **CTID))["credentials"]
    assert (credential["match"]["id"], credential["match"]["taken"]) == ("xf-beekeeping", False)
    assert credential["match"]["score"] < 92
    assert "catalogue_id" not in credential["report"]["credential"]
    assert credential["report"]["outcomes"][0]["status"] != "recognised"


def test_the_caller_sets_the_threshold(exland: TestClient) -> None:
    near = badge_of("Beekeping in Praxis", "Apiary Ltd")
    (credential,) = ask(exland, near)["credentials"]
    score = credential["match"]["score"]
    assert (60 < score < 92, credential["match"]["taken"]) == (True, False)
    assert "catalogue_id" not in credential["report"]["credential"]
    (credential,) = ask(exland, near, match_threshold=score)["credentials"]
    assert (credential["match"]["threshold"], credential["match"]["taken"]) == (score, True)
    assert credential["report"]["credential"]["catalogue_id"] == "xf-beekeeping"
    (credential,) = ask(exland, SIGNED, match_threshold=100)["credentials"]
    assert (credential["match"]["score"], credential["match"]["taken"]) == (95, False)
    (credential,) = ask(exland, near, match_threshold=0)["credentials"]
    assert (credential["match"]["threshold"], credential["match"]["taken"]) == (0, True)


def test_what_is_like_nothing_has_no_match(exland: TestClient) -> None:
    (credential,) = ask(exland, badge_of("Quantum Chemistry", "Apiary Ltd"))["credentials"]
    assert "match" not in credential


# What makes no sense ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "pointer", "reason"),
    [
        ({"json": {"document": SIGNED, "url": "https://a.example"}}, None, "a document, or the url of one"),
        ({"json": {"document": SIGNED, "jurisdictions": ["XQ"]}}, "/jurisdictions/0", "No jurisdiction 'XQ'"),
        ({"json": {"document": SIGNED, "x": 1}}, "/x", "no such key"),
        ({"json": {"document": SIGNED}, "params": QUERY}, "/as_of", "all of the question in the body"),
        ({"json": {"document": 5}}, "/document", "a valid dictionary"),
        ({"json": {"document": {}}}, None, "none that can be read"),
        ({"json": {"jurisdictions": ["XF"]}}, None, "none that can be read"),
        ({"content": b""}, "/document", "found nothing"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "/document", "broken JSON"),
        ({"content": PIXEL, "headers": {"Content-Type": "image/png"}}, "/document", "without a badge"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, None, "The form cannot be read"),
        ({"data": {"holder": "{"}, "files": {"file": b"x"}}, "/holder", "no JSON"),
        ({"data": {"url": "https://a.example"}, "files": {"file": b"x"}}, "/file", "a file and url"),
        ({"files": {"badge": b"x"}}, "/file", "under 'file'"),
        ({"files": [("file", b"x"), ("file", b"y")]}, None, "Too many files"),
        ({"data": {"purposes": "x"}, "files": {"file": TEXT.encode()}}, "/purposes/0", "credit_transfer"),
        ({"data": {"jurisdictions": "XF"}, "files": {"file": b""}}, None, "a document, or the url of one"),
    ],
)
def test_what_makes_no_sense_is_told(
    exland: TestClient, sent: dict[str, Any], pointer: str | None, reason: str
) -> None:
    response = exland.post(PATH, **sent)
    assert response.status_code == 422, response.text
    problem = response.json()
    assert reason in problem["detail"]
    assert problem.get("pointer") == pointer


def test_addresses_are_asked_as_strangers_ask(exland: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("http://a.example/b", "https://127.0.0.1/b", "file:///etc/passwd", "https://localhost/b"):
        response = exland.post(PATH, json={"url": address})
        assert (response.status_code, response.json()["pointer"]) == (422, "/url"), response.text
        assert address not in response.text
    use(monkeypatch, exland, Documents(None))
    assert "fetching is switched off" in exland.post(PATH, json={"url": "https://a.example"}).json()["detail"]


def test_documents_have_a_limit_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('limit')}/p.db"
    for client in client_for(url, EXLAND, max_document_bytes=20_000, max_body_bytes=2_000):
        response = client.post(PATH, params=QUERY, content=TEXT + " " * (20_000 - len(TEXT)))
        assert response.status_code == 200, response.text
        refused = client.post(PATH, content=TEXT + " " * 20_000)
        assert (refused.status_code, "20000 bytes" in refused.json()["detail"]) == (413, True)
        form = client.post(PATH, files={"file": b"x" * 20_000})
        assert (form.status_code, "20000 bytes" in form.json()["detail"]) == (413, True)
        assert client.post("/v1/recognition", json={"credential": {"title": "x" * 2_000}}).status_code == 413


def test_documents_changed_at_random_never_break_the_service(exland: TestClient) -> None:
    """MUTATIONS=5000 runs so many."""
    draw = random.Random(int(os.environ.get("SEED", "0")))
    statuses = set()
    for _ in range(int(os.environ.get("MUTATIONS", "40"))):
        document = draw.choice(mutations.DOCUMENTS)
        if draw.random() < 0.5:
            sent: dict[str, Any] = {"json": {"document": mutations.changed_json(document, draw), **QUESTION}}
        else:
            content = draw.choice([json.dumps(document).encode(), in_png(json.dumps(document)), in_zip(TEXT), in_svg(
                TEXT), mutations.TOKEN.encode()])  # fmt: skip
            changed = mutations.changed_bytes(content, draw)
            sent = draw.choice([{"files": {"file": changed}, "data": QUESTION}, {"content": changed, "params": QUERY}])
        response = exland.post(PATH, **sent)
        statuses.add(response.status_code)
        assert response.status_code in (200, 422), response.text
    assert statuses == {200, 422}
