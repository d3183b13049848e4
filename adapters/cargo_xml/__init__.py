"""Cargo-XML: for now it names what arrived — message type, version, reference — so that it is kept and reported, never lost.

Reading and writing come with the structure tables; until then every message is ``type.unknown`` with its own name.
"""

from adapters.cargo_xml.recognise import build

__all__ = ["build"]
