"""What the node says of itself: ServerInformation. The standard: Server Information."""

from adapters.one_record.nodes import made
from adapters.one_record.server.call import Answer, Call, Node, last_modified
from adapters.one_record.server.errors import LANGUAGES
from adapters.one_record.server.negotiation import CONTENT_TYPES, VERSIONS
from adapters.one_record.vocabulary import API, API_EDITION, CARGO, EDITION, XSD

ENCODINGS = ("gzip",)
CODE_LISTS = "https://onerecord.iata.org/ns/code-lists"


def read(node: Node, call: Call) -> Answer:
    """GET /."""
    ontologies = (CARGO[:-1], API[:-1], CODE_LISTS)
    versioned = (f"{CARGO[:-1]}/{EDITION}", f"{API[:-1]}/{API_EDITION}", f"{CODE_LISTS}/1.1.0")
    root = made(
        f"{node.base}/",
        "ServerInformation",
        hasDataHolder={"@id": node.holder},
        hasServerEndpoint=_uri(node.base),
        hasSupportedApiVersion=VERSIONS,
        hasSupportedContentType=CONTENT_TYPES,
        hasSupportedEncoding=ENCODINGS,
        hasSupportedLanguage=LANGUAGES,
        hasSupportedOntology=map(_uri, ontologies),
        hasSupportedOntologyVersion=map(_uri, versioned),
    )
    holder = {"@id": node.holder, "@type": [CARGO + "Organization"]}
    headers = {"Type": API + "ServerInformation", "Last-Modified": last_modified(node.started)}
    return Answer(status=200, nodes=[root, holder], headers=headers)


def _uri(iri: str) -> dict[str, str]:
    return {"@value": iri, "@type": XSD + "anyURI"}
