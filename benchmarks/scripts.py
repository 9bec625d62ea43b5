"""What is asked: scripts for wrk, and the questions of batches."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.generate import SUBJECTS, TURNS, credentials

LOOKUP = "/v1/credentials/%s/recognition?jurisdictions=NL&purposes=credit_transfer"
_TELL_P95 = """
done = function(summary, latency, requests) io.write(string.format("p95 %d us\\n", latency:percentile(95))) end
"""


def _script(folder: Path, name: str, body: str) -> Path:
    path = folder / f"{name}.lua"
    path.write_text(body + _TELL_P95)
    return path


def fixed(folder: Path, name: str, way: str, etag: str | None = None) -> Path:
    """The same address again and again, with the tag of an answer that is held already."""
    head = "" if etag is None else f"wrk.headers['If-None-Match'] = [[{etag}]]\n"
    return _script(folder, name, head + f"request = function() return wrk.format('GET', '{way}') end\n")


def numbered(folder: Path, name: str, way: str, number: str, first: int, count: int) -> Path:
    """Addresses with a random number of a range where ``%s`` stands, formatted as ``number``: others in every run."""
    before, after = way.split("%s")
    return _script(
        folder, name,
        f"math.randomseed(os.time())\nrequest = function()\n"
        f"  return wrk.format('GET', '{before}' .. string.format('{number}', math.random({first}, {first + count - 1}))"
        f" .. '{after}')\nend\n",
    )  # fmt: skip


def random_ids(folder: Path, size: int, way: str = LOOKUP) -> Path:
    """Any credential of the generated ones."""
    return numbered(folder, "ids", way, "gen-%07d", 0, size)


def typed(folder: Path, name: str, before: str, after: str = "") -> Path:
    """Words as one types them: the first letters of one, or one and the first letters of another; some 4,000 texts."""
    words = ",".join(f"'{word.lower()}'" for word in SUBJECTS)
    turns = ",".join(f"'{word.lower()}'" for word in TURNS)
    return _script(
        folder, name,
        f"math.randomseed(7)\nlocal a = {{{words}}}\nlocal b = {{{turns}}}\nrequest = function()\n"
        f"  local word, text = a[math.random(#a)], b[math.random(#b)]\n"
        f"  if math.random(4) == 1 then text = word:sub(1, math.random(3, 5))\n"
        f"  else text = word .. '%20' .. text:sub(1, math.random(3, 5)) end\n"
        f"  return wrk.format('GET', '{before}' .. text .. '{after}')\nend\n",
    )  # fmt: skip


def reconciled(folder: Path, name: str, way: str, batches: Sequence[str]) -> Path:
    """Forms of queries, any of the batches."""
    forms = ",\n".join(json.dumps(urlencode({"queries": batch})) for batch in batches)
    return _script(
        folder, name,
        "math.randomseed(3)\nwrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'\n"
        f"local forms = {{{forms}}}\nrequest = function()\n"
        f"  return wrk.format('POST', '{way}', nil, forms[math.random(#forms)])\nend\n",
    )  # fmt: skip


def queries(titles: Sequence[str], each: int, *, mistyped: bool) -> list[str]:
    """Batches of queries on titles; mistyped, every fifth lacks a word and every fifth has two letters swapped."""
    lots = random.Random(5)

    def as_typed(n: int, title: str) -> str:
        words = title.split()
        if mistyped and n % 5 == 1 and len(words) > 1:
            del words[lots.randrange(len(words))]
        if mistyped and n % 5 == 3:
            word, at = words[-1], len(words[-1]) // 2
            words[-1] = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        return " ".join(words)

    asked = [as_typed(n, title) for n, title in enumerate(titles)]
    return [
        json.dumps({f"q{n}": {"query": text, "limit": 5} for n, text in enumerate(asked[start : start + each])})
        for start in range(0, len(asked), each)
    ]


def questions(count: int, size: int, *, described: bool, world: bool = False) -> Iterator[dict[str, Any]]:
    """Questions on one place or all: on credentials of the catalogue by id, or described in words not in it."""
    places = {} if world else {"jurisdictions": ["NL"], "purposes": ["credit_transfer"]}
    if described:
        for entry in credentials(count, seed=2):
            yield {"credential": entry["credential"], **places}
    else:
        for n in range(count):
            yield {"credential": {"id": f"gen-{n * 7 % size:07d}"}, **places}
