"""The OpenAPI document is what the portal does: schemathesis asks by it and holds every answer against it."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from portal_api.app import create
from tests.unit.portal_api.fakes import AWB, Client, Holders, Reading, Taking

INTAKE = Taking()
APP = create(Reading(INTAKE), INTAKE, Holders())
DOCUMENT = schemathesis.openapi.from_dict(APP.openapi())
DOCUMENT.app = APP
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


def test_it_is_openapi_3_1_and_served():
    answer = Client(APP).get("/v1/openapi.json")
    assert answer.json() == json.loads(json.dumps(APP.openapi()))
    assert answer.json()["openapi"].startswith("3.1")


def test_without_a_url_there_is_none():
    assert Client(create(Reading(INTAKE), INTAKE, Holders(), openapi_url=None)).get("/v1/openapi.json").status_code == 404


def test_every_operation_says_who_may_call_and_what_goes_wrong():
    operations = [one for path in APP.openapi()["paths"].values() for one in path.values()]
    assert len(operations) == 5
    for one in operations:
        assert {"bearer": []} in one["security"]
        assert {"apiKey": []} in one["security"]
        for status, response in one["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]


def test_every_reference_is_to_something():
    document = APP.openapi()
    schemas = document["components"]["schemas"]
    names = [text.split('"')[0] for text in json.dumps(document).split('"#/components/schemas/')[1:]]
    assert {"CanonicalShipment", "RequestBooking", "RequestShipmentInstruction", "ProblemDocument"} <= set(names)
    assert set(names) <= set(schemas)


@DOCUMENT.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_answers_are_as_described(case):
    case.call_and_validate(headers={"X-Api-Key": "agent-key"}, checks=CHECKS)


@DOCUMENT.exclude(operation_id="submitRequest").parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_what_is_badly_asked_is_refused(case):
    """Not of the request body: the hub takes in any bytes, and says afterwards what was wrong with them."""
    case.call_and_validate(headers={"X-Api-Key": "agent-key"}, checks=[negative_data_rejection, status_code_conformance])


@DOCUMENT.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_no_key_is_no_way_in(case):
    case.headers.pop("X-Api-Key", None)
    case.headers.pop("Authorization", None)
    case.call_and_validate(checks=[ignored_auth, status_code_conformance])


@pytest.mark.parametrize("path", [f"/v1/shipments/{AWB}", f"/v1/shipments/{AWB}/timeline?provenance=true", "/v1/shipments"])
def test_a_full_answer_is_as_described(path):
    """The cases above seldom hit a shipment; these do."""
    template = {f"/v1/shipments/{AWB}": "/v1/shipments/{awb}", "/v1/shipments": "/v1/shipments"}.get(
        path, "/v1/shipments/{awb}/timeline"
    )
    operation = DOCUMENT[template]["GET"]
    case = operation.Case(
        path_parameters={"awb": AWB} if "{awb}" in template else {},
        query={"provenance": "true"} if "provenance" in path else {},
        headers={"X-Api-Key": "agent-key"},
    )
    response = case.call()
    assert response.status_code == 200
    case.validate_response(response, checks=CHECKS[:5])
