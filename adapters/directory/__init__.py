"""Drop folders: a partner's files come in through ``in`` and go out through ``out``. Knows local files only.

``path`` holds four folders, made when absent: ``in`` (picked up), ``out`` (deliveries), ``archive`` (taken in),
``error`` (could not be taken in, each with ``<name>.reason``). All four must be on one file system.

Settings
    path            required: an existing folder
    partner         required for the poller: whose files these are
    channel         required for the poller: the channel's name in the hub
    settle_seconds  how long a file must keep size and time before it is taken as complete; default 2, 0 = at once
    max_bytes       a bigger file goes to ``error``; default 104857600
    max_files       files taken in by one poll; default 500

Picked up are plain files whose name does not begin with a dot or end in ``.tmp .temp .part .partial .filepart``. Links,
folders and devices go to ``error`` as they are and are never followed. A delivery ``FWB.txt`` under the key ``k`` becomes
``out/FWB-k.txt``: a repetition overwrites itself.
"""

from collections.abc import Mapping

from adapters.directory.folder import DirectoryFolder
from adapters.directory.sender import DirectorySender
from adapters.directory.tree import Tree
from hub.channel import Secrets, Settings
from hub.pickup import Pickup
from hub.ports import Poller, Sender

_KNOWN = ("path", "settle_seconds", "max_bytes", "max_files")


def open_sender(settings: Mapping[str, object], secrets: Secrets) -> Sender:
    """A sender into ``out``. Raises :class:`hub.ports.Misconfigured`. The channel has no secrets."""
    del secrets
    return DirectorySender(Tree.prepared(Settings(kind="directory", values=settings, known=_KNOWN).text("path")).outgoing)


def open_poller(settings: Mapping[str, object], secrets: Secrets) -> Poller:
    """A poller of ``in``. Raises :class:`hub.ports.Misconfigured`. The channel has no secrets."""
    del secrets
    read = Settings(kind="directory", values=settings, known=_KNOWN)
    return Pickup(
        DirectoryFolder(Tree.prepared(read.text("path"))),
        partner=read.text("partner"),
        channel=read.text("channel"),
        settle_seconds=read.seconds("settle_seconds", 2.0, zero=True),
        max_bytes=read.whole("max_bytes", 104_857_600, least=1),
        max_files=read.whole("max_files", 500, least=1),
    )
