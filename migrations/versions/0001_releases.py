"""Releases, and statements that are versioned by release."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('releases',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('checksum', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('files_checksum', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    with op.batch_alter_table('releases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_releases_files_checksum'), ['files_checksum'], unique=False)

    op.create_table('active_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name='only_one_row'),
    sa.ForeignKeyConstraint(['number'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('circumstances',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('on', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('circumstances', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_circumstances_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_circumstances_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_circumstances_until'), ['until'], unique=False)

    op.create_table('credentials',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('issuer', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('issuer_country', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('credentials', schema=None) as batch_op:
        batch_op.create_index('credentials_by_id_and_release', ['id', 'since'], unique=False)
        batch_op.create_index(batch_op.f('ix_credentials_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_credentials_issuer_country'), ['issuer_country'], unique=False)
        batch_op.create_index(batch_op.f('ix_credentials_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_credentials_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_credentials_until'), ['until'], unique=False)

    op.create_table('credit_readings',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('system', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('recogniser', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('credit_readings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credit_readings_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_readings_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_readings_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_readings_system'), ['system'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_readings_until'), ['until'], unique=False)

    op.create_table('credit_systems',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('credit_systems', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credit_systems_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_systems_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_systems_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_credit_systems_until'), ['until'], unique=False)

    op.create_table('decisions',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('recogniser', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('binding', sa.Boolean(), nullable=False),
    sa.Column('programme', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decisions_recogniser'), ['recogniser'], unique=False)
        batch_op.create_index(batch_op.f('ix_decisions_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_decisions_until'), ['until'], unique=False)

    op.create_table('equivalences',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('system', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('to_system', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('recogniser', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('equivalences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_equivalences_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_equivalences_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_equivalences_system'), ['system'], unique=False)
        batch_op.create_index(batch_op.f('ix_equivalences_to_system'), ['to_system'], unique=False)
        batch_op.create_index(batch_op.f('ix_equivalences_until'), ['until'], unique=False)

    op.create_table('frameworks',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('frameworks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_frameworks_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_frameworks_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_frameworks_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_frameworks_until'), ['until'], unique=False)

    op.create_table('jurisdictions',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('jurisdictions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jurisdictions_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_jurisdictions_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_jurisdictions_until'), ['until'], unique=False)

    op.create_table('level_links',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('framework', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('to_framework', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('strength', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('level_links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_level_links_framework'), ['framework'], unique=False)
        batch_op.create_index(batch_op.f('ix_level_links_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_level_links_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_level_links_to_framework'), ['to_framework'], unique=False)
        batch_op.create_index(batch_op.f('ix_level_links_until'), ['until'], unique=False)

    op.create_table('recognisers',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('recognisers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recognisers_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recognisers_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_recognisers_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_recognisers_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_recognisers_until'), ['until'], unique=False)

    op.create_table('registers',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('registers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registers_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registers_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_registers_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_registers_until'), ['until'], unique=False)

    op.create_table('rules',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('recogniser', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('scheme', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('otherwise', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('basis', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('binding', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rules_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rules_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_rules_recogniser'), ['recogniser'], unique=False)
        batch_op.create_index(batch_op.f('ix_rules_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_rules_until'), ['until'], unique=False)

    op.create_table('schemes',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('confidence', sqlmodel.sql.sqltypes.AutoString(length=6), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('jurisdiction', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('authority', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('schemes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schemes_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_schemes_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_schemes_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_schemes_until'), ['until'], unique=False)

    op.create_table('sources',
    sa.Column('pk', sa.Integer(), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('publisher', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['since'], ['releases.number'], ),
    sa.ForeignKeyConstraint(['until'], ['releases.number'], ),
    sa.PrimaryKeyConstraint('pk')
    )
    with op.batch_alter_table('sources', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sources_id'), ['id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sources_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_sources_until'), ['until'], unique=False)

    op.create_table('credential_names',
    sa.Column('credential_pk', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('issuer', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['credential_pk'], ['credentials.pk'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('credential_pk', 'position')
    )
    with op.batch_alter_table('credential_names', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credential_names_issuer'), ['issuer'], unique=False)
        batch_op.create_index(batch_op.f('ix_credential_names_name'), ['name'], unique=False)

    op.create_table('decision_credentials',
    sa.Column('decision_pk', sa.Integer(), nullable=False),
    sa.Column('credential', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.ForeignKeyConstraint(['decision_pk'], ['decisions.pk'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('decision_pk', 'credential')
    )
    with op.batch_alter_table('decision_credentials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_credentials_credential'), ['credential'], unique=False)

    op.create_table('level_pairs',
    sa.Column('link_pk', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('level', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('to_level', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.ForeignKeyConstraint(['link_pk'], ['level_links.pk'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('link_pk', 'position')
    )
    op.create_table('levels',
    sa.Column('framework_pk', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('framework', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['framework_pk'], ['frameworks.pk'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('framework_pk', 'position')
    )
    with op.batch_alter_table('levels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_levels_framework'), ['framework'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('levels', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_levels_framework'))

    op.drop_table('levels')
    op.drop_table('level_pairs')
    with op.batch_alter_table('decision_credentials', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_credentials_credential'))

    op.drop_table('decision_credentials')
    with op.batch_alter_table('credential_names', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credential_names_name'))
        batch_op.drop_index(batch_op.f('ix_credential_names_issuer'))

    op.drop_table('credential_names')
    with op.batch_alter_table('sources', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sources_until'))
        batch_op.drop_index(batch_op.f('ix_sources_since'))
        batch_op.drop_index(batch_op.f('ix_sources_id'))

    op.drop_table('sources')
    with op.batch_alter_table('schemes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schemes_until'))
        batch_op.drop_index(batch_op.f('ix_schemes_since'))
        batch_op.drop_index(batch_op.f('ix_schemes_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_schemes_id'))

    op.drop_table('schemes')
    with op.batch_alter_table('rules', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rules_until'))
        batch_op.drop_index(batch_op.f('ix_rules_since'))
        batch_op.drop_index(batch_op.f('ix_rules_recogniser'))
        batch_op.drop_index(batch_op.f('ix_rules_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_rules_id'))

    op.drop_table('rules')
    with op.batch_alter_table('registers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_registers_until'))
        batch_op.drop_index(batch_op.f('ix_registers_since'))
        batch_op.drop_index(batch_op.f('ix_registers_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_registers_id'))

    op.drop_table('registers')
    with op.batch_alter_table('recognisers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recognisers_until'))
        batch_op.drop_index(batch_op.f('ix_recognisers_since'))
        batch_op.drop_index(batch_op.f('ix_recognisers_kind'))
        batch_op.drop_index(batch_op.f('ix_recognisers_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_recognisers_id'))

    op.drop_table('recognisers')
    with op.batch_alter_table('level_links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_level_links_until'))
        batch_op.drop_index(batch_op.f('ix_level_links_to_framework'))
        batch_op.drop_index(batch_op.f('ix_level_links_since'))
        batch_op.drop_index(batch_op.f('ix_level_links_id'))
        batch_op.drop_index(batch_op.f('ix_level_links_framework'))

    op.drop_table('level_links')
    with op.batch_alter_table('jurisdictions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jurisdictions_until'))
        batch_op.drop_index(batch_op.f('ix_jurisdictions_since'))
        batch_op.drop_index(batch_op.f('ix_jurisdictions_id'))

    op.drop_table('jurisdictions')
    with op.batch_alter_table('frameworks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_frameworks_until'))
        batch_op.drop_index(batch_op.f('ix_frameworks_since'))
        batch_op.drop_index(batch_op.f('ix_frameworks_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_frameworks_id'))

    op.drop_table('frameworks')
    with op.batch_alter_table('equivalences', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_equivalences_until'))
        batch_op.drop_index(batch_op.f('ix_equivalences_to_system'))
        batch_op.drop_index(batch_op.f('ix_equivalences_system'))
        batch_op.drop_index(batch_op.f('ix_equivalences_since'))
        batch_op.drop_index(batch_op.f('ix_equivalences_id'))

    op.drop_table('equivalences')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_until'))
        batch_op.drop_index(batch_op.f('ix_decisions_since'))
        batch_op.drop_index(batch_op.f('ix_decisions_recogniser'))
        batch_op.drop_index(batch_op.f('ix_decisions_id'))

    op.drop_table('decisions')
    with op.batch_alter_table('credit_systems', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credit_systems_until'))
        batch_op.drop_index(batch_op.f('ix_credit_systems_since'))
        batch_op.drop_index(batch_op.f('ix_credit_systems_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_credit_systems_id'))

    op.drop_table('credit_systems')
    with op.batch_alter_table('credit_readings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credit_readings_until'))
        batch_op.drop_index(batch_op.f('ix_credit_readings_system'))
        batch_op.drop_index(batch_op.f('ix_credit_readings_since'))
        batch_op.drop_index(batch_op.f('ix_credit_readings_jurisdiction'))
        batch_op.drop_index(batch_op.f('ix_credit_readings_id'))

    op.drop_table('credit_readings')
    with op.batch_alter_table('credentials', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credentials_until'))
        batch_op.drop_index(batch_op.f('ix_credentials_since'))
        batch_op.drop_index(batch_op.f('ix_credentials_kind'))
        batch_op.drop_index(batch_op.f('ix_credentials_issuer_country'))
        batch_op.drop_index(batch_op.f('ix_credentials_id'))
        batch_op.drop_index('credentials_by_id_and_release')

    op.drop_table('credentials')
    with op.batch_alter_table('circumstances', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_circumstances_until'))
        batch_op.drop_index(batch_op.f('ix_circumstances_since'))
        batch_op.drop_index(batch_op.f('ix_circumstances_id'))

    op.drop_table('circumstances')
    op.drop_table('active_release')
    with op.batch_alter_table('releases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_releases_files_checksum'))

    op.drop_table('releases')
