"""YAML read cautiously: text stays text, nothing is guessed, and every value knows its line.

Only ``true``, ``false`` and ``null`` are special. Country code NO stays NO, 012 stays 012, and a day stays the text
that was written; what a value means is settled by the schema of its field. Keys that occur twice, anchors,
aliases, tags and more than one document are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from app.datasets.problems import InvalidData, Problem

Value = str | bool | None | list["Value"] | dict[str, "Value"]

MAX_BYTES = 5_000_000
MAX_DEPTH = 40

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class YamlText:
    """The content of a file, and the line of every value in it by JSON pointer."""

    name: str
    value: Value = None
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, pointer: str) -> int:
        """The line of a value, or of the nearest thing around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def value_at(self, pointer: str) -> Value:
        """The value at a JSON pointer; None where there is none."""
        value = self.value
        for key in pointer_parts(pointer):
            if isinstance(value, list):
                value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
            elif isinstance(value, dict):
                value = value.get(key)
            else:
                return None
        return value


def pointer_to(*parts: object) -> str:
    """A JSON pointer (RFC 6901) out of keys and positions.

    >>> pointer_to("rules", 0, "a/b")
    '/rules/0/a~1b'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def pointer_parts(pointer: str) -> list[str]:
    """The keys and positions of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def read_yaml(name: str, text: bytes) -> YamlText:
    """Read one YAML document. Raises InvalidData with every fault found."""
    result = YamlText(name)
    if len(text) > MAX_BYTES:
        raise InvalidData([Problem(name, 1, "", f"{len(text)} bytes", f"at most {MAX_BYTES}")])
    try:
        if (line := _too_deep(text)) is not None:
            found = f"more than {MAX_DEPTH} levels of nesting"
            raise InvalidData([Problem(name, line, "", found, "a flatter structure")])
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidData([Problem(name, line, "", error.problem or "a fault", "valid YAML")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidData([Problem(name, 1, "", str(error).splitlines()[0], "valid YAML in UTF-8")]) from None
    if root is not None:
        problems: list[Problem] = []
        result.value = _value(root, "", result, problems, set(), 0)
        if problems:
            raise InvalidData(problems)
    return result


def _too_deep(text: bytes) -> int | None:
    """The line on which the nesting becomes too deep, or None.

    Asked first of the events, which come one after the other: putting them together calls itself for every level, and
    thousands of levels would end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _value(node: yaml.Node, pointer: str, text: YamlText, problems: list[Problem], seen: set[int], depth: int) -> Value:
    line = node.start_mark.line + 1
    text.lines[pointer] = line

    def refuse(found: str, expected: str) -> None:
        problems.append(Problem(text.name, line, pointer, found, expected))

    if id(node) in seen:
        refuse("an alias", "the value written out")
        return None
    seen.add(id(node))
    if depth > MAX_DEPTH:
        refuse(f"more than {MAX_DEPTH} levels of nesting", "a flatter structure")
        return None
    if isinstance(node, yaml.ScalarNode):
        if _has_tag(node):
            refuse(f"the tag {node.tag}", "a plain value")
        return _WORDS.get(node.value, node.value) if not node.style else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{pointer}/{n}", text, problems, seen, depth + 1) for n, item in enumerate(node.value)]
    result: dict[str, Value] = {}
    in_braces = isinstance(node, yaml.MappingNode) and node.flow_style
    for key, below in _keys(node):
        if not isinstance(key, yaml.ScalarNode):
            refuse("a key that is not text", "a text key")
            continue
        inner = pointer + pointer_to(key.value)
        if key.value in result:
            place = key.start_mark.line + 1
            problems.append(Problem(text.name, place, inner, "the key a second time", "each key once"))
            continue
        if in_braces and _is_bare(below):
            place = key.start_mark.line + 1
            expected = "a value; a text with a comma in it needs quotation marks"
            problems.append(Problem(text.name, place, inner, "a key without a value", expected))
        result[key.value] = _value(below, inner, text, problems, seen, depth + 1)
        text.lines[inner] = key.start_mark.line + 1
    return result


def _keys(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    yield from node.value


def _is_bare(node: yaml.Node) -> bool:
    """Whether nothing at all stands behind a key: between braces that is the rest of a text with a comma."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style


def _has_tag(node: yaml.ScalarNode) -> bool:
    """Whether the scalar carries a tag other than those that YAML gives to plain values by itself."""
    return node.tag not in _PLAIN_TAGS
