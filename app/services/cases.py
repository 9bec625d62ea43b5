"""Worked cases: questions with the answers that sources give, asked of a release before it is served."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.datasets.problems import InvalidData, Problem
from app.datasets.yaml_text import read_yaml
from app.domain.errors import Fault
from app.domain.report import Question, Report
from app.domain.ruleset import RuleSet
from app.services.checking import number_of
from app.services.conversion import convert_credits, convert_level
from app.services.lookup import look_up

KEYS = frozenset(
    {
        "name", "source", "credential", "programme", "holder", "jurisdictions", "recognisers", "purpose", "convert",
        "convert_level", "expect",
    }
)  # fmt: skip
EXPECTED_KEYS = frozenset(
    {
        "as_of", "status", "credit", "level", "share", "because", "missing", "conditions", "purpose", "jurisdiction",
        "recogniser", "min", "max", "bookable", "method", "levels", "strength", "problem", "confidence", "basis",
        "form", "sources", "valid_from", "valid_to", "last_day", "decided_by",
    }
)  # fmt: skip

_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def read_cases(folder: Path) -> list[dict[str, Any]]:
    """The cases of every YAML file below a folder, none where there is none. Raises InvalidData with all faults."""
    cases: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.yaml")):
        name = f"cases/{path.relative_to(folder)}"
        try:
            text = read_yaml(name, path.read_bytes())
        except InvalidData as invalid:
            problems += invalid.problems
            continue
        items: Any = text.value if isinstance(text.value, list) else [text.value]
        for n, case in enumerate(items):
            line = text.line_of(f"/{n}")
            problems += [Problem(name, line, f"/{n}", found, expected) for found, expected in _faults(case)]
            cases.append({"file": name, "line": line, "case": case})
    if problems:
        raise InvalidData(problems)
    return cases


def _faults(case: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the shape of a case."""
    if not isinstance(case, dict):
        yield "no mapping", "a case: name, source, what is asked, expect"
        return
    for name in sorted(set(case) - KEYS):
        yield f"the unknown key {name!r}", f"one of {', '.join(sorted(KEYS))}"
    for name in ("name", "source", "expect"):
        if not case.get(name):
            yield f"no {name!r}", "it"
    expected = case.get("expect")
    if not isinstance(expected, list):
        yield "an 'expect' that is no list", "a list of what is expected, each on a day"
        return
    for item in expected:
        if not isinstance(item, dict) or not item.get("as_of"):
            yield "an expectation without a day", "as_of, and what is expected"
        elif unknown := sorted(set(item) - EXPECTED_KEYS):
            yield f"the unknown key {unknown[0]!r}", f"one of {', '.join(sorted(EXPECTED_KEYS))}"


async def failing_cases(session: AsyncSession, rules: RuleSet, cases: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ask every case of a release, and tell in a sentence each what is answered otherwise than expected."""
    failures = []
    for placed in cases:
        case = placed["case"]
        await asyncio.sleep(0)  # others get their turn
        for expected in case["expect"]:
            try:
                wrong = await _wrong(session, rules, case, expected)
            except Fault as fault:
                fits = expected.get("problem") == _kind(fault)
                wrong = "" if fits else f"it cannot be answered: {fault}"
            except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
                wrong = f"it cannot be read: {str(error).splitlines()[0]}"
            if wrong:
                place = f"{placed['file']} line {placed['line']}"
                failures.append(f"{place}, {case['name']} [{expected['as_of']}]: {wrong}.")
    return failures


async def _wrong(session: AsyncSession, rules: RuleSet, case: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    day = _QUESTION.validate_python({"credential": {"title": "-"}, "as_of": expected["as_of"]}).as_of
    if "convert" in case or "convert_level" in case:
        told = case.get("convert") or case["convert_level"]
        if "convert" in case:
            amount = number_of(told["amount"])
            more = {key: told[key] for key in ("jurisdiction", "recogniser") if key in told}
            result: Any = convert_credits(rules, amount, told["from"], told["to"], day, **more).result
        else:
            result = convert_level(rules, told["framework"], str(told["level"]), told["to"], day).result
        return differences(expected, TypeAdapter(type(result)).dump_python(result, mode="json"), ())
    credential = {"title": "", **case["credential"]}
    body = {key: case[key] for key in ("programme", "holder") if key in case}
    body["recognisers"] = [{"name": n} if isinstance(n, str) else n for n in case.get("recognisers", ())]
    body["jurisdictions"] = [expected["jurisdiction"]] if "jurisdiction" in expected else case.get("jurisdictions", ())
    body |= {"credential": credential, "as_of": expected["as_of"]}
    body["purposes"] = [expected.get("purpose", case.get("purpose"))]
    report = await look_up(session, rules, _QUESTION.validate_python(body))
    outcomes = _REPORT.dump_python(report, mode="json")["outcomes"]
    asked = expected.get("recogniser")
    chosen = [one for one in outcomes if asked in (None, (one.get("recogniser") or {}).get("id"))]
    if len(chosen) != 1:
        return f"found {len(chosen)} outcomes, expected one"
    return differences(expected, chosen[0], ("explanation", "recognisers"))


def _kind(fault: Fault) -> str:
    """The stable name of a kind of fault, as problems have it over HTTP."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(fault).__name__).lower()


def differences(expected: Mapping[str, Any], found: Mapping[str, Any], named_in: Sequence[str]) -> str:
    """What an answer says otherwise than expected, in words; empty when nothing."""
    wrong = []
    for key, value in expected.items():
        if key in ("as_of", "purpose", "jurisdiction", "recogniser"):
            continue
        here = found.get(key)
        if key == "because":
            named = {step.get("by") for name in named_in for step in found.get(name) or ()}
            fits = set(value) <= named
        elif key in ("missing", "sources"):
            fits = set(value) <= set(here or ())
        elif key == "conditions":
            texts = [condition["text"].casefold() for condition in here or ()]
            fits = all(any(words.casefold() in text for text in texts) for words in value)
        elif key == "decided_by":
            fits = value.casefold() in (here or "").casefold()
        elif isinstance(value, Mapping):
            fits = all(_same((here or {}).get(name), part) for name, part in value.items())
        else:
            fits = _same(here, value)
        if not fits:
            wrong.append(f"{key}: found {_short(here)}, expected {_short(value)}")
    return "; ".join(wrong)


def _same(found: Any, expected: Any) -> bool:
    if found == expected or (isinstance(found, bool) and str(found).lower() == expected):
        return True
    try:
        return number_of(found) == number_of(expected)
    except ValueError:
        return False


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]
