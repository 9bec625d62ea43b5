"""Worked examples that stand in the API documentation; a test asks each of them."""

import json
from typing import Any

from app.api.example_badge import COMPACT_BADGE, SIGNED_BADGE

RECOGNITION_EXAMPLES: dict[str, Any] = {
    "dutch-course-in-ireland": {
        "summary": "A Dutch 5 EC course, asked about in Ireland",
        "description": "Credit and level in Irish terms, and who decides.",
        "value": {
            "credential": {
                "title": "Sustainable Water Management",
                "issuer": {"name": "Delft University of Technology", "kind": "university", "country": "NL"},
                "credit": {"amount": "5", "system": "ects"},
                "level": {"framework": "nlqf", "value": "6"},
                "assessed": True,
            },
            "jurisdictions": ["IE"],
            "purposes": ["credit_transfer"],
        },
    },
    "google-certificate-us-and-scotland": {
        "summary": "A Google certificate with an ACE recommendation, in the USA and in Scotland",
        "description": "A recommendation advises: the college decides. In Scotland it has no weight of its own.",
        "value": {
            "credential": {
                "title": "Google IT Support Professional Certificate",
                "issuer": {"name": "Google", "kind": "company", "country": "US"},
            },
            "jurisdictions": ["US", "GB-SCT"],
            "purposes": ["credit_transfer"],
        },
    },
    "badge-of-attendance": {
        "summary": "A badge of attendance: recognised nowhere, and why",
        "description": "Nothing was assessed, so rules that ask for assessment say no, each with its source.",
        "value": {
            "credential": {
                "title": "Badge of attendance: Data Day",
                "issuer": {"kind": "company", "country": "GB"},
                "kind": "badge",
                "assessed": False,
                "schemes": [],
            },
            "jurisdictions": ["GB-SCT", "NL", "IE"],
            "purposes": ["register", "credit_transfer"],
        },
    },
    "pinned-day": {
        "summary": "The same question on an earlier day",
        "description": "Size limits in New Zealand changed: what held in 2019?",
        "value": {
            "credential": {
                "title": "NZQA micro-credential in beekeeping",
                "issuer": {"country": "NZ"},
                "credit": {"amount": "3", "system": "nz-credit"},
            },
            "jurisdictions": ["NZ"],
            "purposes": ["register"],
            "as_of": "2019-06-01",
        },
    },
}

BATCH_EXAMPLES: dict[str, Any] = {
    "two-courses": {
        "summary": "Two credentials, each with its own question",
        "description": "The second names a unit that nobody knows: it gets a problem, the first its report.",
        "value": [
            {
                "id": "course-1",
                "credential": {"title": "Sustainable Water Management", "issuer": {"country": "NL"}},
                "jurisdictions": ["IE"],
                "purposes": ["credit_transfer"],
            },
            {
                "id": "course-2",
                "credential": {"title": "Beekeeping", "credit": {"amount": "5", "system": "ectz"}},
                "jurisdictions": ["FR"],
            },
        ],
    },
}

LINES_EXAMPLES: dict[str, Any] = {
    "two-lines": {
        "summary": "Two questions, a line each",
        "value": '{"id": "course-1", "credential": {"title": "Google IT Support Professional Certificate"}, '
        '"jurisdictions": ["US"], "purposes": ["credit_transfer"]}\n'
        '{"id": "course-2", "credential": {"id": "us-google-it-support"}, "jurisdictions": ["IE"]}\n',
    },
}

TABLE_EXAMPLES: dict[str, Any] = {
    "two-rows": {
        "summary": "Two questions, a row each",
        "value": "id,title,issuer_country,credit,credit_system,jurisdictions,purposes\n"
        "course-1,Sustainable Water Management,NL,5,ects,IE;BE-VLG,credit_transfer\n"
        "course-2,Soil Science,IE,10,ects,GB-SCT,credit_transfer;stacking\n",
    },
}

COMPARISON_EXAMPLES: dict[str, Any] = {
    "one-credential-three-places": {
        "summary": "One credential, three places",
        "description": "A Dutch course of 5 EC in Ireland, Flanders and Scotland.",
        "value": {
            "credentials": [
                {
                    "title": "Sustainable Water Management",
                    "issuer": {"name": "Delft University of Technology", "kind": "university", "country": "NL"},
                    "credit": {"amount": "5", "system": "ects"},
                    "level": {"framework": "nlqf", "value": "6"},
                    "assessed": True,
                }
            ],
            "jurisdictions": ["IE", "BE-VLG", "GB-SCT"],
            "purposes": ["credit_transfer", "stacking"],
        },
    },
    "two-credentials-one-place": {
        "summary": "Two credentials, one place",
        "description": "A certificate of the catalogue and a badge of attendance, in the USA.",
        "value": {
            "credentials": [
                {"id": "us-google-it-support"},
                {"title": "Badge of attendance: Data Day", "assessed": False},
            ],
            "jurisdictions": ["US"],
            "purposes": ["credit_transfer"],
        },
    },
}

_IRISH_COURSE: dict[str, Any] = {
    "issuer": {"kind": "university", "country": "IE"},
    "credit": {"amount": "10", "system": "ects"},
    "level": {"framework": "nfq", "value": "8"},
}

STACKING_EXAMPLES: dict[str, Any] = {
    "irish-award": {
        "summary": "Three short courses towards an Irish award of 30 ECTS, a third of it earned there",
        "description": "Two courses of Irish universities and one of a company, at most 20 ECTS from elsewhere.",
        "value": {
            "credentials": [
                {"ref": "water", "credential": {"title": "Water Management", **_IRISH_COURSE}},
                {"ref": "soil", "credential": {"title": "Soil Science", **_IRISH_COURSE}},
                {"ref": "badge", "credential": {"title": "Badge of attendance", "assessed": False, "schemes": []}},
            ],
            "award": {
                "title": "Certificate in Environmental Science",
                "jurisdiction": "IE",
                "credit": {"amount": "30", "system": "ects"},
                "level_at_least": {"framework": "nfq", "value": "7"},
                "residence": "10",
                "groups": [{"name": "science", "at_least": "10", "title": ["science"]}],
            },
        },
    },
}

_COLUMNS: dict[str, Any] = {
    "ids": ["us-google-it-support"],
    "properties": [{"id": "credit:ects"}, {"id": "recognised:IE"}],
}

QUERY_EXAMPLES: dict[str, Any] = {
    "two-titles": {
        "summary": "Two titles of a spreadsheet",
        "value": {
            "queries": json.dumps(
                {"row1": {"query": "Google IT support certificate", "limit": 3}, "row2": {"query": "beekeeping"}}
            )
        },
    },
    "columns": {
        "summary": "Its credit in ECTS, and whether it is recognised in Ireland",
        "value": {"extend": json.dumps(_COLUMNS)},
    },
}

MATCH_EXAMPLES: dict[str, Any] = {
    "one-title": {
        "summary": "A title of a spreadsheet",
        "value": {
            "queries": [
                {
                    "limit": 3,
                    "conditions": [{"matchType": "name", "propertyValue": "Google IT support certificate"}],
                }
            ]
        },
    },
}

EXTEND_EXAMPLES: dict[str, Any] = {
    "credit-and-recognition": {
        "summary": "Its credit in ECTS, and whether it is recognised in Ireland",
        "value": _COLUMNS,
    },
}


KEY_EXAMPLES: dict[str, Any] = {
    "importer": {
        "summary": "A key for a program that imports a catalogue",
        "description": "It may import and make releases, and ends by itself.",
        "value": {"name": "Nightly import", "scopes": ["import", "release"], "expires_on": "2999-12-31"},
    },
}

_CREDENTIAL = (
    '{"id": "knots-1", "confidence": "low", "credential": {"title": "Knots for Sailors", '
    '"issuer": {"name": "Harbour School", "country": "IE"}, "notional_hours": "20"}}'
)
_TABLE = (
    "id,confidence,title,issuer_name,issuer_country,notional_hours\n"
    "knots-1,low,Knots for Sailors,Harbour School,IE,20\n"
)
_GRAPH = {
    "@context": "https://credreg.net/ctdl/schema/context/json",
    "@graph": [
        {
            "@id": "https://registry.example/resources/ce-9f2b6f0e-3c1d-4f57-9f3e-0a6f3b1c2d4e",
            "@type": "ceterms:Certificate",
            "ceterms:ctid": "ce-9f2b6f0e-3c1d-4f57-9f3e-0a6f3b1c2d4e",
            "ceterms:name": {"en": "Knots for Sailors"},
            "ceterms:ownedBy": ["_:school"],
        },
        {"@id": "_:school", "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "Harbour School"}},
    ],
}
_LINK = {"title": "Rope Work", "identifier": "8f1c", "uri": "https://skills.example/8f1c"}
_FRAMEWORK = {
    "CFDocument": {**_LINK, "creator": "Harbour School", "language": "en"},
    "CFItems": [
        {
            "identifier": "2b7d",
            "uri": "https://skills.example/2b7d",
            "fullStatement": "Ties a bowline",
            "humanCodingScheme": "R.1",
            "CFItemType": "Skill",
            "CFDocumentURI": _LINK,
        }
    ],
    "CFAssociations": [],
}
_QUERY = {"name": "harbour-school", "kind": "catalogue", "dry_run": "true"}

IMPORT_EXAMPLES: dict[str, dict[str, Any]] = {
    "application/x-ndjson": {
        "credentials": {
            "summary": "A catalogue as lines of JSON",
            "description": "Sent to /v1/admin/imports?name=harbour-school&kind=catalogue&dry_run=true",
            "value": _CREDENTIAL + "\n",
            "x-query": _QUERY,
        }
    },
    "text/csv": {
        "table": {
            "summary": "A catalogue as a table",
            "description": "Sent to /v1/admin/imports?name=harbour-school&kind=catalogue&dry_run=true",
            "value": _TABLE,
            "x-query": _QUERY,
        }
    },
    "application/ld+json": {
        "ctdl": {
            "summary": "Credentials in CTDL, as the Credential Registry gives them",
            "description": "Sent to /v1/admin/imports?name=harbour-school&kind=catalogue&dry_run=true",
            "value": json.dumps(_GRAPH),
            "x-query": _QUERY,
        },
        "case": {
            "summary": "A framework of skills in CASE",
            "description": "Sent to /v1/admin/imports?name=rope-work&dry_run=true",
            "value": json.dumps(_FRAMEWORK),
            "x-query": {"name": "rope-work", "dry_run": "true"},
        },
    },
}
"""Files as bodies, by media type; the options stand in the address."""

IMPORT_URL_EXAMPLES: dict[str, Any] = {
    "address": {
        "summary": "A catalogue that is fetched from its address",
        "description": "The import is in the state `fetching` until the file is there.",
        "value": {"url": "https://registry.example/credentials.jsonld", "name": "registry", "dry_run": True},
    },
}

IMPORT_FORM_EXAMPLES: dict[str, Any] = {
    "table": {
        "summary": "A catalogue as a table, in a form",
        "value": {"file": _TABLE, "format": "csv", **_QUERY},
    },
}

_BADGE_QUESTION = {"jurisdictions": ["IE"], "purposes": ["credit_transfer"]}

DOCUMENT_EXAMPLES: dict[str, Any] = {
    "signed-badge": {
        "summary": "A signed badge of an invented college, asked about in Ireland",
        "description": "The proof holds, and no list of issuers knows the college.",
        "value": {"document": SIGNED_BADGE, **_BADGE_QUESTION},
    },
    "token": {
        "summary": "The same badge as a token (JWT)",
        "description": "As wallets hand it over: three parts of letters, with a dot between them.",
        "value": {"document": COMPACT_BADGE, **_BADGE_QUESTION},
    },
    "altered-badge": {
        "summary": "The same badge with another title than was signed",
        "description": "The proof does not hold, so nothing is recognised with it; the step says why.",
        "value": {"document": {**SIGNED_BADGE, "name": "Advanced Beekeeping"}, **_BADGE_QUESTION},
    },
    "the-badge-alone": {
        "summary": "The badge alone, as it was downloaded",
        "description": "The question then stands in the query; without any, every place is asked about.",
        "value": SIGNED_BADGE,
    },
}

FORM_EXAMPLES: dict[str, Any] = {
    "pasted-token": {
        "summary": "A badge pasted as text; choose a file instead",
        "description": "One of `file`, `document` and `url` is sent; what is empty counts as not given.",
        "value": {"document": COMPACT_BADGE, "jurisdictions": ["IE"], "purposes": ["credit_transfer"]},
    }
}

TOKEN_EXAMPLES: dict[str, Any] = {
    "token": {
        "summary": "A token alone",
        "description": "The question then stands in the query.",
        "value": COMPACT_BADGE,
    }
}

RECOGNITION_EXAMPLES["signed-badge"] = {
    "summary": "A signed badge in place of a description",
    "description": "It is verified and read; the answer holds both. A file can be sent to /v1/recognition/document.",
    "value": {"credential": {"document": SIGNED_BADGE}, **_BADGE_QUESTION},
}

STACKING_EXAMPLES["signed-badge"] = {
    "summary": "A signed badge and an altered one, with a course that is described",
    "description": "The badge counts if its issuer, whom no list knows, confirms it; the altered one does not count.",
    "value": {
        "credentials": [
            {"ref": "badge", "credential": {"document": SIGNED_BADGE}},
            {"ref": "altered", "credential": {"document": {**SIGNED_BADGE, "name": "Advanced Beekeeping"}}},
            {"ref": "soil", "credential": {"title": "Soil Science", **_IRISH_COURSE}},
        ],
        "award": {
            "title": "Certificate in Horticulture",
            "jurisdiction": "IE",
            "credit": {"amount": "30", "system": "ects"},
        },
    },
}
