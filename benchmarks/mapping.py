"""Mapping and fold alone: microseconds of processor time for each step of a waybill and of a status, read and written.

Run: python benchmarks/mapping.py
"""

import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hub.bootstrap import pure_line
from hub.canonical.document import canonical_bytes
from hub.canonical.settle import prepared, settle
from hub.demo.traffic import day_of_traffic
from hub.envelope import Outgoing
from hub.explain import anonymous, statement
from hub.fold import fold
from hub.syntax import Message
from hub.transforms import Context

ROUNDS = 2000


def cost(work: Callable[[], Any]) -> float:
    """Microseconds a call, the best of three runs."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for _ in range(ROUNDS):
            work()
        best = min(best, (time.process_time() - start) / ROUNDS * 1e6)
    return best


def main() -> None:
    hub = pure_line()
    day = datetime(2026, 11, 21, 6, tzinfo=UTC)
    profile = hub.profile()
    for telling in [one for one in day_of_traffic(5, day) if one.target][:2]:
        outgoing = Outgoing(message_id="1", control_reference="1", at=day)
        raw = hub.line.render(telling.target, telling.document, outgoing).raws[0]
        part = hub.line.split(raw).parts[0]
        message = hub.line.read(part)
        mapping = hub.line.meaning(message)
        assert mapping is not None
        context = Context(reference=day.date())
        said = mapping.to_canonical(message, context).said[0]
        settle(said.facts)
        reading = hub.line.understand(anonymous(raw, "x", day), profile).readings[0]
        one = statement(said, reading, day)
        folded = fold(said.key, [one], hub.rules)[0]
        tree = mapping.from_canonical(prepared(folded.document), context)
        format = hub.line.formats[message.format]
        steps: dict[str, Callable[[], Any]] = {
            "split": lambda raw=raw: hub.line.split(raw),
            "read": lambda part=part: hub.line.read(part),
            "to canonical": lambda m=message, mapping=mapping: mapping.to_canonical(m, context),
            "understand (all of these)": lambda raw=raw: hub.line.understand(anonymous(raw, "x", day), profile),
            "fold": lambda one=one: fold(one.key, [one], hub.rules),
            "canonical bytes": lambda folded=folded: canonical_bytes(folded.document),
            "from canonical": lambda folded=folded, mapping=mapping: mapping.from_canonical(prepared(folded.document), context),
            "write": lambda tree=tree, m=message, format=format: format.write(
                Message(format=m.format, type=m.type, version=m.version, root=tree.root), outgoing
            ),
        }
        print(f"{telling.target}, {len(raw)} bytes")
        for name, work in steps.items():
            if len(sys.argv) > 1 and name == sys.argv[1]:
                watch = cProfile.Profile()
                watch.enable()
                for _ in range(ROUNDS):
                    work()
                watch.disable()
                pstats.Stats(watch).sort_stats("tottime").print_stats(22)
            print(f"  {name:28} {cost(work):8.1f} µs")


if __name__ == "__main__":
    main()
