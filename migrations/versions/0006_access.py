"""Keys, and an audit log that can only be added to."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'api_keys',
        sa.Column('id', TEXT(length=12), primary_key=True, nullable=False),
        sa.Column('digest', TEXT(length=64), nullable=False),
        sa.Column('name', TEXT(length=200), nullable=False),
        sa.Column('scopes', sa.JSON(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('created_by', TEXT(length=600), nullable=False),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('last_used_at', MOMENT, nullable=True),
        sa.Column('revoked_at', MOMENT, nullable=True),
    )
    op.create_table(
        'audit',
        sa.Column('id', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('caller', TEXT(length=600), nullable=False),
        sa.Column('name', TEXT(length=200), nullable=False),
        sa.Column('address', TEXT(length=100), nullable=False),
        sa.Column('act', TEXT(length=100), nullable=False),
        sa.Column('target', TEXT(length=300), nullable=False),
        sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    )
    for name in ('at', 'caller', 'act'):
        op.create_index(op.f(f'ix_audit_{name}'), 'audit', [name], unique=False)
    if op.get_bind().dialect.name == 'sqlite':
        refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END"
        op.execute(f'CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit {refuse}')
        op.execute(f'CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit {refuse}')
        # INSERT OR REPLACE deletes without firing triggers for DELETE.
        op.execute(
            'CREATE TRIGGER audit_keeps_ids BEFORE INSERT ON audit '
            f'WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) {refuse}'
        )
    else:
        op.execute(
            'CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS '
            "$$ BEGIN RAISE EXCEPTION 'the audit log can only be added to'; END $$"
        )
        op.execute(
            'CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit '
            'FOR EACH ROW EXECUTE FUNCTION audit_refuse()'
        )
        op.execute(
            'CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()'
        )


def downgrade() -> None:
    op.drop_table('audit')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION audit_refuse')
    op.drop_table('api_keys')
