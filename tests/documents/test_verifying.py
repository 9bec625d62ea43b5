"""Is it genuine? Every step has its own result, and what could not be checked is never called good."""

import copy
import json
import logging
import time
from datetime import date
from typing import Any

import pytest

from app.documents.verification.trust import read_trust_list
from app.domain.errors import UnopenedDocument
from tests.documents.checking import checked, results, step
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
    signed,
)  # fmt: skip

pytestmark = pytest.mark.anyio

SUITES: dict[str, tuple[str, SigningKey]] = {
    "eddsa-rdfc-2022": ("eddsa-rdfc-2022", ED25519),
    "eddsa-jcs-2022": ("eddsa-jcs-2022", ED25519),
    "ecdsa-rdfc-2019 with P-256": ("ecdsa-rdfc-2019", P256),
    "ecdsa-rdfc-2019 with P-384": ("ecdsa-rdfc-2019", P384),
    "ecdsa-jcs-2019 with P-256": ("ecdsa-jcs-2019", P256),
    "ecdsa-jcs-2019 with P-384": ("ecdsa-jcs-2019", P384),
}


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


@pytest.mark.parametrize("holder", [{"id": "did:example:holder"}, {}], ids=["named", "unnamed"])
async def test_an_end_cannot_be_moved_to_where_the_badge_names_itself(holder: dict[str, str]) -> None:
    """The badge names itself as the place of its renewal, so an end stated there is the same statement."""
    here = a_badge()["id"]
    subject = {name: value for name, value in a_badge()["credentialSubject"].items() if name != "id"}
    subject = {**holder, **subject, "source": {"id": here}}
    badge = signed(a_badge(validUntil="2025-01-01T00:00:00Z", credentialSubject=subject))
    assert step(await checked(badge), "proof").result == "passed"
    until = badge.pop("validUntil")
    badge["credentialSubject"]["source"] = {"id": here, "type": "VerifiableCredential", "validUntil": until}
    verification = await checked(badge)
    assert step(verification, "proof").reason == "It describes itself in a second place, where nobody would read it."
    assert verification.genuine == "failed"


async def test_a_result_cannot_be_hidden_where_nobody_reads_it() -> None:
    result = [{"type": ["Result"], "value": "Failed"}]
    badge = a_badge()
    badge["credentialSubject"]["result"] = result
    made = signed(badge)
    assert (await checked(made)).genuine == "passed"
    moved = copy.deepcopy(made)
    del moved["credentialSubject"]["result"]
    moved["credentialSubject"]["source"] = {"id": "did:example:holder", "type": "AchievementSubject", "result": result}
    assert (await checked(moved)).genuine == "failed"
    made["credentialSubject"]["source"] = {"id": "did:example:holder", "type": ["AchievementSubject"], "result": result}
    del made["credentialSubject"]["result"]
    resigned = signed({name: value for name, value in made.items() if name != "proof"})
    assert step(await checked(resigned), "proof").reason == (
        "Its subject is described in a second place, where nobody would read it."
    )


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
    caplog.set_level(logging.DEBUG)
    address = world.address("/status/of/the/holder")
    entry = {"id": address, "type": "1EdTechRevocationList"}
    badge = signed(a_badge(credentialStatus=entry), "eddsa-jcs-2022")
    async with world.fetcher() as fetch:
        await checked(badge, fetch=fetch)
        badge["credentialSubject"]["achievement"]["name"] = "Changed"
        verification = await checked(badge, fetch=fetch)
    assert len(world.asked) == 2
    others = ("asyncio", "aiosqlite")  # a database that another test had opened may be closed meanwhile
    assert not [record for record in caplog.records if record.name not in others]
    told = json.dumps([*map(str, verification.steps), *capfd.readouterr()])
    for personal in ("did:example:holder", "Beekeeping", "Changed", "Kept bees"):
        assert personal not in told
