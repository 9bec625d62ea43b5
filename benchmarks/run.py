"""Measures the service beside others and prints a table of ratios: python -m benchmarks.run [SIZE ...].

Needs wrk. Databases, and the environment of the tools compared with, are made once under var/bench and kept; making
them is not measured. All figures are of one worker on this machine, taken in turn with what they are compared with,
the median of five runs; the ratio counts, not the rate.

ONLY names the comparisons wanted, of those below; without it all are made. BENCH_SECONDS is the length of a run,
BENCH_ITEMS the size of the batch whose memory is measured, BENCH_POSTGRES_URL a server to use.
"""

import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import databases, table
from benchmarks.batches import batches, memory
from benchmarks.databases import FOLDER, Database
from benchmarks.datasette import datasette
from benchmarks.lookups import lookups
from benchmarks.postgres import postgres
from benchmarks.reconciliation import reconciliation
from benchmarks.searches import searches
from benchmarks.servers import RUNS, SECONDS
from benchmarks.table import Row


def _on_sqlite(measure: Callable[[Database, Path], list[Row]]) -> Callable[[Sequence[int], Path], list[Row]]:
    return lambda sizes, folder: [row for size in sizes for row in measure(databases.sqlite(size), folder)]


COMPARISONS: dict[str, Callable[[Sequence[int], Path], list[Row]]] = {
    "lookups": _on_sqlite(lookups),
    "searches": lambda sizes, folder: searches([databases.sqlite(size) for size in sizes], folder),
    "batches": _on_sqlite(lambda database, _: batches(database)),
    "datasette": _on_sqlite(datasette),
    "reconciliation": _on_sqlite(reconciliation),
    "postgres": postgres,
    "memory": lambda sizes, _: memory(databases.sqlite(sizes[0])),
}


def _processor() -> str:
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "")


def main() -> None:
    """Print the table, and keep it as JSON."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers started here end, too
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    wanted = os.environ.get("ONLY", "").split() or list(COMPARISONS)
    if unknown := set(wanted) - set(COMPARISONS):
        sys.exit(f"ONLY: found {', '.join(sorted(unknown))}, expected {', '.join(COMPARISONS)}.")
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "seconds_of_a_run": SECONDS,
        "runs": RUNS,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"results-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            sys.stderr.write(f"{name} ...\n")
            rows += COMPARISONS[name](sizes, Path(folder))
            table.write(path, rows, about)  # what is measured stays, should the next one fail
    sys.stdout.write(f"{json.dumps(about)}\n\n{table.markdown(rows)}\n{path}\n")


if __name__ == "__main__":
    main()
