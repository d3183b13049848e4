"""The names of messages: those of Cargo-IMP and those of its neighbours that travel on the same wires. Knows no layout.

Sources: reference/cargo-imp.md section 10.
"""

CARGO_IMP = frozenset(
    "CSN FAD FBL FBR FDA FDD FFA FFM FFR FHL FMA FMB FMC FMX FNA FQA FQR FRH FRP FSA FSR FSU FUM FVA FVR FWB FWR".split()  # noqa: SIM905
) | {"FXX", "FZA", "FZB", "FZC", "FZE"}
UNVERSIONED = frozenset({"FMA", "FMB", "FNA", "FRP", "FSR"})
ANSWERS = frozenset({"FMA", "FNA"})
CUSTOMS = frozenset("FDM FER FRC FRI FRX FSC FSI FSN FSQ FXC FXI PRI PRN PSN PER".split())  # noqa: SIM905
HANDLING = {
    "ASM": "ad hoc schedule message",
    "CPM": "container and pallet distribution message",
    "DIV": "aircraft diversion message",
    "LDM": "load message",
    "LUC": "ULD loading message",
    "MVA": "aircraft movement message",
    "MVT": "aircraft movement message",
    "NTM": "notice to captain",
    "PTM": "passenger transfer message",
    "SCM": "ULD stock check message",
    "SLS": "statistical load summary",
    "SSM": "standard schedule message",
    "UCM": "ULD control message",
    "ULD": "ULD message",
    "UWS": "ULD and bulk load weight statement",
}
"""Messages of the Airport Handling and ULD manuals, which have no version and no Cargo-IMP layout."""


def is_message(name: str) -> bool:
    """Whether a three-letter name followed by a version begins a message."""
    return name in CARGO_IMP or name in CUSTOMS


def family(name: str) -> str:
    """What a message we have no layout for is, in words."""
    if name in HANDLING:
        return f"the {HANDLING[name]} of the handling manuals, not Cargo-IMP"
    if name in CUSTOMS:
        return "a customs message (Air AMS), not Cargo-IMP"
    return "a Cargo-IMP message without a layout here" if name in CARGO_IMP else "no message we know"
