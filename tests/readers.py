"""Readers while two catalogues are imported and framework data is activated, over and over, by four workers.

``python -m tests.readers --seconds 120 --on postgresql`` prints how many answers there were, of how many releases, and
how long the slowest worker went on with an old one. Every answer names one release, and equals, byte for byte, what
that release answers when it is asked afterwards. The suite does it for some seconds.
"""

import argparse
import asyncio
import hashlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from app.services import administration
from app.services.administration import load
from app.store.database import sync_url
from app.store.moments import as_utc
from tests.databases import migrated
from tests.factories import EXLAND
from tests.servers import Server, serving

WORKERS, READERS, ROWS = 4, 4, 300
NAMES = ("red", "blue")
ASKED: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/v1/recognition", {"credential": {"id": "xf-beekeeping"}, "as_of": "2024-09-02"}),
    ("POST", "/v1/recognition", {"credential": {"title": "Course red 7"}, "as_of": "2024-09-02"}),
    ("GET", "/v1/credentials/xf-beekeeping/recognition?as_of=2024-09-02", None),
    ("GET", "/v1/credentials?q=course+red&limit=20&total=true", None),
    ("GET", "/v1/credentials?collection=blue&limit=50&total=true&facets=kind", None),
    ("GET", "/v1/credentials?collection=red&limit=50", None),
    ("GET", "/v1/jurisdictions/XF", None),
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a reader was told."""

    question: int
    release: int
    digest: bytes
    sent_at: float


@dataclass
class Told:
    """What came of it."""

    answers: list[Answer] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    lag: float = 0.0
    """The longest time, in seconds, after which a request was still answered from an old release."""

    @property
    def releases(self) -> set[int]:
        return {answer.release for answer in self.answers}

    def __str__(self) -> str:
        acts = ", ".join(f"{count} {act}" for act, count in sorted(self.done.items()))
        return (
            f"{len(self.answers)} answers of {len(self.releases)} releases, each as its release gives it; {acts}; "
            f"the slowest worker went on with an old release for {self.lag:.2f} s"
        )


def ask(client: httpx.Client, question: int, release: int | None = None) -> httpx.Response:
    """Ask a question of the active release, or of one."""
    method, path, body = ASKED[question]
    if release is not None and body is not None:
        body = {**body, "release": release}
    elif release is not None:
        path += f"{'&' if '?' in path else '?'}release={release}"
    response = client.request(method, path, json=body)
    assert response.status_code == 200, (path, response.status_code, response.text[:500])
    return response


def release_of(response: httpx.Response) -> int:
    """The one release that an answer names."""
    return int(response.json()["release"]["number"])


def read_and_change(url: str, folder: Path, seconds: float, seed: int = 0, workers: int = WORKERS) -> Told:
    """Let people read while others import and activate, for so many seconds, and compare all answers afterwards."""
    migrated(url)
    asyncio.run(load(url, EXLAND))
    _, key = asyncio.run(administration.create_key(url, "readers", ("import", "release"), None))
    more = {"IMPORTS_DIR": str(folder / "imports"), "RATE_LIMIT_ADMIN": "1000000/second", "DATA_DIR": str(EXLAND)}
    told, until = Told(), time.monotonic() + seconds
    with serving(url, folder, "--workers", str(workers), IMPORT_POLL_SECONDS="0.05", **more) as server:
        acts = [lambda n, name=name: _import(server, key, name, n) for name in NAMES]
        with ThreadPoolExecutor(READERS + len(acts) + 1) as pool:
            over = threading.Event()
            reading = [pool.submit(_read, server, told, over, random.Random(seed + n)) for n in range(READERS)]
            changing = [pool.submit(_again, act, until, told) for act in [*acts, lambda n: _activate(server, key, n)]]
            try:
                for one in changing:
                    one.result()
            finally:
                over.set()
            for one in reading:
                one.result()
        _compare(server, told)
    told.lag = _lag(url, told)
    return told


def _read(server: Server, told: Told, over: threading.Event, chance: random.Random) -> None:
    """Ask one question after another, each over a connection of its own, so that any worker may take it."""
    while not over.is_set():
        question, sent_at = chance.randrange(len(ASKED)), time.time()
        with httpx.Client(base_url=server.client.base_url, timeout=60) as client:
            response = ask(client, question)
        digest = hashlib.sha256(response.content).digest()
        told.answers.append(Answer(question, release_of(response), digest, sent_at))


def _again(act: Callable[[int], str], until: float, told: Told) -> None:
    """Do something over and over: twice at least, so that there is something to see."""
    n = 0
    while n < 2 or time.monotonic() < until:
        told.done[act(n)] += 1
        n += 1


def _sent(client: httpx.Client, content: str, file: str, **fields: str) -> dict[str, Any]:
    """Send a file and wait until its import is finished."""
    response = client.post("/v1/admin/imports", files={"file": (file, content)}, data=fields)
    assert response.status_code == 202, response.text
    with client.stream("GET", f"{response.headers['location']}/events") as events:
        for _ in events.iter_lines():
            pass
    job: dict[str, Any] = client.get(response.headers["location"]).json()
    assert job["state"] == "succeeded", job
    return job


def _admin(server: Server, key: str) -> httpx.Client:
    return httpx.Client(base_url=server.client.base_url, timeout=120, headers={"Authorization": f"Bearer {key}"})


def _import(server: Server, key: str, name: str, n: int) -> str:
    lines = [
        json.dumps({
            "id": f"{name}-{row}", "confidence": "low",
            "credential": {"title": f"Course {name} {row} edition {n}", "issuer": {"name": "School"}},
        })
        for row in range(ROWS + n % 7)
    ]  # fmt: skip
    with _admin(server, key) as client:
        job = _sent(client, "\n".join(lines), f"{name}.ndjson", name=name)
    assert job["release"] is not None
    return "imports"


def _activate(server: Server, key: str, n: int) -> str:
    data = (EXLAND / "frameworks" / "xf.yaml").read_text()
    with _admin(server, key) as client:
        job = _sent(client, data.replace("name: Exland\n", f"name: Exland {n}\n"), "xf.yaml")
        response = client.post(f"/v1/admin/releases/{job['release']}/activate")
        assert response.status_code == 200, response.text
    return "activations"


def _compare(server: Server, told: Told) -> None:
    """Ask each question of each release that answered it, and compare the bytes."""
    seen: dict[tuple[int, int], set[bytes]] = {}
    for answer in told.answers:
        seen.setdefault((answer.question, answer.release), set()).add(answer.digest)
    with httpx.Client(base_url=server.client.base_url, timeout=60) as client:
        for (question, release), digests in sorted(seen.items()):
            response = ask(client, question, release)
            assert release_of(response) == release
            assert digests == {hashlib.sha256(response.content).digest()}, (ASKED[question], release, len(digests))


def _lag(url: str, told: Told) -> float:
    """How long after the end of its time a release was still answered from, at most, in seconds."""
    engine = create_engine(sync_url(url))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT number, at FROM activations ORDER BY pk")).all()
    engine.dispose()
    moments = [(number, _seconds(at)) for number, at in rows]
    ended = {number: after for (number, _), (_, after) in pairwise(moments)}
    return max(
        (answer.sent_at - ended[answer.release] for answer in told.answers if answer.release in ended), default=0.0
    )


def _seconds(moment: Any) -> float:
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return as_utc(at).astimezone(UTC).timestamp()


def main() -> None:
    """Read and change on one database for a while, and print the counts."""
    from tests.fuzz import database

    parser = argparse.ArgumentParser(description="Read while others import and activate.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerelle-readers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(wanted.on, folder) as url:
            told = read_and_change(url, folder, wanted.seconds, random.randrange(1_000))
    sys.stdout.write(f"{wanted.on}: {told}\n")


if __name__ == "__main__":
    main()
