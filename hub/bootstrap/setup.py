"""Setting up: the database schema, and a configuration folder of one's own."""

from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from hub.ports import Misconfigured
from hub.settings import Settings
from hub.store.engine import open_engine
from hub.store.migrations import upgrade


def prepare_database(configured: Settings) -> str:
    """Bring the database to the newest schema; its version. Raises Misconfigured when it cannot be reached."""
    url = make_url(configured.hub.database)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(configured.hub.database)
    try:
        return upgrade(engine)
    finally:
        engine.dispose()


def copy_configuration(target: Path) -> None:
    """The packaged configuration as a start for one's own. Raises Misconfigured when something is there already."""
    if (target / "waybridge.toml").exists():
        raise Misconfigured(f"{target}/waybridge.toml exists; it is left as it is")
    _copy(resources.files("config"), target)


def _copy(source: Any, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for one in source.iterdir():
        if one.is_dir() and not one.name.startswith("__") and one.name != "demo":
            _copy(one, target / one.name)
        elif one.name.endswith(".toml"):
            (target / one.name).write_bytes(one.read_bytes())
