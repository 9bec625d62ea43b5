"""A credential's row holds its folded names too: a search ranks hundreds by them, and reads each row anyway."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

OF_SQLITE = """
UPDATE credentials SET names = (
    SELECT json_group_array(name) FROM (SELECT name FROM credential_names WHERE credential_pk = pk ORDER BY position)
)
"""
OF_POSTGRESQL = """
UPDATE credentials SET names = below.names
FROM (SELECT credential_pk, json_agg(name ORDER BY position) AS names FROM credential_names GROUP BY credential_pk) below
WHERE below.credential_pk = pk
"""


def upgrade() -> None:
    op.add_column('credentials', sa.Column('names', sa.JSON(), nullable=False, server_default='[]'))
    op.execute(OF_SQLITE if op.get_bind().dialect.name == 'sqlite' else OF_POSTGRESQL)


def downgrade() -> None:
    op.execute('ALTER TABLE credentials DROP COLUMN names')
