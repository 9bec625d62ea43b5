"""Is it genuine? Every step has its own result, and what could not be checked is never called good."""

import base64
import copy
import json
import logging
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import import_key
from openvc.status import encode_bitstring

from app.documents.opening import Held, open_document
from app.documents.verification.asking import Asking, Fetch
from app.documents.verification.trust import TrustList, read_trust_list
from app.documents.verification.verifying import verify
from app.domain.errors import UnopenedDocument
from app.domain.verification import Step, Verification
from tests.documents.hosting import World
from tests.documents.issuing import (
    ED25519,
    OB3,
    P256,
    P384,
    SigningKey,
    a_badge,
    did_jwk,
    did_key,
    method_of,
    multikey,
    private,
    signed,
    token,
)  # fmt: skip

pytestmark = pytest.mark.anyio

TODAY = date(2026, 6, 1)
SUITES: dict[str, tuple[str, SigningKey]] = {
    "eddsa-rdfc-2022": ("eddsa-rdfc-2022", ED25519),
    "eddsa-jcs-2022": ("eddsa-jcs-2022", ED25519),
    "ecdsa-rdfc-2019 with P-256": ("ecdsa-rdfc-2019", P256),
    "ecdsa-rdfc-2019 with P-384": ("ecdsa-rdfc-2019", P384),
    "ecdsa-jcs-2019 with P-256": ("ecdsa-jcs-2019", P256),
    "ecdsa-jcs-2019 with P-384": ("ecdsa-jcs-2019", P384),
}


async def checked(
    given: Any, *, on: date = TODAY, fetch: Fetch | None = None, trust: Sequence[TrustList] = ()
) -> Verification:
    (held,) = [given] if isinstance(given, Held) else open_document(given)
    return await verify(held, on=on, asking=Asking(fetch), trust=trust)


def step(verification: Verification, name: str) -> Step:
    return next(step for step in verification.steps if step.name == name)


def results(verification: Verification) -> dict[str, str]:
    return {step.name: step.result for step in verification.steps}


def cid(name: str, key: SigningKey, *, method: str | None = None, **changes: Any) -> dict[str, Any]:
    """The document in which an issuer lists its key."""
    method = method or f"{name}#key-1"
    listed = {"id": method, "type": "Multikey", "controller": name, "publicKeyMultibase": multikey(key)}
    return {"id": name, "verificationMethod": [listed], "assertionMethod": [method], **changes}


# Proofs in the document


@pytest.mark.parametrize("name", SUITES)
async def test_a_badge_of_an_issuer_that_is_its_key_is_genuine(name: str) -> None:
    suite, key = SUITES[name]
    verification = await checked(signed(a_badge(did_key(key)), suite, key))
    assert verification.genuine == "passed", verification.reason
    assert results(verification) == {
        "form": "passed", "proof": "passed", "key_control": "passed", "validity": "passed", "status": "not_applicable",
        "trust": "could_not_be_checked",
    }  # fmt: skip
    assert verification.issuer == did_key(key)
    assert verification.fetched == ()


@pytest.mark.parametrize("name", SUITES)
async def test_a_badge_of_which_one_letter_was_changed_is_not(name: str) -> None:
    suite, key = SUITES[name]
    badge = signed(a_badge(did_key(key)), suite, key)
    badge["credentialSubject"]["achievement"]["name"] = "Beekeeqing"
    verification = await checked(badge)
    assert verification.genuine == "failed"
    assert (
        step(verification, "proof").reason == f"The {suite} proof does not hold: the document is not what was signed."
    )


async def test_keys_may_be_written_as_did_jwk() -> None:
    name = did_jwk(P256)
    badge = signed(a_badge(name), "ecdsa-rdfc-2019", P256, verificationMethod=f"{name}#0")
    assert (await checked(badge)).genuine == "passed"


async def test_a_good_proof_with_a_key_of_somebody_else_proves_nothing_of_the_issuer() -> None:
    verification = await checked(signed(a_badge(did_key(P256)), "eddsa-rdfc-2022", ED25519))
    assert results(verification)["proof"] == "passed"
    assert results(verification)["key_control"] == "failed"
    assert verification.genuine == "failed"


async def test_an_issuer_that_cannot_be_looked_up_is_neither_proven_nor_refuted() -> None:
    verification = await checked(signed(a_badge("urn:uuid:6f2e33e5-7a29-4155-840a-59483ba10164")))
    assert results(verification)["key_control"] == "could_not_be_checked"
    assert verification.genuine == "unknown"


async def test_a_proof_for_another_purpose_or_that_ran_out_fails() -> None:
    badge = signed(a_badge(), proofPurpose="authentication")
    assert step(await checked(badge), "proof").reason == (
        "Its proof was made for 'authentication', not as a statement (assertionMethod)."
    )
    short = signed(a_badge(), "eddsa-jcs-2022", expires="2026-06-01T00:00:00Z")
    assert step(await checked(short), "proof").reason == "Its proof ran out on 2026-06-01."
    assert (await checked(short, on=date(2026, 5, 31))).genuine == "passed"


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"verificationMethod": "z6Mk"}, "failed"),
        ({"verificationMethod": None}, "failed"),
        ({"verificationMethod": "did:example:issuer#z"}, "could_not_be_checked"),
        ({"verificationMethod": "did:key:zWrong#zWrong"}, "could_not_be_checked"),
        ({"proofValue": "z" + "1" * 5_000}, "failed"),
        ({"proofValue": 7}, "failed"),
        ({"proofValue": "m123"}, "failed"),
        ({"created": "yesterday"}, "failed"),
        ({"cryptosuite": "eddsa-2022"}, "could_not_be_checked"),
        ({"cryptosuite": ["eddsa-rdfc-2022"]}, "could_not_be_checked"),
        ({"cryptosuite": "ecdsa-rdfc-2019"}, "could_not_be_checked"),  # the key is none of its kind
        ({"type": "BbsBlsSignature2020"}, "could_not_be_checked"),
        ({"previousProof": "urn:uuid:1"}, "failed"),
    ],
)
async def test_a_proof_that_is_built_wrongly_or_of_an_unknown_kind_never_passes(
    changes: dict[str, Any], result: str
) -> None:
    badge = signed(a_badge())
    badge["proof"].update(changes)
    verification = await checked(badge)
    assert results(verification)["proof"] == result
    assert verification.genuine != "passed"


async def test_of_several_proofs_one_that_fails_fails_the_document() -> None:
    good, other = signed(a_badge()), signed(a_badge(), "ecdsa-jcs-2019", P256)
    both = {**good, "proof": [good["proof"], other["proof"]]}
    assert (await checked(both)).genuine == "passed"  # a witness besides the issuer
    unknown = {**good, "proof": [{"type": "SomeProof"}, good["proof"]]}
    verification = await checked(unknown)
    assert verification.genuine == "passed"
    assert "SomeProof" in step(verification, "proof").details[0]
    both["proof"][1]["proofValue"] = good["proof"]["proofValue"]
    assert (await checked(both)).genuine == "failed"


async def test_the_issuers_proof_must_be_the_one_that_holds() -> None:
    """A stranger adds a proof of their own to one of the issuer that cannot be checked."""
    badge = a_badge(did_key(P256))
    strangers = signed(badge, "eddsa-rdfc-2022", ED25519)["proof"]
    unchecked = {"type": "DataIntegrityProof", "cryptosuite": "new", "verificationMethod": method_of(P256)}
    verification = await checked({**badge, "proof": [unchecked, strangers]})
    assert verification.genuine == "failed"


async def test_an_unsigned_document_is_unknown() -> None:
    verification = await checked(a_badge())
    assert verification.genuine == "unknown"
    assert step(verification, "proof").reason == "It is not signed."


# What the signature of a graph does not cover


async def test_a_context_that_is_not_kept_here_is_named_and_not_fetched(world: World) -> None:
    badge = signed(a_badge())
    address = world.publish("/context", {"@context": {}})
    badge["@context"] = [*OB3, address]
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
    assert step(verification, "proof").reason == (
        f"The context {address!r} is none of those kept here, and none is fetched."
    )
    assert world.asked == []


@pytest.mark.parametrize(
    "change",
    [
        {"note": "added by the holder"},  # no context defines it, so no signature covers it
        {"https://schema.org/name": "x"},
        {"@included": [{"id": "urn:x:1", "type": "Profile"}]},
        {"image": {"id": "pictures/relative", "type": "Image"}},
        {"validFrom": [["2024-01-01T00:00:00Z"]]},
        {"validFrom": {"@value": "2024-01-01T00:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
        {"refreshService": [{"id": "https://issuer.example/badges/1", "validUntil": "2020-01-01T00:00:00Z"}]},
    ],
    ids=str,
)
async def test_what_the_signed_graph_does_not_say_is_found(change: dict[str, Any]) -> None:
    verification = await checked({**signed(a_badge()), **change})
    assert results(verification)["proof"] == "failed", step(verification, "proof").reason


async def test_an_end_cannot_be_hidden_where_nobody_reads_it() -> None:
    """The graph of a document is the same when a statement about it is moved; the signature holds all the same."""
    badge = signed(a_badge(validUntil="2025-01-01T00:00:00Z"))
    assert (await checked(badge)).genuine == "failed"
    moved = copy.deepcopy(badge)
    until = moved.pop("validUntil")
    subject = moved["credentialSubject"]
    for hidden in (
        {**moved, "https://www.w3.org/2018/credentials#validUntil": until},
        {**moved, "credentialSubject": {**subject, "source": {"id": badge["id"], "validUntil": until}}},
        {**moved, "@context": [*OB3, {"until": "https://www.w3.org/2018/credentials#validUntil"}], "until": until},
        {**moved, "@context": [*OB3, {"@vocab": "https://www.w3.org/2018/credentials#valid"}], "Until": until},
    ):
        verification = await checked(hidden)
        assert results(verification)["proof"] in ("failed", "could_not_be_checked")
        assert verification.genuine != "passed"


async def test_a_document_built_to_take_long_is_given_up() -> None:
    people = [{"id": f"_:b{n}", "type": "Profile", "parentOrg": [{"id": f"_:b{m}"} for m in range(9) if m != n]}
              for n in range(9)]  # fmt: skip
    badge = signed(a_badge())
    badge["credentialSubject"]["source"] = people
    many = signed(a_badge())
    many["credentialSubject"]["result"] = [{"type": "Result", "value": str(n)} for n in range(8_000)]
    for slow in (badge, many):
        started = time.perf_counter()
        verification = await checked(slow)
        assert results(verification)["proof"] == "could_not_be_checked"
        assert time.perf_counter() - started < 5


# Tokens


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
        world.publish("", {"id": issuer, "jwks_uri": well_known})
        world.publish("/", {"id": issuer, "jwks_uri": well_known})
        assert (
            await checked(token({"vc": badge}, private(ED25519), "EdDSA", kid="now"), fetch=fetch)
        ).genuine == "passed"


# Days


@pytest.mark.parametrize(
    ("changes", "on", "result"),
    [
        ({"validUntil": "2025-01-01T00:00:00Z"}, date(2024, 12, 31), "passed"),
        ({"validUntil": "2025-01-01T00:00:00Z"}, date(2025, 1, 1), "failed"),
        ({"validUntil": "2025-01-01T12:00:00Z"}, date(2025, 1, 1), "passed"),
        ({}, date(2024, 1, 1), "passed"),
        ({}, date(2023, 12, 31), "failed"),
        ({"validFrom": "2024-01-01T00:00:00+14:00"}, date(2023, 12, 31), "passed"),
    ],
)
async def test_a_document_is_in_force_in_its_own_days(changes: dict[str, Any], on: date, result: str) -> None:
    verification = await checked(signed(a_badge(**changes)), on=on)
    assert results(verification)["validity"] == result
    assert verification.genuine == result


# Revocation


def status(address: str, purpose: str = "revocation", index: Any = "23", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{address}#{index}", "type": "BitstringStatusListEntry", "statusPurpose": purpose,
        "statusListIndex": index, "statusListCredential": address, **changes,
    }  # fmt: skip


def status_list(address: str, *marked: int, issuer: str = did_key(ED25519), **changes: Any) -> dict[str, Any]:
    bits = bytearray(16_384)
    for index in marked:
        bits[index // 8] |= 0x80 >> index % 8
    subject = {"id": f"{address}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
               "encodedList": encode_bitstring(bytes(bits))}  # fmt: skip
    return {
        "@context": OB3[0], "id": address, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer, "validFrom": "2024-01-01T00:00:00Z", "credentialSubject": {**subject, **changes},
    }  # fmt: skip


async def status_of(world: World, listed: Any, entry: Any = None) -> tuple[Step, Verification]:
    address = world.publish("/status", listed)
    async with world.fetcher() as fetch:
        verification = await checked(signed(a_badge(credentialStatus=entry or status(address))), fetch=fetch)
    return step(verification, "status"), verification


async def test_a_credential_that_is_not_marked_is_genuine_and_one_that_is_marked_is_not(world: World) -> None:
    address = world.address("/status")
    found, verification = await status_of(world, signed(status_list(address, 22, 24)))
    assert (found.result, verification.genuine) == ("passed", "passed")
    assert [record.address for record in verification.fetched] == [address]
    found, verification = await status_of(world, signed(status_list(address, 23)))
    assert (found.result, found.reason, verification.genuine) == ("failed", "It was revoked.", "failed")
    found, _ = await status_of(
        world, signed(status_list(address, 23, statusPurpose="suspension")), status(address, "suspension")
    )
    assert (found.result, found.reason) == ("failed", "It is suspended at present.")
    found, _ = await status_of(
        world, signed(status_list(address)), [status(address, index=5), status(address, index=6)]
    )
    assert found.result == "passed"


async def test_a_list_may_be_a_token_and_of_the_older_kind(world: World) -> None:
    address = world.address("/status")
    listed = status_list(address, 23)
    listed["type"] = ["VerifiableCredential", "StatusList2021Credential"]
    listed["credentialSubject"]["encodedList"] = listed["credentialSubject"]["encodedList"].removeprefix("u")
    made = token({"vc": listed, "iss": did_key(ED25519)}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    entry = status(address, type="StatusList2021Entry")
    world.publish("/status", made.encode())
    badge = token({"vc": a_badge(credentialStatus=entry)}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    async with world.fetcher() as fetch:
        assert step(await checked(badge, fetch=fetch), "status").reason == "It was revoked."


async def test_a_list_that_is_not_proven_says_nothing(world: World) -> None:
    address = world.address("/status")
    good, marked = signed(status_list(address)), signed(status_list(address, 23))
    tampered = {**marked, "credentialSubject": good["credentialSubject"]}
    strangers = signed(status_list(address, issuer=did_key(P256)))
    unproven = {
        "changed": tampered,
        "unsigned": status_list(address),
        "signed with a key of somebody else": strangers,
        "run out": signed({**status_list(address), "validUntil": "2025-01-01T00:00:00Z"}),
        "for another purpose": signed(status_list(address, statusPurpose="suspension")),
        "of another address": signed(status_list(world.address("/other"))),
        "too short": signed(status_list(address, encodedList=encode_bitstring(b"\0"))),
        "broken": signed(status_list(address, encodedList="u123")),
        "a bomb": signed(status_list(address, encodedList=encode_bitstring(bytes(20_000_000)))),
        "no list": signed({**status_list(address), "type": ["VerifiableCredential"]}),
        "no credential": b"[]",
        "several": {"@context": OB3[0], "type": "VerifiablePresentation", "verifiableCredential": [good, good]},
    }
    for what, listed in unproven.items():
        found, verification = await status_of(world, listed)
        assert found.result == "could_not_be_checked", what
        assert "could not be checked" in found.reason
        assert verification.genuine == "unknown", what


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "OwnStatus2030"}, {"type": None}, {"statusListIndex": "-1"}, {"statusListIndex": "200000"},
        {"statusListIndex": "1.5"}, {"statusListIndex": True}, {"statusListCredential": None}, {"statusSize": 2},
        {"statusListCredential": "http://issuer.example/status"}, {"statusPurpose": None},
    ],
    ids=str,
)  # fmt: skip
async def test_a_status_that_cannot_be_read_is_not_called_good(world: World, changes: dict[str, Any]) -> None:
    address = world.publish("/status", signed(status_list(world.address("/status"))))
    entry = {name: value for name, value in {**status(address), **changes}.items() if value is not None}
    badge = signed(a_badge(credentialStatus=entry), "eddsa-jcs-2022")
    async with world.fetcher() as fetch:
        verification = await checked(badge, fetch=fetch)
    assert results(verification)["status"] == "could_not_be_checked"
    assert verification.genuine != "passed"


async def test_without_asking_nothing_is_known_of_a_revocation(world: World) -> None:
    badge = signed(a_badge(credentialStatus=status(world.address("/status"))))
    found = step(await checked(badge), "status")
    assert found.result == "could_not_be_checked"
    assert found.reason.endswith("was not had: fetching is switched off.")


async def test_the_revocation_list_of_1edtech_is_read(world: World) -> None:
    address = world.address("/revoked")
    badge = signed(a_badge(credentialStatus={"id": address, "type": "1EdTechRevocationList"}), "eddsa-jcs-2022")
    for content, result in (
        ({"id": address, "issuer": did_key(ED25519), "revokedCredentials": [{"id": badge["id"]}]}, "failed"),
        ({"id": address, "revokedCredentials": [{"id": badge["id"], "revoked": False}]}, "passed"),
        ({"id": address, "revokedCredential": []}, "passed"),
        ({"id": address, "issuer": "did:example:other", "revokedCredentials": []}, "could_not_be_checked"),
        ({"id": address}, "could_not_be_checked"),
        ([], "could_not_be_checked"),
    ):
        world.publish("/revoked", content)
        async with world.fetcher() as fetch:
            assert results(await checked(badge, fetch=fetch))["status"] == result, content


# Lists of issuers


LIST = {
    "title": "Schools", "publisher": "Ministry", "url": "https://ministry.example/schools", "read_on": "2026-05-01",
    "means": "May teach beekeeping.", "issuers": [{"id": did_key(ED25519), "name": "Apiary"}],
}  # fmt: skip


async def test_a_list_that_knows_the_issuer_is_told_with_what_that_means() -> None:
    lists = [read_trust_list(LIST, "schools.yaml")]
    verification = await checked(signed(a_badge()), trust=lists)
    assert step(verification, "trust").result == "passed"
    (detail,) = step(verification, "trust").details
    assert "kept by Ministry, read on 2026-05-01" in detail
    assert "May teach beekeeping." in detail
    unlisted = await checked(signed(a_badge(did_key(P256)), "ecdsa-jcs-2019", P256), trust=lists)
    assert step(unlisted, "trust").result == "could_not_be_checked"
    assert unlisted.genuine == "passed"
    pretended = await checked(signed(a_badge(), "ecdsa-jcs-2019", P256), trust=lists)
    assert step(pretended, "trust").result == "could_not_be_checked"
    assert pretended.genuine == "failed"


@pytest.mark.parametrize(
    "changes",
    [{"title": ""}, {"read_on": "May"}, {"issuers": "all"}, {"issuers": [{"id": "x", "name": "y"}]}, {"means": None}],
)
def test_a_list_without_its_source_and_day_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnopenedDocument):
        read_trust_list({**LIST, **changes}, "schools.yaml")


# People


async def test_nothing_of_a_document_is_logged_or_printed(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="app")
    caplog.set_level(logging.INFO)
    address = world.address("/status")
    badge = signed(a_badge(credentialStatus=status(address)))
    async with world.fetcher() as fetch:
        await checked(badge, fetch=fetch)
        badge["credentialSubject"]["achievement"]["name"] = "Changed"
        verification = await checked(badge, fetch=fetch)
    told = json.dumps([*map(str, verification.steps), *caplog.messages, *capfd.readouterr()])
    for personal in ("did:example:holder", "Beekeeping", "Changed", "Kept bees"):
        assert personal not in told
    assert not [record for record in caplog.records if record.name.startswith(("app", "openvc", "pyld"))]
