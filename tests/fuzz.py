"""Sends requests made up from the documentation to a real server on both databases: python -m tests.fuzz [REQUESTS]

Schemathesis makes them, valid and invalid ones, and runs its checks on the answers: all but the one that whatever fits
the schema is accepted, because a place or a unit that no release knows fits it and is refused. Prints how many requests
there were and what was found; ends with 1 when something was.
"""

import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.conftest import EXLAND, client_for
from tests.servers import serving

FAULTS_TOLD = 30


def fuzz(url: str, folder: Path, requests: int) -> tuple[Counter[int], dict[str, str]]:
    """The statuses of so many answers at least, and the faults that were found, each with a request that shows it."""
    for _ in client_for(url, EXLAND):
        pass
    statuses: Counter[int] = Counter()
    faults: dict[str, str] = {}
    with serving(url, folder, DRAIN_SECONDS="0", LOG_REQUESTS="false") as server:
        address = f"http://127.0.0.1:{server.port}"
        operations = [op.ok() for op in schemathesis.openapi.from_url(f"{address}/openapi.json").get_all_operations()]
        each = -(-requests // (2 * len(operations)))
        seed = 0
        while statuses.total() < requests:
            seed += 1
            for operation in operations:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                    def send(case: schemathesis.Case) -> None:
                        response = case.call(base_url=address)
                        statuses[response.status_code] += 1
                        try:
                            case.validate_response(response, excluded_checks=[positive_data_acceptance])
                        except FailureGroup as group:
                            for failure in group.exceptions:
                                name = f"{operation.label}: {getattr(failure, 'title', type(failure).__name__)}"  # noqa: B023
                                faults.setdefault(name, f"{failure}\n{case.as_curl_command()}"[:1500])

                    run = settings(
                        max_examples=each, deadline=None, database=None, phases=[Phase.generate],
                        suppress_health_check=list(HealthCheck), derandomize=seed == 1,
                    )(given(operation.as_strategy(generation_mode=mode))(send))  # fmt: skip
                    with suppress(Unsatisfiable):  # what takes no parameter cannot be asked in a wrong way
                        run()
    return statuses, faults


def main() -> int:
    """Fuzz both databases, half of the requests each."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    found = 0
    with tempfile.TemporaryDirectory(prefix="passerelle-fuzz-", ignore_cleanup_errors=True) as name:
        import pgserver

        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        try:
            for database, url in (("SQLite", f"sqlite:///{folder}/p.db"), ("PostgreSQL", server.get_uri())):
                statuses, faults = fuzz(url, folder, requests // 2)
                told = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
                sys.stdout.write(f"{database}: {statuses.total()} requests ({told}), {len(faults)} faults\n")
                for fault, example in list(faults.items())[:FAULTS_TOLD]:
                    sys.stdout.write(f"\n{fault}\n{example}\n")
                found += len(faults)
        finally:
            server.cleanup()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
