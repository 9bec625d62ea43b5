"""Credentials in a learner record (CLR 2.0) that carry no proof of their own: what the record's proof says of them.

A record is signed by its publisher. That proof covers all that is in it, and yet says nothing of whether another issuer
issued what stands there: the publisher could have written it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.documents.opening import Held
from app.documents.verification.asking import shown
from app.documents.verification.data_integrity import signs_graph
from app.documents.verification.form import issuer_of, types_of
from app.documents.verification.members import values_of
from app.domain.verification import Step, StepResult, Verification

_WORST_FIRST: tuple[StepResult, ...] = ("failed", "could_not_be_checked", "passed", "not_applicable")

_FRAME = ("validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate")
"""Members that say when something was issued and how long it holds."""


def resting_on(record: Verification, held: Held, steps: Sequence[Step]) -> list[Step]:
    """The steps of a credential without a proof of its own, joined with those of the record that holds it.

    It cannot be better than its record: what fails there fails here. Of the same issuer, the record's proof and key are
    its own. Of another issuer it is not proven, whoever vouches for it.
    """
    of_record = {step.name: step for step in record.steps}
    is_of_publisher = record.issuer is not None and record.issuer == issuer_of(held.content)
    joined = []
    for step in steps:
        above = of_record[step.name]
        is_worse = _WORST_FIRST.index(above.result) < _WORST_FIRST.index(step.result)
        if step.name == "proof" and above.result != "failed":
            result, reason = _proof(above, held) if is_of_publisher else _vouched_for(record)
        elif is_worse or (step.name == "key_control" and is_of_publisher):
            result, reason = _of_record(above)
        else:
            result, reason = step.result, step.reason
        joined.append(replace(step, result=result, reason=reason))
    return joined


def _of_record(above: Step) -> tuple[StepResult, str]:
    return above.result, f"Of the record that holds it: {above.reason}"


def _vouched_for(record: Verification) -> tuple[StepResult, str]:
    """The proof of a credential of another issuer than the record's."""
    vouched = f"it is vouched for by the publisher of the record only, {shown(record.issuer or '')}"
    if record.genuine != "passed":
        vouched = "that the publisher of the record vouches for it is not established either"
    return "could_not_be_checked", f"It is not established by its issuer, who did not sign it; {vouched}."


def _proof(above: Step, held: Held) -> tuple[StepResult, str]:
    """The proof of a credential of the record's own issuer, whose proof did not fail."""
    if above.result != "passed":
        return _of_record(above)
    if not _stands_apart(held):
        return "could_not_be_checked", (
            "It is not signed by itself, and the proof of the record that holds it does not tell which of the "
            "credentials in it says what of their common subject."
        )
    reason = f"It is covered by the proof of the record that holds it, which is of the same issuer: {above.reason}"
    return "passed", reason


def _stands_apart(held: Held) -> bool:
    """Whether the record's proof tells what this credential says from what the others in the record say.

    A signed graph has one description of each thing, so what is said of one subject can be moved from one credential to
    another and the proof still holds. That changes nothing between credentials of the same issuer and the same days.
    Nor must the credential, its status or an achievement be described otherwise in a second place. What a record says
    of its subject it says in other words, and what a publisher says of itself holds in all places.
    """
    signed = held
    while signed.record is not None and not signed.is_signed:
        signed = signed.record
    if signed.secured != "embedded" or not signs_graph(signed.content):
        return True
    inner = held.content
    subjects = values_of(inner.get("credentialSubject"))
    achievements = [one for it in subjects if isinstance(it, Mapping) for one in values_of(it.get("achievement"))]
    parts = [inner, *values_of(inner.get("credentialStatus")), *achievements]
    own, about = _names(parts), _names(subjects)
    return not any(
        (here.get("id") in own and len(here) > 1 and here not in parts)
        or (about & _names(here.get("credentialSubject")) and _frame(here) != _frame(inner))
        for here in _objects(signed.content)
        if here is not inner and "ClrCredential" not in types_of(here)
    )


def _frame(credential: Mapping[str, Any]) -> tuple[Any, ...]:
    """Who issued a credential, and when; by what it can be revoked, and so which one it is, where it can."""
    status = credential.get("credentialStatus")
    told = [credential.get(name) for name in _FRAME]
    return (issuer_of(credential), *told, status, credential.get("id") if status else None)


def _names(value: Any) -> set[str]:
    """The ids of one thing or several, however they are written."""
    found = [item.get("id") if isinstance(item, Mapping) else item for item in values_of(value)]
    return {name for name in found if isinstance(name, str)}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            yield here
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
