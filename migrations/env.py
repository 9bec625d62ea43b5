"""Runs migrations against the database that the configuration names."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import app.store.job_tables  # noqa: F401 - makes the tables known
from app.store.migrating import is_described
from app.store.turns import take_turn

url = context.config.get_main_option("sqlalchemy.url")

if context.is_offline_mode():
    context.configure(url=url, target_metadata=SQLModel.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin():
        take_turn(connection)
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            include_name=is_described,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
