"""Every check of the data in one go: format, references and evidence."""

from pathlib import Path

from app.datasets.checks import check_files
from app.datasets.evidence import check_evidence, read_facts
from app.datasets.problems import InvalidData
from app.datasets.reader import DataFile, read_files


def check_data(data: Path) -> list[DataFile]:
    """Read and check everything below the data folder. Raises InvalidData with all faults together."""
    files = read_files([data / "frameworks", data / "catalogue"])
    problems = [*check_files(files), *check_evidence(files, read_facts(data / "evidence"))]
    if problems:
        raise InvalidData(problems)
    return files
