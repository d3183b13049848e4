"""The configuration as types: hub, channels, partners. Read once; secrets by name only. Knows no adapter but by dotted name."""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import msgspec

from hub.node import NodeSettings
from hub.ports import Misconfigured

DEFAULT_SCHEDULE: tuple[float, ...] = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)
"""Seconds before each attempt (design.md, section 5)."""


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all settings: an unknown key is a mistake, not a default."""


class Admission(Struct, frozen=True, kw_only=True):
    """About which shipments a partner may speak. An empty list allows any; all that are given must hold.

    ``groups`` are field groups (hub/fold/rules.py); with ``everything`` no limit applies.
    """

    everything: bool = False
    prefixes: list[str] = []
    stations: list[str] = []
    agents: list[str] = []
    groups: list[str] = []


class Validation(Struct, frozen=True, kw_only=True):
    """The validation profile of a partner, and its exceptions: problem code to severity."""

    profile: str = "standard"
    overrides: dict[str, str] = {}


class Sight(Struct, frozen=True, kw_only=True):
    """What a partner or customer may see: shipments naming one of these identities, or explicitly granted ones.

    ``agents`` are IATA cargo agent codes, ``accounts`` party account numbers, ``grants`` waybill numbers, ``prefixes`` airlines'.
    """

    everything: bool = False
    prefixes: list[str] = []
    agents: list[str] = []
    accounts: list[str] = []
    grants: list[str] = []


class Channel(Struct, frozen=True, kw_only=True):
    """One way to exchange bytes. ``adapter`` is a module with open_sender and open_poller; ``poll`` in seconds, 0: never."""

    name: str
    adapter: str
    poll: float = 0.0
    settings: dict[str, Any] = {}


class SendRule(Struct, frozen=True, kw_only=True):
    """One line of a partner's configuration: which target on which channel, for which shipments and milestones.

    ``target`` is ``cargo-imp:FWB/17``; ``codes`` limits milestones; ``origins`` and ``destinations`` limit shipments.
    Of a list of a flight (FFM, FBL) they limit flights, as ``carriers`` do, ``prefixes`` limit what is listed, ``codes`` are the
    statuses one of which must be reported of the flight first, and ``settle`` is for how many seconds changes are gathered.
    """

    target: str
    channel: str
    codes: list[str] = []
    origins: list[str] = []
    destinations: list[str] = []
    prefixes: list[str] = []
    carriers: list[str] = []
    settle: float = 0.0
    ordering: str = "parallel"
    partner: str = ""


class Answers(Struct, frozen=True, kw_only=True):
    """Whether and where a partner gets the format's own acknowledgement; ``positive`` also for good messages.

    Questions (FSR, FFR, FBR) are answered where either is on, or ``queries`` is; ``status``, ``allocation`` and ``bookings``
    say in which version.
    """

    channel: str = ""
    positive: bool = True
    negative: bool = True
    queries: bool = False
    status: str = "cargo-imp:FSA/15"
    allocation: str = "cargo-imp:FFA/4"
    bookings: str = "cargo-imp:FBL/4"

    def targets(self) -> tuple[str, ...]:
        """What questions are answered in."""
        return (self.status, self.allocation, self.bookings)


class Partner(Struct, frozen=True, kw_only=True):
    """One partner or customer. ``notifications`` names the channel that takes the ONE Record node's notifications to it."""

    id: str
    name: str = ""
    kind: str = "partner"
    authors: list[str] = []
    trust_said_at: bool = True
    api_keys: list[str] = []
    admission: Admission = Admission()
    validation: Validation = Validation()
    sight: Sight = Sight()
    channel: list[Channel] = []
    send: list[SendRule] = []
    answers: Answers = Answers()
    address: str = ""
    style: str = "bare"
    notifications: str = ""
    schedule: tuple[float, ...] = DEFAULT_SCHEDULE

    def open_channel(self, name: str) -> Channel:
        """A channel by name. Raises Misconfigured."""
        for one in self.channel:
            if one.name == name:
                return one
        raise Misconfigured(f"partner {self.id} has no channel {name!r}; add [[channel]] name = {name!r} to its file")


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of what is taken in; ``lease_seconds``: how long the work of a process that was killed waits for another."""

    max_bytes: int = 64 * 1024 * 1024
    queue: int = 100_000
    lease_seconds: float = 30.0


class FoldRules(Struct, frozen=True, kw_only=True):
    """See hub.fold.rules."""

    awb_reuse_after: int = 180
    same_event_window: int = 90
    authority: dict[str, dict[str, int]] = {}


class Tls(Struct, frozen=True, kw_only=True):
    """TLS of ``serve``: PEM files. ``clients``: whether a client certificate is looked at (``off``, ``accept``, ``require``);
    it must be signed by ``client_ca``.
    """

    certificate: str
    key: str
    client_ca: str = ""
    clients: str = "off"


class Listen(Struct, frozen=True, kw_only=True):
    """Where ``serve`` listens, and the ASGI factories it mounts by path. Without ``tls`` something in front must speak it."""

    host: str = "127.0.0.1"
    port: int = 8080
    tls: Tls | None = None
    mounts: dict[str, str] = {}


class Hub(Struct, frozen=True, kw_only=True):
    """``config/waybridge.toml``. ``processes``: how many work at once; 0 is one for each core, at most four."""

    database: str = "sqlite:///var/waybridge.db"
    identity: str = "WAYBRIDGE"
    processes: int = 1
    formats: dict[str, str] = {}
    acknowledgers: dict[str, str] = {}
    booking_desk: str = ""
    limits: Limits = Limits()
    fold: FoldRules = FoldRules()
    listen: Listen = Listen()
    secrets: str = ""
    node: NodeSettings | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything configured, and where it came from."""

    hub: Hub
    partners: Mapping[str, Partner]
    source: str

    def send_rules(self) -> list[SendRule]:
        """Every partner's rules, each with its partner's id."""
        return [msgspec.structs.replace(rule, partner=one.id) for one in self.partners.values() for rule in one.send]


class _Folder(Protocol):
    name: str

    def joinpath(self, *parts: str) -> "_Folder": ...
    def read_bytes(self) -> bytes: ...
    def iterdir(self) -> Iterator["_Folder"]: ...
    def is_dir(self) -> bool: ...


def _parse(file: _Folder, type: Any, where: str) -> Any:
    try:
        return msgspec.convert(tomllib.loads(file.read_bytes().decode()), type)
    except FileNotFoundError:
        raise Misconfigured(f"{where} is missing; run `waybridge init` or set WAYBRIDGE_CONFIG") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as fault:
        raise Misconfigured(f"{where}: {fault}") from fault


def _partners(folder: _Folder, where: str) -> Iterator[Partner]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield _parse(file, Partner, f"{where}/partners/{file.name}")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The configuration of ``WAYBRIDGE_CONFIG``, else the packaged one. Raises Misconfigured with file and key."""
    environment = os.environ if environment is None else environment
    chosen = environment.get("WAYBRIDGE_CONFIG")
    folder: Any = Path(chosen) if chosen else resources.files("config")
    where = chosen or "config"
    hub: Hub = _parse(folder.joinpath("waybridge.toml"), Hub, f"{where}/waybridge.toml")
    database = environment.get("WAYBRIDGE_DATABASE")
    if database:
        hub = msgspec.structs.replace(hub, database=database)
    return Settings(hub=hub, partners=_unique(_partners(folder.joinpath("partners"), where)), source=where)


def _unique(partners: Iterable[Partner]) -> dict[str, Partner]:
    found: dict[str, Partner] = {}
    for one in partners:
        if one.id in found:
            raise Misconfigured(f"two partner files have id = {one.id!r}")
        found[one.id] = one
    return found


class SecretMissing(Misconfigured, LookupError):
    """No secret of that name; the text says where to put it."""


class Secrets:
    """Secrets by name: ``WAYBRIDGE_SECRET_<NAME>`` in the environment, else a file of that name in the secrets folder."""

    def __init__(self, folder: str = "", environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = os.environ if environment is None else environment

    def __call__(self, name: str) -> str:
        """The secret. Raises SecretMissing naming what to set."""
        variable = f"WAYBRIDGE_SECRET_{name.upper().replace('-', '_')}"
        if variable in self._environment:
            return self._environment[variable]
        if self._folder:
            file = Path(self._folder) / name
            if file.is_file():
                return file.read_text().strip()
        raise SecretMissing(f"no secret {name!r}: set {variable}, or put a file {name!r} in the secrets folder")
