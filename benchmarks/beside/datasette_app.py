"""Datasette over the service's own SQLite file, read-only, with the service's own index for full text.

Served by the same server with the same options as the service: Datasette's own command writes an access log.
BENCH_FILE is the file. Time limits are lifted, so that slow searches are answered rather than refused.
"""

import os

from datasette.app import Datasette
from datasette.database import Database

TABLE = {
    "fts_table": "credential_search",
    "fts_pk": "pk",
    "plugins": {
        "datasette-reconcile": {
            "id_field": "id",
            "name_field": "title",
            "type_field": "kind",
            "description_field": "issuer",
            "fts_table": "credential_search",
        }
    },
}

datasette = Datasette(
    metadata={"databases": {"catalogue": {"tables": {"credentials": TABLE}}}},
    settings={"sql_time_limit_ms": 60_000, "default_cache_ttl": 0},
)
datasette.add_database(Database(datasette, path=os.environ["BENCH_FILE"], is_mutable=False), name="catalogue")
app = datasette.app()
