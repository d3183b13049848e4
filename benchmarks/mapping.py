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

from hub.bootstrap import PureHub, pure_line
from hub.canonical.document import canonical_bytes
from hub.canonical.settle import prepared, settle
from hub.demo.traffic import Telling, day_of_traffic
from hub.envelope import Outgoing
from hub.explain import anonymous, statement
from hub.fold import fold
from hub.transforms import Context

ROUNDS = 500


def cost(work: Callable[[], Any]) -> float:
    """Microseconds a call, the best of three runs."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for _ in range(ROUNDS):
            work()
        best = min(best, (time.process_time() - start) / ROUNDS * 1e6)
    return best


def steps_of(hub: PureHub, telling: Telling, day: datetime) -> tuple[bytes, dict[str, Callable[[], Any]]]:
    """Every step of one message as a call without arguments; none of a message that says nothing of a shipment."""
    outgoing = Outgoing(message_id="1", control_reference="1", at=day, sender="WAYBRIDGE", recipients=["PARTNER"])
    raw = hub.line.render(telling.target, telling.document, outgoing).raws[0]
    part = hub.line.split(raw).parts[0]
    message = hub.line.read(part)
    mapping = hub.line.meaning(message)
    if mapping is None:
        raise LookupError(telling.target)
    context, profile = Context(reference=day.date()), hub.profile()
    carried = mapping.to_canonical(message, context).said
    if not carried:
        return raw, {}
    said = carried[0]
    settle(said.facts)
    one = statement(said, hub.line.understand(anonymous(raw, "x", day), profile).readings[0], day)
    folded = fold(said.key, [one], hub.rules)[0]
    expressed = hub.line.express(telling.target, folded.document, day.date())
    return raw, {
        "split": lambda: hub.line.split(raw),
        "read": lambda: hub.line.read(part),
        "to canonical": lambda: mapping.to_canonical(message, context),
        "understand (all of these)": lambda: hub.line.understand(anonymous(raw, "x", day), profile),
        "fold": lambda: fold(one.key, [one], hub.rules),
        "canonical bytes": lambda: canonical_bytes(folded.document),
        "from canonical": lambda: mapping.from_canonical(prepared(folded.document), context),
        "write": lambda: hub.line.write(telling.target, expressed, outgoing),
    }


def main() -> None:
    hub, day = pure_line(), datetime(2026, 11, 21, 6, tzinfo=UTC)
    first = {telling.target: telling for telling in reversed(day_of_traffic(12, day)) if telling.target}
    for target, telling in sorted(first.items()):
        raw, steps = steps_of(hub, telling, day)
        print(f"{target}, {len(raw)} bytes")
        for name, work in steps.items():
            if len(sys.argv) > 1 and name == sys.argv[1]:
                profiled(work)
            print(f"  {name:28} {cost(work):8.1f} µs")


def profiled(work: Callable[[], Any]) -> None:
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(ROUNDS):
        work()
    watch.disable()
    pstats.Stats(watch).sort_stats("tottime").print_stats(22)


if __name__ == "__main__":
    main()
