"""What senders say of documents that are imported, and addresses from which files are fetched."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    with op.batch_alter_table('import_jobs') as batch:
        batch.add_column(sa.Column('options', sa.JSON(), nullable=False, server_default='{}'))
        batch.add_column(sa.Column('url', TEXT(), nullable=True))
        batch.add_column(sa.Column('reached', TEXT(), nullable=True))
    with op.batch_alter_table('import_jobs') as batch:
        batch.alter_column('options', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('import_jobs') as batch:
        for name in ('reached', 'url', 'options'):
            batch.drop_column(name)
