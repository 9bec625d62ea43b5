"""CTDL, as the Credential Registry publishes it: credentials, learning opportunities, assessments, transfer values."""

from collections.abc import Mapping
from typing import Any

from app.documents.ctdl import UNITS
from app.documents.reading import values
from app.documents.reading.draft import Draft
from app.documents.reading.parts import Part, written
from app.documents.reading.result import Found, ReadCredential, ReadDecision
from app.domain.credential import Identifier, Issuer
from app.domain.credits import CreditAmount
from app.domain.errors import UnreadableDocument
from app.domain.ruleset import RuleSet

LEARNING = (
    "Course", "LearningProgram", "LearningOpportunityProfile", "LearningOpportunity", "AssessmentProfile",
    "Credential", "GeneralEducationDevelopment", "QualityAssuranceCredential",
)  # fmt: skip
"""Classes that are read as credentials besides those that a kind stands for."""

TRANSFER_VALUE = "TransferValueProfile"
"""The class that is read as a decision."""

_UNITS = {f"creditUnit:{name}": system for system, (name, _) in UNITS.items()}


def read_graph(top: Part, rules: RuleSet) -> tuple[list[ReadCredential], list[ReadDecision]]:
    """Credentials and transfer values of a CTDL document. Raises UnreadableDocument when it has neither."""
    nodes = top.many("@graph") or [top]
    told = [node.describes() for node in nodes if isinstance(node.value, dict)]
    reading = Reading(rules)
    decisions = [reading.transfer_value(node) for node in told if TRANSFER_VALUE in classes_of(node.value)]
    main = [node for node in told if is_credential(node.value) and not (node.id or "").startswith("_:")]
    if not decisions:
        main = main or [node for node in told if is_credential(node.value)]
    credentials = [reading.credential(node) for node in main if not only_named(node.value)]
    if not credentials and not decisions:
        classes = sorted({name for node in told for name in classes_of(node.value)})
        expected = "a credential, a learning opportunity, an assessment or a transfer value profile"
        raise UnreadableDocument(", ".join(classes)[:300] or "nothing with a class", expected, top.pointer)
    return credentials, decisions


def is_credential(node: Any) -> bool:
    """Whether a node is read as a credential."""
    return any(name in LEARNING or name in values.KINDS for name in classes_of(node))


def only_named(node: Mapping[str, Any]) -> bool:
    """Whether a node says nothing but its name, because something else points to it."""
    return not {key for key in node if ":" in key} - {"ceterms:name"} and "@id" in node


def classes_of(node: Any) -> list[str]:
    """The classes of a node, without the name of their vocabulary."""
    told = node.get("type", node.get("@type")) if isinstance(node, Mapping) else None
    return [name.rpartition(":")[2] for name in (told if isinstance(told, list) else [told]) if isinstance(name, str)]


class Reading:
    """Reads nodes of a CTDL document."""

    def __init__(self, rules: RuleSet, units: Mapping[str, str] | None = None) -> None:
        """``units`` are ids of credit systems by what documents call them, besides those that we know ourselves."""
        self.rules = rules
        self._units = {**_UNITS, **(units or {})}

    def credential(self, node: Part) -> ReadCredential:
        """A credential, learning opportunity or assessment."""
        draft = Draft(node, None)
        draft.titles(node.one("ceterms:name", "schema:name"))
        for text in values.texts(node.one("ceterms:alternateName")):
            draft.put("aliases", text.text, text.part)
        kinds = [values.KINDS[name] for name in classes_of(node.value) if name in values.KINDS]
        if kinds:
            draft.put("kind", kinds[0], Part(node.value["@type"], f"{node.pointer}/@type", node.ledger))
        for name, scheme in (("ceterms:ctid", "ctid"), ("ceterms:codedNotation", "codedNotation")):
            if (part := node.one(name)) is not None and part.text:
                draft.put("identifiers", Identifier(scheme=scheme, value=part.text), part)
        for other in node.many("ceterms:identifier"):
            self._identifier(draft, other)
        if (page := node.one("ceterms:subjectWebpage", "schema:url")) is not None and page.text:
            draft.put("url", page.text, page)
        for same in node.many("ceterms:sameAs"):
            if same.text:
                draft.put("same_as", same.text, same)
        self._issuer(draft, node)
        self._language(draft, node)
        for value in node.many("ceterms:creditValue"):
            draft.put("credit", self.credit(value), value, "A unit of credit that is not known, or no figure.")
        for name in ("accreditedBy", "approvedBy", "regulatedBy"):
            for body in node.many(f"ceterms:{name}"):
                self._quality(draft, body)
        self._levels(draft, node)
        return draft.finish()

    def transfer_value(self, node: Part) -> ReadDecision:
        """A transfer value profile."""
        found: list[Found] = []

        def told(attribute: str, part: Part | None) -> Part | None:
            if part is not None:
                part.take()
                found.append(Found(attribute=attribute, pointer=part.pointer, written=written(part.value)))
            return part

        title = values.best(node.one("ceterms:name"))
        if title is None:
            raise UnreadableDocument("no name", "the name of the transfer value", f"{node.pointer}/ceterms:name")
        told("title", title.part)
        statement = values.best(node.one("ceterms:description"))
        if statement is not None:
            told("statement", statement.part)
        given_for = [_title(source) for source in node.many("ceterms:transferValueFrom")]
        for source in node.many("ceterms:transferValueFrom"):
            told("credentials", source)
        start, end = node.one("ceterms:startDate"), node.one("ceterms:endDate")
        first, last = values.day(told("valid_from", start)), values.day(told("last_day", end))
        body = node.one("ceterms:ownedBy", "ceterms:recognizedBy", "ceterms:offeredBy")
        name = values.best(body.one("ceterms:name")) if body is not None and isinstance(body.value, dict) else None
        if name is not None:
            told("recogniser.name", name.part)
        elif body is not None:
            body.not_understood("The address of a body that the document does not describe.")
        credit = None
        for value in node.many("ceterms:transferValue", "ceterms:creditValue"):
            figure = self.credit(value)
            if figure is None or credit is not None:
                value.not_understood("A unit of credit that is not known, or no figure, or one of several values.")
            else:
                credit = figure
                told("credit", value)
        status = node.one("ceterms:lifeCycleStatusType", "ceterms:statusType")
        target = told("status", status.one("ceterms:targetNode")) if status is not None else None
        page = told("url", node.one("ceterms:subjectWebpage"))
        return ReadDecision(
            title=title.text,
            pointer=node.pointer,
            recogniser=Issuer(name=name.text if name else None),
            credentials=tuple(text for text in given_for if text),
            credit=credit,
            statement=statement.text if statement else None,
            status=target.text if target is not None else None,
            valid_from=first,
            last_day=last,
            url=page.text if page is not None else None,
            found=tuple(found),
        )

    def credit(self, value: Part) -> CreditAmount | None:
        """A value profile in a unit that is one of ours: a figure or a range."""
        unit = value.one("ceterms:creditUnitType", "schema:unitText")
        node = unit.one("ceterms:targetNode") if unit is not None and isinstance(unit.value, dict) else unit
        name = (node.text if node is not None else None) or ""
        own = name.rpartition("/v1/credit-systems/")[2]
        system = self._units.get(name) or (own if own != name and own in self.rules.credits.systems else None)
        exact, least, most = (values.amount(value.one(f"schema:{key}")) for key in ("value", "minValue", "maxValue"))
        if system is None or (exact is None and least is None and most is None):
            return None
        if least is not None and most is not None and least > most:
            return None
        if exact is not None:
            return CreditAmount(system=system, amount=exact)
        return CreditAmount(system=system, min=least, max=most)

    def _issuer(self, draft: Draft, node: Part) -> None:
        """The body that owns it, else the one that offers it, where the document describes that body."""
        body = node.one("ceterms:ownedBy", "ceterms:offeredBy", "ceterms:owner", "schema:creator")
        if body is None:
            return
        if not isinstance(body.value, dict) or body.one("ceterms:name") is None:
            body.not_understood("The address of a body that the document does not describe.")
            return
        draft.put_text("issuer.name", body.describes().one("ceterms:name"))
        for place in body.many("ceterms:address"):
            country = values.best(place.describes().one("ceterms:addressCountry"))
            if country is not None:
                known = values.country(country.text)
                draft.put("issuer.country", known, country.part, "No such country is known.")

    def _quality(self, draft: Draft, body: Part) -> None:
        name = values.best(body.one("ceterms:name")) if isinstance(body.value, dict) else None
        if name is None:
            body.not_understood("The address of a body that the document does not describe.")
        else:
            draft.put("quality_assured_by", name.text, name.part)

    def _language(self, draft: Draft, node: Part) -> None:
        """The one language of instruction; several are told as unknown, as a credential holds one."""
        told = node.many("ceterms:inLanguage")
        codes = {values.language(part.text) for part in told}
        for part in told:
            because = "A language that is not known, or one of several."
            draft.put("language", values.language(part.text) if len(codes) == 1 else None, part, because)

    def _identifier(self, draft: Draft, part: Part) -> None:
        scheme = values.best(part.one("ceterms:identifierTypeName"))
        value = part.one("ceterms:identifierValueCode")
        if scheme is not None and value is not None and value.text:
            draft.note("identifiers", scheme.part)
            draft.put("identifiers", Identifier(scheme=scheme.text, value=value.text), value)
        else:
            part.not_understood("An identifier without the name of its scheme.")

    def _levels(self, draft: Draft, node: Part) -> None:
        """Alignments that name a level of a qualifications framework, under whichever term they stand."""
        for term in (name for name in node.value if not name.startswith("@")):
            for part in node.many(term):
                if "CredentialAlignmentObject" not in classes_of(part.value):
                    continue
                frame, name = (
                    values.best(part.one("ceterms:frameworkName")),
                    values.best(part.one("ceterms:targetNodeName")),
                )
                code, address = part.one("ceterms:codedNotation"), part.one("ceterms:targetNode")
                for value in (code.text if code is not None else None, name.text if name else None):
                    where = address.text if address is not None else None
                    found = values.level(self.rules, frame.text if frame else None, value, where)
                    if found is not None:
                        draft.put_level(found, part)
                        break


def _title(part: Part) -> str | None:
    """What a transfer value is given for: its title where the document describes it, else its address."""
    name = values.best(part.one("ceterms:name")) if isinstance(part.value, dict) else None
    return name.text if name is not None else part.id or part.text
