"""Entries of the catalogue, decisions and skills, of the things that documents describe.

What a thing says is read by the reader of its format. What it does not say is absent, or said by the sender: which
source it is, how sure they are, and what the names in it stand for here. Free text may hold conditions, so it becomes
one for a person to judge, and what was imported is never more than ``conditional`` by it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal
from urllib.parse import unquote

from app.documents.ctdl import BY_AWARD, DIVISIONS
from app.documents.graphs import DOCUMENT, Thing, is_body
from app.documents.reading import case, ctdl, elm, open_badges, values
from app.documents.reading.identifying import CTID, OWN, id_at, id_of
from app.documents.reading.parts import Part, at, open_ledger
from app.documents.reading.result import ReadCredential, ReadDecision
from app.domain.credits import CreditAmount
from app.domain.criteria import CircumstanceTest, Criterion
from app.domain.dataset import CatalogueEntry, ListedSkill
from app.domain.errors import UnreadableDocument
from app.domain.rules import Condition, Decision, Division, Grant
from app.domain.ruleset import RuleSet
from app.domain.sources import Citation, Confidence
from app.domain.text import fold

ThingFormat = Literal["ctdl", "elm", "open_badge", "case"]
THING_FORMATS: tuple[ThingFormat, ...] = ("ctdl", "elm", "open_badge", "case")

_OF_HOLDERS = {"EuropeanDigitalCredential", "AchievementCredential", "OpenBadgeCredential"}
_OTHERS = {
    "elm": {*elm.SPECIFICATIONS, "EuropeanDigitalCredential"},
    "open_badge": {"Achievement", "BadgeClass", "AchievementCredential", "OpenBadgeCredential"},
    "case": set(),
}

_ITEM = re.compile(r"(?:^|/)CFItems/\d+$")

_NUMBER = r"(?P<least>\d{1,4}(?:\.\d{1,3})?)\s*(?P<percent>%|per\s?cent)?"
_LEAST_SCORE = (
    re.compile(rf"minimum (?:passing )?score[^.;\d]{{0,60}}?{_NUMBER}", re.IGNORECASE),
    re.compile(rf"scor(?:e|es|ing)(?: of)? {_NUMBER} (?:and|or) (?:above|higher|better|more|over)\b", re.IGNORECASE),
    re.compile(rf"scor(?:e|es|ing)(?: of)? at least {_NUMBER}", re.IGNORECASE),
)
"""How a text says the least score that counts."""


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What a sender says of a file that the file does not say."""

    names: Mapping[str, str] = field(default_factory=dict)
    """By what the file calls a body, a unit of credit or a credential, its id here; and under SCORE and PERCENT the id
    of the fact that a least score is a test of."""
    source: str | None = None
    """Id of the source that its statements cite."""
    confidence: Confidence = "low"
    dated_by: Literal["question", "award"] = "question"
    """What the dates of decisions are compared with."""


SCORE, PERCENT = "score", "percent"


@dataclass(frozen=True)
class Said:
    """A statement that was read, and where in the file its parts stand, by pointers into the statement."""

    statement: CatalogueEntry | Decision | ListedSkill
    places: Mapping[str, str]


class Unsaid(Exception):
    """Something that a statement needs and a file does not say: where, what was found, what was expected."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


def is_credential(form: ThingFormat, node: Mapping[str, Any]) -> bool:
    """Whether a node becomes an entry of the catalogue."""
    if form == "ctdl":
        return ctdl.is_credential(node) and not ctdl.only_named(node)
    return not _OTHERS[form].isdisjoint(_classes(node))


def is_decision(form: ThingFormat, node: Mapping[str, Any]) -> bool:
    """Whether a node becomes a decision."""
    return form == "ctdl" and ctdl.TRANSFER_VALUE in ctdl.classes_of(node)


def is_skill(form: ThingFormat, pointer: str) -> bool:
    """Whether what stands at this place of a document becomes a skill."""
    return form == "case" and _ITEM.search(pointer) is not None


def given_for(node: Mapping[str, Any]) -> list[str]:
    """What a transfer value is given for, as far as it is named by an id."""
    told = node.get("ceterms:transferValueFrom")
    return [name for name in (told if isinstance(told, list) else [told]) if isinstance(name, str)]


def belongs_to(node: Mapping[str, Any]) -> list[str]:
    """Ids of the transfer values that a node is the agreement on, or of the item that it says the place of."""
    if case.is_placing(node):
        return case.placed(node)
    if "TransferAgreement" not in ctdl.classes_of(node):
        return []
    told = node.get("ceterms:hasTransferValueProfile")
    return [name for name in (told if isinstance(told, list) else [told]) if isinstance(name, str)]


def read_thing(form: ThingFormat, section: str, thing: Thing, rules: RuleSet, saying: Saying) -> Said:
    """The statement that a thing makes. Raises Unsaid."""
    ledger = open_ledger(thing.graph)
    part = at(ledger, "/@graph/0").describes()
    try:
        if section == "skills":
            return _skill(part, thing, saying)
        if section == "decisions":
            return _decision(part, thing, rules, saying)
        read = _credential(form, part, thing, rules, saying)
    except UnreadableDocument as fault:
        raise Unsaid([(thing.place(fault.pointer or "/@graph/0"), fault.found, fault.expected)]) from None
    places = {"/credential": thing.place("/@graph/0"), "/id": thing.place("/@graph/0")}
    for found in read.found[::-1]:
        places[f"/credential/{found.attribute.replace('.', '/')}"] = thing.place(found.pointer)
    described = at(ledger, read.pointer)
    described = described.one("specifiedBy") or described
    name = id_of(described, saying.names)
    entry = CatalogueEntry(
        id=name,
        credential=replace(read.credential, id=name),
        confidence=saying.confidence,
        sources=_cited(described.id, saying),
    )
    return Said(entry, places)


def _credential(form: ThingFormat, part: Part, thing: Thing, rules: RuleSet, saying: Saying) -> ReadCredential:
    classes = _classes(part.value)
    if form == "ctdl":
        return ctdl.Reading(rules, saying.names).credential(part)
    if form == "elm" and not classes & _OF_HOLDERS:
        return elm.read_specification(part, rules)
    if form == "open_badge" and not classes & _OF_HOLDERS:
        if "BadgeClass" in classes:
            return open_badges.read_badge_2(part, rules)[0]
        bodies = [n for n, node in enumerate(thing.nodes) if is_body(node)]
        return open_badges.read_achievement(part, at(part.ledger, f"/@graph/{bodies[-1]}") if bodies else None, rules)
    reads = elm.read_credential if form == "elm" else open_badges.read_achievement_credential
    read = reads(part, rules)
    if len(read) != 1:
        expected = "one, or the description of each as a thing of its own"
        raise UnreadableDocument(f"{len(read)} achievements", expected, part.pointer)
    # what is said of one holder's award is not said of the credential
    told = replace(
        read[0].credential, awarded_on=None, expires_on=None, assessed=None, proctored=None, identity_verified=None
    )
    return replace(read[0], credential=told)


def _classes(node: Mapping[str, Any]) -> set[str]:
    return {name.rpartition("/")[2] for name in ctdl.classes_of(node)}


def _cited(name: str | None, saying: Saying) -> tuple[Citation, ...]:
    """The source that the sender names, at the address of the thing where its name is one."""
    if saying.source is None:
        return ()
    address = name if (name or "").startswith("http") else None
    return (Citation(source=saying.source, locator=address),)


class _Places(dict[str, str]):
    """Where in the file the parts of a decision stand, and what is missing."""

    def __init__(self, thing: Thing, part: Part) -> None:
        super().__init__({"/id": thing.place(part.pointer)})
        self._thing, self._part = thing, part
        self.problems: list[tuple[str, str, str]] = []

    def put(self, pointer: str, part: Part) -> None:
        self[pointer] = self._thing.place(part.pointer)

    def miss(self, part: Part | str, found: str, expected: str) -> None:
        pointer = f"{self._part.pointer}/{part}" if isinstance(part, str) else part.pointer
        self.problems.append((self._thing.place(pointer), found[:200], expected))


def _decision(part: Part, thing: Thing, rules: RuleSet, saying: Saying) -> Said:
    """The decision that a transfer value is. Raises Unsaid with all that is missing."""
    read = ctdl.Reading(rules, saying.names).transfer_value(part)
    places = _Places(thing, part)
    for found in read.found[::-1]:
        places[f"/{found.attribute.partition('.')[0]}"] = thing.place(found.pointer)
    recogniser = _recogniser(part, places, rules, saying)
    grant = _grant(part, read.credit, places)
    credentials = []
    for number, source in enumerate(part.many("ceterms:transferValueFrom")):
        places.put(f"/credentials/{number}", source)
        credentials.append(_reference(source, saying))
    if not credentials:
        places.miss("ceterms:transferValueFrom", "nothing", "what it is given for")
    for name in ("ceterms:startDate", "ceterms:endDate"):
        if (told := part.one(name)) is not None and values.day(told) is None:
            places.miss(told, repr(told.value), "a day such as 2024-09-01")
    _check_status(part, read, places)
    if places.problems:
        raise Unsaid(places.problems)
    body = rules.recognisers.get(recogniser)
    recommends = body is not None and body.kind == "credit_recommendation_service"
    agreed = any("TransferAgreement" in ctdl.classes_of(node) for node in thing.nodes)
    programmes = [name for name in map(_name, part.many("ceterms:transferValueFor")) if name]
    conditions = tuple(_conditions(part, read, programmes, recommends, saying))
    by_award = BY_AWARD in (read.statement or "")
    earlier = part.one("ceterms:supersedes")
    decision = Decision(
        id=id_of(part, saying.names),
        credentials=tuple(dict.fromkeys(credentials)),
        recogniser=recogniser,
        purposes=("credit_transfer",),
        status="conditional" if conditions else "recognised",
        basis="recommendation" if recommends else "agreement" if agreed else "decision",
        binding=False,
        statement=read.statement or read.title,
        conditions=conditions,
        credit=grant,
        programme=programmes[0] if len(programmes) == 1 else None,
        valid_from=read.valid_from,
        valid_to=None if read.last_day is None else read.last_day + timedelta(days=1),
        dated_by="award" if by_award else saying.dated_by,
        supersedes=() if earlier is None else (_reference(earlier, saying),),
        confidence=saying.confidence,
        sources=_cited(part.id, saying),
    )
    return Said(decision, places)


def _skill(part: Part, thing: Thing, saying: Saying) -> Said:
    """The skill that an item of a framework is. Raises Unsaid with all that is missing."""
    around = {place: at(part.ledger, f"/@graph/{n}") for n, place in enumerate(thing.pointers)}
    document = next((other for place, other in around.items() if place.endswith(DOCUMENT)), None)
    places = _Places(thing, part)
    framework = document or part.one("CFDocumentURI")
    others = list(around.values())
    told = case.read_item(part, framework, others)
    for name, (_, where) in told.items():
        places.put(f"/{name}", where)
    for name, term in (("uri", "uri"), ("label", "fullStatement")):
        if name not in told:
            found = part.value.get(term)
            places.miss(term, "nothing" if found is None else repr(found), "a text")
    for name, term in (("valid_from", "statusStartDate"), ("valid_to", "statusEndDate")):
        if name not in told and part.value.get(term):
            places.miss(term, repr(part.value[term]), "a day such as 2024-09-01")
    for link in case.unaddressed(framework, others):
        places.miss(link, repr(link.value), "a link with the uri of the broader item")
    if places.problems:
        raise Unsaid(places.problems)
    said: dict[str, Any] = {name: value for name, (value, _) in told.items()}
    name = _reference(told["uri"][1], saying)
    sources = _cited(said["uri"], saying)
    return Said(ListedSkill(id=name, confidence=saying.confidence, sources=sources, **said), places)


def _recogniser(part: Part, places: _Places, rules: RuleSet, saying: Saying) -> str:
    """The body that gives it: as the sender says, by its address here, or by a name that only one body has."""
    body = part.one("ceterms:ownedBy", "ceterms:recognizedBy", "ceterms:offeredBy")
    if body is None:
        places.miss("ceterms:ownedBy", "nothing", "the body that gives it")
        return ""
    places.put("/recogniser", body)
    told = [text.text for text in values.texts(body.one("ceterms:name"))] if isinstance(body.value, dict) else []
    address = body.id or body.text or ""
    for name in (address, *CTID.findall(address), *told):
        if name in saying.names:
            return saying.names[name]
    if (own := OWN.search(address)) and unquote(own[1]) in rules.recognisers:
        return unquote(own[1])
    known = next((rules.recogniser_names[fold(name)] for name in told if fold(name) in rules.recogniser_names), None)
    if known is None:
        expected = "a recogniser of the release by its name, or a mapping from this to the id of one"
        places.miss(body, repr(told[0] if told else address), expected)
    return known or ""


def _grant(part: Part, credit: CreditAmount | None, places: _Places) -> Grant | None:
    """The credit that is given: one value in a unit that is known."""
    given = part.many("ceterms:transferValue", "ceterms:creditValue")
    if len(given) != 1:
        where: Part | str = given[1] if given else "ceterms:transferValue"
        places.miss(where, f"{len(given)} values" if given else "nothing", "one value, in a unit that is known")
        return None
    if credit is None:
        unit = given[0].one("ceterms:creditUnitType", "schema:unitText")
        node = unit.one("ceterms:targetNode") if unit is not None and isinstance(unit.value, dict) else unit
        name = node.text if node is not None else None
        expected = "a figure in a unit that is known, or a mapping from the unit to the id of a credit system"
        places.miss(node or given[0], f"the unit {name!r}" if name else "a value without a unit", expected)
        return None
    meaning: Literal["exact", "range", "at_least", "up_to"] = (
        "exact" if credit.amount is not None
        else "range" if credit.min is not None and credit.max is not None
        else "up_to" if credit.min is None else "at_least"
    )  # fmt: skip
    return Grant(
        meaning=meaning, amount=credit.amount, min=credit.min, max=credit.max, system=credit.system,
        division=_division(given[0]),
    )  # fmt: skip


def _division(value: Part) -> Division | None:
    """The one division of study that a value is for."""
    levels = [level.one("ceterms:targetNode") for level in value.many("ceterms:creditLevelType")]
    told = {node.text.rpartition(":")[2] for node in levels if node is not None and node.text}
    found = [division for division, (name, _) in DIVISIONS.items() if name in told]
    return found[0] if len(found) == 1 == len(told) else None


def _check_status(part: Part, read: ReadDecision, places: _Places) -> None:
    """What is not in force must say since when it is not."""
    status = (read.status or "").rpartition(":")[2]
    if status not in ("", "Active") and (status != "Ceased" or read.last_day is None):
        told = part.one("ceterms:lifeCycleStatusType", "ceterms:statusType")
        places.miss(told or part, f"the status {status!r}", "'Active', or 'Ceased' with its last day (ceterms:endDate)")


def _conditions(
    part: Part, read: ReadDecision, programmes: list[str], recommends: bool, saying: Saying
) -> Iterator[Condition]:
    """What must be so besides, in the words of the file; a least score is tested where the sender names its fact."""
    texts = dict.fromkeys([read.statement] if read.statement else [])
    for value in part.many("ceterms:transferValue", "ceterms:creditValue"):
        if (words := values.best(value.one("schema:description", "ceterms:description"))) is not None:
            texts[words.text] = None
    for holder in (part, *part.many("ceterms:transferValueFrom")):
        for profile in holder.many("ceterms:requires"):
            if (words := values.best(profile.one("ceterms:description"))) is not None:
                texts[words.text] = None
            texts |= dict.fromkeys(text.text for text in values.texts(profile.one("ceterms:condition")))
    scores = {found for text in texts for found in _least_scores(text)}
    for text in texts:
        least = set(_least_scores(text))
        fact = saying.names.get(PERCENT if any(percent for _, percent in least) else SCORE)
        test = None
        if len(scores) == 1 == len(least) and fact is not None:
            test = Criterion(circumstances=(CircumstanceTest(fact=fact, at_least=next(iter(least))[0]),))
        yield Condition(text=text, on="holder" if least else "credential", criterion=test)
    if len(programmes) > 1:
        yield Condition(text=f"It counts in one of these: {'; '.join(programmes)}.", on="programme")
    if recommends:
        yield Condition(text="The receiving institution accepts the recommendation.", on="recogniser")


def _least_scores(text: str) -> Iterator[tuple[Fraction, bool]]:
    """The least scores that a text names, and whether each is in per cent.

    >>> [(str(least), percent) for least, percent in _least_scores("Minimum Passing Score: 70%")]
    [('70', True)]
    """
    for pattern in _LEAST_SCORE:
        for found in pattern.finditer(text):
            yield Fraction(found["least"]), found["percent"] is not None


def _reference(part: Part, saying: Saying) -> str:
    """The id here of what a part describes or names by its address."""
    if isinstance(part.value, dict):
        return id_of(part, saying.names)
    address = part.text or ""
    ctid = CTID.search(address)
    return saying.names.get(address) or saying.names.get(ctid[0] if ctid else "") or id_at(address)


def _name(part: Part) -> str | None:
    found = values.best(part.one("ceterms:name")) if isinstance(part.value, dict) else None
    return found.text if found is not None else None
