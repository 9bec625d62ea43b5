"""Whether the service lives and is ready."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app.api.dependencies import Releases, Session
from app.api.problems import problem
from app.api.schemas import Health, Nothing
from app.services.listing import all_releases

router = APIRouter(prefix="/health", tags=["Health"])


@router.get("/live", response_model=Health, summary="Is the process alive?")
async def live(nothing: Annotated[Nothing, Query()]) -> Response:
    """Always ok while the process answers."""
    return JSONResponse(Health(status="ok").model_dump(exclude_none=True))


@router.get("/ready", response_model=Health, summary="Is a release being served and the database there?")
async def ready(nothing: Annotated[Nothing, Query()], session: Session, releases: Releases) -> Response:
    """ok when the database answers and a release is served; else 503."""
    if not releases.is_ready:
        return problem(503, "not-ready", "No framework data has been loaded yet.", headers={"Retry-After": "2"})
    await all_releases(session)
    rules = await releases.get()
    return JSONResponse(Health(status="ok", release=rules.release.number).model_dump())
