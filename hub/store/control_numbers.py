"""Control numbers, counted from 1 for each sender and recipient. The only SQL that writes them."""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, insert, select, update

from hub.store.tables import control_number

LAST_NUMBER = select(control_number.c.last).where(
    control_number.c.sender == bindparam("s"), control_number.c.recipient == bindparam("r")
)
TAKE_NUMBERS = (
    update(control_number)
    .where(control_number.c.sender == bindparam("s"), control_number.c.recipient == bindparam("r"))
    .values(last=control_number.c.last + bindparam("n"))
)
ADD_NUMBERS = insert(control_number)


def take(connection: Connection, sender: str, recipient: str, count: int) -> Iterator[int]:
    """The next ``count`` control numbers from a sender to a recipient; given back when the transaction is rolled back."""
    taken = connection.execute(TAKE_NUMBERS, {"s": sender, "r": recipient, "n": count}).rowcount
    if not taken:
        connection.execute(ADD_NUMBERS, {"sender": sender, "recipient": recipient, "last": count})
    last = connection.execute(LAST_NUMBER, {"s": sender, "r": recipient}).one().last
    return iter(range(last - count + 1, last + 1))
