"""What routes are given: the session of the request and the compiled releases."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.services.documents import Documents
from app.services.releasing import RuleSets
from app.services.searching import Vocabularies
from app.store.database import open_session


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One session for the request; reading commits nothing."""
    async with open_session(request.app.state.engine) as session:
        yield session


async def get_rulesets(request: Request) -> RuleSets:
    """The compiled releases of this process."""
    rulesets: RuleSets = request.app.state.rulesets
    return rulesets


def today() -> date:
    """Today in UTC. The only clock: a question without a day is asked today."""
    return datetime.now(UTC).date()


async def get_vocabularies(request: Request) -> Vocabularies:
    """The words of the catalogue, as this process knows them."""
    vocabularies: Vocabularies = request.app.state.vocabularies
    return vocabularies


async def get_documents(request: Request) -> Documents:
    """What takes in documents in this process."""
    documents: Documents = request.app.state.documents
    return documents


Session = Annotated[AsyncSession, Depends(get_session)]
Releases = Annotated[RuleSets, Depends(get_rulesets)]
HandedIn = Annotated[Documents, Depends(get_documents)]
VocabularyOfRelease = Annotated[Vocabularies, Depends(get_vocabularies)]
