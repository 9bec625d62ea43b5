"""Was a credential revoked or suspended?

Bitstring Status List 1.0, its forerunner StatusList2021, and the revocation list of 1EdTech. A status list is a signed
credential too and is verified like one; a list that is not proven says nothing, neither good nor bad.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from openvc.errors import OpenvcError
from openvc.status import decode_bitstring, get_status_bit

from app.documents.opening import Held, open_document
from app.documents.verification.asking import Asking, NotFetched, shown
from app.documents.verification.form import issuer_of, types_of
from app.domain.errors import UnopenedDocument
from app.domain.verification import Step, StepResult, Verification

MAX_STATUSES = 5
"""Most statuses of one credential."""

_ENTRIES = {
    "BitstringStatusListEntry": "BitstringStatusListCredential",
    "StatusList2021Entry": "StatusList2021Credential",
}
_FORBIDDING = {"revocation": "It was revoked.", "suspension": "It is suspended at present."}

Verify = Callable[[Held], Awaitable[Verification]]
"""Verifies a status list, but for its own status."""

_Finding = tuple[StepResult, str]


class _Unclear(Exception):
    """Why a status could not be checked."""


async def check_status(document: Mapping[str, Any], *, asking: Asking, verify: Verify) -> Step:
    """The status that the issuer publishes for a credential now, whatever the day asked about.

    One that is not checked is never called good.
    """
    statuses = document.get("credentialStatus")
    if statuses is None or statuses == []:
        return Step(name="status", result="not_applicable", reason="It names no place where it could be revoked.")
    statuses = statuses if isinstance(statuses, list) else [statuses]
    if len(statuses) > MAX_STATUSES:
        reason = f"Whether it was revoked could not be checked: it has more than {MAX_STATUSES} statuses."
        return Step(name="status", result="could_not_be_checked", reason=reason)
    findings: list[_Finding] = []
    for status in statuses:
        try:
            findings.append(await _check(document, status, asking, verify))
        except _Unclear as error:
            findings.append(("could_not_be_checked", f"Whether it was revoked could not be checked: {error}."))
    for worst in ("failed", "could_not_be_checked", "passed"):
        found = [reason for result, reason in findings if result == worst]
        if found:
            others = tuple(reason for result, reason in findings if reason != found[0])
            return Step(name="status", result=worst, reason=found[0], details=others)
    raise AssertionError("a status has a finding")


async def _check(document: Mapping[str, Any], status: Any, asking: Asking, verify: Verify) -> _Finding:
    kinds = types_of(status)
    if "1EdTechRevocationList" in kinds:
        return await _check_revocation_list(document, status, asking)
    kind = next((kind for kind in kinds if kind in _ENTRIES), None)
    if kind is None:
        raise _Unclear(f"statuses of the kind {', '.join(kinds)[:60] or 'none'!r} are not known")
    return await _check_bit(document, status, _ENTRIES[kind], asking, verify)


async def _check_bit(
    document: Mapping[str, Any], status: Mapping[str, Any], wanted: str, asking: Asking, verify: Verify
) -> _Finding:
    address, purpose = status.get("statusListCredential"), status.get("statusPurpose")
    index = _index(status.get("statusListIndex"))
    if not isinstance(address, str) or not isinstance(purpose, str) or index is None:
        raise _Unclear("its status does not say which list, place and purpose")
    if status.get("statusSize", 1) != 1:
        raise _Unclear("statuses of more than one bit are not read")
    try:
        (held,) = open_document(await asking.body(address))
    except NotFetched as error:
        raise _Unclear(f"{shown(address)} was not had: {error}") from None
    except (UnopenedDocument, ValueError):
        raise _Unclear(f"at {shown(address)} is no list that can be read") from None
    verified = await verify(held)
    if verified.genuine != "passed":
        raise _Unclear(f"the list at {shown(address)} is not proven to be genuine. {verified.reason}".rstrip("."))
    if wanted not in types_of(held.content):
        raise _Unclear(f"at {shown(address)} is no {wanted}")
    if held.content.get("id") not in (None, address):
        raise _Unclear(f"the list at {shown(address)} is one of another address")
    issuers = {issuer_of(held.content), issuer_of(document)}
    listed = held.content.get("credentialSubject")
    purposes = listed.get("statusPurpose") if isinstance(listed, Mapping) else None
    if not isinstance(listed, Mapping) or purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise _Unclear(f"the list at {shown(address)} is not for {purpose[:40]}")
    encoded = listed.get("encodedList")
    try:
        bit = get_status_bit(decode_bitstring(encoded if isinstance(encoded, str) else ""), index)
    except (OpenvcError, ValueError, TypeError):
        raise _Unclear(f"the list at {shown(address)} cannot be read, or does not reach so far") from None
    by = "" if len(issuers) == 1 else f" The list is kept by another: {shown(issuer_of(held.content) or '')}."
    if bit and purpose in _FORBIDDING:
        return "failed", f"{_FORBIDDING[purpose]}{by}"
    if purpose in _FORBIDDING:
        return "passed", f"It is not marked for {purpose} in the list at {shown(address)}.{by}"
    if bit:
        raise _Unclear(f"it is marked for {purpose[:40]!r}, whose meaning its issuer alone knows")
    return "passed", f"It is not marked for {purpose[:40]!r} in the list at {shown(address)}.{by}"


async def _check_revocation_list(document: Mapping[str, Any], status: Mapping[str, Any], asking: Asking) -> _Finding:
    """1EdTech VC Revocation List 1.0: plain JSON at an address of the issuer; it carries no signature."""
    address = status.get("id")
    if not isinstance(address, str):
        raise _Unclear("its status does not say where the list is")
    try:
        found = await asking.json(address)
    except NotFetched as error:
        raise _Unclear(f"{shown(address)} was not had: {error}") from None
    names = [
        name for name in ("revokedCredentials", "revokedCredential") if isinstance(found, Mapping) and name in found
    ]
    if not names or not isinstance(document.get("id"), str):
        raise _Unclear(f"at {shown(address)} is no list that can be read")
    if found.get("issuer", issuer_of(document)) not in (issuer_of(document), document.get("issuer")):
        raise _Unclear(f"the list at {shown(address)} is one of another issuer")
    listed = found[names[0]] if isinstance(found[names[0]], list) else [found[names[0]]]
    for item in listed:
        name, revoked = (item.get("id"), item.get("revoked", True)) if isinstance(item, Mapping) else (item, True)
        if name == document["id"] and revoked is not False:
            return "failed", _FORBIDDING["revocation"]
    return "passed", f"It is not in the list of revoked credentials at {shown(address)}, which is not signed."


def _index(value: Any) -> int | None:
    """A place in a list, as text of digits; as a number it is taken too, since issuers write it so."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
