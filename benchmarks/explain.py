"""``waybridge explain`` on one status message as a whole process: seconds from start to end, and memory, beside bare Python.

Run: python -m benchmarks.explain
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7
MESSAGE = "FSU/14\n999-10000001FRASGN/T10K123.4\nDEP/XS101/21NOV/FRADOH/T10K123.4/A1030/E1810\n"


def measured(command: list[str]) -> tuple[float, int]:
    """Median seconds, and the largest memory in kB, of a command."""
    seconds, memory = [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        memory = max(memory, usage.ru_maxrss)
    return statistics.median(seconds), memory


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fsu.txt"
        file.write_text(MESSAGE)
        ours = [sys.executable, "-c", "from hub.cli import main; main()", "explain", str(file), "--json"]
        for name, command in (("python -c pass", [sys.executable, "-c", "pass"]), ("waybridge explain", ours)):
            seconds, memory = measured(command)
            print(f"{name:20} {seconds:6.3f} s  {memory / 1024:6.1f} MB")


if __name__ == "__main__":
    main()
