"""The closed list of named pairs that mappings may use: wire text to canonical value, and back. Pure; knows no format's layout.

A pair that takes several elements (``joins``) reads and writes a list in the order of the row's ``from``.
"""

from hub.transforms import cargo_imp, common, edifact, one_record
from hub.transforms.common import Context, Pair, Texts

__all__ = ["PAIRS", "Context", "Pair", "Texts"]

PAIRS: dict[str, Pair] = {**common.PAIRS, **one_record.PAIRS, **edifact.PAIRS, **cargo_imp.PAIRS}
"""Every pair a mapping may name."""
