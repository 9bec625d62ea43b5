"""Skills of published frameworks, and credentials by the skills that they attest."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

OF_SQLITE = """
INSERT INTO credential_skills (credential_pk, skill)
SELECT DISTINCT pk, json_extract(shown.value, '$.uri')
FROM credentials, json_each(credentials.body, '$.credential.skills') AS shown
WHERE length(json_extract(shown.value, '$.uri')) BETWEEN 1 AND 1000
ORDER BY 1, 2
"""
OF_POSTGRESQL = """
INSERT INTO credential_skills (credential_pk, skill)
SELECT DISTINCT pk, shown ->> 'uri'
FROM credentials, json_array_elements(body #> '{credential,skills}') AS shown
WHERE length(shown ->> 'uri') BETWEEN 1 AND 1000 AND octet_length(shown ->> 'uri') <= 2000
"""
"""Longer addresses were never refused, and no index of PostgreSQL holds them."""


def _own() -> tuple[sa.Column, ...]:
    return (
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('valid_to', sa.Date(), nullable=True),
        sa.Column('confidence', TEXT(length=6), nullable=False),
        sa.Column('uri', TEXT(length=1000), nullable=False),
        sa.Column('framework', TEXT(length=1000), nullable=True),
        sa.Column('framework_uri', TEXT(length=1000), nullable=True),
        sa.Column('words', TEXT(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        'skills',
        sa.Column('pk', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('id', TEXT(length=200), nullable=False),
        sa.Column('since', sa.Integer(), sa.ForeignKey('releases.number'), nullable=False),
        sa.Column('until', sa.Integer(), sa.ForeignKey('releases.number'), nullable=True),
        sa.Column('body', sa.JSON(), nullable=False),
        sa.Column('collection', TEXT(length=100), nullable=False),
        *_own(),
    )
    for name in ('id', 'since', 'until', 'collection', 'uri', 'framework', 'framework_uri'):
        op.create_index(f'ix_skills_{name}', 'skills', [name])
    op.create_table(
        'staged_skills',
        sa.Column('pk', BIG, primary_key=True, autoincrement=False, nullable=False),
        sa.Column('id', TEXT(length=200), nullable=False),
        sa.Column('body', sa.JSON(), nullable=False),
        *_own(),
    )
    op.create_table(
        'credential_skills',
        sa.Column('credential_pk', sa.Integer(), primary_key=True, autoincrement=False, nullable=False),
        sa.Column('skill', TEXT(length=1000), primary_key=True, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(OF_SQLITE if op.get_bind().dialect.name == 'sqlite' else OF_POSTGRESQL)
    op.create_index('ix_credential_skills_skill', 'credential_skills', ['skill'])
    op.add_column('staged_credentials', sa.Column('skills', sa.JSON(), nullable=True))


def downgrade() -> None:
    op.execute('ALTER TABLE staged_credentials DROP COLUMN skills')
    for name in ('credential_skills', 'staged_skills', 'skills'):
        op.drop_table(name)
