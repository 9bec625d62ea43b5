"""Names in other languages."""

import pytest

from app.domain.labels import pick

NAMES = {"fr": "cadre", "zh-Hant": "架構", "pt-BR": "quadro"}


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("zh", "zh-Hant"),
        ("zh-hant-HK", "zh-Hant"),
        ("pt", "pt-BR"),
        ("de", None),
        ("f", None),
    ],
)
def test_a_language_takes_the_nearest_name(asked: str, tag: str | None) -> None:
    assert pick(asked, NAMES) == (None if tag is None else (tag, NAMES[tag]))
