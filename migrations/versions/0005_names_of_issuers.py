"""An index that holds the titles of an issuer whole, so that near ones are found without reading credentials."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_credential_names_issuer', table_name='credential_names')
    op.create_index('ix_credential_names_issuer', 'credential_names', ['issuer', 'name', 'credential_pk'])


def downgrade() -> None:
    op.drop_index('ix_credential_names_issuer', table_name='credential_names')
    op.create_index('ix_credential_names_issuer', 'credential_names', ['issuer'])
