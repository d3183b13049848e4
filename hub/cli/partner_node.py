"""A partner's channel to its ONE Record node, as the command line uses it: read at once, send at once or through the outbox.

Knows the channel's adapter by the partner's file only.
"""

import uuid
from typing import Any

from hub import registry
from hub.cli.output import line, print_json, say, usage
from hub.ports import Misconfigured, Parcel
from hub.settings import Secrets, load


class Way:
    """A partner's channel to its node."""

    def __init__(self, partner: str, channel: str) -> None:
        self.settings = load()
        known = self.settings.partners.get(partner)
        if known is None:
            raise usage(f"no partner {partner!r}; `waybridge partners list` shows them")
        found = [one for one in known.channel if one.name == channel or not channel]
        able = [(one, made) for one in found if hasattr(made := registry.resolve(one.adapter), "open_node")]
        if len(able) != 1:
            raise Misconfigured(
                f"partner {partner} has {len(able)} channels to a ONE Record node{' of that name' if channel else ''}; "
                'one is needed: adapter = "adapters.one_record.client" in its file, or --channel'
            )
        self.partner = partner
        self.channel, self.adapter = able[0]
        self._values = {**self.channel.settings, "partner": partner, "channel": self.channel.name}
        self.secrets = Secrets(self.settings.hub.secrets)

    def node(self) -> Any:
        """The node, to be read."""
        return self.adapter.open_node(self._values, self.secrets)

    def agent(self) -> str:
        """Our own organization's IRI."""
        own = self.settings.hub.node.holder if self.settings.hub.node else ""
        agent = str(self.channel.settings.get("agent", "") or own)
        if not agent:
            raise Misconfigured(f"partner {self.partner}, channel {self.channel.name}: set 'agent' to our organization's IRI")
        return agent

    def carry(self, document: dict[str, Any], about: str, *, now: bool, json: bool) -> None:
        """Send a document at once, or owe it; and tell the outcome."""
        raw = self.adapter.wording.raw(document)
        shown = self._sent(raw) if now else self._owed(raw, about)
        if json:
            print_json(shown)
        else:
            line("  ".join(str(one) for one in shown.values() if one))
        if not now:
            say("in the outbox; `waybridge serve` or `work --drain` sends it, `waybridge deliveries` shows what became of it")

    def _sent(self, raw: bytes) -> dict[str, Any]:
        sender = self.adapter.open_sender(self._values, self.secrets)
        receipt = sender.deliver(Parcel(key=uuid.uuid4().hex, name="", raw=raw, media="application/ld+json"))
        return {"reference": receipt.reference, "text": receipt.text}

    def _owed(self, raw: bytes, about: str) -> dict[str, Any]:
        from hub.bootstrap.durable import open_hub
        from hub.owing import owe

        hub = open_hub()
        kind = self.adapter.kind_of(raw)
        key = owe(
            hub.engine,
            partner=self.partner,
            channel=self.channel.name,
            target=f"one-record:{kind}",
            about=f"object:{about}",
            raw=raw,
            now=hub.clock.now(),
            sender=hub.settings.hub.identity,
        )
        hub.close()
        return {"delivery": key, "target": f"one-record:{kind}"}
