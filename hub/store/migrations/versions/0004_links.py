"""Links between posted logistics objects, what is still to be joined through them, and when a channel says a thing was said."""

import sqlalchemy as sa

from hub.store.migrations.making import Big, Making

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    making = Making()

    making.column('envelope', sa.Column('said_at', Big, nullable=True))
    making.table('object_link',
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('target', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('object', 'target', name='pk_object_link'),
    sqlite_with_rowid=False
    )
    making.index('ix_object_link_target', 'object_link', ['target'], unique=False)
    making.table('join_due',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('event', sa.String(length=64), nullable=True),
    sa.Column('since', Big, nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_join_due')
    )
