"""Open Badges 2.0, 2.1 and 3.0, and the Comprehensive Learner Record 2.0, which holds many badges.

Followed: 1EdTech's specifications, and the extensions of edubadges for ECTS, EQF level, language and study load, which
Dutch institutions use. ``creditsAvailable`` has no unit, so no credit is made of it.
"""

from app.documents import eu_vocabularies as eu
from app.documents.reading import values
from app.documents.reading.draft import Draft
from app.documents.reading.parts import Part
from app.documents.reading.result import ReadCredential
from app.domain.credential import Identifier, Skill
from app.domain.credits import CreditAmount
from app.domain.errors import UnreadableDocument
from app.domain.levels import LevelReference
from app.domain.ruleset import RuleSet

_PROOF = "Proofs, status and schemas are checked elsewhere, not read."

KNOWN = {
    **dict.fromkeys(
        ("proof", "credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "verification", "verify",
         "publicKey", "revocationList", "revokedAssertions", "revoked", "allowedOrigins", "startsWith"),
        _PROOF,
    ),
    **dict.fromkeys(("image", "caption"), "Images are not read."),
    **dict.fromkeys(("endorsement", "endorsementJwt"), "It is no credential of the holder, and was not looked at."),
    **dict.fromkeys(("validFrom", "issuanceDate"), "The document is valid from then; it is not the day of the award."),
    **dict.fromkeys(
        ("@context", "id", "@id", "type", "@type", "@language", "version", "description", "criteria", "tag", "tags",
         "related", "resultDescription", "creator", "specialization", "url", "phone",
         "telephone", "email", "address", "parentOrg", "official", "dateOfBirth", "otherIdentifier", "association",
         "partial", "achievement", "verifiableCredential", "issuer", "badge", "name", "alignment", "addressRegion",
         "addressCountry",
         "addressLocality", "streetAddress", "postalCode", "postOfficeBoxNumber", "geo", "targetCode", "targetName",
         "targetDescription", "targetFramework", "targetType", "targetUrl", "identifierType", "fieldOfStudy"),
        "",
    ),
}  # fmt: skip
"""Terms of the specifications that no attribute is made of, with the reason where it is not plain."""

_SKILL_TYPES = ("ceasn:Competency", "CFItem", "ext:ESCOAlignment")


def read_achievement_credential(part: Part, rules: RuleSet) -> list[ReadCredential]:
    """The achievements of an Open Badges 3.0 credential."""
    subject = part.one("credentialSubject")
    achievements = subject.is_holder().many("achievement") if subject is not None else []
    if not achievements:
        where = f"{part.pointer}/credentialSubject"
        raise UnreadableDocument("no achievement", "an achievement, or several", where)
    read = []
    for achievement in achievements:
        if not isinstance(achievement.value, dict):
            raise UnreadableDocument("no object", "an achievement as an object", achievement.pointer)
        draft = _achievement(achievement, part.one("issuer"), rules)
        if (awarded := part.one("awardedDate")) is not None:
            draft.put("awarded_on", values.award_day(awarded), awarded, "It is no date.")
        _expiry(draft, part.one("validUntil", "expirationDate"))
        read.append(draft.finish())
    return read


def read_achievement(part: Part, issuer: Part | None, rules: RuleSet) -> ReadCredential:
    """An achievement that stands alone: whoever made it awards it, or else whoever lists it."""
    return _achievement(part, part.one("creator") or issuer, rules).finish()


def _achievement(part: Part, issuer: Part | None, rules: RuleSet) -> Draft:
    draft = Draft(part.describes(), "open_badge")
    draft.titles(part.one("name"))
    _describe(draft, part, rules)
    _issuer(draft, issuer)
    return draft


def enter_inside(part: Part) -> None:
    """Enter the credentials in a Comprehensive Learner Record: each is a document of its own, with its own issuer."""
    subjects = [subject.is_holder() for subject in part.many("credentialSubject")]
    inside = [one for subject in subjects for one in subject.many("verifiableCredential")]
    if not inside:
        where = f"{part.pointer}/credentialSubject/verifiableCredential"
        raise UnreadableDocument("no credential", "at least one", where)
    for one in inside:
        one.put_aside("A credential of its own, which is told by itself.")


def read_badge_2(part: Part, rules: RuleSet) -> list[ReadCredential]:
    """The badge class of an Open Badges 2.0 or 2.1 assertion, or one that stands alone."""
    badge = part
    if "BadgeClass" not in part.types:
        named = part.one("badge")
        if named is None or not isinstance(named.value, dict):
            found = "nothing" if named is None else "an address" if named.text else "no object"
            expected = "the badge class itself, as what stands at an address is not fetched"
            raise UnreadableDocument(found, expected, f"{part.pointer}/badge")
        badge = named
    draft = Draft(badge.describes(), "open_badge")
    draft.titles(badge.one("name"))
    _describe(draft, badge, rules)
    _issuer(draft, badge.one("issuer"))
    if badge is not part:
        if (awarded := part.one("issuedOn")) is not None:
            draft.put("awarded_on", values.award_day(awarded), awarded, "It is no date.")
        _expiry(draft, part.one("expires"))
    return [draft.finish()]


def _describe(draft: Draft, achievement: Part, rules: RuleSet) -> None:
    """What an achievement or a badge class says of itself."""
    if achievement.id is not None:
        draft.put("identifiers", Identifier(scheme="open-badge", value=achievement.id), achievement.id_part)
    if (kind := achievement.one("achievementType")) is not None:
        draft.put("kind", values.KINDS.get(kind.text or ""), kind, "A type of achievement that no kind stands for.")
    for other in achievement.many("otherIdentifier"):
        scheme, value = other.one("identifierType"), other.one("identifier")
        if scheme is not None and value is not None and scheme.text and value.text:
            draft.note("identifiers", scheme)
            draft.put("identifiers", Identifier(scheme=scheme.text, value=value.text), value)
    if (code := achievement.one("humanCode")) is not None and code.text:
        draft.put("identifiers", Identifier(scheme="humanCode", value=code.text), code)
    if (credits := achievement.one("creditsAvailable")) is not None:
        credits.not_understood("A number of credits without a unit.")
    if (ects := _extended(achievement, "ECTS")) is not None:
        figure = values.amount(ects)
        draft.put("credit", None if figure is None else CreditAmount(system="ects", amount=figure), ects)
    if (load := _extended(achievement, "StudyLoad")) is not None:
        draft.put("notional_hours", values.amount(load), load, "It is no number of hours.")
    if (eqf := _extended(achievement, "EQF")) is not None:
        figure = values.amount(eqf)
        known = figure is not None and eu.eqf_address(str(figure)) is not None
        draft.put_level(LevelReference(framework="eqf", value=str(figure)) if known else None, eqf)
    told = achievement.one("inLanguage") or _extended(achievement, "Language")
    if told is not None:
        draft.put("language", values.language(told.text), told, "A language that is not known.")
    for alignment in achievement.many("alignment"):
        _align(draft, alignment, rules)


def _extended(achievement: Part, name: str) -> Part | None:
    """A value of an extension: under its own name (3.0), or inside of ``extensions:NameExtension`` (2.0)."""
    plain = achievement.one(name)
    if plain is not None:
        return plain
    outer = achievement.one(f"extensions:{name}Extension")
    if outer is None or not isinstance(outer.value, dict):
        return None
    return outer.describes().one(name)


def _align(draft: Draft, alignment: Part, rules: RuleSet) -> None:
    """An alignment: to a level of a framework, or to a skill."""
    framework, address = alignment.one("targetFramework"), alignment.one("targetUrl")
    name, code, kind = alignment.one("targetName"), alignment.one("targetCode"), alignment.one("targetType")
    where = address.text if address is not None else None
    frame = framework.text if framework is not None else None
    for wanted in (code, name):
        found = values.level(rules, frame, wanted.text if wanted is not None else None, where)
        if found is not None:
            draft.put_level(found, alignment)
            return
    if values.names_framework(rules, frame, where):
        alignment.not_understood("A framework that is known, without a level that it has.")
    elif name is not None and name.text and _is_skill(kind, where):
        draft.put("skills", Skill(label=name.text, uri=where), alignment)
    else:
        alignment.not_understood("It is aligned to something that is neither a level nor a skill.")


def _is_skill(kind: Part | None, address: str | None) -> bool:
    """Whether an alignment names a skill: by its type, by an address of ESCO, or, in 2.0, because it has no type."""
    return kind is None or kind.text in _SKILL_TYPES or (address or "").startswith(eu.ESCO_SKILL)


def _issuer(draft: Draft, issuer: Part | None) -> None:
    """The body that awards it, where the document says more than its address."""
    if issuer is None:
        return
    if not isinstance(issuer.value, dict):
        issuer.not_understood("The issuer's address, which is not fetched, and no name.")
        return
    if issuer.names_holder:
        issuer.is_holder()
        return
    issuer.describes()
    draft.put_text("issuer.name", issuer.one("name"))
    address = issuer.one("address")
    if address is not None and isinstance(address.value, dict):
        place = address.describes().one("addressCountryCode", "addressCountry")
        draft.put("issuer.country", values.country(place.text if place else None), place, "No such country is known.")


def _expiry(draft: Draft, until: Part | None) -> None:
    if until is not None:
        draft.put("expires_on", values.day(until), until, "It is no date.")
