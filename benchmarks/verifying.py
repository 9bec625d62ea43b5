"""How long it takes to open and verify one badge without asking anybody: ``python -m benchmarks.verifying``."""

import asyncio
import json
import statistics
import time
import warnings
from datetime import date

from app.documents.opening import open_document
from app.documents.verification.asking import Asking
from app.documents.verification.verifying import verify
from tests.documents.issuing import ED25519, P256, a_badge, did_key, method_of, private, signed, token

ROUNDS = 300
BADGES = {
    "eddsa-rdfc-2022 (graph)": json.dumps(signed(a_badge())),
    "ecdsa-jcs-2019 (JSON)": json.dumps(signed(a_badge(did_key(P256)), "ecdsa-jcs-2019", P256)),
    "EdDSA token": token({"vc": a_badge()}, private(ED25519), "EdDSA", kid=method_of(ED25519)),
}


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


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name, badge in BADGES.items():
        times = sorted(asyncio.run(_times(badge)))
        print(f"{name:24} median {statistics.median(times):.2f} ms, p95 {times[int(0.95 * ROUNDS)]:.2f} ms")  # noqa: T201
