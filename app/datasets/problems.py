"""A fault in a file, told so that a person can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and exactly where."""

    file: str
    line: int
    pointer: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f", {self.pointer}" if self.pointer else ""
        return f"{self.file} line {self.line}{place}: found {self.found}, expected {self.expected}."


class InvalidData(Exception):
    """The files hold faults; all of them are told together and nothing is loaded."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
