"""The demonstration from beginning to end: partners, hub, traffic, outcome. Prints nothing."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub import registry
from hub.bootstrap.durable import Hub
from hub.bootstrap.service import Service, listening
from hub.bootstrap.setup import prepare_database
from hub.demo import outcome
from hub.demo.airline import confirm
from hub.demo.feed import Feeder, Letter, written
from hub.demo.neighbour import Neighbour
from hub.demo.network import Network
from hub.demo.place import Place
from hub.demo.plan import FIRST_TRIES_REFUSED, Tally, planned
from hub.demo.receiver import Receiver
from hub.demo.traffic import LONGEST, Telling, day_of_traffic, is_the_customers, late_waybill, waybill_of
from hub.settings import Settings

FEWEST, MOST = 2, 2000


@dataclass(frozen=True, kw_only=True)
class Running:
    """A hub that serves, with its partners about it; ``neighbour`` is the customer with a ONE Record node of its own."""

    place: Place
    hub: Hub
    url: str
    network: Network
    neighbour: Neighbour


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How the day went. ``own`` is a waybill the customer sees, ``foreign`` one it does not, ``late`` one its node has."""

    plan: Tally
    checks: Sequence[outcome.Check]
    drained: bool
    seconds: float
    own: str
    foreign: str
    late: str

    @property
    def as_planned(self) -> bool:
        """Whether everything was as planned."""
        return self.drained and all(one.ok for one in self.checks)


@contextlib.contextmanager
def running(place: Place, *, port: int) -> Iterator[Running]:
    """Partners and hub, started and stopped together. Raises OSError when the port is taken."""
    with contextlib.ExitStack() as stack:
        ours, theirs = (stack.enter_context(listening("127.0.0.1", one)) for one in (port, 0))
        network = Network(hub=_node_at(ours), mekong=_node_at(theirs))
        hub, url = _serving(_partners(place, network, stack), ours, stack)
        own, _ = _serving(place.configure_neighbour(network), theirs, stack)
        neighbour = Neighbour(place, network, own)
        stack.callback(neighbour.close)
        yield Running(place=place, hub=hub, url=url, network=network, neighbour=neighbour)


def _node_at(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}/one-record"


def _serving(configured: Settings, bound: socket.socket, stack: contextlib.ExitStack) -> tuple[Hub, str]:
    hub = Hub(configured)
    stack.callback(hub.close)
    prepare_database(hub.settings)
    service = Service(hub, bound=bound)
    stack.callback(service.stop)
    service.start()
    return hub, service.url


def _partners(place: Place, network: Network, stack: contextlib.ExitStack) -> Settings:
    """Start the airline's SFTP server and the forwarder's receiver; the configuration that speaks with them."""
    user = registry.resolve("adapters.sftp.server:User")(home=place.skyline, password=place.secret("skyline-password"))
    sftp = stack.enter_context(registry.resolve("adapters.sftp.server:SftpServer")({"waybridge": user}))
    receiver = stack.enter_context(Receiver(place.nordhafen, place.secret("nordhafen-receiver"), refuse=FIRST_TRIES_REFUSED))
    return place.configure(network, sftp_port=sftp.port, sftp_host_key=sftp.host_key_line, receiver_url=receiver.url)


def traffic(count: int) -> list[Telling]:
    """A day that has just ended."""
    return day_of_traffic(count, (datetime.now(UTC) - LONGEST).replace(minute=0, second=0, microsecond=0))


def letters(tellings: Sequence[Telling], hub: Hub) -> list[Letter]:
    """The day in its wire forms."""
    return written(tellings, hub.pure)


def feed(run: Running, all_letters: Iterator[Letter] | Sequence[Letter]) -> None:
    """Hand everything over."""
    feeder = Feeder(run.place, run.url)
    with contextlib.closing(feeder):
        for one in all_letters:
            feeder.hand_over(one)


def ended(run: Running, tellings: Sequence[Telling], began: float, tell: Callable[[int, int], None]) -> Ended:
    """Wait for the end of the day, let the airline confirm its waybills and drop one more, and compare.

    ``tell(done, of)`` counts deliveries; ``began`` is of time.monotonic.
    """
    day, late = planned(tellings), late_waybill(tellings[-1].at)
    plan = planned([*tellings, late], notified=1)
    done = _drained(run, day, day.received - day.acknowledged, tell)
    confirm(run.place.skyline)
    done = _drained(run, day, day.received, tell) and done
    copied = _copied(run, late)
    done = _drained(run, plan, plan.received, tell) and done
    own, foreign = _examples()
    key, awb = run.place.secret("mekong-key"), late.document["awb"]
    found = [
        *outcome.checks(run.hub, plan),
        *outcome.portal_checks(run.url, key, own=own, foreign=foreign),
        *outcome.node_checks(run.neighbour, run.network, own=awb, foreign=foreign, copied=copied),
    ]
    return Ended(plan=plan, checks=found, drained=done, seconds=time.monotonic() - began, own=own, foreign=foreign, late=awb)


def _copied(run: Running, late: Telling) -> int:
    """The customer's node subscribes to waybills, the airline drops one by SFTP; what that node then answers for it."""
    run.neighbour.subscribe()
    feed(run, written([late], run.hub.pure))
    return run.neighbour.waited(late.document["awb"])


def _drained(run: Running, plan: Tally, received: int, tell: Callable[[int, int], None]) -> bool:
    return outcome.drained(run.hub, received, lambda count: tell(count, plan.delivered), seconds=60 + plan.received / 5)


def _examples() -> tuple[str, str]:
    numbers = range(FEWEST)
    own = next(number for number in numbers if is_the_customers(number))
    foreign = next(number for number in numbers if not is_the_customers(number))
    return waybill_of(own), waybill_of(foreign)
