"""The least that reads a credential from PostgreSQL: one query by id with asyncpg, and its body is sent as it is."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Response


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """As many connections as the service keeps."""
    async with asyncpg.create_pool(os.environ["BENCH_POSTGRES"], min_size=5, max_size=5) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/credentials/{credential_id}")
async def body(credential_id: str) -> Response:
    """The body of the credential with this id."""
    found = await app.state.pool.fetchval("SELECT body FROM credentials WHERE id = $1", credential_id)
    return Response(found, 200 if found else 404, media_type="application/json")
