"""Ways to hand in a document: in JSON with the question, in a form, or as it is with the question in the query."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError, model_validator
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.api.one_way import read_one_way
from app.api.schemas import Options, RecognitionQuery, split
from app.documents.json_text import MAX_BYTES, read_json
from app.domain.errors import UnreadableQuestion
from app.services.documents import Handed

JSON, FORM, TOKEN = "application/json", "multipart/form-data", "application/jwt"
FORM_FIELDS = 100
"""Most fields of a form."""
LARGEST_FIELD = MAX_BYTES
"""Most bytes of a field that is no file: a document may be pasted into one."""

_DOCUMENT = frozenset({"@context", "@graph", "@type", "type", "payload"})
"""Keys that documents have and questions do not."""
_SEVERAL = ("jurisdictions", "purposes", "recognisers")
"""Fields that may be repeated."""
_OBJECTS = ("holder", "programme")
"""Fields whose text is a JSON object."""


class DocumentQuery(RecognitionQuery):
    """The question about a document that is the body itself."""

    match_threshold: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="Least score at which a credential is taken to be one of the catalogue, for a body that is the "
        "document itself.",
    )


class DocumentRequest(Options):
    """Where is what this document shows recognised?"""

    document: dict[str, Any] | str | None = Field(
        default=None, description="The document: its JSON, or a token (JWT) as text."
    )
    url: Annotated[str, Field(max_length=2_000)] | None = Field(
        default=None, description="https address of the document, instead of it. It is asked for once and not kept."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.document is None) == (self.url is None):
            raise ValueError("a document, or the url of one")
        return self

    def handed(self) -> Handed:
        """What is handed in."""
        return Handed(content="" if self.document is None else self.document, address=self.url)


class FileOptions(Options):
    """The question about a document that is handed in beside it."""


async def read_request(request: Request, query: DocumentQuery) -> tuple[Handed, Options]:
    """What is handed in by a request, and what is asked. Nothing of it is written to a disk.

    Raises UnopenedDocument, UnreadableQuestion or RequestValidationError for what makes no sense.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    told = query.model_dump(exclude_none=True, exclude={"format"})
    if kind == FORM:
        handed, options = await _in_form(request)
    else:
        content = await request.body()
        body = read_json(content, "the body") if kind == JSON else None
        if not isinstance(body, Mapping) or not body.keys() & {"document", "url"} or body.keys() & _DOCUMENT:
            return Handed(content=content), _validated(FileOptions, told)
        asked = _validated(DocumentRequest, body)
        handed, options = asked.handed(), asked
    if told:
        text = f"Found {', '.join(sorted(told))} in the query, expected all of the question in the body."
        raise UnreadableQuestion(text, f"/{min(told)}")
    return handed, options


async def _in_form(request: Request) -> tuple[Handed, Options]:
    """A form with a file, a document as text, or the address of one; and the question in its other fields."""
    values, content = await _fields(request)
    if content is None:
        asked = _validated(DocumentRequest, values)
        return asked.handed(), asked
    if twice := sorted(values.keys() & {"document", "url"}):
        raise UnreadableQuestion(f"Found a file and {' and '.join(twice)}, expected one of them.", "/file")
    return Handed(content=content), _validated(FileOptions, values)


async def _fields(request: Request) -> tuple[dict[str, Any], bytes | None]:
    """The fields of a form, those that are empty left out, and the content of the file in it."""
    try:
        parser = MultiPartParser(
            request.headers, request.stream(), max_files=1, max_fields=FORM_FIELDS, max_part_size=LARGEST_FIELD
        )
        parser.spool_max_size = request.app.state.settings.max_document_bytes + 1  # a file stays in memory
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        reason = error.message if isinstance(error, MultiPartException) else "no boundary"
        raise UnreadableQuestion(f"The form cannot be read: {reason.rstrip('.')}.") from None
    content: bytes | None = None
    values: dict[str, Any] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != "file":
                raise UnreadableQuestion("Found a file under another name, expected it under 'file'.", "/file")
            content = await value.read() or None
        elif value and name in _SEVERAL:
            values.setdefault(name, []).append(value)
        elif value:
            values[name] = _object(name, value) if name in _OBJECTS else value
    await form.close()
    for name in values.keys() & {"jurisdictions", "purposes"}:
        values[name] = split(values[name])
    return values, content


def _object(name: str, text: str) -> Any:
    try:
        return read_one_way(text)
    except ValueError:
        raise UnreadableQuestion("Found text that is no JSON, expected a JSON object.", f"/{name}") from None


Asked = TypeVar("Asked", bound=Options)


def _validated(shape: type[Asked], values: Any) -> Asked:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults, body=values) from None
