"""What the service counts, for Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api import metrics

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def exposition(request: Request) -> Response:
    """All numbers; those of this process as they are now."""
    metrics.observe(request.app.state.rulesets, request.app.state.engine)
    return Response(metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
