"""Lists of issuers that somebody keeps: who keeps them, as of which day, and what being on one means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.errors import UnopenedDocument
from app.domain.verification import Step, StepResult


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """Issuers that a body has listed."""

    title: str
    """What the list is called."""
    publisher: str
    """Who keeps it."""
    url: str
    """Where it is published."""
    read_on: date
    """The day on which it was read."""
    means: str
    """What being on it says of an issuer, in the words of those who keep it or close to them."""
    issuers: Mapping[str, str]
    """Address or DID of each issuer, and its name."""


def read_trust_list(content: Any, where: str) -> TrustList:
    """A list out of decoded YAML or JSON; raises UnopenedDocument with the first fault.

    >>> read_trust_list({"title": "Universities", "publisher": "Ministry", "url": "https://ministry.example/list",
    ...     "read_on": "2026-11-01", "means": "May award degrees.",
    ...     "issuers": [{"id": "did:web:uni.example", "name": "University"}]}, "list.yaml").read_on
    datetime.date(2026, 11, 1)
    """
    if not isinstance(content, Mapping):
        raise UnopenedDocument(where, "no object", "title, publisher, url, read_on, means, issuers")
    texts: dict[str, str] = {}
    for name in ("title", "publisher", "url", "means"):
        if not isinstance(content.get(name), str) or not content[name].strip():
            raise UnopenedDocument(f"{where}, /{name}", "no text", "text")
        texts[name] = content[name].strip()
    try:
        read_on = date.fromisoformat(str(content.get("read_on")))
    except ValueError:
        raise UnopenedDocument(f"{where}, /read_on", "no day", "a day such as 2026-11-01") from None
    listed = content.get("issuers")
    issuers: dict[str, str] = {}
    for n, item in enumerate(listed if isinstance(listed, list) else [None]):
        issuer, title = (item.get("id"), item.get("name")) if isinstance(item, Mapping) else (None, None)
        if not isinstance(issuer, str) or ":" not in issuer or not isinstance(title, str):
            raise UnopenedDocument(f"{where}, /issuers/{n}", "no issuer", "id (an address or DID) and name")
        if issuers.setdefault(issuer, title) != title:
            raise UnopenedDocument(f"{where}, /issuers/{n}", "an id that another has", "each id once")
    return TrustList(**texts, read_on=read_on, issuers=issuers)


def check_trust(issuer: str | None, control: StepResult, lists: Sequence[TrustList]) -> Step:
    """Whether a list knows the issuer. An issuer that nobody proved to be this one is not known by its name alone."""
    if not lists:
        return Step(name="trust", result="could_not_be_checked", reason="No list of issuers was loaded.")
    known = [one for one in lists if issuer in one.issuers]
    asked = ", ".join(
        f"{one.title} ({one.publisher}, read on {one.read_on}, {len(one.issuers)} issuers)" for one in lists
    )
    if not known:
        reason = f"None of the lists loaded names {issuer}. That says nothing against it."
        return Step(name="trust", result="could_not_be_checked", reason=reason, details=(f"Lists: {asked}.",))
    details = tuple(
        f"{one.title}, kept by {one.publisher}, read on {one.read_on} at {one.url}, "
        f"names it {one.issuers[issuer or '']!r}. Being on it means: {one.means} It says nothing of this document."
        for one in known
    )
    if control != "passed":
        reason = f"{issuer} is listed, but that the document comes from it is not proven."
        return Step(name="trust", result="could_not_be_checked", reason=reason, details=details)
    return Step(name="trust", result="passed", reason=f"{issuer} is listed.", details=details)
