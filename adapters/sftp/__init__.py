"""SFTP: pick-up and drop-off at a partner's server. ``server.py`` is an SFTP endpoint of our own, used by demo and tests.

Settings
    host, user          required
    port                default 22
    host_keys           required: the server's public keys, one a line, ``ssh-ed25519 AAAA…`` (``ssh-keyscan HOST`` prints
                        them; check them by another way). Another key is never accepted.
    password_secret     the name of the secret that holds the password; this or the next is required
    key_secret          the name of the secret that holds the private key (OpenSSH or PEM text)
    passphrase_secret   the name of the secret that opens the private key
    dropoff             required for the sender: the folder deliveries are written to
    pickup              required for the poller: the folder files are fetched from
    partner, channel    required for the poller: whose files these are, and the channel's name in the hub
    claim               ``rename`` (default): a settled file is renamed before it is read; ``stable``: it is read where it
                        is, for servers that forbid renaming in the pick-up folder. There a file that is replaced while the
                        hub reads it is seen by size and time only: prefer ``rename``.
    after               ``archive`` (default) or ``delete`` once the hub has committed the file
    archive, error      folders for taken-in and refused files; default ``<pickup>/archive``, ``<pickup>/error``; made when absent
    settle_seconds      how long a file must keep size and time before it is taken as complete; default 5, 0 = at once
    max_bytes           a bigger file goes to ``error``; default 104857600
    max_files           files taken in by one poll; default 500
    connect_seconds     limit for reaching the server and for logging in, each; default 10
    read_seconds        limit for one answer of the server; default 30
    attempt_seconds     limit for one delivery or one step of a poll in all; default 120
    keepalive_seconds   default 30, 0 = none

Picked up are plain files whose name does not begin with a dot or end in ``.tmp .temp .part .partial .filepart``; folders
are passed over, links go to ``error``. A delivery ``FWB.txt`` under the key ``k`` becomes ``FWB-k.txt``: written under a
hidden name, then renamed, so that a repetition overwrites itself and a reader never sees half a file.
"""

from collections.abc import Mapping

from hub.channel import Secrets, Settings
from hub.pickup import Pickup
from hub.ports import Poller, Sender

_KNOWN = (
    *(
        "host",
        "user",
        "port",
        "host_keys",
        "password_secret",
        "key_secret",
        "passphrase_secret",
        "dropoff",
        "pickup",
        "claim",
        "after",
    ),
    *("archive", "error", "settle_seconds", "max_bytes", "max_files", "connect_seconds", "read_seconds", "attempt_seconds"),
    "keepalive_seconds",
)


def open_sender(settings: Mapping[str, object], secrets: Secrets) -> Sender:
    """A sender into ``dropoff``. Connects at the first delivery. Raises :class:`hub.ports.Misconfigured`."""
    from adapters.sftp.endpoint import endpoint
    from adapters.sftp.sender import SftpSender
    from adapters.sftp.session import Session

    read = Settings(kind="sftp", values=settings, known=_KNOWN)
    return SftpSender(Session(endpoint(read, secrets)), read.text("dropoff"))


def open_poller(settings: Mapping[str, object], secrets: Secrets) -> Poller:
    """A poller of ``pickup``. Connects at the first poll. Raises :class:`hub.ports.Misconfigured`."""
    from adapters.sftp.endpoint import endpoint
    from adapters.sftp.folder import SftpFolder
    from adapters.sftp.session import Session

    read = Settings(kind="sftp", values=settings, known=_KNOWN)
    pickup = read.text("pickup").rstrip("/") or "/"
    folder = SftpFolder(
        Session(endpoint(read, secrets)),
        pickup=pickup,
        archive=read.text("archive", f"{pickup}/archive"),
        error=read.text("error", f"{pickup}/error"),
        rename=read.one_of("claim", ("rename", "stable"), "rename") == "rename",
        delete=read.one_of("after", ("archive", "delete"), "archive") == "delete",
    )
    return Pickup(
        folder,
        partner=read.text("partner"),
        channel=read.text("channel"),
        settle_seconds=read.seconds("settle_seconds", 5.0, zero=True),
        max_bytes=read.whole("max_bytes", 104_857_600, least=1),
        max_files=read.whole("max_files", 500, least=1),
    )
