"""HTTP: deliveries by POST (``sender.py``) and our own intake, ``POST /v1/messages`` (``intake.py``).

Settings of a sender
    url                   required: ``https://…``, or ``http://…`` with ``allow_private`` or ``allow_plain``; no password in it
    allow_private         true: the host may be private, loopback or link-local; default false
    allow_plain           true: a public host may be reached without TLS; default false
    bearer_secret         the name of the secret sent as ``Authorization: Bearer …``
    api_key_secret        the name of the secret sent as ``X-Api-Key``
    ca_file               certificates to trust instead of the usual ones
    connect_seconds       limit for one try to connect; default 10
    connect_attempts      tries to connect within one delivery; default 3
    read_seconds          limit for each wait while sending or reading; default 30
    attempt_seconds       limit for the whole exchange after connecting; default 60
    max_answer_bytes      more of the answer is not read; default 65536
    partner, channel      not used

There is no poller: partners come to us. The intake is opened by ``intake.create``.
"""

from collections.abc import Mapping

from hub.channel import Secrets, Settings
from hub.ports import Misconfigured, Poller, Sender


def open_sender(settings: Mapping[str, object], secrets: Secrets) -> Sender:
    """A sender to ``url``. Connects at each delivery. Raises :class:`hub.ports.Misconfigured`."""
    from adapters.http.sender import HttpSender, target
    from hub.way import WAY_SETTINGS

    known = ("url", "bearer_secret", "api_key_secret", *WAY_SETTINGS)
    return HttpSender(target(Settings(kind="http", values=settings, known=known), secrets))


def open_poller(settings: Mapping[str, object], secrets: Secrets) -> Poller:
    """Always :class:`hub.ports.Misconfigured`."""
    del settings, secrets
    raise Misconfigured(
        "http channel: there is nothing to poll; partners post to /v1/messages. Remove the poll from this channel."
    )
