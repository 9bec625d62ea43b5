"""A process that dies at any moment leaves the old state or the new one, and no job in doubt."""

import os

from tests.torture import torture

KILLS = int(os.environ.get("KILLS", "2"))


def test_what_a_killed_process_leaves_is_whole(empty_database: str) -> None:
    counts = torture(empty_database, KILLS, seed=7)
    assert set(counts) <= {"succeeded", "undone"}
    assert sum(counts.values()) > 0
