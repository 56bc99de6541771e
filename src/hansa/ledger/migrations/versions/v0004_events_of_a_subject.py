"""An index by which the events of one run are found among all."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index(op.f("ix_outbox_subject_id"), "outbox", ["subject", "id"])
