"""What Alembic runs around the migrations; nobody imports it. The connection is the one that `upgrading` was given."""

from alembic import context

from hansa.ledger.migrations import VERSION_TABLE

# The transaction is the caller's: all versions are applied, or none.
context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
