"""A report as a verifiable credential of ours: whoever is shown one can check who said it, when, and that all of it is
still as it was said.
"""

import base64
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from fastapi.testclient import TestClient
from pyld import jsonld

from app.documents.signed_reports import CONTEXT_PATH, WORDS
from app.documents.verification.contexts import installed_contexts
from app.services.documents import Documents
from app.settings import BadSettings, Settings, read_settings
from tests.api.test_documents import PATH, QUESTION, SIGNED, use
from tests.api.test_documents_privacy import DOCUMENTS, is_silent
from tests.conftest import EXLAND, client_for
from tests.documents.hosting import World

VC = {"Accept": "application/vc+jwt"}
BEES = {"credential": {"title": "Beekeeping", "issuer": {"name": "Apiary Ltd"}}, "jurisdictions": ["XF"],
        "as_of": "2023-06-01"}  # fmt: skip
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


JWK = {"kty": "OKP", "crv": "Ed25519", "d": base64url(KEY.private_bytes_raw()),
       "x": base64url(KEY.public_key().public_bytes_raw())}  # fmt: skip


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "signing.pem"
    path.write_bytes(PEM)
    path.chmod(stat.S_IRUSR)
    return path


@pytest.fixture(scope="module")
def by_key(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Iterator[TestClient]:
    """A service that signs under the name of its key."""
    folder = tmp_path_factory.mktemp("by-key")
    yield from client_for(
        f"sqlite:///{folder}/p.db", EXLAND, public_url="https://recognition.example", signing_key=key_file,
        signing_did="key",
    )  # fmt: skip


@pytest.fixture(scope="module")
def by_web(tmp_path_factory: pytest.TempPathFactory, key_file: Path, https_server: World) -> Iterator[TestClient]:
    """A service that signs under the name of its address, which is one of the invented world."""
    folder = tmp_path_factory.mktemp("by-web")
    address = https_server.publish("/", b"").rstrip("/")
    yield from client_for(f"sqlite:///{folder}/p.db", EXLAND, public_url=address, signing_key=key_file)


def signed(client: TestClient, body: dict[str, Any] = BEES) -> str:
    response = client.post("/v1/recognition", json=body, headers=VC)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/vc+jwt"
    assert (response.headers["cache-control"], "etag" in response.headers) == ("no-store", False)
    return response.text


def payload_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


def verification(client: TestClient, token: str) -> dict[str, Any]:
    response = client.post(PATH, json={"document": token, "jurisdictions": ["XF"]})
    assert response.status_code == 200, response.text
    (told,) = response.json()["documents"]
    return dict(told["verification"])


def results(told: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["result"] for step in told["steps"]}


def test_it_says_what_was_answered_when_and_by_whom(by_key: TestClient) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    told = payload_of(signed(by_key))
    report = by_key.post("/v1/recognition", json=BEES).json()
    answer = told["credentialSubject"]["recognition"]
    assert answer["report"] == report
    assert (answer["asOf"], answer["release"]) == ("2023-06-01", report["release"]["number"])
    assert told["credentialSubject"]["id"] == "https://recognition.example/v1/credentials/xf-beekeeping"
    assert told["id"] == report["permalink"]
    assert told["issuer"].startswith("did:key:z6Mk")
    assert timedelta() <= datetime.fromisoformat(told["validFrom"]) - before <= timedelta(seconds=30)
    assert "validUntil" not in told
    assert "Nothing here says that anybody holds it" in told["description"]


def test_our_own_verification_finds_it_genuine(by_key: TestClient) -> None:
    told = verification(by_key, signed(by_key))
    assert told["genuine"] == "passed", told
    assert results(told) == {
        "form": "passed", "proof": "passed", "key_control": "passed", "validity": "passed", "status": "not_applicable",
        "trust": "could_not_be_checked",
    }  # fmt: skip


def test_a_key_under_the_name_of_an_address_is_found_there(
    by_web: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = by_web.get("/.well-known/did.json")
    assert document.headers["content-type"] == "application/ld+json"
    assert '"d"' not in document.text
    assert by_web.get("/did.json").content == document.content
    token = signed(by_web)
    use(monkeypatch, by_web, Documents(world.fetcher()))
    assert verification(by_web, token)["genuine"] == "unknown"  # nothing is published there yet
    world.publish("/.well-known/did.json", document.content)
    use(monkeypatch, by_web, Documents(world.fetcher()))
    assert verification(by_web, token)["genuine"] == "passed"


@pytest.mark.parametrize("is_named", [True, False])
def test_what_a_former_key_signed_can_be_checked_while_that_key_is_named(
    by_web: TestClient, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    token, address = signed(by_web), world.publish("/", b"").rstrip("/")
    former, newer = tmp_path / "former.pem", tmp_path / "newer.pem"
    former.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    newer.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    keys = {"signing_key": newer, "signing_former_keys": [former] if is_named else []}
    for client in client_for(f"sqlite:///{tmp_path}/p.db", EXLAND, public_url=address, **keys):
        world.publish("/.well-known/did.json", client.get("/.well-known/did.json").content)
        use(monkeypatch, client, Documents(world.fetcher()))
        assert verification(client, signed(client))["genuine"] == "passed"
        assert (verification(client, token)["genuine"] == "passed") is is_named


def test_one_byte_changed_anywhere_fails(by_key: TestClient) -> None:
    head, payload, signature = signed(by_key).split(".")
    said = json.dumps(payload_of(f"{head}.{payload}.{signature}"), ensure_ascii=False).replace("XF", "XG", 1)
    for changed in (f"{head}.{base64url(said.encode())}.{signature}", f"{head}.{payload}.{_other(signature)}"):
        told = verification(by_key, changed)
        assert (told["genuine"], results(told)["proof"]) == ("failed", "failed")


def _other(text: str) -> str:
    return text[:10] + ("A" if text[10] != "A" else "B") + text[11:]


def test_another_library_verifies_it_with_the_published_key(by_web: TestClient) -> None:
    token = signed(by_web)
    (method,) = by_web.get("/.well-known/did.json").json()["verificationMethod"]
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"], header["cty"], header["kid"]) == ("EdDSA", "vc+jwt", "vc", method["id"])
    key = jwt.PyJWK(method["publicKeyJwk"], "EdDSA")
    assert jwt.decode(token, key, algorithms=["EdDSA"]) == payload_of(token)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{token[:-20]}{_other(token[-20:])}", key, algorithms=["EdDSA"])


def test_every_word_in_it_is_defined_in_the_contexts_that_it_names(by_key: TestClient) -> None:
    told = payload_of(signed(by_key))
    kept = installed_contexts()
    response = by_key.get(CONTEXT_PATH)
    assert response.headers["content-type"] == "application/ld+json"
    ours = f"https://recognition.example{CONTEXT_PATH}"

    def load(address: str, options: object = None) -> dict[str, Any]:
        if address == ours:
            return {"contextUrl": None, "documentUrl": address, "document": response.json()}
        return kept(address)

    assert told["@context"] == ["https://www.w3.org/ns/credentials/v2", ours]
    (node,) = jsonld.expand(told, {"documentLoader": load})
    (subject,) = node["https://www.w3.org/2018/credentials#credentialSubject"]
    assert subject["@type"] == [f"{ours}#AskedCredential"]
    ((answer,),) = [subject[f"{ours}#recognition"]]
    assert answer[f"{ours}#asOf"] == [{"@type": "http://www.w3.org/2001/XMLSchema#date", "@value": "2023-06-01"}]
    (literal,) = answer[f"{ours}#report"]
    assert literal == {"@type": "@json", "@value": told["credentialSubject"]["recognition"]["report"]}
    back = jsonld.compact(node, told["@context"], {"documentLoader": load})
    assert back == told  # what is not defined would have been lost on the way
    assert set(response.json()["words"]) == set(WORDS)


def test_a_report_on_a_document_says_nothing_of_the_document_or_its_holder(by_key: TestClient) -> None:
    question = {"jurisdictions": ["XF"], "as_of": "2023-06-01"}
    for response in (
        by_key.post(PATH, json={"document": SIGNED, **question}, headers=VC),
        by_key.post("/v1/recognition", json={"credential": {"document": SIGNED}, **question}, headers=VC),
    ):
        assert response.status_code == 200, response.text
        report = payload_of(response.text)["credentialSubject"]["recognition"]["report"]
        assert "document" not in report
        assert verification(by_key, response.text)["genuine"] == "passed"
    told = by_key.post(PATH, json={"document": DOCUMENTS["open_badge"], **question}, headers=VC)
    is_silent(json.dumps(payload_of(told.text), ensure_ascii=False))


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/recognition", {**BEES, "holder": {"final_score": "80"}}, "/holder"),
        (PATH, {"document": SIGNED, **QUESTION, "holder": {"final_score": "80"}}, "/holder"),
        (PATH, {"document": {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
                             "verifiableCredential": [SIGNED, SIGNED]}, "jurisdictions": ["XF"]}, "/document"),
    ],
)  # fmt: skip
def test_nothing_is_signed_of_a_holder_or_of_several_at_once(
    by_key: TestClient, path: str, body: dict[str, Any], pointer: str
) -> None:
    response = by_key.post(f"{path}?format=vc", json=body)
    assert (response.status_code, response.json()["pointer"]) == (422, pointer), response.text


def test_without_a_key_nothing_is_signed_and_the_problem_says_what_is_missing(exland: TestClient) -> None:
    for response in (
        exland.post("/v1/recognition?format=vc", json=BEES),
        exland.post("/v1/recognition", json=BEES, headers=VC),
        exland.get("/v1/credentials/xf-beekeeping/recognition", headers=VC),
        exland.get("/.well-known/did.json"),
    ):
        assert (response.status_code, response.json()["type"]) == (406, "/problems/not-configured")
        assert "SIGNING_KEY" in response.json()["detail"]
    liked = exland.post("/v1/recognition", json=BEES, headers={"Accept": "application/vc+jwt, application/json;q=0.5"})
    assert liked.headers["content-type"] == "application/json"


def test_a_service_that_signs_by_its_key_alone_publishes_none(by_key: TestClient) -> None:
    assert by_key.get("/.well-known/did.json").status_code == 406


# Settings -----------------------------------------------------------------------------------------------------------


def test_a_key_may_be_a_jwk_or_pem(tmp_path: Path, key_file: Path) -> None:
    jwk = tmp_path / "key.jwk"
    jwk.write_text(json.dumps(JWK))
    methods = set()
    for path in (jwk, key_file):
        signer = Settings(signing_key=path, public_url="https://recognition.example/api").signer()
        assert signer is not None
        methods.add(signer.method)
        assert signer.did == "did:web:recognition.example:api"
        assert JWK["d"] not in repr(signer)
    assert len(methods) == 1


@pytest.mark.parametrize(
    ("content", "others", "expected"),
    [
        (json.dumps({**JWK, "d": None}), {}, "a private Ed25519 key"),
        (json.dumps({name: JWK[name] for name in ("kty", "crv", "x")}), {}, "a private Ed25519 key"),
        (json.dumps({**JWK, "crv": "X25519"}), {}, "a private Ed25519 key"),
        ("nonsense", {}, "a private Ed25519 key"),
        (PEM.decode()[:60], {}, "a private Ed25519 key"),
        (None, {}, "a private Ed25519 key"),
        (PEM.decode(), {"PUBLIC_URL": ""}, "PUBLIC_URL to be set"),
        (PEM.decode(), {"PUBLIC_URL": "http://recognition.example"}, "PUBLIC_URL to begin with https://"),
        (PEM.decode(), {"SIGNING_FORMER_KEYS": '["nowhere.pem"]'}, "SIGNING_FORMER_KEYS: found 'nowhere.pem'"),
        (PEM.decode(), {"SIGNING_DID": "ion"}, "SIGNING_DID: found 'ion'"),
    ],
)
def test_a_bad_key_stops_the_start_and_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, others: dict[str, str], expected: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    for name, value in {"SIGNING_KEY": str(path), "PUBLIC_URL": "https://recognition.example", **others}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as told:
        read_settings()
    assert expected in str(told.value)
    for secret in (JWK["d"], PEM.decode().splitlines()[1]):
        assert secret not in str(told.value)
