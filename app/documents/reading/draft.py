"""A credential in the making: what was read for each attribute, and where."""

from typing import Any

from app.documents.reading import values
from app.documents.reading.parts import Part, written
from app.documents.reading.result import ATTRIBUTES, Found, ReadCredential
from app.domain.credential import Credential, DigitalFormat, Issuer
from app.domain.errors import UnreadableDocument
from app.domain.levels import LevelReference

LISTS = {"issuer.accredited_by", "quality_assured_by", "delivery", "skills", "identifiers", "aliases", "same_as"}
"""Attributes that hold several values; of the others the first that is read counts, and another is told as unknown."""


class Draft:
    """Gathers the attributes of one credential of a document."""

    def __init__(self, part: Part, form: DigitalFormat | None) -> None:
        self.part = part
        self.form = form
        self.given: dict[str, Any] = {}
        self.found: list[Found] = []

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
        elif self.given.setdefault(attribute, value) != value:
            where = next(found.pointer for found in self.found if found.attribute == attribute)
            part.not_understood(f"Another value for {attribute} stands at {where}.")
            return
        self.note(attribute, part)

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
