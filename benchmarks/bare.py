"""The measure of what the framework leaves: a bare FastAPI route that returns the bytes of a file."""

import os
from pathlib import Path

from fastapi import FastAPI, Response

app = FastAPI()
BODY = Path(os.environ["BENCH_BODY"]).read_bytes()


@app.get("/v1/credentials/{credential_id}/recognition")
async def same_bytes(credential_id: str, jurisdictions: str, purposes: str) -> Response:
    """The same bytes for every id."""
    return Response(BODY, media_type="application/json")
