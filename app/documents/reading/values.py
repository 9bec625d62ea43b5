"""Values as documents write them: texts in several languages, numbers, days, durations, places, levels.

Each gives None for what it cannot read for certain; nothing is guessed from words.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import pycountry

from app.documents import eu_vocabularies as eu
from app.documents.reading.parts import Part
from app.domain.credential import CredentialKind
from app.domain.levels import LevelReference
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.domain.validity import DayRange

_NUMBER = re.compile(r"\d{1,7}(?:\.\d{1,6})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<h>\d{1,7}(?:[.,]\d{1,6})?)H)?(?:(?P<m>\d{1,7}(?:[.,]\d{1,6})?)M)?(?:(?P<s>\d{1,9}(?:[.,]\d{1,6})?)S)?)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_NAMED_LEVEL = re.compile(
    r"(?P<framework>.*?)[\s,:(-]*\b(?:level|niveau|nivel|livello|stufe)\s*(?P<level>\S+?)\)?", re.I
)

KINDS: Mapping[str, CredentialKind] = {
    "Badge": "badge",
    "DigitalBadge": "badge",
    "OpenBadge": "badge",
    "MicroCredential": "micro_credential",
    "Certificate": "certificate",
    "CertificateOfCompletion": "certificate",
    "JourneymanCertificate": "certificate",
    "MasterCertificate": "certificate",
    "Certification": "industry_certification",
    "ApprenticeshipCertificate": "apprenticeship",
    "Assessment": "exam",
    "AssessmentProfile": "exam",
    "Course": "course",
    "License": "licence",
    "Diploma": "diploma",
    "SecondarySchoolDiploma": "diploma",
    **dict.fromkeys(
        ("Degree", "AssociateDegree", "BachelorDegree", "MasterDegree", "DoctoralDegree", "ProfessionalDoctorate",
         "ResearchDoctorate"),
        "degree",
    ),
}  # fmt: skip
"""Kinds by the names that Open Badges 3.0 (achievementType) and CTDL (classes) share."""


class Text(NamedTuple):
    """A text, its language as far as it is told, and where it stands."""

    language: str | None
    text: str
    part: Part


def texts(part: Part | None) -> list[Text]:
    """Texts of a plain string, a language map, values with @language, or a list of these."""
    found: list[Text] = []
    for one in part.each() if part is not None else ():
        if one.text is not None:
            found.append(Text(None, one.text, one))
        elif isinstance(one.value, dict) and isinstance(one.value.get("@value"), str):
            language = one.value.get("@language")
            if text := one.value["@value"].strip():
                found.append(Text(language if isinstance(language, str) else None, text, one))
        elif isinstance(one.value, dict) and all(_LANGUAGE.fullmatch(key) for key in one.value):
            for key in one.value:
                found += [Text(key, below.text, below) for below in one.many(key) if below.text is not None]
    return found


def in_order(found: Iterable[Text]) -> list[Text]:
    """English texts first, then as they stand: one is shown, the others are other names."""
    return sorted(found, key=lambda text: not (text.language or "").lower().startswith("en"))


def best(part: Part | None) -> Text | None:
    """The one text to show."""
    return next(iter(in_order(texts(part))), None)


def amount(part: Part | None) -> Fraction | None:
    """An exact number that is not negative, written as a number or as digits."""
    value = None if part is None else part.value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def hours(part: Part | None) -> Fraction | None:
    """Hours of an ISO 8601 duration that is told in hours, minutes and seconds.

    Years, months, weeks and days are calendar time: how many hours of learning lie in them is not said.
    """
    match = _DURATION.fullmatch(part.text or "") if part is not None else None
    if match is None or any(int(match[name] or 0) for name in ("years", "months", "weeks", "days")):
        return None
    told = [match[name] for name in ("h", "m", "s")]
    if told == [None, None, None]:
        return None
    hour, minute, second = (Fraction((value or "0").replace(",", ".")) for value in told)
    return hour + minute / 60 + second / 3600


def _moment(text: str) -> datetime | None:
    if not _DAY.match(text) or len(text) > 40:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day(part: Part | None) -> date | None:
    """The day of a date or a moment, as it is written."""
    moment = _moment(part.text or "") if part is not None else None
    return None if moment is None else moment.date()


def award_day(part: Part | None) -> date | DayRange | None:
    """The day of an award, where it was made.

    A moment in UTC within a day stands for one of the days that it is somewhere on Earth then (UTC-12 to UTC+14). UTC
    midnight is how systems write a day without a time, and is that day.
    """
    moment = _moment(part.text or "") if part is not None else None
    if moment is None or moment.tzinfo is None or moment.utcoffset() != timedelta(0):
        return None if moment is None else moment.date()
    if moment.timetz().replace(tzinfo=None) == datetime.min.time():
        return moment.date()
    try:
        first, last = moment - timedelta(hours=12), moment + timedelta(hours=14)
    except OverflowError:
        return None
    return DayRange(min=first.astimezone(UTC).date(), max=last.astimezone(UTC).date())


@lru_cache(maxsize=1024)
def country(text: str | None) -> str | None:
    """The ISO 3166-1 code of a country by its code of two or three letters, its name, or its address at the EU."""
    if text is None or len(text) > 200:
        return None
    if text.startswith("http"):
        return eu.country_at(text)
    name = fold(text)
    for one in pycountry.countries:
        names = (getattr(one, kind, None) for kind in ("alpha_2", "alpha_3", "name", "official_name", "common_name"))
        if name in {fold(known) for known in names if known}:
            return str(one.alpha_2)
    return None


def language(text: str | None) -> str | None:
    """The ISO 639-1 code of a language by its tag (en, en-GB, nl_NL) or its address in the EU's table."""
    if text is None:
        return None
    if text.startswith("http"):
        return eu.language_at(text)
    address = eu.language_address(text.replace("_", "-")) if _LANGUAGE.fullmatch(text) else None
    return eu.language_at(address) if address else None


def field_of(codes: Iterable[str]) -> str | None:
    """The field that several ISCED-F codes share: the longest common beginning of at least two digits."""
    found = list(codes)
    length = next(
        (n for n in range(min(map(len, found), default=0), 1, -1) if len({code[:n] for code in found}) == 1), 0
    )
    return found[0][:length] if length else None


def level(
    rules: RuleSet, framework: str | None, value: str | None, address: str | None = None
) -> LevelReference | None:
    """A level that a document names: by an address of the EU's vocabularies, or by framework and level.

    The framework must be one of the release by id, name or alias, and the level one of its levels. Where no framework
    is told apart, "EQF level 6" names both.
    """
    known = eu.level_at(address) if address else None
    if known is not None:
        return LevelReference(framework=known[0], value=known[1])
    named = _NAMED_LEVEL.fullmatch(value or "") if value and len(value) <= 200 else None
    name = framework or (named["framework"] if named else None)
    found = rules.framework_names.get(fold(name)) if name else None
    if found is None or not value:
        return None
    levels = {fold(one.value): one.value for one in rules.levels.frameworks[found].levels}
    wanted = levels.get(fold(value)) or (levels.get(fold(named["level"])) if named else None)
    return LevelReference(framework=found, value=wanted) if wanted else None


def names_framework(rules: RuleSet, framework: str | None, address: str | None) -> bool:
    """Whether a text or an address is that of a qualifications framework."""
    if address is not None and address.startswith((f"{eu.SNB}eqf/", f"{eu.SNB}qdr/")):
        return True
    return framework is not None and fold(framework) in rules.framework_names
