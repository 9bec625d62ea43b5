"""Asks published answers of the service over HTTP and counts how often it agrees: make scorecard [GOLD=FILE].

A case is right when status, credit, level, share and dates agree with the published answer wherever that states them.
Its own words are few (yes, conditional, no); they are read so:

- ``yes``: recognised; where the case lists conditions, conditional too, since those may not be known to be met.
- ``conditional``: conditional, or discretionary (somebody decides in the single case).
- ``no``: not recognised; discretionary too where the case itself says that somebody may still decide, or where the
  question asks for a right ("is it automatic", "do they have to"): that somebody decides is a no to that.

No information and undetermined are counted as no information: the service did not claim anything.
The purpose follows from the question's words, else from the kind of recogniser and of answer. Where a body is asked
that answers itself for one of the purposes, that answer is taken before those of its place for all.
"""

import asyncio
import json
import re
import sys
import tempfile
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from fastapi.testclient import TestClient

from app.api.schemas import OTHER_WORDS
from app.domain.programmes import StudyLevel
from app.domain.text import fold
from app.main import create_app
from app.services.administration import load, migrate
from app.settings import ROOT, Settings

GOLD = Path(__file__).parent / "gold" / "recognition.yaml"

STUDY = ("credit_transfer", "stacking", "admission", "register")
OFFICIAL = ("register", "credit_transfer", "stacking", "admission", "funding")
ORDER_BY_KIND = {
    "funder": ("funding", *STUDY),
    "national_body": OFFICIAL,
    "framework": OFFICIAL,
    "employer": ("employment",),
}
WORDS_OF_PURPOSE = (
    ("admission", ("guaranteed place", "admission to", "admitted", "entry requirement")),
    ("register", ("be listed", "we list", "register", "at which level", "credit rated", "on the framework")),
    ("employment", ("employer", "for a job", "hiring")),
    ("funding", ("fund", "funded", "funding", "subsidy", "loan", "grant", "pay for", "pays for", "fee")),
)
STILL_DECIDES = re.compile(r"\b(decides?|discretion|may still|application is needed|case by case)\b")
A_RIGHT = re.compile(r"\b(automatic(ally)?|guaranteed?|have to|has to|must|obliged|entitled|right to|bound)\b")
OWN_UNIT = "credit home university"
"""How cases write a unit that has no name of its own: the body's credit, whichever it is."""
LEVEL = re.compile(r"\b([A-Z][A-Za-z-]{1,10})\s+(?:levels?\s+)?(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?")
HOURS = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?")
KINDS = {
    "competent_authority", "quality_agency", "national_body", "framework", "enic_naric", "funder",
    "credit_recommendation_service", "university", "college", "training_provider", "employer", "professional_body",
    "platform", "group",
}  # fmt: skip


@dataclass
class Verdict:
    """How one case came out."""

    case: dict[str, Any]
    result: str
    reasons: list[str]
    ours: dict[str, Any]


class Asker:
    """Turns cases into questions to the service."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    @cache  # noqa: B019 - one asker lives as long as the run
    def names(self, section: str) -> dict[str, str]:
        """Ids of a section by every folded name."""
        items = self.client.get(f"/v1/{section}", params={"limit": 1000}).json()["items"]
        return {fold(name): i["id"] for i in items for name in (i["id"], i["name"], *i.get("aliases", []))}

    def judge(self, case: dict[str, Any]) -> Verdict:
        """Ask one case and compare."""
        if case["kind"] == "conversion":
            return self._judge_conversion(case)
        if case["kind"] == "level" and (verdict := self._judge_level(case)):
            return verdict
        return self._judge_recognition(case)

    # Conversion and level ------------------------------------------------------------------------------------

    def _judge_conversion(self, case: dict[str, Any]) -> Verdict:
        credential, expected = case["credential"], case["expected"]["credit"] or {}
        given = credential["credit"] or {"amount": credential["hours"], "unit": "hours"}
        query = {"amount": given["amount"], "from": given["unit"], "to": expected.get("unit"), "as_of": _day(case)}
        place = credential.get("issuer_country") or case["recogniser"].get("country")
        for extra in ({"recogniser": case["recogniser"]["name"]}, {}):
            response = self.client.get("/v1/convert/credits", params={**query, "jurisdiction": place, **extra})
            if response.status_code == 200:
                break
        body = response.json()
        if response.status_code != 200:
            return Verdict(case, "no information", [body["detail"]], body)
        found = body["result"]
        low = expected["amount"] if expected.get("amount") is not None else expected.get("min")
        high = expected["amount"] if expected.get("amount") is not None else expected.get("max")
        reasons = [
            f"{name}: ours {found.get(name)}, expected {value}"
            for name, value in (("min", low), ("max", high))
            if value is not None and not _equal(found.get(name), value)
        ]
        return Verdict(case, "wrong" if reasons else "right", reasons, body)

    def _judge_level(self, case: dict[str, Any]) -> Verdict | None:
        """A level between frameworks, or of a named qualification; None when it is neither."""
        wanted = self._expected_levels(case)
        if wanted is None:
            return None
        framework, levels = wanted
        level = case["credential"]["level"]
        if isinstance(level, dict):
            asked = [(str(level["framework"]), str(level.get("level", level.get("value"))))]
        else:
            question = _plain(case.get("question") or "")
            parts = re.split(r"\s*/\s*", case["credential"]["title"])
            asked = [(framework, part) for part in parts if _plain(part) in question]
            asked = asked or [(framework, part) for part in parts]
        bodies = []
        for start, value in asked:
            query = {"framework": start, "level": value, "to": framework, "as_of": _day(case)}
            response = self.client.get("/v1/convert/levels", params=query)
            if response.status_code != 200:
                return None
            bodies.append(response.json())
        found = [body["result"]["levels"] for body in bodies]
        reasons = [f"ours {values}, expected {levels}" for values in found if values != levels]
        return Verdict(case, "wrong" if reasons else "right", reasons, bodies[0])

    def _expected_levels(self, case: dict[str, Any]) -> tuple[str, list[str]] | None:
        """Framework and levels out of words such as "SCQF 10", "EQF 6-7" or "all levels of the NZQCF"."""
        text = case["expected"]["level"]
        if not text:
            return None
        if match := re.search(r"all levels of (?:the )?([A-Za-z-]+)", str(text)):
            framework = self.names("frameworks").get(fold(match[1]))
            return (framework, self._levels_of(framework)) if framework else None
        for name, low, high in LEVEL.findall(str(text)):
            framework = self.names("frameworks").get(fold(name))
            if framework:
                known = self._levels_of(framework)
                if low not in known or (high or low) not in known:
                    return framework, [low]
                return framework, known[known.index(low) : known.index(high or low) + 1]
        return None

    def _levels_of(self, framework: str) -> list[str]:
        return [level["value"] for level in self.client.get(f"/v1/frameworks/{framework}").json()["levels"]]

    # Recognition -----------------------------------------------------------------------------------------------

    def _judge_recognition(self, case: dict[str, Any]) -> Verdict:
        response = self.client.post("/v1/recognition", json=self.question(case))
        body = response.json()
        if response.status_code != 200:
            return Verdict(case, "no information", [body["detail"]], body)
        by_purpose = {outcome["purpose"]: outcome for outcome in reversed(body["outcomes"])}
        outcomes = [by_purpose[purpose] for purpose in _purposes(case)]
        outcomes.sort(key=lambda outcome: not self._is_own(outcome))
        silent = {"no_information", "undetermined"}
        outcome = next((o for o in outcomes if o["status"] not in silent), None)
        if outcome is None:
            outcome = next((o for o in outcomes if o["status"] == "undetermined"), outcomes[0])
            reasons = [f"{outcome['status']}: missing {', '.join(outcome['missing']) or 'a rule'}"]
            return Verdict(case, "no information", reasons, outcome)
        reasons = [
            *_status_differs(case, outcome),
            *self._credit_differs(case["expected"]["credit"], outcome),
            *_share_differs(case["expected"]["share_of_programme"], outcome),
            *self._level_differs(case, outcome),
            *_dates_differ(case["expected"], outcome),
        ]
        return Verdict(case, "wrong" if reasons else "right", reasons, outcome)

    def _is_own(self, outcome: dict[str, Any]) -> bool:
        """Whether the body that was asked answers itself, and not the rules of its place for all."""
        asked = outcome.get("recogniser", {}).get("id")
        return asked is not None and any(self._body_of(ruling) == asked for ruling in outcome.get("because", []))

    @cache  # noqa: B019 - one asker lives as long as the run
    def _body_of(self, ruling: str) -> str | None:
        for section in ("rules", "decisions"):
            response = self.client.get(f"/v1/{section}/{ruling}")
            if response.status_code == 200:
                body: str | None = response.json().get("recogniser")
                return body
        return None

    def question(self, case: dict[str, Any]) -> dict[str, Any]:
        """The body of the question that a case stands for."""
        told, asked, target = case["credential"], case["recogniser"], case["target"] or {}
        issuer = {"name": told.get("issuer"), "country": told.get("issuer_country")}
        credential: dict[str, Any] = {"title": told["title"], "assessed": told.get("assessed")}
        credential["issuer"] = {key: value for key, value in issuer.items() if value}
        if isinstance(level := told.get("level"), dict):
            credential["level"] = self._level(level)
        if credit := told.get("credit"):
            system = self.names("credit-systems").get(fold(str(credit.get("unit"))))
            if system:
                amounts = {key: str(credit[key]) for key in ("amount", "min", "max") if credit.get(key) is not None}
                credential["credit"] = {"system": system, **amounts}
        if hours := HOURS.fullmatch(str(told.get("hours"))):
            low, high = hours.groups()
            credential["notional_hours"] = {"min": low, "max": high} if high else low
        recogniser = {"name": asked["name"], "country": asked.get("country")}
        recogniser["kind"] = asked.get("kind") if asked.get("kind") in KINDS else None
        level = str(target.get("level") or "").casefold()
        known = level in get_args(StudyLevel) or level in OTHER_WORDS
        programme = {"title": target.get("programme"), "level": level if known else None}
        body: dict[str, Any] = {
            "credential": credential,
            "recognisers": [{key: value for key, value in recogniser.items() if value}],
            "programme": {key: value for key, value in programme.items() if value},
            "as_of": _day(case),
        }
        if asked.get("country"):
            body["jurisdictions"] = [asked["country"]]
        return body

    def _level(self, level: dict[str, Any]) -> dict[str, str] | None:
        framework = self.names("frameworks").get(fold(str(level["framework"])))
        low, _, high = str(level.get("level", level.get("value"))).partition("-")
        if framework is None:
            return None
        return {"framework": framework, "min": low, "max": high} if high else {"framework": framework, "value": low}

    def _credit_differs(self, expected: dict[str, Any] | None, outcome: dict[str, Any]) -> list[str]:
        if not expected or outcome["status"] == "not_recognised":
            return []
        found = outcome.get("credit") or {}
        wanted = {key: expected.get(key) for key in ("amount", "min", "max")}
        reasons = [
            f"credit {key}: ours {found.get(key)}, expected {value}"
            for key, value in wanted.items()
            if not (_equal(found.get(key), value) if value is not None else found.get(key) is None)
        ]
        system = self.names("credit-systems").get(fold(expected["unit"]))
        if fold(expected["unit"]) != OWN_UNIT and (system is None or found.get("system") != system):
            reasons.append(f"unit: ours {found.get('system')}, expected {expected['unit']}")
        return reasons

    def _level_differs(self, case: dict[str, Any], outcome: dict[str, Any]) -> list[str]:
        wanted = self._expected_levels(case)
        if wanted is None:
            return []
        framework, levels = wanted
        if outcome["status"] == "not_recognised":
            failed = " ".join(c["text"] for c in outcome["conditions"] if c["state"] == "failed") + outcome["statement"]
            return [] if any(level in failed for level in levels) else [f"no word of {case['expected']['level']}"]
        found = outcome.get("level") or {}
        if found.get("framework") == framework and found.get("levels") == levels:
            return []
        ours = f"{found.get('framework')} {found.get('levels')}"
        return [f"level: ours {ours}, expected {framework} {levels}"]


def _status_differs(case: dict[str, Any], outcome: dict[str, Any]) -> list[str]:
    expected = case["expected"]
    said, ours = str(expected["recognised"]), outcome["status"]
    said = {"True": "yes", "False": "no"}.get(said, said)
    allowed = {"yes": {"recognised"}, "conditional": {"conditional", "discretionary"}, "no": {"not_recognised"}}[said]
    conditions = expected.get("conditions") or []
    if said == "yes" and conditions:
        allowed = allowed | {"conditional"}
    asks_for_right = A_RIGHT.search((case.get("question") or "").casefold())
    if said == "no" and (asks_for_right or any(STILL_DECIDES.search(condition) for condition in conditions)):
        allowed = allowed | {"discretionary"}
    return [] if ours in allowed else [f"status: ours {ours}, expected {said}"]


def _share_differs(expected: dict[str, Any] | None, outcome: dict[str, Any]) -> list[str]:
    if not expected:
        return []
    found = outcome.get("share") or {}
    reasons = []
    for key, value in expected.items():
        name, unit = key.split("_")
        share = Fraction(str(value)) / (100 if unit == "percent" else 1)
        if not _equal(found.get(name), share):
            reasons.append(f"share {name}: ours {found.get(name)}, expected {share}")
    return reasons


def _dates_differ(expected: dict[str, Any], outcome: dict[str, Any]) -> list[str]:
    reasons = []
    for key, names in (("valid_from", ["valid_from"]), ("valid_to", ["valid_to", "last_day"])):
        wanted = expected.get(key)
        if wanted and not any((outcome.get(name) or "").startswith(str(wanted)) for name in names):
            reasons.append(f"{key}: ours {outcome.get(names[-1])}, expected {wanted}")
    return reasons


def _purposes(case: dict[str, Any]) -> tuple[str, ...]:
    """Purposes in the order in which they are looked at."""
    question = fold(case.get("question") or "")
    kind_order = ORDER_BY_KIND.get(case["recogniser"].get("kind"), STUDY)
    if case["expected"].get("share_of_programme"):
        kind_order = STUDY  # a share of a programme is an answer about study credit
    named = [purpose for purpose, words in WORDS_OF_PURPOSE if any(fold(word) in question for word in words)]
    return tuple(dict.fromkeys([*named, *kind_order]))


def _day(case: dict[str, Any]) -> str:
    """The day to ask about: within the validity that the answer states; for a closed window the day after it."""
    start, end = case["expected"].get("valid_from"), case["expected"].get("valid_to")
    if end and case["kind"] == "negative":
        return str(_last(str(end)) + timedelta(days=1))
    if start or end:
        return str(_last(str(start or end)))
    return date.today().isoformat()


def _last(text: str) -> date:
    """The last day of a year, a month or a day."""
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1])


def _plain(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in fold(text).split())


def _equal(found: Any, expected: Any) -> bool:
    return found is not None and Fraction(str(found)) == Fraction(str(expected))


def run(client: TestClient, gold: Path) -> list[Verdict]:
    """Ask every case of a file."""
    asker = Asker(client)
    return [asker.judge(case) for case in yaml.safe_load(gold.read_text())]


def summary(verdicts: list[Verdict]) -> str:
    """The last line: figures over all cases."""
    count = Counter(verdict.result for verdict in verdicts)
    right, wrong, none = count["right"], count["wrong"], count["no information"]
    return f"scorecard: {len(verdicts)} cases, {right} right, {wrong} wrong, {none} no information"


def table(verdicts: list[Verdict], title: str, key: Any) -> str:
    """Figures by a property of the cases."""
    groups: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        groups.setdefault(str(key(verdict.case)), Counter())[verdict.result] += 1
    lines = [f"{title:<14}{'right':>8}{'wrong':>8}{'no information':>17}"]
    for name, count in sorted(groups.items()):
        lines.append(f"{name:<14}{count['right']:>8}{count['wrong']:>8}{count['no information']:>17}")
    return "\n".join(lines)


def describe(verdict: Verdict) -> str:
    """One miss: what was asked, what is published, what we said and why."""
    case, ours = verdict.case, verdict.ours
    steps = [step["text"] for step in ours.get("explanation", [])]
    conditions = [f"{c['text']} ({c['state']})" for c in ours.get("conditions", [])]
    return "\n".join(
        [
            f"{verdict.result.upper()}: {case['id']} ({case['kind']}): {case['question']}",
            f"  credential: {case['credential']['title']}; recogniser: {case['recogniser']['name']}",
            f"  why: {'; '.join(verdict.reasons)}",
            f"  expected: {json.dumps(case['expected'], ensure_ascii=False)}",
            f"  ours: {ours.get('status', '')} {ours.get('statement', ours.get('detail', ''))}",
            f"  our conditions: {'; '.join(conditions) or 'none'}",
            *(f"    {n}. {text}" for n, text in enumerate(steps, start=1)),
        ]
    )


def main() -> None:
    """Run the scorecard over a file and print it."""
    gold = Path(sys.argv[1]) if len(sys.argv) > 1 else GOLD
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scorecard.db"
        migrate(url)
        asyncio.run(load(url, ROOT / "data"))
        with TestClient(create_app(Settings(database_url=url))) as client:
            verdicts = run(client, gold)
    say = sys.stdout.write
    for verdict in verdicts:
        if verdict.result != "right":
            say(describe(verdict) + "\n\n")
        else:
            conditions = verdict.case["expected"].get("conditions") or []
            ours = [c["text"] for c in verdict.ours.get("conditions", [])]
            if conditions:
                say(f"right: {verdict.case['id']}: published conditions: {conditions}; ours: {ours}\n")
    say("\n" + table(verdicts, "kind", lambda case: case["kind"]) + "\n\n")
    say(table(verdicts, "jurisdiction", lambda case: case["recogniser"].get("country")) + "\n\n")
    say(summary(verdicts) + "\n")


if __name__ == "__main__":
    main()
