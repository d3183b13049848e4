"""The ONE Record node: logistics objects, events, action requests, subscriptions, access."""

import sqlalchemy as sa
from alembic import op

from hub.store.migrations.making import Big, Making

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    making = Making()

    making.table('access_grant',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('agent', sa.String(length=1000), nullable=False),
    sa.Column('permission', sa.String(length=64), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=True),
    sa.Column('through', sa.String(length=1000), nullable=True),
    sa.Column('expires_at', Big, nullable=True),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('ended_at', Big, nullable=True),
    sa.PrimaryKeyConstraint('seq', name='pk_access_grant')
    )
    making.index('ix_access_grant_object', 'access_grant', ['object'], unique=False)
    making.index('ix_access_grant_request', 'access_grant', ['request'], unique=False)
    making.table('action_request',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('since', Big, nullable=False),
    sa.Column('requested_by', sa.String(length=1000), nullable=False),
    sa.Column('requested_at', Big, nullable=False),
    sa.Column('revision_no', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('history', sa.LargeBinary(), nullable=False),
    sa.Column('errors', sa.LargeBinary(), nullable=True),
    sa.Column('revoked_by', sa.String(length=1000), nullable=True),
    sa.Column('revoked_at', Big, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_action_request')
    )
    making.table('action_request_object',
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('object', 'request', name='pk_action_request_object'),
    sqlite_with_rowid=False
    )
    making.index('ix_action_request_object', 'action_request_object', ['request'], unique=False)
    making.table('agent_group',
    sa.Column('agent', sa.String(length=1000), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('agent', 'name', name='pk_agent_group')
    )
    making.table('logistics_event',
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=200), nullable=False),
    sa.Column('code', sa.String(length=1000), nullable=True),
    sa.Column('occurred_at', Big, nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('received_at', Big, nullable=False),
    sa.Column('created_by', sa.String(length=1000), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('object', 'id', name='pk_logistics_event')
    )
    making.index('ix_logistics_event_created', 'logistics_event', ['object', 'created_at'], unique=False)
    making.table('logistics_object',
    sa.Column('id', sa.String(length=200), nullable=False),
    sa.Column('type', sa.String(length=200), nullable=False),
    sa.Column('shipment', sa.String(length=200), nullable=True),
    sa.Column('revision_no', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_by', sa.String(length=1000), nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('events_at', Big, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_logistics_object')
    )
    making.index('ix_logistics_object_shipment', 'logistics_object', ['shipment'], unique=False)
    making.table('object_projection',
    sa.Column('shipment', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('shipment', name='pk_object_projection')
    )
    making.table('projection_due',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('shipment', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_projection_due')
    )
    making.index('ix_projection_due_shipment', 'projection_due', ['shipment'], unique=False)
    making.table('object_revision',
    sa.Column('object', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('type', sa.String(length=200), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('created_by', sa.String(length=1000), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('object', 'revision_no', name='pk_object_revision')
    )
    making.table('subscription',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('request', sa.String(length=64), nullable=False),
    sa.Column('subscriber', sa.String(length=1000), nullable=False),
    sa.Column('topic_type', sa.String(length=64), nullable=False),
    sa.Column('topic', sa.String(length=1000), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', Big, nullable=True),
    sa.Column('ended_at', Big, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_subscription')
    )
    making.index('ix_subscription_request', 'subscription', ['request'], unique=False)
    making.index('ix_subscription_topic', 'subscription', ['topic'], unique=False)
