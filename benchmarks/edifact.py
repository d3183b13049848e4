"""Reading a generated IFTSTA interchange: ours (envelope, tables, tree, positions) beside pydifact's parser, and peak memory.

Seconds are of this process (CPU), so that a busy machine does not count.
Run: ``python benchmarks/edifact.py [megabytes]``. The interchange is made in the run; nothing is stored.
"""

import gc
import resource
import sys
import time
import warnings
from collections.abc import Iterator

from adapters.edifact.format import Edifact, stream
from hub.envelope import Part

MESSAGE = (
    "UNH+{n}+IFTSTA:D:01B:UN'\nBGM+44+REP{n}+9'\nDTM+137:202611211030:203'\nNAD+MS+WAYBRIDGE::9'\nNAD+MR+FORWARDER::9'\n"
    "RFF+ACW:PREV{n}'\nCNI+1+SHIP{n}'\nLOC+5+FRA::3'\nLOC+8+SGN::3'\nCNT+7:123.4:KGM'\nCNT+11:10'\n"
    "STS+1+DEP::3'\nRFF+AWB:02012345675'\nRFF+BN:BOOK{n}'\nDTM+334:202611211030:203'\nFTX+AAI+++FREIGHT DEPARTED AS BOOKED'\n"
    "NAD+CZ+++ANNA EXAMPLE AND SONS+12 HARBOUR ROAD+FRANKFURT++60549+DE'\nLOC+175+FRA::3'\n"
    "TDT+20+LH8400+4++LH::3'\nDTM+186:202611211030:203'\nEQD+UL+AKE12345LH'\nGID+1+10:CT'\nMEA+WT+G+KGM:123.4'\nUNT+24+{n}'\n"
)


def interchange(megabytes: float) -> bytes:
    """About so many megabytes of one interchange."""
    count = int(megabytes * 1e6 / len(MESSAGE.format(n=100000)))
    body = "".join(MESSAGE.format(n=100000 + place) for place in range(count))
    return f"UNA:+.? '\nUNB+UNOC:3+SENDER:14+RECIPIENT:14+261121:1030+REF1'\n{body}UNZ+{count}+REF1'\n".encode("latin-1")


def peak() -> float:
    """Peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def chunks(raw: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    """The file as a channel would hand it over."""
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


def ours(raw: bytes) -> tuple[int, int]:
    """Messages and problems."""
    edifact = Edifact()
    messages = problems = 0
    for found in stream(chunks(raw)):
        if isinstance(found, Part):
            messages += 1
            problems += len(edifact.read(found).problems)
    return messages, problems


def theirs(raw: bytes) -> int:
    """Segments of pydifact's streamed parser, discarded at once."""
    from pydifact.parser import Parser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sum(1 for _ in Parser().parse(raw.decode("latin-1")))


def main() -> None:
    """Print the figures."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    raw = interchange(megabytes)
    gc.collect()
    before = peak()
    start = time.process_time()
    messages, problems = ours(raw)
    spent = time.process_time() - start
    print(
        f"ours      {len(raw) / 1e6:6.1f} MB {messages:7d} messages {problems} problems"
        f" {spent:6.2f} s {len(raw) / 1e6 / spent:6.2f} MB/s"
    )
    print(f"          peak memory {before:.0f} MB with the file in memory, {peak():.0f} MB after reading it in chunks")
    sample = interchange(1.0)
    start = time.process_time()
    segments = theirs(sample)
    spent = time.process_time() - start
    print(
        f"pydifact  {len(sample) / 1e6:6.1f} MB {segments:7d} segments (parser only)"
        f" {spent:6.2f} s {len(sample) / 1e6 / spent:6.2f} MB/s"
    )


if __name__ == "__main__":
    main()
