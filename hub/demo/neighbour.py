"""The customer's own ONE Record node: a second hub that subscribes to the first, and what both answer it. Knows no format."""

import time
from collections.abc import Callable

import httpx

from hub import registry
from hub.bootstrap.durable import Hub
from hub.demo.network import Network, waybill_at
from hub.demo.place import Place

SUBSCRIBED = "https://onerecord.iata.org/ns/cargo#Waybill"
_PATIENCE, _LOOK_EVERY = 30.0, 0.1


class Neighbour:
    """The customer at both nodes: its own, and the hub's as far as the hub lets it look."""

    def __init__(self, place: Place, network: Network, hub: Hub) -> None:
        """``hub`` is the customer's own."""
        self._place = place
        self._network = network
        self._hub = hub
        self._client = httpx.Client(timeout=30, trust_env=False)

    def subscribe(self) -> None:
        """Ask the hub's node to be notified of new waybills. Raises :class:`hub.ports.DeliveryError`."""
        channel = self._hub.settings.partners["waybridge"].open_channel("node")
        adapter = registry.resolve(channel.adapter)
        node = adapter.open_node(channel.settings, self._hub.secrets)
        words = adapter.wording
        asked = words.subscription(
            self._network.known()["mekong_agent"],
            SUBSCRIBED,
            topic_type=words.TYPE,
            events=["LOGISTICS_OBJECT_CREATED"],
            notify=False,
        )
        node.subscribe(words.raw(asked))

    def token(self, node: str) -> str:
        """A token of a node's endpoint for demonstration. Raises httpx.HTTPError."""
        known = ("mekong", self._place.secret("mekong-node"))
        asked = self._client.post(f"{node}/token", data={"grant_type": "client_credentials"}, auth=known)
        return str(asked.raise_for_status().json()["access_token"])

    def asked(self, node: str, awb: str, token: str) -> int:
        """The HTTP status of a waybill at a node."""
        address = waybill_at(node, awb)
        return self._client.get(address, headers={"Authorization": f"Bearer {token}"}).status_code

    def waited(self, awb: str) -> int:
        """The HTTP status of a waybill at the customer's own node, once it is there or has been waited for long enough."""
        token = self.token(self._network.mekong)
        return _until(lambda: self.asked(self._network.mekong, awb, token))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _until(ask: Callable[[], int]) -> int:
    end = time.monotonic() + _PATIENCE
    while (status := ask()) != httpx.codes.OK and time.monotonic() < end:
        time.sleep(_LOOK_EVERY)
    return status
