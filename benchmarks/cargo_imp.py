"""Air waybills of 1 kB read and fully checked with positions, per second, beside a reader that only splits on slants."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from adapters.cargo_imp import build

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, MESSAGES = 7, 1500


def split_on_slants(text: str) -> list[list[str]]:
    """What a reader costs that checks nothing and knows no place."""
    return [line.split("/") for line in text.split("\n")]


def per_second(work: Callable[[], object]) -> float:
    """The median of several rounds."""
    figures = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(MESSAGES):
            work()
        figures.append(MESSAGES / (time.perf_counter() - start))
    return statistics.median(figures)


def main() -> None:
    """Print one line for each."""
    text = (ROOT / "tests" / "fixtures" / "cargo_imp" / "fwb_17" / "full" / "input.txt").read_text("ascii")
    format = build()
    (part,) = format.split(text.encode()).parts
    assert format.read(part).problems == []
    print(f"FWB/17 of {len(text)} characters, {text.count(chr(10))} lines, every line of the layout")
    print(f"read and checked, with positions  {per_second(lambda: format.read(part)):10,.0f} /s")
    print(f"split, read and checked           {per_second(lambda: format.read(format.split(text.encode()).parts[0])):10,.0f} /s")
    print(f"naive: split on slants, unchecked {per_second(lambda: split_on_slants(text)):10,.0f} /s")


if __name__ == "__main__":
    main()
