"""What is known of a signed document: one result for every step, and what they come to together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.domain.described import described

StepName = Literal["form", "proof", "key_control", "validity", "status", "trust"]

StepResult = Literal["passed", "failed", "could_not_be_checked", "not_applicable"]

Genuine = Literal["passed", "failed", "unknown"]

DECISIVE: tuple[StepName, ...] = ("form", "proof", "key_control", "validity", "status")
"""The steps that must hold for a document to be genuine. Whether a list knows the issuer is told beside them."""


@described
@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was checked."""

    name: StepName
    """What was checked: form (is it built as its kind asks), proof (is it unaltered since it was signed), key_control
    (does the signing key belong to the issuer it names), validity (its own days), status (revoked or suspended),
    trust (does a list that was loaded know the issuer)."""
    result: StepResult
    """passed and failed are findings. could_not_be_checked is neither: nothing is known."""
    reason: str
    """What was found, or why it could not be checked."""
    details: tuple[str, ...] = ()
    """Further findings, one sentence each."""


@described
@dataclass(frozen=True, kw_only=True)
class FetchRecord:
    """One address that was asked while checking."""

    address: str
    """The address."""
    at: datetime
    """When it was asked; an answer out of memory keeps the time when it was really asked."""
    redirected_to: str | None = None
    """The address that answered in its place; absent when it answered itself."""
    status: int | None = None
    """HTTP status of the answer; absent when there was none."""
    size: int = 0
    """Bytes of the answer."""
    problem: str | None = None
    """Why there is no usable answer; absent when there is one."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came of asking one address."""

    record: FetchRecord
    """What is told about it; with a problem there is no body."""
    body: bytes = b""
    """What was answered."""


@described
@dataclass(frozen=True, kw_only=True)
class Verification:
    """What is known of one document."""

    genuine: Genuine
    """passed: every step that applies passed. failed: one failed. unknown: none failed, one could not be checked.
    The step trust is told beside it and decides nothing."""
    reason: str
    """The sentence that decides it."""
    issuer: str | None = None
    """The issuer as the document names itself: who that is in truth is what the steps say."""
    on: date
    """The day for which validity was judged."""
    steps: tuple[Step, ...] = ()
    """Every step with its own result."""
    fetched: tuple[FetchRecord, ...] = ()
    """Every address that was asked."""


@described
@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A step that keeps a document from being genuine for certain."""

    step: StepName
    """What was checked."""
    reason: str
    """What was found, or why it could not be checked."""


@described
@dataclass(frozen=True, kw_only=True)
class Genuineness:
    """What an answer takes from the verification of the document that shows the credential."""

    genuine: Genuine
    """passed leaves the answer as it is, if the issuer is known; failed leaves no yes; unknown lets a yes depend on the
    issuer's word."""
    doubts: tuple[Doubt, ...] = ()
    """The steps that failed or, when none did, could not be checked."""
    issuer_known: bool = False
    """Whether a list of issuers names it. Else that it is who it says it is rests on its own word."""


def genuineness_of(verification: Verification) -> Genuineness:
    """What an answer takes from a verification.

    >>> unsigned = Step(name="proof", result="could_not_be_checked", reason="It is not signed.")
    >>> genuineness_of(conclude([unsigned], issuer=None, on=date(2026, 1, 1))).doubts
    (Doubt(step='proof', reason='It is not signed.'),)
    """
    wanted = {"failed": "failed", "unknown": "could_not_be_checked"}.get(verification.genuine)
    doubts = [step for step in verification.steps if step.name in DECISIVE and step.result == wanted]
    known = any(step.name == "trust" and step.result == "passed" for step in verification.steps)
    return Genuineness(
        genuine=verification.genuine,
        doubts=tuple(Doubt(step=step.name, reason=step.reason) for step in doubts),
        issuer_known=known,
    )


def conclude(
    steps: Sequence[Step], *, issuer: str | None, on: date, fetched: Sequence[FetchRecord] = ()
) -> Verification:
    """What the steps come to together: the worst of the decisive ones, with its reason.

    >>> unchecked = Step(name="status", result="could_not_be_checked", reason="The list was not fetched.")
    >>> conclude([unchecked], issuer=None, on=date(2026, 1, 1)).genuine
    'unknown'
    """
    decisive = [step for step in steps if step.name in DECISIVE]
    failed = next((step for step in decisive if step.result == "failed"), None)
    unchecked = [step for step in decisive if step.result == "could_not_be_checked"]
    genuine: Genuine
    if failed:
        genuine, reason = "failed", failed.reason
    elif unchecked or not any(step.name == "proof" and step.result == "passed" for step in decisive):
        genuine = "unknown"
        reason = " ".join(step.reason for step in unchecked) or "Nothing proves who issued it."
    else:
        genuine, reason = "passed", "It is signed with a key of the issuer it names and was not altered since."
    return Verification(
        genuine=genuine, reason=reason, issuer=issuer, on=on, steps=tuple(steps), fetched=tuple(fetched)
    )
