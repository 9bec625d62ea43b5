"""Credentials that can be searched: by words, sizes, identifiers, delivery and collection."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def _collection() -> sa.Column:
    return sa.Column('collection', TEXT(length=100), nullable=False, server_default='data')


def _key() -> sa.ForeignKey:
    return sa.ForeignKey('credentials.pk', ondelete='CASCADE')


def upgrade() -> None:
    with op.batch_alter_table('credentials') as batch:
        batch.add_column(_collection())
        batch.add_column(sa.Column('framework', TEXT(length=200), nullable=True))
        for name in ('eqf_min', 'eqf_max'):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ('hours_min', 'hours_max'):
            batch.add_column(sa.Column(name, sa.Float(), nullable=True))
        batch.add_column(sa.Column('field', TEXT(length=4), nullable=True))
        batch.add_column(sa.Column('language', TEXT(length=35), nullable=True))
    with op.batch_alter_table('decisions') as batch:
        batch.add_column(_collection())
    for table in ('credentials', 'decisions'):
        with op.batch_alter_table(table) as batch:
            batch.alter_column('collection', server_default=None)
    for name in ('collection', 'framework', 'field', 'language'):
        op.create_index(op.f(f'ix_credentials_{name}'), 'credentials', [name], unique=False)
    for name in ('collection', 'jurisdiction'):
        op.create_index(op.f(f'ix_decisions_{name}'), 'decisions', [name], unique=False)

    op.create_table(
        'credential_identifiers',
        sa.Column('credential_pk', sa.Integer(), _key(), primary_key=True, nullable=False),
        sa.Column('position', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('scheme', TEXT(length=200), nullable=False),
        sa.Column('value', TEXT(length=1000), nullable=False),
    )
    op.create_index(op.f('ix_credential_identifiers_value'), 'credential_identifiers', ['value'], unique=False)
    op.create_table(
        'credential_deliveries',
        sa.Column('credential_pk', sa.Integer(), _key(), primary_key=True, nullable=False),
        sa.Column('delivery', TEXT(length=20), primary_key=True, nullable=False),
    )
    op.create_table('credential_words', sa.Column('word', TEXT(length=100), primary_key=True, nullable=False))
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            "CREATE VIRTUAL TABLE credential_search USING fts5(words, content='', "
            "prefix='2 3', tokenize=\"unicode61 remove_diacritics 0 tokenchars '+#'\")"
        )
    else:
        op.execute(
            'CREATE TABLE credential_search ('
            'credential_pk integer PRIMARY KEY REFERENCES credentials (pk) ON DELETE CASCADE, words tsvector NOT NULL)'
        )
        op.execute('CREATE INDEX credential_search_words ON credential_search USING gin (words)')


def downgrade() -> None:
    op.execute('DROP TABLE credential_search')
    op.drop_table('credential_words')
    op.drop_table('credential_deliveries')
    op.drop_table('credential_identifiers')
    for name in ('collection', 'jurisdiction'):
        op.drop_index(op.f(f'ix_decisions_{name}'), table_name='decisions')
    for name in ('collection', 'framework', 'field', 'language'):
        op.drop_index(op.f(f'ix_credentials_{name}'), table_name='credentials')
    with op.batch_alter_table('decisions') as batch:
        batch.drop_column('collection')
    with op.batch_alter_table('credentials') as batch:
        for name in ('collection', 'framework', 'eqf_min', 'eqf_max', 'hours_min', 'hours_max', 'field', 'language'):
            batch.drop_column(name)
