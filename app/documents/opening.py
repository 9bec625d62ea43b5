"""From what people hold (a file, a pasted text, an image with a badge in it) to the credentials inside.

Nothing that passes through here is stored or logged, and no fault repeats any of it: documents are about people.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from app.documents.archives import ZIP_SIGNATURE, read_archive
from app.documents.images import PNG_SIGNATURE, badge_in_png, badge_in_svg
from app.documents.json_text import MAX_BYTES, check_json, read_json
from app.domain.errors import UnopenedDocument

MAX_CREDENTIALS = 50
"""Most credentials in one presentation, archive or learner record; learner records are counted by themselves."""

EXPECTED = (
    "a credential as JSON, a signed credential (JWT or JSON signature), a presentation of several, "
    "a PNG or SVG image with a badge in it, or a ZIP of these"
)

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
"""Claims of a token (RFC 7519 section 4.1) that are no part of the credential in it."""

_ENVELOPES = ("EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation")


@dataclass(frozen=True, kw_only=True)
class Held:
    """One credential that was handed in, decoded and not yet verified."""

    where: str
    """Where it was found: "the document", "credential 2 of the presentation", a file in an archive, a place in a
    learner record."""
    secured: Literal["embedded", "jwt", "jades"]
    """How it can prove itself: a proof inside it, a token around it (VC-JOSE-COSE), or a JSON signature (JAdES)."""
    content: Mapping[str, Any]
    """The credential, as its data model writes it."""
    token: str | Mapping[str, Any] | None = None
    """The signed form around it, exactly as found."""
    claims: Mapping[str, Any] = field(default_factory=dict)
    """What the token claims beside the credential: iss, sub, jti, nbf, exp."""
    record: "Held | None" = None
    """The learner record that it stands in, when it does."""
    fault: UnopenedDocument | None = None
    """Why it could not be opened, where its record could: it has no content then."""

    @property
    def is_signed(self) -> bool:
        """Whether it carries a proof of its own, whatever that may be worth."""
        return self.secured != "embedded" or self.content.get("proof") not in (None, [])

    @property
    def is_record(self) -> bool:
        """Whether it is a learner record, which holds credentials of other issuers too."""
        return _is(self.content, "ClrCredential")


def open_document(given: bytes | str | Mapping[str, Any]) -> tuple[Held, ...]:
    """Every credential in what somebody hands in; raises UnopenedDocument where there is none or one is broken.

    Takes bytes of a file, pasted text or decoded JSON. All of it is opened, or nothing; only of what a learner record
    holds, which is read without that too, one that cannot be opened is given with its fault. A record comes before
    what it holds.
    """
    if isinstance(given, Mapping):
        check_json(given, "the document")
    found = tuple(_limited(_with_inside(_open(given, "the document", may_unpack=True, depth=0))))
    if not found:
        raise UnopenedDocument("the document", "no credential in it", EXPECTED)
    return found


def _limited(found: Iterator[Held]) -> Iterator[Held]:
    counts: Counter[bool] = Counter()
    for held in found:
        counts[held.is_record] += 1
        if counts[held.is_record] > MAX_CREDENTIALS:
            raise UnopenedDocument("the document", f"more than {MAX_CREDENTIALS} credentials", "fewer at a time")
        yield held


def _with_inside(found: Iterator[Held]) -> Iterator[Held]:
    """Credentials, each learner record followed by those that it holds."""
    for held in found:
        yield held
        if held.is_record:
            yield from _with_inside(_inside(held))


def _inside(record: Held) -> Iterator[Held]:
    """What a learner record holds (CLR 2.0, ClrSubject): credentials with issuers and, mostly, proofs of their own."""
    subjects = [subject for subject in _listed(record.content.get("credentialSubject")) if isinstance(subject, Mapping)]
    items = [item for subject in subjects for item in _listed(subject.get("verifiableCredential", []))]
    for n, item in enumerate(items, start=1):
        place = _place(f"credential {n} of the record", record.where)
        try:
            opened = list(_open(item, place, may_unpack=False, depth=0))
        except UnopenedDocument as fault:
            opened = [Held(where=place, secured="embedded", content={}, fault=fault)]
        for held in opened:
            yield replace(held, record=record)


def _open(given: Any, where: str, *, may_unpack: bool, depth: int) -> Iterator[Held]:
    if depth > 4:
        raise UnopenedDocument(where, "envelopes within envelopes", "at most 4")
    if isinstance(given, bytes):
        if given.startswith(ZIP_SIGNATURE):
            if not may_unpack:
                raise UnopenedDocument(where, "an archive in an archive", "one archive of credentials")
            for name, content in read_archive(given):
                yield from _open(content, name, may_unpack=False, depth=depth + 1)
            return
        if given.startswith(PNG_SIGNATURE):
            yield from _open(badge_in_png(given, where), where, may_unpack=may_unpack, depth=depth + 1)
            return
        given = _decode(given, where)
    if isinstance(given, str):
        yield from _open_text(given.strip().removeprefix("\ufeff"), where, depth)
    elif isinstance(given, Mapping):
        yield from _open_object(given, where, depth)
    else:
        raise UnopenedDocument(where, _kind(given), EXPECTED)


def _decode(given: bytes, where: str) -> str:
    if len(given) > MAX_BYTES:
        raise UnopenedDocument(where, f"{len(given):,} bytes", f"at most {MAX_BYTES:,} (images and archives: more)")
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnopenedDocument(where, "bytes of an unknown format", EXPECTED) from None


def _open_text(text: str, where: str, depth: int) -> Iterator[Held]:
    if len(text) > MAX_BYTES:
        raise UnopenedDocument(where, f"{len(text):,} characters", f"at most {MAX_BYTES:,}")
    if text.startswith(("{", '"')):
        yield from _open(read_json(text, where), where, may_unpack=False, depth=depth + 1)
    elif text.startswith("<"):
        yield from _open(badge_in_svg(text, where), where, may_unpack=False, depth=depth + 1)
    elif text.startswith("data:"):
        yield from _open(_data_url(text, where), where, may_unpack=False, depth=depth + 1)
    elif _COMPACT.fullmatch(text):
        yield from _open_token(text, where, depth)
    elif "~" in text and _COMPACT.fullmatch(text.partition("~")[0]):
        raise UnopenedDocument(where, "a token with selective disclosure (SD-JWT), which is not read yet", EXPECTED)
    elif text.startswith(("https://", "http://")):
        raise UnopenedDocument(where, "an address", "the document itself")
    else:
        raise UnopenedDocument(where, "nothing" if not text else "text of an unknown format", EXPECTED)


def _data_url(text: str, where: str) -> str:
    """What a data: URL carries (RFC 2397)."""
    head, comma, data = text.partition(",")
    if not comma:
        raise UnopenedDocument(where, "a data: URL without data", "data:application/vc+jwt,...")
    raw = unquote_to_bytes(data)
    if head.endswith(";base64"):
        try:
            raw = base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError):
            raise UnopenedDocument(where, "broken base64 in a data: URL", "whole base64") from None
    return _decode(raw, where)


def _open_token(token: str, where: str, depth: int) -> Iterator[Held]:
    """What a compact token carries: a credential under vc (VC 1.1, Open Badges 3.0), or as its payload (VC 2.0)."""
    payload = read_json(_unpadded(token.split(".")[1], where), where)
    if not isinstance(payload, Mapping):
        raise UnopenedDocument(where, f"a token about {_kind(payload)}", "a token about a credential")
    claims = {name: value for name, value in payload.items() if name in _REGISTERED}
    content = payload.get("vc", payload.get("vp", payload))
    if not isinstance(content, Mapping):
        raise UnopenedDocument(where, f"a token with {_kind(content)} for a credential", "an object")
    content = {name: value for name, value in content.items() if content is not payload or name not in _REGISTERED}
    if _is(content, "VerifiablePresentation") or _is(content, *_ENVELOPES):
        yield from _open_object(content, where, depth + 1)
    else:
        yield Held(where=where, secured="jwt", content=content, token=token, claims=claims)


def _unpadded(part: str, where: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise UnopenedDocument(where, "broken base64 in a token", "base64url without padding") from None


def _open_object(given: Mapping[str, Any], where: str, depth: int) -> Iterator[Held]:
    if _is(given, *_ENVELOPES):
        url = given.get("id")
        if not isinstance(url, str) or not url.startswith("data:"):
            raise UnopenedDocument(where, "an envelope without a data: URL", "id: data:application/vc+jwt,...")
        yield from _open_text(url, where, depth + 1)
    elif _is(given, "VerifiablePresentation"):
        yield from _open_presentation(given, where, depth)
    elif "payload" in given and ("signatures" in given or "signature" in given):
        yield _sealed(given, where)
    elif isinstance(given.get("credential"), Mapping) and "type" not in given:  # as Europass hands them over
        yield from _open_object(given["credential"], where, depth + 1)
    else:  # what kind of thing it is, others say
        yield Held(where=where, secured="embedded", content=given)


def _open_presentation(given: Mapping[str, Any], where: str, depth: int) -> Iterator[Held]:
    """Each credential of a presentation. That its holder presented it, and to whom, is not asked here."""
    for n, item in enumerate(_listed(given.get("verifiableCredential", [])), start=1):
        place = _place(f"credential {n} of the presentation", where)
        yield from _open(item, place, may_unpack=False, depth=depth + 1)


def _sealed(given: Mapping[str, Any], where: str) -> Held:
    """The credential in a JSON signature (RFC 7515 section 7.2), as European Digital Credentials are sealed."""
    payload = given["payload"]
    if not isinstance(payload, str):
        raise UnopenedDocument(where, f"a signature about {_kind(payload)}", "payload as text")
    text = payload if payload.lstrip().startswith("{") else _unpadded(payload, where)  # b64: false (RFC 7797), or not
    content = read_json(text, where)
    if not isinstance(content, Mapping):
        raise UnopenedDocument(where, f"a signature about {_kind(content)}", "a signed credential")
    return Held(where=where, secured="jades", content=content, token=given)


def _place(inside: str, where: str) -> str:
    return inside if where == "the document" else f"{where}, {inside}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is(given: Mapping[str, Any], *types: str) -> bool:
    found = given.get("type")
    return any(
        kind in (found if isinstance(found, Sequence) and not isinstance(found, str) else [found]) for kind in types
    )


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "text", type(None): "null"}.get(
        type(value), "a number or truth value"
    )
