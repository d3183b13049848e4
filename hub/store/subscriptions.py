"""Subscriptions in force. The only SQL that writes them; one that is over stays as a record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from hub.clock import micros, moment
from hub.objects import NewSubscription
from hub.store.objects import packed, unpacked
from hub.store.rows import insert_all, select_in
from hub.store.tables import subscription

_LIVE = or_(subscription.c.expires_at.is_(None), subscription.c.expires_at > bindparam("now"))

ADD = insert(subscription)
ONE = select(subscription).where(subscription.c.id == bindparam("i"))
ON_TOPICS = (
    select(subscription)
    .where(subscription.c.topic.in_(bindparam("values", expanding=True)), subscription.c.ended_at.is_(None), _LIVE)
    .order_by(subscription.c.id)
)
OF_SUBSCRIBER = (
    select(subscription)
    .where(subscription.c.subscriber == bindparam("s"), subscription.c.ended_at.is_(None), _LIVE)
    .order_by(subscription.c.id)
)
END = (
    update(subscription)
    .where(subscription.c.request == bindparam("r"), subscription.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)


def add(connection: Connection, new: NewSubscription) -> None:
    """Put a subscription in force."""
    insert_all(
        connection,
        ADD,
        [
            {
                "id": new.id,
                "request": new.request,
                "subscriber": new.subscriber,
                "topic_type": new.topic_type,
                "topic": new.topic,
                "body": packed({"events": list(new.events), "nodes": new.body}),
                "expires_at": micros(new.expires_at) if new.expires_at else None,
                "ended_at": None,
            }
        ],
    )


def end(connection: Connection, request: str, now: datetime) -> int:
    """End the subscription a request brought; how many ended."""
    return connection.execute(END, {"r": request, "now": micros(now)}).rowcount


def get(connection: Connection, id: str) -> NewSubscription | None:
    """One, in force or not."""
    row = connection.execute(ONE, {"i": id}).first()
    return _made(row) if row else None


def on(connection: Connection, topics: Sequence[str], now: datetime) -> list[NewSubscription]:
    """Those in force on any of these IRIs."""
    return [_made(row) for row in select_in(connection, ON_TOPICS, topics, now=micros(now))]


def of_subscriber(connection: Connection, subscriber: str, topic_type: str, topic: str, now: datetime) -> list[NewSubscription]:
    """Those in force of one subscriber, of one topic type or topic where given."""
    rows = connection.execute(OF_SUBSCRIBER, {"s": subscriber, "now": micros(now)})
    return [_made(row) for row in rows if (not topic_type or row.topic_type == topic_type) and (not topic or row.topic == topic)]


def _made(row: Any) -> NewSubscription:
    body = unpacked(row.body)
    return NewSubscription(
        id=row.id,
        request=row.request,
        subscriber=row.subscriber,
        topic_type=row.topic_type,
        topic=row.topic,
        events=body["events"],
        body=body["nodes"],
        expires_at=moment(row.expires_at) if row.expires_at is not None else None,
    )
