"""The rows of the result, each with what it is compared with and its goal."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure of ours and, where there is one, the figure beside it."""

    what: str
    ours: float
    unit: str
    beside: str = ""
    """What it is compared with."""
    other: float | None = None
    """Its figure, in the same unit."""
    least: float | None = None
    """The goal: the ratio is at least this."""
    below: float | None = None
    """The goal: the ratio is below this."""

    @property
    def ratio(self) -> float | None:
        """Ours over the other."""
        return None if self.other is None else self.ours / self.other

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.ratio is None or (self.least is None and self.below is None):
            return None
        return self.ratio >= self.least if self.least is not None else self.ratio < (self.below or 0)

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        goal = f"≥ {self.least:g}" if self.least is not None else f"< {self.below:g}" if self.below is not None else ""
        return (
            self.what,
            f"{_number(self.ours)} {self.unit}",
            self.beside,
            "" if self.other is None else f"{_number(self.other)} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.2f}",
            goal,
            {None: "", True: "yes", False: "**no**"}[self.reached],
        )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


HEAD = ("what", "the service", "beside", "its figure", "ratio", "goal", "reached")


def markdown(rows: Sequence[Row]) -> str:
    """The table in Markdown, its columns aligned to be read as it stands."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEAD))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]]) + "\n"


def write(path: Path, rows: Sequence[Row], about: dict[str, Any]) -> None:
    """All rows as JSON, with what was measured on."""
    told = [{**asdict(row), "ratio": row.ratio, "reached": row.reached} for row in rows]
    path.write_text(json.dumps({**about, "rows": told}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
