"""Refusals as the standard's error objects: fixed titles and messages by status, in every language we speak.

The standard: Implementation Guidelines, Error Handling (synchronous) and Internationalization. Knows no route.
"""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from adapters.one_record.nodes import Value, made, one_of
from adapters.one_record.vocabulary import API, XSD
from hub.objects import Nodes

ENGLISH, GERMAN = "en-US", "de-DE"
LANGUAGES = (ENGLISH, GERMAN)

BODY, QUERY, RESOURCE = "body", "query", "resource"
Words = Mapping[str, tuple[str, str]]

ENGLISH_WORDS: Words = {
    "400 body": ("Invalid body request", "The request body is missing, malformed, or cannot be parsed."),
    "400 query": ("Invalid query parameter request", "The query parameter is missing, malformed, or cannot be parsed."),
    "400 resource": ("Invalid resource", "The request body does not conform to the expected ONE Record resource structure."),
    "401": (
        "Not authenticated or expired token",
        "The request does not contain valid authentication credentials, or the provided token is expired.",
    ),
    "403": (
        "Not authorized to perform action",
        "The authenticated party is not authorized to perform the requested action.",
    ),
    "404": ("Resource not found", "The requested resource cannot be found."),
    "405": ("Method not allowed", "The HTTP method is not supported for the requested resource."),
    "409": (
        "Identifier conflict",
        "A resource with the specified identifier already exists, or the request conflicts with the current state of the "
        "resource.",
    ),
    "413": ("Invalid body request", "The request body is larger than this server takes in."),
    "415": ("Unsupported content type", "The request content type is not supported by the endpoint."),
    "422": (
        "Unprocessable content",
        "The request body is syntactically valid, but it cannot be processed because it does not satisfy semantic, validation, "
        "or business rules.",
    ),
    "500": (
        "Internal server error",
        "The server encountered an unexpected condition that prevented it from fulfilling the request.",
    ),
    "503": ("Service unavailable", "The server cannot answer at the moment. Send the request again later."),
}
"""Title and message by status, and for 400 by what was wrong: the table of Synchronous Error Handling (413 and 503 are ours)."""

GERMAN_WORDS: Words = {
    "400 body": ("Ungültiger Anfrageinhalt", "Der Inhalt der Anfrage fehlt, ist fehlerhaft oder kann nicht gelesen werden."),
    "400 query": ("Ungültiger Anfrageparameter", "Der Anfrageparameter fehlt, ist fehlerhaft oder kann nicht gelesen werden."),
    "400 resource": ("Ungültige Ressource", "Der Inhalt der Anfrage hat nicht den Aufbau der erwarteten ONE-Record-Ressource."),
    "401": (
        "Nicht authentifiziert oder Token abgelaufen",
        "Die Anfrage enthält keine gültigen Anmeldedaten, oder das Token ist abgelaufen.",
    ),
    "403": ("Keine Berechtigung für die Aktion", "Der angemeldete Teilnehmer ist zu dieser Aktion nicht berechtigt."),
    "404": ("Ressource nicht gefunden", "Die angefragte Ressource wurde nicht gefunden."),
    "405": ("Methode nicht erlaubt", "Die HTTP-Methode wird für diese Ressource nicht unterstützt."),
    "409": (
        "Bezeichner bereits vergeben",
        "Eine Ressource mit diesem Bezeichner besteht bereits, oder die Anfrage widerspricht dem Zustand der Ressource.",
    ),
    "413": ("Ungültiger Anfrageinhalt", "Der Inhalt der Anfrage ist größer, als dieser Server annimmt."),
    "415": ("Inhaltstyp nicht unterstützt", "Der Inhaltstyp der Anfrage wird von diesem Endpunkt nicht unterstützt."),
    "422": (
        "Anfrage nicht verarbeitbar",
        "Der Inhalt der Anfrage ist richtig aufgebaut, verletzt aber fachliche Regeln und kann nicht verarbeitet werden.",
    ),
    "500": ("Interner Fehler", "Der Server konnte die Anfrage wegen eines unerwarteten Zustands nicht erfüllen."),
    "503": ("Dienst nicht verfügbar", "Der Server kann zurzeit nicht antworten. Bitte die Anfrage später wiederholen."),
}

WORDS: Mapping[str, Words] = {ENGLISH: ENGLISH_WORDS, GERMAN: GERMAN_WORDS}


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: in words, and the IRIs of the property and the resource concerned."""

    message: str = ""
    property: str = ""
    resource: str = ""
    code: str = ""


class Refusal(Exception):
    """An answer that is an error. ``about`` tells the kinds of 400 apart: body, query or resource."""

    def __init__(self, status: int, *details: Detail, about: str = BODY, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {'; '.join(one.message for one in details)}")
        self.status = status
        self.details = details or (Detail(),)
        self.about = about
        self.headers = headers or {}

    def words(self, language: str) -> tuple[str, str]:
        """Title and fixed message in a language."""
        known = WORDS.get(language, ENGLISH_WORDS)
        found = known.get(str(self.status)) or known.get(f"{self.status} {self.about}")
        return found or known["500"]


def refused(message: str, *, status: int = 400, about: str = RESOURCE, property: str = "", resource: str = "") -> Refusal:
    """A refusal for one reason."""
    return Refusal(status, Detail(message=message, property=property, resource=resource), about=about)


def error_nodes(refusal: Refusal, language: str) -> Nodes:
    """The error object: its code is the HTTP status, its message the standard's and then what is particular to this case."""
    title, message = refusal.words(language)
    details = [
        one if one.code else msgspec.structs.replace(one, code=str(refusal.status), message=f"{message} {one.message}".strip())
        for one in refusal.details
    ]
    return error(title, details)


def error(title: str, details: Sequence[Detail], *, severity: str = "ERROR") -> Nodes:
    """An error object as nodes, under names of its own."""
    names = [_new() for _ in details]
    root = made(_new(), "Error", hasTitle=title, hasSeverity=one_of(severity), hasErrorDetail=[{"@id": name} for name in names])
    return [root, *(_detail(name, one) for name, one in zip(names, details, strict=True))]


def _detail(name: str, one: Detail) -> dict[str, object]:
    node = made(name, "ErrorDetail")
    for key, text in (("hasCode", one.code), ("hasMessage", one.message)):
        if text:
            node[API + key] = [{"@value": text}]
    for key, iri in (("hasProperty", one.property), ("hasResource", one.resource)):
        if iri:
            node[API + key] = [_uri(iri)]
    return node


def _uri(iri: str) -> Value:
    return {"@value": iri, "@type": XSD + "anyURI"}


def _new() -> str:
    return f"internal:{uuid.uuid4()}"
