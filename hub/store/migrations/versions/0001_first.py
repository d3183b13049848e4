"""The first schema."""

import sqlalchemy as sa
from alembic import op

from hub.store.migrations.making import Big, Making

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    making = Making()

    making.table('acknowledgement',
    sa.Column('envelope', Big, autoincrement=False, nullable=False),
    sa.Column('part', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('envelope', 'part', name='pk_acknowledgement')
    )
    making.table('answer_item',
    sa.Column('envelope', Big, autoincrement=False, nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('envelope', name='pk_answer_item')
    )
    making.table('control_number',
    sa.Column('sender', sa.String(length=64), nullable=False),
    sa.Column('recipient', sa.String(length=64), nullable=False),
    sa.Column('last', Big, nullable=False),
    sa.PrimaryKeyConstraint('sender', 'recipient', name='pk_control_number')
    )
    making.table('dead_letter',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('stage', sa.String(length=16), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('cause', sa.String(length=1000), nullable=False),
    sa.Column('partner', sa.String(length=64), nullable=False),
    sa.Column('envelope', Big, nullable=True),
    sa.Column('message', Big, nullable=True),
    sa.Column('shipment', sa.String(length=200), nullable=True),
    sa.Column('delivery', Big, nullable=True),
    sa.Column('problem', sa.LargeBinary(), nullable=False),
    sa.Column('impact', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.LargeBinary(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_at', Big, nullable=False),
    sa.Column('last_at', Big, nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=True),
    sa.Column('note', sa.String(length=1000), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_dead_letter'),
    sa.UniqueConstraint('subject', name='uq_dead_letter_subject')
    )
    making.index('ix_dead_letter_fingerprint', 'dead_letter', ['fingerprint'], unique=False)
    making.table('delivery',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('partner', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('shipment', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('ready', sa.SmallInteger(), nullable=False),
    sa.Column('ordering', sa.String(length=16), nullable=False),
    sa.Column('blocked', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.Column('run_at', Big, nullable=True),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('finished_at', Big, nullable=True),
    sa.Column('answer_by', Big, nullable=True),
    sa.Column('message_id', sa.String(length=64), nullable=False),
    sa.Column('control_reference', sa.String(length=64), nullable=False),
    sa.Column('sent_digest', sa.String(length=64), nullable=True),
    sa.Column('reference', sa.String(length=200), nullable=True),
    sa.Column('outcome', sa.String(length=1000), nullable=True),
    sa.PrimaryKeyConstraint('seq', name='pk_delivery'),
    sa.UniqueConstraint('shipment', 'key', name='uq_delivery_key')
    )
    making.index('ix_delivery_control', 'delivery', ['control_reference', 'partner'], unique=False)
    making.index('ix_delivery_due', 'delivery', ['run_at'], unique=False)
    making.table('delivery_bytes',
    sa.Column('delivery', Big, autoincrement=False, nullable=False),
    sa.Column('part', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('delivery', 'part', name='pk_delivery_bytes')
    )
    making.table('envelope',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('partner', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('media', sa.String(length=200), nullable=True),
    sa.Column('name', sa.String(length=1000), nullable=True),
    sa.Column('byte_count', Big, nullable=False),
    sa.Column('received_at', Big, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('format', sa.String(length=64), nullable=True),
    sa.Column('open_messages', sa.Integer(), nullable=False),
    sa.Column('problems', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('seq', name='pk_envelope'),
    sa.UniqueConstraint('id', name='uq_envelope_id')
    )
    making.table('envelope_bytes',
    sa.Column('envelope', Big, autoincrement=False, nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('envelope', name='pk_envelope_bytes')
    )
    making.table('lease',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=True),
    sa.Column('fence', Big, nullable=False),
    sa.Column('expires_at', Big, nullable=False),
    sa.Column('used_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('name', name='pk_lease')
    )
    making.table('message',
    sa.Column('seq', Big, autoincrement=False, nullable=False),
    sa.Column('envelope', Big, nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('partner', sa.String(length=64), nullable=False),
    sa.Column('format', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=True),
    sa.Column('author', sa.String(length=200), nullable=True),
    sa.Column('said_at', Big, nullable=True),
    sa.Column('received_at', Big, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('item_count', sa.Integer(), nullable=False),
    sa.Column('open_items', sa.Integer(), nullable=False),
    sa.Column('failed_items', sa.Integer(), nullable=False),
    sa.Column('mapping', sa.String(length=64), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('seq', name='pk_message')
    )
    making.table('refold_item',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('message', Big, nullable=True),
    sa.PrimaryKeyConstraint('seq', name='pk_refold_item')
    )
    making.table('repeated_arrival',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('envelope', Big, nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=1000), nullable=True),
    sa.Column('received_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_repeated_arrival')
    )
    making.index('ix_repeated_arrival', 'repeated_arrival', ['envelope'], unique=False)
    making.table('replay',
    sa.Column('seq', Big, sa.Identity(always=False), nullable=False),
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('selected', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('seq', name='pk_replay'),
    sa.UniqueConstraint('id', name='uq_replay_id')
    )
    making.table('replay_item',
    sa.Column('replay', Big, autoincrement=False, nullable=False),
    sa.Column('envelope', Big, autoincrement=False, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('replay', 'envelope', name='pk_replay_item')
    )
    making.table('revision',
    sa.Column('shipment', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('lineage', sa.LargeBinary(), nullable=False),
    sa.Column('conflicts', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('message', Big, nullable=True),
    sa.PrimaryKeyConstraint('shipment', 'revision_no', name='pk_revision')
    )
    making.table('shipment',
    sa.Column('number_key', sa.String(length=200), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('revision_no', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('proof_digest', sa.String(length=64), nullable=False),
    sa.Column('live', sa.SmallInteger(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=True),
    sa.Column('origin', sa.String(length=16), nullable=True),
    sa.Column('destination', sa.String(length=16), nullable=True),
    sa.Column('first_date', sa.String(length=16), nullable=True),
    sa.Column('created_at', Big, nullable=False),
    sa.Column('changed_at', Big, nullable=False),
    sa.PrimaryKeyConstraint('number_key', 'key', name='pk_shipment')
    )
    making.index('ix_shipment_changed', 'shipment', ['changed_at', 'key'], unique=False)
    making.index('ix_shipment_key', 'shipment', ['key'], unique=False)
    making.index('ix_shipment_status', 'shipment', ['status', 'changed_at', 'key'], unique=False)
    making.table('shipment_term',
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('shipment', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'value', 'shipment', name='pk_shipment_term'),
    sqlite_with_rowid=False
    )
    making.table('slot',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('message', Big, nullable=False),
    sa.Column('said_at', Big, nullable=False),
    sa.Column('received_at', Big, nullable=False),
    sa.Column('digest', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_slot'),
    sqlite_with_rowid=False
    )
    making.table('split_item',
    sa.Column('envelope', Big, autoincrement=False, nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('byte_count', Big, nullable=False),
    sa.Column('next_ordinal', sa.Integer(), nullable=False),
    sa.Column('again', sa.SmallInteger(), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('envelope', name='pk_split_item')
    )
    making.table('statement',
    sa.Column('message', Big, autoincrement=False, nullable=False),
    sa.Column('ordinal', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('slot', sa.String(length=64), nullable=False),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('admitted', sa.SmallInteger(), nullable=False),
    sa.Column('said_at', Big, nullable=False),
    sa.Column('received_at', Big, nullable=False),
    sa.Column('digest', sa.String(length=200), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('message', 'ordinal', name='pk_statement')
    )
    making.index('ix_statement_key', 'statement', ['key'], unique=False)
    making.index('ix_statement_slot', 'statement', ['slot'], unique=False)
