"""Signed documents of other projects: what is expected of each, and what comes of it.

``python -m tests.documents.third_party`` prints a table: as expected, not as expected, or not checked and why.
Nothing is fetched, so whose key it is and what was revoked stays open for most; what is expected is one step of each.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.documents.opening import Held, open_document
from app.documents.verification.asking import Asking
from app.documents.verification.contexts import Contexts, installed_contexts
from app.documents.verification.verifying import verify
from app.domain.errors import UnopenedDocument
from app.domain.verification import Verification
from tests.vectors import VECTORS

DAY = date(2026, 11, 28)

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
CONTEXTS = Contexts(
    {
        **installed_contexts().documents,
        EXAMPLES: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
    }
)
"""The installed contexts, and the one of the examples of W3C, which stands for every word."""

OB30 = "1edtech-validator/inspector-vc/src/test/resources/ob30"
CLR20 = "1edtech-validator/inspector-clr/src/test/resources/clr20"
EDDSA = "w3c-vc-di-eddsa/TestVectors"
EDC = "edc/edci-data-model/src/test/resources/jsonld"
ELM = "elm/Credentials/JSON-LD Examples (ELM v3)"

Expected = tuple[str, str, str]
"""A step, its result, and a part of its reason."""

FIRST = "credential 1 of the record"
"""Where one stands in a learner record; what is said of it is told behind the file and a colon."""

HOLDS: Expected = ("proof", "passed", " holds")
BROKEN: Expected = ("proof", "failed", "not what was signed")


def _form(place: str) -> Expected:
    return "form", "failed", place


def _open(reason: str) -> Expected:
    return "proof", "could_not_be_checked", reason


EXPECTED: dict[str, Expected] = {
    f"{EDDSA}/Ed25519Signature2020/signedEdSig.json": HOLDS,
    f"{EDDSA}/eddsa-jcs-2022/signedJCS.json": HOLDS,
    f"{EDDSA}/eddsa-rdfc-2022/signedDataInt.json": HOLDS,
    f"{EDDSA}/proof-set-chain/signedProofChain1.json": HOLDS,
    f"{EDDSA}/proof-set-chain/signedProofChain2.json": HOLDS,
    f"{EDDSA}/proof-set-chain/signedProofSet1.json": HOLDS,
    f"{EDDSA}/proof-set-chain/signedProofSet2.json": HOLDS,
    f"{OB30}/complete.json": HOLDS,
    f"{OB30}/credential-status-revoked.json": HOLDS,
    f"{OB30}/endorsement-valid.json": HOLDS,
    f"{OB30}/simple-context-alias.json": HOLDS,
    f"{OB30}/simple-context-version.json": HOLDS,
    f"{OB30}/simple-did-key-method.json": HOLDS,
    f"{OB30}/simple-did-web-method.json": HOLDS,
    f"{OB30}/simple-json.png": HOLDS,
    f"{OB30}/simple-json.svg": HOLDS,
    f"{OB30}/simple-jwt.png": HOLDS,
    f"{OB30}/simple-jwt.svg": HOLDS,
    f"{OB30}/simple-jwt_v1.png": HOLDS,
    f"{OB30}/simple-jwt_v1.svg": HOLDS,
    f"{OB30}/simple-multiple-proofs.json": HOLDS,
    f"{OB30}/simple.1ob": HOLDS,
    f"{OB30}/simple.json": HOLDS,
    f"{OB30}/bit-string-list/credential-status-revoked-blank-nodes.json": HOLDS,
    f"{OB30}/bit-string-list/credential-status-revoked.json": HOLDS,
    f"{OB30}/bit-string-list/testlist": HOLDS,
    f"{CLR20}/simple.json": HOLDS,
    f"{CLR20}/simple.json: {FIRST}": HOLDS,
    f"{CLR20}/simple.jwt": HOLDS,
    f"{CLR20}/simple.jwt: {FIRST}": HOLDS,
    f"{EDC}/credential-signed.jsonld": HOLDS,
    f"{EDC}/signed_credential.jsonld": HOLDS,
    f"{ELM}/Sample-CertOfPart-signed.jsonld": HOLDS,
    f"{ELM}/Sample-MC-Annex1-signed.jsonld": HOLDS,
    f"{OB30}/simple-noproof.json": _open("It is not signed"),
    f"{CLR20}/simple-noproof.json": _open("It is not signed"),
    f"{EDC}/credential_shouldValidate.jsonld": ("form", "passed", ""),
    f"{EDC}/cred1.jsonld": ("form", "passed", ""),
    f"{EDC}/regularCred.jsonld": ("form", "passed", ""),
    f"{ELM}/Sample-CertOfPart-unsigned.jsonld": ("form", "passed", ""),
    f"{ELM}/Sample-CertOfPart-unsigned-uploadable.json": ("form", "passed", ""),
    f"{ELM}/Sample-MC-Annex1-unsigned.jsonld": ("form", "passed", ""),
    f"{ELM}/Sample-MC-Annex1-unsigned-uploadable.json": ("form", "passed", ""),
    f"{OB30}/simple-err-context.json": _form("/@context"),
    f"{OB30}/simple-err-credential-subject-achievement-result-description-type.json": _form("InvalidResultDescription"),
    f"{OB30}/simple-err-credential-subject-identifier-type.json": _form("InvalidIdentityObject"),
    f"{OB30}/simple-err-credential-subject-profile-type.json": _form("InvalidProfile"),
    f"{OB30}/simple-err-credential-subject-result-type.json": _form("InvalidResult"),
    f"{OB30}/simple-err-credential-subject-type.json": _form("/credentialSubject is not of the type"),
    f"{OB30}/simple-err-evidence-type.json": _form("InvalidEvidence"),
    f"{OB30}/simple-err-expired.json": ("validity", "failed", "It was valid until 2010-01-01"),
    f"{OB30}/simple-err-issued.json": ("validity", "failed", "It is valid from 2040-01-01"),
    f"{OB30}/simple-err-issuer-otheridentifier-type.json": _form("InvalidIdentifierEntry"),
    f"{OB30}/simple-err-issuer-parentorg-type.json": _form("InvalidProfile"),
    f"{OB30}/simple-err-issuer-type.json": _form("InvalidProfile"),
    f"{OB30}/simple-err-issuer.json": _form("/issuer names nobody"),
    f"{OB30}/simple-err-proof-method-no-scheme.json": ("proof", "failed", "verificationMethod"),
    f"{OB30}/simple-err-proof-method-unknown-did-method.json": _open("'did:example'"),
    f"{OB30}/simple-err-proof-method-unknown-scheme.json": _open("'xxx'"),
    f"{OB30}/simple-err-proof-method.json": _open("could not be looked up"),
    f"{OB30}/simple-err-proof-value.json": BROKEN,
    f"{OB30}/simple-err-type.json": _form("/type names none of"),
}
"""What the names of the files, and the tests that they come from, say of each document."""

NOT_CHECKED: dict[str, str] = {
    f"{EDDSA}/eddsa-rdfc-2022/employ/signedDataInt.json": "its context (citizenship) is in no installed package",
    f"{OB30}/simple_v1.json": "signed with an older content of a context whose address stayed the same",
    f"{OB30}/endorsement-err-schema-status-refresh.json": "the same; and its fault lies in schemas that are fetched",
    f"{OB30}/complete_v1.json": "its key would have to be fetched",
    f"{OB30}/simple-eddsa-2022.json": "a draft of a suite (eddsa-2022) that was withdrawn",
    f"{OB30}/sd/derivedcredential.json": "selective disclosure (ecdsa-sd-2023) is not checked",
    f"{OB30}/simple.jwt": "names no key; and lacks the achievement that the final text asks for",
    f"{OB30}/velocity.jwt": "a DID method (velocity) that is not looked up",
    f"{CLR20}/complex.json": "its context (CLR 2.0 without a version) is in no installed package",
    f"{CLR20}/simple_v1.json": "its context (CLR 2.0 without a version) is in no installed package",
    f"{CLR20}/simple_old_safesigned.json": "its context (a draft of CLR 2.0) is in no installed package",
    **{
        f"{CLR20}/{name}: credential {n} of the record": "signed with an older content of its context"
        for name, many in (
            ("complex.json", 6),
            ("simple_v1.json", 6),
            ("simple_old_safesigned.json", 1),
            ("simple-noproof.json", 1),
        )
        for n in range(1, many + 1)
    },
    f"{EDC}/cred_noLegalName_shouldFail.jsonld": "its fault is one of SHACL shapes, which are not applied",
    f"{EDC}/test-data-json.jsonld": "unsigned, and nothing is said of it",
    f"{EDC}/credNoType.jsonld": "unsigned, and its fault is one of SHACL shapes",
    f"{EDC}/cred2_1context.jsonld": "unsigned, and nothing is said of it",
    f"{EDC}/credFlatten.jsonld": "a graph, not a credential",
    f"{EDC}/Sample.jsonld": "a graph, not a credential",
    f"{EDC}/ams-json-ld.jsonld": "a graph, not a credential",
    f"{EDC}/acc.json": "an accreditation, not a credential",
    f"{EDC}/frame.jsonld": "a frame, not a credential",
}
"""Documents of which nothing can be said, and why."""


@dataclass(frozen=True)
class Outcome:
    """What came of one document."""

    name: str
    as_expected: bool | None
    told: str


def files() -> Iterator[str]:
    """Every file of the folders that could be a document handed in, as paths from the folder of test data."""
    for folder, pattern in ((EDDSA, "**/signed*.json"), (OB30, "**/*"), (CLR20, "*"), (EDC, "*"), (ELM, "Sample*")):
        for path in sorted((VECTORS / folder).glob(pattern)):
            if path.is_file():
                yield str(path.relative_to(VECTORS))


def names() -> Iterator[str]:
    """Every file, and after it the credentials in it when it is a learner record."""
    for file in files():
        yield file
        if file.startswith(CLR20):
            yield from (f"{file}: {held.where}" for held in opened(file) if held.record is not None)


def opened(file: str) -> tuple[Held, ...]:
    """What is in a file."""
    return open_document((VECTORS / file).read_bytes())


async def check(content: bytes | str | dict[str, Any]) -> dict[str, Verification]:
    """What is known of each credential in a document, by where it stands, without asking anybody."""
    found: list[tuple[Held, Verification]] = []
    for held in open_document(content):
        record = next((verification for other, verification in found if other is held.record), None)
        verification = await verify(held, on=DAY, asking=Asking(None), contexts=CONTEXTS, record=record)
        found.append((held, verification))
    return {held.where: verification for held, verification in found}


async def outcome(name: str) -> Outcome:
    """What came of a document, against what is expected of it."""
    file, _, where = name.partition(": ")
    try:
        verification = (await check((VECTORS / file).read_bytes()))[where or "the document"]
    except UnopenedDocument as fault:
        return Outcome(name, False, str(fault))
    if name in NOT_CHECKED:
        passed = verification.genuine == "passed"
        return Outcome(name, False if passed else None, f"{verification.genuine}: {NOT_CHECKED[name]}")
    step_name, result, reason = EXPECTED.get(name, ("proof", "expected", "nothing is said of this document"))
    step = next(step for step in verification.steps if step.name == step_name)
    told = " ".join((step.reason, *step.details))
    return Outcome(name, step.result == result and reason in told, f"{step_name} {step.result}: {step.reason}")


def first_letter_changed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one letter of what it says changed."""
    changed: dict[str, Any] = json.loads(json.dumps(document))
    for name in ("description", "name"):
        if name in changed:
            changed[name] = chr(ord(changed[name][0]) + 1) + changed[name][1:]
            return changed
    raise AssertionError("a document has a name")


def main() -> int:
    """Print the table; 1 when something is not as expected."""
    found = [asyncio.run(outcome(name)) for name in names()]
    words = {True: "as expected", False: "NOT AS EXPECTED", None: "not checked"}
    for one in found:
        print(f"{words[one.as_expected]:16} {Path(one.name).name:75} {one.told[:140]}")  # noqa: T201
    for result, word in words.items():
        print(f"{sum(one.as_expected is result for one in found):4} {word}")  # noqa: T201
    return any(one.as_expected is False for one in found)


if __name__ == "__main__":
    sys.exit(main())
