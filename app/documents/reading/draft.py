"""A credential in the making: what was read for each attribute, and where."""

from typing import Any

from app.documents.reading import values
from app.documents.reading.parts import Part, at, written
from app.documents.reading.result import ATTRIBUTES, Found, ReadCredential
from app.domain.credential import Credential, DigitalFormat, Issuer
from app.domain.errors import UnreadableDocument
from app.domain.levels import LevelReference

LISTS = {"issuer.accredited_by", "quality_assured_by", "delivery", "skills", "identifiers", "aliases", "same_as"}
"""Attributes that hold several values."""

FIRST = {"issuer.name", "url", "kind"}
"""Attributes of which the first value counts and another is told. Of the rest, values that differ leave none."""


class Draft:
    """Gathers the attributes of one credential of a document."""

    def __init__(self, part: Part, form: DigitalFormat | None) -> None:
        self.part = part
        self.form = form
        self.given: dict[str, Any] = {}
        self.found: list[Found] = []
        self.disputed: set[str] = set()

    def put(self, attribute: str, value: Any, part: Part | None, because: str = "The value is not known.") -> None:
        """Enter a value; None for one that could not be read, which is told with the reason."""
        if part is None:
            return
        if value is None:
            part.not_understood(because)
            return
        if attribute in LISTS:
            held = self.given.setdefault(attribute, [])
            if value not in held:
                held.append(value)
        elif attribute in self.disputed or self.given.setdefault(attribute, value) != value:
            self._dispute(attribute, value, part)
            return
        self.note(attribute, part)

    def _dispute(self, attribute: str, value: Any, part: Part) -> None:
        """Enter a value that differs from an earlier one: both are told and none is chosen, with two exceptions.

        A first name, page or kind stays, and so does credit when the other is told in another unit.
        """
        before = self.given.get(attribute)
        because = f"The document gives several values for {attribute}."
        part.not_understood(because)
        if attribute in FIRST or (attribute == "credit" and before is not None and before.system != value.system):
            return
        self.given.pop(attribute, None)
        self.disputed.add(attribute)
        for entry in [entry for entry in self.found if entry.attribute == attribute]:
            self.found.remove(entry)
            at(part.ledger, entry.pointer).not_understood(because)

    def note(self, attribute: str, part: Part) -> None:
        """Enter a part that belongs to the value of an attribute."""
        part.take()
        self.found.append(Found(attribute=attribute, pointer=part.pointer, written=written(part.value)))

    def titles(self, part: Part | None) -> None:
        """A title in one or more languages: one is the title, the others are aliases."""
        for text in values.in_order(values.texts(part)):
            self.put("aliases" if self.given.get("title", text.text) != text.text else "title", text.text, text.part)

    def put_text(self, attribute: str, part: Part | None) -> None:
        """The one text of an attribute; other languages are taken as the same."""
        found = values.in_order(values.texts(part))
        if found:
            self.put(attribute, found[0].text, found[0].part)
        for other in found[1:]:
            self.note(attribute, other.part)

    def put_level(self, level: LevelReference | None, part: Part) -> None:
        """A level. A national one is kept before an EQF one that stands beside it: it is what the issuer works with."""
        before = self.given.get("level")
        if level is not None and before is not None and before.framework == "eqf" != level.framework:
            del self.given["level"]
        elif level is not None and before is not None and level.framework == "eqf" != before.framework:
            self.note("level", part)
            return
        self.put("level", level, part, "No such level of a framework is known.")

    def finish(self) -> ReadCredential:
        """The credential. Raises UnreadableDocument when the document gives it no title."""
        given: dict[str, Any] = {name: tuple(value) if name in LISTS else value for name, value in self.given.items()}
        if "title" not in given:
            raise UnreadableDocument("no title", "the title of the credential", self.part.pointer)
        issuer: dict[str, Any] = {
            name.partition(".")[2]: given.pop(name) for name in list(given) if name.startswith("issuer.")
        }
        found = {entry.attribute for entry in self.found}
        return ReadCredential(
            credential=Credential(
                **given, issuer=Issuer(**issuer), digital_formats=None if self.form is None else (self.form,)
            ),
            pointer=self.part.pointer,
            found=tuple(self.found),
            not_given=tuple(name for name in ATTRIBUTES if name not in found),
        )
