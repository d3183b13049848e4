"""The public keys of one issuer, kept and renewed with bounds: an unknown key id cannot make us fetch without end."""

import json
import threading
from collections.abc import Callable, Sequence

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from adapters.one_record.security.refusals import KeysUnavailable, KeyUnknown
from adapters.one_record.security.settings import Issuer
from hub.logs import Log

Key = RSAKey | ECKey | OKPKey
MOST_KEYS = 100
LEAST_RSA_BITS = 2048
NOW_SECONDS = 6.0
"""How long a fetch may take, and a little: so old is a set that was fetched for the question at hand."""
MOST_FETCHES = 3
"""How often keys are fetched in ``min_interval``: a key that is not known is asked for at once, but not by every token."""
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_log = Log("one-record.keys")


class Keys:
    """An issuer's keys. ``monotonic`` is the clock of the waits. Safe for any number of threads."""

    def __init__(self, issuer: Issuer, fetch: Callable[[Issuer], bytes], monotonic: Callable[[], float]) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: Sequence[Key] = ()
        self._fetched_at: float | None = None
        self._asked: list[float] = []
        self._edition = 0

    def edition(self) -> int:
        """How often the keys have been fetched: what was proven in one edition is to be proven anew in the next, for a key may
        be gone. Renews aged keys. Raises :class:`KeysUnavailable` when they are too old.
        """
        self._renew(needed=self._aged())
        if self._is_stale():
            raise KeysUnavailable(f"the keys of {self._issuer.iss} could not be renewed in time")
        return self._edition

    def candidates(self, kid: str | None, algorithm: str) -> list[Key]:
        """The keys that may have signed: the one of this id, or without an id all of the algorithm's kind.

        None: the issuer was asked just now, and has no such key. Raises :class:`KeysUnavailable` when there has never been a key
        set, or the old one is too old, and :class:`KeyUnknown` where a newer one may have the key.
        """
        self._renew(needed=self._aged())
        found = self._fitting(kid, algorithm)
        if not found:
            self._renew(needed=True)
            found = self._fitting(kid, algorithm)
        if self._is_stale():
            raise KeysUnavailable(f"the keys of {self._issuer.iss} could not be renewed in time")
        if not found and not self._is_of_now():
            raise KeyUnknown(f"{self._issuer.iss} had no key {str(kid)[:60]!r} for {algorithm} when it was last asked")
        return found

    def _is_of_now(self) -> bool:
        return self._fetched_at is not None and self._monotonic() - self._fetched_at < NOW_SECONDS

    def _aged(self) -> bool:
        return self._fetched_at is None or self._monotonic() - self._fetched_at > self._issuer.max_age

    def _is_stale(self) -> bool:
        limit = self._issuer.max_age + self._issuer.stale
        return self._fetched_at is None or self._monotonic() - self._fetched_at > limit

    def _fitting(self, kid: str | None, algorithm: str) -> list[Key]:
        kind = _KINDS[algorithm[:2]]
        return [one for one in self._keys if one.key_type == kind and kid in (None, one.kid) and one.alg in (None, algorithm)]

    def _renew(self, *, needed: bool) -> None:
        """Fetch, a few times in ``min_interval`` at most; whoever comes while one is fetching waits for its result."""
        if not needed:
            return
        with self._lock:
            now = self._monotonic()
            self._asked = [at for at in self._asked if now - at < self._issuer.min_interval]
            if self._asked and (len(self._asked) >= MOST_FETCHES or now - self._asked[-1] < NOW_SECONDS):
                return
            self._asked.append(now)
            try:
                self._keys = public_keys(self._fetch(self._issuer))
            except KeysUnavailable as fault:
                _log.warning("keys not renewed", issuer=self._issuer.iss, reason=str(fault))
                return
            self._fetched_at = now
            self._edition += 1


def public_keys(raw: bytes) -> list[Key]:
    """The usable keys of a JSON Web Key Set (RFC 7517): public, asymmetric, for signatures; RSA of 2,048 bits at least.

    What is not usable is left out: a shared secret, a key for encryption, a kind we do not know. Raises :class:`KeysUnavailable`
    when it is no key set.
    """
    try:
        listed = json.loads(raw)["keys"]
    except (ValueError, LookupError, TypeError, RecursionError) as fault:
        raise KeysUnavailable("what was fetched is no JSON Web Key Set") from fault
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise KeysUnavailable(f"a JSON Web Key Set has a list of at most {MOST_KEYS} keys")
    return [key for one in listed if (key := _usable(one)) is not None]


def _usable(one: object) -> Key | None:
    if not isinstance(one, dict) or one.get("kty") not in ("RSA", "EC", "OKP") or one.get("use", "sig") != "sig":
        return None
    if one["kty"] == "RSA" and len(str(one.get("n", ""))) * 6 < LEAST_RSA_BITS:
        return None
    bare = {name: value for name, value in one.items() if name in ("kty", "n", "e", "crv", "x", "y", "kid", "alg", "use")}
    try:
        key = JWKRegistry.import_key(bare)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None
