"""Runs ``waybridge`` in processes of their own, on a configuration folder and database of one test; and our own messages."""

import io
import json
import os
import subprocess
import sys
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from hub.cli import main

ROOT = Path(__file__).resolve().parents[2]
START = "from hub.cli import main; main()"

FWB = """FWB/17
777-55512343FRASGN/T10K123.4MC0.75
FLT/XX421/21/XX118/22
RTG/DOHXX/SGNXX
SHP/ACC-4711
NAM/MUSTER MASCHINEN GMBH
ADR/HAFENSTRASSE 12
LOC/FRANKFURT/HE
/DE/60549/TE/49695550100
CNE
NAM/BEISPIEL TRADING CO
ADR/14 RIVER ROAD
LOC/SAIGON
/VN/70000
CVD/EUR/PP/PP/NVD/1250.00/XXX
RTD/1/P10/K123.4/CQ/W150/R2.10/T315.00
/NG/MACHINE PARTS
PPD/WT315.00
/CT315.00
ISU/20NOV26/FRANKFURT
REF/FRAFFXX/REF 1
SPH/SPX/EAW
"""
FSU = """FSU/14
777-55512343FRASGN/T10K123.4
DEP/XX421/21NOV/FRADOH/T10K123.4/A1030/E1810
ARR/XX421/21NOV1755/DOH/T10K123.4//A1755
"""
PARTNERS = {
    "blue": """id = "blue"
name = "Blue Forwarding"
[admission]
everything = true
[[channel]]
name = "folder"
adapter = "adapters.directory"
[channel.settings]
path = "{folder}/blue"
[[send]]
target = "edifact:IFTSTA:D.96A"
channel = "folder"
""",
    "green": """id = "green"
name = "Green Air"
schedule = [0.0, 600.0]
[admission]
everything = true
[validation]
profile = "{profile}"
[[channel]]
name = "folder"
adapter = "adapters.directory"
[channel.settings]
path = "{folder}/green"
[[send]]
target = "cargo-imp:FWB/16"
channel = "folder"
""",
    "other": """id = "other"
name = "Other Airline"
[admission]
prefixes = ["888"]
""",
}


class Ran:
    """What one command did."""

    def __init__(self, status: int, out: bytes, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; anything else there is a fault."""
        return json.loads(self.out)


class Place:
    """A configuration folder, a database and partners of its own."""

    def __init__(self, folder: Path, profile: str = "standard") -> None:
        self.folder = folder
        self.config = folder / "config"
        self.database = f"sqlite:///{folder}/hub.db"
        (self.config / "partners").mkdir(parents=True)
        (self.config / "waybridge.toml").write_bytes((ROOT / "config" / "waybridge.toml").read_bytes())
        for name, text in PARTNERS.items():
            (folder / name).mkdir()
            (self.config / "partners" / f"{name}.toml").write_text(text.format(folder=folder, profile=profile))

    def run(self, *arguments: str, given: bytes | None = None, **environment: str) -> Ran:
        """``waybridge ARGUMENTS`` in this place, in a process of its own."""
        command = [sys.executable, "-c", START, *arguments]
        around = {**self._environment(), "PYTHONPATH": str(ROOT), **environment}
        done = subprocess.run(command, input=given, capture_output=True, env=around, cwd=self.folder, timeout=120, check=False)
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def limited(self, size: int, *arguments: str) -> Ran:
        """The same where no file may grow beyond so many bytes: a full disk."""
        start = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        start += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); {START}"
        command = [sys.executable, "-B", "-c", start, *arguments]
        around = {**self._environment(), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, env=around, cwd=self.folder, timeout=120, check=False)
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def here(self, *arguments: str, given: bytes = b"", **environment: str) -> Ran:
        """The same in this process: for commands that open nothing, where only what they print is asked."""
        out, err, source = (io.TextIOWrapper(io.BytesIO(one), encoding="utf-8") for one in (b"", b"", given))
        around = {**self._environment(), **environment}
        with ExitStack() as changed:
            changed.enter_context(patch.dict(os.environ, around, clear=True))
            changed.enter_context(patch.multiple(sys, argv=["waybridge", *arguments], stdin=source, stdout=out, stderr=err))
            changed.enter_context(chdir(self.folder))
            with pytest.raises(SystemExit) as ended:
                main()
        out.flush()
        err.flush()
        return Ran(int(ended.value.code or 0), out.buffer.getvalue(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    def _environment(self) -> dict[str, str]:
        around = {name: value for name, value in os.environ.items() if not name.startswith("WAYBRIDGE_")}
        return around | {"WAYBRIDGE_CONFIG": str(self.config), "WAYBRIDGE_DATABASE": self.database}

    def file(self, name: str, content: str | bytes) -> str:
        """A file of this place."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def sent(self, partner: str) -> list[Path]:
        """What a partner has in its drop folder."""
        return sorted((self.folder / partner / "out").glob("*"))
