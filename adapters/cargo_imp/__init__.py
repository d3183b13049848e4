"""Cargo-IMP: layouts are tables in schemas/cargo_imp; this package reads, writes and explains by them."""
