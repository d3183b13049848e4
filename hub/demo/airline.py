"""The airline's own system: it confirms every waybill that the hub has put into its home. Knows its own folders only."""

import os
from pathlib import Path

CONFIRMED = b"FMA\r\nACK/ACCEPTED\r\n"


def confirm(home: Path) -> int:
    """Answer each waybill in ``from-hub`` with an FMA that quotes it, into ``to-hub``; how many."""
    waybills = sorted(one for one in (home / "from-hub").iterdir() if one.name.startswith("FWB"))
    for one in waybills:
        unfinished = home / "to-hub" / f"fma-{one.name}.part"
        unfinished.write_bytes(CONFIRMED + one.read_bytes())
        os.replace(unfinished, unfinished.with_suffix(""))
    return len(waybills)
