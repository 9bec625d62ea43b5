"""The faults, drawn as a tree.

Fault
  UnknownReference       a code, id or key that the release does not know
  UnknownRelease         a release number that does not exist
  Conflict               what is asked does not fit to what happened meanwhile
  FailingCases           worked cases say otherwise than a release that was to be activated
  OtherRequest           a key of a request that was another request before
  NotReady               no release has been loaded yet
  NoConversion           no published way leads from one unit or framework to the other
  UnreadableQuestion     a value that has the right shape but makes no sense
  NotExpressible         something that a format has no term for
  UnknownDocument        a document of none of the formats that can be read
  UnreadableDocument     a document of a known format that does not say what it must
  NotAuthenticated       nobody knows who asks
  NotAllowed             it is known who asks, and they may not
  IdentityProviderAway   whether a token is genuine cannot be checked now
  UnopenedDocument       something handed in that is no credential we can open
  NotInstalled           something that this installation was made without
  NotConfigured          something that the operator did not set up
  Busy                   too much is asked for at this moment
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class Fault(Exception):
    """Something asked cannot be done; the text is a sentence for the person who asked."""

    pointer: str = ""


@dataclass(eq=False)
class UnknownReference(Fault):
    """A code, id or key that the release does not know; the nearest known ones are told."""

    what: str
    value: str
    pointer: str = ""
    near: tuple[str, ...] = ()
    known: int = 0

    def __str__(self) -> str:
        if self.near:
            return f"No {self.what} {self.value!r}. Nearest known: {', '.join(self.near)}."
        return f"No {self.what} {self.value!r}; none of the {self.known} known is near."


def unknown(what: str, value: str, known: Iterable[str], pointer: str = "") -> UnknownReference:
    """The fault for an unknown code, with the nearest known ones; all of them when they are few."""
    codes = sorted(known)
    near = get_close_matches(value.casefold(), [code.casefold() for code in codes], n=5, cutoff=0.4)
    found = tuple(code for name in near for code in codes if code.casefold() == name)
    return UnknownReference(what, value, pointer, found or (tuple(codes) if len(codes) <= 12 else ()), len(codes))


@dataclass(eq=False)
class UnknownRelease(Fault):
    """A release number that does not exist."""

    number: int
    latest: int
    pointer: str = "/release"

    def __str__(self) -> str:
        return f"No release {self.number}. The latest is {self.latest}."


class NotReady(Fault):
    """No release has been loaded yet."""

    def __str__(self) -> str:
        return "No framework data has been loaded yet."


@dataclass(eq=False)
class NoConversion(Fault):
    """No published way leads from one unit or framework to the other on that day."""

    start: str
    goal: str
    on: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"No published way leads from {self.start} to {self.goal} on {self.on}; none is guessed."


@dataclass(eq=False)
class UnreadableQuestion(Fault):
    """A value that has the right shape but makes no sense here."""

    text: str
    pointer: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False)
class NotExpressible(Fault):
    """Something that the format asked for has no term for."""

    what: str
    form: str
    pointer: str = "/format"

    def __str__(self) -> str:
        return f"{self.form} has no term for {self.what}; ask for it as JSON."


@dataclass(eq=False)
class UnknownDocument(Fault):
    """A document of none of the formats that can be read."""

    found: str
    looked_for: tuple[str, ...]
    pointer: str = ""

    def __str__(self) -> str:
        return f"The document is none that can be read. Found {self.found}; looked for {'; '.join(self.looked_for)}."


@dataclass(eq=False)
class UnreadableDocument(Fault):
    """A document of a known format that does not say what it must, or that is too large to read."""

    found: str
    expected: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.pointer or 'The document'}: found {self.found}, expected {self.expected}."


@dataclass(eq=False)
class NotAuthenticated(Fault):
    """Nobody knows who asks. The reason never repeats what was presented."""

    reason: str
    presented: bool = False
    """Whether a key or token was presented at all."""
    key: str = ""
    """Id of the key, when there is or was such a key: for the audit log, not for the caller."""

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class NotAllowed(Fault):
    """It is known who asks, and they may not."""

    reason: str
    scope: str
    """What they would have to be allowed."""

    def __str__(self) -> str:
        return self.reason


class IdentityProviderAway(Fault):
    """Whether a token is genuine cannot be checked now."""

    def __str__(self) -> str:
        return "The identity provider cannot be reached now, so the token could not be checked; try again."


@dataclass(eq=False)
class UnopenedDocument(Fault):
    """Something handed in that cannot be opened. Nothing of its content is repeated: it may be about a person."""

    where: str
    found: str
    expected: str
    pointer: str = "/document"

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}."


@dataclass(eq=False)
class NotInstalled(Fault):
    """Something that this installation was made without."""

    what: str
    extra: str

    def __str__(self) -> str:
        return f"{self.what} is not installed here; it comes with 'pip install passerelle[{self.extra}]'."


@dataclass(eq=False)
class NotConfigured(Fault):
    """Something that the operator did not set up."""

    what: str
    setting: str
    pointer: str = "/format"

    def __str__(self) -> str:
        return f"{self.what} are not set up here: the operator names a key by the setting {self.setting}."


@dataclass(eq=False)
class Busy(Fault):
    """Too much is asked for at this moment."""

    what: str

    def __str__(self) -> str:
        return f"Too many {self.what} are asked for now; try again."


@dataclass(eq=False)
class Conflict(Fault):
    """What is asked does not fit to what happened meanwhile."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False)
class FailingCases(Fault):
    """Worked cases say otherwise than a release that was to be activated."""

    number: int
    failures: tuple[str, ...]

    def __str__(self) -> str:
        told = " ".join(self.failures[:5])
        more = f" And {len(self.failures) - 5} more." if len(self.failures) > 5 else ""
        return f"{len(self.failures)} worked cases fail in release {self.number}, so it is not activated. {told}{more}"


@dataclass(eq=False)
class OtherRequest(Fault):
    """A key that the caller used for another request before."""

    key: str

    def __str__(self) -> str:
        return f"The Idempotency-Key {self.key[:100]!r} was used for another request, expected a new key."
