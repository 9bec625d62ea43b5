"""The contexts that proofs are checked with come with installed packages and do not change what is read."""

import pytest

from app.documents.verification.canonical import READ
from app.documents.verification.contexts import BASE, Contexts, UnknownContext, installed_contexts

STATUS = {"statusPurpose", "statusListIndex", "statusListCredential", "BitstringStatusListEntry"}


def test_those_of_credentials_and_badges_are_there() -> None:
    known = installed_contexts().documents
    assert set(BASE) <= set(known)
    for version in ("3.0.1", "3.0.2", "3.0.3"):
        assert f"https://purl.imsglobal.org/spec/ob/v3p0/context-{version}.json" in known


def test_no_other_word_of_any_context_stands_for_what_is_read() -> None:
    """Else a holder could call the end of a badge by another word, which the signature covers and nobody reads."""
    meanings = installed_contexts().meanings
    for word in READ | STATUS:
        assert meanings[word], word
        others = {other for other, meant in meanings.items() if meant & meanings[word]} - {word}
        assert not others, (word, others)


def test_another_is_told_by_its_name() -> None:
    with pytest.raises(UnknownContext, match=r"https://issuer\.example/context"):
        installed_contexts()("https://issuer.example/context")
    assert Contexts({}).documents == {}
