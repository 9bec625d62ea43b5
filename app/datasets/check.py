"""Every check of the data in one go: format, references and evidence."""

from pathlib import Path

from app.datasets.checks import check_files
from app.datasets.consistency import check_consistency, cycles_of
from app.datasets.evidence import check_evidence, check_use, read_facts
from app.datasets.exceptions import read_exceptions
from app.datasets.problems import InvalidData
from app.datasets.reader import DataFile, read_files
from app.domain.dataset import merged


def credit_cycles(data: Path) -> list[str]:
    """The cycles of links between credits that do not close exactly, the worst first, in words."""
    return [str(cycle) for cycle in cycles_of(merged(file.dataset for file in read_files([data / "frameworks"])))]


def check_data(data: Path) -> list[DataFile]:
    """Read and check everything below the data folder. Raises InvalidData with all faults together."""
    files = read_files([data / "frameworks", data / "catalogue"])
    exceptions = read_exceptions(data / "exceptions.yaml")
    facts = read_facts(data / "evidence")
    problems = [
        *check_files(files),
        *check_consistency(files, exceptions),
        *check_evidence(files, facts),
        *check_use(files, facts, exceptions),
    ]
    if problems:
        raise InvalidData(problems)
    return files
