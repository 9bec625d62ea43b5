"""The European Learning Model 3: European Digital Credentials for Learning, and descriptions of what can be achieved.

A credential holds claims; each achievement among them is a credential here, and each activity where a certificate of
participation claims no achievement. They are described by their specification where they have one. Documents may nest
things or name them by their ids.
"""

from fractions import Fraction

from app.documents import eu_vocabularies as eu
from app.documents.reading import values
from app.documents.reading.draft import Draft
from app.documents.reading.parts import Part
from app.documents.reading.result import ReadCredential
from app.domain.credential import Delivery, Identifier, Skill
from app.domain.credits import CreditAmount
from app.domain.errors import UnreadableDocument
from app.domain.levels import LevelReference
from app.domain.ruleset import RuleSet

SPECIFICATIONS = ("LearningAchievementSpecification", "Qualification")

KNOWN = {
    **dict.fromkeys(
        ("proof", "credentialStatus", "credentialSchema", "verificationCheck", "evidence", "termsOfUse"),
        "Proofs, status and schemas are checked elsewhere, not read.",
    ),
    **dict.fromkeys(("displayParameter", "image", "logo", "bannerImage"), "Images are not read."),
    "hasPart": "Parts of an achievement are not read one by one.",
    **dict.fromkeys(
        ("validFrom", "issuanceDate", "issued"), "A day of the document itself; not the day of the award."
    ),
    **dict.fromkeys(
        ("@context", "id", "@id", "type", "@type", "credentialProfiles", "dcType", "category", "additionalNote",
         "supplementaryDocument", "description", "learningOutcomeSummary", "learningSetting", "maximumDuration",
         "entryRequirement", "targetGroup", "isPartialQualification", "educationLevel", "educationSubject",
         "entitlesTo",
         "specialisationOf", "generalisationOf", "isPartOf", "status", "dateModified", "modified", "definition",
         "reusabilityLevel", "inScheme", "prefLabel", "notation", "altLabel", "temporal", "groupMemberOf",
         "contactPoint", "registration", "vatIdentifier", "taxIdentifier", "eIDASIdentifier", "hasSubOrganization",
         "subOrganizationOf", "spatialCode", "fullAddress", "geographicName", "gradingScheme", "duration",
         "learningSchedule", "scheduleInformation", "admissionProcedure", "priceDetail", "grant", "defaultLanguage",
         "descriptionHtml", "applicationDeadline", "contactHour", "workload", "influencedBy", "directedBy",
         "specifiedBy", "assessedBy", "shortenedGrading", "resultDistribution", "publisher", "issuer", "identifier",
         "title", "mode", "language", "volumeOfLearning", "location", "homepage", "framework"),
        "",
    ),
}  # fmt: skip
"""Terms of the model that no attribute is made of, with the reason where it is not plain."""

_MODES: dict[str, Delivery] = {eu.ONLINE: "online", eu.BLENDED: "blended", eu.PRESENTIAL: "classroom"}

_SUPERVISION = "snb/supervision-verification/"


def read_credential(part: Part, rules: RuleSet) -> list[ReadCredential]:
    """The achievements of a European Digital Credential. Raises UnreadableDocument when it claims none."""
    read: list[ReadCredential] = []
    for subject in part.many("credentialSubject"):
        read += [_claim(claim, part, rules) for claim in _claims(subject.is_holder())]
    if not read:
        expected = "a holder with a learning achievement or activity (hasClaim)"
        raise UnreadableDocument(
            "neither an achievement nor an activity", expected, f"{part.pointer}/credentialSubject"
        )
    return read


def _claims(subject: Part) -> list[Part]:
    """The achievements that a holder claims, else the activities; entitlements and assessments are no credentials."""
    claims = [claim for claim in subject.many("hasClaim", "achieved") if isinstance(claim.value, dict)]
    achieved = [claim for claim in claims if not claim.types or "LearningAchievement" in map(_local, claim.types)]
    return achieved or [claim for claim in claims if "LearningActivity" in map(_local, claim.types)]


def read_specifications(top: Part, rules: RuleSet) -> list[ReadCredential]:
    """Every specification of an achievement on the first levels of a document without a holder: a catalogue."""
    nodes = top.many("@graph") or [top]
    inside = [below for node in nodes for below in node.many("learningAchievementSpecification")]
    told = {part.pointer: part for part in [*nodes, *inside] if is_specification(part)}
    return [read_specification(part, rules) for part in told.values()]


def is_specification(part: Part) -> bool:
    """Whether a part describes what can be achieved."""
    return any(_local(name) in SPECIFICATIONS for name in part.types)


def _claim(claim: Part, document: Part, rules: RuleSet) -> ReadCredential:
    draft = Draft(claim, "european_digital_credential")
    for specification in claim.many("specifiedBy"):
        _describe(draft, specification.describes(), rules)
    draft.titles(claim.one("title"))
    for assessment in claim.many("provenBy"):
        _assessment(draft, assessment)
    for process in claim.many("awardedBy"):
        for body in process.many("awardingBody"):
            _body(draft, body)
        if (awarded := process.one("awardingDate")) is not None:
            draft.put("awarded_on", values.award_day(awarded), awarded, "It is no date.")
    if not claim.many("awardedBy"):
        for body in document.many("issuer"):
            _body(draft, body)
    for activity in claim.many("influencedBy"):
        for specification in activity.many("specifiedBy"):
            if (told := specification.one("language")) is not None:
                draft.put("language", values.language(_address(told)), told, "A language that is not known.")
    if (workload := claim.one("workload")) is not None and "notional_hours" not in draft.given:
        draft.put("notional_hours", values.hours(workload), workload, "It is no duration in hours.")
    if (until := document.one("expiryDate", "validUntil", "expirationDate")) is not None:
        draft.put("expires_on", values.day(until), until, "It is no date.")
    return draft.finish()


def read_specification(part: Part, rules: RuleSet) -> ReadCredential:
    """What can be achieved, by its own description and whoever awards it."""
    draft = Draft(part, None)
    _describe(draft, part.describes(), rules)
    for opportunity in part.many("awardingOpportunity"):
        for body in opportunity.describes().many("awardingBody"):
            _body(draft, body)
    return draft.finish()


def _describe(draft: Draft, told: Part, rules: RuleSet) -> None:
    """What a specification says."""
    draft.titles(told.one("title"))
    for text in values.texts(told.one("altLabel")):
        draft.put("aliases", text.text, text.part)
    for term in told.all("nqfLevel", "eqfLevel"):
        known = eu.level_at(_address(term) or "")
        draft.put_level(LevelReference(framework=known[0], value=known[1]) if known else None, term)
    for credit in told.many("creditPoint"):
        draft.put("credit", _credit(credit, rules), credit, "A unit of credit that is not known, or no figure.")
    if (volume := told.one("volumeOfLearning")) is not None:
        because = "It is no duration in hours; calendar time does not tell how many hours of learning lie in it."
        draft.put("notional_hours", values.hours(volume), volume, because)
    _field(draft, told.many("thematicArea"))
    for mode in told.many("mode"):
        draft.put("delivery", _MODES.get(_address(mode) or ""), mode, "A mode that is not known.")
    if (language := told.one("language")) is not None:
        draft.put("language", values.language(_address(language)), language, "A language that is not known.")
    for outcome in told.many("learningOutcome"):
        _outcome(draft, outcome.describes())
    for page in told.many("homepage"):
        address = page.one("contentURL", "contentUrl")
        if address is not None and address.text:
            draft.put("url", address.text, address)
    for other in told.many("identifier"):
        _identifier(draft, other)
    for accreditation in told.many("accreditation"):
        _accredited(draft, "quality_assured_by", accreditation)


def _field(draft: Draft, areas: list[Part]) -> None:
    """One field of study: where several are named, what they share, and nothing when that is nothing."""
    codes = [eu.field_at(_address(area) or "") for area in areas]
    shared = values.field_of(code for code in codes if code)
    for area, code in zip(areas, codes, strict=True):
        if code is not None and shared is None:
            area.not_understood("One of several fields of study that have nothing in common.")
        else:
            draft.put("field", shared if code else None, area, "A field of study that is not known.")


def _credit(part: Part, rules: RuleSet) -> CreditAmount | None:
    framework, point = part.one("framework"), values.amount(part.one("point"))
    if framework is None or point is None:
        return None
    address = _address(framework) or ""
    own = address.rpartition("/v1/credit-systems/")[2]
    system = "ects" if address == eu.ECTS else own if own != address and own in rules.credits.systems else None
    return CreditAmount(system=system, amount=Fraction(point)) if system else None


def _outcome(draft: Draft, outcome: Part) -> None:
    """The skill that an outcome is: one related term without a name of its own is its address."""
    title, related = values.best(outcome.one("title")), outcome.all("relatedESCOSkill", "relatedSkill")
    names = [values.best(other.one("prefLabel")) for other in related]
    only = related[0] if title is not None and len(related) == 1 and names == [None] else None
    if title is not None:
        draft.put("skills", Skill(label=title.text, uri=_address(only) if only is not None else None), title.part)
    if only is not None:
        draft.note("skills", only)
    for text in values.texts(outcome.one("title")):
        if title is not None and text.part != title.part:
            draft.note("skills", text.part)
    for other, name in zip(related, names, strict=True):
        if other is not only:
            label = name.text if name else _address(other)
            skill = Skill(label=label, uri=_address(other)) if label else None
            draft.put("skills", skill, other, "A skill without a name.")


def _assessment(draft: Draft, assessment: Part) -> None:
    """That an achievement is proven by an assessment, and how that was supervised."""
    if not isinstance(assessment.value, dict):
        return
    where = assessment.id_part or assessment
    draft.put("assessed", True, where)
    supervision = assessment.one("idVerification")
    if supervision is None:
        return
    label = values.best(supervision.one("prefLabel"))
    words = label.text.lower() if label and _SUPERVISION in (_address(supervision) or "") else ""
    supervised = False if words.startswith("unsupervised") else True if words.startswith("supervised") else None
    checked = False if "without id" in words else True if "with id" in words else None
    if supervised is None and checked is None:
        supervision.not_understood("A kind of supervision that is not known.")
        return
    for attribute, value in (("proctored", supervised), ("identity_verified", checked)):
        if value is not None:
            draft.put(attribute, value, supervision)


def _body(draft: Draft, body: Part) -> None:
    """A body that awards."""
    if not isinstance(body.value, dict):
        body.not_understood("The awarding body's address, and no name.")
        return
    if body.names_holder:
        body.is_holder()
        return
    body.describes()
    draft.put_text("issuer.name", body.one("legalName", "prefLabel", "altLabel"))
    countries = [
        country
        for location in body.many("location")
        for address in location.many("address")
        for country in address.many("countryCode")
    ]
    for country in countries:
        draft.put("issuer.country", values.country(_address(country)), country, "No such country is known.")
    for accreditation in body.many("accreditation"):
        _accredited(draft, "issuer.accredited_by", accreditation)


def _accredited(draft: Draft, attribute: str, accreditation: Part) -> None:
    names = [
        name
        for agent in accreditation.many("accreditingAgent")
        if (name := values.best(agent.one("legalName", "prefLabel", "altLabel"))) is not None
    ]
    for name in names:
        draft.put(attribute, name.text, name.part)


def _identifier(draft: Draft, part: Part) -> None:
    scheme, notation = part.one("schemeName", "schemeId"), part.one("notation")
    if scheme is not None and notation is not None and scheme.text and notation.text:
        draft.note("identifiers", scheme)
        draft.put("identifiers", Identifier(scheme=scheme.text, value=notation.text), notation)
    else:
        part.not_understood("An identifier without the name of its scheme.")


def _address(part: Part) -> str | None:
    """The address of a term: its id, or the text that it is."""
    return part.id or part.text


def _local(name: str) -> str:
    return name.rpartition(":")[2].rpartition("/")[2]
