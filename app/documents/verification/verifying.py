"""All steps of a verification, for one document that was opened.

Nothing of a document is stored or logged here, and what is told of it names its issuer and places in it, never what it
says of its holder.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from app.documents.opening import Held
from app.documents.verification.asking import Asking, read_moment
from app.documents.verification.contexts import Contexts, installed_contexts
from app.documents.verification.data_integrity import ProofFinding, check_proofs
from app.documents.verification.form import check_form, issuer_of
from app.documents.verification.keys import Keys
from app.documents.verification.records import resting_on
from app.documents.verification.status import check_status
from app.documents.verification.tokens import check_seal, check_token
from app.documents.verification.trust import TrustList, check_trust
from app.domain.verification import Step, StepResult, Verification, conclude


async def verify(
    held: Held,
    *,
    on: date,
    asking: Asking,
    trust: Sequence[TrustList] = (),
    contexts: Contexts | None = None,
    with_status: bool = True,
    record: Verification | None = None,
) -> Verification:
    """What is known of a document on a day.

    ``asking`` asks other places for keys and status lists. ``with_status`` is false for a status list itself: lists
    of lists are not followed. ``record`` is what is known of the learner record that it stands in: a credential with a
    proof of its own does without. Raises nothing for whatever stands in the document.
    """
    if held.fault is not None:
        unopened = Step(name="form", result="could_not_be_checked", reason=str(held.fault))
        return conclude([unopened], issuer=None, on=on)
    contexts = contexts or installed_contexts()
    issuer, keys = issuer_of(held.content), Keys(asking)
    if held.secured == "jwt":
        found = [await check_token(held, issuer, keys)]
    elif held.secured == "jades":
        found = check_seal(held)
    elif not held.is_signed:
        found = []
    else:
        found = await check_proofs(held.content, issuer=issuer, on=on, keys=keys, contexts=contexts)
    steps = [_form_step(held), _proof_step(found, held), _control_step(found), _validity_step(held.content, on)]
    if with_status:

        async def verify_list(listed: Held) -> Verification:
            return await verify(listed, on=on, asking=asking, contexts=contexts, with_status=False)

        steps.append(await check_status(held.content, asking=asking, verify=verify_list))
        if record is not None and not held.is_signed:
            steps = await asyncio.to_thread(resting_on, record, held, steps)
        control = next(step.result for step in steps if step.name == "key_control")
        steps.append(check_trust(issuer, control, trust))
    return conclude(steps, issuer=issuer, on=on, fetched=asking.records)


def _form_step(held: Held) -> Step:
    faults = check_form(held.content, held.claims)
    if faults:
        reason = f"It is not built as its kind asks: {faults[0]}"
        return Step(name="form", result="failed", reason=reason, details=tuple(faults[1:]))
    reason = "It is built as the data model of its kind asks (rules of the texts; no JSON schema was applied)."
    return Step(name="form", result="passed", reason=reason)


def _proof_step(found: Sequence[ProofFinding], held: Held) -> Step:
    """One proof that fails fails the document; one that holds carries it, and the others are told beside it."""
    inner = _inner_proofs(held)
    details = [] if not inner else [f"Endorsements or other signed parts in it, {inner} in all, were not looked at."]
    if not found:
        return Step(name="proof", result="could_not_be_checked", reason="It is not signed.", details=tuple(details))
    for result in ("failed", "passed", "could_not_be_checked"):
        told = [finding.reason for finding in found if finding.result == result]
        if told:
            others = [finding.reason for finding in found if finding.reason != told[0]]
            return Step(name="proof", result=result, reason=told[0], details=(*others, *details))
    raise AssertionError("a proof has a finding")


def _control_step(found: Sequence[ProofFinding]) -> Step:
    """Of the proofs that hold, one with a key of the issuer suffices: others may be those of witnesses."""
    held = [finding.key for finding in found if finding.result == "passed" and finding.key] or [
        finding.key for finding in found if finding.key
    ]
    order: tuple[StepResult, ...] = ("passed", "could_not_be_checked", "failed")
    for result in order:
        reasons = [key.reason for key in held if key.control == result]
        if reasons:
            return Step(name="key_control", result=result, reason=reasons[0])
    return Step(
        name="key_control", result="could_not_be_checked", reason="There is no key whose owner could be asked for."
    )


def _validity_step(document: Mapping[str, Any], on: date) -> Step:
    """Whether a day lies in the document's own period; a day counts as a whole, in UTC."""
    start, end = datetime.combine(on, time.min, UTC), datetime.combine(on, time.max, UTC)
    told = [(name, read_moment(document[name])) for name in
            ("validFrom", "issuanceDate", "validUntil", "expirationDate") if name in document]  # fmt: skip
    if any(moment is None for _, moment in told):
        reason = "One of its days cannot be read."
        return Step(name="validity", result="could_not_be_checked", reason=reason)
    for name, moment in told:
        assert moment is not None
        if name in ("validFrom", "issuanceDate") and moment > end:
            return Step(name="validity", result="failed", reason=f"It is valid from {moment.date()} only, not on {on}.")
        if name in ("validUntil", "expirationDate") and moment <= start:
            return Step(name="validity", result="failed", reason=f"It was valid until {moment.date()}, not on {on}.")
    if not any(name in ("validUntil", "expirationDate") for name, _ in told):
        reason = f"It was in force on {on}; it names no end." if told else "It names no days."
        return Step(name="validity", result="passed" if told else "not_applicable", reason=reason)
    return Step(name="validity", result="passed", reason=f"Its own days include {on}.")


def _inner_proofs(held: Held) -> int:
    """How many signed parts a document holds, but for the credentials in a learner record: these are verified."""
    apart = "verifiableCredential" if held.is_record else None
    waiting: list[Any] = [{name: value for name, value in held.content.items() if name != "proof"}]
    seen = 0
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            tokens = here.get("endorsementJwt", [])
            seen += ("proof" in here) + (len(tokens) if isinstance(tokens, list) else 1)
            waiting += [value for name, value in here.items() if name != apart]
        elif isinstance(here, list):
            waiting += here
    return seen
