"""Checks the rows of a file and makes them ready to wait: what is wrong with each is told, and where."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from app.datasets.checks import Known, faults_of
from app.datasets.reader import EXPECTED
from app.datasets.yaml_text import pointer_parts, pointer_to
from app.documents.columns import UnreadableCell, body_of, paths_of, unique
from app.documents.graphs import Thing
from app.documents.reading.statements import Saying, ThingFormat, Unsaid, read_thing
from app.documents.rows import Content
from app.documents.unreadable import UnreadableRow
from app.domain.credential import Credential
from app.domain.dataset import SECTIONS, CatalogueEntry, ListedSkill
from app.domain.errors import Fault, UnreadableDocument
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.services.checking import check_credential
from app.store.job_tables import staged_keys
from app.store.jobs import JobProblem
from app.store.search import LONGEST_WORD
from app.store.staging import staged_columns
from app.store.writing import identifiers_of, names_of, sizes_of, skills_of, words_of, words_of_skill

Section = Literal["credentials", "decisions", "skills"]

LONGEST_ID = 200
LONGEST_NAME = 2_000
"""Most bytes of a folded title with its issuer, and of an identifier: what PostgreSQL can keep in an index."""
LONGEST_ADDRESS = 1_000
"""Most characters of an identifier or address by which is searched."""

MOST_SIZES = 20_000
"""Most levels and hours that are remembered."""

_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "credentials": TypeAdapter(CatalogueEntry),
    "decisions": TypeAdapter(Decision),
    "skills": TypeAdapter(ListedSkill),
}


@dataclass
class Prepared:
    """Rows that are ready to wait, and what is wrong with the others."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    problems: list[JobProblem] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    digest: str = ""
    """Checksum of these statements and all before them."""


class Refused(Exception):
    """A row that cannot be imported."""

    def __init__(self, *problems: tuple[str, str, str]) -> None:
        self.problems = problems


class Preparer:
    """Prepares rows of one section against the framework data of a release."""

    def __init__(
        self, section: Section, rules: RuleSet, job: int, form: str = "ndjson", saying: Saying | None = None
    ) -> None:
        """``form`` is the format of things, and ``saying`` what their sender says of them."""
        self._section = section
        self._adapter = _ADAPTERS[section]
        self._rules = rules
        self._first = staged_keys(job)[0]
        self._sources = {source.id for source in rules.data.sources}
        ids = {name: {item.id: item for item in getattr(rules.data, name)} for name in SECTIONS}
        self._known = Known(ids, unlisted=frozenset({"credentials", "decisions"}))
        rows: Mapping[Section, Callable[[int, Any, str], tuple[Any, ...]]] = {
            "credentials": self._credential, "decisions": self._decision, "skills": self._skill,
        }  # fmt: skip
        self._row = rows[section]
        self._known_sizes: dict[Any, Mapping[str, float | int | None]] = {}
        self._form, self._saying = form, saying or Saying()
        self._places: Mapping[str, str] = {}
        """Where in the file the parts of the thing stand that is being read, by pointers into its statement."""
        self._columns = {path: name for name, path in paths_of(section).items()}

    def prepare(self, rows: Iterable[tuple[int, Content]], digest: str) -> Prepared:
        """Check rows; ``digest`` is the checksum of all that was accepted before them."""
        done = Prepared()
        bodies = hashlib.sha256(digest.encode())
        for number, content in rows:
            try:
                item, body = self._read(content)
                row = self._row(number, item, body)
            except Refused as refused:
                places: dict[str, JobProblem] = {}  # of several forms that a value may have, the first is told
                for pointer, found, expected in refused.problems:
                    place = self._place(pointer, content)
                    places.setdefault(place, JobProblem(row=number, place=place, found=found, expected=expected))
                done.problems += places.values()
                continue
            done.rows.append(row)
            bodies.update(body.encode())
            if self._section == "credentials":
                done.words.update(row[-1].split())
        done.words = {word[:LONGEST_WORD] for word in done.words}
        done.digest = bodies.hexdigest() if done.rows else digest
        return done

    def _read(self, content: Content) -> tuple[Any, str]:
        """The statement of a row, and its text in JSON."""
        if isinstance(content, UnreadableRow):
            raise Refused(("", content.found, content.expected))
        if isinstance(content, Thing):
            content = self._said(content)
        try:
            if isinstance(content, bytes):
                item = self._adapter.validate_json(content)
            else:
                item = self._adapter.validate_python(body_of(self._section, content))
            body = self._adapter.dump_json(item, exclude_defaults=True).decode()
        except ValidationError as error:
            raise Refused(*(self._told(dict(detail)) for detail in error.errors(include_url=False))) from None
        except UnreadableCell as cell:
            raise Refused((pointer_to(*paths_of(self._section)[cell.column]), cell.found, cell.expected)) from None
        except (PydanticSerializationError, UnicodeEncodeError):
            raise Refused(("", "half a character (a lone surrogate)", "text in Unicode")) from None
        if "\\u0000" in body:
            raise Refused(("", "the character NUL", "text without it"))
        if isinstance(content, bytes) and content.count(b":") != body.count(":"):
            _refuse_doubles(content)
        return item, body

    def _said(self, thing: Thing) -> bytes:
        """The statement that a thing makes, as a line of JSON."""
        self._places = {"": thing.place("/@graph/0")}
        try:
            said = read_thing(cast(ThingFormat, self._form), self._section, thing, self._rules, self._saying)
        except Unsaid as fault:
            self._places = {}
            raise Refused(*fault.problems) from None
        except UnreadableDocument as fault:
            raise Refused(("", fault.found, fault.expected)) from None
        self._places = {**self._places, **said.places}
        try:
            return self._adapter.dump_json(said.statement, exclude_defaults=True)
        except (PydanticSerializationError, UnicodeEncodeError):
            raise Refused(("", "half a character (a lone surrogate)", "text in Unicode")) from None

    def _told(self, detail: dict[str, Any]) -> tuple[str, str, str]:
        """What the validator says, in words."""
        kind, location = detail["type"], detail["loc"]
        if kind == "json_invalid":
            return "", f"no JSON ({detail['ctx']['error']})", "a JSON object"
        expected = EXPECTED.get(kind, detail["msg"].removeprefix("Input should be ").removeprefix("Value error, "))
        found = repr(detail["input"])[:80]
        if kind == "missing":
            found, expected = f"no {location[-1]!r}", "it"
        elif kind == "unexpected_keyword_argument":
            found, expected = f"the unknown key {location[-1]!r}"[:80], "a key of the format"
        elif kind.startswith("string_unicode"):
            found, expected = "half a character (a lone surrogate)", "text in Unicode"
        parts = [part for part in location if isinstance(part, int) or (part.isidentifier() and part.islower())]
        return pointer_to(*parts), found, expected

    def _place(self, pointer: str, content: Content) -> str:
        """A JSON pointer into a line or a document, or the name of the column where the row is one of a table."""
        if isinstance(content, Thing):
            parts = pointer.split("/")
            within = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
            return next((self._places[part] for part in within if part in self._places), pointer)
        if isinstance(content, Mapping):
            parts = pointer_parts(pointer)
            for length in range(len(parts), 0, -1):
                if column := self._columns.get(tuple(parts[:length])):
                    return column
        return pointer

    def _credential(self, number: int, entry: CatalogueEntry, body: str) -> tuple[Any, ...]:
        credential = entry.credential
        self._check(entry)
        try:
            check_credential(credential, self._rules)
        except Fault as fault:
            raise Refused((fault.pointer, "a value that makes no sense", str(fault))) from None
        issuer = credential.issuer
        names, identifiers, deliveries = names_of(credential), identifiers_of(credential), credential.delivery or ()
        skills = skills_of(credential)
        folded = fold(issuer.name) if issuer.name else None
        if len(body) * 4 > LONGEST_NAME:  # a short statement has no long names
            _check_lengths(names, folded, identifiers)
            for skill in skills:
                _check_address(skill, "/credential/skills")
        if credential.language is not None and len(credential.language) > 35:
            raise Refused(("/credential/language", repr(credential.language[:80]), "a tag of ISO 639-1 or BCP 47"))
        sizes = self._sizes(credential)
        return (
            self._first + number, entry.id, body, _day(entry.valid_from), _day(entry.valid_to), entry.confidence,
            credential.title, issuer.name, issuer.country, credential.kind,
            credential.level.framework if credential.level else None,
            sizes["eqf_min"], sizes["eqf_max"], sizes["hours_min"], sizes["hours_max"],
            credential.field, credential.language,
            _json(names), folded, _json(identifiers), _json(list(dict.fromkeys(deliveries))),
            _json(skills) if skills else None, words_of(names, folded),
        )  # fmt: skip

    def _sizes(self, credential: Credential) -> Mapping[str, float | int | None]:
        """Its levels and hours; most credentials share all that they follow from with others."""
        key = credential.level, credential.credit, credential.notional_hours, credential.issuer.country
        found = self._known_sizes.get(key)
        if found is None:
            if len(self._known_sizes) > MOST_SIZES:
                self._known_sizes.clear()
            found = self._known_sizes[key] = sizes_of(credential, self._rules)
        return found

    def _decision(self, number: int, decision: Decision, body: str) -> tuple[Any, ...]:
        self._check(decision)
        known = self._known.ids["rules"]
        if decision.id in known:
            raise Refused(("/id", f"{decision.id!r}, which a rule has", "an id of its own"))
        if wrong := list(faults_of(decision, self._known)):
            raise Refused(*((pointer_to(*place), found, expected) for place, found, expected in wrong))
        if not decision.credentials:
            raise Refused(("/credentials", "none", "at least one id of a credential"))
        if any(len(name) > LONGEST_ID for name in decision.credentials):
            raise Refused(("/credentials", "a very long id", f"at most {LONGEST_ID} characters"))
        if len((decision.programme or "").encode()) > LONGEST_NAME:
            raise Refused(("/programme", "a very long title", f"at most {LONGEST_NAME} bytes"))
        return (
            self._first + number, decision.id, body, _day(decision.valid_from), _day(decision.valid_to),
            decision.confidence, decision.recogniser, self._rules.place_of(decision), decision.status,
            decision.basis, decision.binding, decision.programme, _json(list(dict.fromkeys(decision.credentials))),
        )  # fmt: skip

    def _skill(self, number: int, skill: ListedSkill, body: str) -> tuple[Any, ...]:
        self._check(skill)
        if wrong := list(faults_of(skill, self._known)):
            raise Refused(*((pointer_to(*place), found, expected) for place, found, expected in wrong))
        for name in ("uri", "framework", "framework_uri"):
            _check_address(getattr(skill, name) or "", f"/{name}")
        return (
            self._first + number, skill.id, body, _day(skill.valid_from), _day(skill.valid_to), skill.confidence,
            skill.uri, skill.framework, skill.framework_uri, words_of_skill(skill),
        )  # fmt: skip

    def _check(self, item: CatalogueEntry | Decision | ListedSkill) -> None:
        """What every statement needs."""
        if not item.id.strip() or len(item.id) > LONGEST_ID:
            raise Refused(("/id", f"an id of {len(item.id)} characters", f"1 to {LONGEST_ID}"))
        if item.is_empty():
            raise Refused(("/valid_to", str(item.valid_to), f"a day after {item.valid_from} (the end is not included)"))
        for n, citation in enumerate(item.sources):
            if citation.source not in self._sources:
                raise Refused((f"/sources/{n}/source", repr(citation.source)[:80], "the id of one of the sources"))
        if isinstance(item, CatalogueEntry) and item.credential.id not in (None, item.id):
            raise Refused(("/credential/id", repr(item.credential.id)[:80], "the id of the entry, or none"))


def _check_lengths(names: Sequence[str], issuer: str | None, identifiers: Sequence[tuple[str, str]]) -> None:
    """Refuse names and identifiers that no index can hold."""
    for text in (*names, *(part for pair in identifiers for part in pair)):
        if len(text.encode()) + len((issuer or "").encode()) > LONGEST_NAME:
            raise Refused(("/credential", f"a name or identifier of {len(text)} characters", "a shorter one"))
    if any(len(scheme) > 200 or len(value) > LONGEST_ADDRESS for scheme, value in identifiers):
        expected = f"at most {LONGEST_ADDRESS} characters"
        raise Refused(("/credential/identifiers", "a very long identifier", expected))


def _check_address(text: str, pointer: str) -> None:
    """Refuse an address, or a name by which is searched, that no index can hold."""
    if len(text) > LONGEST_ADDRESS or len(text.encode()) > LONGEST_NAME:
        raise Refused((pointer, f"a text of {len(text)} characters", f"at most {LONGEST_ADDRESS}"))


def _refuse_doubles(line: bytes) -> None:
    """Refuse a line with a key that occurs twice. Only asked where the line says more than was read from it."""
    try:
        json.loads(line, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Refused(("", str(error), "each key once")) from None


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _json(texts: Sequence[Any]) -> str:
    """A list as JSON."""
    return to_json(texts).decode()


assert len(staged_columns("credentials")) == 23
assert len(staged_columns("decisions")) == 13
assert len(staged_columns("skills")) == 10
