"""A small badge of an invented issuer, signed with a key that was made for it and thrown away."""

from typing import Any

_KEY = "z6MkmEiahx1p4wZzDj9QhfJo4qfnVbcoL8kYr63Z5X9uu9fy"

SIGNED_BADGE: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:uuid:5b1f3c1e-7c1a-4a3e-9d0b-6f2f4f0c9a11",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {
        "id": f"did:key:{_KEY}",
        "type": ["Profile"],
        "name": "Example College of Apiculture",
        "address": {"type": ["Address"], "addressCountryCode": "NL"},
    },
    "validFrom": "2026-03-01T00:00:00Z",
    "name": "Introduction to Beekeeping",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://college.example/achievements/beekeeping",
            "type": ["Achievement"],
            "achievementType": "MicroCredential",
            "name": "Introduction to Beekeeping",
            "description": "Keeps a colony of bees through a year.",
            "criteria": {"narrative": "A written examination and a year with a colony."},
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "EQF level 5",
                    "targetFramework": "European Qualifications Framework",
                    "targetCode": "5",
                    "targetUrl": "http://data.europa.eu/snb/eqf/5",
                }
            ],
        },
    },
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-28T17:47:35Z",
        "verificationMethod": f"did:key:{_KEY}#{_KEY}",
        "proofPurpose": "assertionMethod",
        "proofValue": "z3Pv9uHGYaaWmzdZQj29uTsSaUasaA2dA5W2j5X2nEfwZgKDxyyLHMniiHoNc7kJKPivkCrGUromNLSNpmv52rgvB",
    },
}
"""Open Badges 3.0 with a proof in it."""

COMPACT_BADGE = (
    "eyJhbGciOiJFZERTQSIsInR5cCI6InZjK2p3dCIsImtpZCI6ImRpZDprZXk6ejZNa21FaWFoeDFwNHdaekRqOVFoZkpvNHFmblZi"
    "Y29MOGtZcjYzWjVYOXV1OWZ5I3o2TWttRWlhaHgxcDR3WnpEajlRaGZKbzRxZm5WYmNvTDhrWXI2M1o1WDl1dTlmeSJ9.eyJAY29"
    "udGV4dCI6IFsiaHR0cHM6Ly93d3cudzMub3JnL25zL2NyZWRlbnRpYWxzL3YyIiwgImh0dHBzOi8vcHVybC5pbXNnbG9iYWwub3J"
    "nL3NwZWMvb2IvdjNwMC9jb250ZXh0LTMuMC4zLmpzb24iXSwgImlkIjogInVybjp1dWlkOjViMWYzYzFlLTdjMWEtNGEzZS05ZDB"
    "iLTZmMmY0ZjBjOWExMSIsICJ0eXBlIjogWyJWZXJpZmlhYmxlQ3JlZGVudGlhbCIsICJPcGVuQmFkZ2VDcmVkZW50aWFsIl0sICJ"
    "pc3N1ZXIiOiB7ImlkIjogImRpZDprZXk6ejZNa21FaWFoeDFwNHdaekRqOVFoZkpvNHFmblZiY29MOGtZcjYzWjVYOXV1OWZ5Iiw"
    "gInR5cGUiOiBbIlByb2ZpbGUiXSwgIm5hbWUiOiAiRXhhbXBsZSBDb2xsZWdlIG9mIEFwaWN1bHR1cmUiLCAiYWRkcmVzcyI6IHs"
    "idHlwZSI6IFsiQWRkcmVzcyJdLCAiYWRkcmVzc0NvdW50cnlDb2RlIjogIk5MIn19LCAidmFsaWRGcm9tIjogIjIwMjYtMDMtMDF"
    "UMDA6MDA6MDBaIiwgIm5hbWUiOiAiSW50cm9kdWN0aW9uIHRvIEJlZWtlZXBpbmciLCAiY3JlZGVudGlhbFN1YmplY3QiOiB7InR"
    "5cGUiOiBbIkFjaGlldmVtZW50U3ViamVjdCJdLCAiYWNoaWV2ZW1lbnQiOiB7ImlkIjogImh0dHBzOi8vY29sbGVnZS5leGFtcGx"
    "lL2FjaGlldmVtZW50cy9iZWVrZWVwaW5nIiwgInR5cGUiOiBbIkFjaGlldmVtZW50Il0sICJhY2hpZXZlbWVudFR5cGUiOiAiTWl"
    "jcm9DcmVkZW50aWFsIiwgIm5hbWUiOiAiSW50cm9kdWN0aW9uIHRvIEJlZWtlZXBpbmciLCAiZGVzY3JpcHRpb24iOiAiS2VlcHM"
    "gYSBjb2xvbnkgb2YgYmVlcyB0aHJvdWdoIGEgeWVhci4iLCAiY3JpdGVyaWEiOiB7Im5hcnJhdGl2ZSI6ICJBIHdyaXR0ZW4gZXh"
    "hbWluYXRpb24gYW5kIGEgeWVhciB3aXRoIGEgY29sb255LiJ9LCAiYWxpZ25tZW50IjogW3sidHlwZSI6IFsiQWxpZ25tZW50Il0"
    "sICJ0YXJnZXROYW1lIjogIkVRRiBsZXZlbCA1IiwgInRhcmdldEZyYW1ld29yayI6ICJFdXJvcGVhbiBRdWFsaWZpY2F0aW9ucyB"
    "GcmFtZXdvcmsiLCAidGFyZ2V0Q29kZSI6ICI1IiwgInRhcmdldFVybCI6ICJodHRwOi8vZGF0YS5ldXJvcGEuZXUvc25iL2VxZi8"
    "1In1dfX0sICJpc3MiOiAiZGlkOmtleTp6Nk1rbUVpYWh4MXA0d1p6RGo5UWhmSm80cWZuVmJjb0w4a1lyNjNaNVg5dXU5ZnkiLCA"
    "ianRpIjogInVybjp1dWlkOjViMWYzYzFlLTdjMWEtNGEzZS05ZDBiLTZmMmY0ZjBjOWExMSIsICJuYmYiOiAxNzcyMzIzMjAwfQ."
    "ZxXjwUQ7W86S9_Ku0JXn8Bk73UVblt8bNA2TFMV7ehty2FcDq7Z8weirdfpwfXZIOBca9xLPg8RYuqk9BRymDw"
)
"""The same as a token."""
