"""Shapes of requests, and of the few responses that are not domain objects already."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Path
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    model_validator,
)
from pydantic.json_schema import models_json_schema

from app.api.days import Day
from app.api.dependencies import today
from app.api.negotiation import Form
from app.api.numbers import WholeNumber, refuse_exponents
from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential
from app.domain.programmes import Programme
from app.domain.recognisers import RecogniserKind
from app.domain.report import AskedRecogniser, Question, ReleaseReference
from app.domain.rules import PURPOSES, Purpose
from app.domain.ruleset import RuleSet
from app.domain.verification import Genuineness
from app.services.matching import TITLE_SCORE

Item = TypeVar("Item")

MAX_ASKED = 60
"""Most places or recognisers in one question."""
MAX_COMPARED = 720
"""Most answers in one comparison."""


class Closed(BaseModel):
    """A request: keys that it does not know are refused, never ignored."""

    model_config = ConfigDict(extra="forbid")


class CredentialById(Closed):
    """A credential of the catalogue."""

    id: str = Field(min_length=1, max_length=200, description="Id in the catalogue: see GET /v1/credentials.")


class RecogniserRequest(Closed):
    """A body that recognises: a university, an authority, a credit recommendation service, an employer."""

    name: str = Field(min_length=1, max_length=300, description="Its id, name or a usual abbreviation.")
    country: str | None = Field(default=None, max_length=10, description="ISO 3166 code of its place.")
    kind: RecogniserKind | None = Field(default=None, description="What kind of body it is, when we may not know it.")


class CredentialInDocument(Closed):
    """A credential that a document shows: a badge, a signed credential."""

    document: dict[str, Any] | str = Field(
        description="The document: its JSON, or a token (JWT) as text. It must describe one credential."
    )


def _which(value: Any) -> str:
    if isinstance(value, dict):
        return "document" if "document" in value else "credential" if "title" in value else "by_id"
    if isinstance(value, CredentialInDocument):
        return "document"
    return "by_id" if isinstance(value, CredentialById) else "credential"


def _recogniser(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


OTHER_WORDS = {
    "postgraduate": "graduate", "masters": "master", "bachelors": "bachelor", "doctorate": "doctoral",
    "phd": "doctoral",
}  # fmt: skip
"""Other words for levels of study."""


def _programme(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("level"), str):
        word = value["level"].casefold().replace("'", "")
        return {**value, "level": OTHER_WORDS.get(word, word)}
    return value


def fact_value(value: Any) -> Any:
    """A number as the text of it; facts are true, false or text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Language = Annotated[
    str | None,
    Field(
        max_length=35,
        pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="Language (BCP 47: fr, zh-Hant) in which `labels` should name statuses, purposes, frameworks and "
        "levels; where no name in it is recorded, the English one is given. Sentences stay in English.",
        examples=["fr"],
    ),
]

EARLIEST = date(1900, 1, 1)
"""No rule is older, and ages in years can still be counted back from here."""


ShownCredential = Annotated[
    Annotated[Credential, Tag("credential")]
    | Annotated[CredentialById, Tag("by_id")]
    | Annotated[CredentialInDocument, Tag("document")],
    Discriminator(_which),
]
"""A credential described, one of the catalogue by its id, or one that a document shows."""


class Options(Closed):
    """What a question asks besides the credential."""

    jurisdictions: list[str] | None = Field(
        default=None,
        max_length=MAX_ASKED,
        description="Places to ask about: ISO 3166 codes or regions (EU, EHEA). Without it: every place with rules.",
    )
    purposes: list[Purpose] | None = Field(default=None, description="Purposes to ask about. Without it: all.")
    recognisers: list[Annotated[RecogniserRequest, BeforeValidator(_recogniser)]] | None = Field(
        default=None,
        max_length=MAX_ASKED,
        description="Bodies to ask about, by id or name. Their own decisions and rules then come first.",
    )
    programme: Annotated[Programme, BeforeValidator(_programme)] = Field(
        default=Programme(),
        description="The programme into which the credential should count. A level may also be named "
        f"{', '.join(OTHER_WORDS)}.",
    )
    holder: dict[str, Annotated[CircumstanceValue, BeforeValidator(fact_value)]] = Field(
        default_factory=dict,
        description="Facts about the holder that conditions ask for, such as a score: see GET /v1/circumstances.",
    )
    as_of: Day | None = Field(
        default=None, ge=EARLIEST, description="Day on which it should hold. Without it: today (UTC)."
    )
    release: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="State of the data to answer from. Without it: the active one."
    )
    language: Language = None
    match_threshold: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="Least score at which a described credential is taken to be one of the catalogue. Without it: "
        f"{TITLE_SCORE}. With 100 only for an equal identifier, or title and issuer.",
    )

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        """Refuse what Python's reader lets through and JSON in Unicode does not have."""
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False, default=str).encode()
        except ValueError:
            raise ValueError("whole characters, and no NaN or Infinity") from None
        return value

    @model_validator(mode="before")
    @classmethod
    def numbers_are_written_out(cls, value: Any) -> Any:
        """Refuse exponents wherever a number may stand."""
        told = value if isinstance(value, dict) else {}
        several = told.get("credentials")
        for credential in (told.get("credential"), *(several if isinstance(several, list) else ())):
            if isinstance(credential, dict):
                for name in ("credit", "notional_hours", "duration_weeks"):
                    refuse_exponents(credential.get(name))
        return value


class RecognitionRequest(Options):
    """Where is this credential recognised, for what purpose, and for what credit?"""

    credential: ShownCredential = Field(
        description="The credential: its catalogue id, a description of which only the title is needed, or a document "
        "that shows it. What is left out is unknown, and the answer says where that matters."
    )
    genuineness: Genuineness | None = Field(
        default=None,
        description="What is known of the document that shows the credential, where somebody else verified it: it can "
        "only make the answer more careful. Permalinks of answers on documents hold it. Not together with a document.",
    )

    @model_validator(mode="after")
    def _is_verified_once(self) -> Self:
        if isinstance(self.credential, CredentialInDocument) and self.genuineness is not None:
            raise ValueError("a document or genuineness, as documents are verified here")
        return self

    def question(self) -> Question:
        """The question that the domain understands; a missing day becomes today, here only."""
        credential = self.credential
        assert not isinstance(credential, CredentialInDocument), "documents are read first"
        if isinstance(credential, CredentialById):
            credential = Credential(title="", id=credential.id)
        return Question(
            credential=credential,
            as_of=self.as_of or today(),
            jurisdictions=tuple(dict.fromkeys(self.jurisdictions or ())),
            purposes=tuple(dict.fromkeys(self.purposes or ())),
            recognisers=tuple(
                AskedRecogniser(name=asked.name, country=asked.country, kind=asked.kind)
                for asked in self.recognisers or ()
            ),
            holder=self.holder,
            programme=self.programme,
            language=self.language,
            genuineness=self.genuineness,
            match_threshold=self.match_threshold,
        )

    def pinned_text(self, as_of: date, release: int) -> str:
        """The whole question as JSON, with the day and release that were used."""
        body = self.model_copy(update={"as_of": as_of, "release": release})
        data = _without_defaults(TypeAdapter(RecognitionRequest).dump_python(body, mode="json", exclude_defaults=True))
        return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_pinned(cls, word: str) -> Self:
        """The question out of a permalink: what ``permalink`` made of its text. Raises ValueError."""
        try:
            text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        except (binascii.Error, ValueError):
            raise ValueError("a question as it stands in a permalink") from None
        return cls.model_validate_json(text)


def with_schemas(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI document with the shapes of bodies that a route reads itself."""
    if all(model.__name__ in document["components"]["schemas"] for model in models):
        return document
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"] = schemas["$defs"] | document["components"]["schemas"]
    return document


LONGEST_PERMALINK = 60_000
"""Longest address of an answer, in characters: servers take no longer ones."""


def permalink(public_url: str, text: str) -> str:
    """The address that answers a question again, given as text."""
    word = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{public_url.rstrip('/')}/v1/recognition?question={word}"


def _without_defaults(value: Any) -> Any:
    """Nested objects without keys that are null or empty objects."""
    if isinstance(value, dict):
        kept = {key: _without_defaults(below) for key, below in value.items() if below is not None}
        return {key: below for key, below in kept.items() if below != {}}
    return [_without_defaults(below) for below in value] if isinstance(value, list) else value


def split(value: Any) -> Any:
    """Several values in one parameter, separated by commas. An empty one is judged like any other."""
    if isinstance(value, list):
        return [part for item in value for part in (item.split(",") if isinstance(item, str) else [item])]
    return value


class FormQuery(Closed):
    """In which form a report is given."""

    format: Form | None = Field(
        default=None,
        description="json; html, a page to print or keep; pdf; or vc, a verifiable credential signed by this service. "
        "Without it: as the Accept header says.",
    )


class RecognitionQuery(FormQuery):
    """Filters of a question about a credential of the catalogue."""

    jurisdictions: Annotated[list[str], BeforeValidator(split)] | None = Field(
        default=None,
        max_length=MAX_ASKED,
        description="Places, repeated or separated by commas.",
        examples=[["US", "IE"]],
    )
    purposes: Annotated[list[Purpose], BeforeValidator(split)] | None = Field(
        default=None, description="Purposes, repeated or separated by commas."
    )
    recognisers: list[Annotated[str, Field(min_length=1, max_length=300)]] | None = Field(
        default=None, max_length=MAX_ASKED, description="Bodies by id or name; repeat the parameter for several."
    )
    as_of: Day | None = Field(
        default=None, ge=EARLIEST, description="Day on which it should hold. Without it: today (UTC)."
    )
    release: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="State of the data to answer from."
    )
    language: Language = None


class ComparisonRequest(Options):
    """Credentials and places to put side by side."""

    credentials: list[ShownCredential] = Field(
        min_length=1, max_length=20, description="Credentials, by description, catalogue id or document."
    )

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        """A place or a body is named, and the table stays small enough to read."""
        places = max(len(self.jurisdictions or ()), 1) * max(len(self.recognisers or ()), 1)
        if not self.jurisdictions and not self.recognisers:
            raise ValueError("jurisdictions or recognisers to compare")
        if len(self.credentials) * places * len(self.purposes or PURPOSES) > MAX_COMPARED:
            raise ValueError(f"at most {MAX_COMPARED} answers (credentials by places by purposes)")
        return self

    def questions(self) -> list[RecognitionRequest]:
        """One question for every credential, alike in all else."""
        rest = {name: getattr(self, name) for name in Options.model_fields}
        return [RecognitionRequest.model_construct(credential=credential, **rest) for credential in self.credentials]


class Page(BaseModel, Generic[Item]):
    """A page of a list in the order of ids."""

    release: ReleaseReference = Field(description="State of the data that the list was read from.")
    items: list[Item] = Field(description="The entries of this page.")
    next: str | None = Field(default=None, description="Give this as ?after= to read on; absent on the last page.")


def cut(
    shape: Any, rules: RuleSet, found: list[Any], limit: int, cursor: Callable[[Any], str] = lambda item: item.id
) -> Any:
    """A page of what was found, at least one more than fits when there is more."""
    items = found[:limit]
    return shape(release=rules.release, items=items, next=cursor(items[-1]) if len(found) > limit else None)


class PageQuery(Closed):
    """Which part of a list."""

    after: str = Field(default="", max_length=200, description="Read on behind this id.")
    limit: WholeNumber = Field(default=100, ge=1, le=1000, description="Most entries on a page.")
    release: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Release to read from. Without it: the active one."
    )


class ReleaseQuery(Closed):
    """Which release."""

    release: WholeNumber | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Release to read from. Without it: the active one."
    )


StatementId = Annotated[str, Path(max_length=200, description="Id of the statement, as lists give it.")]
CredentialId = Annotated[
    str,
    Path(
        max_length=200, description="Id of the credential: see GET /v1/credentials.", examples=["us-google-it-support"]
    ),
]


class Nothing(Closed):
    """No parameters."""


class Health(BaseModel):
    """Whether the service works."""

    status: str = Field(description="ok, or what is missing.")
    release: int | None = Field(default=None, description="Release that is served.")
