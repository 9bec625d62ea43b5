"""What is derived from a credential or decision lies together by its key, and is not checked against it row by row.

These rows are written in the one statement after their credential's, from the same source, and never deleted.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString

TABLES = {
    'credential_names': (
        'credentials',
        (
            ('credential_pk', sa.Integer(), True),
            ('position', sa.Integer(), True),
            ('name', TEXT(), False),
            ('issuer', TEXT(), None),
        ),
        {'ix_credential_names_name': ['name'], 'ix_credential_names_issuer': ['issuer', 'name', 'credential_pk']},
    ),
    'credential_identifiers': (
        'credentials',
        (
            ('credential_pk', sa.Integer(), True),
            ('position', sa.Integer(), True),
            ('scheme', TEXT(length=200), False),
            ('value', TEXT(length=1000), False),
        ),
        {'ix_credential_identifiers_value': ['value']},
    ),
    'credential_deliveries': (
        'credentials',
        (('credential_pk', sa.Integer(), True), ('delivery', TEXT(length=20), True)),
        {},
    ),
    'decision_credentials': (
        'decisions',
        (('decision_pk', sa.Integer(), True), ('credential', TEXT(length=200), True)),
        {'ix_decision_credentials_credential': ['credential']},
    ),
    'credential_words': (None, (('word', TEXT(length=100), True),), {}),
}
"""By table what it was checked against, its columns (True: of the key, None: may be empty), and its indexes."""


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild(with_rowid=False)
        return
    for name, (above, columns, _) in TABLES.items():
        if above is not None:
            op.drop_constraint(f'{name}_{columns[0][0]}_fkey', name, type_='foreignkey')
    op.drop_constraint('credential_search_credential_pk_fkey', 'credential_search', type_='foreignkey')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild(with_rowid=True)
        return
    for name, (above, columns, _) in TABLES.items():
        if above is not None:
            key = columns[0][0]
            op.create_foreign_key(f'{name}_{key}_fkey', name, above, [key], ['pk'], ondelete='CASCADE')
    op.create_foreign_key(
        'credential_search_credential_pk_fkey', 'credential_search', 'credentials', ['credential_pk'], ['pk'],
        ondelete='CASCADE',
    )  # fmt: skip


def _rebuild(*, with_rowid: bool) -> None:
    """SQLite cannot change a table so: make it anew, and move its rows in the order of their keys."""
    for name, (above, columns, indexes) in TABLES.items():
        made = [sa.Column(n, kind, primary_key=key is True, nullable=key is None) for n, kind, key in columns]
        checked = [sa.ForeignKeyConstraint([columns[0][0]], [f'{above}.pk'], ondelete='CASCADE')]
        op.create_table(
            f'{name}_anew', *made, *(checked if with_rowid and above else ()), sqlite_with_rowid=with_rowid
        )
        keys = ', '.join(n for n, _, key in columns if key is True)
        op.execute(f'INSERT INTO {name}_anew SELECT {", ".join(n for n, _, _ in columns)} FROM {name} ORDER BY {keys}')
        op.drop_table(name)
        op.rename_table(f'{name}_anew', name)
        for index, over in indexes.items():
            op.create_index(index, name, over)
