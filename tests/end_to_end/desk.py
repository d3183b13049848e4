"""A whole hub on SQLite with partners made in code, each with a drop folder; and messages of our own making."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from hub.bootstrap.durable import Hub
from hub.ports import Arrival, Received
from hub.read import ReadSide
from hub.replay import choose, replay
from hub.settings import Admission, Answers, Channel, Partner, SendRule, Settings, Validation, load
from hub.store.engine import reading
from hub.store.migrations import upgrade
from hub.store.selection import Wanted
from hub.store.tables import statement
from hub.verify import verify

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
AWB = "777-55512343"
EVERYTHING = Admission(everything=True)
SILENT = Answers(positive=False, negative=False)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Desk:
    """A hub, its folders, and what a test asks of it."""

    def __init__(
        self, root: Path, *partners: Partner, identity: str = "WAYBRIDGE", clock: Clock | None = None, **more: Any
    ) -> None:
        self.root = root
        self.clock = clock or Clock()
        known = {one.id: self._with_folder(one) for one in partners}
        packaged = load({}).hub
        database = f"sqlite:///{root / f'{identity}.db'}"
        settings = Settings(
            hub=msgspec.structs.replace(packaged, database=database, identity=identity, **more), partners=known, source="test"
        )
        self.hub = Hub(settings, clock=self.clock)
        upgrade(self.hub.engine)
        self.read = ReadSide(self.hub.engine)

    def _with_folder(self, partner: Partner) -> Partner:
        folder = self.folder(partner.id)
        folder.mkdir(parents=True, exist_ok=True)
        channel = Channel(name="folder", adapter="adapters.directory", settings={"path": str(folder), "settle_seconds": 0})
        return msgspec.structs.replace(partner, channel=[channel])

    def folder(self, partner: str) -> Path:
        return self.root / partner

    def receive(self, partner: str, text: str | bytes) -> Received:
        raw = text if isinstance(text, bytes) else text.encode()
        return self.hub.intake.receive(Arrival(partner=partner, channel="folder", raw=raw))

    def say(self, partner: str, text: str | bytes) -> dict[str, Any]:
        """Hand in, work, and the arrival as the hub shows it."""
        received = self.receive(partner, text)
        self.work()
        shown = self.read.envelope(received.id)
        assert shown is not None
        return shown

    def work(self) -> None:
        worker = self.hub.worker()
        try:
            worker.drain(seconds=20)
        finally:
            worker.close()

    def replay(self, id: str) -> None:
        """Understand an arrival anew."""
        list(replay(self.hub.engine, choose(self.hub.engine, Wanted(message=id)), self.clock))
        self.work()

    def reopened(self, *partners: Partner) -> "Desk":
        """The same hub after its partners' files have changed."""
        self.close()
        return Desk(self.root, *partners, identity=self.hub.settings.hub.identity, clock=self.clock)

    def poll(self, partner: str) -> int:
        poller = self.hub.open_poller(partner, "folder")
        try:
            return poller.poll(self.hub.intake)
        finally:
            poller.close()

    def out(self, partner: str) -> list[bytes]:
        """What lies in a partner's folder."""
        return [one.read_bytes() for one in sorted((self.folder(partner) / "out").glob("*"))]

    def answers(self, id: str) -> list[str]:
        found = self.hub.intake.answer(id)
        assert found is not None
        assert not found.pending
        return [raw.decode() for raw in found.answers]

    def answer_to(self, partner: str, text: str | bytes) -> list[str]:
        return self.answers(self.say(partner, text)["id"])

    def deliveries(self, partner: str | None = None) -> list[dict[str, Any]]:
        return list(self.read.deliveries(partner=partner).items)

    def letters(self) -> list[dict[str, Any]]:
        return list(self.read.dead_letters().items)

    def messages(self, **wanted: Any) -> list[dict[str, Any]]:
        return list(self.read.messages(**wanted).items)

    def slots(self) -> int:
        with reading(self.hub.engine) as connection:
            return len(connection.execute(select(statement.c.slot).distinct()).all())

    def differences(self) -> list[Any]:
        return list(verify(self.hub.engine, self.hub.fold))

    def close(self) -> None:
        self.hub.close()


def partner(id: str, **settings: Any) -> Partner:
    """A partner who may say everything, answered in its folder, unless the test says otherwise."""
    return Partner(**{"id": id, "admission": EVERYTHING, "answers": Answers(channel="folder"), "schedule": (0.0,), **settings})


def sends(*targets: str, **more: Any) -> list[SendRule]:
    return [SendRule(target=target, channel="folder", **more) for target in targets]


def profile(name: str, **overrides: str) -> Validation:
    return Validation(profile=name, overrides=overrides)


def fwb(awb: str = AWB, *, shipper: str = "MUSTER MASCHINEN", heading: str = "", weight: str = "K123.4", tail: str = "") -> str:
    return f"""{heading}FWB/17
{awb}FRASGN/T10{weight}
FLT/XX421/21
RTG/DOHXX/SGNXX
SHP
NAM/{shipper}
ADR/HAFENSTRASSE 12
LOC/FRANKFURT
/DE/60549
CNE
NAM/BEISPIEL TRADING CO
ADR/14 RIVER ROAD
LOC/SAIGON
/VN
AGT//1234567/0001
/MUSTER SPEDITION
/FRANKFURT
CVD/EUR/PP/PP/NVD/NCV/XXX
RTD/1/P10/{weight}/CQ/W150/R2.10/T315.00
/NG/MACHINE PARTS
PPD/WT315.00
/CT315.00
ISU/20NOV26/FRANKFURT
REF/FRAFFXX
{tail}"""


def heading(origin: str, stamp: str = "211000") -> str:
    return f"QK HUBWWXX\n.{origin} {stamp}\n"


def fsu(code: str = "RCS", awb: str = AWB, *, station: str = "FRA", at: str = "21NOV1015", head: str = "", tail: str = "") -> str:
    return f"{head}FSU/14\n{awb}FRASGN/T10K123.4\n{code}/{at}/{station}/T10K123.4/A CLERK\n{tail}"


def iftsta(*references: str, control: str = "4711", sender: str = "LHCARGO", count: int | None = None, code: str = "24") -> str:
    """An interchange of status reports; ``count`` is what the last UNT claims."""
    messages = []
    for reference in references:
        body = f"BGM+44+REP{reference}+9'\nCNI+1'\nLOC+5+FRA::3'\nLOC+8+SGN::3'\nCNT+7:123.4:KGM'\nCNT+11:10'\nSTS+1+{code}'\n"
        body += f"RFF+AWB:77755512343'\nDTM+334:2026112110{int(reference):02d}:203'\nLOC+175+FRA::3'\nGID+1+10:CT'\n"
        segments = body.count("'") + 2
        claimed = segments if count is None or reference != references[-1] else count
        messages.append(f"UNH+{reference}+IFTSTA:D:96A:UN'\n{body}UNT+{claimed}+{reference}'\n")
    head = f"UNA:+.? '\nUNB+UNOC:3+{sender}:ZZ+WAYBRIDGE+261121:1030+{control}'\n"
    return f"{head}{''.join(messages)}UNZ+{len(references)}+{control}'\n"
