"""What tests of verification share: a document in, the result of each step out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.documents.opening import Held, open_document
from app.documents.verification.asking import Asking, Fetch
from app.documents.verification.trust import TrustList
from app.documents.verification.verifying import verify
from app.domain.verification import Step, Verification
from app.services.verifying import verify_document
from tests.documents.issuing import SigningKey, multikey

TODAY = date(2026, 6, 1)


async def checked(
    given: Any, *, on: date = TODAY, fetch: Fetch | None = None, trust: Sequence[TrustList] = ()
) -> Verification:
    (held,) = [given] if isinstance(given, Held) else open_document(given)
    return await verify(held, on=on, asking=Asking(fetch), trust=trust)


async def each_checked(
    given: Any, *, on: date = TODAY, fetch: Fetch | None = None, trust: Sequence[TrustList] = ()
) -> dict[str, Verification]:
    """What is known of each credential in a document, by where it stands."""
    found = await verify_document(given, on=on, fetch=fetch, trust=trust)
    return {verified.held.where: verified.verification for verified in found}


def step(verification: Verification, name: str) -> Step:
    return next(step for step in verification.steps if step.name == name)


def results(verification: Verification) -> dict[str, str]:
    return {step.name: step.result for step in verification.steps}


def cid(name: str, key: SigningKey, *, method: str | None = None, **changes: Any) -> dict[str, Any]:
    """The document in which an issuer lists its key."""
    method = method or f"{name}#key-1"
    listed = {"id": method, "type": "Multikey", "controller": name, "publicKeyMultibase": multikey(key)}
    return {"id": name, "verificationMethod": [listed], "assertionMethod": [method], **changes}
