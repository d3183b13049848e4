"""The partners' side of the day: writes what each says in its own format and hands it over by its own channel."""

import os
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec

from hub.bootstrap.pure import PureHub
from hub.demo.place import Place
from hub.demo.traffic import AIRLINE, Telling
from hub.envelope import Outgoing
from hub.ports import Misconfigured
from hub.problem import has_error


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A telling in its wire form."""

    partner: str
    channel: str
    name: str
    raw: bytes


def written(tellings: Sequence[Telling], pure: PureHub) -> list[Letter]:
    """Every telling in bytes, in the same order. Raises Misconfigured when one cannot be written: the demonstration is broken."""
    return [
        Letter(partner=one.partner, channel=one.channel, name=one.name, raw=one.raw or _render(one, number, pure))
        for number, one in enumerate(tellings, 1)
    ]


def _render(one: Telling, number: int, pure: PureHub) -> bytes:
    outgoing = Outgoing(
        message_id=str(number),
        control_reference=str(number),
        at=one.at,
        sender=one.partner.upper(),
        recipients=[pure.settings.hub.identity],
    )
    made = pure.line.render(one.target, one.document, outgoing)
    faults = [problem for problem in pure.profile(partner=one.partner).weigh(made.problems) if has_error([problem])]
    if faults or len(made.raws) != 1:
        why = faults[0].message if faults else f"{len(made.raws)} parts"
        raise Misconfigured(f"demo: {one.name} cannot be written as {one.target} ({why})")
    return made.raws[0]


class Feeder:
    """Hands letters over: files into the airline's SFTP home and the drop folder, posts to the hub."""

    def __init__(self, place: Place, url: str) -> None:
        self._place = place
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def hand_over(self, letter: Letter) -> None:
        """Raises httpx.HTTPError when the hub did not take a post."""
        if letter.channel == "http":
            self._post(letter)
        elif letter.partner == AIRLINE:
            _drop(self._place.skyline / "to-hub", letter)
        else:
            _drop(self._place.apron / "in", letter)

    def _post(self, letter: Letter) -> None:
        key = self._place.secret(f"{letter.partner}-key")
        self._client.post("/v1/messages", content=letter.raw, headers={"X-Api-Key": key}).raise_for_status()

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _drop(folder: Path, letter: Letter) -> None:
    """Under an unfinished name first, so that nobody ever fetches half a file."""
    unfinished = folder / f"{letter.name}.part"
    unfinished.write_bytes(letter.raw)
    os.replace(unfinished, folder / letter.name)
