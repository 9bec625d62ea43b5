"""Appeal routes, and what codes are called."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _statements(
        'appeal_routes',
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('valid_to', sa.Date(), nullable=True),
        sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
        sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column('recogniser', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        indexes=('id', 'since', 'until', 'jurisdiction'),
    )
    _statements(
        'terms',
        sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        indexes=('id', 'since', 'until'),
    )


def downgrade() -> None:
    op.drop_table('terms')
    op.drop_table('appeal_routes')


def _statements(name: str, *columns: sa.Column, indexes: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column('pk', sa.Integer(), nullable=False),
        sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column('since', sa.Integer(), nullable=False),
        sa.Column('until', sa.Integer(), nullable=True),
        sa.Column('body', sa.JSON(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(['since'], ['releases.number']),
        sa.ForeignKeyConstraint(['until'], ['releases.number']),
        sa.PrimaryKeyConstraint('pk'),
    )
    for column in indexes:
        op.create_index(op.f(f'ix_{name}_{column}'), name, [column], unique=False)
