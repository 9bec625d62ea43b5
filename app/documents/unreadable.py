"""What cannot be read of a file that is imported: all of it, or one row."""

from dataclasses import dataclass


@dataclass
class UnreadableFile(Exception):
    """A file that is not what it should be, as a whole."""

    found: str
    expected: str
    row: int = 1

    def __str__(self) -> str:
        return f"row {self.row}: found {self.found}, expected {self.expected}."


@dataclass(frozen=True)
class UnreadableRow:
    """A row that cannot even be taken apart."""

    found: str
    expected: str
