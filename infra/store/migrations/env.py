"""Alembic's way in: runs revisions over the connection that `migrating` hands it."""

from alembic import context

from infra.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
