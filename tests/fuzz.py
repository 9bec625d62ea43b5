"""Sends requests made up from the documentation to a real server: python -m tests.fuzz --requests 20000 --minutes 30

The server has imports that succeeded, failed and became a draft, so that addresses of imports and releases lead
somewhere. A run is repeated with the seed that it prints.

Schemathesis makes them, valid and invalid ones, and runs its checks on the answers: all but the one that whatever fits
the schema is accepted, because a place or a unit that no release knows fits it and is refused; and the one that what
does not fit is refused, with a key, because a made-up header that does not fit is replaced by the key, and of a batch,
where a question that does not fit has a problem of its own among the answers. That a number is taken for a text is no
fault either: 5 is read as "5" on purpose (``app/domain/described.py``). What is closed is
asked with a key for everything and without one. Prints how many requests there were and what was found, in the log of
the server too; ends with 1 when something was. Requests and minutes are shared out among the databases.

One answer is no fault and not documented: the server's own 400, in plain text, to what is no HTTP, or has an address
beyond 64 KiB. No request comes of that, so it belongs to no operation, and nothing of ours could make it a problem.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.domain.access import SCOPES
from app.services import administration
from app.services.administration import Wish, import_file
from tests.conftest import EXLAND, client_for
from tests.servers import Server, serving

FAULTS_TOLD = 30
EXAMPLES = 20
"""Requests to an operation in one go; after each the time is looked at."""
ANSWER_SECONDS = 30
TOLD_EVERY = 15
"""Seconds between lines that tell how far it is."""
BATCH = "POST /v1/recognition/batch"
"""The operation that answers what does not fit among its answers."""
NUMBER_AS_TEXT = re.compile(r"violates `type` at .*\(was string, became (integer|number)\)")
NO_HTTP = b"Invalid HTTP request received."


@dataclass
class Found:
    """What was answered, and what was wrong with it."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    """Each with a request that shows it."""

    def fault(self, operation: str, title: str, told: str) -> None:
        self.faults.setdefault(f"{operation}: {title}", told[:1500])


@dataclass
class Run:
    """One database."""

    database: str
    requests: int
    until: float
    """When to stop at the latest, in the time of ``time.monotonic``."""
    chance: random.Random
    """What the requests are made from."""
    found: Found = field(default_factory=Found)
    told_at: float = 0.0

    def is_over(self) -> bool:
        """Whether there were enough requests or the time is up; tells how far it is."""
        now, sent = time.monotonic(), self.found.statuses.total()
        if now - self.told_at > TOLD_EVERY:
            self.told_at = now
            left = max(0, self.until - now)
            sys.stderr.write(f"{self.database}: {sent} of {self.requests}, {left:.0f} s left\n")
        return sent >= self.requests or now > self.until

    def send(self, case: schemathesis.Case, address: str, label: str, headers: dict[str, str]) -> None:
        """Send a request and check what comes back."""
        try:
            response = case.call(base_url=address, headers=headers, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            self.found.statuses[0] += 1
            self.found.fault(label, type(error).__name__, f"{str(error)[:300]}\n{case.as_curl_command()}")
            return
        self.found.statuses[response.status_code] += 1
        if is_no_http(response):
            return
        try:
            left_out = [positive_data_acceptance, *([negative_data_rejection] if headers or label == BATCH else [])]
            case.validate_response(response, headers=headers, excluded_checks=left_out)
        except FailureGroup as group:
            for failure in group.exceptions:
                if NUMBER_AS_TEXT.search(str(failure)):
                    continue
                title = getattr(failure, "title", type(failure).__name__)
                self.found.fault(label, title, f"{str(failure)[:900]}\n{case.as_curl_command()}")


def is_no_http(response: Response) -> bool:
    """Whether this is the server's own answer to what is no HTTP."""
    return response.status_code == 400 and response.content == NO_HTTP


def fuzz(run: Run, server: Server, key: str) -> None:
    """Ask every operation in turn, over and over."""
    address = str(server.client.base_url).rstrip("/")
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    schema.config.output.sanitization.update(enabled=False)  # a request that shows a fault is told whole
    operations = [op.ok() for op in schema.get_all_operations()]
    asked = [
        (operation, mode, headers)
        for operation in operations
        for headers in ({}, {"Authorization": f"Bearer {key}"})
        if not headers or operation.definition.raw.get("security")
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    each = min(EXAMPLES, -(-run.requests // len(asked)))
    while not run.is_over():
        for operation, mode, headers in asked:
            if run.is_over():
                break

            def send(case: schemathesis.Case) -> None:
                run.send(case, address, operation.label, headers)  # noqa: B023

            made = settings(
                max_examples=each, deadline=None, database=None, phases=[Phase.generate], verbosity=Verbosity.quiet,
                suppress_health_check=list(HealthCheck),
            )(seed(run.chance.getrandbits(64))(given(operation.as_strategy(generation_mode=mode))(send)))  # fmt: skip
            with suppress(Unsatisfiable):  # what takes no parameter cannot be asked in a wrong way
                made()
    for line in server.lines():
        if line["level"] in ("error", "critical"):
            told = f"{line['message']}\n{line.get('exception', '')}"
            run.found.fault("log", line["message"].partition("\n")[0][:200], told[-1200:])


def fuzz_on(run: Run, url: str, folder: Path) -> None:
    """Ask a server on this database, which is prepared for it."""
    for _ in client_for(url, EXLAND):
        pass
    _, key = asyncio.run(administration.create_key(url, "fuzz", SCOPES, None))
    with_imports(url, folder)
    settings = {"LOG_REQUESTS": "false", "RATE_LIMIT_ADMIN": "1000000/second", "IMPORTS_DIR": str(folder / "imports")}
    with serving(url, folder, **settings) as server:
        fuzz(run, server, key)


def with_imports(url: str, folder: Path) -> None:
    """Import a collection, a file with a row that is rejected, and framework data that becomes a draft."""
    head = "id,confidence,title\na,low,Ants\n"
    framework = (EXLAND / "frameworks" / "xf.yaml").read_text()
    draft = framework.replace("Decree 12", "Decree XII")
    files = {"sound.csv": head, "faulty.csv": f"{head}b,low,\n", "xf.yaml": draft}
    for name, content in files.items():
        (folder / name).write_text(content)
        wish = Wish(collection=None if name == "xf.yaml" else "fuzz")
        asyncio.run(import_file(url, folder / name, wish))


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/p.db"
        return
    import pgserver

    (folder / "postgres").mkdir()
    server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> int:
    """Fuzz the databases that are named, one after the other."""
    parser = argparse.ArgumentParser(description="Send requests made up from the documentation to a real server.")
    parser.add_argument("--requests", type=int, default=2_000, help="requests in all")
    parser.add_argument("--minutes", type=float, default=10, help="minutes in all")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats a run")
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    wanted = parser.parse_args()
    found = 0
    for kind in wanted.on:
        with tempfile.TemporaryDirectory(prefix="passerelle-fuzz-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            folder.chmod(0o755)
            share = len(wanted.on)
            with database(kind, folder) as url:
                until, chance = time.monotonic() + wanted.minutes * 60 / share, random.Random(wanted.seed)
                run = Run(kind, wanted.requests // share, until, chance)
                fuzz_on(run, url, folder)
        statuses, faults = run.found.statuses, run.found.faults
        told = ", ".join(f"{status or 'none'}: {number}" for status, number in sorted(statuses.items()))
        count = f"{statuses.total()} requests ({told}), {len(faults)} faults"
        sys.stdout.write(f"{kind}, seed {wanted.seed}: {count}\n")
        for fault, example in list(faults.items())[:FAULTS_TOLD]:
            sys.stdout.write(f"\n{fault}\n{example}\n")
        sys.stdout.flush()
        found += len(faults)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
