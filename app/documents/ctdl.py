"""Decisions and credentials in CTDL, the Credential Transparency Description Language.

A decision on credit or stacking is a ``ceterms:TransferValueProfile``; where it is a published agreement, a
``ceterms:TransferAgreement`` holds the profile. A decision on anything else (a register, admission) transfers nothing,
so it is a ``ceterms:RecognizeAction``. CTDL has no term for a refusal: see ``can_say``.

Terms: credreg.net/ctdl/terms. No ctid is given unless the data has one; ``@id`` is our own address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.documents.linked_data import Addresses, Node, as_written, english, given, named, number, pages, written_out
from app.domain.credential import Credential, CredentialKind
from app.domain.credits import CreditAmount, CreditSystem
from app.domain.dataset import CatalogueEntry
from app.domain.recognisers import Recogniser
from app.domain.rules import Decision, Division, Grant
from app.domain.ruleset import RuleSet

CONTEXT = "https://credreg.net/ctdl/schema/context/json"
_TERMS = "https://credreg.net/ctdl/terms/"
_SOURCE = "http://purl.org/dc/terms/source"

TYPES: Mapping[CredentialKind, str] = {
    "micro_credential": "ceterms:MicroCredential",
    "badge": "ceterms:Badge",
    "mooc_certificate": "ceterms:CertificateOfCompletion",
    "professional_certificate": "ceterms:Certificate",
    "industry_certification": "ceterms:Certification",
    "exam": "ceterms:AssessmentProfile",
    "course": "ceterms:Course",
    "module": "ceterms:Course",
    "short_course": "ceterms:Course",
    "certificate": "ceterms:Certificate",
    "diploma": "ceterms:Diploma",
    "degree": "ceterms:Degree",
    "apprenticeship": "ceterms:ApprenticeshipCertificate",
    "licence": "ceterms:License",
}
"""The class of each kind of credential; the others are a ``ceterms:Credential``, of which these are kinds."""

LEARNING = frozenset({"ceterms:Course", "ceterms:AssessmentProfile"})
"""Classes of what is learnt or assessed; the others are credentials."""

UNITS: Mapping[str, tuple[str, str]] = {
    "us-semester-credit": ("SemesterHour", "Semester Hour"),
    "us-ceu": ("ContinuingEducationUnit", "Continuing Education Unit"),
    "us-clock-hour": ("ClockHour", "Clock Hour"),
    "us-contact-hour": ("ContactHour", "Contact Hour"),
}
"""Our units that the vocabulary of credit units has; the others point to our own description of the unit."""

DIVISIONS: Mapping[Division, tuple[str, str]] = {
    "lower": ("LowerDivisionLevel", "Lower Division Level"),
    "upper": ("UpperDivisionLevel", "Upper Division Level"),
    "graduate": ("GraduateLevel", "Graduate Level"),
}
"""Divisions of study as the vocabulary of levels names them."""

BY_AWARD = "It counts for those who were awarded the credential between its dates."
"""How we say that the dates of a decision are compared with the day of the award; CTDL has no term for it."""

_TRANSFERS = frozenset({"credit_transfer", "stacking"})


@dataclass(frozen=True)
class Ctdl:
    """Writes the statements of a release as CTDL, as they stand on a day."""

    rules: RuleSet
    addresses: Addresses
    on: date

    def decision(self, decision: Decision, credentials: Iterable[Credential]) -> list[Node]:
        """A decision with the credentials that it speaks of: its profile or action, and its agreement if it is one."""
        assert can_say(decision)
        spoken = sorted(credentials, key=lambda credential: credential.id or "")
        main = self._profile(decision, spoken) if transfers(decision) else self._action(decision, spoken)
        agreement = self._agreement(decision, spoken) if transfers(decision) and decision.basis == "agreement" else None
        return [main, *([agreement] if agreement else [])]

    def _profile(self, decision: Decision, credentials: list[Credential]) -> Node:
        body = self.addresses.of("recognisers", decision.recogniser)
        web = pages(decision.sources, self.rules.sources)
        return given(
            {
                "@type": "ceterms:TransferValueProfile",
                "@id": self.addresses.of("decisions", decision.id),
                "ceterms:name": english(f"Transfer value of {self._titles(decision, credentials)}"),
                "ceterms:description": english(described(decision)),
                "ceterms:startDate": _day(decision.valid_from),
                "ceterms:endDate": _day(decision.last_day),
                "ceterms:lifeCycleStatusType": self._status(decision),
                "ceterms:ownedBy": [body],
                "ceterms:recognizedBy": [body],
                "ceterms:transferValue": self._value(decision.credit),
                "ceterms:transferValueFrom": [self._of(name) for name in decision.credentials],
                "ceterms:transferValueFor": self._programme(decision),
                "ceterms:subjectWebpage": web[0][0] if web else None,
                "ceterms:supersedes": self._earlier(decision),
                _SOURCE: [{"@id": address} for address, _ in web],
            }
        )

    def _action(self, decision: Decision, credentials: list[Credential]) -> Node:
        web = pages(decision.sources, self.rules.sources)
        return given(
            {
                "@type": "ceterms:RecognizeAction",
                "@id": self.addresses.of("decisions", decision.id),
                "ceterms:name": english(f"Recognition of {self._titles(decision, credentials)}"),
                "ceterms:description": english(described(decision)),
                "ceterms:startDate": _day(decision.valid_from),
                "ceterms:endDate": _day(decision.last_day),
                "ceterms:actingAgent": [self.addresses.of("recognisers", decision.recogniser)],
                "ceterms:object": [self._of(name) for name in decision.credentials],
                _SOURCE: [{"@id": address} for address, _ in web],
            }
        )

    def _agreement(self, decision: Decision, credentials: list[Credential]) -> Node:
        body = self.addresses.of("recognisers", decision.recogniser)
        profile = self.addresses.of("decisions", decision.id)
        web = pages(decision.sources, self.rules.sources)
        return given(
            {
                "@type": "ceterms:TransferAgreement",
                "@id": f"{profile}#agreement",
                "ceterms:name": english(f"Agreement on {self._titles(decision, credentials)}"),
                "ceterms:description": english(described(decision)),
                "ceterms:dateEffective": _day(decision.valid_from),
                "ceterms:expirationDate": _day(decision.last_day),
                "ceterms:ownedBy": [body],
                "ceterms:receivingOrganization": [body],
                "ceterms:sendingOrganization": [
                    f"{self._of(credential.id or '')}#issuer" for credential in credentials if credential.issuer.name
                ],
                "ceterms:receivingProgram": self._programme(decision),
                "ceterms:hasTransferValueProfile": [profile],
                "ceterms:subjectWebpage": web[0][0] if web else None,
            }
        )

    def surroundings(self, decision: Decision, entries: Iterable[CatalogueEntry]) -> list[Node]:
        """The body, programme and credentials that a decision points to, with their issuers."""
        nodes = []
        if (body := self.rules.recognisers.get(decision.recogniser)) is not None:
            nodes.append(self.recogniser(body))
        if decision.programme:
            nodes.append(
                {
                    "@type": "ceterms:LearningProgram",
                    "@id": self._programme(decision)[0],
                    "ceterms:name": as_written([decision.programme]),
                    "ceterms:offeredBy": [self.addresses.of("recognisers", decision.recogniser)],
                }
            )
        return nodes + [node for entry in entries for node in self.credential(entry)]

    def credential(self, entry: CatalogueEntry) -> list[Node]:
        """A credential, and its issuer where one is named."""
        told, me = entry.credential, self._of(entry.id)
        issuer = f"{me}#issuer" if told.issuer.name else None
        kind = TYPES.get(told.kind, "ceterms:Credential") if told.kind else "ceterms:Credential"
        web = pages(entry.sources, self.rules.sources)
        credit = [self._amount(told.credit)] if told.credit and kind in LEARNING else None
        node = given(
            {
                "@type": kind,
                "@id": me,
                "ceterms:ctid": next((i.value for i in told.identifiers if i.scheme == "ctid"), None),
                "ceterms:name": as_written([told.title]),
                "ceterms:alternateName": as_written(told.aliases) if told.aliases else None,
                "ceterms:ownedBy": [issuer] if issuer else None,
                "ceterms:subjectWebpage": told.url,
                "ceterms:sameAs": list(told.same_as),
                "ceterms:inLanguage": [told.language] if told.language else None,
                "ceterms:creditValue": credit,
                "ceterms:identifier": [
                    {
                        "@type": "ceterms:IdentifierValue",
                        "ceterms:identifierTypeName": as_written([identifier.scheme]),
                        "ceterms:identifierValueCode": identifier.value,
                    }
                    for identifier in told.identifiers
                    if identifier.scheme != "ctid"
                ],
                _SOURCE: [{"@id": address} for address, _ in web],
            }
        )
        if issuer is None:
            return [node]
        body: Node = {
            "@type": "ceterms:Organization",
            "@id": issuer,
            "ceterms:name": as_written([told.issuer.name or ""]),
        }
        if told.issuer.country:
            code = told.issuer.country.partition("-")[0]
            place = self.rules.places.by_code.get(code)
            country = named(place.name, place.labels) if place else english(code)
            body["ceterms:address"] = [{"@type": "ceterms:Place", "ceterms:addressCountry": country}]
        return [node, body]

    def recogniser(self, body: Recogniser) -> Node:
        """A body that decides."""
        return given(
            {
                "@type": "ceterms:Organization",
                "@id": self.addresses.of("recognisers", body.id),
                "ceterms:name": named(body.name, body.labels),
                "ceterms:alternateName": as_written(body.aliases) if body.aliases else None,
                "ceterms:subjectWebpage": body.url,
            }
        )

    def _of(self, credential_id: str) -> str:
        return self.addresses.of("credentials", credential_id)

    def _programme(self, decision: Decision) -> list[str]:
        return [f"{self.addresses.of('decisions', decision.id)}#programme"] if decision.programme else []

    def _earlier(self, decision: Decision) -> str | None:
        """The one decision that this one replaced; CTDL takes no more than one."""
        one = decision.supersedes if len(decision.supersedes) == 1 else ()
        return self.addresses.of("decisions", one[0]) if one else None

    def _titles(self, decision: Decision, credentials: list[Credential]) -> str:
        titles = [credential.title for credential in credentials]
        first = " and ".join(titles) if len(titles) < 3 else f"{titles[0]} and {len(titles) - 1} others"
        body = self.rules.recognisers.get(decision.recogniser)
        return f"{first} at {body.name if body else decision.recogniser}"

    def _status(self, decision: Decision) -> Node | None:
        """Active or ceased on the day; not told where neither is true.

        What has not begun is neither. What is dated by the day of the award still counts for those who earned the
        credential in time.
        """
        if decision.starts_after(self.on) or (decision.ended_by(self.on) and decision.dated_by == "award"):
            return None
        name = "Ceased" if decision.ended_by(self.on) else "Active"
        return _concept("LifeCycleStatus", f"lifeCycle:{name}", name)

    def _value(self, grant: Grant | None) -> list[Node] | None:
        """The credit given; None where none is or no amount is published."""
        if grant is None or grant.meaning == "not_published":
            return None
        words = [grant.text] if grant.text else []
        if grant.per is not None:
            words.insert(0, f"Per {grant.per}.")
        if grant.meaning == "own_size":
            words.insert(0, "The credential's own size.")
        division = DIVISIONS.get(grant.division) if grant.division else None
        figures = Grant(meaning="exact", amount=Fraction(0), system=grant.system) if grant.meaning == "zero" else grant
        return [
            given(
                {
                    **self._figures(figures.amount, figures.min, figures.max, words),
                    "ceterms:creditUnitType": self._unit(grant.system),
                    "ceterms:creditLevelType": [_concept("AudienceLevel", f"audLevel:{division[0]}", division[1])]
                    if division
                    else None,
                }
            )
        ]

    def _amount(self, credit: CreditAmount) -> Node:
        unit = self._unit(credit.system)
        return given({**self._figures(credit.amount, credit.min, credit.max, []), "ceterms:creditUnitType": unit})

    def _figures(
        self, amount: Fraction | None, least: Fraction | None, most: Fraction | None, words: list[str]
    ) -> Node:
        """The figures of a value profile. One that no decimal can hold stands in its description."""
        node: Node = {"@type": "ceterms:ValueProfile"}
        for key, figure in (("value", amount), ("minValue", least), ("maxValue", most)):
            if figure is None:
                continue
            if (value := number(figure)) is None:
                words = [f"{key}: {written_out(figure)}.", *words]
            else:
                node[f"schema:{key}"] = value
        if words:
            node["schema:description"] = english(" ".join(words))
        return node

    def _unit(self, system: str | None) -> list[Node] | None:
        if system is None:
            return None
        if system in UNITS:
            return [_concept("CreditUnit", f"creditUnit:{UNITS[system][0]}", UNITS[system][1])]
        unit: CreditSystem | None = self.rules.credits.systems.get(system)
        return [
            given(
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNode": self.addresses.of("credit-systems", system),
                    "ceterms:targetNodeName": named(unit.name, unit.labels) if unit else None,
                    "ceterms:codedNotation": system,
                }
            )
        ]


def can_say(decision: Decision) -> bool:
    """Whether CTDL has a term for the decision. It has none for a refusal, and a profile would look like a yes."""
    return decision.status != "not_recognised"


def transfers(decision: Decision) -> bool:
    """Whether it is about credit or a part of a larger award."""
    return not _TRANSFERS.isdisjoint(decision.purposes)


def described(decision: Decision) -> str:
    """What a decision says with its reservations, in sentences of our own."""
    parts = [decision.statement]
    if decision.status == "discretionary":
        parts.append(f"Decided case by case{f' by {decision.decided_by}' if decision.decided_by else ''}.")
    parts += [f"Condition: {condition.text}" for condition in decision.conditions]
    if decision.dated_by == "award" and (decision.valid_from or decision.valid_to):
        parts.append(BY_AWARD)
    if decision.credit is not None and decision.credit.meaning == "not_published":
        parts.append("No amount of credit is published.")
    if decision.share is not None and decision.share.text:
        parts.append(decision.share.text)
    if decision.confidence == "low":
        parts.append("No source was read for this.")
    return " ".join([*parts, decision.note or ""]).strip()


def _concept(scheme: str, node: str, name: str) -> Node:
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": f"{_TERMS}{scheme}",
        "ceterms:targetNode": node,
        "ceterms:targetNodeName": english(name),
    }


def _day(day: date | None) -> Any:
    return None if day is None else day.isoformat()
