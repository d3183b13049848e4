"""Cargo-IMP: layouts are tables in ``schemas/cargo_imp``, one engine reads, writes and explains by them."""

from adapters.cargo_imp.format import CargoImp


def build() -> CargoImp:
    """The format object named by the configuration."""
    return CargoImp()
