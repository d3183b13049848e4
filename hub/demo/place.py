"""The demonstration's folder: configuration, database, keys, and the partners' own folders. Touches nothing beside it."""

import contextlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from hub.demo.network import Network
from hub.ports import Misconfigured
from hub.settings import Settings, load

DESK = "hub.demo.booking:build"
MARK = ".waybridge-demo"
SECRETS = (
    *("skyline-key", "skyline-password", "nordhafen-key", "nordhafen-receiver", "mekong-key"),
    *("mekong-node", "waybridge-node"),
)
_MOUNT = '"/one-record" = "adapters.one_record.server:mount"'


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where everything of one demonstration is; ``root`` is absolute."""

    root: Path

    @property
    def config(self) -> Path:
        """What WAYBRIDGE_CONFIG is to name."""
        return self.root / "config"

    @property
    def mekong(self) -> Path:
        """The same for the customer's own hub."""
        return self.root / "mekong"

    @property
    def skyline(self) -> Path:
        """The home of the airline's SFTP user: ``to-hub``, ``from-hub``."""
        return self.root / "skyline"

    @property
    def nordhafen(self) -> Path:
        """Where the forwarder's server puts what is posted to it."""
        return self.root / "nordhafen"

    @property
    def apron(self) -> Path:
        """The handler's drop folder."""
        return self.root / "apron"

    def secret(self, name: str) -> str:
        """One of SECRETS."""
        return (self.root / "secrets" / name).read_text().strip()

    def configure(self, network: Network, *, sftp_port: int, sftp_host_key: str, receiver_url: str) -> Settings:
        """Write the hub's configuration, whose partners listen at these ports, and load it."""
        known = {
            "sftp_port": str(sftp_port),
            "sftp_host_key": _toml(sftp_host_key),
            "receiver_url": _toml(receiver_url),
            "apron_folder": _toml(str(self.apron)),
        }
        return self._written(self.config, known | _quoted(network), folder=(), database="waybridge.db")

    def configure_neighbour(self, network: Network) -> Settings:
        """Write the configuration of the customer's own hub, and load it."""
        return self._written(self.mekong, _quoted(network), folder=("neighbour",), database="mekong.db")

    def _written(self, config: Path, known: Mapping[str, str], *, folder: tuple[str, ...], database: str) -> Settings:
        templates = resources.files("config").joinpath("demo", *folder)
        (config / "partners").mkdir(parents=True, exist_ok=True)
        node = Template(templates.joinpath("node.toml").read_text(encoding="utf-8")).substitute(known)
        (config / "waybridge.toml").write_text(f"{self._hub_file(database)}\n{node}", encoding="utf-8")
        for one in templates.joinpath("partners").iterdir():
            if one.name.endswith(".toml"):
                text = Template(one.read_text(encoding="utf-8")).substitute(known)
                (config / "partners" / one.name).write_text(text, encoding="utf-8")
        return load({"WAYBRIDGE_CONFIG": str(config)})

    def _hub_file(self, database: str) -> str:
        """The packaged configuration with a database, secrets and a booking desk of our own, and the node mounted."""
        ours = _toml(f"sqlite:///{self.root / database}")
        wanted = f"database = {ours}\nsecrets = {_toml(str(self.root / 'secrets'))}\nbooking_desk = {_toml(DESK)}"
        packaged = resources.files("config").joinpath("waybridge.toml").read_text(encoding="utf-8")
        return _instead(r"^# " + re.escape(_MOUNT) + "$", _MOUNT, _instead(r"^database = .*$", wanted, packaged))


def _instead(line: str, wanted: str, text: str) -> str:
    made, count = re.subn(line, lambda _: wanted, text, flags=re.MULTILINE)
    if count != 1:
        raise Misconfigured(f"config/waybridge.toml has no line {line}; the demonstration starts from that file")
    return made


def _quoted(network: Network) -> dict[str, str]:
    return {name: _toml(address) for name, address in network.known().items()}


def _toml(text: str) -> str:
    """A basic string: TOML escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False)


@contextlib.contextmanager
def fresh_place(folder: Path, *, fresh: bool) -> Iterator[Place]:
    """A new folder, held against other demonstrations while it is used. Raises Misconfigured where there is one already."""
    place = Place(root=folder.resolve())
    if place.root.exists():
        _clear(place.root, fresh)
    try:
        _furnish(place)
    except OSError as fault:
        raise Misconfigured(
            f"cannot write {place.root}: {fault.strerror}; run the demo where you may, or name --folder"
        ) from None
    with (place.root / MARK).open("w") as mark:
        _hold(mark.fileno(), place.root)
        yield place


def _clear(root: Path, fresh: bool) -> None:
    mark = root / MARK
    if not mark.is_file():
        raise Misconfigured(f"{root} exists and is no demonstration's; it is left as it is. Name another with --folder")
    if not fresh:
        raise Misconfigured(
            f"{root} holds an earlier demonstration. Run it anew with `waybridge demo --fresh` (removes that folder), "
            f"or look at it: export WAYBRIDGE_CONFIG={root / 'config'} and `waybridge messages`"
        )
    with mark.open("a") as held:
        _hold(held.fileno(), root)
        shutil.rmtree(root)


def _furnish(place: Place) -> None:
    folders = ("secrets", "skyline/to-hub", "skyline/from-hub", "nordhafen", "apron/in")
    for name in folders:
        (place.root / name).mkdir(parents=True)
    (place.root / "secrets").chmod(0o700)
    for name in SECRETS:
        (place.root / "secrets" / name).write_text(secrets.token_urlsafe(18) + "\n")
        (place.root / "secrets" / name).chmod(0o600)


def _hold(handle: int, root: Path) -> None:
    """Lock the mark for the life of its handle, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Misconfigured(
            f"a demonstration is running in {root}; stop it with Ctrl-C there, or name another --folder"
        ) from None
