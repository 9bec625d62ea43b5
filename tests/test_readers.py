"""Whoever reads while others import and activate is told one release or another, whole, by every worker."""

from pathlib import Path

from tests.readers import READERS, read_and_change

SOON = 5.0
"""Seconds after which every worker serves a new release, however busy the machine is; one, when it is not."""


def test_every_answer_is_that_of_one_release(empty_database: str, tmp_path: Path) -> None:
    told = read_and_change(empty_database, tmp_path, seconds=1, workers=2)
    assert len(told.answers) > READERS
    assert len(told.releases) > 1
    assert told.done["imports"] >= 4
    assert told.done["activations"] >= 2
    assert told.lag < SOON
