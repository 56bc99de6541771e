"""The steps of what people say to the owners of products."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback_steps",
        sa.Column("serial", _SERIAL, nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("major", sa.Integer(), nullable=False),
        sa.Column("port", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_feedback_steps")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feedback_steps_feedback"), "feedback_steps", ["feedback"])
    op.create_index(op.f("ix_feedback_steps_product"), "feedback_steps", ["product"])
    op.create_index(op.f("ix_feedback_steps_actor"), "feedback_steps", ["actor"])
