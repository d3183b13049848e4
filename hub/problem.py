"""What is wrong with an input: one closed list of codes, and the profile that weighs them. Knows no format's rules."""

import enum
from collections.abc import Iterable, Mapping

import msgspec


class Severity(enum.StrEnum):
    """How much a problem matters under a validation profile."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(enum.StrEnum):
    """Every problem Waybridge can name. Stable: partners and dead-letter fingerprints rely on them.

    Severities per profile, and the texts of FNA, CONTRL and api:Error, stand in ``mappings/codes/problem/*.toml``.
    """

    # any format
    FILE_EMPTY = "file.empty"
    FILE_TOO_LARGE = "file.too-large"
    FILE_ENCODING = "file.encoding"
    FILE_BINARY = "file.binary"
    FILE_TRUNCATED = "file.truncated"
    FORMAT_UNKNOWN = "format.unknown"
    TYPE_UNKNOWN = "type.unknown"
    VERSION_UNSUPPORTED = "version.unsupported"
    VERSION_APPROXIMATED = "version.approximated"
    PARTNER_UNKNOWN = "partner.unknown"
    AUTHOR_UNADMITTED = "author.unadmitted"
    PART_MISSING = "part.missing"
    AWB_CHECK_DIGIT = "awb.check-digit"
    VALUE_FORMAT = "value.format"
    VALUE_PLACEHOLDER = "value.placeholder"
    VALUE_CODE = "value.code"
    KEY_MISSING = "key.missing"
    LOCATION_UNKNOWN = "location.unknown"
    STATION_ZONE = "station.zone"
    NOT_EXPRESSIBLE = "write.not-expressible"
    WRITE_INCOMPLETE = "write.incomplete"
    INTERNAL = "internal.fault"
    WORKER_DIED = "worker.died"
    ACKNOWLEDGEMENT_UNMATCHED = "acknowledgement.unmatched"
    DELIVERY_REFUSED = "delivery.refused"
    DELIVERY_EXHAUSTED = "delivery.exhausted"
    QUERY_UNANSWERED = "query.unanswered"
    DELIVERY_MISCONFIGURED = "delivery.misconfigured"

    # Cargo-IMP
    IMP_LINE_LENGTH = "cargo-imp.line.length"
    IMP_LINE_UNKNOWN = "cargo-imp.line.unknown"
    IMP_LINE_CASE = "cargo-imp.line.case"
    IMP_LINE_IDENTIFIER = "cargo-imp.line.identifier"
    IMP_LINE_MISSING = "cargo-imp.line.missing"
    IMP_LINE_ORDER = "cargo-imp.line.order"
    IMP_LINE_REPEATED = "cargo-imp.line.repeated"
    IMP_ELEMENT_FORMAT = "cargo-imp.element.format"
    IMP_ELEMENT_MISSING = "cargo-imp.element.missing"
    IMP_ELEMENT_CODE = "cargo-imp.element.code"
    IMP_LINE_TRAILING = "cargo-imp.line.trailing"
    IMP_CHARACTER = "cargo-imp.character"
    IMP_CONTINUATION = "cargo-imp.line.continuation"
    IMP_CARRIER = "cargo-imp.element.carrier"
    IMP_HOUSE_PARTIES = "cargo-imp.house.parties"
    IMP_NOTATION_FOREIGN = "cargo-imp.notation.foreign"
    IMP_MESSAGE_LENGTH = "cargo-imp.message.length"
    IMP_HEADING = "cargo-imp.heading"
    IMP_CONSIGNMENT_VOLUME = "cargo-imp.consignment.volume"
    IMP_CHECK_TOTAL = "cargo-imp.check.total"
    IMP_CHECK_WEIGHT_CHARGE = "cargo-imp.check.weight-charge"
    IMP_CHECK_OTHER = "cargo-imp.check.other-charges"
    IMP_CHECK_RATE = "cargo-imp.check.rate"
    IMP_CHECK_PAYMENT = "cargo-imp.check.payment"
    IMP_CHECK_PIECES = "cargo-imp.check.pieces"
    IMP_CHECK_WEIGHT = "cargo-imp.check.weight"
    IMP_CHECK_DIMENSION_PIECES = "cargo-imp.check.dimension-pieces"
    IMP_CHECK_VOLUME = "cargo-imp.check.volume"
    IMP_CHECK_ROUTING = "cargo-imp.check.routing"
    IMP_CHECK_LEG = "cargo-imp.check.leg"
    IMP_CHECK_SECURITY = "cargo-imp.check.security"
    IMP_CHECK_CUSTOMS = "cargo-imp.check.customs"
    IMP_CUSTOMS_TEXT = "cargo-imp.customs.text"
    IMP_DIMENSIONS_UNAVAILABLE = "cargo-imp.dimensions.unavailable"
    IMP_DIMENSIONS_SLANT = "cargo-imp.dimensions.slant"
    IMP_DIMENSIONS_DECIMAL = "cargo-imp.dimensions.decimal"
    IMP_HOUSE_NUMBER = "cargo-imp.house.number"
    IMP_GOODS_WRAPPED = "cargo-imp.goods.wrapped"
    IMP_GOODS_LENGTH = "cargo-imp.goods.length"
    IMP_ADDRESS_EMPTY = "cargo-imp.address.empty"
    IMP_PLACE_LENGTH = "cargo-imp.place.length"
    IMP_CONTACT_POSITION = "cargo-imp.contact.position"
    IMP_ACCOUNTING_TEXT = "cargo-imp.accounting.text"
    IMP_PARTICIPANT_EMPTY = "cargo-imp.participant.empty"
    IMP_STATUS_CONSIGNMENT = "cargo-imp.status.consignment"
    IMP_STATUS_TIME = "cargo-imp.status.time"
    IMP_STATUS_TOTAL = "cargo-imp.status.total"
    IMP_QUANTITY_LENGTH = "cargo-imp.quantity.length"
    IMP_STATUS_PARTY = "cargo-imp.status.party"
    IMP_STATUS_VOLUME = "cargo-imp.status.volume"
    IMP_STATUS_ROUTE = "cargo-imp.status.route"
    IMP_FLIGHTS_MANY = "cargo-imp.flights.many"
    IMP_DAY_DIGIT = "cargo-imp.day.digit"
    IMP_CONSIGNMENT_TOTAL = "cargo-imp.consignment.total"
    IMP_NIL = "cargo-imp.destination.nil"
    IMP_ULD_COUNT = "cargo-imp.uld.count"
    IMP_HANDLING_POSITION = "cargo-imp.handling.position"
    IMP_GOODS_FORM = "cargo-imp.goods.form"
    IMP_ARRIVAL_SLANT = "cargo-imp.arrival.slant"
    IMP_TIMES_SLANT = "cargo-imp.times.slant"
    IMP_ULD_FORM = "cargo-imp.uld.form"
    IMP_ULD_CONTROL = "cargo-imp.uld.control"
    IMP_ULD_STOCK = "cargo-imp.uld.stock"
    IMP_TEXT_SLANT = "cargo-imp.text.slant"
    IMP_NAME_FORM = "cargo-imp.name.form"
    IMP_PARTY_FORM = "cargo-imp.party.form"
    IMP_LINE_SLANT = "cargo-imp.line.slant"
    IMP_LINE_ALONE = "cargo-imp.line.alone"
    IMP_HOUSE_SLANT = "cargo-imp.house.slant"
    IMP_CHARGES_SLANT = "cargo-imp.charges.slant"
    IMP_AGENT_SLANT = "cargo-imp.agent.slant"
    IMP_VOLUME_SLANT = "cargo-imp.volume.slant"
    IMP_LINE_INDENT = "cargo-imp.line.indent"

    # EDIFACT
    EDI_UNA = "edifact.una"
    EDI_JUNK = "edifact.junk"
    EDI_CHARSET = "edifact.charset"
    EDI_CHARACTER = "edifact.character"
    EDI_UNB_MISSING = "edifact.unb.missing"
    EDI_UNB_ABSENT = "edifact.unb.absent"
    EDI_UNB_HABIT = "edifact.unb.habit"
    EDI_UNZ_MISSING = "edifact.unz.missing"
    EDI_UNZ_COUNT = "edifact.unz.count"
    EDI_UNZ_REFERENCE = "edifact.unz.reference"
    EDI_UNG_MISSING = "edifact.ung.missing"
    EDI_UNE_MISSING = "edifact.une.missing"
    EDI_UNE_COUNT = "edifact.une.count"
    EDI_UNE_REFERENCE = "edifact.une.reference"
    EDI_UNH_MISSING = "edifact.unh.missing"
    EDI_UNT_MISSING = "edifact.unt.missing"
    EDI_UNT_COUNT = "edifact.unt.count"
    EDI_UNT_REFERENCE = "edifact.unt.reference"
    EDI_REFERENCE_DUPLICATE = "edifact.reference.duplicate"
    EDI_SEGMENT_TAG = "edifact.segment.tag"
    EDI_SEGMENT_BLANK = "edifact.segment.blank"
    EDI_SEGMENT_FOLDED = "edifact.segment.folded"
    EDI_SEGMENT_LENGTH = "edifact.segment.length"
    EDI_SEGMENT_MISSING = "edifact.segment.missing"
    EDI_SEGMENT_UNEXPECTED = "edifact.segment.unexpected"
    EDI_SEGMENT_REPEATED = "edifact.segment.repeated"
    EDI_GROUP_REPEATED = "edifact.group.repeated"
    EDI_ELEMENT_MISSING = "edifact.element.missing"
    EDI_ELEMENT_LENGTH = "edifact.element.length"
    EDI_ELEMENT_FORMAT = "edifact.element.format"
    EDI_ELEMENT_UNEXPECTED = "edifact.element.unexpected"
    EDI_ELEMENT_REPEATED = "edifact.element.repeated"
    EDI_MOMENT = "edifact.moment"
    EDI_STATUS_KEPT = "edifact.status.kept"
    EDI_PROBLEMS_MANY = "edifact.problems.many"
    EDI_APPROXIMATION = "edifact.approximation"

    # Cargo-XML
    XML_SYNTAX = "cargo-xml.syntax"
    XML_DOCTYPE = "cargo-xml.doctype"

    # ONE Record
    ONE_JSON = "one-record.json"
    ONE_DEPTH = "one-record.depth"
    ONE_SIZE = "one-record.size"
    ONE_DUPLICATE = "one-record.key.duplicate"
    ONE_CONTEXT_REMOTE = "one-record.context.remote"
    ONE_CONTEXT = "one-record.context"
    ONE_PREFIX = "one-record.prefix.undeclared"
    ONE_COMMENT = "one-record.comment"
    ONE_TERM = "one-record.term.undefined"
    ONE_IRI = "one-record.iri"
    ONE_IRI_BLANK = "one-record.iri.blank"
    ONE_IRI_VERSIONED = "one-record.iri.versioned"
    ONE_CLASS_MISSING = "one-record.class.missing"
    ONE_CLASS_UNKNOWN = "one-record.class.unknown"
    ONE_CLASS_CONFLICT = "one-record.class.conflict"
    ONE_PROPERTY_UNKNOWN = "one-record.property.unknown"
    ONE_PROPERTY_RENAMED = "one-record.property.renamed"
    ONE_RANGE = "one-record.range"
    ONE_CARDINALITY = "one-record.cardinality"
    ONE_MISSING = "one-record.property.missing"
    ONE_DATATYPE = "one-record.datatype"
    ONE_LEXICAL = "one-record.value"
    ONE_CODE = "one-record.code"
    ONE_NULL = "one-record.null"
    ONE_GRAPH = "one-record.graph"
    ONE_TURTLE = "one-record.turtle"
    ONE_SHARED = "one-record.shared"
    ONE_UNJOINED = "one-record.unjoined"

    # Partner API: Waybridge's own JSON requests
    PARTNER_JSON_SYNTAX = "partner.json.syntax"
    PARTNER_JSON_DEPTH = "partner.json.depth"
    PARTNER_JSON_DUPLICATE = "partner.json.duplicate-member"
    PARTNER_FIELD_TYPE = "partner.field.type"
    PARTNER_FIELD_FORMAT = "partner.field.format"
    PARTNER_FIELD_MISSING = "partner.field.missing"
    PARTNER_FIELD_UNKNOWN = "partner.field.unknown"
    PARTNER_MANY = "partner.problems.many"


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """What to write instead of ``found``, which stands at the place: the same values in the form they should have had.

    Deterministic, and never an invented value. ``offset`` counts characters of the decoded file from 0, without its mark.
    """

    text: str
    reason: str
    line: int
    column: int
    offset: int
    found: str


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another place that a problem is about, counted as in :class:`Problem`."""

    line: int | None = None
    column: int | None = None
    offset: int | None = None
    segment: str | None = None
    element: str | None = None
    found: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault of an input, located. ``severity`` is given by :meth:`Profile.weigh`, not by the reader.

    ``offset`` counts characters of the decoded file from 0; ``line`` and ``column`` from 1;
    ``segment_number`` from UNH = 1 in an EDIFACT message; ``path`` is a JSON pointer or an element path. ``related`` are the
    other places of a check across several.
    """

    code: Code
    message: str
    severity: Severity = Severity.ERROR
    line: int | None = None
    column: int | None = None
    offset: int | None = None
    segment: str | None = None
    element: str | None = None
    found: str | None = None
    expected: str | None = None
    path: str | None = None
    segment_number: int | None = None
    component: int | None = None
    byte_offset: int | None = None
    fix: Fix | None = None
    related: tuple[Related, ...] = ()

    def fingerprint(self) -> str:
        """The code and the named segment and element: no value of the message, so equal faults are equal."""
        return "/".join(part for part in (self.code, self.segment, self.element) if part)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A validation profile: which code is an error, a warning, or only worth a note."""

    name: str
    severities: Mapping[str, Severity]

    def weigh(self, problems: Iterable[Problem]) -> list[Problem]:
        """The same problems with this profile's severities. A code without a row is an error."""
        return [msgspec.structs.replace(one, severity=self.severities.get(one.code, Severity.ERROR)) for one in problems]


def has_error(problems: Iterable[Problem]) -> bool:
    """Whether any problem is error-level."""
    return any(one.severity is Severity.ERROR for one in problems)
