"""From reports to the sheet that is printed. Nothing is decided here, and nothing is left out but what repeats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.documents.printed import wording
from app.documents.printed.names import Names, begun, spoken
from app.documents.printed.sheet import (
    Answer,
    CitedSource,
    Document,
    Line,
    Part,
    Place,
    Point,
    Table,
    Tone,
    Words,
)
from app.domain.answers import NOTHING_KNOWN
from app.domain.report import Outcome, OutcomeCondition, RecogniserAnswer, Report, UnderstoodCredential
from app.domain.sources import Citation
from app.domain.verification import Genuine, StepResult, Verification, genuineness_of

_GENUINE: dict[Genuine, Words] = {
    "passed": Words(text="Genuine: every step that applies passed, and a list of issuers names its issuer", tone="yes"),
    "failed": Words(text="NOT genuine, or not in force: a step below failed", tone="no"),
    "unknown": Words(text="NOT KNOWN whether it is genuine: a step below could not be checked", tone="open"),
}
_UNKNOWN_ISSUER = Words(
    text="Signed and unaltered, but NOT KNOWN who its issuer is: no list that was loaded names it", tone="open"
)
"""Who signs a document can give any name; that is told as loudly as what passed."""
_STEPS: dict[StepResult, Words] = {
    "passed": Words(text="passed", tone="yes"),
    "failed": Words(text="FAILED", tone="no"),
    "could_not_be_checked": Words(text="could not be checked: nothing is known", tone="open"),
    "not_applicable": Words(text="not applicable"),
}
_STATES: dict[str, Tone] = {"met": "yes", "failed": "no", "unknown": "open"}


class _Numbers:
    """Numbers of the sources of a report, in the order in which the report lists them."""

    def __init__(self, report: Report) -> None:
        self._numbers = {source.id: n for n, source in enumerate(report.sources, 1)}

    def of(self, ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self._numbers[one] for one in ids if one in self._numbers}))

    def cited(self, citations: Iterable[Citation]) -> tuple[int, ...]:
        return self.of(citation.source for citation in citations)

    def located(self, citations: Iterable[Citation]) -> str:
        """The places in the sources, where they are told."""
        told = [
            f"[{self._numbers[one.source]}] {one.locator}"
            for one in citations
            if one.locator and one.source in self._numbers
        ]
        return "; ".join(dict.fromkeys(told))


def part_of(report: Report, names: Names, key: str = "1") -> Part:
    """The report on one credential; ``key`` tells its anchors from those of others on the same sheet."""
    numbers = _Numbers(report)
    said = [outcome for outcome in report.outcomes if _says_something(outcome)]
    by_place: dict[str, list[Outcome]] = {}
    for outcome in said:
        by_place.setdefault(outcome.jurisdiction, []).append(outcome)
    lines = [
        Line(label="Day asked about", value=report.as_of.isoformat()),
        Line(label="State of the data", value=f"release {report.release.number}, SHA-256 {report.release.checksum}"),
    ]
    if report.permalink:
        lines.append(Line(label="The same answer again", value=report.permalink, url=report.permalink))
    anchors = {code: f"place-{key}-{n}" for n, code in enumerate(by_place, 1)}
    return Part(
        key=key,
        title=report.credential.credential.title,
        credential=_credential(report.credential, names),
        not_given=tuple(wording.short_attribute(pointer) for pointer in report.credential.not_given),
        readings=_readings(report.credential),
        summary=_summary(said, anchors, names),
        undetermined=_undetermined(said, anchors, names),
        places=tuple(
            Place(
                anchor=anchors[code],
                name=names.place(code),
                code=code,
                answers=tuple(_answer(outcome, numbers, names) for outcome in outcomes),
            )
            for code, outcomes in by_place.items()
        ),
        silent=_silent(report.outcomes, names),
        sources=tuple(
            CitedSource(
                number=n,
                title=source.title,
                publisher=source.publisher,
                published=source.published,
                read_on=source.read_on.isoformat() if source.read_on else None,
                url=source.url,
            )
            for n, source in enumerate(report.sources, 1)
        ),
        notice=report.notice,
        lines=lines,
    )


def document_of(verification: Verification, lines: Sequence[Line], heading: str) -> Document:
    """A document with every step of its verification; ``lines`` tell what else is known of it."""
    steps = [
        (
            Words(text=spoken(step.name)),
            _STEPS[step.result],
            Words(text=" ".join((step.reason, *step.details))),
        )
        for step in verification.steps
    ]
    tables = [Table(caption="Steps of the verification", head=("Step", "Result", "What was found"), rows=steps)]
    asked = [
        (
            Words(text=record.address),
            Words(text=record.at.isoformat(timespec="seconds")),
            Words(text=record.problem or f"answered with status {record.status}"),
        )
        for record in verification.fetched
    ]
    if asked:
        tables.append(Table(caption="Addresses that were asked", head=("Address", "When", "What came"), rows=asked))
    is_passed, is_known = verification.genuine == "passed", genuineness_of(verification).issuer_known
    told = [*lines, Line(label="Judged for", value=verification.on.isoformat())]
    if verification.issuer:
        told.append(Line(label="Issuer as it names itself", value=verification.issuer))
    return Document(
        heading=heading,
        verdict=_UNKNOWN_ISSUER if is_passed and not is_known else _GENUINE[verification.genuine],
        reason=verification.reason,
        lines=told,
        tables=tables,
    )


def _credential(understood: UnderstoodCredential, names: Names) -> Sequence[Line]:
    told = [
        Line(label=label, value=value, url=url)
        for label, value, url in wording.told_credential(understood.credential, names)
    ]
    if understood.catalogue_id and understood.catalogue_id != understood.credential.id:
        told.append(Line(label="Taken for the entry of the catalogue", value=understood.catalogue_id))
    if understood.notional_hours is not None:
        told.append(Line(label="Size", value=wording.hours(understood.notional_hours)))
    if understood.eqf_level is not None and understood.eqf_level.levels:
        levels = " to ".join(dict.fromkeys((understood.eqf_level.levels[0], understood.eqf_level.levels[-1])))
        link = spoken(understood.eqf_level.strength)
        told.append(Line(label="For comparison", value=f"level {levels} of the EQF (weakest link: {link})"))
    return told


def _readings(understood: UnderstoodCredential) -> Table | None:
    if not understood.readings:
        return None
    return Table(
        caption="Not told as such, and why it was taken so",
        head=("Attribute", "Value", "Because"),
        rows=[
            (
                Words(text=wording.short_attribute(reading.attribute)),
                Words(text=reading.value),
                Words(text=reading.because),
            )
            for reading in understood.readings
        ],
    )


def _says_something(outcome: Outcome) -> bool:
    """Whether anything is known: also what held once, and what single bodies say where nothing holds for the place."""
    return outcome.status != "no_information" or outcome.statement != NOTHING_KNOWN or bool(outcome.recognisers)


def _summary(said: Sequence[Outcome], anchors: Mapping[str, str], names: Names) -> Table | None:
    if not said:
        return None
    return Table(
        caption="In short",
        head=("Place", "Purpose", "Answer", "Credit", "Confidence"),
        rows=[
            (
                _place(outcome, anchors, names),
                names.term(outcome.purpose),
                names.status(outcome.status),
                Words(text=wording.credit_given(outcome.credit, names) if outcome.credit else "-"),
                Words(text=outcome.confidence or "-"),
            )
            for outcome in said
        ],
    )


def _undetermined(said: Sequence[Outcome], anchors: Mapping[str, str], names: Names) -> Table | None:
    open_ = [outcome for outcome in said if outcome.status == "undetermined"]
    if not open_:
        return None
    return Table(
        caption="Not decided by the facts given",
        head=("Place", "Purpose", "What would decide it"),
        rows=[
            (
                _place(outcome, anchors, names),
                names.term(outcome.purpose),
                Words(text="; ".join(map(wording.short_attribute, outcome.missing)) or outcome.statement),
            )
            for outcome in open_
        ],
    )


def _place(outcome: Outcome, anchors: Mapping[str, str], names: Names) -> Words:
    place = names.place(outcome.jurisdiction)
    body = f": {outcome.recogniser.name}" if outcome.recogniser else ""
    return Words(
        text=f"{place.text} ({outcome.jurisdiction}){body}",
        language=None if body else place.language,
        anchor=anchors[outcome.jurisdiction],
    )


def _silent(outcomes: Sequence[Outcome], names: Names) -> Sequence[Line]:
    """Purposes for which nothing is recorded, under each list of places that lack just these."""
    by_place: dict[str, list[str]] = {}
    for outcome in outcomes:
        if not _says_something(outcome):
            of = [names.place(outcome.jurisdiction).text, *([outcome.recogniser.name] if outcome.recogniser else ())]
            by_place.setdefault(": ".join(of), []).append(names.term(outcome.purpose).text)
    by_purposes: dict[tuple[str, ...], list[str]] = {}
    for place, purposes in by_place.items():
        by_purposes.setdefault(tuple(purposes), []).append(place)
    return [Line(label="; ".join(purposes), value="; ".join(places)) for purposes, places in by_purposes.items()]


def _answer(outcome: Outcome, numbers: _Numbers, names: Names) -> Answer:
    lines = [Line(label="Rests on", value=_basis(outcome))] if outcome.basis else []
    if outcome.because:
        lines.append(Line(label="Rule or decision", value=", ".join(outcome.because)))
    lines += _given(outcome, names)
    if outcome.programme:
        lines.append(Line(label="Programme", value=outcome.programme))
    if held := wording.in_force(outcome.valid_from, outcome.last_day):
        lines.append(Line(label="In force", value=held))
    if outcome.decided_by:
        lines.append(Line(label="Decided by", value=outcome.decided_by))
    if outcome.contact:
        lines.append(Line(label="Ask", value=outcome.contact.name, url=outcome.contact_url))
    if outcome.confidence:
        lines.append(Line(label="Confidence", value=outcome.confidence))
    for appeal in outcome.appeals:
        told = " ".join(filter(None, (appeal.text, appeal.within and f"Within: {appeal.within}.")))
        lines.append(Line(label="If it is refused", value=told, url=appeal.url, cites=numbers.cited(appeal.sources)))
    tables = [
        table
        for table in (
            _conditions(outcome.conditions),
            _missing(outcome, names),
            _alternatives(outcome, names),
            _bodies(outcome.recognisers, numbers, names),
        )
        if table is not None
    ]
    steps = []
    for step in outcome.explanation:
        located = numbers.located(step.sources)
        text = f"{step.text} ({located})" if located else step.text
        steps.append(Point(text=text, cites=numbers.cited(step.sources)))
    return Answer(
        heading=_begun(names.term(outcome.purpose)),
        body=outcome.recogniser.name if outcome.recogniser else None,
        status=names.status(outcome.status),
        meaning=names.meaning(outcome.status),
        statement=outcome.statement,
        lines=lines,
        tables=tables,
        warnings=outcome.warnings,
        steps=steps,
        cites=numbers.of(outcome.sources),
    )


def _begun(words: Words) -> Words:
    return replace(words, text=begun(words.text))


def _basis(outcome: Outcome) -> str:
    assert outcome.basis is not None
    binds = {True: "; whoever decides must follow it", False: "; whoever decides need not follow it", None: ""}
    return f"{spoken(outcome.basis)}{binds[outcome.binding]}"


def _given(answer: Outcome | RecogniserAnswer, names: Names) -> list[Line]:
    """What an answer gives: credit, share, level, form."""
    lines = []
    if answer.credit:
        lines.append(Line(label="Credit", value=wording.credit_given(answer.credit, names)))
        lines.append(Line(label="About the figure", value=wording.credit_details(answer.credit)))
    if answer.share:
        lines.append(Line(label="Share", value=wording.share_given(answer.share)))
    if answer.level:
        lines.append(Line(label="Level", value=wording.level_given(answer.level, names)))
    if answer.form:
        lines.append(Line(label="Form", value=spoken(answer.form)))
    return lines


def _conditions(conditions: Sequence[OutcomeCondition]) -> Table | None:
    if not conditions:
        return None
    return Table(
        caption="Conditions",
        head=("Condition", "State", "Falls on", "Shown by"),
        rows=[
            (
                Words(text=condition.text),
                Words(text=_state(condition), tone=_STATES[condition.state]),
                Words(text=condition.on),
                Words(text=condition.shown_by or "-"),
            )
            for condition in conditions
        ],
    )


def _state(condition: OutcomeCondition) -> str:
    if not condition.missing:
        return "not known; a person judges" if condition.state == "unknown" else condition.state
    return "not known; tell " + ", ".join(map(wording.short_attribute, condition.missing))


def _missing(outcome: Outcome, names: Names) -> Table | None:
    if not outcome.missing:
        return None
    return Table(
        caption="What would change the answer if it were known",
        head=("Attribute", "In the question"),
        rows=[(Words(text=wording.attribute(pointer, names)), Words(text=pointer)) for pointer in outcome.missing],
    )


def _alternatives(outcome: Outcome, names: Names) -> Table | None:
    if not outcome.alternatives:
        return None
    return Table(
        caption="What would hold then",
        head=("When", "Answer", "By the rule"),
        rows=[(Words(text=other.when), names.status(other.status), Words(text=other.by))
              for other in outcome.alternatives],
    )  # fmt: skip


def _bodies(members: Sequence[RecogniserAnswer], numbers: _Numbers, names: Names) -> Table | None:
    """What single bodies answered, each for itself."""
    if not members:
        return None
    return Table(
        caption="Single bodies there; none binds another",
        head=("Body", "Answer", "What it says", "Confidence", "Sources"),
        rows=[
            (
                Words(text=names.body(member.recogniser)),
                names.status(member.status),
                Words(text=_said(member, names)),
                Words(text=member.confidence),
                Words(text=", ".join(f"[{n}]" for n in numbers.cited(member.sources)) or "none"),
            )
            for member in members
        ],
    )


def _said(member: RecogniserAnswer, names: Names) -> str:
    told = [member.statement]
    if member.programme:
        told.append(f"Programme: {member.programme}.")
    told += [f"{line.label}: {line.value.rstrip('.')}." for line in _given(member, names)]
    told += [f"Condition: {one.text.rstrip('.')} ({_state(one)})." for one in member.conditions]
    if held := wording.in_force(member.valid_from, member.last_day):
        told.append(f"In force {held}.")
    return " ".join(told)
