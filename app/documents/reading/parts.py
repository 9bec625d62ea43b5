"""A document as parts that know where they stand, and a ledger in which every part is entered.

Readers take the parts that they understand. What nobody took is entered at the end: as set aside where the format's
term is known, as unknown with its text where it stands in a part that describes the credential or its issuer, and else
without its text, because it may be about the holder. So nothing is dropped silently and nothing personal is told.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.documents.reading.result import Unread
from app.domain.errors import UnreadableDocument

_NAMES = ("id", "@id", "type", "@type", "@context")
"""Terms that name a thing and its types in every format."""

MAX_DEPTH = 60
MAX_PARTS = 50_000
MAX_TEXT = 2_000_000
"""Most characters of one text: images are embedded as text."""
MAX_SHOWN = 300
"""Most characters of a text that is shown."""


@dataclass
class Ledger:
    """What became of each part of a document, by JSON pointer."""

    root: Any
    places: dict[str, str] = field(default_factory=dict)
    """Pointers to the things that have an id, by that id."""
    taken: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    """Pointers above something that was taken."""
    open: set[str] = field(default_factory=set)
    """Pointers to what describes credentials and bodies: what is unknown there is shown."""
    private: set[str] = field(default_factory=set)
    """Pointers to holders: what nobody took of them is withheld, also where its term is known."""
    holders: set[str] = field(default_factory=set)
    """Ids of holders."""
    unknown: list[Unread] = field(default_factory=list)
    set_aside: list[Unread] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)

    @property
    def top(self) -> "Part":
        """The whole document."""
        return Part(self.root, "", self)

    def take(self, pointer: str) -> None:
        """Enter a part as understood."""
        self.taken.add(pointer)
        self.enter(pointer.rpartition("/")[0])

    def enter(self, pointer: str) -> None:
        """Have the members of a part, and of what is around it, entered one by one."""
        self.inner.add(pointer)
        while pointer:
            pointer = pointer.rpartition("/")[0]
            if pointer in self.inner:
                break
            self.inner.add(pointer)

    def finish(self, known: Mapping[str, str] | Collection[str]) -> None:
        """Enter what nobody took; ``known`` are the format's terms, with the reason to set each aside if it has one."""
        waiting: list[tuple[Any, str, str, bool]] = [(self.root, "", "", False)]
        while waiting:
            value, pointer, term, shown = waiting.pop()
            shown = shown or pointer in self.open
            named = term in _NAMES
            if pointer in self.taken:
                continue
            if value and isinstance(value, dict | list) and (pointer in self.inner or pointer == ""):
                below = value.items() if isinstance(value, dict) else enumerate(value)
                waiting += [
                    (part, f"{pointer}/{escaped(key)}", key if isinstance(key, str) else term, shown)
                    for key, part in below
                ][::-1]
            elif pointer.rpartition("/")[0] in self.private and not named:
                self.withheld.append(pointer)
            elif named or term.rpartition(":")[2] in known or term in known:
                reason = known.get(term, "") if isinstance(known, Mapping) else ""
                because = reason or "It describes nothing that is asked of a credential."
                self.set_aside.append(Unread(pointer=pointer, term=term, because=because))
            elif shown:
                because = "The term is not known."
                self.unknown.append(Unread(pointer=pointer, term=term, written=written(value), because=because))
            else:
                self.withheld.append(pointer)


@dataclass(frozen=True)
class Part:
    """A part of a document: its value, and where it stands."""

    value: Any
    pointer: str
    ledger: Ledger

    @property
    def term(self) -> str:
        """The name under which it stands."""
        names = [name for name in self.pointer.split("/") if name and not name.isdigit()]
        return names[-1].replace("~1", "/").replace("~0", "~") if names else ""

    def many(self, *names: str) -> list["Part"]:
        """The values of the first of these terms that it has, each by itself; an id stands for what has it."""
        if not isinstance(self.value, dict):
            return []
        for name in names:
            if name in self.value:
                part = Part(self.value[name], f"{self.pointer}/{escaped(name)}", self.ledger)
                return [other.followed() for other in part.each()]
        return []

    def one(self, *names: str) -> "Part | None":
        """The first value of the first of these terms that it has."""
        return next(iter(self.many(*names)), None)

    def all(self, *names: str) -> list["Part"]:
        """The values of all of these terms."""
        return [part for name in names for part in self.many(name)]

    def each(self) -> Iterator["Part"]:
        """The members of a list, or itself."""
        if isinstance(self.value, list):
            for n, value in enumerate(self.value):
                yield from Part(value, f"{self.pointer}/{n}", self.ledger).each()
        elif self.value is not None:
            yield self

    def followed(self) -> "Part":
        """The thing that it names by its id, when the document has it; else itself."""
        name = self.value
        if isinstance(name, dict) and set(name) <= {"id", "@id", "type", "@type"}:
            name = name.get("id", name.get("@id"))
        place = self.ledger.places.get(name) if isinstance(name, str) else None
        if place is None or place == self.pointer or place in self.ledger.private:
            return self
        if self.pointer not in self.ledger.taken:
            self.put_aside(f"It points to what stands at {place or 'the top'}.")
        return at(self.ledger, place)

    @property
    def id(self) -> str | None:
        """Its id; None when it has none."""
        name = self.value.get("id", self.value.get("@id")) if isinstance(self.value, dict) else None
        return name if isinstance(name, str) else None

    @property
    def id_part(self) -> "Part | None":
        """Where its id stands."""
        name = "id" if isinstance(self.value, dict) and "id" in self.value else "@id"
        return None if self.id is None else Part(self.id, f"{self.pointer}/{name}", self.ledger)

    @property
    def types(self) -> tuple[str, ...]:
        """Names of its types as they are written."""
        value = self.value.get("type", self.value.get("@type")) if isinstance(self.value, dict) else None
        values = value if isinstance(value, list) else [value]
        return tuple(name for name in values if isinstance(name, str))

    @property
    def text(self) -> str | None:
        """The text that it is; None when it is none or an empty one."""
        return self.value.strip() or None if isinstance(self.value, str) else None

    def take(self) -> None:
        """Enter it as understood, with its own type."""
        self.ledger.take(self.pointer)

    def describes(self) -> "Part":
        """Enter it as a part that describes a credential or a body, and not the holder."""
        self.ledger.open.add(self.pointer)
        return self.entered()

    def is_holder(self) -> "Part":
        """Enter it as the holder, or what is said of them."""
        self.ledger.private.add(self.pointer)
        if self.id is not None:
            self.ledger.holders.add(self.id)
        return self.entered()

    @property
    def names_holder(self) -> bool:
        """Whether it is the holder again: people can issue credentials to themselves."""
        return self.id in self.ledger.holders

    def entered(self) -> "Part":
        """Have its members entered one by one, also when none of them is taken."""
        self.ledger.enter(self.pointer)
        return self

    def put_aside(self, because: str) -> None:
        """Enter it as something that no attribute is made of here."""
        self.take()
        self.ledger.set_aside.append(Unread(pointer=self.pointer, term=self.term, because=because))

    def not_understood(self, because: str) -> None:
        """Enter it as something whose term is known and whose value is not."""
        self.take()
        self.ledger.unknown.append(
            Unread(pointer=self.pointer, term=self.term, written=written(self.value), because=because)
        )


def open_ledger(document: Any) -> Ledger:
    """A ledger for a decoded JSON document. Raises UnreadableDocument when it is nested too deeply or too large."""
    ledger = Ledger(document)
    waiting: list[tuple[Any, str, int]] = [(document, "", 0)]
    count = 0
    while waiting:
        value, pointer, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise UnreadableDocument(f"more than {MAX_DEPTH} levels", "a document that is less deeply nested", pointer)
        if count + len(waiting) > MAX_PARTS:
            raise UnreadableDocument(f"more than {MAX_PARTS} parts", "a smaller document")
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise UnreadableDocument(f"a text of {len(value)} characters", f"at most {MAX_TEXT}", pointer)
        if isinstance(value, dict):
            name = value.get("id", value.get("@id"))
            if isinstance(name, str) and not set(value) <= {"id", "@id", "type", "@type"}:
                ledger.places.setdefault(name, pointer)
            waiting += [(part, f"{pointer}/{escaped(key)}", depth + 1) for key, part in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(part, f"{pointer}/{n}", depth + 1) for n, part in reversed(list(enumerate(value)))]
    return ledger


def at(ledger: Ledger, pointer: str) -> Part:
    """The part of a document at a pointer that leads somewhere."""
    value = ledger.root
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name.replace("~1", "/").replace("~0", "~")]
    return Part(value, pointer, ledger)


def written(value: Any) -> str:
    """A value as it is written, shortened."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def escaped(key: object) -> str:
    """A key as it stands in a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")
