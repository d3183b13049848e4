"""One call of the ONE Record API and its answer, without HTTP's framework; and the node that answers. Knows only ports."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from adapters.one_record.sharing.permits import Permits
from hub.node import NodeDoors
from hub.objects import Agent, Nodes


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request: who asks, for what, in which version and language. ``media`` is the body's, empty where it states none.

    ``parameters`` come from the path, ``query`` holds the first value of each query parameter. ``key`` is the sender's
    ``Idempotency-Key``, if any.
    """

    method: str
    path: str
    agent: Agent
    parameters: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: bytes = b""
    media: str = ""
    version: str = ""
    language: str = ""
    key: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A status, the document of the body as nodes (None: no body), and headers beside those every answer has.

    ``mark`` names the document where it never changes: equal marks, equal nodes. ``language`` is that of the words in it which
    are ours; empty for what has none (data is as it was told, in no language but the standard's default).
    """

    status: int
    nodes: Nodes | None = None
    headers: Mapping[str, str] = {}
    mark: str = ""
    language: str = ""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """The node: the hub's ports and the addresses of what it serves. ``started`` is when its server information last changed."""

    doors: NodeDoors
    permits: Permits
    base: str
    holder: str
    started: datetime

    @property
    def objects(self) -> str:
        """Where logistics objects live."""
        return f"{self.base}/logistics-objects"

    def object_iri(self, id: str) -> str:
        """The address of a logistics object."""
        return f"{self.objects}/{id}"

    def event_iri(self, object: str, id: str) -> str:
        """The address of an event."""
        return f"{self.objects}/{object}/logistics-events/{id}"

    def request_iri(self, id: str) -> str:
        """The address of an action request."""
        return f"{self.base}/action-requests/{id}"

    def object_id(self, iri: str) -> str:
        """The id in the address of a logistics object of this node; empty for any other address."""
        bare = iri.partition("?")[0]
        start = f"{self.objects}/"
        return bare[len(start) :] if bare.startswith(start) and "/" not in bare[len(start) :] else ""


Handler = Callable[[Node, Call], Answer]


def last_modified(moment: datetime) -> str:
    """A time as an HTTP date (RFC 9110, section 5.6.7)."""
    return f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year} {moment:%H:%M:%S} GMT"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stamp(moment: datetime) -> str:
    """A time as xsd:dateTime in UTC."""
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")
