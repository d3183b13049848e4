"""The runner of the standard's collection: whatever credentials a collection carries are left out; a node starts and lets in."""

import json
import urllib.request
from pathlib import Path

from tests.conformance.node import running
from tests.conformance.run import without_tokens

SECRET = "somebody-elses-token"
COLLECTION = {
    "info": {"name": "invented"},
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": SECRET}]},
    "item": [
        {
            "name": "folder",
            "auth": {"type": "bearer", "bearer": [{"value": SECRET}]},
            "item": [
                {
                    "name": "request",
                    "request": {
                        "auth": {"type": "bearer", "bearer": [{"value": SECRET}]},
                        "header": [{"key": "authorization", "value": f"Bearer {SECRET}"}, {"key": "Accept", "value": "x"}],
                        "url": "{{baseUrl}}/",
                    },
                }
            ],
        }
    ],
}


def test_no_token_of_a_collection_is_used() -> None:
    kept = without_tokens(COLLECTION)
    assert SECRET not in json.dumps(kept)
    assert kept["auth"]["bearer"][0]["value"] == "{{token}}"
    assert kept["item"][0]["item"][0]["request"]["header"] == [{"key": "Accept", "value": "x"}]


def test_a_fresh_node_lets_its_own_client_in(tmp_path: Path) -> None:
    with running(tmp_path) as (base, token):
        asked = urllib.request.Request(f"{base}/", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 200
            assert json.load(answer)["@type"] == "api:ServerInformation"
