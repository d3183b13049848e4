"""An air waybill of 1 kB, a house list of 120 lines, a status of three: split, read and fully checked (checks across lines too,
every problem with its place); with every element made as the line needs it; written; read naively. And what it costs to start.

Run: python -m benchmarks.cargo_imp. Figures are per second of processor time, the kinds of work taking turns; the naive reader
only splits on slants. Best and median of the turns: the machine's other work touches the best least.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from adapters.cargo_imp import build
from adapters.cargo_imp.reading import Reader
from hub.envelope import Outgoing

ROOT = Path(__file__).resolve().parent.parent
TURNS, PROCESSOR_SECONDS = 25, 0.02
STATUS = "FSU/14\n777-55512343FRASGN/T10K123.4\nRCF/XX421/21NOV1045/SGN/T10K123.4\n"
HOUSES = "FHL/5\nMBI/777-55512343FRASGN/T39K390\n" + "".join(
    f"HBS/H{at:07d}/FRASGN/1/K10/1/MACHINE PARTS\n/SPX/EAW\nTXT/MACHINE PARTS AND SPARES LOT {at}\n" for at in range(39)
)
BARE = Outgoing(message_id="1", control_reference="1", at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))


def split_on_slants(text: str) -> list[list[str]]:
    """What a reader costs that checks nothing and knows no place."""
    return [line.split("/") for line in text.split("\n")]


def per_second(work: Callable[[], object]) -> float:
    """One turn."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < PROCESSOR_SECONDS:
        for _ in range(20):
            work()
        count += 20
    return count / spent


def kinds(text: str) -> Mapping[str, Callable[[], object]]:
    """The kinds of work on one message."""
    format = build()
    raw = text.encode("ascii")
    (part,) = format.split(raw).parts
    message = format.read(part)
    assert message.problems == []
    assert format.write(message, BARE).problems == []
    alone = Reader(format.reader(part.type, part.version).table)
    alone.walk.checks = ()
    body, line, start = text.partition("\n")[2], part.line + 1, text.find("\n") + 1
    return {
        "read and checked": lambda: format.read(part),
        "read, checked, every element made": lambda: format.read(part).root,
        "the same without checks across": lambda: alone.read(body, line, start),
        "split, read and checked": lambda: format.read(format.split(raw).parts[0]),
        "written": lambda: format.write(message, BARE),
        "naive: split on slants, unchecked": lambda: split_on_slants(text),
    }


def measure(title: str, text: str) -> None:
    """Print one line for each kind of work."""
    print(f"{title} of {len(text)} characters, {text.count(chr(10))} lines")
    works = kinds(text)
    figures: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, work in works.items():
            figures[name].append(per_second(work))
    for name, found in figures.items():
        print(f"  {name:34} {max(found):12,.0f} /s best {statistics.median(found):12,.0f} /s median")


def start() -> tuple[float, float]:
    """Milliseconds of processor time, in processes of their own: to import the reader and writer, and to load every table and
    make it ready for both. What a place in a message may be followed by is compiled when a message first gets there."""
    code = (
        "import time; start = time.process_time()\n"
        "import adapters.cargo_imp.writing\n"
        "from adapters.cargo_imp import build\n"
        "from adapters.cargo_imp.layout import schema_names\n"
        "loaded = time.process_time(); format = build()\n"
        "for name in schema_names():\n"
        "    type, _, version = name.upper().partition('_')\n"
        "    format.reader(type, version), format.writer(type, version)\n"
        "print((loaded - start) * 1000, (time.process_time() - loaded) * 1000)"
    )
    made = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(5)]
    figures = [tuple(map(float, one.stdout.split())) for one in made]
    return min(one[0] for one in figures), min(one[1] for one in figures)


def main() -> None:
    """A waybill with every line of the layout, a house list, a status, and the start."""
    waybill = (ROOT / "tests" / "fixtures" / "cargo_imp" / "fwb_17" / "full" / "input.txt").read_text("ascii")
    measure("FWB/17, every line of the layout,", waybill)
    measure("FHL/5", HOUSES)
    measure("FSU/14", STATUS)
    modules, tables = start()
    print(f"start: modules {modules:.0f} ms; every table loaded and ready to read and write {tables:.0f} ms")


if __name__ == "__main__":
    main()
