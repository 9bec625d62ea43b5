"""Where is a credential recognised, for what purpose, and for what credit?"""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from app.api.asking import report_on
from app.api.dependencies import HandedIn, Releases, Session
from app.api.examples import COMPARISON_EXAMPLES, RECOGNITION_EXAMPLES
from app.api.forms import FORMS, form_of, respond_in
from app.api.negotiation import Form
from app.api.one_way import OneWayRoute
from app.api.problems import NOT_INSTALLED, PROBLEMS
from app.api.responses import answer
from app.api.schemas import ComparisonRequest, CredentialId, FormQuery, Nothing, RecognitionQuery, RecognitionRequest
from app.domain.errors import Fault, UnknownReference
from app.domain.report import Report
from app.services.comparing import Comparison, compare
from app.services.documents import DocumentReport

router = APIRouter(prefix="/v1", tags=["Recognition"], responses=PROBLEMS, route_class=OneWayRoute)


class PinnedQuery(FormQuery):
    """A question out of a permalink."""

    question: str = Field(max_length=100_000, description="The word behind question= in a permalink.")


@router.post(
    "/recognition",
    response_model=DocumentReport,
    responses=FORMS,
    summary="Where is this credential recognised, for what purpose, and for what credit?",
    description="Describe a credential, by its catalogue id or in your own words, and get one outcome for every place "
    "and purpose asked about: status, credit, level, conditions, what is missing, who decides, and the sources. "
    "Only the title is needed; what you leave out is unknown, and the answer says where that matters. "
    "The permalink of the answer gives the same answer again, whatever changes later.",
)
async def recognise(
    request: Request,
    body: Annotated[RecognitionRequest, Body(openapi_examples=RECOGNITION_EXAMPLES)],
    query: Annotated[FormQuery, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Answer a question."""
    return await _answer(request, body, query.format, session, releases, documents)


@router.post(
    "/recognition/compare",
    response_model=Comparison,
    responses=NOT_INSTALLED,
    summary="Answers side by side: one credential in several places, or several credentials in one",
    description="A row for every place, body and purpose, with one answer for every credential: what matters most of "
    "its outcome. The whole reports, with explanation and conditions, are behind the permalinks.",
)
async def compare_answers(
    request: Request,
    body: Annotated[ComparisonRequest, Body(openapi_examples=COMPARISON_EXAMPLES)],
    nothing: Annotated[Nothing, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Answer several questions and lay them side by side."""
    rules = await releases.get(body.release)
    public_url = request.app.state.settings.public_url
    reports = []
    for n, question in enumerate(body.questions()):
        try:
            reports.append(await report_on(question, session, rules, public_url, documents))
        except Fault as fault:
            fault.pointer = fault.pointer.replace("/credential/", f"/credentials/{n}/", 1)
            raise
    return answer(Comparison, compare(reports))


@router.get(
    "/recognition",
    response_model=Report,
    responses=FORMS,
    summary="Give an answer again: the permalink of a report",
    description="`question` is the word that stands in the permalink of a report. Day and release are pinned in it.",
)
async def recognise_again(
    request: Request,
    query: Annotated[PinnedQuery, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Answer the question of a permalink."""
    try:
        body = RecognitionRequest.from_pinned(query.question)
    except ValidationError as error:
        raise RequestValidationError(
            [{**item, "loc": ("query", "question", *item["loc"])} for item in error.errors()]
        ) from None
    except ValueError as error:
        item = {"type": "value_error", "loc": ("query", "question"), "msg": str(error), "input": query.question}
        raise RequestValidationError([item]) from None
    return await _answer(request, body, query.format, session, releases, documents)


@router.get(
    "/credentials/{credential_id}/recognition",
    response_model=Report,
    responses=FORMS,
    summary="Where is this credential of the catalogue recognised?",
    description="The same answer as POST /v1/recognition, for a credential of the catalogue, with filters as query.",
)
async def recognise_known(
    request: Request,
    credential_id: CredentialId,
    query: Annotated[RecognitionQuery, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Answer a question about a credential of the catalogue."""
    body = RecognitionRequest.model_validate(
        {"credential": {"id": credential_id}, **query.model_dump(exclude_none=True, exclude={"format"})}
    )
    try:
        response = await _answer(request, body, query.format, session, releases, documents)
    except UnknownReference as error:
        if error.pointer == "/credential/id":  # here the id is the address, and what is not there is not found
            error.pointer = ""
        raise
    if releases.serving is not None and response.media_type == "application/json":
        request.app.state.known_queries.learn(request.scope["query_string"], body, releases.serving)
    return response


async def _answer(
    request: Request,
    body: RecognitionRequest,
    given: Form | None,
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    form = form_of(request, given)
    rules = await releases.get(body.release)
    report = await report_on(body, session, rules, request.app.state.settings.public_url, documents)
    return await respond_in(form, request, report, body, rules)
