"""API keys from the partner files: secrets by name, compared in constant time. Knows no HTTP."""

import hashlib
import hmac
from collections.abc import Iterable

from hub.admission import sees
from hub.ports import Identity, Misconfigured
from hub.settings import Partner, Secrets


class Keys:
    """hub.ports.Accounts over the configured partners; a partner whose secret is not set has no working key."""

    def __init__(self, partners: Iterable[Partner], secrets: Secrets) -> None:
        self._known = [(_digest(secret), identity) for secret, identity in _keys(partners, secrets)]

    def identify(self, key: str) -> Identity | None:
        """The holder of a key. Every stored key is compared, whichever fits."""
        asked = _digest(key)
        found = None
        for stored, identity in self._known:
            if hmac.compare_digest(stored, asked):
                found = identity
        return found


def _keys(partners: Iterable[Partner], secrets: Secrets) -> Iterable[tuple[str, Identity]]:
    for partner in partners:
        for name in partner.api_keys:
            try:
                yield secrets(name), Identity(partner=partner.id, kind=partner.kind, sight=sees(partner.sight))
            except Misconfigured:
                continue


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
