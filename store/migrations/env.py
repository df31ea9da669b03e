"""Alembic's entry: runs the migrations on the connection that store.database hands over."""

from __future__ import annotations

from alembic import context

import store.tables  # noqa: F401  # the metadata is whole only with them
from store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
