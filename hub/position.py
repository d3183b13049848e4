"""Where something stands in a message. Knows nothing of any format."""

import msgspec


class Place(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A place in a decoded file: line and column from 1, offset in characters from 0.

    ``path`` names the element in its format's own way (``SHP/NAM/name``, a JSON pointer).
    Positional, unlike other types: thousands are made for every message.
    """

    line: int
    column: int
    offset: int
    path: str = ""
