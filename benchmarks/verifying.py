"""How long it takes to open and verify one badge without asking anybody, and its share of a whole request.

``python -m benchmarks.verifying``. A request asks where the badge is recognised in one place, of the service in this
process, with the data of this project: no network, no server around it.
"""

import asyncio
import json
import statistics
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

import httpx

from app.documents.opening import open_document
from app.documents.verification.asking import Asking
from app.documents.verification.verifying import verify
from app.main import create_app
from app.services.administration import load, migrate
from app.settings import ROOT, Settings
from tests.documents.issuing import ED25519, P256, a_badge, did_key, method_of, private, signed, token

ROUNDS = 300
BADGES = {
    "eddsa-rdfc-2022 (graph)": json.dumps(signed(a_badge())),
    "ecdsa-jcs-2019 (JSON)": json.dumps(signed(a_badge(did_key(P256)), "ecdsa-jcs-2019", P256)),
    "EdDSA token": token({"vc": a_badge()}, private(ED25519), "EdDSA", kid=method_of(ED25519)),
}


async def _times_of_requests(url: str, badge: str) -> list[float]:
    """Milliseconds of each request with the badge."""
    app = create_app(Settings(database_url=url, log_requests=False, fetching=False, run_imports=False, drain_seconds=0))
    found = []
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            for _ in range(ROUNDS):
                asked = {"document": badge, "jurisdictions": ["NL"], "as_of": "2026-06-01"}
                start = time.perf_counter()
                response = await client.post("/v1/recognition/document", json=asked)
                found.append((time.perf_counter() - start) * 1000)
                assert response.json()["documents"][0]["verification"]["genuine"] == "passed", response.text
    return found


async def _times(badge: str) -> list[float]:
    """Milliseconds of each round."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        (held,) = open_document(badge)
        verification = await verify(held, on=date(2026, 6, 1), asking=Asking(None))
        found.append((time.perf_counter() - start) * 1000)
        assert verification.genuine == "passed"
    return found


def main() -> None:
    """Print both for each kind of proof."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'passerelle.db'}"
        migrate(url)
        asyncio.run(load(url, ROOT / "data"))
        for name, badge in BADGES.items():
            times = sorted(asyncio.run(_times(badge)))
            verifying, whole = statistics.median(times), statistics.median(asyncio.run(_times_of_requests(url, badge)))
            print(  # noqa: T201
                f"{name:24} median {verifying:.2f} ms, p95 {times[int(0.95 * ROUNDS)]:.2f} ms; "
                f"a whole request {whole:.2f} ms, {verifying / whole:.0%} of it verifying"
            )


if __name__ == "__main__":
    main()
