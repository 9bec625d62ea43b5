"""Releases that build on the active one, activations with their history, and jobs that import."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'case_sets',
        sa.Column('checksum', TEXT(length=64), primary_key=True, nullable=False),
        sa.Column('cases', sa.JSON(), nullable=False),
    )
    with op.batch_alter_table('releases') as batch:
        batch.add_column(sa.Column('based_on', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('imported', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('cases', TEXT(length=64), nullable=True))
        batch.create_foreign_key('releases_based_on', 'releases', ['based_on'], ['number'])
        batch.create_foreign_key('releases_cases', 'case_sets', ['cases'], ['checksum'])
    op.execute('UPDATE releases SET based_on = number - 1 WHERE number > 1')
    with op.batch_alter_table('releases') as batch:
        batch.alter_column('imported', server_default=None)
    op.create_table(
        'activations',
        sa.Column('pk', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('number', sa.Integer(), sa.ForeignKey('releases.number'), nullable=False),
        sa.Column('previous', sa.Integer(), sa.ForeignKey('activations.pk'), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('who', TEXT(length=200), nullable=False),
        sa.Column('reason', TEXT(), nullable=True),
    )
    op.execute(
        'INSERT INTO activations (number, at, who) '
        "SELECT number, CURRENT_TIMESTAMP, 'command-line' FROM active_release"
    )
    with op.batch_alter_table('active_release') as batch:
        batch.add_column(sa.Column('activation', sa.Integer(), nullable=True))
        batch.create_foreign_key('active_release_activation', 'activations', ['activation'], ['pk'])
    op.execute('UPDATE active_release SET activation = (SELECT max(pk) FROM activations)')
    with op.batch_alter_table('active_release') as batch:
        batch.alter_column('activation', nullable=False)
    _jobs()
    _staging()


def _jobs() -> None:
    op.create_table(
        'import_jobs',
        sa.Column('number', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('kind', TEXT(length=20), nullable=False),
        sa.Column('collection', TEXT(length=100), nullable=False),
        sa.Column('state', TEXT(length=12), nullable=False),
        sa.Column('dry_run', sa.Boolean(), nullable=False),
        sa.Column('on_error', TEXT(length=10), nullable=False),
        sa.Column('format', TEXT(length=10), nullable=False),
        sa.Column('mapping', sa.JSON(), nullable=False),
        sa.Column('file', TEXT(), nullable=False),
        sa.Column('file_name', TEXT(), nullable=False),
        sa.Column('bytes', BIG, nullable=False),
        sa.Column('checksum', TEXT(length=64), nullable=False),
        sa.Column('who', TEXT(length=200), nullable=False),
        sa.Column('who_name', TEXT(length=200), nullable=False),
        sa.Column('address', TEXT(length=200), nullable=False),
        sa.Column('idempotency_key', TEXT(length=255), nullable=True),
        sa.Column('request_checksum', TEXT(length=64), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('rows', sa.Integer(), nullable=True),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.Column('digest', TEXT(length=64), nullable=False),
        sa.Column('ground', TEXT(length=64), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('problems', sa.Integer(), nullable=False),
        sa.Column('release', sa.Integer(), sa.ForeignKey('releases.number'), nullable=True),
        sa.Column('failure', TEXT(), nullable=True),
        sa.Column('cancelling', sa.Boolean(), nullable=False),
        sa.Column('runner', TEXT(length=100), nullable=True),
        sa.Column('lease_until', sa.Float(), nullable=True),
        sa.UniqueConstraint('who', 'idempotency_key', name='import_jobs_once'),
    )
    op.create_index(op.f('ix_import_jobs_state'), 'import_jobs', ['state'], unique=False)
    op.create_table(
        'import_problems',
        sa.Column('pk', BIG, primary_key=True, nullable=False),
        sa.Column('job', sa.Integer(), sa.ForeignKey('import_jobs.number'), nullable=False),
        sa.Column('file', TEXT(), nullable=True),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.Column('place', TEXT(), nullable=False),
        sa.Column('found', TEXT(), nullable=False),
        sa.Column('expected', TEXT(), nullable=False),
    )
    op.create_index(op.f('ix_import_problems_job'), 'import_problems', ['job'], unique=False)


def _statement() -> tuple[sa.Column, ...]:
    return (
        sa.Column('pk', BIG, primary_key=True, autoincrement=False, nullable=False),
        sa.Column('id', TEXT(length=200), nullable=False),
        sa.Column('body', sa.JSON(), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=True),
        sa.Column('valid_to', sa.Date(), nullable=True),
        sa.Column('confidence', TEXT(length=6), nullable=False),
    )


def _staging() -> None:
    op.create_table(
        'staged_credentials',
        *_statement(),
        sa.Column('title', TEXT(), nullable=False),
        sa.Column('issuer', TEXT(), nullable=True),
        sa.Column('issuer_country', TEXT(length=10), nullable=True),
        sa.Column('kind', TEXT(length=40), nullable=True),
        sa.Column('framework', TEXT(length=200), nullable=True),
        sa.Column('eqf_min', sa.Integer(), nullable=True),
        sa.Column('eqf_max', sa.Integer(), nullable=True),
        sa.Column('hours_min', sa.Float(), nullable=True),
        sa.Column('hours_max', sa.Float(), nullable=True),
        sa.Column('field', TEXT(length=4), nullable=True),
        sa.Column('language', TEXT(length=35), nullable=True),
        sa.Column('names', sa.JSON(), nullable=False),
        sa.Column('name_of_issuer', sa.String(), nullable=True),
        sa.Column('identifiers', sa.JSON(), nullable=False),
        sa.Column('deliveries', sa.JSON(), nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
    )
    op.create_table(
        'staged_decisions',
        *_statement(),
        sa.Column('recogniser', TEXT(length=200), nullable=False),
        sa.Column('jurisdiction', TEXT(length=10), nullable=True),
        sa.Column('status', TEXT(length=20), nullable=False),
        sa.Column('basis', TEXT(length=30), nullable=False),
        sa.Column('binding', sa.Boolean(), nullable=False),
        sa.Column('programme', TEXT(), nullable=True),
        sa.Column('credentials', sa.JSON(), nullable=False),
    )
    op.create_table(
        'staged_words',
        sa.Column('job', sa.Integer(), primary_key=True, nullable=False),
        sa.Column('word', sa.String(length=100), primary_key=True, nullable=False),
    )


def downgrade() -> None:
    for table in ('staged_words', 'staged_decisions', 'staged_credentials', 'import_problems', 'import_jobs'):
        op.drop_table(table)
    with op.batch_alter_table('active_release') as batch:
        batch.drop_constraint('active_release_activation', type_='foreignkey')
        batch.drop_column('activation')
    op.drop_table('activations')
    with op.batch_alter_table('releases') as batch:
        batch.drop_constraint('releases_cases', type_='foreignkey')
        batch.drop_constraint('releases_based_on', type_='foreignkey')
        for name in ('cases', 'imported', 'based_on'):
            batch.drop_column(name)
    op.drop_table('case_sets')
