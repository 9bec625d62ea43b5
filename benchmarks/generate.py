"""Makes a catalogue of any size, the same for the same seed: python -m benchmarks.generate 10000 > catalogue.ndjson.

How realistic: kinds, countries, levels and sizes follow rough shares that we chose after the counts that the field
publishes (most credentials are American certificates and courses, a fifth carry credit, a third name a level); titles
are put together from words of real course titles, with numbers and editions, and issuers follow a steep curve: a few
award thousands, most a handful.

How not: words are far fewer than in a real catalogue of this size, so that a common word has more hits here than there,
and a vocabulary is read and searched sooner. All is in English, without accents, aliases, skills, addresses, same-as
links or further languages, 370 bytes an entry. Of 10,000 one in seven shares its title with another, of 100,000 one in
three. Nobody decided on any of these credentials, so that no lookup meets a decision: rules in general answer. Titles
grow longer with the number, and ids are in order, as those of a register are not.
"""

import json
import random
import sys
from collections.abc import Iterator
from typing import Any

SUBJECTS = """
Accounting Anatomy Architecture Automation Biology Blockchain Business Chemistry Cloud Communication Computing
Construction Counselling Cybersecurity Data Dentistry Design Digital Drawing Early Economics Electrical
Electronics Energy Engineering English Environmental Ethics Fashion Film Finance Fire Food Forestry French Game
Genetics Geography German Graphic Health History Horticulture Hospitality Human Hydraulic Industrial Information
Insurance Interior Italian Japanese Journalism Laboratory Landscape Law Leadership Learning Logistics Machine
Management Manufacturing Marine Marketing Mathematics Mechanical Media Medical Mental Mining Mobile Music
Network Nursing Nutrition Occupational Office Oncology Operations Optical Paramedic Pharmacy Philosophy
Photography Physics Plumbing Policy Political Portuguese Process Product Programming Project Psychology Public
Quality Radiology Real Refrigeration Renewable Research Retail Risk Robotics Safety Sales Science Security
Social Software Soil Solar Spanish Sports Statistics Supply Surveying Sustainable Tax Teaching Theatre Tourism
Traffic Translation Urban Veterinary Video Water Web Welding Wildlife Wind Wood Writing Youth Zoology
""".split()  # noqa: SIM905 - words, not a list of texts
TURNS = """
Advanced Analysis Applications Applied Assistance Basics Care Compliance Development Essentials Ethics
Evaluation Foundations Fundamentals Innovation Installation Instruction Introduction Inspection Maintenance
Methods Modelling Operations Planning Policy Practice Principles Processes Production Repair Research Security
Services Skills Strategy Studies Systems Techniques Technology Theory Tools
""".split()  # noqa: SIM905 - words, not a list of texts
KINDS = (("certificate", 30), ("course", 25), ("professional_certificate", 10), ("micro_credential", 10), ("badge", 10),
         ("industry_certification", 6), ("mooc_certificate", 5), ("licence", 4))  # fmt: skip
COUNTRIES = (("US", 60), ("GB", 8), ("CA", 5), ("AU", 5), ("IN", 5), ("IE", 2), ("NL", 2), ("DE", 3), ("FR", 3),
             ("ES", 2), ("NZ", 2), ("SG", 1), ("HK", 1), ("MY", 1))  # fmt: skip
LEVELS = {
    "GB": ("rqf", ("3", "4", "5", "6", "7")),
    "IE": ("nfq", ("6", "7", "8", "9")),
    "NL": ("nlqf", ("5", "6", "7")),
    "AU": ("aqf", ("5", "6", "8", "9")),
    "NZ": ("nzqcf", ("3", "4", "5", "7")),
    "HK": ("hkqf", ("3", "4", "5")),
    "FR": ("rncp", ("5", "6", "7")),
    "IN": ("ncrf", ("4.5", "5", "5.5")),
}
UNITS = {"US": "us-semester-credit", "GB": "uk-credit", "IE": "ects", "NL": "ects", "DE": "ects", "FR": "ects",
         "ES": "ects", "NZ": "nz-credit", "HK": "hk-credit"}  # fmt: skip
ISSUER_KINDS = (("university", 40), ("college", 30), ("company", 15), ("training_provider", 10), ("platform", 5))
DELIVERIES = (("online", 50), ("classroom", 30), ("blended", 20))


def credentials(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """So many credentials in the form of the export, shorter titles first."""
    random_ = random.Random(seed)

    def pick(shares: tuple[tuple[str, int], ...]) -> str:
        return random_.choices([value for value, _ in shares], [share for _, share in shares])[0]

    issuers = max(20, count // 40)
    towns = [
        f"{subject}{tail}" for subject in SUBJECTS for tail in ("ton", "field", "ville", "bridge", "port", "mouth")
    ]
    for n in range(count):
        issuer = min(int(random_.paretovariate(0.9)), issuers)
        of_issuer = random.Random(issuer)
        country = of_issuer.choices([c for c, _ in COUNTRIES], [share for _, share in COUNTRIES])[0]
        kind = of_issuer.choices([k for k, _ in ISSUER_KINDS], [share for _, share in ISSUER_KINDS])[0]
        town = towns[issuer % len(towns)]
        words = random_.sample(SUBJECTS, k=1 + (n * 3) // (2 * count)) + random_.sample(TURNS, k=1 + n * 2 // count)
        title = " ".join(words) + random_.choice(
            ("", "", "", f" {random_.randint(1, 4)}", f" {random_.randint(2012, 2026)}")
        )
        credential: dict[str, Any] = {
            "title": title,
            "issuer": {"name": f"{town} {kind.replace('_', ' ').title()} {issuer}", "kind": kind, "country": country},
            "kind": pick(KINDS),
            "delivery": [pick(DELIVERIES)],
            "language": "en",
            "field": f"{random_.randint(1, 10):02}{random_.randint(1, 4)}{random_.randint(1, 9)}",
            "identifiers": [{"scheme": "ctid", "value": f"ce-{random_.getrandbits(64):016x}"}],
        }
        if random_.random() < 0.33 and country in LEVELS:
            framework, levels = LEVELS[country]
            credential["level"] = {"framework": framework, "value": random_.choice(levels)}
        if random_.random() < 0.2 and country in UNITS:
            credential["credit"] = {
                "system": UNITS[country],
                "amount": str(random_.choice((1, 2, 3, 5, 6, 10, 15, 30))),
            }
        elif random_.random() < 0.3:
            credential["notional_hours"] = str(random_.choice((10, 20, 40, 60, 100, 150, 300)))
        if random_.random() < 0.6:
            credential["assessed"] = random_.random() < 0.9
        yield {"id": f"gen-{n:07}", "confidence": "low", "credential": credential}


if __name__ == "__main__":
    for entry in credentials(int(sys.argv[1])):
        sys.stdout.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
