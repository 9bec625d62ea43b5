import pytest

from tests.documents.mutations import run

pytestmark = pytest.mark.anyio


async def test_documents_changed_at_random_are_refused_or_judged_and_never_pass_with_another_content() -> None:
    found = await run(400)
    assert found["refused"]
    assert found["failed"]
