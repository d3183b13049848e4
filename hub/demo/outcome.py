"""What the day came to, counted in the hub's own read side and asked at its portal, beside the plan. Writes nothing."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec

from hub.bootstrap.durable import Hub
from hub.clock import micros
from hub.demo.neighbour import Neighbour
from hub.demo.network import Network
from hub.demo.plan import Tally
from hub.read import ReadSide
from hub.store import counts
from hub.store.engine import reading
from hub.store.outbox import ACKNOWLEDGED, PENDING, RETRYING, SENT, UNKNOWN
from hub.verify import verify

PAGE = 500
NOTIFICATION = "one-record:Notification"
_LOOK_EVERY = 0.2


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was planned, and what came of it."""

    name: str
    planned: int
    found: int

    @property
    def ok(self) -> bool:
        """Whether it went as planned."""
        return self.planned == self.found


def drained(hub: Hub, expected: int, tell: Callable[[int], None], *, seconds: float) -> bool:
    """Wait until ``expected`` messages have come in and nothing is left to do; whether that was so within ``seconds``.

    ``tell`` is called with the number of deliveries that have ended.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        open_deliveries, ended, busy = _look(hub, expected)
        tell(ended)
        if not busy and not open_deliveries:
            return True
        time.sleep(_LOOK_EVERY)
    return False


def _look(hub: Hub, expected: int) -> tuple[int, int, bool]:
    with reading(hub.engine) as connection:
        deliveries = counts.deliveries(connection)
        busy = sum(counts.messages(connection).values()) < expected or counts.waiting(connection, micros(hub.clock.now()))
    waiting = sum(deliveries.get(state, 0) for state in (PENDING, RETRYING, UNKNOWN))
    return waiting, sum(deliveries.values()) - waiting, busy


def found(hub: Hub) -> tuple[Tally, int]:
    """What there is, and how many deliveries did not arrive."""
    read = ReadSide(hub.engine)
    seen = read.counts()
    deliveries = list(_deliveries(read))
    arrived = [one for one in deliveries if one["state"] in (SENT, ACKNOWLEDGED)]
    tally = Tally(
        received=sum(seen["messages"].values()),
        shipments=seen["shipments"],
        delivered=len(arrived),
        answers=sum(one["shipment"].startswith("envelope:") for one in arrived),
        acknowledged=sum(one["state"] == ACKNOWLEDGED for one in arrived),
        notified=sum(one["target"] == NOTIFICATION for one in arrived),
        retried=sum(one["attempts"] > 1 for one in arrived),
        dead_letters=seen["dead_letters"].get("open", 0),
    )
    return tally, len(deliveries) - len(arrived)


def _deliveries(read: ReadSide) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = read.deliveries(after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


def checks(hub: Hub, plan: Tally) -> list[Check]:
    """The plan against what there is, and the store against a fold from scratch."""
    tally, undelivered = found(hub)
    pairs = zip(msgspec.structs.asdict(plan).items(), msgspec.structs.asdict(tally).values(), strict=True)
    return [
        *(Check(name=name, planned=wanted, found=seen) for (name, wanted), seen in pairs),
        Check(name="undelivered", planned=0, found=undelivered),
        Check(name="verify_differences", planned=0, found=sum(1 for _ in verify(hub.engine, hub.fold))),
    ]


def portal_checks(url: str, key: str, *, own: str, foreign: str) -> list[Check]:
    """The customer's own shipment is shown, another's is as unknown as none."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False, headers={"X-Api-Key": key}) as client:
        return [
            Check(name="portal_own_shipment", planned=200, found=client.get(f"/v1/shipments/{own}").status_code),
            Check(name="portal_own_timeline", planned=200, found=client.get(f"/v1/shipments/{own}/timeline").status_code),
            Check(name="portal_foreign_shipment", planned=404, found=client.get(f"/v1/shipments/{foreign}").status_code),
        ]


def node_checks(neighbour: Neighbour, network: Network, *, own: str, foreign: str, copied: int) -> list[Check]:
    """The customer's shipments are its to read as logistics objects, no other is; ``copied`` is what its own node answered."""
    token = neighbour.token(network.hub)
    return [
        Check(name="node_own_waybill", planned=200, found=neighbour.asked(network.hub, own, token)),
        Check(name="node_foreign_waybill", planned=403, found=neighbour.asked(network.hub, foreign, token)),
        Check(name="node_copied_waybill", planned=200, found=copied),
    ]
