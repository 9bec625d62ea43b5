"""Releases that hold imported catalogues besides the data folder."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('releases') as batch:
        batch.add_column(sa.Column('data_checksum', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True))
        batch.add_column(sa.Column('collections', sa.JSON(), nullable=True))
    op.execute("UPDATE releases SET data_checksum = checksum, collections = '{}'")
    with op.batch_alter_table('releases') as batch:
        batch.alter_column('data_checksum', nullable=False)
        batch.alter_column('collections', nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('releases') as batch:
        batch.drop_column('collections')
        batch.drop_column('data_checksum')
