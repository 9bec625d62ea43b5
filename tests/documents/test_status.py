"""Was it revoked? A list that is not proven says nothing, neither good nor bad."""

from typing import Any

import pytest
from openvc.status import encode_bitstring

from app.domain.verification import Step, Verification
from tests.documents.checking import checked, results, step
from tests.documents.hosting import World
from tests.documents.issuing import (
    ED25519,
    OB3,
    P256,
    a_badge,
    did_key,
    method_of,
    private,
    signed,
    token,
)  # fmt: skip

pytestmark = pytest.mark.anyio


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
