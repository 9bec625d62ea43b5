"""Reads framework files into domain objects and tells every fault with file, line and what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.datasets.problems import InvalidData, Problem
from app.datasets.yaml_text import YamlText, pointer_to, read_yaml
from app.domain.dataset import Dataset

Shape = TypeVar("Shape")

_DATASET = TypeAdapter(Dataset)

EXPECTED = {
    "fraction_parsing": 'a number such as "5", "2.5" or "1/3"',
    "date_from_datetime_parsing": "a day such as 2024-09-01",
    "date_parsing": "a day such as 2024-09-01",
    "int_parsing": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "dataclass_type": "a mapping",
    "mapping_type": "a mapping",
    "missing": "this key",
}
"""What the validator expects, in words, where its own are not plain."""


@dataclass(frozen=True)
class DataFile:
    """One framework file: what it says, and where in the text it says it."""

    text: YamlText
    dataset: Dataset

    def problem(self, pointer: str, found: str, expected: str) -> Problem:
        """A fault at a place in this file."""
        return Problem(self.text.name, self.text.line_of(pointer), pointer, found, expected)


def read_files(folders: Iterable[Path]) -> list[DataFile]:
    """Read every .yaml file below the folders. Raises InvalidData with the faults of all files together."""
    files: list[DataFile] = []
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            try:
                files.append(read_dataset(str(path.relative_to(folder)), path.read_bytes()))
            except InvalidData as invalid:
                problems.extend(invalid.problems)
    if problems:
        raise InvalidData(problems)
    return files


def read_dataset(name: str, content: bytes) -> DataFile:
    """Read one framework file. Raises InvalidData with all its faults."""
    return DataFile(*read_as(_DATASET, name, content))


def read_as(shape: TypeAdapter[Shape], name: str, content: bytes) -> tuple[YamlText, Shape]:
    """Read a YAML file whose top is a mapping into a shape. Raises InvalidData with all its faults."""
    text = read_yaml(name, content)
    if not isinstance(text.value, dict):
        raise InvalidData([Problem(name, 1, "", "no mapping", "sections such as 'rules:'")])
    try:
        return text, shape.validate_python(_without_nulls(text.value))
    except ValidationError as error:
        raise InvalidData([_problem(text, dict(detail)) for detail in error.errors()]) from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a framework file, for editors that complete and check while one types."""
    schema = _DATASET.json_schema()
    _allow_plain_numbers(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Passerelle framework file",
        **schema,
    }


def _without_nulls(value: Any) -> Any:
    """The value without keys that are null: writing null and leaving a key out mean the same, unknown."""
    if isinstance(value, dict):
        return {key: _without_nulls(below) for key, below in value.items() if below is not None}
    return [_without_nulls(below) for below in value] if isinstance(value, list) else value


def _allow_plain_numbers(schema: Any) -> None:
    """Let text fields take unquoted numbers: to an editor 5 is a number, to our reader it is the text "5"."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and "enum" not in schema and "format" not in schema:
            schema["type"] = ["string", "number"]
        for below in list(schema.values()):
            _allow_plain_numbers(below)
    elif isinstance(schema, list):
        for below in schema:
            _allow_plain_numbers(below)


def _problem(text: YamlText, detail: dict[str, Any]) -> Problem:
    kind, parts = detail["type"], _parts_in(text, detail["loc"])
    pointer = pointer_to(*parts)
    found = _short(text.value_at(pointer))
    expected = EXPECTED.get(kind, detail["msg"].removeprefix("Input should be ").removeprefix("Value error, "))
    if kind == "missing":
        found = f"no '{detail['loc'][-1]}'"
    elif kind == "unexpected_keyword_argument":
        found, expected = f"the unknown key '{parts[-1]}'", "a key of the format"
        near = get_close_matches(str(parts[-1]), _known_keys(), n=3)
        if near:
            expected += f" ({' or '.join(near)}?)"
    return Problem(text.name, text.line_of(pointer), pointer, found, expected)


def _parts_in(text: YamlText, location: Iterable[int | str]) -> list[int | str]:
    """The parts of an error's location that exist in the file; names of types in between fall away."""
    parts: list[int | str] = []
    for part in location:
        if pointer_to(*parts, part) in text.lines:
            parts.append(part)
    return parts


def _known_keys() -> set[str]:
    definitions = [_DATASET.json_schema(), *_DATASET.json_schema()["$defs"].values()]
    return {key for definition in definitions for key in definition.get("properties", {})}


def _short(value: Any) -> str:
    shown = "nothing" if value is None else repr(value) if isinstance(value, str) else type(value).__name__
    return {"dict": "a mapping", "list": "a list", "bool": str(value).lower()}.get(shown, shown[:80])
