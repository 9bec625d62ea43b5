"""Whether the service lives and is ready."""

import logging
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

from app.api.dependencies import Releases, Session
from app.api.problems import RETRY, problem
from app.api.schemas import Health, Nothing
from app.services.listing import all_releases, is_migrated
from app.store.database import first_line, is_away

log = logging.getLogger(__name__)

router = APIRouter(prefix="/health", tags=["Health"])


@router.get("/live", response_model=Health, summary="Is the process alive?")
async def live(nothing: Annotated[Nothing, Query()]) -> Response:
    """Always ok while the process answers."""
    return JSONResponse(Health(status="ok").model_dump(exclude_none=True))


@router.get(
    "/ready", response_model=Health, summary="Is a release being served, the database there, and the process going on?"
)
async def ready(
    request: Request, nothing: Annotated[Nothing, Query()], session: Session, releases: Releases
) -> Response:
    """ok when the database answers with its tables as they should be, and a release is served; else 503."""
    if request.app.state.draining:
        return _not_ready("The service is about to stop.")
    if not await is_migrated(session):
        return _not_ready("The database has not been migrated yet.")
    try:
        await all_releases(session)
    except DBAPIError as error:
        if is_away(error):
            raise
        log.warning("the database cannot be read: %s", first_line(error))
        return _not_ready("The database is not as it should be.")
    rules = await releases.get()
    return JSONResponse(Health(status="ok", release=rules.release.number).model_dump())


def _not_ready(detail: str) -> Response:
    return problem(503, "not-ready", detail, headers=RETRY)
