"""Which API version is spoken with a node: the newest both know, by its ServerInformation, and by what its answers say.

Knows no HTTP. Standard, API Versioning; a node that ignores the parameter (NE:ONE) is spoken to in the same words.
"""

import re

from adapters.one_record.client.settings import VERSIONS

MEDIA = "application/ld+json"
NEWEST = VERSIONS[0]
PLAIN = ""
"""No version parameter at all: the last resort with a node that refuses every one."""

_STATED = re.compile(r';\s*version="?(\d+\.\d+\.\d+)[^";]*"?', re.IGNORECASE)


class Versions:
    """The version in use with one node. Falls back, never forward, but by what the node itself has stated."""

    def __init__(self, configured: str = "") -> None:
        self._configured = configured
        self.current = configured or NEWEST
        self.asked = bool(configured)

    def learn_supported(self, stated: list[str]) -> None:
        """From ServerInformation: the newest we both know, else their newest."""
        self.asked = True
        known = sorted({plain for one in stated if (plain := _plain(one))}, key=ordered)
        shared = [one for one in VERSIONS if one in known]
        if not self._configured and known:
            self.current = shared[0] if shared else min(known[-1], NEWEST, key=ordered)

    def learn_answered(self, content_type: str | None) -> None:
        """From an answer's Content-Type: a node that answers in an older version is spoken to in that one."""
        stated = _STATED.search(content_type or "")
        if stated and not self._configured and self.current and ordered(stated[1]) < ordered(self.current):
            self.current = stated[1]

    def fall_back(self) -> bool:
        """After 406 or 415: the next older version, then none; whether there is anything left to try."""
        if self._configured or not self.current:
            return False
        older = [one for one in VERSIONS if ordered(one) < ordered(self.current)]
        self.current = older[0] if older else PLAIN
        return True

    def media(self) -> str:
        """The media type to ask for and to send."""
        return f"{MEDIA}; version={self.current}" if self.current else MEDIA

    def has(self, version: str) -> bool:
        """Whether what came with a version can be used with this node."""
        return bool(self.current) and ordered(self.current) >= ordered(version)


def ordered(version: str) -> tuple[int, ...]:
    """A version as it sorts."""
    return tuple(map(int, version.split(".")))


def _plain(stated: str) -> str:
    found = re.match(r"v?(\d+\.\d+\.\d+)", stated.strip())
    return found[1] if found else ""
