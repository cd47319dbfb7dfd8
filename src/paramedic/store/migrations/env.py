"""Alembic's entry point: runs on the connection that ``migrate`` holds."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["target_metadata"],
    version_table="paramedic_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
