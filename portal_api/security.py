"""Who is calling: an API key as ``Authorization: Bearer`` or ``X-Api-Key``. Knows no resource."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from hub.ports import Accounts, Identity
from portal_api.problems import ProblemError

_LONGEST_KEY = 512
_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="the API key as a bearer token")
_header = APIKeyHeader(name="X-Api-Key", auto_error=False, scheme_name="apiKey", description="the API key in a header of its own")

Caller = Callable[..., Identity]


def caller(accounts: Accounts) -> Caller:
    """A dependency that gives the caller's identity, or answers 401 with the same words whatever was wrong with the key."""

    def identify(
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        header: Annotated[str | None, Depends(_header)],
    ) -> Identity:
        keys = {key for key in (bearer.credentials if bearer else None, header) if key}
        key = keys.pop() if len(keys) == 1 else ""
        found = accounts.identify(key) if 0 < len(key) <= _LONGEST_KEY else None
        if found is None:
            detail = "An API key is needed, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'."
            raise ProblemError(401, detail, headers={"WWW-Authenticate": 'Bearer realm="waybridge"'})
        return found

    return identify
