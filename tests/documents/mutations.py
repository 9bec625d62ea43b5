"""Documents changed at random: whatever comes, a fault of ours or a result, and never a good proof for another content.

``python -m tests.documents.mutations 50000`` runs that many; the tests run a few. A second number is the seed, and
``records`` behind that takes learner records only.
"""

import asyncio
import copy
import io
import json
import random
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from openbadgeslib import baking

from app.documents.opening import Held, open_document
from app.documents.verification.asking import Asking
from app.documents.verification.canonical import canonical_graph
from app.documents.verification.contexts import installed_contexts
from app.documents.verification.data_integrity import SUITES
from app.documents.verification.verifying import verify
from app.domain.errors import UnopenedDocument
from app.domain.verification import Fetched, FetchRecord, Verification
from tests.documents.issuing import (
    ED25519,
    OB3,
    P256,
    P384,
    a_badge,
    a_record,
    did_key,
    method_of,
    private,
    signed,
    token,
)

DAY = date(2026, 6, 1)
STATUS = {
    "id": "https://issuer.example/s#1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
    "statusListIndex": "1", "statusListCredential": "https://issuer.example/s",
}  # fmt: skip
BADGE = a_badge(validUntil="2027-01-01T00:00:00Z", credentialStatus=STATUS)


def _for(key: Any) -> dict[str, Any]:
    return {**BADGE, "issuer": {**BADGE["issuer"], "id": did_key(key)}}


DOCUMENTS: list[Any] = [
    signed(BADGE),
    signed(_for(P256), "ecdsa-rdfc-2019", P256),
    signed(_for(P384), "ecdsa-rdfc-2019", P384),
    signed(BADGE, "eddsa-jcs-2022"),
    signed(_for(P256), "ecdsa-jcs-2019", P256),
]
TOKEN = token(
    {"vc": BADGE, "iss": did_key(ED25519), "jti": BADGE["id"]}, private(ED25519), "EdDSA", kid=method_of(ED25519)
)


def _course(name: str, issuer: str = did_key(ED25519), **changes: Any) -> dict[str, Any]:
    badge = a_badge(issuer, id=f"https://issuer.example/badges/{name}", name=name, **changes)
    badge["credentialSubject"]["achievement"] |= {"name": name, "id": f"https://issuer.example/achievements/{name}"}
    return badge


INSIDE: list[Any] = [
    _course("Bees"),
    _course("Wasps", did_key(P256)),
    _course("Moths", validUntil="2027-01-01T00:00:00Z"),
    signed(_course("Ants", did_key(P256)), "ecdsa-rdfc-2019", P256),
    signed(_course("Mites", did_key(P384)), "ecdsa-jcs-2019", P384),
    token({**_course("Flies", did_key(P256)), "iss": did_key(P256)}, private(P256), "ES256", kid=method_of(P256)),
]
"""Credentials in a learner record: some of its publisher and some of others, some with a proof and some without."""
UNNAMED = {**_course("Gnats"), "credentialSubject": {**_course("Gnats")["credentialSubject"]}}
del UNNAMED["credentialSubject"]["id"]
RECORDS: list[Any] = [
    signed(a_record(*INSIDE), "eddsa-jcs-2022"),
    signed(a_record(*INSIDE[:5])),
    signed(a_record(INSIDE[0], INSIDE[3])),
    signed(a_record(INSIDE[0], UNNAMED)),
    token({**a_record(*INSIDE), "iss": did_key(ED25519)}, private(ED25519), "EdDSA", kid=method_of(ED25519)),
]


def _originals() -> list[Mapping[str, Any]]:
    held = [held for document in (*DOCUMENTS, TOKEN, *RECORDS) for held in open_document(document)]
    return [{name: value for name, value in one.content.items() if name != "proof"} for one in held]


ORIGINALS = _originals()

WORDS = [
    "@id", "@type", "@graph", "@included", "@reverse", "@value", "@context", "@index", "@list", "id", "type", "proof",
    "issuer", "validFrom", "validUntil", "expirationDate", "credentialStatus", "statusListIndex", "verificationMethod",
    "proofValue", "cryptosuite", "previousProof", "vc", "payload", "signatures", "verifiableCredential", "", "x",
    "https://www.w3.org/2018/credentials#validUntil", "cred:validUntil", "name", "evidence", "termsOfUse",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, "", "x", "z", "z6Mk", "https://a.example", "did:web:a.example", "did:key:z",
    "did:jwk:e30", "data:,x", "urn:x", "_:b0", "2030-01-01T00:00:00Z", "@type", [], [[]], {}, [{}], {"id": "x"},
    {"@value": "x"}, "VerifiablePresentation", "EnvelopedVerifiableCredential", "Ed25519Signature2020", *SUITES, *WORDS,
]  # fmt: skip


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every place in a document: what holds it, and under which key."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        found.append((value, key))
        if isinstance(inner, dict | list):
            _places(inner, found)
    return found


def changed_json(document: Any, draw: random.Random) -> Any:
    """A document with one to four changes in its JSON."""
    document = copy.deepcopy(document)
    for _ in range(draw.randint(1, 4)):
        places = _places(document, [])
        if not places:
            return document
        holder, key = draw.choice(places)
        other_holder, other_key = draw.choice(places)
        match draw.randrange(8):
            case 0:
                del holder[key]
            case 1:
                holder[key] = copy.deepcopy(draw.choice(VALUES))
            case 2:
                holder[key] = [holder[key]]
            case 3:
                holder[key] = copy.deepcopy(other_holder[other_key])
            case 7:
                holder[key], other_holder[other_key] = copy.deepcopy((other_holder[other_key], holder[key]))
            case 4 if isinstance(holder, dict):
                holder[draw.choice(WORDS)] = holder.pop(key)
            case 5 if isinstance(holder, dict):
                holder[draw.choice(WORDS)] = copy.deepcopy(draw.choice([*VALUES, other_holder[other_key]]))
            case _ if isinstance(holder[key], str) and holder[key]:
                at = draw.randrange(len(holder[key]))
                holder[key] = holder[key][:at] + draw.choice(["", "x", "#", ":", "é", " "]) + holder[key][at + 1 :]
            case _:
                holder[key] = draw.choice(VALUES)
    return document


def changed_bytes(content: bytes, draw: random.Random) -> bytes:
    """Bytes with one to four changes."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(changed) or 1)
        match draw.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del changed[at : at + draw.randint(1, 40)]
            case 2:
                changed[at:at] = draw.choice([b"\0", b"{", b'"', b"\xff", b".", b"[" * 50, changed[at : at + 20]])
            case 3 if draw.random() < 0.2:
                del changed[at:]
    return bytes(changed)


def _wrapped(document: Any, draw: random.Random) -> Any:
    """A document in one of the ways in which people hold it."""
    text = json.dumps(document)
    match draw.randrange(6):
        case 0:
            pixel = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\b\4\0\0\0\xb5\x1c\f\2\0\0\0\0IEND\xaeB`\x82"
            return baking.bake_png(pixel, text, keyword=baking.ITXT_KEYWORD_OB3)
        case 1:
            return f'<svg xmlns:o="{baking.SVG_NS_OB3}"><o:credential><![CDATA[{text}]]></o:credential></svg>'.encode()
        case 2:
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
                opened.writestr("a.json", text)
            return archive.getvalue()
        case 3:
            return {"type": "VerifiablePresentation", "verifiableCredential": [document]}
        case _:
            return text.encode()


async def _nobody(address: str) -> Fetched:
    return Fetched(record=FetchRecord(address=address, at=datetime(2026, 6, 1, tzinfo=UTC), problem="nobody is there"))


def _same(held: Held, original: Mapping[str, Any]) -> bool:
    """Whether a document says the same as an original: as JSON, or as a graph with the same members that we read."""
    one = {name: value for name, value in held.content.items() if name != "proof"}
    if one == original:
        return True
    said, meant = one, original
    if held.is_record or held.record is not None:
        said, meant = _within_a_record(one), _within_a_record(original)
    if held.record is not None:
        one, original = ({**value, "@context": OB3} for value in (said, meant))
    read = ("issuer", "validFrom", "validUntil", "credentialStatus", "credentialSubject", "name", "id")
    plain = all(json.dumps(_flat(said.get(name)), sort_keys=True) == json.dumps(_flat(meant.get(name)), sort_keys=True)
                for name in read)  # fmt: skip
    contexts = installed_contexts()
    return plain and canonical_graph(one, contexts) == canonical_graph(original, contexts)


def _within_a_record(value: Any) -> Any:
    """A document without what a signed graph may tell in one place for all: contexts, what its publisher is called."""
    if isinstance(value, dict):
        bare = {name: _within_a_record(inner) for name, inner in value.items() if name != "@context"}
        issuer = _flat(bare.get("issuer"))
        return {**bare, "issuer": issuer.get("id")} if isinstance(issuer, dict) else bare
    return [_within_a_record(inner) for inner in value] if isinstance(value, list) else value


def _flat(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _flat(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return _flat(value[0]) if len(value) == 1 else sorted((_flat(inner) for inner in value), key=json.dumps)
    return value


async def run(many: int, seed: int = 0, documents: Sequence[Any] = (*DOCUMENTS, TOKEN, *RECORDS)) -> Counter[str]:
    """Change, open and verify that many documents; how many were refused, and with which result the others ended."""
    found: Counter[str] = Counter()
    draw = random.Random(seed)
    for _ in range(many):
        given: Any = draw.choice(documents)
        if isinstance(given, str):
            given = changed_bytes(given.encode(), draw)
        else:
            given = changed_json(given, draw) if draw.random() < 0.7 else given
            given = _wrapped(given, draw) if draw.random() < 0.4 else given
            given = changed_bytes(given, draw) if isinstance(given, bytes) and draw.random() < 0.7 else given
        try:
            opened = open_document(given)
        except UnopenedDocument:
            found["refused"] += 1
            continue
        known: list[tuple[Held, Verification]] = []
        for held in opened:
            record = next((verification for other, verification in known if other is held.record), None)
            verification = await verify(held, on=DAY, asking=Asking(_nobody), record=record)
            known.append((held, verification))
            proof = next((step for step in verification.steps if step.name == "proof"), None)
            found["unopened" if proof is None else proof.result] += 1
            has_passed = verification.genuine == "passed" or (proof is not None and proof.result == "passed")
            # a status list is with nobody, and where a status was signed there must be one
            assert verification.genuine != "passed" or "credentialStatus" not in held.content
            if has_passed and not any(_same(held, original) for original in ORIGINALS):
                raise AssertionError(f"another content passed: {json.dumps(held.content)}")
            found["genuine"] += verification.genuine == "passed"
    return found


if __name__ == "__main__":
    _many, _seed, _which = (*sys.argv[1:], *("0", "")[len(sys.argv) - 2 :])
    print(asyncio.run(run(int(_many), int(_seed), **({"documents": RECORDS} if _which else {}))))  # noqa: T201
