"""How a request that does not say who is calling, or says it wrongly, is refused. Opens nothing."""

REALM = "one-record"


class Unauthenticated(Exception):
    """No agent could be told from the request: answer 401.

    ``told`` goes to the caller, in words that hold nothing of the token; ``reason`` is for the log. ``sent`` says whether
    credentials were sent at all (RFC 6750, section 3.1: the challenge names no error otherwise).
    """

    def __init__(self, reason: str, told: str, *, sent: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.told = told
        self.sent = sent

    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``."""
        if not self.sent:
            return f'Bearer realm="{REALM}"'
        return f'Bearer realm="{REALM}", error="invalid_token", error_description="{self.told}"'


class KeysUnavailable(Exception):
    """The keys of a trusted issuer cannot be had just now: the caller is told to come back, never let in."""


class KeyUnknown(KeysUnavailable):
    """A trusted issuer had no such key when it was last asked, and cannot or may not be asked again yet: it may have one now."""
