"""What a client wants and may send: media types, API versions, languages. Knows no route.

The standard: Implementation Guidelines, API Versioning (an unknown version is answered in the newest, never 406) and
Internationalization (en-US where nothing else fits).
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from adapters.one_record.server.errors import ENGLISH, LANGUAGES, Detail, Refusal

VERSIONS = ("2.3.0", "2.2.0")
JSON_LD, TURTLE = "application/ld+json", "text/turtle"
X_TURTLE = "application/x-turtle"
CONTENT_TYPES = (JSON_LD, TURTLE, X_TURTLE)
_ANSWERS = {
    JSON_LD: (JSON_LD,),
    "application/json": (JSON_LD,),
    "application/*": (JSON_LD, X_TURTLE),
    "*/*": CONTENT_TYPES,
    TURTLE: (TURTLE,),
    X_TURTLE: (X_TURTLE,),
    "text/*": (TURTLE,),
}
"""What answers a range of media types, the best first."""
_BODIES = {JSON_LD: JSON_LD, "application/json": JSON_LD, TURTLE: TURTLE, X_TURTLE: TURTLE}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer is to be written."""

    media: str = JSON_LD
    version: str = VERSIONS[0]
    language: str = ENGLISH

    @property
    def content_type(self) -> str:
        """The Content-Type of the answer, which names the version chosen."""
        return f"{self.media}; version={self.version}"


class _Range(msgspec.Struct, frozen=True):
    name: str
    quality: float
    version: str


def wanted(accept: str, accept_language: str) -> Wanted:
    """The best answer to ``Accept`` and ``Accept-Language``. Raises Refusal (415) when none of our media types is accepted."""
    # Clients send the same few headers again and again; longer ones are not worth keeping.
    return (_known if len(accept) + len(accept_language) < _SHORT else _wanted)(accept, accept_language)


def _wanted(accept: str, accept_language: str) -> Wanted:
    ranges = sorted(_ranges(accept or "*/*"), key=lambda one: -one.quality)
    refused = {one.name for one in ranges if one.quality == 0}
    accepted = [one for one in ranges if one.quality > 0]
    media = next((known for one in accepted for known in _ANSWERS.get(one.name, ()) if known not in refused), "")
    language = _language(accept_language)
    if not media:
        raise Refusal(415, Detail(message=f"Accepted is {accept[:100]!r}; this server answers in {', '.join(CONTENT_TYPES)}."))
    stated = (one.version for one in accepted if media in _ANSWERS.get(one.name, ()))
    version = next((one for one in stated if one in VERSIONS), VERSIONS[0])
    return Wanted(media=media, version=version, language=language)


_SHORT = 300
_known = lru_cache(maxsize=256)(_wanted)


def _ranges(header: str) -> Iterator[_Range]:
    for part in header[:4000].split(","):
        name, *parameters = (one.strip() for one in part.split(";"))
        known = dict(_parameter(one) for one in parameters)
        yield _Range(name.lower(), _quality(known.get("q", "1")), known.get("version", ""))


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _language(header: str) -> str:
    """The best of our languages: the tag itself, or one of the same primary language."""
    for one in sorted(_ranges(header or ENGLISH), key=lambda one: -one.quality):
        if one.quality > 0:
            for known in LANGUAGES:
                if known.lower() == one.name or known.partition("-")[0] == one.name.partition("-")[0]:
                    return known
    return ENGLISH


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an answer may be compressed."""
    return "gzip" in accept_encoding and any(
        one.name in ("gzip", "x-gzip", "*") and one.quality > 0 for one in _ranges(accept_encoding)
    )


def body_media(content_type: str) -> str:
    """The media type of a body: JSON-LD or Turtle. Raises Refusal (415)."""
    name = content_type.partition(";")[0].strip().lower()
    if name not in _BODIES:
        raise Refusal(
            415,
            Detail(message=f"The body is {name[:100] or 'of no stated type'!r}; this server reads {', '.join(CONTENT_TYPES)}."),
        )
    return _BODIES[name]
