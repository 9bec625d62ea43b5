"""The service over Datasette on the same SQLite file: a row by its key, and words half typed.

Twice each: as the service is, and with no memory for answers given before, so that every request reads the database.

Unequal, for us: Datasette asks whether the caller may see the table and reads the table's form on every request;
it runs SQL in other threads, under a time limit (lifted here); it sends all columns of a row. Its command would write
an access log, which is left out here. Unequal, for Datasette: the service's answer is a report on recognition, longer
than a row and with rules behind it; its suggestions are ranked and typing errors mended, where Datasette takes the
first ten by key.
"""

import sqlite3
from pathlib import Path

from benchmarks import others, scripts
from benchmarks.databases import Database, sqlite_file
from benchmarks.servers import WARMING, Driven, Side, alternately, rate, service, serving
from benchmarks.table import Row

LEAST_LOOKUP = 5.0
LEAST_SUGGEST = 3.0
_ROW = "/catalogue/credentials/%s.json?_shape=object"
_LEAN = "&_shape=objects&_size=10&_nocount=1&_nofacet=1&_nosuggest=1&_col=id&_col=title&_col=issuer&_col=issuer_country"
_SEARCH = "/catalogue/credentials.json?_searchmode=raw&_search="


def first_key(file: Path) -> int:
    """The key of the first generated credential; the others follow it without a gap."""
    with sqlite3.connect(file) as connection:
        first, last, count = connection.execute(
            "SELECT min(pk), max(pk), count(*) FROM credentials WHERE collection = 'generated'"
        ).fetchone()
    connection.close()
    if last - first + 1 != count:
        raise RuntimeError(f"{file}: {count} keys from {first} to {last}.")
    return int(first)


def datasette(database: Database, folder: Path) -> list[Row]:
    """Lookups and suggestions."""
    file = sqlite_file(database)
    served = serving("benchmarks.beside.datasette_app:app", python=others.python(), BENCH_FILE=str(file))
    with served as other, service(database.url) as ours, service(database.url, MEMORY_FOR_ANSWERS_BYTES="0") as fresh:
        ids = scripts.random_ids(folder, database.size)
        keys = scripts.numbered(folder, "keys", _ROW, "%d", first_key(file), database.size)
        found = alternately(
            {
                "other": Side(other, keys),
                "ours": Side(ours, ids, warming=WARMING),
                "fresh": Side(fresh, ids, warming=WARMING),
            }
        )
        rows = _rows(f"lookup, random ids, {database}", found, "Datasette, row by key", LEAST_LOOKUP)
        half = scripts.typed(folder, "half", "/v1/suggest?q=")
        starred = scripts.typed(folder, "starred", _SEARCH, "*" + _LEAN)
        found = alternately({"other": Side(other, starred), "ours": Side(ours, half), "fresh": Side(fresh, half)})
        return rows + _rows(f"suggest, {database}", found, "Datasette, _search=word*", LEAST_SUGGEST)


def _rows(what: str, found: dict[str, list[Driven]], beside: str, least: float) -> list[Row]:
    named = ((what, "ours"), (f"{what}, nothing remembered", "fresh"))
    return [
        Row(what=name, ours=rate(found[side]), unit="/s", beside=beside, other=rate(found["other"]), least=least)
        for name, side in named
    ]
