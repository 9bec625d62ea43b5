"""How often an import was taken up, so that a file that ends every process that reads it is given up."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('import_jobs') as batch:
        batch.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('import_jobs') as batch:
        batch.alter_column('attempts', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('import_jobs') as batch:
        batch.drop_column('attempts')
