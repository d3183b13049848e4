"""Which arrivals carry the words of posted objects that have said nothing of a shipment yet, and what says it for them."""

import sqlalchemy as sa

from hub.store.migrations.making import Making

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    making = Making()

    making.table('object_word',
    sa.Column('envelope', sa.String(length=64), nullable=False),
    sa.Column('about', sa.String(length=300), nullable=False),
    sa.Column('settled_by', sa.String(length=100), nullable=True),
    sa.PrimaryKeyConstraint('envelope', 'about', name='pk_object_word'),
    sqlite_with_rowid=False
    )
    making.index('ix_object_word_about', 'object_word', ['about'], unique=False)
