"""Learner records (CLR 2.0): who publishes a record, and who issued what stands in it, are two questions."""

import copy
from datetime import date
from typing import Any

import pytest

from app.documents.opening import MAX_CREDENTIALS, open_document
from app.documents.verification.trust import read_trust_list
from app.domain.errors import UnopenedDocument
from app.domain.verification import Verification, genuineness_of
from tests.documents.checking import each_checked, results, step
from tests.documents.hosting import World
from tests.documents.issuing import ED25519, P256, P384, a_badge, a_record, did_key, method_of, private, signed, token

pytestmark = pytest.mark.anyio

COLLEGE, COMPANY, CLUB = did_key(ED25519), did_key(P256), did_key(P384)
"""The college publishes the records, and issues credentials too."""

GRAPH, TEXT = "eddsa-rdfc-2022", "eddsa-jcs-2022"
"""Suites that sign what a document says as a graph, or as it is written."""

FIRST, SECOND, THIRD = (f"credential {n} of the record" for n in (1, 2, 3))


def a_course(name: str = "Bees", issuer: str = COLLEGE, **changes: Any) -> dict[str, Any]:
    """A credential that carries no proof."""
    badge = a_badge(issuer, id=f"https://issuer.example/badges/{name}", name=name, **changes)
    achievement = badge["credentialSubject"]["achievement"]
    achievement |= {"name": name, "id": f"https://issuer.example/achievements/{name}"}
    return badge


def by_company(name: str = "Wasps", **changes: Any) -> dict[str, Any]:
    """A credential of another issuer than the publisher of the record, signed by it."""
    return signed(a_course(name, COMPANY, **changes), "ecdsa-rdfc-2019", P256)


def as_token(credential: dict[str, Any]) -> str:
    return token({**credential, "iss": COMPANY}, private(P256), "ES256", kid=method_of(P256))


def inside(record: dict[str, Any]) -> list[Any]:
    found: list[Any] = record["credentialSubject"]["verifiableCredential"]
    return found


def genuine(found: dict[str, Verification]) -> dict[str, str]:
    return {where: verification.genuine for where, verification in found.items()}


# Signed by their own issuers


@pytest.mark.parametrize("suite", [GRAPH, TEXT])
async def test_a_credential_with_a_proof_of_its_own_is_verified_like_one_that_is_handed_in_alone(suite: str) -> None:
    badge = by_company()
    found = await each_checked(signed(a_record(badge), suite))
    assert genuine(found) == {"the document": "passed", FIRST: "passed"}
    assert {FIRST: found[FIRST]} == {FIRST: (await each_checked(badge))["the document"]}
    assert found[FIRST].issuer == COMPANY


FORMS: dict[str, Any] = {
    "embedded, its text signed": signed(a_course("Wasps", COMPANY), "ecdsa-jcs-2019", P256),
    "a token": as_token(a_course("Wasps", COMPANY)),
    "a token in an envelope": {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{as_token(a_course('Wasps', COMPANY))}",
    },
}


@pytest.mark.parametrize("form", FORMS)
async def test_it_may_be_signed_in_any_form(form: str) -> None:
    found = await each_checked(signed(a_record(a_course(), FORMS[form]), TEXT))
    assert genuine(found) == {"the document": "passed", FIRST: "passed", SECOND: "passed"}
    assert found[SECOND].issuer == COMPANY


async def test_one_that_was_altered_before_the_record_was_signed_fails_alone() -> None:
    """The publisher signs what the company never wrote: the record holds, and that credential does not."""
    altered = by_company()
    altered["credentialSubject"]["achievement"]["name"] = "Hornets"
    found = await each_checked(signed(a_record(a_course(), altered, by_company("Ants")), TEXT))
    assert genuine(found) == {"the document": "passed", FIRST: "passed", SECOND: "failed", THIRD: "passed"}
    assert step(found[SECOND], "proof").reason == (
        "The ecdsa-rdfc-2019 proof does not hold: the document is not what was signed."
    )


@pytest.mark.parametrize("suite", [GRAPH, TEXT])
async def test_one_that_was_altered_afterwards_takes_the_record_and_what_rests_on_it_with_it(suite: str) -> None:
    record = signed(a_record(a_course(), by_company(), by_company("Ants")), suite)
    inside(record)[1]["credentialSubject"]["achievement"]["name"] = "Hornets"
    found = await each_checked(record)
    assert genuine(found) == {"the document": "failed", FIRST: "failed", SECOND: "failed", THIRD: "passed"}
    assert step(found[FIRST], "proof").reason == (
        f"Of the record that holds it: The {suite} proof does not hold: the document is not what was signed."
    )


async def test_a_strangers_key_says_nothing_of_the_issuer_inside_a_record_either() -> None:
    forged = signed(a_course("Wasps", COMPANY), GRAPH, ED25519)
    found = await each_checked(signed(a_record(forged)))
    assert results(found[FIRST])["proof"] == "passed"
    assert results(found[FIRST])["key_control"] == "failed"
    assert genuine(found) == {"the document": "passed", FIRST: "failed"}


async def test_its_own_days_and_revocation_are_judged(world: World) -> None:
    status = {"id": world.address("/revoked"), "type": "1EdTechRevocationList"}
    revoked = signed(a_course("Wasps", COMPANY, credentialStatus=status), "ecdsa-jcs-2019", P256)
    expired = by_company("Ants", validUntil="2025-01-01T00:00:00Z")
    world.publish("/revoked", {"id": status["id"], "issuer": COMPANY, "revokedCredential": [{"id": revoked["id"]}]})
    async with world.fetcher() as fetch:
        found = await each_checked(signed(a_record(revoked, expired, by_company("Moths")), TEXT), fetch=fetch)
    assert genuine(found) == {"the document": "passed", FIRST: "failed", SECOND: "failed", THIRD: "passed"}
    assert found[FIRST].reason == "It was revoked."
    assert found[SECOND].reason == "It was valid until 2025-01-01, not on 2026-06-01."


async def test_its_own_contexts_count_and_one_that_is_not_kept_here_leaves_the_others_alone() -> None:
    strange = by_company()
    strange["@context"] = [*strange["@context"], "https://company.example/context"]
    found = await each_checked(signed(a_record(a_course(), strange, by_company("Ants")), TEXT))
    assert genuine(found) == {"the document": "passed", FIRST: "passed", SECOND: "unknown", THIRD: "passed"}
    assert "https://company.example/context" in step(found[SECOND], "proof").reason


async def test_a_proof_of_its_own_needs_none_of_the_record() -> None:
    found = await each_checked(a_record(by_company(), a_course()))
    assert genuine(found) == {"the document": "unknown", FIRST: "passed", SECOND: "unknown"}
    assert step(found[SECOND], "proof").reason == "Of the record that holds it: It is not signed."


# Without a proof of their own


@pytest.mark.parametrize("suite", [GRAPH, TEXT])
async def test_one_of_another_issuer_is_vouched_for_by_the_publisher_only(suite: str) -> None:
    found = await each_checked(signed(a_record(a_course("Wasps", COMPANY)), suite))
    assert genuine(found) == {"the document": "passed", FIRST: "unknown"}
    assert step(found[FIRST], "proof").reason == (
        "It is not established by its issuer, who did not sign it; it is vouched for by the publisher of the record "
        f"only, {COLLEGE}."
    )
    assert [doubt.step for doubt in genuineness_of(found[FIRST]).doubts] == ["proof", "key_control"]


async def test_one_of_another_issuer_in_a_record_that_is_not_signed_is_vouched_for_by_nobody() -> None:
    found = await each_checked(a_record(a_course("Wasps", COMPANY)))
    assert step(found[FIRST], "proof").reason == (
        "It is not established by its issuer, who did not sign it; that the publisher of the record vouches for it is "
        "not established either."
    )


async def test_a_list_that_names_its_issuer_does_not_help_one_that_its_issuer_did_not_sign() -> None:
    schools = read_trust_list(
        {"title": "Firms", "publisher": "Chamber", "url": "https://chamber.example/firms", "read_on": "2026-05-01",
         "means": "May teach.", "issuers": [{"id": COMPANY, "name": "Company"}]}, "firms.yaml"
    )  # fmt: skip
    found = await each_checked(signed(a_record(a_course("Wasps", COMPANY), by_company("Ants"))), trust=[schools])
    assert [results(found[where])["trust"] for where in (FIRST, SECOND)] == ["could_not_be_checked", "passed"]
    assert not genuineness_of(found[FIRST]).issuer_known


@pytest.mark.parametrize("suite", [GRAPH, TEXT])
async def test_one_of_the_publisher_is_covered_by_the_proof_of_the_record(suite: str) -> None:
    found = await each_checked(signed(a_record(a_course()), suite))
    assert genuine(found) == {"the document": "passed", FIRST: "passed"}
    assert step(found[FIRST], "proof").reason == (
        f"It is covered by the proof of the record that holds it, which is of the same issuer: The {suite} proof holds."
    )
    assert step(found[FIRST], "key_control").reason == (
        f"Of the record that holds it: The key is one that {COLLEGE} lists."
    )


RECORDS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "the record ran out": (
        {"validUntil": "2025-01-01T00:00:00Z"}, {}, "failed",
        "Of the record that holds it: It was valid until 2025-01-01, not on 2026-06-01.",
    ),
    "the credential ran out": (
        {}, {"validUntil": "2025-01-01T00:00:00Z"}, "failed", "It was valid until 2025-01-01, not on 2026-06-01.",
    ),
    "the record is built wrongly": (
        {"validFrom": None}, {}, "failed",
        "Of the record that holds it: It is not built as its kind asks: /validFrom is missing.",
    ),
    "the credential is built wrongly": (
        {}, {"validFrom": None}, "failed", "It is not built as its kind asks: /validFrom is missing.",
    ),
    "whether the record was revoked is not known": (
        {"credentialStatus": {"id": "https://issuer.example/r", "type": "1EdTechRevocationList"}}, {}, "unknown",
        "Of the record that holds it: Whether it was revoked could not be checked: https://issuer.example/r was not "
        "had: fetching is switched off.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RECORDS)
async def test_one_without_a_proof_is_never_better_than_its_record(case: str) -> None:
    of_record, of_credential, result, reason = RECORDS[case]
    found = await each_checked(signed(a_record(a_course(**of_credential), by_company(), **of_record), TEXT))
    assert (found[FIRST].genuine, found[FIRST].reason) == (result, reason)
    assert found[SECOND].genuine == "passed"


async def test_a_record_of_a_false_publisher_covers_nothing() -> None:
    """Somebody writes the college's name on a record of their own."""
    found = await each_checked(signed(a_record(a_course(), a_course("Wasps", COMPANY)), GRAPH, P384))
    assert genuine(found) == dict.fromkeys(("the document", FIRST, SECOND), "failed")
    token_of = token({**a_record(a_course()), "iss": COLLEGE}, private(P384), "ES384", kid=method_of(P384))
    assert genuine(await each_checked(token_of)) == {"the document": "failed", FIRST: "failed"}


async def test_a_record_may_be_a_token() -> None:
    record = a_record(a_course(), a_course("Wasps", COMPANY), as_token(a_course("Ants", COMPANY)))
    whole = token({**record, "iss": COLLEGE}, private(ED25519), "EdDSA", kid=method_of(ED25519))
    found = await each_checked(whole)
    assert genuine(found) == {"the document": "passed", FIRST: "passed", SECOND: "unknown", THIRD: "passed"}


async def test_a_record_within_a_record_hands_on_what_it_rests_on() -> None:
    within = a_record(a_course(), issuer=COLLEGE, id="https://issuer.example/records/2")
    other = a_record(a_course(), issuer=COMPANY, id="https://issuer.example/records/3")
    found = await each_checked(signed(a_record(within, other), TEXT))
    assert genuine(found) == {
        "the document": "passed",
        FIRST: "passed",
        f"{FIRST}, {FIRST}": "passed",
        SECOND: "unknown",
        f"{SECOND}, {FIRST}": "unknown",
    }


async def test_a_presentation_vouches_for_nothing_and_hands_on_records() -> None:
    """Its holder signs a presentation: that says nothing of who issued what is in it."""
    held = [a_course(), signed(a_record(a_course(), by_company()), TEXT)]
    presentation = {"type": "VerifiablePresentation", "verifiableCredential": held}
    found = await each_checked(token({"vp": presentation, "iss": COLLEGE}, private(ED25519), "EdDSA"))
    one, two = "credential 1 of the presentation", "credential 2 of the presentation"
    assert genuine(found) == {one: "unknown", two: "passed", f"{two}, {FIRST}": "passed", f"{two}, {SECOND}": "passed"}
    assert step(found[one], "proof").reason == "It is not signed."


# What the signature of a graph does not tell


def swapped(record: dict[str, Any]) -> dict[str, Any]:
    """The record with what its first two credentials were given for changed round."""
    changed = copy.deepcopy(record)
    one, other = (credential["credentialSubject"] for credential in inside(changed)[:2])
    one["achievement"], other["achievement"] = other["achievement"], one["achievement"]
    return changed


DIFFERENT: dict[str, dict[str, Any]] = {
    "one ran out": {"validUntil": "2025-01-01T00:00:00Z"},
    "one was awarded later": {"awardedDate": "2025-01-01T00:00:00Z"},
    "one can be revoked": {
        "credentialStatus": {
            "id": "https://issuer.example/s#1",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "https://issuer.example/s",
        }
    },
    "one is of another issuer": {"issuer": COMPANY},
}


@pytest.mark.parametrize("case", DIFFERENT)
async def test_credentials_that_could_be_changed_round_under_the_signature_are_not_told_apart_by_it(case: str) -> None:
    """A graph says of the holder that they achieved both, and not which credential says which."""
    record = signed(a_record(a_course("Moths", **DIFFERENT[case]), a_course()), GRAPH)
    for given in (record, swapped(record)):
        found = await each_checked(given)
        assert found["the document"].genuine == "passed"
        assert found[SECOND].genuine == "unknown"
        assert step(found[SECOND], "proof").reason == (
            "It is not signed by itself, and the proof of the record that holds it does not tell which of the "
            "credentials in it says what of their common subject."
        )
    written = signed(a_record(a_course("Moths", **DIFFERENT[case]), a_course()), TEXT)
    assert (await each_checked(written))[SECOND].genuine == "passed"
    assert set(genuine(await each_checked(swapped(written))).values()) == {"failed"}


async def test_a_credential_that_its_issuer_signed_cannot_lend_what_it_says_to_another() -> None:
    record = signed(a_record(by_company("Moths"), a_course()), GRAPH)
    moved = copy.deepcopy(record)
    taken = inside(moved)[0]["credentialSubject"].pop("achievement")
    own = inside(moved)[1]["credentialSubject"]
    inside(moved)[1]["credentialSubject"] = [own, {**own, "achievement": taken}]
    for given in (record, moved):
        found = await each_checked(given)
        assert found["the document"].genuine == "passed"
        assert found[SECOND].genuine == "unknown"


async def test_credentials_alike_in_issuer_and_days_or_about_unnamed_subjects_are_told_apart() -> None:
    alike = signed(a_record(a_course("Moths"), a_course()), GRAPH)
    assert set(genuine(await each_checked(alike)).values()) == {"passed"}
    unnamed = [a_course("Moths", validUntil="2025-01-01T00:00:00Z"), a_course()]
    for one in unnamed:
        del one["credentialSubject"]["id"]
    record = signed(a_record(*unnamed), GRAPH)
    assert genuine(await each_checked(record)) == {"the document": "passed", FIRST: "failed", SECOND: "passed"}
    assert set(genuine(await each_checked(swapped(record))).values()) == {"failed"}


async def test_an_end_cannot_be_moved_out_of_a_credential_in_a_record() -> None:
    """The credential is named in a second place, so an end stated there is the same statement."""
    course, other = a_course(validUntil="2025-01-01T00:00:00Z"), a_course("Moths")
    other["credentialSubject"]["source"] = {"id": course["id"]}
    record = signed(a_record(course, other), GRAPH)
    assert (await each_checked(record))[FIRST].genuine == "failed"
    until = course.pop("validUntil")
    other["credentialSubject"]["source"] |= {"type": "VerifiableCredential", "validUntil": until}
    found = await each_checked({**a_record(course, other), "proof": record["proof"]})
    assert found["the document"].genuine == "passed"
    assert found[FIRST].genuine == "unknown"


async def test_an_achievement_that_the_record_describes_in_another_way_is_not_told_apart() -> None:
    """Of two figures for one achievement the holder could leave the better one where it is read."""
    course, other = a_course(), copy.deepcopy(a_course()["credentialSubject"]["achievement"])
    record = a_record(course)
    record["credentialSubject"]["achievement"] = [other]
    assert (await each_checked(signed(record, GRAPH)))[FIRST].genuine == "passed"
    other["creditsAvailable"] = 5
    assert (await each_checked(signed(record, GRAPH)))[FIRST].genuine == "unknown"
    assert (await each_checked(signed(record, TEXT)))[FIRST].genuine == "passed"


# What is in a record besides


async def test_one_that_cannot_be_opened_is_told_alone() -> None:
    found = await each_checked(signed(a_record(a_course(), f"{as_token(a_course())}~x~", 7), TEXT))
    assert genuine(found) == {"the document": "passed", FIRST: "passed", SECOND: "unknown", THIRD: "unknown"}
    assert found[SECOND].reason.startswith(f"{SECOND}: found a token with selective disclosure")
    assert found[THIRD].reason.startswith(f"{THIRD}: found a number")


async def test_endorsements_are_told_as_not_looked_at() -> None:
    endorsement = signed(a_course("Praise", CLUB), "ecdsa-jcs-2019", P384)
    course = a_course()
    course["credentialSubject"]["achievement"]["endorsement"] = [endorsement]
    course["endorsementJwt"] = [as_token(a_course())]
    found = await each_checked(a_record(course, by_company(), endorsement=[endorsement]))
    told = {where: step(verification, "proof").details for where, verification in found.items()}
    assert told == {
        "the document": ("Endorsements or other signed parts in it, 1 in all, were not looked at.",),
        FIRST: ("Endorsements or other signed parts in it, 2 in all, were not looked at.",),
        SECOND: (),
    }


async def test_the_credentials_of_a_record_share_their_questions(world: World) -> None:
    issuer = world.did_web()
    badges = [signed(a_course(f"b{n}", issuer), verificationMethod=f"{issuer}#key-1") for n in range(3)]
    async with world.fetcher() as fetch:
        await each_checked(a_record(*badges), fetch=fetch)
    assert len(world.asked) == 1


async def test_the_day_asked_about_counts_for_all() -> None:
    record = signed(a_record(a_course(), by_company()))
    assert set(genuine(await each_checked(record, on=date(2023, 1, 1))).values()) == {"failed"}


def test_a_record_holds_as_many_as_a_presentation() -> None:
    badge = a_course()
    assert len(open_document(a_record(*[badge] * MAX_CREDENTIALS))) == MAX_CREDENTIALS + 1
    many = a_record(*[badge] * (MAX_CREDENTIALS + 1))
    presentation = {"type": "VerifiablePresentation", "verifiableCredential": [a_record(badge)] * MAX_CREDENTIALS}
    assert len(open_document(presentation)) == 2 * MAX_CREDENTIALS
    presentation["verifiableCredential"] = [a_record(badge, badge)] * 26
    within: Any = badge
    for _ in range(15):
        within = a_record(within)
    assert [held.is_record for held in open_document(within)] == [True] * 15 + [False]
    empty = {"type": "VerifiablePresentation", "verifiableCredential": [a_record()] * (MAX_CREDENTIALS + 1)}
    for refused in (many, presentation, empty):
        with pytest.raises(UnopenedDocument, match="more than 50 credentials"):
            open_document(refused)
