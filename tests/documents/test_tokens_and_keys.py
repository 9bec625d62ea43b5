"""Signatures around a document, and keys that are looked up where an issuer lists them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc.jwk import import_key

from tests.documents.checking import checked, cid, results, step
from tests.documents.hosting import World
from tests.documents.issuing import (
    ED25519,
    P256,
    P384,
    SigningKey,
    a_badge,
    did_key,
    method_of,
    multikey,
    private,
    signed,
    token,
)  # fmt: skip

pytestmark = pytest.mark.anyio

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_KEY = import_key(RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "RSA")


@pytest.mark.parametrize("form", ["vc", "payload"])
@pytest.mark.parametrize(
    ("algorithm", "key"), [("EdDSA", ED25519), ("Ed25519", ED25519), ("ES256", P256), ("ES384", P384)]
)
async def test_a_token_signed_by_its_issuer_is_genuine(form: str, algorithm: str, key: SigningKey) -> None:
    badge = a_badge(did_key(key))
    claims = {"iss": did_key(key), "nbf": int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), "jti": badge["id"]}
    payload = {"vc": badge, **claims} if form == "vc" else {**badge, **claims}
    made = token(payload, private(key), algorithm, kid=method_of(key))
    assert (await checked(made)).genuine == "passed"
    head, body, signature = made.split(".")
    changed = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + "==").replace(b"Keeps", b"Sells")).decode()
    verification = await checked(f"{head}.{changed.rstrip('=')}.{signature}")
    assert step(verification, "proof").reason.endswith("the document is not what was signed.")
    assert verification.genuine == "failed"


async def test_a_token_that_brings_its_own_key_proves_nothing_of_an_issuer(world: World) -> None:
    issuer = world.address("/issuer")
    made = token({"vc": a_badge(issuer)}, RSA_KEY, "RS256", jwk=RSA_KEY.as_dict(private=False))
    verification = await checked(made)
    assert (results(verification)["proof"], verification.genuine) == ("passed", "unknown")
    async with world.fetcher() as fetch:
        world.publish("/issuer", {"id": issuer, "jwks": {"keys": [RSA_KEY.as_dict(private=False)]}})
        assert (await checked(made, fetch=fetch)).genuine == "passed"
        world.publish("/issuer", {"id": issuer, "jwks": {"keys": [P256.public_jwk()]}})
        verification = await checked(made, fetch=fetch)
    assert (results(verification)["key_control"], verification.genuine) == ("failed", "failed")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_signatures_that_anybody_can_make_fail(algorithm: str) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()
    made = token({"vc": a_badge()}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    verification = await checked(f"{header}.{made.split('.')[1]}.")
    assert (results(verification)["proof"], verification.genuine) == ("failed", "failed")


async def test_a_token_that_asks_for_what_is_not_understood_fails() -> None:
    made = token({"vc": a_badge()}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    _, body, signature = made.split(".")
    header = {"alg": "EdDSA", "kid": method_of(ED25519), "crit": ["exp"], "exp": 1}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    assert results(await checked(f"{head}.{body}.{signature}"))["proof"] == "failed"


async def test_a_token_with_a_key_of_another_kind_than_it_says_fails() -> None:
    made = token({"vc": a_badge(did_key(P256))}, private(ED25519), "EdDSA", kid=method_of(P256))
    assert results(await checked(made))["proof"] == "failed"


@pytest.mark.parametrize(
    "claims", [{"iss": "did:example:other"}, {"jti": "urn:x:1"}, {"sub": "did:example:x"}, {"nbf": 5}, {"exp": True}]
)
async def test_a_token_must_not_say_something_else_than_the_credential_in_it(claims: dict[str, Any]) -> None:
    made = token({"vc": a_badge(), **claims}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    verification = await checked(made)
    assert (results(verification)["form"], verification.genuine) == ("failed", "failed")


# Keys that are looked up


async def test_the_key_of_a_did_web_is_asked_for_and_the_question_is_told(world: World) -> None:
    issuer = world.did_web("schools", "bees")
    address = world.publish("/schools/bees/did.json", cid(issuer, ED25519))
    badge = signed(a_badge(issuer), verificationMethod=f"{issuer}#key-1")
    assert (await checked(badge)).genuine == "unknown"
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
    assert verification.genuine == "passed"
    assert [(record.address, record.status) for record in verification.fetched] == [(address, 200)]


@pytest.mark.parametrize(
    ("changes", "control"),
    [
        ({"id": "did:web:other.example"}, "could_not_be_checked"),  # a document of somebody else
        ({"assertionMethod": []}, "could_not_be_checked"),  # no key for statements
        ({"verificationMethod": []}, "could_not_be_checked"),
        ({"verificationMethod": "none"}, "could_not_be_checked"),
    ],
)
async def test_a_did_web_that_does_not_list_the_key_is_no_proof(
    world: World, changes: dict[str, Any], control: str
) -> None:
    issuer = world.did_web()
    world.publish("/.well-known/did.json", {**cid(issuer, ED25519), **changes})
    badge = signed(a_badge(issuer), verificationMethod=f"{issuer}#key-1")
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
    assert results(verification)["key_control"] == control
    assert verification.genuine != "passed"


async def test_a_key_that_the_issuer_has_replaced_fails(world: World) -> None:
    issuer = world.did_web()
    world.publish("/.well-known/did.json", cid(issuer, P256, method=f"{issuer}#key-2"))
    badge = signed(a_badge(issuer), verificationMethod=f"{issuer}#{multikey(ED25519)}")
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
    assert (results(verification)["proof"], results(verification)["key_control"]) == ("passed", "failed")


async def test_an_issuer_with_a_web_address_lists_its_key_there(world: World) -> None:
    issuer = world.address("/issuer")
    badge = signed(a_badge(issuer), verificationMethod=f"{issuer}#{multikey(ED25519)}")
    async with world.fetcher() as fetch:
        world.publish("/issuer", b"<html>Welcome</html>")
        verification = await checked(badge, fetch=fetch)
        assert (verification.genuine, results(verification)["key_control"]) == ("unknown", "could_not_be_checked")
        world.publish("/issuer", cid(issuer, ED25519, method=f"{issuer}#{multikey(ED25519)}"))
        assert (await checked(badge, fetch=fetch)).genuine == "passed"


async def test_tokens_name_keys_of_a_set(world: World) -> None:
    issuer = world.address("")
    keys = {"keys": [{**P256.public_jwk(), "kid": "old"}, {**ED25519.public_jwk(), "kid": "now"}]}
    well_known = world.publish("/.well-known/jwks.json", keys)
    elsewhere = world.publish("/students/me/jwks.json", keys)
    badge = a_badge(issuer)
    async with world.fetcher() as fetch:
        made = token({"vc": badge}, private(ED25519), "EdDSA", kid=f"{well_known}#now")
        assert (await checked(made, fetch=fetch)).genuine == "passed"
        assert (await checked(token({"vc": badge}, private(ED25519), "EdDSA", kid=f"{well_known}#old"),
                              fetch=fetch)).genuine == "failed"  # fmt: skip
        made = token({"vc": badge}, private(ED25519), "EdDSA", kid=f"{elsewhere}#now")
        verification = await checked(made, fetch=fetch)
        assert (results(verification)["proof"], verification.genuine) == ("passed", "unknown")  # others may write there
        page = world.address("/students/me")
        below = world.publish("/students/me/.well-known/jwks.json", keys)
        made = token({"vc": a_badge(page)}, private(ED25519), "EdDSA", kid=f"{below}#now")
        assert (await checked(made, fetch=fetch)).genuine == "unknown"  # no place that stands for the host
        world.publish("", {"id": issuer, "jwks_uri": well_known})
        world.publish("/", {"id": issuer, "jwks_uri": well_known})
        assert (
            await checked(token({"vc": badge}, private(ED25519), "EdDSA", kid="now"), fetch=fetch)
        ).genuine == "passed"


async def test_a_key_document_that_another_host_answers_is_not_the_issuers(world: World) -> None:
    """Many sites redirect to wherever a visitor asks; a forger could make such an address the issuer."""
    issuer = world.address("/leave?to=other")
    badge = signed(a_badge(issuer), verificationMethod=f"{issuer}#{multikey(ED25519)}")
    listed = cid(issuer, ED25519, method=f"{issuer}#{multikey(ED25519)}")
    elsewhere = world.publish("/keys", listed, host="other.example")
    world.publish("/leave?to=other", b"", status=302, Location=elsewhere)
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
        assert verification.genuine == "unknown"
        assert "another host answered in its place" in verification.reason
        (record,) = verification.fetched
        assert record.redirected_to == elsewhere
        world.publish("/moved", listed)
        world.publish("/leave?to=other", b"", status=302, Location="/moved")
        assert (await checked(badge, fetch=fetch)).genuine == "passed"


def a_seal(content: Any, **header: Any) -> dict[str, Any]:
    """Sealed JSON as European Digital Credentials are, with a certificate made for it."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Apiary")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(RSA.public_key())
        .serial_number(1).not_valid_before(day).not_valid_after(day + timedelta(days=365)).sign(RSA, SHA256())
    )  # fmt: skip
    chain = [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()]
    protected = {"alg": "RS256", "x5c": chain, "b64": False, "crit": ["b64", "sigT"], "sigT": "2026-01-02T00:00:00Z"}
    head = base64.urlsafe_b64encode(json.dumps({**protected, **header}).encode()).rstrip(b"=").decode()
    payload = json.dumps(content)
    signature = RSA.sign(f"{head}.{payload}".encode(), PKCS1v15(), SHA256())
    encoded = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return {"payload": payload, "signatures": [{"protected": head, "signature": encoded}]}


async def test_a_seal_that_holds_leaves_open_whose_it_is() -> None:
    verification = await checked(a_seal(a_badge("urn:epass:org:1")))
    assert (results(verification)["proof"], verification.genuine) == ("passed", "unknown")
    assert step(verification, "key_control").reason == (
        "Whether the certificate is a qualified one of the issuer is not assessed; it says of itself: O=Apiary, "
        "valid 2026-01-01 to 2027-01-01."
    )


@pytest.mark.parametrize(
    ("header", "result"),
    [
        ({"crit": ["b64", "own"], "own": 1}, "failed"),  # asks for what is not understood
        ({"sigD": {}}, "could_not_be_checked"),
        ({"x5c": []}, "could_not_be_checked"),
        ({"x5c": ["AAAA"]}, "could_not_be_checked"),
        ({"alg": "ES256"}, "could_not_be_checked"),  # the certificate has a key of another kind
        ({"alg": "none"}, "failed"),
    ],
    ids=str,
)
async def test_a_seal_of_another_build_never_passes(header: dict[str, Any], result: str) -> None:
    assert results(await checked(a_seal(a_badge(), **header)))["proof"] == result


async def test_a_seal_over_another_text_fails() -> None:
    seal = a_seal(a_badge())
    seal["payload"] = seal["payload"].replace("Keeps", "Sells")
    assert results(await checked(seal))["proof"] == "failed"
    seal = a_seal(a_badge())
    seal["signatures"].append({**seal["signatures"][0], "signature": "AAAA"})
    assert results(await checked(seal))["proof"] == "failed"
