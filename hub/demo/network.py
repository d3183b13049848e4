"""The addresses of the demonstration's two ONE Record nodes, the hub's and the customer's own. Pure."""

import msgspec


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """Where the two nodes are; neither address ends in a slash."""

    hub: str
    mekong: str

    def known(self) -> dict[str, str]:
        """What the configuration files of both name."""
        return {
            "hub_node": self.hub,
            "hub_tokens": f"{self.hub}/token",
            "hub_agent": _holder(self.hub),
            "mekong_node": self.mekong,
            "mekong_tokens": f"{self.mekong}/token",
            "mekong_agent": _holder(self.mekong),
        }


def waybill_at(node: str, awb: str) -> str:
    """The address of a waybill at a node (docs/one-record.md, Addresses)."""
    return f"{node}/logistics-objects/awb-{awb}"


def _holder(node: str) -> str:
    return f"{node}/logistics-objects/holder"
